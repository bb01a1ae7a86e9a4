//! Takes records out of the rings, up to a moment that every CPU has passed.

use std::{
    io,
    os::fd::{AsRawFd, BorrowedFd},
    ptr::{self, NonNull},
    sync::atomic::{AtomicU64, Ordering},
};

use syscord_syscalls::record::{
    Control, Cost, Counters, EventRecord, MAX_RECORD, ProcessRecord, RecordHeader, SEGMENT,
    SEGMENT_STRIDE, Shed, record_kind,
};
use thiserror::Error;

use crate::{
    batch::Batch,
    clocks, prefetch,
    probe::{Probe, ProbeError},
    pulse::Breath,
    wire,
};

/// Why the rings cannot be read.
#[derive(Debug, Error)]
pub enum RingError {
    /// A map is missing.
    #[error(transparent)]
    Probe(#[from] ProbeError),
    /// The kernel does not map a map.
    #[error("cannot map the rings into memory: {0}")]
    Map(io::Error),
    /// A record that the probe cannot have written.
    #[error("the ring of CPU {cpu} is corrupt at {position}; please report this as a bug")]
    Corrupt {
        /// The CPU.
        cpu: usize,
        /// Bytes since the start.
        position: u64,
    },
}

/// All CPUs' rings.
pub struct Rings {
    controls: Mapping,
    records: Mapping,
    cpus: usize,
    /// Segments of a ring.
    segments: usize,
    tails: Vec<u64>,
    /// Events that were taken, by CPU.
    events: Vec<u64>,
    /// Up to when records were taken, and up to when before that.
    until: u64,
    before: u64,
    /// Records that were lost so far, and when that was noticed.
    lost: (u64, u64),
    /// Whether the rings held more than was taken at once.
    behind: bool,
}

/// The clock may be read this much before the flag that says so is visible on another CPU: a store
/// waits in its CPU's buffer for far less.
const MARGIN: u64 = 100_000;
/// How often a CPU that is writing is looked at before the moment is given up. A record takes
/// microseconds, unless the (virtual) CPU itself is stopped.
const PATIENCE: usize = 10_000;
/// Bytes of CPUs that are far behind that are taken at once, at most, unless there are so many that it would be less than
/// [`MAX_RECORD`] of each.
/// Rings that hold more are taken in several steps. It keeps batches, and with them the memory they need, about as large
/// as they are meant to be.
const STEP: u64 = 1 << 20;

impl Rings {
    /// The most bytes that are taken at once from so many CPUs: beside a step, room for two records of each.
    pub fn most_taken(cpus: usize) -> usize {
        STEP as usize + 2 * cpus * MAX_RECORD
    }

    /// Maps the probe's rings.
    ///
    /// # Errors
    /// When the kernel does not allow it.
    pub fn map(probe: &Probe) -> Result<Rings, RingError> {
        let segments = probe.ring as usize / SEGMENT;
        let controls = Mapping::new(probe.map_fd("CONTROL")?, probe.cpus * size_of::<Control>())?;
        let records = Mapping::new(probe.map_fd("RINGS")?, probe.cpus * segments * SEGMENT_STRIDE)?;
        let (tails, events) = (vec![0; probe.cpus], vec![0; probe.cpus]);
        let (cpus, until, before, lost, behind) = (probe.cpus, 0, 0, (0, 0), false);
        Ok(Rings { controls, records, cpus, segments, tails, events, until, before, lost, behind })
    }

    /// Moves all records up to some moment to `batch`: one that all CPUs have passed, or the end if
    /// `quiet` (nothing is hooked any more). Returns the moment; 0 if there was none.
    ///
    /// # Errors
    /// When a ring is corrupt; the batch is of no use then.
    pub fn take(&mut self, quiet: bool, batch: &mut Batch) -> Result<u64, RingError> {
        let passed = if quiet { u64::MAX } else { self.passed().unwrap_or(0) };
        let step = self.step();
        let until = (0..self.cpus).try_fold(passed, |until, cpu| {
            Ok::<_, RingError>(until.min(self.step_end(cpu, step)?))
        })?;
        self.behind = until < passed;
        let mut breath = Breath::new();
        for cpu in 0..self.cpus {
            self.take_from(cpu, until, batch, &mut breath)?;
        }
        (self.before, self.until) = (self.until, self.until.max(until));
        Ok(until)
    }

    /// Whether the rings held more than was taken last: they are to be looked at again at once.
    pub fn is_behind(&self) -> bool {
        self.behind
    }

