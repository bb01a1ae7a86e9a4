//! Any bytes as a trace: every block is read and, if its checksums hold, decoded.

#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use syscord_format::{BlockKind, Trace, ZoneMap};

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut trace) = Trace::from_reader(Box::new(Cursor::new(bytes.to_vec()))) else { return };
    while let Ok(Some(block)) = trace.next_block() {
        let Ok(payload) = trace.read(&block) else { continue };
        match block.header.kind {
            BlockKind::CLOCK => drop(syscord_format::clock(&payload)),
            BlockKind::SHED => drop(syscord_format::shed(&payload)),
            BlockKind::PROC => drop(syscord_format::processes(&payload)),
            BlockKind::LOSS => drop(syscord_format::ledger(&payload)),
            BlockKind::INDEX => drop(syscord_format::index(&payload)),
            _ => drop(ZoneMap::parse(&block.zone)),
        }
    }
    let _ = (trace.complete(), trace.damage().len());
});
