//! What goes in comes out.
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared has failed")]

mod common;

use common::*;
use proptest::prelude::*;
use syscord_format::{
    BlockKind, CaptureSection, CaptureStatus, Chunk, ChunkBuilder, EncodedChunk, EventKey, FileFd,
    FormatError, NUMBER, Trace, Writer, ZoneMap, limits,
};

fn decode(encoded: &EncodedChunk, tick_shift: u8) -> Vec<Row> {
    let chunk = Chunk::parse(encoded.rows, encoded.payload.clone(), tick_shift).unwrap();
    assert_eq!(chunk.rows(), encoded.rows as usize);
    decode_rows(&chunk).unwrap()
}

fn check(events: &[OwnedEvent], tick_shift: u8, durations: bool, builder: &mut ChunkBuilder) {
    let encoded = encode_with(builder, events);
    assert!(builder.is_empty());
    let rows = decode(&encoded, tick_shift);
    assert_eq!(rows, expected_rows(events, tick_shift, durations));
    let zone = ZoneMap::parse(&encoded.zone).unwrap();
    for row in &rows {
        assert!((encoded.first..=encoded.last).contains(&row.end));
        assert!(zone.has_call(row.abi, row.number));
        assert!(zone.may_have_tgid(row.tgid) && zone.may_have_tid(row.tid));
    }
    let failed = rows.iter().filter(|row| (-4095..0).contains(&row.ret)).count();
    assert_eq!(zone.failed as usize, failed);
    let known = rows.iter().map(|row| row.duration).filter(|&duration| duration != u64::MAX);
    assert_eq!(zone.longest, known.max().unwrap_or(0));
}

/// Any files: as many numbers as the names have places for.
fn files() -> impl Strategy<Value = Vec<OwnedFile>> {
    let fd = prop_oneof![
        Just(FileFd::Result),
        Just(FileFd::First),
        any::<i32>().prop_map(FileFd::Listed)
    ];
    let byte = prop_oneof![3 => any::<u8>(), 1 => Just(NUMBER)];
    let name = prop::collection::vec(byte, 0..6);
    let numbers = prop::collection::vec(any::<u64>(), limits::MAX_FILE_NUMBERS);
    let file =
        (fd, name.clone(), name, numbers).prop_map(|(fd, mut link, mut detail, mut numbers)| {
            let mut places = 0;
            for byte in link.iter_mut().chain(&mut detail).filter(|byte| **byte == NUMBER) {
                places += 1;
                if places > limits::MAX_FILE_NUMBERS {
                    *byte = b'/';
                }
            }
            numbers.truncate(places);
            OwnedFile { fd, link, detail, numbers }
        });
    prop_oneof![3 => Just(vec![]), 1 => prop::collection::vec(file, 0..4)]
}

/// Any events: the number of arguments and the section of a capture follow from the syscall.
fn events() -> impl Strategy<Value = Vec<OwnedEvent>> {
    let value = (any::<u64>(), 0u32..64).prop_map(|(value, shift)| value >> shift);
    let id = prop_oneof![4 => 1u32..6, 1 => any::<u32>()];
    let number = prop_oneof![4 => 0u32..8, 1 => 1000u32..1100, 1 => any::<u32>()];
    let status = prop::sample::select(vec![
        CaptureStatus::None,
        CaptureStatus::Whole,
        CaptureStatus::Cut,
        CaptureStatus::Unreadable,
        CaptureStatus::Torn,
    ]);
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..30),
        prop::sample::select(vec![b"/a/path".to_vec(), vec![], vec![0; 300]]),
    ];
    let captures = prop::collection::vec((0u8..6, status, bytes, any::<u32>()), 0..4);
    let event = (
        (
            value.clone(),
            prop::option::weighted(0.8, value.clone()),
            id.clone(),
            (id, any::<bool>()),
            0u32..4,
        ),
        (0u8..6, number, prop::collection::vec(value, 6), any::<i64>()),
        (prop_oneof![9 => Just(0u8), 1 => any::<u8>()], captures, files()),
    )
        .prop_map(
            |(
                (end, duration, tgid, tid, cpu),
                (abi, number, mut args, ret),
                (marks, captures, files),
            )| {
                args.truncate(number as usize % 7);
                let mut event = OwnedEvent {
                    end,
                    duration: duration.map(|d| d.min(end)),
                    tgid,
                    tid: tid.0 >> 1,
                    beside: tid.1,
                    cpu,
                    abi,
                    number,
                    args,
                    ret,
                    marks,
                    captures: Vec::new(),
                    files,
                };
                for (arg, status, bytes, full) in captures {
                    let new = event.captures.iter().all(|c| c.arg != arg);
                    if usize::from(arg) < event.args.len() && new {
                        let strings = (number + u32::from(arg)) % 2 == 0;
                        let section = if strings {
                            CaptureSection::Strings
                        } else {
                            CaptureSection::Contents
                        };
                        event.captures.push(OwnedCapture { arg, section, status, bytes, full });
                    }
                }
                event
            },
        );
    prop::collection::vec(event, 0..120)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_events(chunks in prop::collection::vec(events(), 1..3), tick_shift in 0u8..31, durations: bool) {
        let mut builder = ChunkBuilder::new(tick_shift, durations, 1);
        for events in chunks {
            check(&events, tick_shift, durations, &mut builder);
        }
    }
}

