//! What was taken out of the rings at once.

use std::{collections::HashMap, ops::Range};

use syscord_syscalls::{plan::NUMBERS, record::EventRecord};

use crate::{
    looker::{Looked, Looker},
    rings::Rings,
    wire,
};

/// A batch is full with so many calls,
const MOST_CALLS: usize = 65_536;
/// or so many bytes of records.
const MOST_BYTES: usize = 16 << 20;

/// Records of some span of time, CPU by CPU, as the probe wrote them.
#[derive(Default)]
pub struct Batch {
    /// The records.
    pub bytes: Vec<u8>,
    /// The calls among them, in the order of their records.
    pub calls: Vec<Called>,
    /// How many calls have numbers for which there is no plan.
    pub strange: usize,
    /// Whether there are entry or process records too.
    pub side: bool,
    /// The number of the dump into which it goes, from 1.
    pub dump: u64,
    /// Processes that have appeared, and are to be looked at.
    pub appeared: Vec<u32>,
    /// What is found of them, by id.
    pub looked: HashMap<u32, Looked>,
    /// Where the records of calls start of which contents are left out, ascending.
    pub left_out: Vec<u32>,
    /// Whether records may have been lost in its span of time.
    pub lossy: bool,
    /// The most bytes that it has held: so much memory it has.
    pub most: usize,
}

/// A call in a batch: where its record lies, and what its place in a chunk depends on. It is noted down while the record is
/// at hand: to go through all records for it once more would be to wait for memory.
#[derive(Clone, Copy, Debug)]
pub struct Called {
    /// When it returned.
    pub time: u64,
    /// Where its record starts in [`Batch::bytes`].
    pub start: u32,
    /// The CPU on which it returned.
    pub cpu: u32,
    /// The process.
    pub tgid: u32,
    /// The thread.
    pub tid: u32,
    /// The syscall's number.
    pub number: u32,
    /// The record's length in words of 8 bytes.
    pub len8: u16,
    /// The calling convention.
    pub abi: u8,
}

impl Called {
    /// The place of its record.
    pub fn span(&self) -> Range<usize> {
        let start = self.start as usize;
        start..start + usize::from(self.len8) * 8
    }
}

impl Batch {
    /// With the room that it needs for records of so many CPUs, unless there are dozens that are all behind: what is not
    /// filled takes no memory, and what grows is copied.
    pub fn with_room(cpus: usize) -> Batch {
        let taken = Rings::most_taken(cpus).min(MOST_BYTES / 2);
        Batch {
            bytes: Vec::with_capacity(MOST_BYTES + taken),
            calls: Vec::with_capacity(MOST_CALLS + taken / size_of::<EventRecord>()),
            ..Batch::default()
        }
    }

    /// Whether it holds as much as it is to.
    pub fn is_full(&self) -> bool {
        self.calls.len() >= MOST_CALLS || self.bytes.len() >= MOST_BYTES
    }

    /// Empties it, keeping its memory.
    pub fn clear(&mut self) {
        self.most = self.most.max(self.bytes.len());
        self.bytes.clear();
        self.calls.clear();
        self.side = false;
        self.strange = 0;
        self.appeared.clear();
        self.looked.clear();
        self.left_out.clear();
        self.lossy = false;
    }

    /// Adds a call and what was captured of it. The record says how long both are.
    pub fn push(&mut self, record: &EventRecord, captures: &[u8], cpu: u32) {
        self.note(record, self.bytes.len(), cpu);
        self.bytes.extend_from_slice(wire::bytes(record));
        self.bytes.extend_from_slice(captures);
    }

    /// Notes a call down whose record begins at `start`. The caller adds the record.
    #[inline]
    pub fn note(&mut self, record: &EventRecord, start: usize, cpu: u32) {
        debug_assert!(u32::try_from(start).is_ok(), "a batch is far smaller");
        let EventRecord { header, time, tgid, tid, .. } = *record;
        self.strange += usize::from(header.number as usize >= NUMBERS);
        self.calls.push(Called {
            time,
            start: start as u32,
            cpu,
            tgid,
            tid,
            number: header.number,
            len8: header.len8,
            abi: header.what,
        });
    }

    /// The record of a call.
    pub fn record(&self, call: &Called) -> &[u8] {
        &self.bytes[call.span()]
    }

    /// Has the processes looked at that have appeared since the last time.
    pub fn look(&mut self, looker: &Looker) {
        self.looked.extend(self.appeared.drain(..).map(|tgid| (tgid, looker.look(tgid))));
    }
}
