//! A block's header (SPEC.md §2.2).

use std::fmt;

use crate::limits::{MAX_RAW, MAX_ROWS, MAX_STORED, MAX_ZONE};

/// Bytes of a block's header.
pub(crate) const HEADER_LEN: usize = 72;
/// Blocks start at multiples of this.
pub(crate) const ALIGN: u64 = 8;
/// A reader that does not know the block's kind must refuse the file.
pub(crate) const FLAG_CRITICAL: u8 = 1;
/// The payload is one zstd frame.
pub(crate) const FLAG_COMPRESSED: u8 = 2;

const SYNC_MASK: [u8; 8] = *b"SCDBLOCK";

/// What a block holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlockKind(pub u8);

impl BlockKind {
    /// The description of the file, its first block.
    pub const META: Self = BlockKind(1);
    /// Clocks read together.
    pub const CLOCK: Self = BlockKind(2);
    /// Processes and what became of them.
    pub const PROC: Self = BlockKind(3);
    /// Syscalls.
    pub const EVENTS: Self = BlockKind(4);
    /// What was recorded, filtered and dropped.
    pub const LOSS: Self = BlockKind(5);
    /// Where the blocks before it stand.
    pub const INDEX: Self = BlockKind(6);
    /// The end of a whole file.
    pub const END: Self = BlockKind(7);
    /// What is left out from then on.
    pub const SHED: Self = BlockKind(8);

    /// The kind's name, `unknown` if this version does not know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::META => "META",
            Self::CLOCK => "CLOCK",
            Self::PROC => "PROC",
            Self::EVENTS => "EVENTS",
            Self::LOSS => "LOSS",
            Self::INDEX => "INDEX",
            Self::END => "END",
            Self::SHED => "SHED",
            _ => "unknown",
        }
    }

    pub(crate) fn known(self) -> bool {
        (Self::META.0..=Self::SHED.0).contains(&self.0)
    }
}

impl fmt::Display for BlockKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a block's header says of it. Everything but its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockHeader {
    /// What the block holds.
    pub kind: BlockKind,
    /// Bit 0 critical, bit 1 compressed.
    pub flags: u8,
    /// Bytes of the zone map.
    pub zone: u32,
    /// Events, process records, ledger rows or index entries.
    pub rows: u32,
    /// The block's number in the file, from 0.
    pub sequence: u64,
    /// No row is earlier, in nanoseconds of the monotonic clock.
    pub first: u64,
    /// No row is later, in nanoseconds of the monotonic clock.
    pub last: u64,
    /// Bytes of the payload in the file.
    pub stored: u32,
    /// Bytes of the payload when decompressed.
    pub raw: u32,
    /// CRC-32C of the payload as stored.
    pub payload_crc: u32,
    /// CRC-32C of the zone map.
    pub zone_crc: u32,
}

impl BlockHeader {
    /// Whether a reader that does not know the kind must refuse the file.
    pub fn critical(&self) -> bool {
        self.flags & FLAG_CRITICAL != 0
    }

    /// Whether the payload is compressed as a whole.
    pub fn compressed(&self) -> bool {
        self.flags & FLAG_COMPRESSED != 0
    }

    /// Bytes of the whole block: header, zone map, payload and padding.
    pub fn extent(&self) -> u64 {
        (self.payload_at() + u64::from(self.stored)).next_multiple_of(ALIGN)
    }

    /// Where the payload starts, from the start of the block.
    pub(crate) fn payload_at(&self) -> u64 {
        HEADER_LEN as u64 + u64::from(self.zone)
    }

    pub(crate) fn encode(&self, sync: [u8; 8]) -> [u8; HEADER_LEN] {
        let mut out = [0; HEADER_LEN];
        out[0..8].copy_from_slice(&sync);
        out[8] = self.kind.0;
        out[9] = self.flags;
        out[12..16].copy_from_slice(&self.zone.to_le_bytes());
        out[16..20].copy_from_slice(&self.rows.to_le_bytes());
        out[24..32].copy_from_slice(&self.sequence.to_le_bytes());
        out[32..40].copy_from_slice(&self.first.to_le_bytes());
        out[40..48].copy_from_slice(&self.last.to_le_bytes());
        out[48..52].copy_from_slice(&self.stored.to_le_bytes());
        out[52..56].copy_from_slice(&self.raw.to_le_bytes());
        out[56..60].copy_from_slice(&self.payload_crc.to_le_bytes());
        out[60..64].copy_from_slice(&self.zone_crc.to_le_bytes());
        let crc = crc32c::crc32c(&out[..68]);
        out[68..72].copy_from_slice(&crc.to_le_bytes());
        out
    }

    /// The header at the start of `bytes`: none unless its sync word, its CRC and its limits hold.
    pub(crate) fn decode(bytes: &[u8], sync: [u8; 8]) -> Option<Self> {
        let bytes = bytes.first_chunk::<HEADER_LEN>()?;
        let u32_at = |at: usize| {
            u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        let u64_at = |at: usize| u64::from(u32_at(at)) | u64::from(u32_at(at + 4)) << 32;
        if bytes[..8] != sync || u32_at(68) != crc32c::crc32c(&bytes[..68]) {
            return None;
        }
        let header = BlockHeader {
            kind: BlockKind(bytes[8]),
            flags: bytes[9],
            zone: u32_at(12),
            rows: u32_at(16),
            sequence: u64_at(24),
            first: u64_at(32),
            last: u64_at(40),
            stored: u32_at(48),
            raw: u32_at(52),
            payload_crc: u32_at(56),
            zone_crc: u32_at(60),
        };
        let within_limits = header.zone <= MAX_ZONE
            && header.rows <= MAX_ROWS
            && header.stored <= MAX_STORED
            && header.raw <= MAX_RAW
            && (header.compressed() || header.raw == header.stored);
        within_limits.then_some(header)
    }
}

/// The sync word of a file's blocks. It differs from file to file, so that a trace that was captured
/// within a trace is not taken for a part of it.
pub(crate) fn sync_word(file_id: &[u8; 16]) -> [u8; 8] {
    std::array::from_fn(|i| file_id[i] ^ SYNC_MASK[i])
}
