//! The first 40 bytes of a file (SPEC.md §2.1). Their layout is the same in all versions.

use crate::error::FormatError;

/// The first eight bytes of a trace. The high bit and the line ends tell a transfer as text.
pub const MAGIC: [u8; 8] = *b"\x89SCD\r\n\x1a\n";
/// This crate's format version, major and minor.
pub const VERSION: (u16, u16) = (1, 0);
/// Bytes of a preamble.
pub(crate) const PREAMBLE_LEN: usize = 40;
/// The incompatible features that this crate knows.
const KNOWN_FEATURES: u32 = 0;

/// What a preamble says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Preamble {
    pub(crate) version: (u16, u16),
    pub(crate) file_id: [u8; 16],
}

impl Preamble {
    pub(crate) fn encode(&self) -> [u8; PREAMBLE_LEN] {
        let mut out = [0; PREAMBLE_LEN];
        out[..8].copy_from_slice(&MAGIC);
        out[8..10].copy_from_slice(&self.version.0.to_le_bytes());
        out[10..12].copy_from_slice(&self.version.1.to_le_bytes());
        out[16..32].copy_from_slice(&self.file_id);
        let crc = crc32c::crc32c(&out[..32]);
        out[32..36].copy_from_slice(&crc.to_le_bytes());
        out
    }

    /// Reads the start of a file; `start` is all of it if the file is shorter than a preamble.
    pub(crate) fn decode(start: &[u8]) -> Result<Self, FormatError> {
        check_magic(start)?;
        let Some(bytes) = start.first_chunk::<PREAMBLE_LEN>() else {
            return Err(FormatError::PreambleCut { bytes: start.len() });
        };
        let u16_at = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        let u32_at = |at: usize| u32::from(u16_at(at)) | u32::from(u16_at(at + 2)) << 16;
        if u32_at(32) != crc32c::crc32c(&bytes[..32]) {
            return Err(FormatError::PreambleDamaged);
        }
        let version = (u16_at(8), u16_at(10));
        if version.0 != VERSION.0 {
            return Err(FormatError::UnknownMajor {
                found: format!("{}.{}", version.0, version.1),
                known: format!("{}.{}", VERSION.0, VERSION.1),
            });
        }
        let unknown = u32_at(12) & !KNOWN_FEATURES;
        if unknown != 0 {
            return Err(FormatError::UnknownFeatures { bits: unknown });
        }
        let mut file_id = [0; 16];
        file_id.copy_from_slice(&bytes[16..32]);
        Ok(Preamble { version, file_id })
    }
}

fn check_magic(start: &[u8]) -> Result<(), FormatError> {
    let found = &start[..start.len().min(MAGIC.len())];
    if found.is_empty() {
        Err(FormatError::Empty)
    } else if MAGIC.starts_with(found) {
        Ok(())
    } else if start.starts_with(&MAGIC[..4]) {
        Err(FormatError::Mangled)
    } else if is_text(start) {
        Err(FormatError::Text)
    } else {
        Err(FormatError::ForeignMagic { found: found.to_vec() })
    }
}

/// UTF-8 without control characters; the last character may be cut.
fn is_text(start: &[u8]) -> bool {
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(error) if error.error_len().is_some() => return false,
        Err(error) => std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default(),
    };
    let printable = |c: char| matches!(c, '\t' | '\n' | '\r' | '\x1b') || !c.is_control();
    !text.is_empty() && text.chars().all(printable)
}
