//! The Debian package: what it holds is built here, and it is tried in a virtual machine under systemd.

use std::path::PathBuf;

use crate::{Result, shell::repository};

mod check;
mod deb;
mod report;
mod system;

const OPTIONS: [&str; 3] = ["--install", "--check", "--write"];

/// Builds the package; with `--check` tries it, with `--write` writes what came of that.
pub fn run(words: &[&str]) -> Result {
    if let Some(wrong) = words.iter().find(|word| !OPTIONS.contains(word)) {
        return Err(format!("no option `{wrong}`: there are {}", OPTIONS.join(", ")));
    }
    let [install, check, write] = OPTIONS.map(|option| words.contains(&option));
    if write && !check {
        return Err("--write is for what --check finds".to_owned());
    }
    let package = deb::build(install)?;
    println!("{}", package.display());
    if check { report::conclude(&check::run(&package)?, write) } else { Ok(()) }
}

/// Where all of this lives, but for the package itself: pages, completions, the system that it is tried on.
fn folder() -> PathBuf {
    repository().join("target/package")
}
