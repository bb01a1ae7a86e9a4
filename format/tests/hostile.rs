//! Files made to harm: whatever they say, they are read or refused, in bounded memory.
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared has failed")]

mod common;

use common::*;
use proptest::prelude::*;
use syscord_format::{
    Chunk, Detail, FieldDef, FormatError, KindRef, StructDef, Trace, Writer, ZoneMap,
};

/// A payload of stored sections.
fn payload(sections: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut out = (sections.len() as u32).to_le_bytes().to_vec();
    for (id, bytes) in sections {
        let len = (bytes.len() as u32).to_le_bytes();
        out.extend([&id.to_le_bytes()[..], &[0, 0], &len, &len, &[0; 4]].concat());
    }
    sections.iter().for_each(|(_, bytes)| out.extend(bytes));
    out
}

fn try_decode(rows: u32, payload: Vec<u8>) -> Result<Vec<Row>, FormatError> {
    decode_rows(&Chunk::parse(rows, payload, 5)?)
}

/// The sections of a chunk that decodes: 2 rows of one call with one captured argument.
fn good_sections() -> Vec<(u16, Vec<u8>)> {
    vec![
        (1, vec![1, 0, 22, 0, 20, 0, 4]),
        (2, vec![1, 0, 1, 1, 0, 0]),
        (3, vec![9, 2, 1, 1, 0, 0, 1, 0, 0, 0, 0]),
        (4, vec![2, 1, 255, 0, 0, 1, 2, 0, 0, 0]),
        (5, vec![1, 0, 6, 0, 4]),
        (6, vec![2, 0, 8]),
        (7, vec![5, 1, 0, 2, 0, 0]),
        (8, vec![2, 0, 0, 2, 0, 0, 1, 0, 4, b'h', b'i']),
        (10, vec![1, 0, 2, 0, 2]),
    ]
}

#[test]
fn hostile_sections_are_refused() {
    let rows = try_decode(2, payload(&good_sections())).unwrap();
    assert_eq!(rows[1].args, [(None, Some(1), Some((b"hi".to_vec(), 0, false)))]);
    let cases: [(u16, &[u8], &str); 34] = [
        (1, &[3, 0, 22, 0, 20, 0, 2], "more threads than rows"),
        (1, &[1, 0, 22, 0, 20, 0, 6], "a thread longer than the chunk"),
        (1, &[1, 0, 22, 0, 20, 0, 1], "a negative number of rows"),
        (1, &[2, 0, 22, 0, 20, 0, 2], "a thread twice"),
        (1, &[1, 0, 22, 0, 20, 0, 4, 0], "bytes left over"),
        (1, &[0xff, 0xff, 0xff, 0xff, 0x7f], "a huge number of threads"),
        (2, &[0, 0, 0], "rows without a call"),
        (2, &[2, 0, 1, 1, 0, 1, 1, 0, 0], "a call twice"),
        (2, &[1, 0, 1, 7, 0, 0], "seven arguments"),
        (2, &[1, 0, 1, 1, 0, 1], "a row's call beyond the table"),
        (2, &[1, 0, 0x80, 0x80, 0x80, 0x80, 0x10, 1, 0, 0], "a number beyond 32 bits"),
        (2, &[0xff, 0xff, 0x04], "a huge number of calls"),
        (3, &[9, 1, 2, 252, 0, 0, 0], "a class that is none"),
        (3, &[9, 1, 2, 255, 0, 0, 0], "an unknown gap"),
        (3, &[9, 1, 2, 200, 0, 0, 0], "raw bits that lack"),
        (3, &[9, 1, 3, 1, 0, 0, 0], "a group longer than the chunk"),
        (3, &[9, 0xff, 0xff, 0x7f], "a huge number of groups"),
        (4, &[2, 1, 255, 0, 0, 1, 2, 0, 0, 0, 0], "raw bits too many"),
        (4, &[1, 2, 255, 0, 0, 1, 0], "codes too many"),
        (4, &[1, 2, 1, 1, 0x21, 1, 0], "a code that is not complete"),
        (5, &[1, 0, 6, 0, 6], "a run longer than the chunk"),
        (5, &[1, 0, 6, 0, 2], "runs shorter than the chunk"),
        (5, &[1, 0, 1, 0, 4], "a negative CPU"),
        (6, &[3, 0, 8, 0], "a column with bytes left over"),
        (6, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], "a huge length"),
        (7, &[5, 3, 0, 2, 0, 0], "a capture that is none"),
        (7, &[5, 1, 0, 10, 0, 0], "a status that is none"),
        (8, &[2, 0, 2, 2, 0, 0, 1, 0, 4, b'h', b'i'], "an entry beyond the dictionary"),
        (8, &[2, 0, 1, 2, 0, 0, 1, 0, 4, b'h', b'i'], "a negative entry"),
        (8, &[2, 0, 0, 2, 0, 0, 13, 0, 0], "more entries than arguments"),
        (8, &[2, 0, 0, 2, 0, 0, 1, 0, 6, b'h', b'i'], "an entry beyond the section"),
        (8, &[2, 0, 0, 2, 0, 0, 12, 0, 0x80, 0x80, 0x80, 0x01], "entries beyond the section"),
        (10, &[1, 0, 4, 0, 2], "a mark behind the last row"),
        (10, &[2, 0, 2, 0, 2], "marks out of order"),
    ];
    for (id, bytes, what) in cases {
        let mut sections = good_sections();
        sections.iter_mut().find(|section| section.0 == id).unwrap().1 = bytes.to_vec();
        assert!(try_decode(2, payload(&sections)).is_err(), "{what} was accepted");
    }
}

