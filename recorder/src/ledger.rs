//! The ledger: what became of every call that the probe saw, CPU by CPU.

use syscord_format::{LedgerRow, NO_CPU, drop_reason};
use syscord_syscalls::record::Counters;

use crate::{probe::Probe, rings::Rings};

/// Turns the probe's counters into rows, each for the time since the one before.
pub struct Ledger {
    from: u64,
    counters: Vec<Counters>,
    missed: u64,
    /// Calls under way that are to be written, and are in no row yet.
    under_way: u64,
}

/// Sums over all CPUs since the start.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sums {
    /// Calls put into the rings.
    pub recorded: u64,
    /// Calls that did not make it, and what is told beside calls.
    pub dropped: u64,
    /// Calls that were left out to keep the overhead down.
    pub shed: u64,
}

impl Ledger {
    /// Starts at `from`, when all counters were zero.
    pub fn new(from: u64, cpus: usize) -> Ledger {
        Ledger { from, counters: vec![Counters::default(); cpus], missed: 0, under_way: 0 }
    }

    /// The rows since the last, up to `to`.
    pub fn rows(&mut self, rings: &Rings, probe: &Probe, to: u64) -> Vec<LedgerRow> {
        // The last rows may have been up to a later moment than the one that borders two files.
        let to = to.max(self.from);
        let from = std::mem::replace(&mut self.from, to);
        let mut rows = Vec::new();
        for cpu in 0..rings.cpus() {
            let now = rings.taken(cpu);
            let before = std::mem::replace(&mut self.counters[cpu], now);
            rows.push(row(cpu as u32, from, to, &before, &now));
        }
        let missed = probe.missed();
        let newly = missed.saturating_sub(self.missed);
        self.missed = missed.max(self.missed);
        let recorded = std::mem::take(&mut self.under_way);
        let dropped = Vec::from_iter((newly > 0).then_some((drop_reason::REENTERED, newly)));
        let seen = newly + recorded;
        rows.push(LedgerRow { cpu: NO_CPU, from, to, seen, recorded, dropped, ..EMPTY });
        rows.retain(|row| row.seen > 0);
        rows
    }

    /// Calls under way are written as events.
    pub fn under_way(&mut self, calls: usize) {
        self.under_way += calls as u64;
    }

    /// Sums of the counters as they are now.
    pub fn sums(&self, rings: &Rings, probe: &Probe) -> Sums {
        let mut sums = Sums { dropped: probe.missed(), ..Sums::default() };
        for cpu in 0..rings.cpus() {
            let now = rings.counters(cpu);
            sums.recorded += now.recorded;
            sums.dropped += now.dropped_full + now.dropped_busy + now.dropped_side;
            sums.shed += now.dropped_shed;
        }
        sums
    }

    /// Whether anything was dropped since the last rows.
    pub fn has_news(&self, rings: &Rings) -> bool {
        (0..rings.cpus()).any(|cpu| {
            let dropped = |c: &Counters| c.dropped_full + c.dropped_busy + c.dropped_side;
            dropped(&rings.counters(cpu)) != dropped(&self.counters[cpu])
        })
    }
}

const EMPTY: LedgerRow = LedgerRow {
    cpu: 0,
    from: 0,
    to: 0,
    seen: 0,
    recorded: 0,
    filtered_process: 0,
    filtered_syscall: 0,
    filtered_self: 0,
    dropped: Vec::new(),
};

fn row(cpu: u32, from: u64, to: u64, before: &Counters, now: &Counters) -> LedgerRow {
    let side = now.dropped_side - before.dropped_side;
    let reasons = [
        (drop_reason::SIDE, side),
        (drop_reason::RING_FULL, now.dropped_full - before.dropped_full),
        (drop_reason::BUSY, now.dropped_busy - before.dropped_busy),
        (drop_reason::SHED, now.dropped_shed - before.dropped_shed),
    ];
    LedgerRow {
        cpu,
        from,
        to,
        seen: now.seen - before.seen + side,
        recorded: now.recorded - before.recorded,
        filtered_process: now.filtered_process - before.filtered_process,
        filtered_syscall: now.filtered_syscall - before.filtered_syscall,
        filtered_self: now.filtered_self - before.filtered_self,
        dropped: reasons.into_iter().filter(|(_, count)| *count > 0).collect(),
    }
}
