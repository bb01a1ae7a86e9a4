//! What the recorder left out to keep its overhead down, and what events stand for then.

use std::sync::Arc;

use serde_json::{Value, json};
use syscord_format::{Shed, left_out};

use crate::{
    table::{Cell, Table},
    time::human_span,
};

/// What events stand for, by their time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Weights {
    /// From when on (nanoseconds of the monotonic clock), and how many each; empty where each always stood for itself.
    steps: Arc<Vec<(u64, u32)>>,
}

impl Weights {
    /// From some moment on, as the trace says.
    pub(crate) fn add(&mut self, shed: &Shed) {
        if shed.weight > 1 || !self.steps.is_empty() {
            let steps = Arc::make_mut(&mut self.steps);
            let before = steps.partition_point(|(since, _)| *since < shed.since);
            steps.truncate(before);
            steps.push((shed.since, shed.weight));
        }
    }

    /// No event before `time` will be asked for.
    pub(crate) fn forget_before(&mut self, time: u64) {
        let past = self.steps.partition_point(|(since, _)| *since <= time).saturating_sub(1);
        if past > 0 {
            Arc::make_mut(&mut self.steps).drain(..past);
        }
        if self.steps.iter().all(|(_, weight)| *weight == 1) {
            self.steps = Arc::default();
        }
    }

    /// Whether an event always stands for itself.
    #[inline]
    pub(crate) fn are_one(&self) -> bool {
        self.steps.is_empty()
    }

    /// How many an event of that time stands for.
    pub(crate) fn at(&self, time: u64) -> u64 {
        let after = self.steps.partition_point(|(since, _)| *since <= time);
        after.checked_sub(1).map_or(1, |at| self.steps[at].1.into())
    }
}

/// What was left out, from when on: a line for each step.
pub(crate) fn table(steps: &[Shed], start: u64, end: u64) -> Table {
    let mut table = Table::default()
        .right("from")
        .right("for")
        .left("left out")
        .left("threads")
        .right("overhead before")
        .right("limit");
    for (step, until) in spans(steps, end) {
        let what = names(step);
        let span = |nanoseconds: u64| Cell::new(human_span(nanoseconds.into()));
        table.row(vec![
            span(step.since.saturating_sub(start)),
            span(until.saturating_sub(step.since)),
            Cell::new(if what.is_empty() { "nothing".to_string() } else { what.join(", ") }),
            Cell::new(match step.weight {
                1 => "all".to_string(),
                weight => format!("1 in {weight}"),
            }),
            Cell::new(percent(step.overhead)),
            Cell::new(percent(step.limit)),
        ]);
    }
    table
}

/// The same for programs.
pub(crate) fn json(steps: &[Shed], start: u64, end: u64) -> Value {
    let step = |(step, until): (&Shed, u64)| {
        json!({
            "from": step.since.saturating_sub(start),
            "duration": until.saturating_sub(step.since),
            "left_out": names(step),
            "weight": step.weight,
            "overhead": f64::from(step.overhead) / 1e6,
            "limit": f64::from(step.limit) / 1e6,
        })
    };
    spans(steps, end).into_iter().map(step).collect()
}

/// The steps with when each ended. One that is said again is the same step.
fn spans(steps: &[Shed], end: u64) -> Vec<(&Shed, u64)> {
    let what = |step: &Shed| (step.left_out, step.weight);
    let mut spans: Vec<(&Shed, u64)> = Vec::new();
    for step in steps {
        match spans.last_mut() {
            Some((last, _)) if what(last) == what(step) => continue,
            Some((_, until)) => *until = step.since,
            None => {}
        }
        spans.push((step, end));
    }
    spans
}

fn names(step: &Shed) -> Vec<&'static str> {
    [
        (left_out::CONTENTS, "contents"),
        (left_out::STRINGS, "strings"),
        (left_out::DURATIONS, "durations"),
    ]
    .into_iter()
    .filter(|(bit, _)| step.left_out & bit != 0)
    .map(|(_, name)| name)
    .collect()
}

/// Of millionths.
fn percent(share: u32) -> String {
    format!("{:.2} %", f64::from(share) / 1e4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_stand_for_what_the_last_step_before_them_says() {
        let shed = |since, weight| Shed { since, left_out: 7, weight, overhead: 0, limit: 0 };
        let mut weights = Weights::default();
        weights.add(&shed(5, 1));
        assert!(weights.are_one());
        for step in [shed(10, 2), shed(20, 4), shed(30, 1)] {
            weights.add(&step);
        }
        let at = |weights: &Weights| [9, 10, 19, 20, 29, 30, 99].map(|time| weights.at(time));
        assert_eq!(at(&weights), [1, 2, 2, 4, 4, 1, 1]);
        weights.forget_before(25);
        assert_eq!(at(&weights)[4..], [4, 1, 1]);
        weights.forget_before(31);
        assert!(weights.are_one());
    }
}
