//! `--max-overhead`: watches what recording costs, and leaves out more or less, in steps.
//!
//! What it costs is the time that the two hooks of calls take, of which the probe times some, and this process's processor
//! time; as a share of what all CPUs have.

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use syscord_format::{Shed, left_out};
use syscord_syscalls::record::{self, Cost, shed};

use crate::{clocks, rings::Rings, units};

/// How often it is measured, and other threads' turn comes where not all are recorded.
const PERIOD: Duration = Duration::from_millis(500);
/// What was measured counts for so much of the mean, that of before for the rest.
const SHARE: f64 = 0.5;
/// The same where not all threads are recorded: which ones, it depends on how much.
const SHARE_OF_SOME: f64 = 0.2;
/// Measurements after a step, until another may follow: by then the mean is of what came after it.
const SETTLED: u32 = 2;
/// Less is left out once it costs less than this share of the limit,
const CALM: f64 = 0.5;
/// for so long; twice as long each time that this was too soon, and half as long each time that it was not.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(320));
/// With fewer threads it must cost less than that share of before, or yet fewer are of no use: what is left is what the
/// hooks cost of threads that are left out.
const WORTH: f64 = 0.9;
/// Above that share of before, it is not the step that was of no use: there is more to do.
const GROWN: f64 = 1.5;
/// It was too soon if it cost too much again within that time.
const RELAPSE: Duration = Duration::from_secs(10);

/// A step: what is left out.
#[derive(Clone, Copy)]
struct Step {
    level: u32,
    /// One thread of so many is recorded; a power of two.
    weight: u32,
}

/// All of them.
const STEPS: [Step; 12] = [
    Step { level: shed::NOTHING, weight: 1 },
    Step { level: shed::CONTENTS, weight: 1 },
    Step { level: shed::STRINGS, weight: 1 },
    Step { level: shed::DURATIONS, weight: 1 },
    Step { level: shed::DURATIONS, weight: 2 },
    Step { level: shed::DURATIONS, weight: 4 },
    Step { level: shed::DURATIONS, weight: 8 },
    Step { level: shed::DURATIONS, weight: 16 },
    Step { level: shed::DURATIONS, weight: 32 },
    Step { level: shed::DURATIONS, weight: 64 },
    Step { level: shed::DURATIONS, weight: 128 },
    Step { level: shed::DURATIONS, weight: 256 },
];

/// Keeps the overhead down.
pub struct Overhead {
    /// Share of the machine's processor time.
    limit: f64,
    step: usize,
    since: u64,
    /// The steps that would change something.
    steps: Vec<usize>,
    last: Reading,
    /// Smoothed; none right after a step.
    mean: Option<f64>,
    /// The same before the last step, if that left out more and was not yet seen to be of use; else infinite.
    before: f64,
    /// What it had cost when the step began.
    cost: f64,
    /// Measurements since the last step.
    measured: u32,
    calm_since: Option<Instant>,
    patience: Duration,
    lowered: Option<Instant>,
    salt: u32,
    /// By step: for how long.
    spent: [Duration; STEPS.len()],
}

/// What was spent until then.
struct Reading {
    at: Instant,
    costs: Vec<Cost>,
    own: Duration,
}

impl Reading {
    fn now(rings: &Rings) -> Reading {
        let costs = (0..rings.cpus()).map(|cpu| rings.cost(cpu)).collect();
        Reading { at: Instant::now(), costs, own: clocks::own_time() }
    }

    /// The share of the machine's processor time that was spent since `before`.
    fn since(&self, before: &Reading) -> f64 {
        let hooks = self.costs.iter().zip(&before.costs).map(|(now, then)| {
            let timed = now.timed - then.timed;
            let each = (now.ns - then.ns) as f64 / timed.max(1) as f64;
            each * (now.runs - then.runs) as f64
        });
        let own = self.own.saturating_sub(before.own).as_nanos() as f64;
        let elapsed = (self.at - before.at).as_nanos().max(1) as f64;
        (hooks.sum::<f64>() + own) / (elapsed * online_cpus())
    }
}