    /// Whether records may have been lost in what was taken last; the kernel has kept `missed` from the probe so far. A CPU's
    /// are far ahead of what is taken when its ring is full: when one was lost is not known, but that it was before it was
    /// noticed. The counters are the probe's, which waits for them meanwhile.
    pub fn lossy(&mut self, missed: u64) -> bool {
        let lost = (0..self.cpus).map(|cpu| {
            let now = self.counters_once(cpu);
            now.dropped_full + now.dropped_busy + now.dropped_side
        });
        let lost = missed + lost.sum::<u64>();
        if lost != self.lost.0 {
            self.lost = (lost, clocks::monotonic());
        }
        self.before < self.lost.1
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        (0..self.cpus).all(|cpu| self.head(cpu) == self.tails[cpu])
    }

    /// The fullest ring's share in use, 0 to 1.
    pub fn fill(&self) -> f64 {
        let size = (self.segments * SEGMENT) as f64;
        let used = (0..self.cpus).map(|cpu| self.head(cpu) - self.tails[cpu]).max();
        used.unwrap_or(0) as f64 / size
    }

    /// A CPU's counters, read when they agree with each other: the probe may be between two of them.
    pub fn counters(&self, cpu: usize) -> Counters {
        let mut now = self.counters_once(cpu);
        for _ in 0..PATIENCE {
            if now.seen == settled(&now) {
                break;
            }
            std::hint::spin_loop();
            now = self.counters_once(cpu);
        }
        // A call that is still being counted belongs to the next row.
        now.seen = settled(&now);
        now
    }

    /// A CPU's counters as far as its records were taken: what still lies in the ring is not yet seen.
    pub fn taken(&self, cpu: usize) -> Counters {
        let mut taken = Counters { recorded: self.events[cpu], ..self.counters(cpu) };
        taken.seen = settled(&taken);
        taken
    }

    /// What the hooks have cost on a CPU.
    pub fn cost(&self, cpu: usize) -> Cost {
        let offset = cpu * size_of::<Control>() + std::mem::offset_of!(Control, cost);
        // SAFETY: the mapping holds a Control for each CPU.
        unsafe { ptr::read_volatile(self.controls.base.as_ptr().add(offset).cast()) }
    }

    /// Has the probe leave that out from now on.
    pub fn shed(&self, shed: Shed) {
        for cpu in 0..self.cpus {
            let place = std::mem::offset_of!(Control, shed);
            let words = [
                u64::from(shed.level) | u64::from(shed.mask) << 32,
                u64::from(shed.salt) | u64::from(shed.pad) << 32,
            ];
            for (index, word) in words.into_iter().enumerate() {
                self.word(cpu, place + 8 * index).store(word, Ordering::Release);
            }
        }
    }

    /// Number of CPUs.
    pub fn cpus(&self) -> usize {
        self.cpus
    }

    /// A moment such that every record with an earlier time is in its ring, if there is one now.
    fn passed(&self) -> Option<u64> {
        let now = clocks::monotonic();
        for cpu in 0..self.cpus {
            let writing = self.word(cpu, std::mem::offset_of!(Control, writing));
            let mut patience = PATIENCE;
            while writing.load(Ordering::Acquire) != 0 {
                patience = patience.checked_sub(1)?;
                std::hint::spin_loop();
            }
        }
        Some(now.saturating_sub(MARGIN))
    }

    /// How many bytes are taken of each CPU that is far behind: those share a step.
    fn step(&self) -> u64 {
        let is_far = |cpu: &usize| self.head(*cpu) - self.tails[*cpu] > 2 * MAX_RECORD as u64;
        let far = (0..self.cpus).filter(is_far).count() as u64;
        (STEP / far.max(1) / 2).max(MAX_RECORD as u64)
    }

    /// Where this step must end for a CPU that is far behind; else no limit. (The last record of the step ends before
    /// `head`, since it is no longer than a step.)
    fn step_end(&self, cpu: usize, step: u64) -> Result<u64, RingError> {
        let (head, mut at) = (self.head(cpu), self.tails[cpu]);
        if head - at <= 2 * step {
            return Ok(u64::MAX);
        }
        let end = at + step;
        while at < end {
            at += self.length(cpu, at)?;
        }
        Ok(self.time(cpu, at))
    }

    fn take_from(
        &mut self,
        cpu: usize,
        until: u64,
        batch: &mut Batch,
        breath: &mut Breath,
    ) -> Result<(), RingError> {
        let (head, mut at) = (self.head(cpu), self.tails[cpu]);
        if at == head {
            return Ok(());
        }
        let before = batch.calls.len();
        // Records of a segment lie one after the other, so runs of them are copied at once.
        let mut run = at;
        while at < head && self.time(cpu, at) <= until {
            // While the rings hold more than is taken, nobody is let in.
            if !self.behind {
                breath.next();
            }
            let length = self.length(cpu, at)?;
            prefetch::ahead_of(self.record(cpu, at), length as usize);
            let header = self.header(cpu, at);
            batch.side |= header.kind != record_kind::EVENT;
            if wire::is_event(&header) {
                let start = batch.bytes.len() + (at - run) as usize;
                batch.note(self.call(cpu, at), start, cpu as u32);
            } else if wire::is_appearance(&header) {
                batch.appeared.push(self.process(cpu, at).tgid);
            }
            let next = at + length;
            if next / SEGMENT as u64 != at / SEGMENT as u64 {
                self.copy(cpu, run, next, batch);
                run = next;
            }
            at = next;
        }
        self.copy(cpu, run, at, batch);
        self.events[cpu] += (batch.calls.len() - before) as u64;
        self.tails[cpu] = at;
        self.word(cpu, std::mem::offset_of!(Control, tail)).store(at, Ordering::Release);
        Ok(())
    }

