//! The thread that encodes, compresses and writes.
//!
//! Before it stand at most [`QUEUE`] batches, so memory is bounded: when the output is slow, the rings fill, and what
//! then has no room is counted as dropped.
//!
//! It comes after all others. When a batch is there before it is done with the last one, it takes its turn like them
//! until it has caught up.

use std::{
    io::Write,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI32, AtomicU64, AtomicUsize, Ordering},
        mpsc::{self, Receiver, SyncSender},
    },
    thread::{self, JoinHandle},
};

use syscord_format::{Clock, FormatError, LedgerRow, Totals};

use crate::{
    encoder::Encoder,
    error::RecordError,
    priority::{self, Priority},
    rings::Batch,
};

/// Batches under way to the writer.
const QUEUE: usize = 3;

/// What the writer gets.
pub enum Work {
    /// Records of some span of time.
    Batch(Batch),
    /// Rows of the ledger.
    Ledger(Vec<LedgerRow>),
    /// A reading of the clocks.
    Clock(Clock),
}

/// The writing thread, from the other one's side.
pub struct Pipeline {
    work: Option<SyncSender<Work>>,
    done: Receiver<Batch>,
    state: Arc<State>,
    thread: Option<JoinHandle<Result<Totals, FormatError>>>,
}

/// What both threads know.
struct State {
    /// Bytes in the file.
    written: AtomicU64,
    /// Batches that are not yet in the file.
    waiting: AtomicUsize,
    /// The writing thread; 0 before it runs, and once it has ended, as its id may be another's then.
    thread: AtomicI32,
    /// Whether nothing more will come.
    closing: AtomicBool,
    /// How it takes its turns; none if it cannot step aside.
    turns: Option<Priority>,
}

impl Pipeline {
    /// Starts the thread.
    pub fn start<W: Write + Send + 'static>(encoder: Encoder<W>) -> Pipeline {
        let (work, orders) = mpsc::sync_channel(QUEUE);
        let (give_back, done) = mpsc::channel();
        let state = Arc::new(State {
            written: AtomicU64::new(encoder.written()),
            waiting: AtomicUsize::new(0),
            thread: AtomicI32::new(0),
            closing: AtomicBool::new(false),
            turns: Priority::if_free(),
        });
        let shared = Arc::clone(&state);
        let thread = thread::spawn(move || write(encoder, &orders, &give_back, &shared));
        Pipeline { work: Some(work), done, state, thread: Some(thread) }
    }

    /// A batch to fill, with the memory of one that was written.
    pub fn empty_batch(&self) -> Batch {
        self.done.try_recv().unwrap_or_default()
    }

    /// Bytes written so far.
    pub fn written(&self) -> u64 {
        self.state.written.load(Ordering::Relaxed)
    }

    /// Waits for room.
    ///
    /// # Errors
    /// When the writer has failed: why is what [`Pipeline::finish`] returns.
    pub fn send(&self, work: Work) -> Result<(), RecordError> {
        if matches!(work, Work::Batch(_)) && self.state.waiting.fetch_add(1, Ordering::Relaxed) > 0
        {
            self.state.hurry();
        }
        match &self.work {
            Some(sender) => sender.send(work).map_err(|_| RecordError::WriterGone),
            None => Err(RecordError::WriterGone),
        }
    }

    /// Waits until all is written.
    ///
    /// # Errors
    /// When something could not be written.
    pub fn finish(&mut self, output: &Path) -> Result<Totals, RecordError> {
        self.state.closing.store(true, Ordering::Relaxed);
        self.state.hurry();
        self.work = None;
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(Ok(totals))) => Ok(totals),
            Some(Ok(Err(error))) => Err(RecordError::Write { output: output.to_owned(), error }),
            Some(Err(_)) | None => Err(RecordError::WriterGone),
        }
    }
}

impl State {
    /// There is more to do than the next batch.
    fn hurry(&self) {
        let thread = self.thread.load(Ordering::Relaxed);
        if let Some(turns) = self.turns.filter(|_| thread != 0) {
            turns.take_turns(thread);
        }
    }

    /// All is done for now.
    fn rest(&self) {
        let busy = |batches| {
            self.waiting.load(Ordering::Relaxed) > batches || self.closing.load(Ordering::Relaxed)
        };
        let Some(turns) = self.turns.filter(|_| !busy(0)) else { return };
        turns.step_aside(self.thread.load(Ordering::Relaxed));
        // Who has said so meanwhile will not say it again.
        if busy(1) {
            self.hurry();
        }
    }
}

/// Takes back a thread's id when it ends.
struct Ending<'s>(&'s State);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.thread.store(0, Ordering::Relaxed);
    }
}

/// What the thread does.
fn write<W: Write>(
    mut encoder: Encoder<W>,
    orders: &Receiver<Work>,
    give_back: &mpsc::Sender<Batch>,
    state: &State,
) -> Result<Totals, FormatError> {
    state.thread.store(priority::current(), Ordering::Relaxed);
    let _ending = Ending(state);
    state.rest();
    for order in orders {
        match order {
            Work::Batch(mut batch) => {
                encoder.batch(&mut batch)?;
                batch.clear();
                // Nobody may want it any more.
                let _ = give_back.send(batch);
                state.waiting.fetch_sub(1, Ordering::Relaxed);
                state.rest();
            }
            Work::Ledger(rows) => encoder.ledger(&rows)?,
            Work::Clock(clock) => encoder.clock(&clock)?,
        }
        state.written.store(encoder.written(), Ordering::Relaxed);
    }
    encoder.finish()
}