fn online_cpus() -> f64 {
    // SAFETY: a plain call.
    let cpus = unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) };
    cpus.max(1) as f64
}

impl Overhead {
    /// Watches from now on. `limit` is a share of the machine's processor time; `contents` and `durations` say whether
    /// there are any.
    pub fn new(limit: f64, contents: bool, durations: bool, rings: &Rings) -> Overhead {
        let changes = |step: &usize| match STEPS[*step] {
            Step { level: shed::CONTENTS, .. } => contents,
            Step { level: shed::DURATIONS, weight: 1 } => durations,
            _ => true,
        };
        let steps = (0..STEPS.len()).filter(changes).collect();
        Overhead::from(limit, steps, Reading::now(rings))
    }

    fn from(limit: f64, steps: Vec<usize>, last: Reading) -> Overhead {
        Overhead {
            limit,
            step: 0,
            since: clocks::monotonic(),
            steps,
            last,
            mean: None,
            before: f64::INFINITY,
            cost: 0.0,
            measured: 0,
            calm_since: None,
            patience: PATIENCE.0,
            lowered: None,
            salt: 0,
            spent: Default::default(),
        }
    }

    /// To be called often. Returns what is left out from now on where that is something else than before.
    pub fn watch(&mut self, rings: &Rings) -> Option<Shed> {
        if self.last.at.elapsed() < PERIOD {
            return None;
        }
        let now = Reading::now(rings);
        let measured = now.since(&self.last);
        self.spent[self.at()] += now.at - self.last.at;
        self.last = now;
        self.measured += 1;
        let share = if STEPS[self.at()].weight > 1 { SHARE_OF_SOME } else { SHARE };
        let mean = self.mean.map_or(measured, |mean| mean + share * (measured - mean));
        self.mean = Some(mean);
        let step = self.judge(mean);
        let changes = step != self.step;
        if changes {
            self.go(step, mean);
        }
        if changes || STEPS[self.at()].weight > 1 {
            self.salt = self.salt.wrapping_add(1);
            let Step { level, weight } = STEPS[self.at()];
            rings.shed(record::Shed { level, mask: weight - 1, salt: self.salt, pad: 0 });
            self.since = if changes { clocks::monotonic() } else { self.since };
        }
        changes.then(|| self.shed())
    }

    /// Another step begins.
    fn go(&mut self, step: usize, mean: f64) {
        self.before = if step > self.step { mean } else { f64::INFINITY };
        (self.step, self.cost) = (step, mean);
        (self.mean, self.measured, self.calm_since) = (None, 0, None);
    }

    /// The index in `steps` of what is right for that overhead.
    fn judge(&mut self, mean: f64) -> usize {
        if self.measured < SETTLED {
            return self.step;
        }
        if mean > self.limit {
            self.calm_since = None;
            if self.lowered.take().is_some_and(|lowered| lowered.elapsed() < RELAPSE) {
                self.patience = (self.patience * 2).min(PATIENCE.1);
            }
            let as_before = (self.before * WORTH..self.before * GROWN).contains(&mean);
            let useless = STEPS[self.at()].weight > 1 && as_before;
            let last = self.steps.len() - 1;
            return if useless { self.step } else { (self.step + 1).min(last) };
        }
        self.before = f64::INFINITY;
        if self.lowered.is_some_and(|lowered| lowered.elapsed() >= RELAPSE) {
            self.lowered = None;
            self.patience = (self.patience / 2).max(PATIENCE.0);
        }
        if mean > self.limit * CALM {
            self.calm_since = None;
            return self.step;
        }
        let calm = self.calm_since.get_or_insert_with(Instant::now);
        if self.step == 0 || calm.elapsed() < self.patience {
            return self.step;
        }
        self.lowered = Some(Instant::now());
        self.step - 1
    }

    /// The step at hand: an index in [`STEPS`].
    fn at(&self) -> usize {
        self.steps[self.step]
    }

    /// What is left out at the moment; none if nothing is.
    pub fn current(&self) -> Option<Shed> {
        (self.step > 0).then(|| self.shed())
    }

