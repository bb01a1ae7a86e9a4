//! What a reader makes of a damaged file: nothing is lost but what was hit, and nothing silently.
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared has failed")]

mod common;

use common::*;
use syscord_format::{BlockKind, Damage, FormatError, Writer};

/// Start and end of each block, and its kind.
fn blocks(file: &[u8]) -> Vec<(usize, usize, BlockKind)> {
    let mut trace = from_pipe(file).unwrap();
    let meta = trace.meta_block();
    let mut all = vec![(meta.offset, meta.header.extent(), meta.header.kind)];
    while let Some(block) = trace.next_block().unwrap() {
        all.push((block.offset, block.header.extent(), block.header.kind));
    }
    all.iter().map(|&(at, len, kind)| (at as usize, (at + len) as usize, kind)).collect()
}

/// The parts of a file, and its damage.
fn read(file: &[u8]) -> (Vec<Part>, Vec<Damage>) {
    let pipe = read_all(from_pipe(file).unwrap()).unwrap();
    let on_disk = read_all(from_file(file).unwrap()).unwrap();
    assert_eq!(pipe.parts, on_disk.parts);
    // A pipe does not wait for what may follow END; but for that, they are the same.
    let mut damage = on_disk.trace.damage().to_vec();
    damage.retain(|damage| !matches!(damage, Damage::Trailing { .. }));
    assert_eq!(pipe.trace.damage(), damage);
    (on_disk.parts, on_disk.trace.damage().to_vec())
}

#[test]
fn foreign_files_are_told_apart() {
    type Check = fn(&FormatError) -> bool;
    let cases: [(&[u8], Check); 7] = [
        (b"", |e| matches!(e, FormatError::Empty)),
        (b"execve(\"/bin/ls\") = 0\n", |e| matches!(e, FormatError::Text)),
        (b"\x7fELF\x02\x01\x01\x00", |e| matches!(e, FormatError::ForeignMagic { .. })),
        (b"\x28\xb5\x2f\xfd", |e| matches!(e, FormatError::ForeignMagic { .. })),
        (b"\x89SCD\n\x1a\n1234", |e| matches!(e, FormatError::Mangled)),
        (b"\x89SC", |e| matches!(e, FormatError::PreambleCut { bytes: 3 })),
        (&[0; 100][..], |e| matches!(e, FormatError::ForeignMagic { .. })),
    ];
    for (bytes, check) in cases {
        let Err(error) = from_pipe(bytes).map(|_| ()) else { panic!("{bytes:?} was opened") };
        assert!(check(&error), "{error:?}");
        assert!(matches!((from_file(bytes), check(&error)), (Err(_), true)));
        if !matches!(
            error,
            FormatError::Empty | FormatError::Mangled | FormatError::PreambleCut { .. }
        ) {
            assert!(error.to_string().contains("\\x89SCD"), "{error}");
        }
    }
}

#[test]
fn later_versions_and_features_are_refused() {
    let change = |at: usize, value: u8| {
        let mut file = some_file(1, 5);
        file[at] = value;
        let crc = crc32c_of(&file[..32]);
        file[32..36].copy_from_slice(&crc.to_le_bytes());
        from_pipe(&file)
    };
    let Err(error) = change(8, 2) else { panic!("opened") };
    assert!(error.to_string().contains("2.0") && error.to_string().contains("1.0"), "{error}");
    assert_eq!(change(10, 9).unwrap().version(), (1, 9));
    assert!(matches!(change(13, 4), Err(FormatError::UnknownFeatures { bits: 0x400 })));
}

/// CRC-32C bit by bit, as a check on the library's.
fn crc32c_of(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ ((crc & 1) * 0x82F6_3B78))
    })
}

