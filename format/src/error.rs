//! What can go wrong, one variant for each condition.

use crate::damage::Damage;

/// Why a trace could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The operating system's error.
    #[error("{0}")]
    Io(#[from] std::io::Error),

    /// No byte at all.
    #[error("the file is empty: the recording wrote nothing")]
    Empty,
    /// Text, by the look of its first bytes.
    #[error("this is a text file, not a syscord trace (it does not start with \\x89SCD)")]
    Text,
    /// Something else.
    #[error(
        "not a syscord trace: it starts with {}, not with \\x89SCD; if it is compressed or \
         encrypted, undo that first", hex(.found)
    )]
    ForeignMagic {
        /// The first bytes, at most 8.
        found: Vec<u8>,
    },
    /// The magic's line ends were converted.
    #[error(
        "the trace was transferred as text and its bytes were changed: transfer it again in binary mode"
    )]
    Mangled,
    /// Shorter than a preamble.
    #[error("the trace was cut off after {bytes} bytes, within its first 40: nothing can be read")]
    PreambleCut {
        /// Bytes that are there.
        bytes: usize,
    },
    /// The preamble's CRC does not hold.
    #[error("the first 40 bytes of the trace are damaged: take another copy of the file")]
    PreambleDamaged,
    /// Another major version.
    #[error(
        "the trace has format version {found}, this program reads {known}: use a syscord-query of \
         its time"
    )]
    UnknownMajor {
        /// The file's version, `major.minor`.
        found: String,
        /// This crate's version, `major.minor`.
        known: String,
    },
    /// An incompatible feature that this reader does not know.
    #[error(
        "the trace uses features this program does not know (bits {bits:#x}): use a newer syscord-query"
    )]
    UnknownFeatures {
        /// The unknown bits.
        bits: u32,
    },
    /// Nothing follows the preamble.
    #[error(
        "the trace ends before its description (META): the recording was cut off at its very start"
    )]
    MetaMissing,
    /// META cannot be read.
    #[error(
        "the trace's description (META) is damaged ({why}), so its events cannot be read: take another copy of the file"
    )]
    MetaDamaged {
        /// What is wrong with it.
        why: String,
    },
    /// A block without which the file must not be read.
    #[error(
        "the trace holds a block of kind {kind} at byte {offset} that this program must know but \
         does not: use a newer syscord-query"
    )]
    UnknownCriticalBlock {
        /// The block's kind.
        kind: u8,
        /// Where it stands.
        offset: u64,
    },
    /// A block that cannot be read; the others can. It is listed in the trace's damage too.
    #[error("{0}")]
    Damaged(Damage),
    /// The payload of a pipe's block was asked for after the next block or twice.
    #[error("the payload of the block at byte {offset} has passed by and a pipe cannot go back")]
    PassedBy {
        /// Where the block stands.
        offset: u64,
    },

    /// A part of the file ends too early.
    #[error("damaged trace: {part} ends too early")]
    Short {
        /// The part.
        part: &'static str,
    },
    /// A part of the file contradicts itself or the format.
    #[error("damaged trace: {part}: {problem}")]
    Malformed {
        /// The part.
        part: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
    /// A part of the file does not decompress to what it should.
    #[error("damaged trace: {part} does not decompress")]
    Decompression {
        /// The part.
        part: &'static str,
    },
    /// A META, PROC or LOSS body does not follow its schema.
    #[error("damaged trace: the {part} body: {problem}")]
    Body {
        /// The part.
        part: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// Beyond a limit of the format (SPEC.md §7).
    #[error("{what}: {value} is more than the format's limit of {limit}")]
    Limit {
        /// What is limited.
        what: &'static str,
        /// What was asked for.
        value: u64,
        /// The most there may be.
        limit: u64,
    },

    /// zstd failed to compress.
    #[error("cannot compress a block: {0}")]
    Compression(std::io::Error),
    /// An earlier write failed, perhaps half way through a block.
    #[error("an earlier write to the trace failed: nothing more is written behind it")]
    WriterFailed,
}

impl FormatError {
    pub(crate) fn malformed(part: &'static str, problem: &'static str) -> Self {
        FormatError::Malformed { part, problem }
    }

    /// An error if `value` is beyond `limit`.
    pub(crate) fn check(what: &'static str, value: u64, limit: u64) -> Result<(), Self> {
        if value > limit { Err(FormatError::Limit { what, value, limit }) } else { Ok(()) }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}
