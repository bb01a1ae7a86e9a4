//! LOSS blocks: the ledger of what was seen, recorded, filtered and dropped (SPEC.md §4.3).

use serde::{Deserialize, Serialize};

use crate::body;
use crate::error::FormatError;

/// The [`LedgerRow::cpu`] of counts that are not of one CPU.
pub const NO_CPU: u32 = u32::MAX;

/// The counts of one CPU over a span of time. Rows do not overlap, so they add up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerRow {
    /// The CPU, or [`NO_CPU`].
    pub cpu: u32,
    /// Start of the span, nanoseconds of the monotonic clock.
    pub from: u64,
    /// End of the span, nanoseconds of the monotonic clock.
    pub to: u64,
    /// Syscalls seen: recorded, filtered and dropped ones.
    pub seen: u64,
    /// Events in the trace.
    pub recorded: u64,
    /// Left out by a filter on processes.
    pub filtered_process: u64,
    /// Left out by a filter on syscalls.
    pub filtered_syscall: u64,
    /// Left out as the recorder's own.
    pub filtered_self: u64,
    /// Lost: reason (see [`drop_reason`]) and count.
    pub dropped: Vec<(u8, u64)>,
}

impl LedgerRow {
    /// All that was lost, whatever the reason.
    pub fn dropped_total(&self) -> u64 {
        self.dropped.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// All that a filter left out.
    pub fn filtered(&self) -> u64 {
        self.filtered_process
            .saturating_add(self.filtered_syscall)
            .saturating_add(self.filtered_self)
    }

    /// Whether `seen = recorded + filtered + dropped`.
    pub fn balanced(&self) -> bool {
        let accounted = self.recorded.checked_add(self.filtered());
        accounted.and_then(|sum| sum.checked_add(self.dropped_total())) == Some(self.seen)
    }
}

/// Why an event was lost.
pub mod drop_reason {
    /// The CPU's ring was full: the recorder did not keep up.
    pub const RING_FULL: u8 = 1;
    /// The kernel left the hook out because it was running already.
    pub const REENTERED: u8 = 2;
    /// A writer on the same CPU had been interrupted half way.
    pub const BUSY: u8 = 3;
    /// The ring had no room for what is told beside calls: of processes and descriptors, or what was captured when a
    /// call began. Each counts as seen, too.
    pub const SIDE: u8 = 4;

    /// Left out to keep the recorder's overhead below what it may be at most: see SHED blocks.
    pub const SHED: u8 = 5;

    /// A reason in words.
    pub fn name(reason: u8) -> &'static str {
        match reason {
            RING_FULL => "ring full",
            REENTERED => "probe re-entered",
            BUSY => "ring busy",
            SIDE => "about processes",
            SHED => "left out to keep the overhead down",
            _ => "unknown reason",
        }
    }
}

/// Decodes the payload of a LOSS block.
///
/// # Errors
/// If it does not follow the format.
pub fn ledger(payload: &[u8]) -> Result<Vec<LedgerRow>, FormatError> {
    body::decode_list("LOSS", payload)
}
