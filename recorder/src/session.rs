//! One recording, from the command line to the finished file.
//!
//! This thread moves records out of the rings and decides when to stop; one other or more
//! ([`Pipeline`]) encode, compress and write, and one looks at processes that appear ([`Looker`]).

use std::{
    os::unix::ffi::OsStringExt,
    path::Path,
    process::{Child, ExitStatus},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use syscord_format::{ChunkBuilder, Clock, Meta, Shed, Totals, columns};
use syscord_syscalls::{
    Abi, SyscallSet,
    record::{STRING_KEPT, Verdict, verdict},
};

use crate::{
    batch::Batch,
    cli::{HowMuch, Record},
    clocks,
    command::{self, Held},
    describe::describe,
    dumps::Dumps,
    encoder::Encoder,
    entries::Entries,
    error::RecordError,
    filters::{self, Filters},
    history::History,
    ledger::{Ledger, Sums},
    left_out::LeftOut,
    looker::Looker,
    memory,
    output::{self, Output},
    overhead::Overhead,
    pipeline::{Pipeline, Work},
    priority::Late,
    probe::{self, Options, Probe},
    progress::{Figures, Progress},
    rights::{self, Beside},
    rings::Rings,
    sandbox,
    schema::{self, Schema},
    service, signals, syscall_set,
    trace::{Trace, Written},
    trigger::Trigger,
    under_way::UnderWay,
    world::World,
};

/// A chunk is cut when its batch is full, or is that old.
const CHUNK_AGE: Duration = Duration::from_secs(1);
/// How often the rings are looked at: less when little comes.
const POLL: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(20));
/// From so much of a ring on they are looked at sooner: each look holds somebody up.
const SOONER: f64 = 0.04;
/// From so much on, as often as can be.
const SOONEST: f64 = 0.12;
/// How often the ledger goes to the file when nothing is dropped; the clocks too, and when the time of day was set.
const LEDGER_AGE: Duration = Duration::from_secs(10);
/// How long a file or segment lasts at least.
const SHORTEST_PART: Duration = Duration::from_millis(100);
/// How long COMMAND may take to end after a signal.
const GRACE: Duration = Duration::from_secs(2);

/// What a recording came to.
pub struct Outcome {
    /// For the summary.
    pub figures: Figures,
    /// What was written.
    pub written: Written,
    /// How long it took.
    pub elapsed: Duration,
    /// How COMMAND ended.
    pub status: Option<ExitStatus>,
    /// COMMAND's process id, if it did not end when it was told to.
    pub left_running: Option<u32>,
    /// What was left out to keep the overhead down, and for how long.
    pub shed: Option<String>,
}

