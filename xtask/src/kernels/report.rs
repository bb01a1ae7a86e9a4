//! What came of all kernels: on the terminal, in docs/KERNELS.md, and held against what stands there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use super::{Kernel, Outcome, Told};
use crate::{
    Result,
    document::{self, Table},
    shell::{command, output, repository},
};

const DOCUMENT: &str = "docs/KERNELS.md";
/// The heading of the document's column of programs.
const PROGRAM: &str = "program";
/// Percent that the verifier may walk of what is written there.
const CEILING: u32 = 110;
const NOT_TOLD: &str = "–";

/// A kernel and what came of it.
pub struct Row {
    pub kernel: &'static Kernel,
    pub outcome: Outcome,
    pub seconds: u64,
}

impl Row {
    pub fn print(&self) {
        println!("{}: {} ({} s)", self.kernel.name, self.result(), self.seconds);
        if let Outcome::Failed(reasons) = &self.outcome {
            reasons.iter().for_each(|reason| println!("  {reason}"));
        }
    }

    fn told(&self) -> Option<&Told> {
        if let Outcome::Passed(told) = &self.outcome { Some(told) } else { None }
    }

    fn result(&self) -> String {
        match &self.outcome {
            Outcome::Passed(_) => "passed".to_owned(),
            Outcome::Failed(_) => "FAILED".to_owned(),
            Outcome::Skipped(reason) => format!("skipped: {reason}"),
        }
    }

    /// Programs for which the verifier walks more than it may.
    fn over(&self, recorded: &Walked) -> Vec<String> {
        let walked = self.told().into_iter().flat_map(|told| &told.walked);
        walked
            .filter_map(|(program, count)| {
                let was = *recorded.get(&(self.kernel.name.to_owned(), program.clone()))?;
                let is_over = u64::from(*count) * 100 > u64::from(was) * u64::from(CEILING);
                is_over.then(|| format!("{} {program}: {count}, was {was}", self.kernel.name))
            })
            .collect()
    }
}

/// Prints the tables, writes them if asked to, and fails if a kernel did.
pub fn conclude(rows: &[Row], write: bool) -> Result {
    let tables = [results(rows), instructions(rows)];
    tables.iter().for_each(Table::print);
    let path = repository().join(DOCUMENT);
    let text = fs::read_to_string(&path).map_err(|error| format!("{DOCUMENT}: {error}"))?;
    let recorded = recorded(&text);
    let over: Vec<String> = rows.iter().flat_map(|row| row.over(&recorded)).collect();
    if !over.is_empty() {
        println!("\nThe verifier walks more than {CEILING} % of what {DOCUMENT} has:");
        over.iter().for_each(|line| println!("  {line}"));
    }
    let is_failed = |row: &&Row| matches!(row.outcome, Outcome::Failed(_));
    if rows.iter().any(|row| is_failed(&row)) {
        let failed: Vec<&str> = rows.iter().filter(is_failed).map(|row| row.kernel.name).collect();
        return Err(format!("failed: {}", failed.join(", ")));
    }
    if rows.iter().all(|row| row.told().is_none()) {
        return Err("no kernel was tried".to_owned());
    }
    if write {
        let tables: Vec<String> = tables.iter().map(Table::markdown).collect();
        document::put(DOCUMENT, &format!("{}\n\n{}", origin()?, tables.join("\n")))?;
        println!("\nwritten to {DOCUMENT}");
    } else if !over.is_empty() {
        return Err("the verifier walks too much: mend it, or accept it with --write".to_owned());
    }
    Ok(())
}

fn results(rows: &[Row]) -> Table {
    let mut table = Table::new(
        "Kernels",
        "Seconds from the start of the machine to the end of the checks, and of the download where there was one.",
        &["kernel", "version", "result", "seconds", "what it cannot tell"],
    );
    for row in rows {
        let (release, lacking) = match row.told() {
            Some(told) => (told.release.as_str(), told.lacking.join("; ")),
            None => (NOT_TOLD, String::new()),
        };
        let (result, seconds) = (row.result(), row.seconds.to_string());
        table.row(&[row.kernel.name, release, &result, &seconds, &lacking]);
    }
    table
}

/// By program and kernel: the form that [`recorded`] reads.
fn instructions(rows: &[Row]) -> Table {
    let told: Vec<(&str, &Told)> =
        rows.iter().filter_map(|row| Some((row.kernel.name, row.told()?))).collect();
    let names = told.iter().map(|(name, _)| *name);
    let heading: Vec<&str> = [PROGRAM].into_iter().chain(names).collect();
    let how = "What the verifier walked when the probe was loaded to record everything.";
    let mut table = Table::new("Instructions", how, &heading);
    let programs: BTreeSet<&String> =
        told.iter().flat_map(|(_, told)| told.walked.keys()).collect();
    for program in programs {
        let count = |told: &Told| told.walked.get(program).map(u32::to_string);
        let counts = told.iter().map(|(_, told)| count(told).unwrap_or(NOT_TOLD.to_owned()));
        let cells: Vec<String> = [program.clone()].into_iter().chain(counts).collect();
        table.row(&cells.iter().map(String::as_str).collect::<Vec<_>>());
    }
    table
}

/// By kernel and program: instructions.
type Walked = BTreeMap<(String, String), u32>;

/// What stands in the document.
fn recorded(document: &str) -> Walked {
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let mut lines = document.lines().filter(|line| line.starts_with('|')).map(cells);
    let Some(heading) = lines.find(|cells| cells.first().is_some_and(|it| it == PROGRAM)) else {
        return Walked::new();
    };
    let mut walked = Walked::new();
    for row in lines {
        for (kernel, count) in heading.iter().zip(&row).skip(1) {
            if let Ok(count) = count.parse() {
                walked.insert((kernel.clone(), row[0].clone()), count);
            }
        }
    }
    walked
}

/// When and with what it was tried.
fn origin() -> Result<String> {
    let date = output(command("date").args(["-u", "+%Y-%m-%d"]))?;
    let commit = output(command("git").args(["describe", "--always", "--dirty"]))?;
    Ok(format!("Tried {} at commit {}.", date.trim(), commit.trim()))
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Row, Told, instructions, recorded};
    use crate::kernels::MATRIX;

    fn row(count: u32) -> Row {
        let walked = [("sys_exit".to_owned(), count)].into_iter().collect();
        let outcome = Outcome::Passed(Told { walked, ..Told::default() });
        Row { kernel: &MATRIX[1], outcome, seconds: 0 }
    }

    #[test]
    fn what_is_written_is_the_ceiling() {
        let recorded = recorded(&instructions(&[row(1000)]).markdown());
        assert_eq!(recorded.len(), 1);
        assert!(row(1100).over(&recorded).is_empty());
        assert_eq!(row(1101).over(&recorded).len(), 1);
    }
}
