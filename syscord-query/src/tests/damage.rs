//! Damaged traces, and clocks that were set while recording.

use super::*;

/// Bytes of a block's header.
const HEADER: usize = 72;

/// The calls of a trace of which the clock was set back by 1000 s between two of one block.
fn set_back() -> Temp {
    let file = Temp::new("scd");
    let mut writer = Writer::new(Vec::new(), *b"0123456789abcdef", &described()).unwrap();
    let second = 1_000_000_000;
    let clock = |monotonic: u64, realtime: i64| Clock { monotonic, boottime: monotonic, realtime };
    writer.clock(&clock(second, 5_000 * second as i64)).unwrap();
    writer.clock(&clock(3 * second, 4_002 * second as i64)).unwrap();
    let calls = [2, 4].map(|at| Made::call(at * second, "getpid", &[], 20));
    let mut builder = ChunkBuilder::new(0, true, 1);
    let events = calls.each_ref().map(|call| call.event(&[]));
    writer.events(&builder.encode_all(&events).unwrap()).unwrap();
    let (bytes, _) = writer.finish().unwrap();
    fs::write(file.path(), bytes).unwrap();
    file
}

#[test]
fn times_of_day_select_even_if_the_clock_was_set() {
    let file = set_back();
    let count = |options: &[&str]| {
        let line = [&["--count"], options].concat();
        String::from_utf8(output(file.path(), &line).unwrap().0).unwrap()
    };
    // The calls were at 01:23:21 and, by the clock as it was then, at 01:06:43.
    assert_eq!(count(&[]), "2\n");
    for (options, calls) in [
        (["--since", "1970-01-01T01:15:00Z"], "1\n"),
        (["--until", "1970-01-01T01:15:00Z"], "1\n"),
        (["--since", "1970-01-01T01:00:00Z"], "2\n"),
        (["--until", "1970-01-01T01:30:00Z"], "2\n"),
        (["--since", "1970-01-01T01:30:00Z"], "0\n"),
    ] {
        assert_eq!(count(&options), calls, "{options:?}");
    }
}

#[test]
fn damaged_events_do_not_count() {
    let events: Vec<Made> =
        (0..3 * BLOCK as u64).map(|at| Made::call(2_000 + at, "getpid", &[], 20)).collect();
    let file = trace(&events, 0);
    let mut bytes = fs::read(file.path()).unwrap();
    let mut reader = syscord_format::Trace::open(file.path()).unwrap();
    let mut blocks = std::iter::from_fn(|| reader.next_block().unwrap());
    let chunk = blocks.find(|block| block.header.kind == syscord_format::BlockKind::EVENTS);
    let chunk = chunk.unwrap();
    let payload = chunk.offset as usize + HEADER + chunk.zone.len();
    bytes[payload] ^= 1;
    fs::write(file.path(), bytes).unwrap();
    for options in [&["--count"][..], &["--count", "--since", "0s"], &["--count", "-e", "getpid"]] {
        let (out, damaged) = output(file.path(), options).unwrap();
        assert_eq!((out.as_slice(), damaged), (&b"200\n"[..], true), "{options:?}");
    }
}
