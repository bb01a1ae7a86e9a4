//! Many processes and threads, and those that come and go.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use syscord_endure::{LOAD, kind};

use super::{Recording, Seen, account, all_of};
use crate::{
    Result,
    endure::{
        count,
        load::Rate,
        programs::{look, must, program, query},
        text,
    },
};

const PROCESSES: u64 = 10_000;
const AGAIN: usize = 300;
const FORKS: u64 = 2_000;

/// All that are there are described.
pub fn many(folder: &Path) -> Result<Seen> {
    let mut child = Command::new(program(LOAD))
        .args(["many", &PROCESSES.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{LOAD}: {error}"))?;
    let mut line = String::new();
    let made = child.stdout.take().map(|out| BufReader::new(out).read_line(&mut line));
    let recorded = match made {
        Some(Ok(_)) if line.trim() == PROCESSES.to_string() => crowd(folder),
        _ => Err("the processes cannot be made".to_owned()),
    };
    // They end with its input.
    drop(child.stdin.take());
    child.wait().map_err(|error| error.to_string())?;
    recorded
}

fn crowd(folder: &Path) -> Result<Seen> {
    let trace = folder.join("t.scd");
    let begin = Instant::now();
    let ran = must(text(&program("syscord")), &["record", "-q", "-o", text(&trace), "--", "true"]);
    let alone = begin.elapsed();
    ran?;
    // Of the whole machine, so that all are described.
    let begin = Instant::now();
    let seconds = 2.0;
    let duration = format!("{seconds}s");
    let args = ["record", "-q", "-o", text(&trace), "--duration", &duration];
    must(text(&program("syscord")), &args)?;
    let took = begin.elapsed().as_secs_f64() - seconds;
    let found = look("processes", &[&trace])?;
    let verified = query(&["verify", text(&trace)])?;
    // And the process that has made them.
    if found != PROCESSES + 1 || verified.code != 0 {
        return Err(format!("{found} are described; {}", verified.out));
    }
    Ok(Seen::This(format!(
        "all are described, nothing dropped; beside its {seconds} s the recording took {took:.1} s (that of `true` alone: {:.1} s)",
        alone.as_secs_f64()
    )))
}

/// Threads, each with its calls.
pub fn threads(folder: &Path) -> Result<Seen> {
    let rate = Rate { threads: 5_000, calls: 100_000, forks: 0 };
    let trace = folder.join("t.scd");
    let recording = Recording::start(folder, &trace, rate)?;
    thread::sleep(Duration::from_secs(5));
    let told = all_of(recording)?;
    let stats = query(&["stats", "--by", "thread", "--json", text(&trace)])?;
    let stats: Value = serde_json::from_str(&stats.out).map_err(|error| error.to_string())?;
    let seen = stats["groups"].as_array().map_or(0, Vec::len);
    let waiting = query(&[text(&trace), "--json", "-e", "read"])?.out;
    let waiting = waiting.lines().filter(|line| line.contains("\"cpu\":null")).count();
    if (seen, waiting) != (rate.threads, rate.threads) {
        return Err(format!("{seen} threads have calls, {waiting} one under way at the end"));
    }
    Ok(Seen::This(format!(
        "{told}; each of the threads has its calls, the last of which was under way"
    )))
}

/// Each has its own name and calls.
pub fn again(folder: &Path) -> Result<Seen> {
    let trace = folder.join("t.scd");
    let (load, number) = (program(LOAD), AGAIN.to_string());
    let args = ["record", "-q", "-o", text(&trace), "--", text(&load), "again", &number];
    let pid = must(text(&program("syscord")), &args)?;
    let lines = query(&[text(&trace), "--json", "--pid", pid.trim(), "-e", "lseek"])?.out;
    let mut names: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for line in lines.lines() {
        let event: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let number = event["args"]["offset"].as_u64().unwrap_or(u64::MAX);
        let comm = event["comm"].as_str().unwrap_or_default();
        names.entry(number).or_default().push(comm.to_owned());
    }
    let right = |(at, (number, names)): (usize, (&u64, &Vec<String>))| {
        *number == at as u64 && names[..] == [LOAD.to_owned(), format!("again-{number}")]
    };
    if names.len() != AGAIN || !names.iter().enumerate().all(right) {
        return Err(format!("{names:?}"));
    }
    let processes =
        query(&["stats", "--by", "process", "--json", "--pid", pid.trim(), text(&trace)])?;
    let processes: Value =
        serde_json::from_str(&processes.out).map_err(|error| error.to_string())?;
    let groups = processes["groups"].as_array().map_or(0, Vec::len);
    if groups != AGAIN {
        return Err(format!("{groups} processes by `stats`"));
    }
    Ok(Seen::This("each call has the name that its process had then; they are so many processes to `stats`, too".to_owned()))
}

/// All are counted.
pub fn forks(folder: &Path) -> Result<Seen> {
    let rate = Rate { threads: 1, calls: 20_000, forks: FORKS };
    let trace = folder.join("t.scd");
    let Recording { load, recorder, .. } = Recording::start(folder, &trace, rate)?;
    let begin = Instant::now();
    thread::sleep(Duration::from_secs(5));
    let seconds = begin.elapsed().as_secs_f64();
    load.stop()?;
    let forks = load.made()[kind("clone")];
    let (tally, told) = account(&load, recorder, &trace)?;
    if tally.dropped > 0 {
        return Err(format!("{told}: there was room for all"));
    }
    Ok(Seen::This(format!("{} processes in {seconds:.0} s; {told}", count(forks))))
}
