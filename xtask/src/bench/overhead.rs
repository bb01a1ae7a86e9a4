//! What a call costs more while it is recorded: the cheapest call there is, in a loop.

use std::{process::Command, time::Instant};

use super::{
    Bench, Table,
    floor::Floor,
    samples::Samples,
    subject::{Subject, peers},
};
use crate::{Result, shell::output};

/// Calls in a round: short, so that many rounds pass undisturbed.
const CALLS: u32 = 5_000;
/// Rounds between two changes of who records.
const ROUNDS: u32 = 100;
/// How often each gets its turn.
const TURNS: usize = 10;

pub fn run(bench: &Bench) -> Result {
    let mut subjects = vec![
        Subject::Bare,
        Subject::Floor(Floor { both_ends: false, clock: false }),
        Subject::Floor(Floor { both_ends: false, clock: true }),
        Subject::Floor(Floor { both_ends: true, clock: false }),
        Subject::Floor(Floor { both_ends: true, clock: true }),
        Subject::Syscord(&["--no-duration", "--content", "0"]),
        Subject::Syscord(&["--no-duration"]),
        Subject::Syscord(&[]),
        Subject::Syscord(&["--pid", "1"]),
        Subject::Syscord(&["--syscall", "openat"]),
    ];
    subjects.extend(peers(&bench.folder).into_iter().map(Subject::Peer));
    let mut figures: Vec<Samples> = subjects.iter().map(|_| Samples::default()).collect();
    let mut strace = Samples::default();
    for _ in 0..TURNS {
        for (subject, figures) in subjects.iter().zip(&mut figures) {
            figures.extend(subject.during(&bench.folder, &[], || rounds(&[]))?.0);
        }
        // It traces the loop alone, and is so slow that few rounds will do.
        let log = bench.folder.join("strace").display().to_string();
        if let Ok(values) = rounds(&["strace", "-o", &log]) {
            strace.extend(values);
        }
    }
    let how = format!(
        "ns of a getppid, 5th percentile of {TURNS} turns of {ROUNDS} rounds of {CALLS} calls. Hooks \
         that record nothing say what of it is the kernel's. `--pid 1` leaves out the process that calls, `--syscall \
         openat` its calls"
    );
    let mut table = Table::new("A call", &how, &["who records", "ns a call", "added", "of bare"]);
    let bare = figures[0].quantile(0.05);
    let names = subjects.iter().map(Subject::name);
    for (name, figures) in names.zip(&figures).chain([("strace".to_owned(), &strace)]) {
        if figures.is_empty() {
            continue;
        }
        let (ns, added) = (figures.quantile(0.05), figures.quantile(0.05) - bare);
        table.row(&[
            &name,
            &format!("{ns:.0}"),
            &format!("{added:+.0}"),
            &format!("{:.2}", ns / bare),
        ]);
    }
    bench.add(table);
    Ok(())
}

/// ns a call, of each round; by another process, since a recorder leaves out nothing but itself.
pub fn rounds(tracer: &[&str]) -> Result<Vec<f64>> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let own = own.display().to_string();
    let few = (ROUNDS / 20).to_string();
    let (calls, rounds) = (CALLS.to_string(), ROUNDS.to_string());
    let rounds = if tracer.is_empty() { &rounds } else { &few };
    let words = [tracer, &[&*own, "bench-loop", &*calls, &**rounds]].concat();
    let text = output(Command::new(words[0]).args(&words[1..]))?;
    text.lines().map(|line| line.parse().map_err(|_| format!("no number: {line}"))).collect()
}

/// The loop that is measured: prints ns a call for each round.
pub fn spin(calls: &str, rounds: &str) -> Result {
    let number = |text: &str| text.parse::<u32>().map_err(|error| format!("{text}: {error}"));
    let (calls, rounds) = (number(calls)?, number(rounds)?);
    let mut took = Vec::with_capacity(rounds as usize);
    for _ in 0..rounds {
        let start = Instant::now();
        for _ in 0..calls {
            // SAFETY: a plain system call.
            unsafe { libc::syscall(libc::SYS_getppid) };
        }
        took.push(start.elapsed().as_nanos() as f64 / f64::from(calls));
    }
    took.iter().for_each(|ns| println!("{ns}"));
    Ok(())
}
