//! Fuzzing.

use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Child, Command},
};

use crate::{
    Result,
    document::{Table, machine, put},
    shell::{self, cargo, has, repository},
};

const CARGO_FUZZ: &str = "0.13.2";
/// Each target, and the most bytes of its inputs.
const TARGETS: [(&str, u32); 6] = [
    ("trace", 16 << 10),
    ("chunk", 4096),
    ("sockaddr", 4096),
    ("msghdr", 4096),
    ("structs", 4096),
    ("strings", 4096),
];
/// How long, if not told otherwise.
const SECONDS: u32 = 600;
const DOCUMENT: &str = "docs/FUZZING.md";

/// Runs the targets that the words name, all at once, or all that there are.
pub fn run(words: &[&str]) -> Result {
    let (mut seconds, mut named, mut install, mut write) = (SECONDS, Vec::new(), false, false);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--install" => install = true,
            "--write" => write = true,
            "--seconds" => {
                let given = words.next().and_then(|number| number.parse().ok());
                seconds = given.ok_or("--seconds takes a number")?;
            }
            name if TARGETS.iter().any(|(target, _)| *target == name) => named.push(name),
            name => {
                let targets = TARGETS.map(|(target, _)| target).join(", ");
                return Err(format!("no target `{name}`; there are {targets}"));
            }
        }
    }
    if write && !named.is_empty() {
        return Err("--write takes all targets, as docs/FUZZING.md has them".to_owned());
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
    for (target, longest) in TARGETS {
        if named.is_empty() || named.contains(&target) {
            running.push((target, start(target, longest, seconds)?));
        }
    }
    let (mut table, mut found) = (table(running.len(), seconds), Vec::new());
    for (target, mut child) in running {
        let ended = child.wait().map_err(|error| format!("{target}: {error}"))?;
        table.row(&row(target, ended.success())?.each_ref().map(String::as_str));
        if !ended.success() {
            found.push(format!("{target} (see {})", log(target).display()));
        }
    }
    table.print();
    if write {
        put(DOCUMENT, &format!("{}\n\n{}", machine("Tried", &[])?, table.markdown()))?;
        println!("\nwritten to {DOCUMENT}");
    }
    if found.is_empty() { Ok(()) } else { Err(format!("found by {}", found.join(", "))) }
}

fn table(targets: usize, seconds: u32) -> Table {
    let how = format!(
        "{targets} targets side by side, {seconds} s each. An input that takes 1 s, or 2 GiB of memory, counts as found"
    );
    let heading = ["target", "inputs tried", "a second", "slowest, s", "most MiB", "found"];
    Table::new("Any bytes", &how, &heading)
}

/// What a target says of itself at its end.
fn row(target: &str, nothing_found: bool) -> Result<[String; 6]> {
    let path = log(target);
    let text = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let text = String::from_utf8_lossy(&text);
    let figure = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.map_or("?", str::trim).to_owned()
    };
    let found = if nothing_found { "nothing" } else { "SOMETHING" };
    Ok([
        target.to_owned(),
        figure("stat::number_of_executed_units"),
        figure("stat::average_exec_per_sec"),
        figure("stat::slowest_unit_time_sec"),
        figure("stat::peak_rss_mb"),
        found.to_owned(),
    ])
}

/// Starts a target. What it finds goes below `target/`, and starts from what is kept.
fn start(target: &str, longest: u32, seconds: u32) -> Result<Child> {
    let found = repository().join("target/fuzz").join(target);
    let kept = repository().join("fuzz/corpus").join(target);
    let failed = |error| format!("{}: {error}", found.display());
    fs::create_dir_all(&found).map_err(failed)?;
    let mut command = fuzz("run");
    command.arg(target).arg(&found);
    if kept.exists() {
        command.arg(&kept);
    }
    command.args(["--", "-timeout=1", "-rss_limit_mb=2048", "-print_final_stats=1"]);
    command.args([format!("-max_len={longest}"), format!("-max_total_time={seconds}")]);
    command.stderr(File::create(log(target)).map_err(failed)?);
    command.spawn().map_err(|error| format!("{target}: {error}"))
}

/// Where a target says what it does.
fn log(target: &str) -> PathBuf {
    repository().join("target/fuzz").join(format!("{target}.log"))
}

/// `cargo fuzz` without a sanitizer: what is looked for are panics, hangs and memory without bounds.
fn fuzz(what: &str) -> Command {
    let mut command = cargo();
    command.args(["fuzz", what, "--sanitizer", "none"]);
    command
}
