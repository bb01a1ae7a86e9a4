//! Finding the place of each event of a chunk.

use std::collections::HashMap;

use crate::chunk::BESIDE;
use crate::chunk::columns::{CapturedColumn, Columns};
use crate::chunk::context::ContextPlaces;
use crate::chunk::encode::Scratch;
use crate::chunk::event::{Event, EventKey};
use crate::chunk::files::FileRows;
use crate::chunk::intern::Interner;
use crate::chunk::times::TimeColumns;
use crate::error::FormatError;
use crate::limits::{MAX_ARGS, MAX_CALLS, MAX_ROWS, MAX_TICK_SHIFT};

/// Encodes events as the payload of an EVENTS block. It goes through them twice, so that it needs to keep none:
/// all are announced ([`announce`](Self::announce)), [`arrange`](Self::arrange) finds the place of each, and
/// then they are put there ([`put`](Self::put)) in the order that [`next`](Self::next) tells. Use one
/// for a whole recording: what it allocates, it keeps from chunk to chunk.
pub struct ChunkBuilder {
    pub(super) tick_shift: u8,
    pub(super) durations: bool,
    keys: Vec<Key>,
    pub(super) threads: Threads,
    pub(super) calls: Calls,
    pub(super) rows: Rows,
    pub(super) columns: Columns,
    pub(super) times: TimeColumns,
    /// By [`CaptureSection::index`](crate::CaptureSection::index).
    pub(super) dictionaries: [Interner; 2],
    pub(super) files: FileRows,
    /// The earliest end of an event; `u64::MAX` if there is none.
    pub(super) first: u64,
    /// What could not be taken: the limit that stood against it.
    refused: Option<FormatError>,
    pub(super) scratch: Scratch,
}

/// An event that was announced.
struct Key {
    end: u64,
    /// Place in [`Threads::list`].
    thread: u32,
    /// Place in [`Calls::list`].
    call: u16,
}

/// The rows of a chunk, in thread-major order.
#[derive(Default)]
pub(super) struct Rows {
    /// For each row, which of the events that were announced it is.
    pub(super) order: Vec<u32>,
    /// For each row, the place of its call.
    pub(super) calls: Vec<u16>,
    /// For each row, when it ended.
    pub(super) ends: Vec<u64>,
    /// Places of threads in the list, in the order of their rows.
    pub(super) threads: Vec<u32>,
    pub(super) contexts: ContextPlaces,
    /// First free place of each thread in `order`.
    next: Vec<u32>,
}

impl ChunkBuilder {
    /// A builder for a file with this time resolution (a tick is 2^`tick_shift` ns, at most 2^30), with
    /// or without durations. `level` is zstd's: 1 is fast, higher ones gain little.
    pub fn new(tick_shift: u8, durations: bool, level: i32) -> Self {
        ChunkBuilder {
            tick_shift: tick_shift.min(MAX_TICK_SHIFT),
            durations,
            keys: Vec::new(),
            threads: Threads::default(),
            calls: Calls::default(),
            rows: Rows::default(),
            columns: Columns::default(),
            times: TimeColumns::default(),
            dictionaries: Default::default(),
            files: FileRows::default(),
            first: u64::MAX,
            refused: None,
            scratch: Scratch::new(level),
        }
    }

