//! What a recorder takes while next to nothing is called.

use std::{thread, time::Duration};

use super::{Bench, Table, samples::Samples, subject::Recorder};
use crate::Result;

const TURNS: usize = 3;
const SPAN: Duration = Duration::from_secs(5);

pub fn run(bench: &Bench) -> Result {
    let (mut all, mut draining) = (Samples::default(), Samples::default());
    for _ in 0..TURNS {
        let recorder = Recorder::start(&bench.folder.join("trace.scd"), &[])?;
        let before = recorder.spent()?;
        thread::sleep(SPAN);
        let after = recorder.spent()?;
        recorder.stop()?;
        let each_second = |seconds: f64| seconds / SPAN.as_secs_f64() * 1e3;
        all.push(each_second(after.all - before.all));
        draining.push(each_second(after.draining - before.draining));
    }
    let cpus = thread::available_parallelism().map_or(1, usize::from);
    let how = format!(
        "ms of processor time a second of a recorder of the whole machine, {cpus} CPUs, on which next to nothing is called, and \
         those of the thread that looks at the rings: medians of {TURNS} turns of {} s",
        SPAN.as_secs()
    );
    let mut table = Table::new("A recorder with nothing to do", &how, &["all", "draining"]);
    table.row(&[&format!("{:.2}", all.median()), &format!("{:.2}", draining.median())]);
    bench.add(table);
    Ok(())
}
