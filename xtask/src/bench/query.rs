//! How fast a trace is read.

use std::{
    fs,
    io::Read,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use super::{
    Bench, Table,
    samples::Samples,
    server::Nginx,
    subject::{Subject, ended, program},
};
use crate::Result;

/// Events that the trace has at least.
const EVENTS: f64 = 20e6;
/// Events of a request, roughly, to say how many it takes.
const OF_A_REQUEST: f64 = 23.0;
const TURNS: usize = 5;

/// Queries by their names, and their options.
const QUERIES: [(&str, &[&str]); 8] = [
    ("--syscall accept4 --count", &["--syscall", "accept4", "--count"]),
    ("--failed --count", &["--failed", "--count"]),
    ("stats", &["stats"]),
    ("--text", &["--text"]),
    ("--strace", &["--strace"]),
    ("--json", &["--json"]),
    ("--csv", &["--csv"]),
    ("--parquet", &["--parquet"]),
];

pub fn run(bench: &Bench) -> Result {
    let Some(nginx) = Nginx::start(&bench.folder)? else { return Ok(()) };
    let requests = (EVENTS / OF_A_REQUEST * 1.1) as u32;
    let work = || nginx.load(requests);
    let (_, summary) = Subject::Syscord(&[]).during(&bench.folder, &[], work)?;
    let trace = bench.folder.join("trace.scd");
    let size = fs::metadata(&trace).map_err(|error| error.to_string())?.len();
    let events = summary.map_or(f64::NAN, |summary| summary.number("events"));
    let how = format!(
        "{:.1} million events of nginx under ab ({:.0} MiB, in the page cache), output into a file; best of {TURNS}. \
         MiB: the most memory that a run took. What the file itself takes is seen beside it: the same into /dev/null",
        events / 1e6,
        size as f64 / f64::from(1 << 20)
    );
    let mut table =
        Table::new("Queries", &how, &["query", "million events/s", "s", "MiB", "into /dev/null"]);
    for (name, options) in QUERIES {
        let (seconds, memory) = best(&trace, options, &bench.folder.join("out"))?;
        let (nowhere, _) = best(&trace, options, Path::new("/dev/null"))?;
        let rate = |seconds: f64| format!("{:.1}", events / seconds / 1e6);
        let (taken, memory) = (format!("{seconds:.2}"), format!("{memory:.0}"));
        table.row(&[name, &rate(seconds), &taken, &memory, &rate(nowhere)]);
    }
    let mut first = Samples::default();
    for _ in 0..TURNS {
        first.push(first_line(&trace)?);
    }
    let first = format!("{:.3}", first.quantile(0.0));
    table.row(&["--text --limit 10: the first line", "", &first, "", ""]);
    bench.add(table);
    Ok(())
}

/// Seconds of the fastest run, and the most memory in MiB.
fn best(trace: &Path, options: &[&str], out: &Path) -> Result<(f64, f64)> {
    let (mut seconds, mut memory) = (Samples::default(), Samples::default());
    for _ in 0..TURNS {
        let (own, rest): (Vec<&str>, Vec<&str>) =
            options.iter().partition(|word| **word == "stats");
        // What an earlier run has written is given back before the clock starts.
        let file = fs::File::create(out).map_err(|error| error.to_string())?;
        let start = Instant::now();
        let child = Command::new(program("syscord-query"))
            .args(own)
            .arg(trace)
            .args(rest)
            .stdout(file)
            .spawn()
            .map_err(|error| format!("syscord-query: {error}"))?;
        let (status, usage) = ended(&child)?;
        seconds.push(start.elapsed().as_secs_f64());
        memory.push(usage.ru_maxrss as f64 / 1024.0);
        if !status.success() {
            return Err(format!("syscord-query {options:?}: {status}"));
        }
    }
    Ok((seconds.quantile(0.0), memory.max()))
}

/// Seconds until the first byte of a line is there.
fn first_line(trace: &Path) -> Result<f64> {
    let start = Instant::now();
    let mut child = Command::new(program("syscord-query"))
        .arg(trace)
        .args(["--text", "--limit", "10"])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("syscord-query: {error}"))?;
    let mut byte = [0];
    let read = child.stdout.as_mut().map(|out| out.read_exact(&mut byte));
    let took = start.elapsed().as_secs_f64();
    child.wait().map_err(|error| error.to_string())?;
    match read {
        Some(Ok(())) => Ok(took),
        _ => Err("syscord-query --limit 10 writes nothing".to_owned()),
    }
}