/// Records.
///
/// # Errors
/// When the options make no sense here, the kernel refuses, or the output cannot be written.
pub fn run(options: &Record) -> Result<Outcome, RecordError> {
    let set = syscall_set::parse(&options.what.syscall)?;
    let filters = filters::compile(&options.who, !options.command.is_empty())?;
    let schema = Schema::compile(&set, options.how_much.content);
    let watched = options.how_much.max_overhead.is_some();
    let schema = Arc::new(if watched { schema.with_shedding(&set) } else { schema });
    let mut left_out = LeftOut::new(&options.how_much.no_content_for)?;
    check_usage(options)?;
    let cpus = probe::possible_cpus();
    let ring = options.how_much.buffer_size.unwrap_or_else(|| ring_for(cpus));
    if let Some(too_little) = memory::lacking(ring.saturating_mul(cpus as u64)) {
        return Err(RecordError::Memory(too_little));
    }
    // Before signals are handled: COMMAND inherits those that are ignored, as under nohup.
    let held = match options.command.as_slice() {
        [] => None,
        command => Some(command::hold(command, options.user.as_deref())?),
    };
    signals::install().map_err(RecordError::Signals)?;
    if options.flight.ring.is_some() {
        signals::hold_dump();
    }
    let mut probe = Probe::load(&probe_options(options, ring, &filters, &set, &schema))?;
    let rings = Rings::map(&probe)?;
    if let Some(held) = &held {
        let flags = verdict::AWAITS_EXEC | verdict::LINEAGE;
        probe.decide(held.pid, Verdict { flags, ..Verdict::default() })?;
    }
    // Last, so that nothing that can fail before costs the user an older trace.
    let output = Output::new(options);
    let clock = clocks::together();
    let beside = Beside { files: output.is_elsewhere(), signals: held.is_some() };
    let meta = meta(options, &filters, probe.cpus);
    let mut trace = Trace::begin(output, meta, clock, options.flight.ring)?;
    probe.attach()?;
    rights::give_up_others(beside);
    sandbox::enter();
    if options.flight.ring.is_some() {
        signals::install_dump().map_err(RecordError::Signals)?;
    }
    let mut world = World::new(clock.monotonic, probe.sockets());
    let there = match &held {
        _ if filters.filter.active == 0 => Some(world.snapshot()),
        held => held.as_ref().map(|held| world.command(held.pid)),
    };
    if let Some(there) = there {
        if let Some(left_out) = &mut left_out {
            left_out.told(&there);
        }
        trace.open_with(there)?;
    }
    let trigger = options.flight.dump_on.as_ref().map(Trigger::new);
    let entries = Arc::new(Entries::default());
    let encoders = encoders(options, probe.cpus, &schema, &entries, trigger.as_ref());
    let history = History::new(Arc::clone(&schema), world, entries, left_out);
    let ledger = Ledger::new(clock.monotonic, probe.cpus);
    let progress = Progress::new(options.quiet);
    let pipeline = Pipeline::start(encoders, history, trace, cpus);
    let HowMuch { max_overhead, content, no_duration, .. } = options.how_much;
    let overhead =
        max_overhead.map(|limit| Overhead::new(limit.0, content > 0, !no_duration, &rings));
    let looker = Looker::start(held.as_ref().map(|held| held.pid), probe.sockets());
    let session = Session {
        options,
        overhead,
        late: Late::new(),
        schema,
        probe,
        rings,
        ledger,
        pipeline,
        progress,
        time_of_day: clocks::Watch::new(&clock),
        batch: Batch::with_room(cpus),
        looker,
        dumps: Dumps::new(trigger, options.flight.after),
        parts: 1,
        part_begun: Instant::now(),
    };
    service::ready();
    session.run(held)
}

struct Session<'a> {
    options: &'a Record,
    schema: Arc<Schema>,
    probe: Probe,
    rings: Rings,
    ledger: Ledger,
    pipeline: Pipeline,
    progress: Progress,
    time_of_day: clocks::Watch,
    batch: Batch,
    looker: Looker,
    dumps: Dumps,
    late: Late,
    overhead: Option<Overhead>,
    /// Files or segments that the pipeline was told to begin, and when the last one was.
    parts: u64,
    part_begun: Instant,
}

