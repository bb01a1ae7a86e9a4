//! Collecting the events of a chunk.

use std::collections::HashMap;

use crate::chunk::BESIDE;
use crate::chunk::encode::Scratch;
use crate::chunk::event::{Capture, CaptureSection, CaptureStatus, Event};
use crate::chunk::files::{File, FileRows};
use crate::chunk::intern::Interner;
use crate::error::FormatError;
use crate::limits::{MAX_ARGS, MAX_CALLS, MAX_ENTRY, MAX_ROWS, MAX_TICK_SHIFT};

/// Collects events and encodes them as the payload of an EVENTS block. Use one for a whole recording:
/// what it allocates, it keeps from chunk to chunk.
pub struct ChunkBuilder {
    pub(super) tick_shift: u8,
    pub(super) durations: bool,
    pub(super) rows: Vec<Row>,
    /// The arguments of all rows, one row after the other.
    pub(super) args: Vec<u64>,
    /// The captures of all rows, one row after the other.
    pub(super) captures: Vec<CaptureRow>,
    pub(super) threads: Threads,
    pub(super) calls: Calls,
    /// By [`CaptureSection::index`].
    pub(super) dictionaries: [Interner; 2],
    pub(super) files: FileRows,
    /// The earliest end of an event; `u64::MAX` if there is none.
    pub(super) first: u64,
    /// What could not be taken: the limit that stood against it.
    pub(super) refused: Option<FormatError>,
    pub(super) scratch: Scratch,
}

/// An event as collected. Fixed in size and small: encoding gathers rows in another order.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) end: u64,
    /// [`UNKNOWN`] if it is not known.
    pub(super) duration: u64,
    pub(super) ret: i64,
    /// Place in [`Threads::list`].
    pub(super) thread: u32,
    pub(super) cpu: u32,
    /// Start in [`ChunkBuilder::args`].
    pub(super) args: u32,
    /// Start in [`ChunkBuilder::captures`].
    pub(super) captures: u32,
    /// Place in [`Calls::list`].
    pub(super) call: u16,
    /// Bit per argument: whether there is a capture of it.
    pub(super) captured: u8,
    pub(super) marks: u8,
}

/// A duration that is not known.
pub(super) const UNKNOWN: u64 = u64::MAX;

/// A capture as collected.
#[derive(Clone, Copy)]
pub(super) struct CaptureRow {
    /// Number in the dictionary, if bytes were captured.
    pub(super) entry: u32,
    /// True length if cut.
    pub(super) full: u32,
    pub(super) arg: u8,
    pub(super) status: CaptureStatus,
}

impl ChunkBuilder {
    /// A builder for a file with this time resolution (a tick is 2^`tick_shift` ns, at most 2^30), with
    /// or without durations. `level` is zstd's: 1 is fast, higher ones gain little.
    pub fn new(tick_shift: u8, durations: bool, level: i32) -> Self {
        ChunkBuilder {
            tick_shift: tick_shift.min(MAX_TICK_SHIFT),
            durations,
            rows: Vec::new(),
            args: Vec::new(),
            captures: Vec::new(),
            threads: Threads::default(),
            calls: Calls::default(),
            dictionaries: Default::default(),
            files: FileRows::default(),
            first: u64::MAX,
            refused: None,
            scratch: Scratch::new(level),
        }
    }

    /// Adds an event. Events may come in any order.
    ///
    /// A chunk holds at most 1,048,576 events of 65,535 different syscalls: [`encode`](Self::encode)
    /// reports it if there were more.
    #[inline]
    pub fn push(&mut self, event: &Event<'_>) {
        if self.rows.len() >= MAX_ROWS as usize {
            return self.refuse("events of a chunk", u64::from(MAX_ROWS));
        }
        let Some(call) = self.calls.find(event.abi, event.number, event.args.len()) else {
            return self.refuse("different syscalls of a chunk", MAX_CALLS as u64);
        };
        let lane = if event.beside { BESIDE } else { 0 };
        let row = Row {
            end: event.end,
            duration: event.duration.map_or(UNKNOWN, |duration| duration.min(event.end)),
            ret: event.ret,
            thread: self.threads.count(event.tgid, event.tid & !BESIDE | lane, event.end),
            cpu: event.cpu,
            args: self.args.len() as u32,
            captures: self.captures.len() as u32,
            call,
            captured: 0,
            marks: event.marks,
        };
        self.rows.push(row);
        self.first = self.first.min(event.end);
        let counted = &mut self.calls.list[usize::from(call)];
        counted.rows += 1;
        if event.args.len() == usize::from(counted.args) {
            push_args(&mut self.args, event.args);
        } else {
            push_padded(&mut self.args, event.args, counted.args.into());
        }
        event.captures.iter().for_each(|capture| self.capture(capture));
        event.files.iter().for_each(|file| self.file(file));
    }

