//! What files hold and must always mean: if a test here fails, old traces can no longer be read.

mod common;

use common::*;
use syscord_format::{
    BlockKind, CaptureSection, CaptureStatus, Chunk, FileFd, MAGIC, Shed, Trace, VERSION, Writer,
    columns, drop_reason, left_out, limits, mark, section,
};

#[test]
fn ids() {
    assert_eq!(MAGIC, [0x89, 0x53, 0x43, 0x44, 0x0d, 0x0a, 0x1a, 0x0a]);
    assert_eq!(VERSION, (1, 0));
    let kinds: Vec<_> = (0..=9).map(|kind| BlockKind(kind).name()).collect();
    assert_eq!(
        kinds,
        ["unknown", "META", "CLOCK", "PROC", "EVENTS", "LOSS", "INDEX", "END", "SHED", "unknown"]
    );
    let names = "threads calls gaps durations cpus results arguments strings contents marks files";
    for (id, name) in (1..).zip(names.split(' ')) {
        assert_eq!(section::name(id), name);
        assert_eq!(columns()[usize::from(id) - 1].id, id);
        assert_eq!(columns()[usize::from(id) - 1].name, name);
    }
    assert_eq!((CaptureSection::Strings as u8, CaptureSection::Contents as u8), (1, 2));
    let statuses = [
        CaptureStatus::None,
        CaptureStatus::Whole,
        CaptureStatus::Cut,
        CaptureStatus::Unreadable,
        CaptureStatus::Torn,
    ];
    assert_eq!(statuses.map(|status| status as u8), [0, 1, 2, 3, 4]);
    assert_eq!((mark::NEVER_RETURNED, mark::ARGS_UNKNOWN, mark::UNDER_WAY), (1, 2, 4));
    assert_eq!((drop_reason::RING_FULL, drop_reason::REENTERED, drop_reason::BUSY), (1, 2, 3));
    assert_eq!((drop_reason::SIDE, drop_reason::SHED), (4, 5));
    assert_eq!((left_out::CONTENTS, left_out::STRINGS, left_out::DURATIONS), (1, 2, 4));
}

/// SPEC.md §4.4, and that it comes back.
#[test]
fn what_is_shed() {
    let shed = Shed { since: 7, left_out: 3, weight: 4, overhead: 51_000, limit: 30_000 };
    let mut writer = Writer::new(Vec::new(), FILE_ID, &meta(5)).unwrap();
    writer.shed(&shed).unwrap();
    let (file, _) = writer.finish().unwrap();
    let mut trace = Trace::from_reader(Box::new(std::io::Cursor::new(file))).unwrap();
    let block = trace.next_block().unwrap().unwrap();
    assert_eq!((block.header.kind, block.header.first, block.header.rows), (BlockKind::SHED, 7, 0));
    let payload = trace.read(&block).unwrap();
    let words = [7_u32, 0, 3, 4, 51_000, 30_000];
    assert_eq!(payload, words.map(u32::to_le_bytes).concat());
    assert_eq!(syscord_format::shed(&payload).unwrap(), shed);
}

#[test]
fn limits_are_those_of_the_specification() {
    assert_eq!(limits::MAX_ZONE, 65_536);
    assert_eq!(limits::MAX_ROWS, 1_048_576);
    assert_eq!(limits::MAX_STORED, 64 << 20);
    assert_eq!(limits::MAX_RAW, 256 << 20);
    assert_eq!(limits::MAX_BODY, 64 << 20);
    assert_eq!(limits::MAX_SECTIONS, 64);
    assert_eq!(limits::MAX_CALLS, 65_535);
    assert_eq!(limits::MAX_ARGS, 6);
    assert_eq!(limits::MAX_ENTRY, 1 << 20);
    assert_eq!(limits::MAX_DICTIONARY, 65_536);
    assert_eq!(limits::MAX_TICK_SHIFT, 30);
}

