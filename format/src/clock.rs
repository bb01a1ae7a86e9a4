//! CLOCK blocks: what ties the monotonic clock to the others.

use crate::cursor::Cursor;
use crate::error::FormatError;

/// Three clocks read together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// `CLOCK_MONOTONIC`, nanoseconds.
    pub monotonic: u64,
    /// `CLOCK_BOOTTIME`, nanoseconds.
    pub boottime: u64,
    /// `CLOCK_REALTIME`, nanoseconds since 1970-01-01 UTC.
    pub realtime: i64,
}

impl Clock {
    pub(crate) fn encode(&self) -> [u8; 24] {
        let mut out = [0; 24];
        out[..8].copy_from_slice(&self.monotonic.to_le_bytes());
        out[8..16].copy_from_slice(&self.boottime.to_le_bytes());
        out[16..].copy_from_slice(&self.realtime.to_le_bytes());
        out
    }
}

/// Decodes the payload of a CLOCK block.
///
/// # Errors
/// If it is not 24 bytes long.
pub fn clock(payload: &[u8]) -> Result<Clock, FormatError> {
    let mut cursor = Cursor::new(payload, "CLOCK");
    let clock =
        Clock { monotonic: cursor.u64()?, boottime: cursor.u64()?, realtime: cursor.i64()? };
    cursor.finish()?;
    Ok(clock)
}