    /// Adds to the event that was pushed last one more of [`Event::captures`].
    #[inline]
    pub fn capture(&mut self, capture: &Capture<'_>) {
        let Some(row) = self.rows.last_mut() else { return };
        let call = &mut self.calls.list[usize::from(row.call)];
        let Capture { arg, section, mut status, mut bytes, mut full } = *capture;
        if arg >= call.args || row.captured & 1 << arg != 0 {
            return;
        }
        row.captured |= 1 << arg;
        let section = *call.captures[usize::from(arg)].get_or_insert(section);
        if bytes.len() > MAX_ENTRY {
            if status == CaptureStatus::Whole {
                (status, full) = (CaptureStatus::Cut, bytes.len() as u32);
            }
            bytes = &bytes[..MAX_ENTRY];
        }
        let mut entry = 0;
        if status.captured() {
            let latest = &mut call.latest[usize::from(arg)];
            entry = self.dictionaries[section.index()].intern_like(bytes, *latest);
            *latest = entry;
        }
        self.captures.push(CaptureRow { entry, full, arg, status });
    }

    /// Adds to the event that was pushed last one more of [`Event::files`].
    pub fn file(&mut self, file: &File<'_>) {
        if let Some(row) = self.rows.last() {
            let call = &mut self.calls.list[usize::from(row.call)];
            self.files.push(self.rows.len() as u32 - 1, call, file);
        }
    }

    /// The number of events.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no event.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// About the bytes of memory that the events take: a measure of when to cut a chunk.
    pub fn raw_bytes(&self) -> usize {
        let rows = size_of_val(self.rows.as_slice()) + size_of_val(self.args.as_slice());
        let captures = size_of_val(self.captures.as_slice());
        rows + captures + self.dictionaries.iter().map(|d| d.bytes().len()).sum::<usize>()
    }

    /// Encodes the events and leaves the builder empty, whether it succeeds or not.
    ///
    /// # Errors
    /// If there were more events, syscalls or bytes than a chunk may hold, or if compression fails.
    pub fn encode(&mut self) -> Result<EncodedChunk, FormatError> {
        let encoded = match self.refused.take() {
            Some(error) => Err(error),
            None => self.encode_rows(),
        };
        self.clear();
        encoded
    }

    #[cold]
    fn refuse(&mut self, what: &'static str, limit: u64) {
        self.refused.get_or_insert(FormatError::Limit { what, value: limit + 1, limit });
    }

    fn clear(&mut self) {
        self.rows.clear();
        self.args.clear();
        self.captures.clear();
        self.first = u64::MAX;
        self.threads.clear();
        self.calls.clear();
        self.dictionaries.iter_mut().for_each(Interner::clear);
        self.files.clear();
    }
}

/// Appends arguments; by number, as a general copy costs more than the few words it copies.
#[inline]
fn push_args(all: &mut Vec<u64>, args: &[u64]) {
    match *args {
        [] => {}
        [a] => all.push(a),
        [a, b] => all.extend([a, b]),
        [a, b, c] => all.extend([a, b, c]),
        [a, b, c, d] => all.extend([a, b, c, d]),
        [a, b, c, d, e] => all.extend([a, b, c, d, e]),
        _ => all.extend_from_slice(args),
    }
}

/// Appends as many arguments as there should be; those that lack are 0.
#[cold]
fn push_padded(all: &mut Vec<u64>, args: &[u64], count: usize) {
    all.extend(args.iter().copied().chain(std::iter::repeat(0)).take(count));
}

/// The payload and the zone map of an EVENTS block, ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedChunk {
    /// Its events.
    pub rows: u32,
    /// The earliest end of an event, nanoseconds, as a reader will see it.
    pub first: u64,
    /// The latest end of an event, nanoseconds, as a reader will see it.
    pub last: u64,
    /// The zone map.
    pub zone: Vec<u8>,
    /// The payload.
    pub payload: Vec<u8>,
}

/// The threads of a chunk, in order of appearance.
#[derive(Default)]
pub(super) struct Threads {
    pub(super) list: Vec<Thread>,
    /// The place of the thread that came last: the next event is likely to be of the same one.
    latest: u32,
    /// Open addressing, a power of two of slots: place in the list plus 1, 0 if free.
    slots: Vec<u32>,
}

pub(super) struct Thread {
    pub(super) tgid: u32,
    /// With [`BESIDE`], what it did beside its calls.
    pub(super) tid: u32,
    pub(super) rows: u32,
    /// Whether its events came in the order of their ends so far, of which this is the latest.
    pub(super) sorted: bool,
    latest: u64,
}