#[test]
fn hostile_directories_are_refused() {
    let parse = |payload: Vec<u8>| Chunk::parse(2, payload, 5);
    let good = payload(&good_sections());
    let change = |at: usize, byte: u8| {
        let mut payload = good.clone();
        payload[at] = byte;
        parse(payload)
    };
    assert!(change(4, 1).is_ok());
    assert!(change(0, 65).is_err() && change(3, 0xff).is_err(), "too many sections");
    assert!(change(20, 1).is_err(), "a section twice");
    assert!(change(11, 0xff).is_err() && change(8, 6).is_err(), "stored beyond the payload");
    assert!(change(15, 0x10).is_err(), "raw beyond the limit");
    assert!(parse(good[..good.len() - 1].to_vec()).is_err() && parse(vec![]).is_err());
    let unknown = change(6, 9).unwrap();
    assert!(unknown.threads().is_err() && unknown.calls().is_ok(), "an unknown codec");
    assert!(Chunk::parse(1_048_577, good.clone(), 5).is_err());
    assert!(Chunk::parse(2, good.clone(), 31).is_err());
    // Sections that must be there, and those that need not.
    for id in 1..=10 {
        let mut sections = good_sections();
        sections.retain(|section| section.0 != id);
        let decoded = try_decode(2, payload(&sections));
        assert_eq!(decoded.is_err(), id <= 3, "without section {id}: {decoded:?}");
    }
    // A section of a later version.
    let mut sections = good_sections();
    sections.push((60_000, vec![1, 2, 3]));
    assert!(try_decode(2, payload(&sections)).is_ok());
}

#[test]
fn a_bomb_is_not_decompressed_beyond_its_length() {
    // 64 MiB of zeros that claim to be 100 bytes.
    let frame = zstd::bulk::compress(&vec![0; 64 << 20], 1).unwrap();
    let mut payload = 1u32.to_le_bytes().to_vec();
    let len = |n: usize| (n as u32).to_le_bytes();
    payload.extend([&[1, 0, 1, 0][..], &len(frame.len()), &len(100), &[0; 4], &frame].concat());
    let chunk = Chunk::parse(2, payload, 5).unwrap();
    assert!(matches!(chunk.threads(), Err(FormatError::Decompression { .. })));
}

#[test]
fn hostile_bodies_are_refused() {
    let body = |bytes: &[u8]| [&(bytes.len() as u32).to_le_bytes()[..], bytes].concat();
    let huge = body(&u64::MAX.to_le_bytes());
    assert!(syscord_format::processes(&huge).is_err());
    assert!(syscord_format::ledger(&body(&1_000_000u64.to_le_bytes())).is_err());
    assert!(syscord_format::processes(&[0xff; 4]).is_err());
    assert!(syscord_format::processes(&body(&[0, 0, 0, 0, 0, 0, 0, 0, 9])).is_err());
    assert!(syscord_format::clock(&[0; 23]).is_err() && syscord_format::clock(&[0; 25]).is_err());
    assert!(syscord_format::shed(&[1; 23]).is_err() && syscord_format::shed(&[1; 25]).is_err());
    assert!(syscord_format::shed(&[1; 24]).is_ok() && syscord_format::shed(&[0; 24]).is_err());
    assert!(syscord_format::index(&[0; 41]).is_err());
    // An inner count that is beyond the body.
    let thread =
        [&1u64.to_le_bytes()[..], &[0; 8], &[1, 0, 0, 0], &[0; 8], &(1u64 << 60).to_le_bytes()]
            .concat();
    assert!(syscord_format::processes(&body(&thread)).is_err());
}

#[test]
fn meta_beyond_the_limits_is_not_written() {
    for change in [
        (|meta| meta.tick_shift = 31) as fn(&mut syscord_format::Meta),
        |meta| meta.abis[0].syscalls.reverse(),
        |meta| meta.classes[0].bit = 3,
        |meta| meta.abis[0].syscalls[0].args = vec![meta.abis[0].syscalls[0].args[0].clone(); 7],
    ] {
        let mut meta = meta(5);
        change(&mut meta);
        assert!(Writer::new(Vec::new(), FILE_ID, &meta).is_err());
    }
}

/// A structure of elements of another one.
fn of_others(inner: u16, size: u16, count: u16) -> StructDef {
    let field = FieldDef {
        name: "x".into(),
        offset: 0,
        width: size,
        count,
        kind: KindRef { id: 1, detail: Detail::Struct(inner) },
        shown: 0,
    };
    StructDef { name: "s".into(), size: size * count, fields: vec![field.clone(), field] }
}

