//! The threads that encode, compress and write.
//!
//! Each takes the next work, one at a time and in order, as what happens to processes is told in order ([`Intake`]).
//! Then they encode side by side, and each writes once all is written that came before ([`Outlet`]).
//!
//! Before them stand at most [`QUEUE`] batches, so memory is bounded: when the output is slow, the rings fill, and what
//! then has no room is counted as dropped. All batches that there can be are used early, so that memory soon is what it
//! will be ([`Spare`]).
//!
//! They come after all other threads of the machine. When a batch is there before they are done with the last one, they
//! take their turns like all others until they have caught up; when there is no room for it, they come first, for some
//! time.

use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI32, AtomicU64, AtomicUsize, Ordering},
        mpsc::{self, Receiver, SyncSender},
    },
    thread::{self, JoinHandle},
};

use syscord_format::{Clock, LedgerRow, ProcRecord, Shed};

use crate::{
    batch::Batch,
    blocks::Blocks,
    clocks,
    encoder::Encoder,
    error::RecordError,
    history::{History, NewImages},
    priority::{self, Priority},
    pulse::Pulse,
    spare::Spare,
    trace::{Trace, Written},
    trigger::Trigger,
};

/// Batches under way to the encoders.
const QUEUE: usize = 2;

/// What the encoders get.
pub enum Work {
    /// Records of some span of time.
    Batch(Batch),
    /// Rows of the ledger.
    Ledger(Vec<LedgerRow>),
    /// A reading of the clocks.
    Clock(Clock),
    /// What is left out from a moment on.
    Shed(Shed),
    /// What comes is for another file or segment, which begins at that moment.
    Next(Clock),
    /// What the flight recorder keeps is to be written, if that trigger has fired for the dump of that number.
    Dump(Option<(Trigger, u64)>),
}

/// All of them, from the other side.
pub struct Pipeline {
    work: Option<SyncSender<Work>>,
    spare: Arc<Spare>,
    outlet: Arc<Outlet>,
    state: Arc<State>,
    threads: Vec<JoinHandle<()>>,
}

impl Pipeline {
    /// Starts a thread for each encoder. `trace` has begun; `cpus` CPUs are recorded.
    pub fn start(encoders: Vec<Encoder>, history: History, trace: Trace, cpus: usize) -> Pipeline {
        let (work, orders) = mpsc::sync_channel(QUEUE);
        // Beside the one that is being filled.
        let spare = Arc::new(Spare::new(QUEUE + encoders.len(), cpus));
        let state = Arc::new(State::new(encoders.len(), &trace));
        let outlet = Arc::new(Outlet::new(trace));
        let intake = Arc::new(Mutex::new(Intake { orders, history, taken: 0 }));
        let threads = encoders.into_iter().enumerate().map(|(own, encoder)| {
            let worker = Worker {
                own,
                encoder,
                intake: Arc::clone(&intake),
                outlet: Arc::clone(&outlet),
                state: Arc::clone(&state),
                spare: Arc::clone(&spare),
            };
            thread::spawn(move || worker.run())
        });
        let threads = threads.collect();
        Pipeline { work: Some(work), spare, outlet, state, threads }
    }

    /// A batch to fill, with the memory of one that was encoded. Once the last one was sent, there is one.
    pub fn empty_batch(&self) -> Batch {
        self.spare.take()
    }

    /// Bytes written so far, or kept.
    pub fn written(&self) -> u64 {
        self.state.written.load(Ordering::Relaxed)
    }

    /// Bytes of the file or segment at hand, and how many were begun.
    pub fn part(&self) -> (u64, u64) {
        let begun = self.state.begun.load(Ordering::Acquire);
        (self.state.part_bytes.load(Ordering::Relaxed), begun)
    }

    /// Waits for room.
    ///
    /// # Errors
    /// When writing has failed: why is what [`Pipeline::finish`] returns.
    pub fn send(&self, work: Work) -> Result<(), RecordError> {
        if matches!(work, Work::Batch(_)) {
            // Those that are being encoded are among them.
            let room = QUEUE + self.state.threads.len() - 1;
            match self.state.waiting.fetch_add(1, Ordering::Relaxed) {
                0 => {}
                before if before < room => self.state.hurry(),
                _ => self.state.press(),
            }
        }
        match &self.work {
            Some(_) if self.state.failed.load(Ordering::Relaxed) => Err(RecordError::WriterGone),
            Some(sender) => sender.send(work).map_err(|_| RecordError::WriterGone),
            None => Err(RecordError::WriterGone),
        }
    }

