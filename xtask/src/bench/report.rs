//! Tables, on the terminal and in docs/PERFORMANCE.md.

use std::fs;

use crate::{
    Result,
    shell::{command, output, repository},
};

const DOCUMENT: &str = "docs/PERFORMANCE.md";
/// What is between them is written by `cargo xtask bench`.
const MARKS: [&str; 2] = ["<!-- figures: cargo xtask bench -->", "<!-- end of figures -->"];

/// A table of figures.
pub struct Table {
    title: String,
    /// How it was measured.
    how: String,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(title: &str, how: &str, heading: &[&str]) -> Table {
        let heading = heading.iter().map(|cell| (*cell).to_owned()).collect();
        Table { title: title.to_owned(), how: how.to_owned(), rows: vec![heading] }
    }

    pub fn row(&mut self, cells: &[&str]) {
        self.rows.push(cells.iter().map(|cell| (*cell).to_owned()).collect());
    }

    /// Aligned; all columns but the first to the right.
    pub fn print(&self) {
        println!("\n{}\n{}", self.title, self.how);
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in &self.rows {
            let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, width))| match at {
                0 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            });
            println!("  {}", cells.collect::<Vec<_>>().join("  ").trim_end());
        }
    }

    fn markdown(&self) -> String {
        let line = |row: &Vec<String>| format!("| {} |\n", row.join(" | "));
        let mut text = format!("### {}\n\n{}\n\n", self.title, self.how);
        for (at, row) in self.rows.iter().enumerate() {
            text += &line(row);
            if at == 0 {
                text += &format!("|---|{}\n", "--:|".repeat(row.len().saturating_sub(1)));
            }
        }
        text
    }
}

/// All that was measured.
#[derive(Default)]
pub struct Report {
    pub tables: Vec<Table>,
}

impl Report {
    /// Puts the tables into the document, in place of those there.
    pub fn write(&self) -> Result {
        let path = repository().join(DOCUMENT);
        let text = fs::read_to_string(&path).map_err(|error| format!("{DOCUMENT}: {error}"))?;
        let [begin, end] = MARKS;
        let parts = text.split_once(begin).and_then(|(before, rest)| {
            rest.split_once(end).map(|(_, after)| (before.to_owned(), after.to_owned()))
        });
        let (before, after) = parts.ok_or_else(|| format!("{DOCUMENT} lacks its marks"))?;
        let tables: Vec<String> = self.tables.iter().map(Table::markdown).collect();
        let text =
            format!("{before}{begin}\n\n{}\n\n{}\n{end}{after}", machine()?, tables.join("\n"));
        fs::write(&path, text).map_err(|error| format!("{DOCUMENT}: {error}"))?;
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
