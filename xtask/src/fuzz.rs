//! Fuzzing.

use std::{
    fs,
    process::{Child, Command},
};

use crate::{
    Result,
    shell::{self, cargo, has, repository},
};

const CARGO_FUZZ: &str = "0.13.2";
const TARGETS: [&str; 6] = ["trace", "chunk", "sockaddr", "msghdr", "structs", "strings"];
/// How long, if not told otherwise.
const SECONDS: u32 = 600;

/// Runs the targets that the words name, all at once, or all that there are.
pub fn run(words: &[&str]) -> Result {
    let (mut seconds, mut targets, mut install) = (SECONDS, Vec::new(), false);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--install" => install = true,
            "--seconds" => {
                let given = words.next().and_then(|number| number.parse().ok());
                seconds = given.ok_or("--seconds takes a number")?;
            }
            name if TARGETS.contains(&name) => targets.push(name),
            name => return Err(format!("no target `{name}`; there are {}", TARGETS.join(", "))),
        }
    }
    if targets.is_empty() {
        targets.extend(TARGETS);
    }
    if !has("cargo-fuzz") {
        if !install {
            return Err("cargo-fuzz is missing: run `cargo xtask fuzz --install`".to_owned());
        }
        let version = ["install", "cargo-fuzz", "--version", CARGO_FUZZ, "--locked"];
        shell::run(cargo().args(version))?;
    }
    // Built once, so that the runs do not wait for each other.
    shell::run(&mut fuzz("build"))?;
    let mut running = Vec::new();
    for target in targets {
        running.push((target, start(target, seconds)?));
    }
    let mut failed = Vec::new();
    for (target, mut child) in running {
        let ended = child.wait().map_err(|error| format!("{target}: {error}"))?;
        if !ended.success() {
            failed.push(target);
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("found by {}", failed.join(", "))) }
}

/// Starts a target. What it finds goes below `target/`, and starts from what is kept.
fn start(target: &str, seconds: u32) -> Result<Child> {
    let found = repository().join("target/fuzz").join(target);
    let kept = repository().join("fuzz/corpus").join(target);
    fs::create_dir_all(&found).map_err(|error| format!("{}: {error}", found.display()))?;
    let mut command = fuzz("run");
    command.arg(target).arg(&found);
    if kept.exists() {
        command.arg(&kept);
    }
    command.args(["--", "-max_len=4096", "-timeout=10", "-rss_limit_mb=2048"]);
    command.arg("-print_final_stats=1").arg(format!("-max_total_time={seconds}"));
    command.spawn().map_err(|error| format!("{target}: {error}"))
}

/// `cargo fuzz` without a sanitizer: what is looked for are panics, hangs and memory without bounds.
fn fuzz(what: &str) -> Command {
    let mut command = cargo();
    command.args(["fuzz", what, "--sanitizer", "none"]);
    command
}
