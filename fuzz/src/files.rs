//! Any bytes as a trace, or as the payload of an EVENTS block.
//!
//! Checksums would keep a fuzzer out of what lies behind them, so a trace is read twice: as it is, and with all
//! checksums as they should be.

use std::io::Cursor;

use syscord_format::{
    BlockHeader, BlockKind, CaptureSection, Chunk, EncodedChunk, MAGIC, Trace, ZoneMap,
};
use syscord_query::fuzz::{Formats, live};

/// Where things are in a file (SPEC.md §2), by the specification: what the format's own code says is what is tried.
pub mod layout {
    use std::ops::Range;

    /// Bytes of a preamble, and of it those up to its checksum's end.
    pub const PREAMBLE: usize = 40;
    pub const SEALED: usize = 36;
    /// Version and features.
    pub const VERSION: Range<usize> = 8..16;
    pub const FILE_ID: usize = 16;
    /// Bytes of a block's header; what follows is in it.
    pub const HEADER: usize = 72;
    pub const SYNC: Range<usize> = 0..8;
    pub const FLAGS: usize = 9;
    pub const ZONE: Range<usize> = 12..16;
    pub const SEQUENCE: Range<usize> = 24..32;
    pub const STORED: Range<usize> = 48..52;
    pub const RAW: Range<usize> = 52..56;
    pub const PAYLOAD_CRC: Range<usize> = 56..60;
    pub const ZONE_CRC: Range<usize> = 60..64;
    /// The flag of a payload that is one zstd frame.
    pub const COMPRESSED: u8 = 2;
    /// Blocks start at multiples of this.
    pub const ALIGN: usize = 8;
}

/// Reads the bytes as a file: every block is decoded, and its events are shown by what the file says of itself.
pub fn trace(bytes: &[u8]) {
    read(bytes.to_vec());
    read(mended(bytes));
}

fn read(file: Vec<u8>) {
    let look = u16::from(file.last().copied().unwrap_or(0));
    let Ok(mut trace) = Trace::from_reader(Box::new(Cursor::new(file))) else { return };
    let formats = Formats::new(trace.meta());
    while let Ok(Some(block)) = trace.next_block() {
        let Ok(payload) = trace.read(&block) else { continue };
        let BlockHeader { kind, rows, first, last, .. } = block.header;
        match kind {
            BlockKind::CLOCK => drop(syscord_format::clock(&payload)),
            BlockKind::SHED => drop(syscord_format::shed(&payload)),
            BlockKind::PROC => drop(syscord_format::processes(&payload).map(|all| live(&all))),
            BlockKind::LOSS => drop(syscord_format::ledger(&payload)),
            BlockKind::INDEX => drop(syscord_format::index(&payload)),
            BlockKind::EVENTS => {
                drop(ZoneMap::parse(&block.zone));
                let chunk = EncodedChunk { rows, first, last, zone: block.zone, payload };
                formats.show(&chunk, look);
            }
            _ => {}
        }
    }
    let _ = (trace.complete(), trace.damage().len());
}

/// The file with the magic, version, sync words, numbers and checksums that it should have; a block that reaches beyond
/// the end ends there.
pub fn mended(bytes: &[u8]) -> Vec<u8> {
    use layout::*;

    let mut file = bytes.to_vec();
    if file.len() < PREAMBLE {
        return file;
    }
    file[..MAGIC.len()].copy_from_slice(&MAGIC);
    file[VERSION].copy_from_slice(&[1, 0, 0, 0, 0, 0, 0, 0]);
    seal(&mut file[..SEALED]);
    let sync: [u8; 8] = std::array::from_fn(|at| file[FILE_ID + at] ^ b"SCDBLOCK"[at]);
    let (mut at, mut number) = (PREAMBLE, 0u64);
    while let Some(block) = file.get_mut(at..).filter(|block| block.len() >= HEADER) {
        let (header, rest) = block.split_at_mut(HEADER);
        let zone = word(&header[ZONE]).min(rest.len());
        let stored = word(&header[STORED]).min(rest.len() - zone);
        header[SYNC].copy_from_slice(&sync);
        header[ZONE].copy_from_slice(&(zone as u32).to_le_bytes());
        header[SEQUENCE].copy_from_slice(&number.to_le_bytes());
        header[STORED].copy_from_slice(&(stored as u32).to_le_bytes());
        if header[FLAGS] & COMPRESSED == 0 {
            header.copy_within(STORED, RAW.start);
        }
        let (zone_map, payload) = rest[..zone + stored].split_at(zone);
        header[PAYLOAD_CRC].copy_from_slice(&crc32c::crc32c(payload).to_le_bytes());
        header[ZONE_CRC].copy_from_slice(&crc32c::crc32c(zone_map).to_le_bytes());
        seal(header);
        at = (at + HEADER + zone + stored).next_multiple_of(ALIGN);
        number += 1;
    }
    file
}

fn word(bytes: &[u8]) -> usize {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | usize::from(*byte))
}

/// The last four bytes are the checksum of those before.
fn seal(bytes: &mut [u8]) {
    let (body, sum) = bytes.split_at_mut(bytes.len() - 4);
    sum.copy_from_slice(&crc32c::crc32c(body).to_le_bytes());
}

/// Decodes the bytes as the payload of an EVENTS block, behind three that give rows and time resolution.
pub fn chunk(bytes: &[u8]) {
    let Some(([low, high, shift], payload)) = bytes.split_first_chunk::<3>() else { return };
    let rows = u32::from(u16::from_le_bytes([*low, *high]));
    let Ok(chunk) = Chunk::parse(rows, payload.to_vec(), shift % 31) else { return };
    let _ = (chunk.threads(), chunk.cpus(), chunk.marks());
    let Ok(calls) = chunk.calls() else { return };
    if let Ok(times) = chunk.times(&calls) {
        assert_eq!(Chunk::order(&times).len(), chunk.rows());
    }
    let _ = (chunk.results(&calls), chunk.files(&calls));
    let Ok(Some(arguments)) = chunk.arguments(&calls) else { return };
    for section in [CaptureSection::Strings, CaptureSection::Contents] {
        let Ok(Some(captures)) = chunk.captured(section, &arguments) else { continue };
        for row in 0..chunk.rows() {
            for arg in 0..arguments.count(row) {
                let _ = (arguments.raw(row, arg), captures.get(row, arg));
            }
        }
    }
}
