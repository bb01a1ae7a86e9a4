//! What a reader could not read, block by block (SPEC.md §2.3).

use std::fmt;

use crate::block::BlockKind;

/// One thing that is wrong with a trace and did not keep the rest from being read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Damage {
    /// Blocks that are not there, by their sequence numbers.
    Missing {
        /// First missing sequence number.
        first: u64,
        /// Last missing sequence number.
        last: u64,
        /// Where the gap starts, in bytes from the start of the file.
        from: u64,
        /// Where reading went on.
        to: u64,
    },
    /// Bytes between two blocks that follow one another.
    Garbage {
        /// First byte.
        from: u64,
        /// Where reading went on.
        to: u64,
    },
    /// No block that could be read from here to the end of the file.
    LostTail {
        /// First byte.
        from: u64,
        /// The end of the file.
        to: u64,
    },
    /// The file ends inside a block.
    CutTail {
        /// Where that block starts.
        offset: u64,
        /// How many of its bytes are there.
        bytes: u64,
    },
    /// A block whose zone map fails its CRC: the block is lost.
    Zone {
        /// Where the block starts.
        offset: u64,
        /// Its kind.
        kind: BlockKind,
        /// The rows lost with it.
        rows: u32,
    },
    /// A block whose payload fails its CRC or does not decompress: the block is lost.
    Payload {
        /// Where the block starts.
        offset: u64,
        /// Its kind.
        kind: BlockKind,
        /// The rows lost with it.
        rows: u32,
    },
    /// An INDEX block that does not agree with the blocks that were read.
    Index {
        /// Where the INDEX block starts.
        offset: u64,
    },
    /// An END block that does not agree with what was read.
    End {
        /// Where the END block starts.
        offset: u64,
        /// What disagrees.
        problem: &'static str,
    },
    /// Bytes after END.
    Trailing {
        /// The first byte after END.
        offset: u64,
        /// How many there are.
        bytes: u64,
    },
    /// No END block: the recording was cut off.
    NoEnd,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Damage::Missing { first, last, from, to } if first == last => {
                write!(f, "block {first} is missing (bytes {from} to {to})")
            }
            Damage::Missing { first, last, from, to } => {
                write!(f, "blocks {first} to {last} are missing (bytes {from} to {to})")
            }
            Damage::Garbage { from, to } => {
                write!(f, "bytes {from} to {to} belong to no block")
            }
            Damage::LostTail { from, to } => {
                write!(f, "no block can be read in bytes {from} to {to}, the end of the file")
            }
            Damage::CutTail { offset, bytes } => {
                write!(
                    f,
                    "the file ends inside the block at byte {offset}, after {bytes} bytes of it"
                )
            }
            Damage::Zone { offset, kind, rows } => write!(
                f,
                "the {kind} block at byte {offset} has a damaged zone map: its {rows} rows are lost"
            ),
            Damage::Payload { offset, kind, rows } => {
                write!(f, "the {kind} block at byte {offset} is damaged: its {rows} rows are lost")
            }
            Damage::Index { offset } => write!(
                f,
                "the INDEX block at byte {offset} does not agree with the blocks of the file"
            ),
            Damage::End { offset, problem } => {
                write!(f, "the END block at byte {offset} does not agree with the file: {problem}")
            }
            Damage::Trailing { offset, bytes } => {
                write!(f, "{bytes} bytes follow the end of the trace at byte {offset}")
            }
            Damage::NoEnd => {
                write!(f, "the trace has no END: it was cut off or is still being recorded")
            }
        }
    }
}