    /// Since when the step at hand is, by the monotonic clock.
    pub fn since(&self) -> u64 {
        self.since
    }

    fn shed(&self) -> Shed {
        let Step { level, weight } = STEPS[self.at()];
        let all = left_out::CONTENTS | left_out::STRINGS | left_out::DURATIONS;
        let left_out = all & ((1 << level) - 1) as u8;
        let millionths = |share: f64| (share * 1e6).round() as u32;
        let (overhead, limit) = (millionths(self.cost), millionths(self.limit).max(1));
        Shed { since: self.since, left_out, weight, overhead, limit }
    }

    /// As in `1.9 % overhead, without contents`.
    pub fn status(&self) -> String {
        let mut text = format!("{:.1} % overhead", self.mean.unwrap_or(0.0) * 100.0);
        if self.step > 0 {
            let _ = write!(text, ", {}", name(self.at()));
        }
        text
    }

    /// As in `without contents for 2.5 s; without contents and strings for 10.0 s`; none if all was recorded. So many
    /// calls were left out.
    pub fn summary(&self, calls: u64) -> Option<String> {
        let step = |(step, spent): (usize, &Duration)| {
            (step > 0 && !spent.is_zero())
                .then(|| format!("{} for {:.1} s", name(step), spent.as_secs_f64()))
        };
        let mut steps: Vec<String> = self.spent.iter().enumerate().filter_map(step).collect();
        if calls > 0 {
            steps.push(format!("{} calls were left out", units::count(calls)));
        }
        (!steps.is_empty()).then(|| steps.join("; "))
    }
}

/// What is left out in a step.
fn name(step: usize) -> String {
    let Step { level, weight } = STEPS[step];
    let mut text = match level {
        shed::NOTHING => "all".to_owned(),
        shed::CONTENTS => "without contents".to_owned(),
        shed::STRINGS => "without contents and strings".to_owned(),
        _ => "without contents, strings and durations".to_owned(),
    };
    if weight > 1 {
        let _ = write!(text, ", of one thread in {weight}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Has measured `mean` for long enough, and says which step follows.
    fn next(overhead: &mut Overhead, mean: f64) -> usize {
        overhead.measured = SETTLED;
        let step = overhead.judge(mean);
        if step != overhead.step {
            overhead.go(step, mean);
        }
        step
    }

    fn watched() -> Overhead {
        let last = Reading { at: Instant::now(), costs: Vec::new(), own: Duration::ZERO };
        Overhead::from(0.03, (0..STEPS.len()).collect(), last)
    }

    #[test]
    fn more_is_left_out_only_while_that_is_of_use() {
        let mut overhead = watched();
        let steps = [0.02, 0.05, 0.05, 0.05, 0.05, 0.04, 0.039, 0.038, 0.09];
        assert_eq!(steps.map(|mean| next(&mut overhead, mean)), [0, 1, 2, 3, 4, 5, 5, 5, 6]);
    }

    #[test]
    fn a_load_that_grows_later_is_answered() {
        let mut overhead = watched();
        let steps = [0.05, 0.05, 0.05, 0.031, 0.016, 0.048];
        assert_eq!(steps.map(|mean| next(&mut overhead, mean)), [1, 2, 3, 4, 4, 5]);
        // Less is left out, and the load is back.
        assert_eq!(next(&mut overhead, 0.01), 5);
        overhead.calm_since = Instant::now().checked_sub(PATIENCE.0);
        assert_eq!([0.01, 0.04].map(|mean| next(&mut overhead, mean)), [4, 5]);
    }

    #[test]
    fn it_takes_patience_to_record_more_and_more_of_it_after_a_relapse() {
        let mut overhead = watched();
        next(&mut overhead, 0.05);
        assert_eq!(next(&mut overhead, 0.01), 1);
        overhead.calm_since = Instant::now().checked_sub(PATIENCE.0);
        assert_eq!(next(&mut overhead, 0.01), 0);
        assert_eq!(next(&mut overhead, 0.05), 1);
        assert_eq!(overhead.patience, 2 * PATIENCE.0);
    }
}
