//! INDEX and END blocks (SPEC.md §3.1, §3.2).

use crate::block::{BlockHeader, BlockKind};
use crate::cursor::Cursor;
use crate::error::FormatError;

/// Bytes of an entry.
pub(crate) const ENTRY_LEN: usize = 40;
/// The last bytes of a whole file.
pub(crate) const END_MAGIC: [u8; 8] = *b"SCDEND\r\n";

/// What INDEX says of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexEntry {
    /// Where the block starts, in bytes from the start of the file.
    pub offset: u64,
    /// Its sequence number.
    pub sequence: u64,
    /// No row is earlier, in nanoseconds of the monotonic clock.
    pub first: u64,
    /// No row is later, in nanoseconds of the monotonic clock.
    pub last: u64,
    /// Its rows.
    pub rows: u32,
    /// Its kind.
    pub kind: BlockKind,
}

impl IndexEntry {
    pub(crate) fn of(offset: u64, header: &BlockHeader) -> Self {
        let BlockHeader { sequence, first, last, rows, kind, .. } = *header;
        IndexEntry { offset, sequence, first, last, rows, kind }
    }

    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        for field in [self.offset, self.sequence, self.first, self.last] {
            out.extend_from_slice(&field.to_le_bytes());
        }
        out.extend_from_slice(&self.rows.to_le_bytes());
        out.extend_from_slice(&[self.kind.0, 0, 0, 0]);
    }
}

/// Decodes the payload of an INDEX block.
///
/// # Errors
/// If it is not a whole number of entries.
pub fn index(payload: &[u8]) -> Result<Vec<IndexEntry>, FormatError> {
    let mut cursor = Cursor::new(payload, "INDEX");
    let mut entries = Vec::with_capacity(payload.len() / ENTRY_LEN);
    while cursor.left() > 0 {
        let (offset, sequence) = (cursor.u64()?, cursor.u64()?);
        let (first, last) = (cursor.u64()?, cursor.u64()?);
        let (rows, kind) = (cursor.u32()?, BlockKind(cursor.u8()?));
        cursor.bytes(3)?;
        entries.push(IndexEntry { offset, sequence, first, last, rows, kind });
    }
    Ok(entries)
}

/// What END says of a whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Events in the file.
    pub events: u64,
    /// EVENTS blocks in the file.
    pub chunks: u64,
    /// Where the INDEX blocks start.
    pub indexes: Vec<u64>,
    /// Where this END block starts.
    pub offset: u64,
}

impl End {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(40 + 8 * self.indexes.len());
        for field in [self.events, self.chunks, self.indexes.len() as u64] {
            out.extend_from_slice(&field.to_le_bytes());
        }
        for offset in &self.indexes {
            out.extend_from_slice(&offset.to_le_bytes());
        }
        out.extend_from_slice(&self.offset.to_le_bytes());
        out.extend_from_slice(&END_MAGIC);
        out
    }

    pub(crate) fn decode(payload: &[u8]) -> Result<Self, FormatError> {
        let mut cursor = Cursor::new(payload, "END");
        let (events, chunks, n) = (cursor.u64()?, cursor.u64()?, cursor.u64()?);
        FormatError::check("INDEX blocks", n, (cursor.left() / 8) as u64)?;
        let indexes = (0..n).map(|_| cursor.u64()).collect::<Result<Vec<_>, _>>()?;
        let offset = cursor.u64()?;
        if cursor.bytes(END_MAGIC.len())? != END_MAGIC {
            return Err(cursor.problem("it lacks its closing mark"));
        }
        cursor.finish()?;
        Ok(End { events, chunks, indexes, offset })
    }
}
