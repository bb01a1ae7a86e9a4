//! How fast chunks are encoded and decoded: those of a real trace, which SYSCORD_TRACE names.
//!
//! `cargo xtask bench micro` records one and runs this.

#![allow(clippy::expect_used, reason = "what cannot be decoded is not to be measured")]

use std::{env, error::Error, path::Path, sync::OnceLock};

use divan::{Bencher, counter::ItemsCount};
use syscord_format::{
    Arguments, BlockHeader, BlockKind, Calls, Capture, CaptureSection, CaptureStatus, Captures,
    Chunk, ChunkBuilder, Event, File, FileFd, NO_CPU, Trace, mark,
};

/// As many chunks are measured together.
const CHUNKS: usize = 8;
/// Smaller chunks, those of quiet seconds, say little.
const LEAST_ROWS: u32 = 10_000;

fn main() {
    let Some(path) = env::var_os("SYSCORD_TRACE") else {
        println!("SYSCORD_TRACE names no trace: nothing is measured");
        return;
    };
    match Recorded::read(Path::new(&path)) {
        Ok(recorded) if recorded.chunks.is_empty() => println!("the trace is too small"),
        Ok(recorded) => {
            RECORDED.get_or_init(|| recorded);
            divan::main();
        }
        Err(error) => println!("{}: {error}", Path::new(&path).display()),
    }
}

static RECORDED: OnceLock<Recorded> = OnceLock::new();

/// Chunks of the trace.
#[derive(Default)]
struct Recorded {
    tick_shift: u8,
    durations: bool,
    chunks: Vec<(BlockHeader, Vec<u8>)>,
}

impl Recorded {
    fn read(path: &Path) -> Result<Recorded, Box<dyn Error>> {
        let mut trace = Trace::open(path)?;
        let (tick_shift, durations) = (trace.meta().tick_shift, trace.meta().durations);
        let mut recorded = Recorded { tick_shift, durations, chunks: Vec::new() };
        while let Some(block) = trace.next_block()? {
            let large = block.header.rows >= LEAST_ROWS;
            if block.header.kind == BlockKind::EVENTS && large && recorded.chunks.len() < CHUNKS {
                recorded.chunks.push((block.header, trace.read(&block)?));
            }
        }
        Ok(recorded)
    }

    fn get() -> &'static Recorded {
        static NONE: Recorded = Recorded { tick_shift: 0, durations: false, chunks: Vec::new() };
        RECORDED.get().unwrap_or(&NONE)
    }

    fn rows(&self) -> ItemsCount {
        ItemsCount::new(self.chunks.iter().map(|(header, _)| header.rows).sum::<u32>())
    }

    fn parse(&self) -> Vec<Chunk> {
        let parse = |(header, payload): &(BlockHeader, Vec<u8>)| {
            Chunk::parse(header.rows, payload.clone(), self.tick_shift)
        };
        self.chunks.iter().map(|chunk| parse(chunk).expect("a whole block")).collect()
    }
}

/// Measures something that is done with each chunk, given what was decoded before.
fn each<T>(bencher: Bencher<'_, '_>, decode: impl Fn(&Chunk, &Calls, &Arguments) -> Option<T>) {
    let recorded = Recorded::get();
    let chunks: Vec<(Chunk, Calls, Arguments)> = recorded
        .parse()
        .into_iter()
        .map(|chunk| {
            let calls = chunk.calls().expect("calls");
            let arguments = chunk.arguments(&calls).expect("arguments").expect("arguments");
            (chunk, calls, arguments)
        })
        .collect();
    bencher.counter(recorded.rows()).bench_local(|| {
        for (chunk, calls, arguments) in &chunks {
            divan::black_box_drop(decode(chunk, calls, arguments));
        }
    });
}

#[divan::bench]
fn decode_calls(bencher: Bencher<'_, '_>) {
    each(bencher, |chunk, _, _| chunk.calls().ok());
}

#[divan::bench]
fn decode_times(bencher: Bencher<'_, '_>) {
    each(bencher, |chunk, calls, _| chunk.times(calls).ok());
}

#[divan::bench]
fn decode_times_in_order(bencher: Bencher<'_, '_>) {
    each(bencher, |chunk, calls, _| chunk.times(calls).ok().map(|times| Chunk::order(&times)));
}

#[divan::bench]
fn decode_results(bencher: Bencher<'_, '_>) {
    each(bencher, |chunk, calls, _| chunk.results(calls).ok());
}

#[divan::bench]
fn decode_arguments(bencher: Bencher<'_, '_>) {
    each(bencher, |chunk, calls, _| chunk.arguments(calls).ok());
}

#[divan::bench]
fn decode_captures(bencher: Bencher<'_, '_>) {
    each(bencher, |chunk, _, arguments| {
        let sections = [CaptureSection::Strings, CaptureSection::Contents];
        Some(sections.map(|section| chunk.captured(section, arguments).ok()))
    });
}

#[divan::bench]
fn decode_files(bencher: Bencher<'_, '_>) {
    each(bencher, |chunk, calls, _| chunk.files(calls).ok());
}

#[divan::bench]
fn decode_all(bencher: Bencher<'_, '_>) {
    let recorded = Recorded::get();
    bencher.counter(recorded.rows()).bench_local(|| {
        let decode = |chunk: &Chunk| Decoded::of(chunk).ok();
        recorded.parse().iter().for_each(|chunk| divan::black_box_drop(decode(chunk)));
    });
}

