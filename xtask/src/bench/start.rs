//! How long it takes from the command to the first recorded call, and what a recorder takes that has nothing to do.

use std::{
    process::Command,
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::{
    Bench, Table,
    samples::Samples,
    subject::{Subject, program},
};
use crate::{Result, shell::output};

const TURNS: usize = 15;
/// How long nothing is done, and how often.
const IDLE: (Duration, usize) = (Duration::from_secs(5), 3);

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
    idle(bench)
}

fn idle(bench: &Bench) -> Result {
    let (mut all, mut draining) = (Samples::default(), Samples::default());
    for _ in 0..IDLE.1 {
        let sleep = || Ok(thread::sleep(IDLE.0));
        let (_, summary) = Subject::Syscord(&[]).during(&bench.folder, &[], sleep)?;
        let summary = summary.ok_or("syscord does not say what it did")?;
        all.push(summary.cpu / IDLE.0.as_secs_f64() * 1e3);
        draining.push(summary.draining / IDLE.0.as_secs_f64() * 1e3);
    }
    let cpus = thread::available_parallelism().map_or(1, usize::from);
    let how = format!(
        "ms of processor time a second of a recorder of the whole machine ({cpus} CPUs) on which next to nothing is called, \
         and those of the thread that looks at the rings; {} turns of {} s, medians",
        IDLE.1,
        IDLE.0.as_secs()
    );
    let mut table = Table::new("A recorder with nothing to do", &how, &["all", "draining"]);
    table.row(&[&format!("{:.1}", all.median()), &format!("{:.1}", draining.median())]);
    bench.add(table);
    Ok(())
}
