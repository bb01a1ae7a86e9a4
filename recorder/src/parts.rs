//! What was captured of an argument in parts, put together as the trace has it (format/SPEC.md §5.6).

use std::ops::Range;

use syscord_format::{CaptureStatus, Part, Parts};
use syscord_syscalls::{
    MAX_ARGS,
    record::{CaptureHeader, capture_part, capture_status},
};

use crate::wire::Captures;

/// The parts of a call's arguments, one argument after the other.
#[derive(Default)]
pub struct PartsOf {
    bytes: Vec<u8>,
    arguments: Vec<(u8, CaptureStatus, Range<usize>)>,
    /// Memory for the parts of one.
    spare: Vec<Part<'static>>,
}

impl PartsOf {
    /// Puts the parts together that are among the captures of a call's end and of its begin.
    pub fn collect(&mut self, end: &Captures<'_>, begin: Option<&Captures<'_>>) {
        self.bytes.clear();
        self.arguments.clear();
        let in_parts = |captures: &Captures<'_>| {
            captures
                .clone()
                .filter(|(header, _)| is_part(header))
                .fold(0, |bits, (header, _)| bits | 1 << (header.arg & capture_part::ARG))
        };
        let arguments: u8 = in_parts(end) | begin.map_or(0, in_parts);
        for arg in (0..MAX_ARGS as u8).filter(|arg| arguments & 1 << arg != 0) {
            self.argument(arg, end, begin);
        }
    }

    /// Each argument of which something was captured in parts: its index, what came of it, and the bytes.
    pub fn iter(&self) -> impl Iterator<Item = (u8, CaptureStatus, &[u8])> {
        self.arguments
            .iter()
            .map(|(arg, status, place)| (*arg, *status, &self.bytes[place.clone()]))
    }

    fn argument(&mut self, arg: u8, end: &Captures<'_>, begin: Option<&Captures<'_>>) {
        let mut parts = std::mem::take(&mut self.spare);
        parts.push(NOTHING);
        let (before, now) = (arg | capture_part::BEFORE, arg | capture_part::PART);
        for (header, bytes) in begin.into_iter().flat_map(Clone::clone).chain(end.clone()) {
            let part = Part { status: status(header.status), bytes };
            if is_part(&header) && header.arg == now {
                parts.push(part);
            } else if is_part(&header) && header.arg == before {
                parts[0] = part;
            }
        }
        if let Some(status) = sum(&parts) {
            let start = self.bytes.len();
            if status != CaptureStatus::Unreadable {
                Parts::put(&mut self.bytes, parts.iter().copied());
            }
            self.arguments.push((arg, status, start..self.bytes.len()));
        }
        parts.clear();
        // Empty, so that it may hold parts of other bytes; collected in place, it keeps its memory.
        self.spare = parts.into_iter().map(|_| NOTHING).collect();
    }
}

const NOTHING: Part<'static> = Part { status: CaptureStatus::None, bytes: &[] };

/// Whether a capture is one part of what was captured of its argument.
pub fn is_part(header: &CaptureHeader) -> bool {
    matches!(header.arg & !capture_part::ARG, capture_part::PART | capture_part::BEFORE)
}

/// A status of the probe's as one of the trace's.
#[inline]
pub fn status(status: u8) -> CaptureStatus {
    match status {
        capture_status::WHOLE => CaptureStatus::Whole,
        capture_status::CUT => CaptureStatus::Cut,
        capture_status::UNREADABLE => CaptureStatus::Unreadable,
        capture_status::TORN => CaptureStatus::Torn,
        _ => CaptureStatus::None,
    }
}

/// What came of all parts; `None` if there was nothing to capture.
fn sum(parts: &[Part<'_>]) -> Option<CaptureStatus> {
    let lacks = |part: &Part<'_>| part.status.lacks() || part.status == CaptureStatus::Unreadable;
    let torn = parts.iter().take(2).any(|part| part.status == CaptureStatus::Torn);
    match parts.iter().any(|part| part.status.captured()) {
        true if torn => Some(CaptureStatus::Torn),
        true if parts[1..].iter().any(lacks) => Some(CaptureStatus::Cut),
        true => Some(CaptureStatus::Whole),
        false => parts.iter().any(lacks).then_some(CaptureStatus::Unreadable),
    }
}