    /// Waits until all is written.
    ///
    /// # Errors
    /// When something could not be written.
    pub fn finish(&mut self) -> Result<Written, RecordError> {
        self.state.closing.store(true, Ordering::Relaxed);
        self.state.hurry();
        self.work = None;
        let mut panicked = false;
        for thread in self.threads.drain(..) {
            panicked |= thread.join().is_err();
        }
        match self.outlet.lock().trace.take() {
            Some(trace) if !panicked => trace.and_then(Trace::finish),
            _ => Err(RecordError::WriterGone),
        }
    }
}

/// Where work comes from.
struct Intake {
    orders: Receiver<Work>,
    history: History,
    /// How many pieces of work were taken.
    taken: u64,
}

/// Work of which what must be done in order is done.
enum Job {
    Batch(Batch, Vec<ProcRecord>, NewImages),
    /// Nothing is to be encoded.
    Ready(Order),
}

/// What is done with the trace.
enum Order {
    Write(Blocks),
    Next(Clock, Vec<ProcRecord>),
    Dump(Option<(Trigger, u64)>),
}

impl Intake {
    /// The next work and its number; none at the end.
    fn next(&mut self) -> Option<(u64, Job)> {
        let job = match self.orders.recv().ok()? {
            Work::Batch(mut batch) => {
                let (records, new_images) = self.history.of(&mut batch);
                Job::Batch(batch, records, new_images)
            }
            Work::Ledger(rows) => Job::Ready(Order::Write(Blocks::Ledger(rows))),
            Work::Clock(clock) => Job::Ready(Order::Write(Blocks::Clock(clock))),
            Work::Shed(shed) => Job::Ready(Order::Write(Blocks::Shed(shed))),
            Work::Next(clock) => {
                let processes = self.history.snapshot(clock.monotonic);
                Job::Ready(Order::Next(clock, processes))
            }
            Work::Dump(trigger) => Job::Ready(Order::Dump(trigger)),
        };
        let number = self.taken;
        self.taken += 1;
        Some((number, job))
    }
}

/// Where blocks go.
struct Outlet {
    inner: Mutex<Out>,
    turn: Condvar,
}

struct Out {
    /// The number of the work that is written next.
    next: u64,
    /// Why writing has failed; none if a thread was lost.
    trace: Option<Result<Trace, RecordError>>,
}

impl Outlet {
    fn new(trace: Trace) -> Outlet {
        let out = Out { next: 0, trace: Some(Ok(trace)) };
        Outlet { inner: Mutex::new(out), turn: Condvar::new() }
    }

    /// Nothing is half done when a thread panics: all end then.
    fn lock(&self) -> MutexGuard<'_, Out> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does what is to be done of the work of that number when it is its turn. False if writing has failed, now or
    /// before.
    fn obey(&self, number: u64, order: Result<Order, RecordError>, state: &State) -> bool {
        let early = |out: &mut Out| out.next != number && matches!(out.trace, Some(Ok(_)));
        let mut out =
            self.turn.wait_while(self.lock(), early).unwrap_or_else(PoisonError::into_inner);
        let Some(Ok(trace)) = &mut out.trace else { return false };
        let result = order.and_then(|order| match order {
            Order::Write(blocks) => trace.take(blocks),
            Order::Next(clock, processes) => trace.next(clock, processes),
            Order::Dump(trigger) => {
                // All that came before is encoded.
                if trigger.is_none_or(|(trigger, dump)| trigger.fired(dump)) {
                    trace.dump();
                }
                Ok(())
            }
        });
        state.tell(trace);
        out.next += 1;
        self.turn.notify_all();
        let done = result.is_ok();
        if let Err(error) = result {
            state.failed.store(true, Ordering::Relaxed);
            out.trace = Some(Err(error));
        }
        done
    }
}

/// A thread of the pipeline.
struct Worker {
    own: usize,
    encoder: Encoder,
    intake: Arc<Mutex<Intake>>,
    outlet: Arc<Outlet>,
    state: Arc<State>,
    spare: Arc<Spare>,
}

impl Worker {
    fn run(mut self) {
        let state = Arc::clone(&self.state);
        let _running = Running::new(&state, self.own);
        let lost = Lost(Arc::clone(&self.outlet));
        let pulse = Pulse::new();
        state.rest(self.own);
        loop {
            // One that panicked there has taken its work with it, and the others end at their turns.
            let next = self.intake.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((number, job)) = next else { break };
            let is_batch = matches!(job, Job::Batch(..));
            let order = self.encode(job, pulse.as_ref());
            if !self.outlet.obey(number, order, &state) {
                break;
            }
            if is_batch {
                state.waiting.fetch_sub(1, Ordering::Relaxed);
                state.rest(self.own);
            }
        }
        std::mem::forget(lost);
    }

