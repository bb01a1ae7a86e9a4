//! What remains of a recording that was cut off or damaged: all that was whole, and word of the rest.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{
    env, fs,
    os::unix::fs::FileExt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use syscord_format::{Block, BlockHeader, BlockKind, Chunk, Damage, FormatError, Trace};
use syscord_tests::{Ran, Running, Scratch, kernel, program, query, record, wait_until};

/// Numbers that look random (xorshift64*).
struct Random(u64);

impl Random {
    /// Of another seed each time, unless `SYSCORD_TESTS_SEED` gives one; it is printed.
    fn new() -> Random {
        let given = env::var("SYSCORD_TESTS_SEED").ok().and_then(|seed| seed.parse().ok());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock");
        let seed = given.unwrap_or(now.as_nanos() as u64).max(1);
        println!("SYSCORD_TESTS_SEED={seed}");
        Random(seed)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) % limit
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path")
}

/// A block as it was read.
#[derive(Clone, Debug, PartialEq)]
struct Part {
    offset: u64,
    header: BlockHeader,
    /// A checksum of the payload; none if it is damaged.
    payload: Option<u32>,
    /// A checksum of what an EVENTS block's columns hold; none if they cannot be decoded.
    decoded: Option<u32>,
}

/// All that a file tells.
struct Whole {
    /// What META says, as text.
    meta: u32,
    parts: Vec<Part>,
    damage: Vec<Damage>,
    complete: bool,
}

impl Whole {
    /// Reads all of a file; an error if it cannot be opened.
    fn read(path: &Path) -> Result<Whole, FormatError> {
        let mut trace = Trace::open(path)?;
        let meta = checksum(format!("{:?}", trace.meta()).as_bytes());
        let mut parts = Vec::new();
        while let Some(block) = trace.next_block()? {
            let payload = trace.read(&block).ok();
            let decoded = payload.clone().and_then(|payload| decode(&trace, &block, payload));
            let payload = payload.map(|payload| checksum(&payload));
            parts.push(Part { offset: block.offset, header: block.header, payload, decoded });
        }
        let (damage, complete) = (trace.damage().to_vec(), trace.complete());
        Ok(Whole { meta, parts, damage, complete })
    }

    fn rows(&self, kind: BlockKind) -> u64 {
        let blocks = self.parts.iter().filter(|part| part.header.kind == kind);
        blocks.map(|part| u64::from(part.header.rows)).sum()
    }
}

/// Any checksum will do.
fn checksum(bytes: &[u8]) -> u32 {
    let words = bytes.chunks(8).map(|chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        u64::from_le_bytes(word)
    });
    let mix = |sum: u64, word: u64| (sum.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    let sum = words.fold(bytes.len() as u64, mix);
    (sum ^ sum >> 32) as u32
}

/// Decodes a block that is whole: all columns of an EVENTS block, the rows of others.
fn decode(trace: &Trace, block: &Block, payload: Vec<u8>) -> Option<u32> {
    let text = match block.header.kind {
        BlockKind::EVENTS => {
            let chunk = Chunk::parse(block.header.rows, payload, trace.meta().tick_shift).ok()?;
            let (threads, calls) = (chunk.threads().ok()?, chunk.calls().ok()?);
            let times = chunk.times(&calls).ok()?;
            let (results, cpus) = (chunk.results(&calls).ok()?, chunk.cpus().ok()?);
            format!("{threads:?} {:?} {times:?} {results:?} {cpus:?}", calls.of_row)
        }
        BlockKind::PROC => format!("{:?}", syscord_format::processes(&payload).ok()?),
        BlockKind::LOSS => format!("{:?}", syscord_format::ledger(&payload).ok()?),
        BlockKind::CLOCK => format!("{:?}", syscord_format::clock(&payload).ok()?),
        BlockKind::INDEX => format!("{:?}", syscord_format::index(&payload).ok()?),
        _ => return Some(checksum(&payload)),
    };
    Some(checksum(text.as_bytes()))
}

/// Reads a file; a panic is a failure of the test that tells where.
fn read(path: &Path, what: &str) -> Result<Whole, FormatError> {
    let read = catch_unwind(AssertUnwindSafe(|| Whole::read(path)));
    read.unwrap_or_else(|_| panic!("the reader panicked: {what}"))
}

/// Runs `syscord-query`; it must end by itself, with one of these codes and without a panic.
fn asked(args: &[&str], codes: &[i32]) -> Ran {
    let ran = query(args);
    assert!(codes.contains(&ran.code), "{args:?}: {} {}", ran.code, ran.err);
    assert!(!ran.err.contains("panicked"), "{args:?}: {}", ran.err);
    ran
}

