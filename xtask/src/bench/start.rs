//! How long it takes from the command to the first recorded call.

use std::{
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

use super::{Bench, Table, samples::Samples, subject::program};
use crate::{Result, shell::output};

const TURNS: usize = 15;

pub fn run(bench: &Bench) -> Result {
    let mut took = Samples::default();
    for _ in 0..TURNS {
        let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        let begin = now();
        // COMMAND begins once everything is recorded.
        let text = output(
            Command::new(program("syscord"))
                .args(["record", "-q", "-o"])
                .arg(bench.folder.join("trace.scd"))
                .args(["--", "date", "+%s.%N"]),
        )?;
        let end: f64 = text.trim().parse().map_err(|_| format!("no time: {text}"))?;
        took.push(end - begin);
    }
    let how = format!("`syscord record -- date`: until date has the time; {TURNS} turns");
    let mut table = Table::new("The start of a recording", &how, &["", "s"]);
    table.row(&["median", &format!("{:.3}", took.median())]);
    table.row(&["best", &format!("{:.3}", took.quantile(0.0))]);
    bench.add(table);
    Ok(())
}