const FEWEST_SLOTS: usize = 256;

impl Threads {
    /// Counts an event of a thread and finds the thread's place in the list.
    #[inline]
    fn count(&mut self, tgid: u32, tid: u32, end: u64) -> u32 {
        let same = |thread: &Thread| thread.tid == tid && thread.tgid == tgid;
        if !self.list.get(self.latest as usize).is_some_and(same) {
            self.latest = self.find(tgid, tid);
        }
        let thread = &mut self.list[self.latest as usize];
        thread.rows += 1;
        thread.sorted &= end >= thread.latest;
        thread.latest = end;
        self.latest
    }

    fn find(&mut self, tgid: u32, tid: u32) -> u32 {
        if self.list.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut at = Self::hash(tgid, tid) & mask;
        while let Some(place) = self.slots[at].checked_sub(1) {
            let thread = &self.list[place as usize];
            if thread.tid == tid && thread.tgid == tgid {
                return place;
            }
            at = (at + 1) & mask;
        }
        self.list.push(Thread { tgid, tid, rows: 0, sorted: true, latest: 0 });
        self.slots[at] = self.list.len() as u32;
        self.slots[at] - 1
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(FEWEST_SLOTS);
        self.slots.clear();
        self.slots.resize(size, 0);
        for (place, thread) in self.list.iter().enumerate() {
            let mut at = Self::hash(thread.tgid, thread.tid) & (size - 1);
            while self.slots[at] != 0 {
                at = (at + 1) & (size - 1);
            }
            self.slots[at] = place as u32 + 1;
        }
    }

    fn hash(tgid: u32, tid: u32) -> usize {
        let key = u64::from(tgid) << 32 | u64::from(tid);
        (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize
    }

    fn clear(&mut self) {
        self.list.clear();
        self.slots.fill(0);
    }
}

/// The syscalls of a chunk, in order of appearance.
#[derive(Default)]
pub(super) struct Calls {
    pub(super) list: Vec<Call>,
    /// Place in the list plus 1 by ABI and number, 0 if not there; for the usual ABIs and numbers.
    direct: Vec<u16>,
    others: HashMap<(u8, u32), u16>,
}

pub(super) struct Call {
    pub(super) abi: u8,
    pub(super) number: u32,
    /// Number of arguments.
    pub(super) args: u8,
    pub(super) rows: u32,
    /// Where the memory of each argument is stored, if any was captured.
    pub(super) captures: [Option<CaptureSection>; MAX_ARGS],
    /// The number in the dictionary of what was captured last of each argument: the next may be the same.
    latest: [u32; MAX_ARGS],
    /// How many facts about files its rows tell.
    pub(super) files: u32,
    /// The numbers of the names that came last, likewise.
    pub(super) names: [u32; 2],
}

const DIRECT_ABIS: usize = 4;
const DIRECT_NUMBERS: usize = 1024;

impl Calls {
    /// The place of a syscall in the list; none if there are too many. `args`: how many arguments it has if
    /// it is new.
    #[inline]
    fn find(&mut self, abi: u8, number: u32, args: usize) -> Option<u16> {
        match Self::direct(abi, number).and_then(|at| self.direct.get(at)) {
            Some(&place) if place != 0 => Some(place - 1),
            _ => self.find_other(abi, number, args),
        }
    }

    fn find_other(&mut self, abi: u8, number: u32, args: usize) -> Option<u16> {
        if let Some(place) = self.others.get(&(abi, number)) {
            return Some(*place);
        }
        if self.list.len() >= MAX_CALLS {
            return None;
        }
        let place = self.list.len() as u16;
        let args = args.min(MAX_ARGS) as u8;
        let (captures, latest) = ([None; MAX_ARGS], [0; MAX_ARGS]);
        self.list.push(Call {
            abi,
            number,
            args,
            rows: 0,
            captures,
            latest,
            files: 0,
            names: [0; 2],
        });
        self.direct.resize(DIRECT_ABIS * DIRECT_NUMBERS, 0);
        match Self::direct(abi, number) {
            Some(at) => self.direct[at] = place + 1,
            None => {
                self.others.insert((abi, number), place);
            }
        }
        Some(place)
    }

    #[inline]
    fn direct(abi: u8, number: u32) -> Option<usize> {
        let usual = usize::from(abi) < DIRECT_ABIS && (number as usize) < DIRECT_NUMBERS;
        usual.then(|| usize::from(abi) * DIRECT_NUMBERS + number as usize)
    }

    fn clear(&mut self) {
        for call in self.list.drain(..) {
            if let Some(at) = Self::direct(call.abi, call.number) {
                self.direct[at] = 0;
            }
        }
        self.others.clear();
    }
}