    /// Encodes events that are at hand all at once.
    ///
    /// # Errors
    /// As [`arrange`](Self::arrange) and [`encode`](Self::encode).
    pub fn encode_all(&mut self, events: &[Event<'_>]) -> Result<EncodedChunk, FormatError> {
        events.iter().for_each(|event| self.announce(&event.key()));
        self.arrange()?;
        while let Some(event) = self.next().and_then(|at| events.get(at)) {
            self.put(event);
        }
        self.encode()
    }

    /// Announces an event. Events may come in any order, and are numbered in it.
    ///
    /// A chunk holds at most 1,048,576 events of 65,535 different syscalls: [`arrange`](Self::arrange)
    /// reports it if there were more.
    #[inline]
    pub fn announce(&mut self, event: &EventKey) {
        if self.keys.len() >= MAX_ROWS as usize {
            return self.refuse("events of a chunk", u64::from(MAX_ROWS));
        }
        let EventKey { end, tgid, tid, beside, abi, number, args } = *event;
        let Some(call) = self.calls.find(abi, number, args) else {
            return self.refuse("different syscalls of a chunk", MAX_CALLS as u64);
        };
        self.calls.list[usize::from(call)].rows += 1;
        let lane = if beside { BESIDE } else { 0 };
        let thread = self.threads.count(tgid, tid & !BESIDE | lane, end);
        self.first = self.first.min(end);
        self.keys.push(Key { end, thread, call });
    }

    /// The number of events that were announced.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether no event was announced.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Finds the places of all events, which have been announced. If it fails, the builder is left empty.
    ///
    /// # Errors
    /// If there were more events or syscalls than a chunk may hold.
    pub fn arrange(&mut self) -> Result<(), FormatError> {
        if let Some(error) = self.refused.take() {
            self.clear();
            return Err(error);
        }
        self.rows.arrange(&self.keys, &self.threads.list, self.calls.list.len());
        self.columns.start(&mut self.calls.list, self.keys.len());
        Ok(())
    }

    /// The number of the event that is to be put next, if one is left.
    #[inline]
    pub fn next(&self) -> Option<usize> {
        self.behind_next(0)
    }

    /// The number of the event that is to be put so many after the next, if there is one.
    #[inline]
    pub fn behind_next(&self, others: usize) -> Option<usize> {
        self.rows.order.get(self.columns.rows() + others).map(|at| *at as usize)
    }

    /// Encodes the events and leaves the builder empty, whether it succeeds or not.
    ///
    /// # Errors
    /// If not all events were put, there were more bytes than a chunk may hold, or compression fails.
    pub fn encode(&mut self) -> Result<EncodedChunk, FormatError> {
        let encoded = match self.columns.rows() == self.keys.len() {
            true => self.encode_rows(),
            false => Err(FormatError::malformed("a chunk", "events were announced, but not put")),
        };
        self.clear();
        encoded
    }

    #[cold]
    fn refuse(&mut self, what: &'static str, limit: u64) {
        self.refused.get_or_insert(FormatError::Limit { what, value: limit + 1, limit });
    }

    fn clear(&mut self) {
        self.keys.clear();
        self.first = u64::MAX;
        self.threads.clear();
        self.calls.clear();
        self.rows.clear();
        self.columns.clear();
        self.dictionaries.iter_mut().for_each(Interner::clear);
        self.files.clear();
    }
}

impl Rows {
    /// Thread-major order by counting; threads of a process stand together. Then the order of contexts.
    fn arrange(&mut self, keys: &[Key], list: &[Thread], calls: usize) {
        let Rows { order, threads, next, .. } = self;
        threads.clear();
        threads.extend(0..list.len() as u32);
        threads.sort_unstable_by_key(|&place| {
            let thread = &list[place as usize];
            (thread.tgid, thread.tid)
        });
        next.clear();
        next.resize(list.len(), 0);
        let mut start = 0;
        for &place in threads.iter() {
            next[place as usize] = start;
            start += list[place as usize].rows;
        }
        order.clear();
        order.resize(keys.len(), 0);
        for (at, key) in (0..).zip(keys) {
            let next = &mut next[key.thread as usize];
            order[*next as usize] = at;
            *next += 1;
        }
        for (thread, end) in list.iter().zip(next) {
            if !thread.sorted {
                let run = (*end - thread.rows) as usize..*end as usize;
                order[run].sort_by_key(|&at| keys[at as usize].end);
            }
        }
        self.calls.clear();
        self.calls.extend(order.iter().map(|&at| keys[at as usize].call));
        self.ends.clear();
        self.ends.extend(order.iter().map(|&at| keys[at as usize].end));
        let runs = threads.iter().map(|&place| list[place as usize].rows);
        self.contexts.arrange(calls, &self.calls, runs);
    }

    fn clear(&mut self) {
        self.order.clear();
        self.calls.clear();
        self.ends.clear();
        self.threads.clear();
        self.contexts.clear();
    }
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

#[derive(Default)]
pub(super) struct Call {
    pub(super) abi: u8,
    pub(super) number: u32,
    /// Number of arguments.
    pub(super) args: u8,
    pub(super) rows: u32,
    /// Rows that have been put.
    pub(super) put: u32,
    /// Where its rows start in [`Columns::results`].
    pub(super) first: usize,
    /// Where its arguments start in [`Columns::args`].
    pub(super) first_arg: usize,
    pub(super) captured: [CapturedColumn; MAX_ARGS],
    /// How many facts about files its rows tell.
    pub(super) files: u32,
    /// The numbers of the names in the latest of them: the next may have the same.
    pub(super) names: [u32; 2],
}

const DIRECT_ABIS: usize = 4;
const DIRECT_NUMBERS: usize = 1024;

impl Calls {
    /// The place of a syscall in the list, of so many arguments if it is new; none if there are too many.
    #[inline]
    fn find(&mut self, abi: u8, number: u32, args: u8) -> Option<u16> {
        match Self::direct(abi, number).and_then(|at| self.direct.get(at)) {
            Some(&place) if place != 0 => Some(place - 1),
            _ => self.find_other(abi, number, args),
        }
    }

    fn find_other(&mut self, abi: u8, number: u32, args: u8) -> Option<u16> {
        if let Some(place) = self.others.get(&(abi, number)) {
            return Some(*place);
        }
        if self.list.len() >= MAX_CALLS {
            return None;
        }
        let place = self.list.len() as u16;
        let args = args.min(MAX_ARGS as u8);
        self.list.push(Call { abi, number, args, ..Call::default() });
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
