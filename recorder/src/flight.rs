//! The flight recorder: the last of a trace, in memory.
//!
//! It consists of segments, each of which begins, like a file, with the processes that are there. The oldest goes as a
//! whole, so what is left can be read without it.

use std::{
    collections::VecDeque,
    io::Write,
    time::{Duration, Instant},
};

use syscord_format::{Clock, FormatError, Writer};

use crate::blocks::Blocks;

/// In so many segments what is kept is divided: so much more than what is asked for is kept of a time, and so much less
/// of a size.
const SEGMENTS: u32 = 8;

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// At most so many bytes.
    Size(u64),
    /// At least that long.
    Time(Duration),
}

impl Keep {
    /// The bytes and the time after which a segment is followed by another.
    pub fn of_a_segment(self) -> (Option<u64>, Option<Duration>) {
        match self {
            Keep::Size(most) => (Some(most / u64::from(SEGMENTS)), None),
            Keep::Time(least) => (None, Some(least / SEGMENTS)),
        }
    }
}

/// The last of a trace.
pub struct Flight {
    keep: Keep,
    segments: VecDeque<Segment>,
}

struct Segment {
    /// When it begins.
    clock: Clock,
    blocks: Vec<Blocks>,
    bytes: usize,
    /// How many of them are the processes that are there.
    opening: usize,
    /// When the next one began.
    ended: Option<Instant>,
}

impl Flight {
    /// Nothing yet.
    pub fn new(keep: Keep) -> Flight {
        Flight { keep, segments: VecDeque::new() }
    }

    /// A segment begins at `clock`.
    pub fn begin(&mut self, clock: Clock) {
        if let Some(last) = self.segments.back_mut() {
            last.ended = Some(Instant::now());
        }
        let (blocks, bytes, opening) = (Vec::new(), 0, 0);
        self.segments.push_back(Segment { clock, blocks, bytes, opening, ended: None });
    }

    /// The segment at hand has what it begins with.
    pub fn opened(&mut self) {
        if let Some(last) = self.segments.back_mut() {
            last.opening = last.bytes;
        }
    }

    /// Keeps blocks, and lets the oldest segments go that are no longer wanted.
    pub fn push(&mut self, blocks: Blocks) {
        if let Some(last) = self.segments.back_mut() {
            last.bytes += blocks.bytes();
            last.blocks.push(blocks);
        }
        while self.segments.len() > 1 && self.is_beyond() {
            self.segments.pop_front();
        }
    }

    /// Keeps nothing of what has come; another segment must begin.
    pub fn clear(&mut self) {
        self.segments.clear();
    }

    /// Bytes that are kept.
    pub fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.bytes as u64).sum()
    }

    /// Bytes of the segment at hand, but for those with which it began.
    pub fn segment_bytes(&self) -> u64 {
        self.segments.back().map_or(0, |segment| (segment.bytes - segment.opening) as u64)
    }

    /// When what is kept begins.
    pub fn start(&self) -> Option<Clock> {
        self.segments.front().map(|segment| segment.clock)
    }

    /// Writes all that is kept.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write<W: Write>(&self, writer: &mut Writer<W>) -> Result<(), FormatError> {
        self.segments.iter().flat_map(|s| &s.blocks).try_for_each(|blocks| blocks.write(writer))
    }

    /// Whether the oldest segment is no longer wanted.
    fn is_beyond(&self) -> bool {
        match self.keep {
            Keep::Size(most) => self.bytes() > most,
            Keep::Time(least) => {
                let ended = self.segments.front().and_then(|segment| segment.ended);
                ended.is_some_and(|ended| ended.elapsed() > least)
            }
        }
    }
}