/// A finished trace of a few tens of kilobytes, with blocks of each kind.
fn small(scratch: &Scratch) -> PathBuf {
    let trace = scratch.file("small.scd");
    let script = "ls /; sleep 1.2; cat /etc/hostname";
    let ran = record(["-q", "-o", text(&trace), "--", "sh", "-c", script]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let length = fs::metadata(&trace).expect("a file").len();
    assert!((4096..200_000).contains(&length), "{length} bytes");
    trace
}

/// A finished trace of more than 20 MB.
fn large(scratch: &Scratch) -> PathBuf {
    let trace = scratch.file("large.scd");
    let dd = "dd if=/dev/urandom of=/dev/null count=2500 bs=";
    let script = format!("{dd}16384; sleep 1.2; {dd}4096; sleep 1.2; {dd}1000");
    let args = ["-q", "--content", "16384", "--buffer-size", "64M", "-o", text(&trace), "--"];
    let ran = record(args.iter().chain(&["sh", "-c", script.as_str()]));
    assert!([0, 3].contains(&ran.code), "{}", ran.err);
    let length = fs::metadata(&trace).expect("a file").len();
    assert!(length >= 20_000_000, "{length} bytes");
    trace
}

/// Checks what is read of the first `length` bytes of a file, all of which `whole` is.
fn check_cut(cut: &Path, length: u64, file: u64, whole: &Whole) {
    let what = format!("the first {length} of {file} bytes");
    let meta_end = whole.parts[0].offset;
    let read = match read(cut, &what) {
        Ok(read) => read,
        Err(error) => {
            assert!(length < meta_end, "{what}: {error}");
            return;
        }
    };
    // Padding at the end of META may lack.
    assert!(length + 8 > meta_end, "{what}: META cannot be whole");
    assert_eq!(read.meta, whole.meta, "{what}");
    let there = whole.parts.iter().filter(|part| part.offset + part.header.extent() <= length);
    let there = there.count();
    assert!(read.parts.len() >= there, "{what}: {} of {there} blocks", read.parts.len());
    assert!(read.parts.len() <= there + 1, "{what}: more blocks than there are");
    assert!(read.parts == whole.parts[..read.parts.len()], "{what}: other blocks");
    assert_eq!(read.complete, length == file, "{what}: {:?}", read.damage);
    assert_eq!(read.damage.is_empty(), length == file, "{what}");
    let last = whole.parts.get(read.parts.len()).map_or(file, |part| part.offset);
    let in_block = length > last.max(meta_end) && length < file;
    let told = read.damage.iter().any(|damage| matches!(damage, Damage::CutTail { .. }));
    assert!(!in_block || told, "{what}: {:?}", read.damage);
}

/// Checks what the program says of a file that was cut.
fn check_cut_by_program(cut: &Path, length: u64, whole: &Whole) {
    let file = text(cut);
    if length < whole.parts[0].offset - 8 {
        let ran = asked(&[file, "--json"], &[1]);
        assert_eq!(ran.out, "", "{length} bytes");
        assert!(ran.err.starts_with("syscord-query: "), "{}", ran.err);
        asked(&["verify", file], &[1, 3]);
        return;
    }
    let there = |part: &&Part| part.offset + part.header.extent() <= length;
    let parts = whole.parts.iter().filter(there);
    let events: u64 = parts
        .filter(|part| part.header.kind == BlockKind::EVENTS)
        .map(|part| u64::from(part.header.rows))
        .sum();
    let ran = asked(&[file, "--json"], &[3]);
    assert_eq!(ran.out.lines().count() as u64, events, "{length} bytes");
    let told = ["cut off", "the file ends inside"];
    assert!(told.iter().any(|told| ran.err.contains(told)), "{length} bytes: {}", ran.err);
    let ran = asked(&["verify", file], &[3]);
    assert!(ran.out.contains("no END"), "{length} bytes: {}", ran.out);
    let ran = asked(&["info", file, "--json"], &[3]);
    assert!(ran.out.contains("\"complete\":false"), "{}", ran.out);
    asked(&["stats", file], &[3]);
}

#[test]
fn small_trace_cut_at_every_byte() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("cut-small");
    let (trace, cut) = (small(&scratch), scratch.file("cut.scd"));
    let bytes = fs::read(&trace).expect("a trace");
    let whole = Whole::read(&trace).expect("a trace");
    assert!(whole.complete && whole.rows(BlockKind::EVENTS) > 100);
    fs::write(&cut, &bytes).expect("a copy");
    let file = fs::OpenOptions::new().write(true).open(&cut).expect("the copy");
    for length in (0..=bytes.len() as u64).rev() {
        file.set_len(length).expect("a shorter file");
        check_cut(&cut, length, bytes.len() as u64, &whole);
    }
    let mut random = Random::new();
    let lengths = (0..40).map(|_| random.below(bytes.len() as u64));
    for length in lengths.chain([0, 1, 39, 40, 41, bytes.len() as u64 - 1]) {
        fs::write(&cut, &bytes[..length as usize]).expect("a shorter copy");
        check_cut_by_program(&cut, length, &whole);
    }
}

