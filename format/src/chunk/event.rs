//! An event as a recorder gives it.

use crate::chunk::files::File;
use crate::limits::MAX_ARGS;

/// One syscall.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// When its result was there, nanoseconds of the monotonic clock.
    pub end: u64,
    /// How long it took, nanoseconds, at most `end`; `None`, or `u64::MAX`, if its entry was not seen.
    pub duration: Option<u64>,
    /// The process.
    pub tgid: u32,
    /// The thread.
    pub tid: u32,
    /// Whether it ran beside the thread's calls, and may overlap with them and with its like (SPEC.md §5.3).
    pub beside: bool,
    /// The CPU on which it ended; [`NO_CPU`](crate::NO_CPU) for none.
    pub cpu: u32,
    /// The calling convention.
    pub abi: u8,
    /// The syscall's number.
    pub number: u32,
    /// The raw arguments, at most 6, as many as the schema lists for this syscall. The first event of
    /// a syscall that is announced fixes their number: of later ones, arguments that lack read as 0 and those
    /// beyond are left out.
    pub args: &'a [u64],
    /// The result.
    pub ret: i64,
    /// What is special about it: bits of [`mark`](crate::mark).
    pub marks: u8,
    /// Captured memory, at most once for an argument; of arguments that are not in `args`, ignored.
    pub captures: &'a [Capture<'a>],
    /// What descriptors stand for from now on, at most 8.
    pub files: &'a [File<'a>],
}

/// What is needed to know of an event to find its place in a chunk; as in [`Event`].
#[derive(Debug, Clone, Copy)]
pub struct EventKey {
    /// When its result was there.
    pub end: u64,
    /// The process.
    pub tgid: u32,
    /// The thread.
    pub tid: u32,
    /// Whether it ran beside the thread's calls.
    pub beside: bool,
    /// The calling convention.
    pub abi: u8,
    /// The syscall's number.
    pub number: u32,
    /// How many raw arguments it has.
    pub args: u8,
}

impl Event<'_> {
    /// The event's key.
    pub fn key(&self) -> EventKey {
        let Event { end, tgid, tid, beside, abi, number, args, .. } = *self;
        EventKey { end, tgid, tid, beside, abi, number, args: args.len().min(MAX_ARGS) as u8 }
    }
}

/// Memory that an argument points to.
#[derive(Debug, Clone, Copy)]
pub struct Capture<'a> {
    /// The argument, from 0.
    pub arg: u8,
    /// The section to store it in: the same in all events of a syscall. The first in a chunk decides.
    pub section: CaptureSection,
    /// Whether it is there.
    pub status: CaptureStatus,
    /// The bytes, if `status` is whole or cut; at most 1 MiB, what is beyond is cut.
    pub bytes: &'a [u8],
    /// The true length if `status` is cut; 0 if it is not known.
    pub full: u32,
}

/// Where captured memory is stored, so that queries on one kind do not decompress the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum CaptureSection {
    /// Paths and other text.
    Strings = 1,
    /// Buffers.
    Contents = 2,
    /// With the buffers, where they lie: the address too is kept.
    Addressed = 3,
}

impl CaptureSection {
    pub(crate) const ALL: [Self; 2] = [CaptureSection::Strings, CaptureSection::Contents];

    /// The section's place in arrays of both.
    #[inline]
    pub(crate) fn index(self) -> usize {
        match self {
            CaptureSection::Strings => 0,
            CaptureSection::Contents | CaptureSection::Addressed => 1,
        }
    }
}

/// How much of an argument's memory is in the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum CaptureStatus {
    /// There was nothing to capture: a null address, no length, a failed call.
    None = 0,
    /// All of it is there.
    Whole = 1,
    /// The first part is there.
    Cut = 2,
    /// The memory could not be read.
    Unreadable = 3,
    /// The first part is there; what lies behind it could not be read.
    Torn = 4,
}

impl CaptureStatus {
    /// Whether bytes are there.
    #[inline]
    pub fn captured(self) -> bool {
        matches!(self, CaptureStatus::Whole | CaptureStatus::Cut | CaptureStatus::Torn)
    }

    /// Whether the bytes that are there are not all there were.
    #[inline]
    pub fn lacks(self) -> bool {
        matches!(self, CaptureStatus::Cut | CaptureStatus::Torn)
    }

    /// Whether the address is left out, unless the section keeps all.
    #[inline]
    pub(crate) fn stands_for_address(self) -> bool {
        matches!(self, CaptureStatus::Whole | CaptureStatus::Cut)
    }

    pub(crate) fn from_i64(value: i64) -> Option<Self> {
        match value {
            0 => Some(CaptureStatus::None),
            1 => Some(CaptureStatus::Whole),
            2 => Some(CaptureStatus::Cut),
            3 => Some(CaptureStatus::Unreadable),
            4 => Some(CaptureStatus::Torn),
            _ => None,
        }
    }
}

/// Bits of [`Event::marks`].
pub mod mark {
    /// The call never returned: result and duration mean nothing, the time is that of the end.
    pub const NEVER_RETURNED: u8 = 1;
    /// The raw arguments are not known.
    pub const ARGS_UNKNOWN: u8 = 2;
    /// The call was under way when recording stopped: the duration is its age. Comes with
    /// [`NEVER_RETURNED`].
    pub const UNDER_WAY: u8 = 4;
    /// The flight recorder was dumped because of it.
    pub const TRIGGER: u8 = 8;
}
