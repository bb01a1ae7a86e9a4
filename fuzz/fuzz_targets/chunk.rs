//! Any bytes as the payload of an EVENTS block: checksums would keep a fuzzer out of the decoders.
//! The first three bytes give rows and time resolution.

#![no_main]

use libfuzzer_sys::fuzz_target;
use syscord_format::{BlockHeader, BlockKind, CaptureSection, Chunk};

fuzz_target!(|bytes: &[u8]| {
    let Some(([low, high, shift], payload)) = bytes.split_first_chunk::<3>() else { return };
    let header = BlockHeader {
        kind: BlockKind::EVENTS,
        flags: 0,
        zone: 0,
        rows: u32::from(u16::from_le_bytes([*low, *high])),
        sequence: 0,
        first: 0,
        last: 0,
        stored: 0,
        raw: 0,
        payload_crc: 0,
        zone_crc: 0,
    };
    let Ok(chunk) = Chunk::parse(&header, payload.to_vec(), shift % 31) else { return };
    let _ = (chunk.threads(), chunk.cpus(), chunk.marks());
    let Ok(calls) = chunk.calls() else { return };
    if let Ok(times) = chunk.times(&calls) {
        assert_eq!(Chunk::order(&times).len(), chunk.rows());
    }
    let _ = chunk.results(&calls);
    let Ok(Some(arguments)) = chunk.arguments(&calls) else { return };
    for section in [CaptureSection::Strings, CaptureSection::Contents] {
        let Ok(Some(captures)) = chunk.captured(section, &arguments) else { continue };
        for row in 0..chunk.rows() {
            for arg in 0..arguments.count(row) {
                let _ = (arguments.raw(row, arg), captures.get(row, arg));
            }
        }
    }
});
