//! SHED blocks: what is left out from a moment on, to keep the recorder's overhead down (SPEC.md §4.4).

use crate::cursor::Cursor;
use crate::error::FormatError;

/// What is left out from a moment on, until another says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shed {
    /// From when on, nanoseconds of the monotonic clock.
    pub since: u64,
    /// Bits of [`left_out`].
    pub left_out: u8,
    /// An event stands for so many, as only one thread of so many is recorded; at least 1.
    pub weight: u32,
    /// What recording cost before that, in millionths of the machine's processor time.
    pub overhead: u32,
    /// What it is to cost at most, in the same unit.
    pub limit: u32,
}

/// Bits of [`Shed::left_out`].
pub mod left_out {
    /// Buffers and structures.
    pub const CONTENTS: u8 = 1;
    /// Paths and other strings.
    pub const STRINGS: u8 = 1 << 1;
    /// Durations.
    pub const DURATIONS: u8 = 1 << 2;
}

impl Shed {
    /// Bytes of a payload.
    const LEN: usize = 24;

    pub(crate) fn encode(&self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        out[..8].copy_from_slice(&self.since.to_le_bytes());
        out[8] = self.left_out;
        out[12..16].copy_from_slice(&self.weight.to_le_bytes());
        out[16..20].copy_from_slice(&self.overhead.to_le_bytes());
        out[20..].copy_from_slice(&self.limit.to_le_bytes());
        out
    }
}

/// Decodes the payload of a SHED block.
///
/// # Errors
/// If it is not 24 bytes long, or nothing is recorded (a weight of 0).
pub fn shed(payload: &[u8]) -> Result<Shed, FormatError> {
    let mut cursor = Cursor::new(payload, "SHED");
    let since = cursor.u64()?;
    let left_out = cursor.u32()? as u8;
    let (weight, overhead, limit) = (cursor.u32()?, cursor.u32()?, cursor.u32()?);
    cursor.finish()?;
    if weight == 0 {
        return Err(FormatError::malformed("SHED", "a weight of 0"));
    }
    Ok(Shed { since, left_out, weight, overhead, limit })
}