#[test]
fn structures_that_never_end_are_refused() {
    let mut plain = of_others(0, 1, 1);
    plain.fields.truncate(1);
    plain.fields[0].kind.detail = Detail::None;
    let write = |others: Vec<StructDef>| {
        let mut meta = meta(5);
        meta.structs = std::iter::once(plain.clone()).chain(others).collect();
        Writer::new(Vec::new(), FILE_ID, &meta).map(drop)
    };
    let chain = |depth: u16| (0..depth).map(|inner| of_others(inner, 1, 1)).collect();
    assert!(write(chain(7)).is_ok());
    assert!(write(chain(8)).is_err(), "nine within one another");
    assert!(write(vec![of_others(0, 1, 400), of_others(1, 400, 100)]).is_err(), "160,000 members");
    let mut wide = vec![of_others(0, 1, 100), of_others(1, 100, 100)];
    wide.iter_mut().for_each(|of| of.fields.truncate(1));
    let mut other = wide.clone();
    other[0].fields[0].width = 2;
    assert!(write(wide).is_ok());
    assert!(write(other).is_err(), "an element that is wider than its structure");
}

/// Everything a reader does with bytes; it must end without a panic.
fn exercise(bytes: &[u8]) {
    let Ok(trace) = Trace::from_reader(Box::new(std::io::Cursor::new(bytes.to_vec()))) else {
        return;
    };
    if let Ok(contents) = read_all(trace) {
        contents.trace.damage().iter().for_each(|damage| assert!(!damage.to_string().is_empty()));
    }
}

/// Changes some bytes as a fuzzer would.
fn mutate(random: &mut Random, bytes: &mut Vec<u8>) {
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() as u64) as usize;
        match random.below(6) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][random.below(5) as usize],
            2 => bytes[at] = random.next() as u8,
            3 => bytes.truncate(at.max(1)),
            4 => {
                let end = (at + random.below(16) as usize).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                let to = random.below(bytes.len() as u64 + 1) as usize;
                bytes.splice(to..to, piece);
            }
            _ => {
                let end = (at + random.below(8) as usize).min(bytes.len());
                bytes.drain(at..end);
                if bytes.is_empty() {
                    bytes.push(0);
                }
            }
        }
    }
}

/// A fuzzer without its feedback: the checksums keep mutations out of the decoders, so the payloads of
/// a chunk are changed and decoded directly too.
#[test]
fn smoke_fuzz() {
    let mut random = Random(42);
    let file = some_file(2, 20);
    for _ in 0..3000 {
        let mut bytes = file.clone();
        mutate(&mut random, &mut bytes);
        exercise(&bytes);
    }
    // Sections as they are, not compressed: changes reach every decoder.
    let events = some_events(&mut random, 60, 1 << 30);
    let encoded = encode(&events, 5, true);
    let plain = plain_sections(&encoded.payload);
    for round in 0..20_000 {
        let mut sections = plain.clone();
        let at = random.below(sections.len() as u64) as usize;
        if sections[at].1.is_empty() {
            continue;
        }
        mutate(&mut random, &mut sections[at].1);
        let rows = if round % 10 == 0 { random.below(100) as u32 } else { 60 };
        let _ = try_decode(rows, payload(&sections));
        let mut zone = encoded.zone.clone();
        mutate(&mut random, &mut zone);
        if let Ok(zone) = ZoneMap::parse(&zone) {
            let _ = (
                zone.calls().count(),
                zone.may_have_tgid(1),
                zone.may_have_tid(2),
                zone.has_call(0, 3),
            );
        }
    }
}

/// The decompressed sections of a payload.
fn plain_sections(payload: &[u8]) -> Vec<(u16, Vec<u8>)> {
    let word = |at: usize| {
        u32::from_le_bytes([payload[at], payload[at + 1], payload[at + 2], payload[at + 3]])
    };
    let count = word(0) as usize;
    let mut at = 4 + 16 * count;
    (0..count)
        .map(|i| {
            let entry = 4 + 16 * i;
            let (stored, raw) = (word(entry + 4) as usize, word(entry + 8) as usize);
            let bytes = &payload[at..at + stored];
            at += stored;
            let plain = match payload[entry + 2] {
                0 => bytes.to_vec(),
                _ => zstd::bulk::decompress(bytes, raw).unwrap(),
            };
            (word(entry) as u16, plain)
        })
        .collect()
}

proptest! {
    #[test]
    fn any_bytes_after_a_good_start(tail in prop::collection::vec(any::<u8>(), 0..600)) {
        let mut file = some_file(1, 3);
        let keep = file.len() / 2;
        file.truncate(keep);
        file.extend(tail);
        exercise(&file);
    }

    #[test]
    fn any_bytes_are_no_trace(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        exercise(&bytes);
        let _ = ZoneMap::parse(&bytes);
        let _ = syscord_format::processes(&bytes);
        let _ = syscord_format::ledger(&bytes);
        let _ = syscord_format::index(&bytes);
        let _ = Chunk::parse(7, bytes, 5);
    }
}