impl Session<'_> {
    fn run(mut self, held: Option<Held>) -> Result<Outcome, RecordError> {
        let mut child = held.map(Held::release).transpose()?;
        self.late.begin();
        let recorded = self.record(&mut child);
        service::stopping();
        self.progress.clear();
        let elapsed = self.progress.elapsed();
        let last = recorded.and_then(|status| self.last_records().map(|()| status));
        if last.is_err()
            && let Some(child) = &mut child
        {
            // Recording has failed, COMMAND has not: it goes on unrecorded, unless all is to end.
            self.probe.detach();
            if signals::stop() {
                command::end(child);
            }
            child.wait().map_err(RecordError::Wait)?;
        }
        let sums = self.sums();
        // Why the writer has gone comes before that it has.
        let written = self.pipeline.finish()?;
        let status = last?;
        let Totals { events, bytes, .. } = written.totals;
        let figures = Figures { events, dropped: sums.dropped, bytes, overhead: None };
        let shed = self.overhead.as_ref().and_then(|overhead| overhead.summary(sums.shed));
        let left_running = child.filter(|_| status.is_none()).map(|child| child.id());
        Ok(Outcome { figures, written, elapsed, status, left_running, shed })
    }

    /// Until something says stop. Returns how COMMAND ended.
    fn record(&mut self, child: &mut Option<Child>) -> Result<Option<ExitStatus>, RecordError> {
        let mut cut = Instant::now();
        let mut ledger = Instant::now();
        let mut pause = POLL.0;
        loop {
            let fill = self.rings.fill();
            self.late.mind(fill);
            let until = self.take(false)?;
            let was_set = self.time_of_day.was_set();
            if was_set || self.is_ripe(cut.elapsed()) {
                self.send_batch()?;
                cut = Instant::now();
            }
            // What is left out changes within a file, not at its border.
            let changed = self.overhead.as_ref().map_or(0, Overhead::since);
            let dumps = until > changed && self.dumps.is_due();
            if dumps || until > changed && self.part_is_full() {
                self.next_part(until, dumps)?;
                (cut, ledger) = (Instant::now(), Instant::now());
            }
            // Behind the border of files: what changes is of the new one.
            if let Some(overhead) = &mut self.overhead
                && let Some(shed) = overhead.watch(&self.rings)
            {
                self.send(Work::Shed(shed))?;
            }
            let due = was_set || ledger.elapsed() > LEDGER_AGE;
            if due || (ledger.elapsed() > CHUNK_AGE && self.ledger.has_news(&self.rings)) {
                self.send_ledger()?;
                ledger = Instant::now();
            }
            self.show_progress();
            if let Some(child) = child
                && let Some(status) = child.try_wait().map_err(RecordError::Wait)?
            {
                return Ok(Some(status));
            }
            if self.is_over() {
                return self.end_command(child);
            }
            pause = Self::next_pause(pause, fill);
            self.rest(pause);
        }
    }

    /// Lets records come, unless there are more already.
    fn rest(&self, pause: Duration) {
        if !self.rings.is_behind() {
            thread::sleep(pause);
        }
    }

    /// After a signal or limit: COMMAND is told to end, and waited for a little.
    fn end_command(
        &mut self,
        child: &mut Option<Child>,
    ) -> Result<Option<ExitStatus>, RecordError> {
        let Some(child) = child else { return Ok(None) };
        command::end(child);
        let asked = Instant::now();
        while asked.elapsed() < GRACE {
            self.take(false)?;
            if self.is_ripe(Duration::ZERO) {
                self.send_batch()?;
            }
            if let Some(status) = child.try_wait().map_err(RecordError::Wait)? {
                return Ok(Some(status));
            }
            self.rest(POLL.0);
        }
        Ok(None)
    }

    /// Takes the hooks out and writes all that is left, then the calls that were under way.
    fn last_records(&mut self) -> Result<(), RecordError> {
        let content = self.options.how_much.content;
        let mut under_way = UnderWay::look(&self.probe, &self.schema, content);
        self.probe.detach();
        let end = clocks::monotonic();
        while !self.rings.is_empty() {
            self.take(true)?;
            if self.is_ripe(Duration::ZERO) || self.rings.is_empty() {
                under_way.forget_returned(&self.batch);
                self.send_batch()?;
            }
        }
        self.send_batch()?;
        self.batch = under_way.into_batch(end);
        self.ledger.under_way(self.batch.calls.len());
        self.send_batch()?;
        self.send_ledger()?;
        match self.options.flight.ring {
            Some(_) => self.send(Work::Dump(self.dumps.last())),
            None => Ok(()),
        }
    }

    /// Takes what the rings hold up to the moment that is returned, and has processes that have appeared looked at, as soon
    /// as can be.
    fn take(&mut self, quiet: bool) -> Result<u64, RecordError> {
        let until = self.rings.take(quiet, &mut self.batch)?;
        if !self.options.how_much.no_content_for.is_empty() {
            self.batch.lossy |= self.rings.lossy(self.probe.missed());
        }
        self.batch.look(&self.looker);
        Ok(until)
    }

    fn is_ripe(&self, age: Duration) -> bool {
        let batch = &self.batch;
        batch.is_full() || (age >= CHUNK_AGE && !batch.bytes.is_empty())
    }

    /// Whether it is time for another file or segment; not before the last one that was asked for has begun.
    fn part_is_full(&self) -> bool {
        let Record { rotation, flight, .. } = self.options;
        let (most, longest) = match flight.ring {
            Some(keep) => keep.of_a_segment(),
            None => (rotation.largest(), rotation.rotate_time),
        };
        let (bytes, begun) = self.pipeline.part();
        // Not so often that nothing else is done than to begin.
        begun == self.parts
            && self.part_begun.elapsed() >= SHORTEST_PART
            && (most.is_some_and(|most| bytes >= most.max(1))
                || longest.is_some_and(|longest| self.part_begun.elapsed() >= longest))
    }

    /// What has come until then goes into the file or segment at hand, with its part of the ledger, and that may be
    /// dumped; the rest goes into the next.
    fn next_part(&mut self, until: u64, dump: bool) -> Result<(), RecordError> {
        self.send_batch()?;
        // Times are rounded down, and what is there must come before the first of them.
        let tick = self.options.how_much.time_resolution.0;
        let clock = clocks::at(until >> tick << tick);
        self.send_rows(&clock)?;
        if dump {
            self.dumps.done();
            self.send(Work::Dump(None))?;
        }
        self.send(Work::Next(clock))?;
        if let Some(shed) = self.overhead.as_ref().and_then(Overhead::current) {
            self.send(Work::Shed(Shed { since: clock.monotonic, ..shed }))?;
        }
        (self.parts, self.part_begun) = (self.parts + 1, Instant::now());
        Ok(())
    }

    fn is_over(&self) -> bool {
        let until = &self.options.until;
        signals::stop()
            || until.duration.is_some_and(|limit| self.progress.elapsed() >= limit)
            || until.max_size.is_some_and(|limit| self.pipeline.written() >= limit)
            || until.max_events.is_some_and(|limit| self.sums().recorded >= limit)
            || self.targets_are_gone()
    }

    /// Whether only certain processes are recorded, and all have ended.
    fn targets_are_gone(&self) -> bool {
        let who = &self.options.who;
        let alive = |pid: &u32| Path::new("/proc").join(pid.to_string()).exists();
        !who.follow && !who.pid.is_empty() && !who.pid.iter().any(alive)
    }

    fn sums(&self) -> Sums {
        self.ledger.sums(&self.rings, &self.probe)
    }

    fn show_progress(&mut self) {
        let (ledger, rings, probe) = (&self.ledger, &self.rings, &self.probe);
        let (bytes, overhead) = (self.pipeline.written(), &self.overhead);
        self.progress.update(|| {
            let sums = ledger.sums(rings, probe);
            let overhead = overhead.as_ref().map(Overhead::status);
            Figures { events: sums.recorded, dropped: sums.dropped, bytes, overhead }
        });
    }

    fn send_batch(&mut self) -> Result<(), RecordError> {
        if self.batch.bytes.is_empty() {
            return Ok(());
        }
        let mut batch = std::mem::take(&mut self.batch);
        batch.dump = self.dumps.next();
        self.send(Work::Batch(batch))?;
        self.batch = self.pipeline.empty_batch();
        Ok(())
    }

    fn send_ledger(&mut self) -> Result<(), RecordError> {
        let clock = clocks::together();
        self.send_rows(&clock)?;
        self.send(Work::Clock(clock))
    }

    fn send_rows(&mut self, clock: &Clock) -> Result<(), RecordError> {
        let rows = self.ledger.rows(&self.rings, &self.probe, clock.monotonic);
        if rows.is_empty() { Ok(()) } else { self.send(Work::Ledger(rows)) }
    }

    fn send(&mut self, work: Work) -> Result<(), RecordError> {
        self.pipeline.send(work)
    }

    /// The fuller the rings were, the sooner they are looked at again.
    fn next_pause(pause: Duration, fill: f64) -> Duration {
        if fill > SOONEST {
            POLL.0
        } else if fill > SOONER {
            (pause / 2).max(POLL.0)
        } else {
            (pause * 3 / 2).min(POLL.1)
        }
    }
}

