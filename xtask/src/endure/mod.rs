//! Whether syscord survives: long recordings, recorders that are killed, traces of which bits flip, and a machine that
//! fails in other ways.
//!
//! What is recorded is a load that counts its own calls (`tests/endure/`), so that every event can be accounted for. What
//! is not as it should be makes the chore fail; figures of time are no more than told.

use std::{
    cell::RefCell,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use crate::{
    Result,
    document::{self, Table},
    shell::{self, cargo},
};

mod account;
mod faults;
mod flips;
mod kills;
mod load;
mod programs;
mod soak;

const DOCUMENT: &str = "docs/ENDURANCE.md";

/// A part's name, and what does it.
type Part = (&'static str, fn(&Endure) -> Result<Table>);

/// In the order of the document.
const PARTS: [Part; 4] =
    [("soak", soak::run), ("kills", kills::run), ("flips", flips::run), ("faults", faults::run)];

/// How long it takes. All in all the defaults are less than an hour.
const HELP: &str = "\
  --minutes N   of the soak (30)
  --kills N     recorders that are killed (200)
  --flips N     random bits of a large trace (10000)
  --share N     of the bits of a small trace, flip one of N (1: each)
  --fault NAME  of the faults, that one alone; several times, several";

/// What the parts share.
pub struct Endure {
    /// For traces; it is removed in the end.
    folder: PathBuf,
    minutes: f64,
    kills: u32,
    flips: u64,
    share: u64,
    faults: Vec<String>,
    /// What is not as it should be.
    failed: RefCell<Vec<String>>,
}

impl Endure {
    /// A folder of a part's own, empty.
    fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        Ok(folder)
    }

    /// What to say of something that must hold: if it does not, the chore fails in the end.
    fn holds(&self, holds: bool, what: &str) -> String {
        if holds {
            return "yes".to_owned();
        }
        println!("FAILED: {what}");
        self.failed.borrow_mut().push(what.to_owned());
        "NO".to_owned()
    }
}

/// Runs the parts that are named, or all. With `--write`, docs/ENDURANCE.md gets their tables.
pub fn run(words: &[&str]) -> Result {
    let folder = std::env::temp_dir().join(format!("syscord-endure-{}", std::process::id()));
    let failed = RefCell::default();
    let mut endure = Endure {
        folder: folder.clone(),
        minutes: 30.0,
        kills: 200,
        flips: 10_000,
        share: 1,
        faults: Vec::new(),
        failed,
    };
    let (mut named, mut write) = (Vec::new(), false);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "help" => {
                println!("cargo xtask endure [--write] [PART…]\n\n{HELP}");
                return Ok(());
            }
            "--write" => write = true,
            "--minutes" => endure.minutes = number(word, words.next())?,
            "--kills" => endure.kills = number(word, words.next())?,
            "--flips" => endure.flips = number(word, words.next())?,
            "--share" => endure.share = number::<u64>(word, words.next())?.max(1),
            "--fault" => endure.faults.extend(words.next().map(|name| (*name).to_owned())),
            part if PARTS.iter().any(|(name, _)| *name == part) => named.push(part),
            wrong => {
                let parts = PARTS.map(|(part, _)| part).join(", ");
                return Err(format!("no part `{wrong}`: there are {parts}\n\n{HELP}"));
            }
        }
    }
    let packages = ["syscord", "syscord-query", "syscord-endure"];
    shell::run(
        cargo()
            .args(["build", "--release", "--features", "syscord-endure/look"])
            .args(packages.iter().flat_map(|package| ["-p", package])),
    )?;
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let done = all(&endure, &named);
    let _ = fs::remove_dir_all(&folder);
    let tables = done?;
    let failed = endure.failed.into_inner();
    if write {
        put(&tables)?;
    }
    match failed.as_slice() {
        [] => Ok(()),
        failed => Err(format!("not as it should be:\n  {}", failed.join("\n  "))),
    }
}

fn number<T: std::str::FromStr>(option: &str, word: Option<&&str>) -> Result<T> {
    let number = word.and_then(|word| word.parse().ok());
    number.ok_or_else(|| format!("{option} takes a number\n\n{HELP}"))
}

fn all(endure: &Endure, named: &[&str]) -> Result<Vec<Table>> {
    let wanted = PARTS.iter().filter(|(part, _)| named.is_empty() || named.contains(part));
    wanted
        .map(|(part, run)| {
            let begin = Instant::now();
            let table = run(endure).map_err(|error| format!("{part}: {error}"))?;
            table.print();
            println!("({part}: {} s)", begin.elapsed().as_secs());
            Ok(table)
        })
        .collect()
}

fn put(tables: &[Table]) -> Result {
    document::put_each(DOCUMENT, tables, &document::machine("Tried", &[])?)?;
    println!("\nwritten to {DOCUMENT}");
    Ok(())
}

/// `1,234,567`.
fn count(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap_or_default())
        .collect();
    groups.join(",")
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}
