//! What docs/PERFORMANCE.md is made of.

use std::fs;

use crate::{
    Result,
    document::{self, Table},
    shell::{command, output},
};

const DOCUMENT: &str = "docs/PERFORMANCE.md";

/// All that was measured.
#[derive(Default)]
pub struct Report {
    pub tables: Vec<Table>,
}

impl Report {
    /// Puts the tables into the document, in place of those there.
    pub fn write(&self) -> Result {
        let tables: Vec<String> = self.tables.iter().map(Table::markdown).collect();
        document::put(DOCUMENT, &format!("{}\n\n{}", machine()?, tables.join("\n")))?;
        println!("\nwritten to {DOCUMENT}");
        Ok(())
    }
}

/// Where and with what it was measured.
fn machine() -> Result<String> {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name").and_then(|rest| rest.split_once(':')))
        .map_or("an unknown processor", |(_, name)| name.trim());
    let count = cpus.lines().filter(|line| line.starts_with("processor")).count();
    let date = output(command("date").args(["-u", "+%Y-%m-%d"]))?;
    let kernel = output(command("uname").args(["-r", "-m"]))?;
    let commit = output(command("git").args(["describe", "--always", "--dirty"]))?;
    let first = |program: &str, arg: &str| {
        let text = output(command(program).arg(arg)).unwrap_or_default();
        text.lines().next().unwrap_or("").trim().to_owned()
    };
    let versions: Vec<String> =
        [("rustc", "-V"), ("strace", "-V"), ("perf", "--version"), ("sysdig", "--version")]
            .map(|(program, arg)| first(program, arg))
            .into_iter()
            .filter(|version| !version.is_empty())
            .collect();
    Ok(format!(
        "Measured {} at commit {} on {count} CPUs ({model}), Linux {}; {}.",
        date.trim(),
        commit.trim(),
        kernel.trim(),
        versions.join("; ")
    ))
}