fn probe_options<'a>(
    options: &Record,
    ring: u64,
    filters: &Filters,
    set: &SyscallSet,
    schema: &'a Schema,
) -> Options<'a> {
    Options {
        filter: filters.filter,
        plans: schema.plans(),
        variants: schema.variants(),
        nodes: schema.nodes(),
        unplanned: set.contains_beyond(),
        restorers: schema::restorers(),
        content: options.how_much.content,
        durations: !options.how_much.no_duration,
        operations: set.selects_any(Abi::IoUring),
        watched: options.how_much.max_overhead.is_some(),
        ring,
    }
}

/// Bytes of a ring unless told: at the most that a CPU has been seen to record, it fills in a tenth of a second.
const RING: u64 = 16 << 20;
/// Bytes of all rings, unless told.
const RINGS: u64 = 1 << 30;

fn ring_for(cpus: usize) -> u64 {
    // Rounded down to a power of two, for what is not would be rounded up.
    RING.min(1 << (RINGS / cpus.max(1) as u64).max(1).ilog2())
}

/// An encoder keeps up with about 5 million events a second, more than so many CPUs make but in a burst.
const CPUS_PER_ENCODER: u32 = 16;

/// An encoder for each thread that encodes.
fn encoders(
    options: &Record,
    cpus: usize,
    schema: &Arc<Schema>,
    entries: &Arc<Entries>,
    trigger: Option<&Trigger>,
) -> Vec<Encoder> {
    let HowMuch { no_duration, time_resolution, compression_level, encoders, .. } =
        options.how_much;
    let encoder = |_| {
        let builder = ChunkBuilder::new(time_resolution.0, !no_duration, compression_level);
        Encoder::new(Arc::clone(schema), builder, Arc::clone(entries), trigger.cloned())
    };
    let threads = encoders.unwrap_or_else(|| (cpus as u32).div_ceil(CPUS_PER_ENCODER));
    (0..threads).map(encoder).collect()
}

