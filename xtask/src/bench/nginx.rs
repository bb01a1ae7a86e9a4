//! A server with both processors busy: `ab` as fast as it can.

use std::thread;
use std::time::Duration;

use super::{
    Bench, Table,
    floor::Floor,
    samples::Samples,
    server::Nginx,
    subject::{Subject, busy, peers},
};
use crate::Result;

const REQUESTS: u32 = 20_000;
const TURNS: usize = 9;

/// What a round took.
#[derive(Default)]
struct Figures {
    /// Seconds, as ab says.
    time: Samples,
    /// Processor seconds of the whole machine meanwhile.
    cpu: Samples,
}

pub fn run(bench: &Bench) -> Result {
    let Some(nginx) = Nginx::start(&bench.folder)? else { return Ok(()) };
    let worker = vec!["--pid".to_owned(), nginx.worker()?.to_string()];
    let all: Vec<String> = Vec::new();
    let mut subjects = vec![
        (Subject::Bare, &all, "bare".to_owned()),
        (Subject::Floor(Floor { both_ends: false, clock: true }), &all, String::new()),
        (Subject::Floor(Floor { both_ends: true, clock: true }), &all, String::new()),
        (Subject::Syscord(&[]), &all, String::new()),
        (Subject::Probe, &all, String::new()),
        (Subject::Syscord(&["--no-duration", "--content", "0"]), &all, String::new()),
        (Subject::Syscord(&[]), &worker, "syscord --pid of nginx's worker".to_owned()),
    ];
    let peers = peers(&bench.folder);
    subjects.extend(peers.iter().map(|peer| (Subject::Peer(peer), &all, String::new())));
    let mut figures: Vec<Figures> = subjects.iter().map(|_| Figures::default()).collect();
    let mut lines = vec![String::new(); subjects.len()];
    // The first round after a pause is slower, whoever records.
    nginx.load(REQUESTS)?;
    for _ in 0..TURNS {
        for (at, (subject, more, _)) in subjects.iter().enumerate() {
            let ((time, cpu), summary) = subject.during(&bench.folder, more, || {
                let before = busy();
                let time = nginx.load(REQUESTS)?;
                Ok((time.as_secs_f64(), busy() - before))
            })?;
            figures[at].time.push(time);
            figures[at].cpu.push(cpu);
            lines[at] = summary.map(|summary| summary.text).unwrap_or_default();
            thread::sleep(Duration::from_millis(200));
        }
    }
    let how = format!(
        "ab -n {REQUESTS} -c 100 of a small file, one worker, machine-wide; {TURNS} turns. Ratios to the bare round: ab's \
         time and the machine's processor time, by medians (and by lower quartiles)"
    );
    let heading = ["who records", "ab's time", "processor time", "last round"];
    let mut table = Table::new("nginx under ab, both processors saturated", &how, &heading);
    let ratio = |of: fn(&Figures) -> &Samples, at: usize| {
        let by = |share| of(&figures[at]).quantile(share) / of(&figures[0]).quantile(share);
        format!("{:.3} ({:.3})", by(0.5), by(0.25))
    };
    for (at, (subject, _, name)) in subjects.iter().enumerate() {
        let name = if name.is_empty() { subject.name() } else { name.clone() };
        let (time, cpu) = (ratio(|figures| &figures.time, at), ratio(|figures| &figures.cpu, at));
        let line = lines[at].split(", /").next().unwrap_or_default();
        table.row(&[&name, &time, &cpu, line]);
    }
    bench.add(table);
    Ok(())
}