/// A file's bytes but for those that zstd chooses: field by field as SPEC.md §2 and §3 have them.
#[test]
fn layout_of_a_file() {
    let mut writer = Writer::new(Vec::new(), FILE_ID, &meta(5)).unwrap();
    writer.clock(&CLOCK).unwrap();
    writer.ledger(&some_ledger()[1..]).unwrap();
    let (file, totals) = writer.finish().unwrap();
    assert_eq!((totals.events, totals.chunks, totals.bytes), (0, 0, file.len() as u64));
    assert_eq!(file[..8], MAGIC);
    assert_eq!(file[8..16], [1, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(file[16..32], FILE_ID);
    assert_eq!(file[36..40], [0; 4]);
    let field = |at: usize, size: usize| {
        file[at..at + size].iter().rev().fold(0u64, |value, byte| value << 8 | u64::from(*byte))
    };
    let sync: Vec<u8> = FILE_ID.iter().zip(b"SCDBLOCK").map(|(a, b)| a ^ b).collect();
    let (mut at, mut blocks) = (40, Vec::new());
    while at < file.len() {
        assert_eq!(file[at..at + 8], sync);
        assert_eq!(field(at + 24, 8), blocks.len() as u64);
        assert_eq!((field(at + 10, 2), field(at + 20, 4), field(at + 64, 4)), (0, 0, 0));
        let (zone, stored) = (field(at + 12, 4) as usize, field(at + 48, 4) as usize);
        blocks.push((at, field(at + 8, 1), field(at + 9, 1), field(at + 16, 4)));
        at = (at + 72 + zone + stored).next_multiple_of(8);
    }
    let kinds: Vec<_> = blocks.iter().map(|&(_, kind, flags, rows)| (kind, flags, rows)).collect();
    assert_eq!(kinds, [(1, 3, 0), (2, 0, 0), (5, 0, 1), (6, 0, 3), (7, 0, 0)]);
    let payload =
        |block: usize| &file[blocks[block].0 + 72..][..field(blocks[block].0 + 48, 4) as usize];

    let u64s = |values: &[u64]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
    assert_eq!(payload(1), u64s(&[5, 6, (-7i64) as u64]));
    let ledger = [
        &81u32.to_le_bytes()[..],
        &u64s(&[1]),
        &[0xff; 4],
        &u64s(&[0, 1000, 1, 0, 0, 0, 0, 1]),
        &[2],
        &u64s(&[1])[..],
    ]
    .concat();
    let mut ledger = ledger;
    let length = ledger.len() as u32 - 4;
    ledger[..4].copy_from_slice(&length.to_le_bytes());
    assert_eq!(payload(2), ledger);
    let entry = |block: usize, first: u64, last: u64| {
        let (at, kind, _, rows) = blocks[block];
        [
            u64s(&[at as u64, block as u64, first, last]),
            (rows as u32).to_le_bytes().to_vec(),
            vec![kind as u8, 0, 0, 0],
        ]
        .concat()
    };
    assert_eq!(payload(3), [entry(0, 0, 0), entry(1, 5, 5), entry(2, 0, 1000)].concat());
    let end =
        [u64s(&[0, 0, 1, blocks[3].0 as u64, blocks[4].0 as u64]), b"SCDEND\r\n".to_vec()].concat();
    assert_eq!(payload(4), end);
    assert_eq!(file[file.len() - 16..], end[end.len() - 16..]);
}

/// A PROC body: the serialisation must stay as SPEC.md §4 gives it, whatever library does it.
#[test]
fn layout_of_bodies() {
    let mut expected = Vec::new();
    let bytes = |out: &mut Vec<u8>, bytes: &[u8]| {
        out.extend((bytes.len() as u64).to_le_bytes());
        out.extend(bytes);
    };
    let words =
        |out: &mut Vec<u8>, words: &[u32]| out.extend(words.iter().flat_map(|w| w.to_le_bytes()));
    expected.extend(14u64.to_le_bytes());
    for time in 1..=14u64 {
        expected.extend(time.to_le_bytes());
        let out = &mut expected;
        words(out, &[time as u32 - 1]);
        match time {
            1 => {
                words(out, &[100, 1, 0, 0]);
                bytes(out, b"sh");
                bytes(out, b"/bin/sh");
                out.extend(2u64.to_le_bytes());
                bytes(out, b"sh");
                bytes(out, b"-c");
                bytes(out, b"/");
                bytes(out, b"/user");
            }
            2 => {
                words(out, &[100, 101]);
                bytes(out, b"worker");
            }
            3 => {
                words(out, &[100, u32::MAX]);
                bytes(out, b"pipe:[1]");
            }
            4 => {
                words(out, &[100, 101, 102, 102, 7]);
                bytes(out, b"sh");
            }
            5 => {
                words(out, &[102, 102, 7]);
                bytes(out, b"ls");
                bytes(out, b"/bin/ls\xff");
            }
            6 => words(out, &[102, 102, 256]),
            7 => {
                words(out, &[100, 101]);
                bytes(out, b"idle");
            }
            8 => {
                words(out, &[100, 101, 17]);
                bytes(out, b"\x11\0\0\0");
            }
            9 => {
                words(out, &[100, 101, 100u32.wrapping_neg()]);
                bytes(out, b"/tmp");
                bytes(out, b"char 1:3");
            }
            10 => words(out, &[100, 101, 3]),
            11 => {
                words(out, &[100, 101]);
                out.extend([1, 0]);
                words(out, &[64]);
                bytes(out, &[7]);
            }
            12 => {
                words(out, &[102, 102]);
                out.extend([1, 0]);
            }
            13 => {
                words(out, &[102]);
                bytes(out, b"/bin/ls");
                out.extend(1u64.to_le_bytes());
                bytes(out, b"ls");
            }
            _ => words(out, &[102, 102, 7, 8]),
        }
    }
    let body = [&(expected.len() as u32).to_le_bytes()[..], &expected].concat();
    assert_eq!(syscord_format::processes(&body).unwrap(), some_processes());
    // And what is written is that.
    let mut writer = Writer::new(Vec::new(), FILE_ID, &meta(5)).unwrap();
    writer.processes(&some_processes()).unwrap();
    let mut trace = from_pipe(&writer.finish().unwrap().0).unwrap();
    let block = trace.next_block().unwrap().unwrap();
    assert_eq!(trace.read(&block).unwrap(), body);
}

/// A small chunk, byte by byte.
#[test]
fn layout_of_a_chunk() {
    let capture = |bytes: &[u8], status, full| OwnedCapture {
        arg: 1,
        section: CaptureSection::Strings,
        status,
        bytes: bytes.to_vec(),
        full,
    };
    let event = |end, duration, args: &[u64], ret, captures| OwnedEvent {
        end,
        duration,
        tgid: 10,
        tid: 11,
        beside: false,
        cpu: 3,
        abi: 0,
        number: 257,
        args: args.to_vec(),
        ret,
        marks: 0,
        captures,
        files: vec![],
    };
    let mut events = [
        event(1000, Some(10), &[4, 0x1000], 5, vec![capture(b"/a", CaptureStatus::Whole, 0)]),
        event(1100, None, &[4, 0], -2, vec![]),
        event(1200, Some(64), &[4, 0x2000], 6, vec![capture(b"/b", CaptureStatus::Cut, 300)]),
    ];
    events[2].files = vec![OwnedFile {
        fd: FileFd::Result,
        link: b"[\0]".to_vec(),
        detail: vec![],
        numbers: vec![7],
    }];
    let encoded = encode(&events, 0, true);
    assert_eq!((encoded.rows, encoded.first, encoded.last), (3, 1000, 1200));
    let sections: [(u16, &[u8]); 9] = [
        // One thread; tid 11, tgid 10, 3 rows: constants.
        (1, &[1, 0, 22, 0, 20, 0, 6]),
        // One syscall; ABI 0, number 257, 2 arguments; then its rows.
        (2, &[1, 0, 0x81, 0x02, 2, 0, 0, 0]),
        // Base 1000; gaps 0, 100 (class 22, raw bits 0100) and 36 (class 16, raw bits 100). One group of 3 rows,
        // the first being the last in it; of classes 0 to 22, 0 has a code of 2 bits (10), 15 have none, 16 has
        // 2 (11), 5 have none, 22 has 1 (0). One byte of codes: 0 11 10.
        (3, &[0xe8, 0x07, 1, 3, 0, 22, 0xf2, 0x0f, 0xf2, 0x05, 0x01, 1, 0b01110, 0b100_0100]),
        // 10 (class 9, raw bit 0), unknown, 64 (class 20, raw bits 0000). Of classes 9 to 255, 9 has a code of 2 bits,
        // 10 have none, 20 has 2, 234 have none, 255 has 1.
        (4, &[1, 3, 9, 246, 0xf2, 0x0a, 0xf2, 0xea, 0x01, 1, 0b01110, 0]),
        // One run on CPU 3.
        (5, &[1, 0, 6, 0, 6]),
        // 5 bytes; frame of reference from −2, 4 bits: 7, 0, 8.
        (6, &[5, 1, 3, 4, 0x07, 0x08]),
        // 3 bytes: no capture, constant 4. 7 bytes: captured into section 8, states 1, 0, 2 in 2 bits
        // each, constant 0 for the row that was not captured.
        (7, &[3, 0, 0, 8, 7, 1, 1, 0, 2, 0b10_00_01, 0, 0]),
        // Entries 0 and 1 in a bit each; true length 300; 2 entries of 2 bytes.
        (8, &[4, 1, 0, 1, 0b10, 3, 0, 0xd8, 0x04, 2, 0, 4, b'/', b'a', b'/', b'b']),
        // Names of 3 and 0 bytes, and those; facts of each row: 0 0 1. The result; names 0 and 1; the number 7.
        (
            11,
            &[
                2, 1, 0, 2, 0b0011, b'[', 0, b']', 1, 0, 1, 0b100, 0, 0, 0, 0, 0, 0, 0, 2, 0, 14,
                0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            ],
        ),
    ];
    let mut payload = (sections.len() as u32).to_le_bytes().to_vec();
    for (id, bytes) in sections {
        payload.extend(id.to_le_bytes());
        payload.extend([0, 0]);
        payload.extend((bytes.len() as u32).to_le_bytes());
        payload.extend((bytes.len() as u32).to_le_bytes());
        payload.extend([0; 4]);
    }
    payload.extend(sections.map(|(_, bytes)| bytes).concat());
    let chunk = Chunk::parse(3, payload.clone(), 0).unwrap();
    assert_eq!(decode_rows(&chunk).unwrap(), expected_rows(&events, 0, true));
    // The encodings of columns are the writer's choice; these are the ones it makes now.
    assert_eq!(encoded.payload, payload);
}