/// Whether COMMAND can be what was asked for.
fn check_usage(options: &Record) -> Result<(), RecordError> {
    if options.command.is_empty() && std::env::args_os().last().is_some_and(|last| last == "--") {
        return Err(RecordError::NoCommand);
    }
    output::check(options)
}

fn meta(options: &Record, filters: &Filters, cpus: usize) -> Meta {
    let name = uname();
    let mut filters = filters.words.clone();
    if options.what.syscall != "all" {
        filters.push(format!("syscall={}", options.what.syscall));
    }
    let left_out = options.how_much.no_content_for.iter();
    filters.extend(left_out.map(|glob| format!("no-content-for={glob}")));
    let mut meta = Meta {
        recorder: concat!("syscord ", env!("CARGO_PKG_VERSION")).to_owned(),
        host: name[0].clone(),
        kernel: name[1].clone(),
        machine: name[2].clone(),
        cpus: cpus as u32,
        command: std::env::args_os().map(OsStringExt::into_vec).collect(),
        filters,
        tick_shift: options.how_much.time_resolution.0,
        durations: !options.how_much.no_duration,
        content_limit: options.how_much.content,
        string_limit: STRING_KEPT as u32,
        columns: columns(),
        ..Meta::default()
    };
    describe(&mut meta, Abi::native());
    meta
}

/// Node name, release and hardware name (uname(2)).
fn uname() -> [String; 3] {
    // SAFETY: utsname is valid when zeroed, and filled by the call.
    let name = unsafe {
        let mut name: libc::utsname = std::mem::zeroed();
        libc::uname(&mut name);
        name
    };
    [name.nodename, name.release, name.machine].map(|field| {
        let bytes: Vec<u8> = field.iter().map(|c| *c as u8).take_while(|b| *b != 0).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
