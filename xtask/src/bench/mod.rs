//! Benchmarks: what recording costs, what it takes on disk, how fast it is read.
//!
//! All figures come from real recordings. Bare rounds, syscord's modes and its peers take turns, and medians and low
//! quantiles are compared as ratios, because other work on the machine only ever adds.

use std::{fs, path::PathBuf};

use crate::{
    Result,
    document::Table,
    shell::{self, cargo},
};

mod burst;
mod floor;
mod hooks;
mod idle;
mod latency;
mod micro;
mod nginx;
mod overhead;
mod query;
mod report;
mod samples;
mod server;
mod size;
mod start;
mod subject;

use report::Report;

/// A part's name, and what measures it.
type Part = (&'static str, fn(&Bench) -> Result);

/// What can be measured, in the order of docs/PERFORMANCE.md.
const PARTS: [Part; 10] = [
    ("overhead", overhead::run),
    ("hooks", hooks::run),
    ("nginx", nginx::run),
    ("latency", latency::run),
    ("burst", burst::run),
    ("size", size::run),
    ("query", query::run),
    ("micro", micro::run),
    ("start", start::run),
    ("idle", idle::run),
];

/// Debian's packages of what is recorded, and of the peers.
const PACKAGES: [&str; 4] = ["nginx-light", "apache2-utils", "linux-perf", "strace"];

/// What the parts share.
pub struct Bench {
    /// For traces and servers; it is removed in the end.
    folder: PathBuf,
    report: std::cell::RefCell<Report>,
}

impl Bench {
    fn add(&self, table: Table) {
        table.print();
        self.report.borrow_mut().tables.push(table);
    }
}

/// Runs the parts that are named, or all. docs/PERFORMANCE.md gets the tables of all, or with `--write` of those.
pub fn run(words: &[&str]) -> Result {
    let (options, named): (Vec<&str>, Vec<&str>) =
        words.iter().partition(|word| ["--install", "--write"].contains(word));
    if let Some(wrong) = named.iter().find(|name| !PARTS.iter().any(|(part, _)| part == *name)) {
        let parts = PARTS.map(|(part, _)| part).join(", ");
        return Err(format!("no part `{wrong}`: there are {parts}"));
    }
    if options.contains(&"--install") {
        shell::apt(&PACKAGES)?;
    }
    shell::run(cargo().args(["build", "--release", "-p", "syscord", "-p", "syscord-query"]))?;
    let folder = std::env::temp_dir().join(format!("syscord-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let bench = Bench { folder: folder.clone(), report: Report::default().into() };
    let done = PARTS
        .iter()
        .filter(|(part, _)| named.is_empty() || named.contains(part))
        .try_for_each(|(_, measure)| measure(&bench));
    let _ = fs::remove_dir_all(&folder);
    done?;
    if named.is_empty() || options.contains(&"--write") {
        bench.report.into_inner().write()
    } else {
        Ok(())
    }
}

pub use overhead::spin;
