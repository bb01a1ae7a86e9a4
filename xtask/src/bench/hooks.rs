//! What the hooks on calls themselves take, as the kernel counts it: without what it needs to get to them.

use aya::{
    programs::loaded_programs,
    sys::{Stats, enable_stats},
};

use super::{Bench, Table, burst, overhead, samples::Samples, server::Nginx, subject::Subject};
use crate::Result;

const TURNS: usize = 7;
const BLOCKS: u32 = 500_000;
const REQUESTS: u32 = 10_000;
const MODES: [Subject; 3] = [
    Subject::Syscord(&[]),
    Subject::Syscord(&["--no-duration", "--content", "0"]),
    Subject::Syscord(&["--pid", "1"]),
];
/// The probe's programs, by their names.
const HOOKS: [&str; 2] = ["sys_enter", "sys_exit"];

/// What makes calls, and its name.
type Work<'w> = (&'static str, Box<dyn Fn() -> Result + 'w>);

pub fn run(bench: &Bench) -> Result {
    let nginx = Nginx::start(&bench.folder)?;
    let mut works: Vec<Work<'_>> = vec![
        ("getppid", Box::new(|| overhead::rounds(&[]).map(drop))),
        ("dd bs=1", Box::new(|| burst::dd(BLOCKS).map(drop))),
    ];
    if let Some(nginx) = &nginx {
        works.push(("nginx under ab", Box::new(|| nginx.load(REQUESTS).map(drop))));
    }
    // The kernel counts while this is open.
    let _counting = enable_stats(Stats::RunTime).map_err(|error| error.to_string())?;
    let mut figures: Vec<[[Samples; HOOKS.len()]; MODES.len()]> =
        works.iter().map(|_| Default::default()).collect();
    for _ in 0..TURNS {
        for (mode, subject) in MODES.iter().enumerate() {
            subject.during(&bench.folder, &[], || {
                for ((_, work), figures) in works.iter().zip(&mut figures) {
                    let before = counted();
                    work()?;
                    for ((hook, before), now) in figures[mode].iter_mut().zip(before).zip(counted())
                    {
                        hook.extend(now.since(before));
                    }
                }
                Ok(())
            })?;
        }
    }
    let how = format!(
        "ns a run of the probe's program, by the kernel's own count (BPF_ENABLE_STATS, whose reading of the clock is in \
         it); {TURNS} turns, lower quartiles. `--pid 1` leaves all of these calls out"
    );
    let mut table = Table::new("The hooks", &how, &["calls of", "who records", HOOKS[0], HOOKS[1]]);
    for ((work, _), figures) in works.iter().zip(&figures) {
        for (mode, hooks) in MODES.iter().zip(figures) {
            let [enter, exit] = hooks.each_ref().map(|hook| match hook.is_empty() {
                true => String::new(),
                false => format!("{:.0}", hook.quantile(0.25)),
            });
            table.row(&[work, &mode.name(), &enter, &exit]);
        }
    }
    bench.add(table);
    Ok(())
}

/// What a program has taken so far.
#[derive(Clone, Copy, Default)]
struct Count {
    ns: u128,
    runs: u64,
}

impl Count {
    /// ns a run since then, if there were runs.
    fn since(self, before: Count) -> Option<f64> {
        let runs = self.runs.checked_sub(before.runs).filter(|runs| *runs > 0)?;
        Some(self.ns.checked_sub(before.ns)? as f64 / runs as f64)
    }
}

/// Of each of [`HOOKS`], as far as it is loaded.
fn counted() -> [Count; HOOKS.len()] {
    let mut counts = [Count::default(); HOOKS.len()];
    // One that goes while they are listed is none of the probe's.
    for program in loaded_programs().flatten() {
        if let Some(at) = HOOKS.iter().position(|hook| program.name_as_str() == Some(hook)) {
            counts[at].ns += program.run_time().as_nanos();
            counts[at].runs += program.run_count();
        }
    }
    counts
}
