//! Other kernels: each is booted in a virtual machine, where the probe is loaded and a program recorded whose calls are
//! known. The trace comes out, and is read here.
//!
//! The machines are emulated in software: that runs anywhere, and needs no rights.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use crate::{
    Result,
    shell::{has, repository},
};

pub mod archive;
pub mod cpio;
mod cross;
mod guest;
pub mod machine;
mod report;
mod trace;

use archive::Archive;
use guest::Built;
use machine::{
    Architecture::{self, Aarch64, X86_64},
    Machine,
};
use report::Row;

/// A kernel that is tried.
pub struct Kernel {
    /// As it is named on the command line and in the report.
    pub name: &'static str,
    pub architecture: Architecture,
    /// Its version begins so; empty for the newest that there is.
    pub series: &'static str,
    /// Debian's flavour. `cloud` is the smallest.
    pub flavour: &'static str,
}

const fn kernel(
    name: &'static str,
    architecture: Architecture,
    series: &'static str,
    flavour: &'static str,
) -> Kernel {
    Kernel { name, architecture, series, flavour }
}

/// What is tried: the oldest that is promised, those of Debian's releases, and the newest.
const MATRIX: [Kernel; 8] = [
    kernel("5.10", X86_64, "5.10.", "cloud"),
    kernel("6.1", X86_64, "6.1.", "cloud"),
    kernel("6.1-rt", X86_64, "6.1.", "rt"),
    kernel("6.12", X86_64, "6.12.", "cloud"),
    kernel("newest", X86_64, "", "cloud"),
    kernel("arm64-5.10", Aarch64, "5.10.", "cloud"),
    kernel("arm64-6.1", Aarch64, "6.1.", "cloud"),
    kernel("arm64-newest", Aarch64, "", "cloud"),
];

/// How long a machine may take: ten seconds where nothing else runs, a hundred where much does.
const SECONDS: u32 = 300;

/// What came of a kernel.
pub enum Outcome {
    /// All is as it should be.
    Passed(Told),
    /// What is not.
    Failed(Vec<String>),
    /// Why it could not be tried.
    Skipped(String),
}

/// What `syscord doctor` says on it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The version that runs.
    pub release: String,
    /// What it cannot tell the recorder.
    pub lacking: Vec<String>,
    /// By program: the instructions that the verifier walked. Kernels before 5.16 do not say.
    pub walked: BTreeMap<String, u32>,
    /// Calls that the kernel has not shown the probe since it had preempted a hook on that CPU, as the ledger has them.
    pub missed: u64,
}

/// Newer kernels may preempt the probe's hooks, and then keep calls from it: those are counted, but not seen.
const BOOTS: u32 = 5;

/// Tries the kernels that are named, or all.
pub fn run(words: &[&str]) -> Result {
    let (options, named): (Vec<&str>, Vec<&str>) =
        words.iter().partition(|word| ["--install", "--write"].contains(word));
    if let Some(wrong) = named.iter().find(|name| !MATRIX.iter().any(|it| it.name == **name)) {
        let names: Vec<&str> = MATRIX.iter().map(|kernel| kernel.name).collect();
        return Err(format!("no kernel `{wrong}`: there are {}", names.join(", ")));
    }
    let write = options.contains(&"--write");
    if write && !named.is_empty() {
        return Err("--write is for all kernels together".to_owned());
    }
    let kernels =
        MATRIX.iter().filter(|kernel| named.is_empty() || named.contains(&kernel.name)).collect();
    fs::create_dir_all(folder()).map_err(|error| error.to_string())?;
    let has_all = [X86_64, Aarch64].iter().all(|architecture| has(architecture.emulator()));
    if options.contains(&"--install") && !has_all {
        archive::install_emulators(&folder())?;
    }
    report::conclude(&try_all(kernels)?, write)
}

fn try_all(kernels: Vec<&'static Kernel>) -> Result<Vec<Row>> {
    let archive = Archive::open(folder().join("archive"), &archive::SUITES)?;
    let architectures: BTreeSet<Architecture> = kernels.iter().map(|it| it.architecture).collect();
    let guests: BTreeMap<Architecture, Built> = architectures
        .into_iter()
        .map(|architecture| Ok((architecture, guest::build(architecture, &archive)?)))
        .collect::<Result<_>>()?;
    let query = guest::build_query()?;
    let mut rows = Vec::new();
    for kernel in kernels {
        let start = Instant::now();
        let outcome = attempt(kernel, &archive, &guests[&kernel.architecture], &query, BOOTS)?;
        let row = Row { kernel, outcome, seconds: start.elapsed().as_secs() };
        row.print();
        rows.push(row);
    }
    Ok(rows)
}

/// Boots a kernel and looks at what comes out; so often, if the kernel has kept calls from the probe and says so.
fn attempt(
    kernel: &Kernel,
    archive: &Archive,
    guest: &Built,
    query: &Path,
    boots: u32,
) -> Result<Outcome> {
    let emulator = kernel.architecture.emulator();
    if !has(emulator) {
        let remedy = "`cargo xtask kernels --install` as root fetches it";
        return Ok(Outcome::Skipped(format!("{emulator} is missing: {remedy}")));
    }
    let (image, initrd) = match (archive.image(kernel)?, guest) {
        (Ok(image), Ok(initrd)) => (image, initrd),
        (Err(reason), _) => return Ok(Outcome::Skipped(reason)),
        (_, Err(reason)) => return Ok(Outcome::Skipped(reason.clone())),
    };
    let runs = folder().join("runs").join(kernel.name);
    let machine = Machine { architecture: kernel.architecture, memory: 1024, seconds: SECONDS };
    let ran = machine::boot(machine, &image, initrd, &runs)?;
    let (told, failed) = trace::check(&ran, query, &runs);
    if told.missed > 0 && boots > 1 {
        println!("{}: {} calls missed and counted; once more", kernel.name, told.missed);
        return attempt(kernel, archive, guest, query, boots - 1);
    }
    Ok(if failed.is_empty() { Outcome::Passed(told) } else { Outcome::Failed(failed) })
}

/// Where all of this lives: kernels, programs, what they sent.
fn folder() -> PathBuf {
    repository().join("target/kernels")
}