#[test]
fn large_trace_cut_at_random_bytes() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("cut-large");
    let (trace, mut random) = (large(&scratch), Random::new());
    let whole = Whole::read(&trace).expect("a trace");
    assert!(whole.complete, "{:?}", whole.damage);
    let size = fs::metadata(&trace).expect("a trace").len();
    let mut lengths: Vec<u64> = (0..1000).map(|_| random.below(size)).collect();
    lengths.sort_unstable_by(|a, b| b.cmp(a));
    let cut = scratch.file("cut.scd");
    fs::copy(&trace, &cut).expect("a copy");
    let file = fs::OpenOptions::new().write(true).open(&cut).expect("the copy");
    for (index, length) in lengths.iter().enumerate() {
        file.set_len(*length).expect("a shorter file");
        check_cut(&cut, *length, size, &whole);
        if index % 50 == 0 {
            check_cut_by_program(&cut, *length, &whole);
        }
    }
}

#[test]
fn flipped_bits_are_noticed() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("bits");
    let (trace, mut random) = (small(&scratch), Random::new());
    let bytes = fs::read(&trace).expect("a trace");
    let whole = Whole::read(&trace).expect("a trace");
    let flipped = scratch.file("flipped.scd");
    fs::write(&flipped, &bytes).expect("a copy");
    let file = fs::OpenOptions::new().write(true).open(&flipped).expect("the copy");
    let flip = |bit: u64| {
        let byte = bytes[(bit / 8) as usize] ^ 1 << (bit % 8);
        file.write_all_at(&[byte], bit / 8).expect("a flipped bit");
    };
    let restore = |bit: u64| {
        file.write_all_at(&bytes[(bit / 8) as usize..][..1], bit / 8).expect("the bit restored");
    };
    let bits = bytes.len() as u64 * 8;
    let some = (0..2000).map(|_| random.below(bits)).collect::<Vec<_>>();
    for bit in (0..4096 * 8).chain(some) {
        flip(bit);
        let what = format!("bit {} of byte {}", bit % 8, bit / 8);
        if let Ok(read) = read(&flipped, &what)
            && read.complete
            && read.damage.is_empty()
        {
            let same = read.meta == whole.meta && read.parts == whole.parts;
            assert!(same, "{what}: not noticed");
        }
        restore(bit);
    }
    let right = asked(&[text(&flipped), "--json"], &[0]).out;
    for _ in 0..30 {
        let bit = random.below(bits);
        flip(bit);
        let what = format!("bit {} of byte {}", bit % 8, bit / 8);
        let ran = asked(&[text(&flipped), "--json"], &[0, 1, 3]);
        assert!(ran.code != 0 || ran.out == right, "{what}: not noticed");
        assert!(ran.code == 0 || !ran.err.is_empty(), "{what}: silent");
        let verified = asked(&["verify", text(&flipped)], &[0, 1, 3]);
        assert!(ran.code == 0 || verified.code != 0, "{what}: verify says {}", verified.out);
        asked(&["info", text(&flipped)], &[0, 1, 3]);
        restore(bit);
    }
}

/// The children of a process.
fn children(pid: u32) -> Vec<i32> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    let lists: Vec<String> = lists.collect();
    lists
        .iter()
        .flat_map(|list| list.split(' '))
        .filter_map(|pid| pid.trim().parse().ok())
        .collect()
}

