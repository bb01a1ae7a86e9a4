//! Tables of figures, on the terminal and in documents.

use std::fs;

use crate::{
    Result,
    shell::{command, output, repository},
};

/// What is between them in a document is written by a chore.
const MARKS: [&str; 2] = ["<!-- figures: ", "<!-- end of figures -->"];

/// With what the heading of a table begins.
const HEADING: &str = "### ";

/// Puts the text into the document, in place of what a chore wrote there before.
pub fn put(document: &str, text: &str) -> Result {
    let path = repository().join(document);
    let old = fs::read_to_string(&path).map_err(|error| format!("{document}: {error}"))?;
    let lacks = || format!("{document} lacks its marks");
    let begin = old.find(MARKS[0]).ok_or_else(lacks)?;
    let begin = begin + old[begin..].find('\n').ok_or_else(lacks)? + 1;
    let end = begin + old[begin..].find(MARKS[1]).ok_or_else(lacks)?;
    let new = format!("{}\n{}\n{}", &old[..begin], text, &old[end..]);
    fs::write(&path, new).map_err(|error| format!("{document}: {error}"))
}

/// Puts each table into the document, in place of the one of that title, or behind the others; with a line of its own on
/// when and where it was made.
pub fn put_each(document: &str, tables: &[Table], made: &str) -> Result {
    let old = fs::read_to_string(repository().join(document))
        .map_err(|error| format!("{document}: {error}"))?;
    let between = old.split_once(MARKS[0]).and_then(|(_, rest)| rest.split_once('\n'));
    let between = between.and_then(|(_, rest)| rest.split_once(MARKS[1])).map(|(text, _)| text);
    let sections = between.unwrap_or_default().split(HEADING).skip(1);
    let mut sections: Vec<String> = sections.map(|section| section.trim_end().to_owned()).collect();
    for table in tables {
        let text = table.markdown().replacen(HEADING, "", 1);
        let text = text.replacen("\n\n", &format!("\n\n{made}\n\n"), 1).trim_end().to_owned();
        let same = |section: &&mut String| section.lines().next() == Some(&*table.title);
        match sections.iter_mut().find(same) {
            Some(section) => *section = text,
            None => sections.push(text),
        }
    }
    let sections: Vec<String> =
        sections.iter().map(|section| format!("{HEADING}{section}\n")).collect();
    put(document, &sections.join("\n"))
}

/// When, where and with what something was done: `Measured 2026-11-26 at commit …`.
pub fn machine(done: &str, programs: &[(&str, &str)]) -> Result<String> {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name").and_then(|rest| rest.split_once(':')))
        .map_or("an unknown processor", |(_, name)| name.trim());
    let count = cpus.lines().filter(|line| line.starts_with("processor")).count();
    let date = output(command("date").args(["-u", "+%Y-%m-%d"]))?;
    let kernel = output(command("uname").args(["-r", "-m"]))?;
    let commit = output(command("git").args(["describe", "--always", "--dirty"]))?;
    let first = |(program, arg): &(&str, &str)| {
        let text = output(command(program).arg(arg)).unwrap_or_default();
        text.lines().next().unwrap_or("").trim().to_owned()
    };
    let versions = programs.iter().map(first).filter(|version| !version.is_empty());
    let kernel = format!("Linux {}", kernel.trim());
    let parts: Vec<String> = [kernel].into_iter().chain(versions).collect();
    Ok(format!(
        "{done} {} at commit {} on {count} CPUs ({model}), {}.",
        date.trim(),
        commit.trim(),
        parts.join("; ")
    ))
}

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

    /// As a document has it.
    pub fn markdown(&self) -> String {
        let line = |row: &Vec<String>| format!("| {} |\n", row.join(" | "));
        let how = if self.how.is_empty() { String::new() } else { format!("{}\n\n", self.how) };
        let mut text = format!("{HEADING}{}\n\n{how}", self.title);
        for (at, row) in self.rows.iter().enumerate() {
            text += &line(row);
            if at == 0 {
                text += &format!("|---|{}\n", "--:|".repeat(row.len().saturating_sub(1)));
            }
        }
        text
    }
}