#[divan::bench]
fn encode(bencher: Bencher<'_, '_>) {
    let recorded = Recorded::get();
    let chunks: Vec<Vec<OwnedEvent>> = recorded
        .parse()
        .iter()
        .filter_map(|chunk| Decoded::of(chunk).ok().map(|decoded| decoded.events()))
        .collect();
    // What events borrow is put together before.
    let lists: Vec<Vec<_>> =
        chunks.iter().map(|chunk| chunk.iter().map(OwnedEvent::lists).collect()).collect();
    let events: Vec<Vec<Event<'_>>> = chunks
        .iter()
        .zip(&lists)
        .map(|(chunk, lists)| {
            let events = chunk.iter().zip(lists);
            events.map(|(event, (captures, files))| event.lent(captures, files)).collect()
        })
        .collect();
    let mut builder = ChunkBuilder::new(recorded.tick_shift, recorded.durations, 1);
    bencher.counter(recorded.rows()).bench_local(|| {
        for events in &events {
            divan::black_box_drop(builder.encode_all(events).ok());
        }
    });
}

/// All columns of a chunk.
struct Decoded {
    threads: Vec<syscord_format::ThreadRun>,
    calls: Calls,
    times: syscord_format::Times,
    order: Vec<u32>,
    cpus: Option<Vec<u32>>,
    results: Option<Vec<i64>>,
    marks: Vec<(u32, u8)>,
    arguments: Option<Arguments>,
    captures: [Option<Captures>; 2],
    files: syscord_format::Files,
}

impl Decoded {
    fn of(chunk: &Chunk) -> Result<Decoded, syscord_format::FormatError> {
        let calls = chunk.calls()?;
        let times = chunk.times(&calls)?;
        let arguments = chunk.arguments(&calls)?;
        let captured = |section| match &arguments {
            Some(arguments) => chunk.captured(section, arguments),
            None => Ok(None),
        };
        Ok(Decoded {
            threads: chunk.threads()?,
            order: Chunk::order(&times),
            cpus: chunk.cpus()?,
            results: chunk.results(&calls)?,
            marks: chunk.marks()?,
            captures: [captured(CaptureSection::Strings)?, captured(CaptureSection::Contents)?],
            files: chunk.files(&calls)?,
            calls,
            times,
            arguments,
        })
    }

    /// Its events in time order, as a recorder gives them.
    fn events(&self) -> Vec<OwnedEvent> {
        let runs = self.threads.iter().flat_map(|run| (0..run.rows).map(move |_| run));
        let threads: Vec<_> = runs.collect();
        let marks: std::collections::HashMap<u32, u8> = self.marks.iter().copied().collect();
        let event = |row: &u32| {
            let place = *row as usize;
            let call = &self.calls.table[usize::from(self.calls.of_row[place])];
            let thread = threads[place];
            let marks = marks.get(row).copied().unwrap_or_default();
            OwnedEvent {
                end: self.times.end[place],
                duration: Some(self.times.duration[place]).filter(|known| *known != u64::MAX),
                thread: (thread.tgid, thread.tid, thread.beside),
                cpu: self.cpus.as_ref().map_or(NO_CPU, |cpus| cpus[place]),
                call: (call.abi, call.number),
                args: (0..usize::from(call.args)).map(|arg| self.raw(place, arg)).collect(),
                ret: self.results.as_ref().map_or(0, |results| results[place]),
                marks: marks & (mark::NEVER_RETURNED | mark::ARGS_UNKNOWN | mark::UNDER_WAY),
                captures: (0..call.args).filter_map(|arg| self.capture(place, arg)).collect(),
                files: self.files.of(*row).map(|f| (f.fd(), f.link(), f.detail())).collect(),
            }
        };
        self.order.iter().map(event).collect()
    }

    fn raw(&self, row: usize, arg: usize) -> u64 {
        self.arguments.as_ref().and_then(|arguments| arguments.raw(row, arg)).unwrap_or_default()
    }

    fn capture(&self, row: usize, arg: u8) -> Option<OwnedCapture> {
        let (section, status) = self.arguments.as_ref()?.status(row, arg.into())?;
        let captures = self.captures.iter().flatten();
        let found = captures.filter_map(|captures| captures.get(row, arg.into())).next();
        let bytes = found.map_or(Vec::new(), |found| found.bytes.to_vec());
        Some(OwnedCapture { arg, section, status, bytes, full: found.map_or(0, |f| f.full) })
    }
}

/// An [`Event`] with what it borrows.
struct OwnedEvent {
    end: u64,
    duration: Option<u64>,
    thread: (u32, u32, bool),
    cpu: u32,
    call: (u8, u32),
    args: Vec<u64>,
    ret: i64,
    marks: u8,
    captures: Vec<OwnedCapture>,
    files: Vec<(FileFd, Vec<u8>, Vec<u8>)>,
}

struct OwnedCapture {
    arg: u8,
    section: CaptureSection,
    status: CaptureStatus,
    bytes: Vec<u8>,
    full: u32,
}

impl OwnedEvent {
    /// What the event borrows.
    fn lists(&self) -> (Vec<Capture<'_>>, Vec<File<'_>>) {
        let captures = self.captures.iter();
        let captures = captures.map(|OwnedCapture { arg, section, status, bytes, full }| Capture {
            arg: *arg,
            section: *section,
            status: *status,
            bytes,
            full: *full,
        });
        let files = self.files.iter();
        let files = files.map(|(fd, link, detail)| File { fd: *fd, link, detail, numbers: &[] });
        (captures.collect(), files.collect())
    }

    fn lent<'a>(&'a self, captures: &'a [Capture<'a>], files: &'a [File<'a>]) -> Event<'a> {
        let (tgid, tid, beside) = self.thread;
        Event {
            end: self.end,
            duration: self.duration,
            tgid,
            tid,
            beside,
            cpu: self.cpu,
            abi: self.call.0,
            number: self.call.1,
            args: &self.args,
            ret: self.ret,
            marks: self.marks,
            captures,
            files,
        }
    }
}