    fn encode(&mut self, job: Job, pulse: Option<&Pulse>) -> Result<Order, RecordError> {
        let (batch, records, new_images) = match job {
            Job::Batch(batch, records, new_images) => (batch, records, new_images),
            Job::Ready(order) => return Ok(order),
        };
        let chunks = self.encoder.chunks(&batch, new_images, pulse).map_err(RecordError::Encode)?;
        self.spare.put(batch);
        Ok(Order::Write(Blocks::Events(records, chunks)))
    }
}

/// Tells the others when a thread panics, or they would wait for its turn for ever.
struct Lost(Arc<Outlet>);

impl Drop for Lost {
    fn drop(&mut self) {
        self.0.lock().trace = None;
        self.0.turn.notify_all();
    }
}

/// What all threads know.
struct State {
    /// Bytes of all.
    written: AtomicU64,
    /// Bytes in the file or segment at hand; stored before its number.
    part_bytes: AtomicU64,
    /// Files or segments that were begun.
    begun: AtomicU64,
    /// Batches that are not yet in the file.
    waiting: AtomicUsize,
    /// The encoders' threads; 0 before one runs, and once it has ended, as its id may be another's then.
    threads: Vec<AtomicI32>,
    /// Until when they come first, by the monotonic clock.
    pressed: AtomicU64,
    /// Whether nothing more will come.
    closing: AtomicBool,
    /// Whether writing has failed.
    failed: AtomicBool,
    /// How they take their turns; none if they cannot step aside.
    turns: Option<Priority>,
}

impl State {
    fn new(threads: usize, trace: &Trace) -> State {
        let state = State {
            written: AtomicU64::new(0),
            part_bytes: AtomicU64::new(0),
            begun: AtomicU64::new(0),
            waiting: AtomicUsize::new(0),
            threads: (0..threads).map(|_| AtomicI32::new(0)).collect(),
            pressed: AtomicU64::new(0),
            closing: AtomicBool::new(false),
            failed: AtomicBool::new(false),
            turns: Priority::if_free(),
        };
        state.tell(trace);
        state
    }

    fn tell(&self, trace: &Trace) {
        self.written.store(trace.bytes(), Ordering::Relaxed);
        self.part_bytes.store(trace.part_bytes(), Ordering::Relaxed);
        self.begun.store(trace.begun(), Ordering::Release);
    }

    /// There is more to do than the next batch.
    fn hurry(&self) {
        if let Some(turns) = self.turns.filter(|_| !self.is_pressed()) {
            self.running().for_each(|thread| turns.take_turns(thread));
        }
    }

    /// What comes next has no room.
    fn press(&self) {
        let Some(turns) = self.turns else { return };
        let was_pressed = self.is_pressed();
        let until = clocks::monotonic() + priority::AHEAD.as_nanos() as u64;
        self.pressed.store(until, Ordering::Relaxed);
        if !was_pressed {
            self.running().for_each(|thread| turns.come_first(thread));
        }
    }

    fn is_pressed(&self) -> bool {
        let until = self.pressed.load(Ordering::Relaxed);
        until > 0 && clocks::monotonic() < until
    }

    /// The encoders' threads.
    fn running(&self) -> impl Iterator<Item = i32> {
        let threads = self.threads.iter().map(|thread| thread.load(Ordering::Relaxed));
        threads.filter(|thread| *thread != 0)
    }

    /// All is done for now.
    fn rest(&self, own: usize) {
        let busy = |batches| {
            self.waiting.load(Ordering::Relaxed) > batches || self.closing.load(Ordering::Relaxed)
        };
        let Some(turns) = self.turns.filter(|_| !busy(0) && !self.is_pressed()) else { return };
        let thread = self.threads[own].load(Ordering::Relaxed);
        turns.step_aside(thread);
        // Who has said so meanwhile will not say it again.
        if self.is_pressed() {
            turns.come_first(thread);
        } else if busy(1) {
            self.hurry();
        }
    }
}

/// Lends a thread's id to the others while it runs.
struct Running<'s>(&'s AtomicI32);

impl Running<'_> {
    fn new(state: &State, own: usize) -> Running<'_> {
        state.threads[own].store(priority::current(), Ordering::Relaxed);
        Running(&state.threads[own])
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.store(0, Ordering::Relaxed);
    }
}
