//! Gaps and durations (SPEC.md §5.2, §5.4), reckoned once all rows are put.

use crate::chunk::BESIDE;
use crate::chunk::builder::{ChunkBuilder, Rows};
use crate::magnitude::Magnitudes;

/// A duration that is not known.
pub(super) const UNKNOWN: u64 = u64::MAX;

/// The columns of a chunk's times, in ticks. What has been allocated is kept.
#[derive(Default)]
pub(super) struct TimeColumns {
    pub(super) gaps: Magnitudes,
    pub(super) durations: Magnitudes,
}

/// What reckoning them finds out for the zone map and the block header.
#[derive(Default)]
pub(super) struct Extent {
    /// The longest duration, ticks.
    pub(super) longest: u64,
    /// The last end, ticks.
    pub(super) last: u64,
}

impl ChunkBuilder {
    /// Fills the columns of times.
    pub(super) fn reckon_times(&mut self) -> Extent {
        let (shift, base) = (self.tick_shift, self.first >> self.tick_shift);
        let Rows { ends, threads, contexts, .. } = &self.rows;
        let places = contexts.places();
        let (mut gaps, mut durations) =
            (self.times.gaps.start(ends.len()), self.times.durations.start(ends.len()));
        let mut extent = Extent::default();
        let mut row = 0;
        for &place in threads {
            let thread = &self.threads.list[place as usize];
            let run = row..row + thread.rows as usize;
            row = run.end;
            let overlaps = thread.tid & BESIDE != 0;
            let mut previous = base;
            let mut first = true;
            let known = &self.columns.durations[run.clone()];
            for ((end, known), place) in ends[run.clone()].iter().zip(known).zip(&places[run]) {
                let (end_tick, mut duration) = (end >> shift, 0);
                if *known == UNKNOWN {
                    durations.put_unknown(*place);
                } else {
                    duration = end_tick - (end.saturating_sub(*known) >> shift);
                    durations.put(*place, duration);
                    extent.longest = extent.longest.max(duration);
                }
                // A thread's first gap reaches to its end, and so do all of what may overlap.
                let took = if first || overlaps { 0 } else { duration };
                gaps.put(*place, end_tick.wrapping_sub(previous).wrapping_sub(took));
                (previous, first) = (end_tick, false);
                extent.last = extent.last.max(end_tick);
            }
        }
        gaps.finish();
        durations.finish();
        extent
    }
}