#[test]
fn every_cut_leaves_the_blocks_before_it() {
    let file = some_file(2, 5);
    let (whole, damage) = read(&file);
    assert_eq!(damage, []);
    let blocks = blocks(&file);
    for cut in 0..file.len() {
        if let Err(error) = from_bytes(&file[..cut]) {
            assert!(cut < blocks[0].1, "cut at {cut}: {error}");
            assert!(matches!(
                error,
                FormatError::Empty | FormatError::PreambleCut { .. } | FormatError::MetaMissing
            ));
            continue;
        }
        let (parts, damage) = read(&file[..cut]);
        // A block is whole if no more than its padding, which is below 8 bytes, is cut.
        let before = blocks.iter().filter(|(_, end, _)| *end <= cut).count();
        let known = |count: usize| {
            let listed = |kind: &BlockKind| {
                !matches!(*kind, BlockKind::META | BlockKind::INDEX | BlockKind::END)
            };
            blocks[..count].iter().filter(|(_, _, kind)| listed(kind)).count()
        };
        assert!([known(before), known((before + 1).min(blocks.len()))].contains(&parts.len()));
        assert_eq!(parts[..], whole[..parts.len()]);
        assert!(damage.contains(&Damage::NoEnd), "cut at {cut}");
        let inside = blocks.iter().find(|(start, end, _)| *start < cut && cut + 8 <= *end);
        if let Some((start, _, _)) = inside {
            let tail = Damage::CutTail { offset: *start as u64, bytes: (cut - start) as u64 };
            assert!(damage.contains(&tail), "cut at {cut}: {damage:?}");
        }
    }
}

#[test]
fn every_flipped_bit_is_noticed_or_harmless() {
    let file = some_file(1, 8);
    let (whole, _) = read(&file);
    let mut noticed = 0;
    for bit in 0..file.len() * 8 {
        let mut file = file.clone();
        file[bit / 8] ^= 1 << (bit % 8);
        let Ok(contents) = from_bytes(&file).and_then(read_all) else {
            noticed += 1;
            continue;
        };
        assert_eq!(
            contents.undecodable, 0,
            "bit {bit}: a checksum held, but the block does not decode"
        );
        if contents.trace.complete() {
            assert_eq!(contents.parts, whole, "bit {bit} changed the events unnoticed");
        } else {
            noticed += 1;
            // What is left is what was there.
            assert!(contents.parts.iter().all(|part| whole.contains(part)), "bit {bit}");
            assert!(contents.parts.len() + 1 >= whole.len(), "bit {bit} cost more than a block");
        }
    }
    assert!(
        noticed * 100 > file.len() * 8 * 95,
        "{noticed} of {} bits were noticed",
        file.len() * 8
    );
}

#[test]
fn a_damaged_header_costs_its_block() {
    let file = some_file(3, 20);
    let (whole, _) = read(&file);
    let blocks = blocks(&file);
    let (start, end, _) = blocks[4];
    let mut damaged = file.clone();
    damaged[start + 20] ^= 1;
    let (parts, damage) = read(&damaged);
    assert_eq!(damage, [Damage::Missing { first: 4, last: 4, from: start as u64, to: end as u64 }]);
    assert_eq!(parts.len(), whole.len() - 1);
    // Blocks taken out: the same, though no byte is wrong.
    let cut: Vec<u8> = [&file[..start], &file[blocks[5].1..]].concat();
    let (parts, damage) = read(&cut);
    let gap = Damage::Missing { first: 4, last: 5, from: start as u64, to: start as u64 };
    assert_eq!(damage[0], gap);
    assert!(damage.iter().any(|damage| matches!(damage, Damage::End { .. })));
    assert_eq!(parts.len(), whole.len() - 2);
    // Bytes put in between.
    let stuffed: Vec<u8> = [&file[..start], &[7; 800], &file[start..]].concat();
    let (parts, damage) = read(&stuffed);
    assert_eq!(parts, whole);
    assert_eq!(damage[0], Damage::Garbage { from: start as u64, to: start as u64 + 800 });
    // Nothing but garbage from a block on.
    let mut lost = file.clone();
    lost[start..].fill(0x55);
    let (parts, damage) = read(&lost);
    let tail = Damage::LostTail { from: start as u64, to: file.len() as u64 };
    assert_eq!(damage, [tail, Damage::NoEnd]);
    assert_eq!(parts[..], whole[..parts.len()]);
}