    fn copy(&self, cpu: usize, from: u64, to: u64, batch: &mut Batch) {
        // SAFETY: the records from `from` to `to` lie in one segment and its slack, were published
        // by the probe, and are not written again before `tail` moves past them.
        let run =
            unsafe { std::slice::from_raw_parts(self.record(cpu, from), (to - from) as usize) };
        batch.bytes.extend_from_slice(run);
    }

    fn head(&self, cpu: usize) -> u64 {
        self.word(cpu, std::mem::offset_of!(Control, head)).load(Ordering::Acquire)
    }

    fn header(&self, cpu: usize, at: u64) -> RecordHeader {
        // SAFETY: a published record begins with its header.
        unsafe { ptr::read(self.record(cpu, at).cast()) }
    }

    /// The record of a call; `length` has made sure that it is as long.
    fn call(&self, cpu: usize, at: u64) -> &EventRecord {
        // SAFETY: a published record of a call begins with an EventRecord, and is not written again before `tail` moves
        // past it.
        unsafe { &*self.record(cpu, at).cast() }
    }

    /// The record of a process; likewise.
    fn process(&self, cpu: usize, at: u64) -> &ProcessRecord {
        // SAFETY: as above.
        unsafe { &*self.record(cpu, at).cast() }
    }

    /// Every record has its time behind the header.
    fn time(&self, cpu: usize, at: u64) -> u64 {
        // SAFETY: as above.
        unsafe { ptr::read(self.record(cpu, at).add(size_of::<RecordHeader>()).cast()) }
    }

    fn length(&self, cpu: usize, at: u64) -> Result<u64, RingError> {
        let header = self.header(cpu, at);
        let length = usize::from(header.len8) * 8;
        if !(wire::least(&header)..=MAX_RECORD).contains(&length) {
            return Err(RingError::Corrupt { cpu, position: at });
        }
        Ok(length as u64)
    }

    /// The address of a position. Positions wrap, so it is always within the mapping.
    fn record(&self, cpu: usize, at: u64) -> *const u8 {
        // As many as the probe's mask says: a power of two.
        let segment = cpu * self.segments + ((at as usize / SEGMENT) & (self.segments - 1));
        let offset = segment * SEGMENT_STRIDE + at as usize % SEGMENT;
        // SAFETY: the mapping holds `segments` elements of SEGMENT_STRIDE bytes for each CPU.
        unsafe { self.records.base.as_ptr().add(offset) }
    }

    fn word(&self, cpu: usize, offset: usize) -> &AtomicU64 {
        // SAFETY: the mapping holds a Control for each CPU, and all its fields are aligned words.
        unsafe { &*self.controls.base.as_ptr().add(cpu * size_of::<Control>() + offset).cast() }
    }

    fn counters_once(&self, cpu: usize) -> Counters {
        let offset = cpu * size_of::<Control>() + std::mem::offset_of!(Control, counters);
        // SAFETY: the mapping holds a Control for each CPU.
        unsafe { ptr::read_volatile(self.controls.base.as_ptr().add(offset).cast()) }
    }
}

/// What became of the calls that were seen.
fn settled(c: &Counters) -> u64 {
    c.recorded
        + c.filtered_process
        + c.filtered_syscall
        + c.filtered_self
        + c.dropped_full
        + c.dropped_busy
        + c.dropped_shed
}

/// A map of the kernel's in our memory.
struct Mapping {
    base: NonNull<u8>,
    length: usize,
}

// SAFETY: the mapping is plain shared memory; access is synchronised through its words.
unsafe impl Send for Mapping {}

impl Mapping {
    fn new(map: BorrowedFd<'_>, length: usize) -> Result<Mapping, RingError> {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a new shared mapping of a file descriptor aliases nothing.
        let base = unsafe {
            libc::mmap(ptr::null_mut(), length, protection, libc::MAP_SHARED, map.as_raw_fd(), 0)
        };
        match NonNull::new(base.cast::<u8>()) {
            Some(base) if base.as_ptr().cast() != libc::MAP_FAILED => Ok(Mapping { base, length }),
            _ => Err(RingError::Map(io::Error::last_os_error())),
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and nothing refers to it any more.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.length) };
    }
}