/// Starts a recording of `dd bs=1` and kills the recorder after a while.
fn killed(trace: &Path, after: Duration) {
    let mut command = Command::new(program("syscord"));
    command.args(["record", "-q", "--buffer-size", "64M", "-o", text(trace), "--"]);
    command.args(["timeout", "20", "dd", "if=/dev/zero", "of=/dev/null", "bs=1"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let recorder = Running::start(&mut command);
    wait_until("the recorder writes", || fs::metadata(trace).is_ok_and(|file| file.len() > 0));
    thread::sleep(after);
    let mut left = children(recorder.pid());
    left.extend(left.clone().into_iter().flat_map(|pid| children(pid as u32)));
    drop(recorder);
    for pid in left {
        // SAFETY: a plain system call. The process was the recorder's, and nobody has waited for it.
        unsafe { libc::kill(pid, libc::SIGKILL) };
    }
}

#[test]
fn killed_recorders_leave_what_was_written() {
    if !kernel() {
        return;
    }
    let (scratch, mut random) = (Scratch::new("killed"), Random::new());
    let mut with_events = 0;
    for round in 0..50 {
        let trace = scratch.file("t.scd");
        let _ = fs::remove_file(&trace);
        let after = Duration::from_millis(random.below(2500));
        killed(&trace, after);
        let what = format!("round {round}, killed after {after:?}");
        let Ok(whole) = read(&trace, &what) else {
            // Within META.
            asked(&[text(&trace), "--count"], &[1]);
            continue;
        };
        assert!(!whole.complete, "{what}");
        let intact =
            whole.parts.iter().all(|part| part.payload.is_some() && part.decoded.is_some());
        assert!(intact, "{what}: {:?}", whole.damage);
        let tail = |damage: &Damage| matches!(damage, Damage::NoEnd | Damage::CutTail { .. });
        assert!(whole.damage.iter().all(tail), "{what}: {:?}", whole.damage);
        let chunks = whole.parts.iter().filter(|part| part.header.kind == BlockKind::EVENTS);
        let times: Vec<u64> = chunks.flat_map(|c| [c.header.first, c.header.last]).collect();
        assert!(times.is_sorted(), "{what}: chunks are not in time order");
        let events = whole.rows(BlockKind::EVENTS);
        let ran = asked(&[text(&trace), "--count"], &[3]);
        assert_eq!(ran.out.trim(), events.to_string(), "{what}");
        assert!(ran.err.contains("cut off"), "{what}: {}", ran.err);
        let verified = asked(&["verify", text(&trace)], &[3]);
        assert!(verified.out.contains("no END"), "{what}: {}", verified.out);
        assert!(verified.out.contains(&format!("{events} events")), "{what}: {}", verified.out);
        if events > 0 {
            with_events += 1;
            in_order(&trace, &what);
        }
    }
    assert!(with_events > 5, "only {with_events} recordings had events");
}

/// dd reads and writes in turn: so do the first events of the trace, in time order.
fn in_order(trace: &Path, what: &str) {
    let args = [text(trace), "--csv", "--comm", "dd", "-e", "read,write", "--limit", "20000"];
    let ran = asked(&args, &[0, 3]);
    let mut lines = ran.out.lines();
    let heading: Vec<&str> = lines.next().expect("a heading").split(',').collect();
    let column = |name| heading.iter().position(|column| *column == name).expect("a column");
    let (ts, call) = (column("ts"), column("syscall"));
    let lines: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert!(lines.is_sorted_by_key(|fields| fields[ts]), "{what}: not in time order");
    let first = lines.iter().position(|fields| fields[call] == "write").unwrap_or(lines.len());
    for pair in lines[first..].windows(2) {
        assert_ne!(pair[0][call], pair[1][call], "{what}: {pair:?}");
    }
}

#[test]
fn damaged_traces_are_repaired() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("repair");
    let (trace, cut, new) = (small(&scratch), scratch.file("cut.scd"), scratch.file("new.scd"));
    let (bytes, whole) =
        (fs::read(&trace).expect("a trace"), Whole::read(&trace).expect("a trace"));
    let last = whole.parts.iter().rfind(|part| part.header.kind == BlockKind::EVENTS);
    let end = last.map(|part| part.offset + part.header.extent()).expect("events");
    fs::write(&cut, &bytes[..end as usize + 3]).expect("a cut copy");
    asked(&["repair", text(&cut), "-o", text(&new)], &[0, 3]);
    let repaired = Whole::read(&new).expect("a trace");
    assert!(repaired.complete, "{:?}", repaired.damage);
    assert_eq!(repaired.rows(BlockKind::EVENTS), whole.rows(BlockKind::EVENTS));
    let (old, new) =
        (asked(&[text(&cut), "--text"], &[3]), asked(&[text(&new), "--text"], &[0, 3]));
    assert_eq!(old.out, new.out);
}