#[test]
fn large_chunks() {
    let mut random = Random(1);
    let mut builder = ChunkBuilder::new(5, true, 1);
    let mut events = some_events(&mut random, 70_000, 1 << 40);
    // Out of order, also within threads.
    for _ in 0..1000 {
        let (a, b) = (random.below(70_000) as usize, random.below(70_000) as usize);
        events.swap(a, b);
    }
    check(&events, 5, true, &mut builder);
    // More syscalls than a byte can number, more threads than a zone map lists.
    for (i, event) in events.iter_mut().enumerate() {
        event.number = i as u32 % 700 * 7 + event.args.len() as u32;
        event.tid = i as u32 % 3000;
        event.captures.clear();
    }
    check(&events, 5, true, &mut builder);
}

#[test]
fn an_empty_chunk() {
    let encoded = encode(&[], 5, true);
    assert_eq!((encoded.rows, encoded.first, encoded.last), (0, 0, 0));
    assert_eq!(decode(&encoded, 5), []);
}

#[test]
fn careless_events_are_stored_as_documented() {
    let mut event = some_events(&mut Random(3), 1, 1000)[0].clone();
    event.number = 1;
    event.args = vec![1, 2, 3];
    let capture = |arg, bytes: &[u8]| OwnedCapture {
        arg,
        section: CaptureSection::Contents,
        status: CaptureStatus::Whole,
        bytes: bytes.to_vec(),
        full: 0,
    };
    event.captures =
        vec![capture(1, &vec![7; (1 << 20) + 5]), capture(1, b"again"), capture(3, b"none")];
    event.duration = Some(event.end + 100);
    let fewer = OwnedEvent {
        end: event.end + 1000,
        args: vec![9],
        captures: vec![],
        duration: None,
        ..event.clone()
    };
    let more = OwnedEvent { args: vec![4, 5, 6, 7, 8, 9, 10], ..fewer.clone() };
    let rows = decode(&encode(&[event.clone(), fewer, more], 0, true), 0);
    assert_eq!(rows[0].duration, event.end);
    assert_eq!(rows[0].args[1], (None, Some(2), Some((vec![7; 1 << 20], (1 << 20) + 5, true))));
    let raw = |row: usize| rows[row].args.iter().map(|arg| arg.0.unwrap()).collect::<Vec<_>>();
    assert_eq!((raw(1), raw(2)), (vec![9, 0, 0], vec![4, 5, 6]));
}

#[test]
fn too_much_for_a_chunk_is_reported() {
    let mut builder = ChunkBuilder::new(0, true, 1);
    let template = OwnedEvent {
        duration: None,
        args: vec![],
        captures: vec![],
        ..some_events(&mut Random(3), 1, 1000)[0].clone()
    };
    for i in 0..=1_048_576 {
        builder.announce(&EventKey { end: i, ..template.key() });
    }
    assert!(matches!(builder.arrange(), Err(FormatError::Limit { limit: 1_048_576, .. })));
    assert!(builder.is_empty());
    for i in 0..70_000 {
        builder.announce(&EventKey { number: i, ..template.key() });
    }
    assert!(matches!(builder.arrange(), Err(FormatError::Limit { limit: 65_535, .. })));
    // Results and durations of a chunk that is given up lie there still.
    let three = [1_000, 1_037, 1_111].map(|end| OwnedEvent { end, ..template.clone() });
    let lasting = three.clone().map(|event| OwnedEvent { duration: Some(30), ..event });
    lasting.iter().for_each(|event| builder.announce(&event.key()));
    builder.arrange().unwrap();
    lasting[..2].iter().for_each(|event| event.put(&mut builder));
    assert!(builder.encode().is_err(), "an event was not put");
    check(&three, 0, true, &mut builder);
    // The builder is as good as new.
    check(&[template], 0, true, &mut builder);
    assert_eq!(builder.encode().unwrap().rows, 0);
}

#[test]
fn whole_files() {
    let file = some_file(3, 40);
    for trace in [from_file(&file).unwrap(), from_pipe(&file).unwrap()] {
        assert_eq!(trace.meta(), &meta(5));
        assert_eq!(trace.file_id(), FILE_ID);
        assert_eq!(trace.version(), (1, 0));
        assert_eq!(trace.meta_block().header.kind, BlockKind::META);
        let contents = read_all(trace).unwrap();
        assert_eq!(contents.undecodable, 0);
        assert_eq!(contents.trace.damage(), []);
        assert!(contents.trace.complete());
        let end = contents.trace.end().unwrap();
        assert_eq!((end.events, end.chunks, end.indexes.len()), (120, 3, 1));
        let mut random = Random(7);
        let mut expected = vec![Part::Clock(CLOCK), Part::Processes(some_processes())];
        for chunk in 0..3u64 {
            let events = some_events(&mut random, 40, 10_000_000 * (chunk + 1));
            expected.push(Part::Rows(expected_rows(&events, 5, true)));
        }
        expected.push(Part::Ledger(some_ledger()));
        assert_eq!(contents.parts, expected);
    }
}