#[test]
fn damaged_zone_maps_and_payloads_cost_their_block() {
    let file = some_file(2, 20);
    let (whole, _) = read(&file);
    let (start, end, _) = blocks(&file)[3];
    let offset = start as u64;
    for (at, expected) in [
        (start + 72, Damage::Zone { offset, kind: BlockKind::EVENTS, rows: 20 }),
        (end - 20, Damage::Payload { offset, kind: BlockKind::EVENTS, rows: 20 }),
    ] {
        let mut file = file.clone();
        file[at] ^= 0x80;
        let (parts, damage) = read(&file);
        assert_eq!(damage, [expected]);
        assert_eq!(parts.len(), whole.len() - 1);
    }
}

#[test]
fn a_damaged_meta_is_an_error() {
    let mut file = some_file(1, 5);
    let (start, end, _) = blocks(&file)[0];
    for at in [start, start + 8, start + 72, end - 10] {
        file[at] ^= 1;
        let Err(error) = from_pipe(&file) else { panic!("opened") };
        assert!(matches!(error, FormatError::MetaDamaged { .. }), "{error:?}");
        assert!(error.to_string().contains("META"));
        file[at] ^= 1;
    }
}

#[test]
fn copies_of_blocks_within_a_gap_are_not_taken_for_blocks() {
    let file = some_file(3, 20);
    let blocks = blocks(&file);
    // In place of the fifth block stands a copy of the fourth, as a trace that was read while it was
    // recorded would hold it.
    let (from, to) = (blocks[3], blocks[4]);
    let mut copied = file[..to.0].to_vec();
    copied.extend_from_slice(&[1; 8]);
    copied.extend_from_slice(&file[from.0..from.1]);
    copied.extend_from_slice(&file[to.1..]);
    let (parts, damage) = read(&copied);
    let (whole, _) = read(&file);
    assert_eq!(parts.len(), whole.len() - 1);
    assert!(matches!(damage[0], Damage::Missing { first: 4, last: 4, .. }));
}

#[test]
fn bytes_behind_the_end_are_reported() {
    let file = some_file(1, 5);
    let joined = [file.clone(), file.clone()].concat();
    let (parts, damage) = read(&joined);
    let (offset, bytes) = (file.len() as u64, file.len() as u64);
    assert_eq!(damage, [Damage::Trailing { offset, bytes }]);
    assert_eq!(parts.len(), read(&file).0.len());
}

#[test]
fn lost_index_blocks_do_no_harm() {
    let mut writer = Writer::new(Vec::new(), FILE_ID, &meta(5)).unwrap();
    for _ in 0..2500 {
        writer.clock(&CLOCK).unwrap();
    }
    let file = writer.finish().unwrap().0;
    let blocks = blocks(&file);
    let first_index = blocks.iter().position(|block| block.2 == BlockKind::INDEX).unwrap();
    let (start, end, _) = blocks[first_index];
    let sequence = first_index as u64;
    for (at, expected) in [
        (
            start + 30,
            Damage::Missing { first: sequence, last: sequence, from: start as u64, to: end as u64 },
        ),
        (start + 300, Damage::Payload { offset: start as u64, kind: BlockKind::INDEX, rows: 1024 }),
    ] {
        let mut file = file.clone();
        file[at] ^= 1;
        let (parts, damage) = read(&file);
        assert_eq!(damage, [expected]);
        assert_eq!(parts.len(), 2500);
    }
}

#[test]
fn unknown_blocks_are_passed_over_unless_critical() {
    let file = some_file(1, 5);
    let with = |flags: u8| {
        let mut source = from_file(&file).unwrap();
        let mut writer = Writer::new(Vec::new(), FILE_ID, &meta(5)).unwrap();
        while let Some(block) = source.next_block().unwrap() {
            let stored = source.read_stored(&block).unwrap();
            let mut strange = block.header;
            strange.kind = BlockKind(77);
            strange.flags = flags;
            strange.raw = strange.stored;
            writer.copy(&strange, &block.zone, &stored).unwrap();
            writer.copy(&block.header, &block.zone, &stored).unwrap();
        }
        writer.finish().unwrap().0
    };
    let (parts, damage) = read(&with(0));
    assert_eq!((parts, damage), (read(&file).0, vec![]));
    let Err(error) = from_pipe(&with(1)).and_then(read_all) else { panic!("read") };
    assert!(matches!(error, FormatError::UnknownCriticalBlock { kind: 77, .. }));
}
