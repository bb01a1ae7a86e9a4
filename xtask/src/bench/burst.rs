//! As many calls a second as one processor can make.

use std::process::{Command, Stdio};

use super::{Bench, Table, floor::Floor, samples::Samples, subject::Subject};
use crate::Result;

const BLOCKS: u32 = 5_000_000;
const TURNS: usize = 5;

pub fn run(bench: &Bench) -> Result {
    let subjects = [
        Subject::Bare,
        Subject::Floor(Floor { both_ends: false, clock: true }),
        Subject::Floor(Floor { both_ends: true, clock: true }),
        Subject::Syscord(&[]),
        Subject::Syscord(&["--no-duration", "--content", "0"]),
    ];
    let mut times: Vec<Samples> = subjects.iter().map(|_| Samples::default()).collect();
    let mut own: Vec<[Samples; 5]> = subjects.iter().map(|_| Default::default()).collect();
    for _ in 0..TURNS {
        for (at, subject) in subjects.iter().enumerate() {
            let (time, summary) = subject.during(&bench.folder, &[], || dd(BLOCKS))?;
            times[at].push(time);
            if let Some(summary) = summary {
                let events = summary.number("events");
                own[at][0].push(summary.number("dropped"));
                own[at][1].push(events / time / 1e6);
                own[at][2].push(summary.cpu * 1e9 / events);
                own[at][3].push(summary.draining * 1e9 / events);
                own[at][4].push(summary.memory as f64 / f64::from(1 << 20));
            }
        }
    }
    let how = format!(
        "dd bs=1 count={BLOCKS} from /dev/zero to /dev/null, {TURNS} turns. Medians; of dropped events and of memory (what \
         syscord takes beside its rings), the most. ns an event are processor time of the recorder, from when it records to its \
         end; draining: its main thread's, up to when it is told to stop"
    );
    let heading = [
        "who records",
        "dd's time",
        "of bare",
        "million events/s",
        "dropped",
        "ns an event",
        "draining",
        "MiB",
    ];
    let mut table = Table::new("A burst", &how, &heading);
    for (at, subject) in subjects.iter().enumerate() {
        let time = times[at].median();
        let [dropped, rate, ns, draining, memory] = &own[at];
        let figure = |text: String| if rate.is_empty() { String::new() } else { text };
        table.row(&[
            &subject.name(),
            &format!("{time:.2} s"),
            &format!("{:.2}", time / times[0].median()),
            &figure(format!("{:.2}", rate.median())),
            &figure(format!("{:.0}", dropped.max())),
            &figure(format!("{:.0}", ns.median())),
            &figure(format!("{:.0}", draining.median())),
            &figure(format!("{:.0}", memory.max())),
        ]);
    }
    bench.add(table);
    Ok(())
}

/// Seconds that dd takes.
pub fn dd(blocks: u32) -> Result<f64> {
    let start = std::time::Instant::now();
    let status = Command::new("dd")
        .args(["if=/dev/zero", "of=/dev/null", "bs=1", &format!("count={blocks}")])
        .stderr(Stdio::null())
        .status();
    match status {
        Ok(status) if status.success() => Ok(start.elapsed().as_secs_f64()),
        Ok(status) => Err(format!("dd: {status}")),
        Err(error) => Err(format!("dd: {error}")),
    }
}