#[test]
fn a_file_of_many_blocks_has_several_indexes() {
    let mut writer = Writer::new(Vec::new(), FILE_ID, &meta(5)).unwrap();
    for _ in 0..3000 {
        writer.clock(&CLOCK).unwrap();
    }
    let (file, totals) = writer.finish().unwrap();
    assert_eq!(totals.bytes, file.len() as u64);
    let contents = read_all(from_pipe(&file).unwrap()).unwrap();
    assert!(contents.trace.complete(), "{:?}", contents.trace.damage());
    assert_eq!(contents.trace.end().unwrap().indexes.len(), 3);
    assert_eq!(contents.parts.len(), 3000);
}

#[test]
fn long_lists_are_divided() {
    let record = some_processes()[0].clone();
    let records = vec![record; 100_000];
    let mut writer = Writer::new(Vec::new(), FILE_ID, &meta(5)).unwrap();
    writer.processes(&records).unwrap();
    writer.processes(&[]).unwrap();
    let file = writer.finish().unwrap().0;
    let parts = read_all(from_file(&file).unwrap()).unwrap().parts;
    assert!(parts.len() > 1);
    let read: usize =
        parts.iter().map(|p| if let Part::Processes(r) = p { r.len() } else { 0 }).sum();
    assert_eq!(read, records.len());
}

#[test]
fn blocks_can_be_copied_and_read_again() {
    let file = some_file(2, 30);
    let mut from = from_file(&file).unwrap();
    let mut writer = Writer::new(Vec::new(), from.file_id(), &from.meta().clone()).unwrap();
    let mut blocks = Vec::new();
    while let Some(block) = from.next_block().unwrap() {
        writer.copy(&block.header, &block.zone, &from.read_stored(&block).unwrap()).unwrap();
        blocks.push(block);
    }
    assert_eq!(writer.finish().unwrap().0, file);
    // A file goes back, a pipe does not.
    assert!(from.read(&blocks[0]).is_ok());
    let mut pipe = from_pipe(&file).unwrap();
    let first = pipe.next_block().unwrap().unwrap();
    pipe.next_block().unwrap();
    assert!(matches!(pipe.read(&first), Err(FormatError::PassedBy { .. })));
}

#[test]
fn payloads_may_be_passed_over() {
    let file = some_file(3, 40);
    for mut trace in [from_file(&file).unwrap(), from_pipe(&file).unwrap()] {
        let mut kinds = Vec::new();
        while let Some(block) = trace.next_block().unwrap() {
            kinds.push(block.header.kind.name());
        }
        assert_eq!(kinds, ["CLOCK", "PROC", "EVENTS", "EVENTS", "EVENTS", "LOSS", "INDEX", "END"]);
        assert!(trace.complete());
    }
}

#[test]
fn a_growing_pipe_gives_each_block_as_soon_as_it_is_whole() {
    let (reader, mut writer) = std::io::pipe().unwrap();
    let file = some_file(2, 30);
    let whole = read_all(from_file(&file).unwrap()).unwrap();
    drop(whole);
    // All blocks but the last, END, of which one byte lacks; the pipe stays open.
    let mut blocks = 0;
    let mut trace = from_file(&file).unwrap();
    while trace.next_block().unwrap().is_some() {
        blocks += 1;
    }
    std::io::Write::write_all(&mut writer, &file[..file.len() - 1]).unwrap();
    let mut trace = Trace::from_reader(Box::new(reader)).unwrap();
    for _ in 0..blocks - 1 {
        let block = trace.next_block().unwrap().unwrap();
        trace.read(&block).unwrap();
    }
    // END ends a trace, though the pipe is still open.
    std::io::Write::write_all(&mut writer, &file[file.len() - 1..]).unwrap();
    assert_eq!(trace.next_block().unwrap().unwrap().header.kind, BlockKind::END);
    assert!(trace.next_block().unwrap().is_none());
    assert!(trace.complete());
}

#[test]
fn a_failed_write_stops_the_file() {
    struct Full(usize);
    impl std::io::Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let taken = bytes.len().min(self.0);
            self.0 -= taken;
            if taken == 0 { Err(std::io::ErrorKind::StorageFull.into()) } else { Ok(taken) }
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut writer = Writer::new(Full(1000), FILE_ID, &meta(5)).unwrap();
    let before = writer.written();
    let error = loop {
        if let Err(error) = writer.clock(&CLOCK) {
            break error;
        }
    };
    assert!(matches!(error, FormatError::Io(_)));
    assert!(writer.written() >= before);
    assert!(matches!(writer.clock(&CLOCK), Err(FormatError::WriterFailed)));
}

#[test]
fn builders_and_readers_move_between_threads() {
    fn is_send<T: Send>() {}
    is_send::<ChunkBuilder>();
    is_send::<Writer<Vec<u8>>>();
    is_send::<Trace>();
    is_send::<Chunk>();
    is_send::<FormatError>();
}
