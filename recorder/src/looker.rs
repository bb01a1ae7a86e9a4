//! Looks at processes that have appeared, on a thread of its own: one with thousands of descriptors takes a while, and the
//! rings would fill meanwhile.

use std::{
    iter,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI32, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::Duration,
};

use syscord_format::ProcRecord;

use crate::{
    priority::{self, Priority},
    sockets::Source,
    world,
};

/// After so long a wait the thread comes before others: it has not got the processor.
const SOON: Duration = Duration::from_millis(20);
/// After so long a wait the recording goes on without what it finds: a file system that does not answer may hold it up for
/// ever.
const PATIENCE: Duration = Duration::from_secs(2);

/// The thread, from the other side. It ends with what it is asked for.
pub struct Looker {
    orders: Sender<(u32, Sender<Vec<ProcRecord>>)>,
    state: Arc<State>,
}

/// What is going to be known of a process.
pub struct Looked {
    answer: Receiver<Vec<ProcRecord>>,
    state: Arc<State>,
}

/// What both sides know of the thread.
struct State {
    /// Its id; 0 before it runs.
    thread: AtomicI32,
    /// How it takes its turns; none if it cannot come first.
    turns: Option<Priority>,
    /// Whether it comes first, until nobody waits any more.
    is_first: AtomicBool,
    /// Whether it was waited for in vain, and has not gone on since.
    hangs: AtomicBool,
}

impl Looker {
    /// Starts it. COMMAND's descriptors were told of before; `sockets` tells of those among others'.
    pub fn start(command: Option<u32>, sockets: Source) -> Looker {
        let (orders, taken) = mpsc::channel::<(u32, Sender<_>)>();
        let state = Arc::new(State::new());
        let own = Arc::clone(&state);
        thread::spawn(move || {
            own.begin();
            while let Ok(first) = taken.recv() {
                // Those that wait share what the kernel shows at once.
                let waiting: Vec<_> = iter::once(first).chain(taken.try_iter()).collect();
                let mut sockets = sockets.now();
                for (tgid, answer) in waiting {
                    let descriptors = (Some(tgid) != command).then_some(&mut sockets);
                    // Nobody waits for it if recording has failed.
                    let _ = answer.send(world::look(tgid, descriptors));
                    own.hangs.store(false, Ordering::Relaxed);
                }
                own.rest();
            }
        });
        Looker { orders, state }
    }

    /// Has it look at a process as soon as it can.
    pub fn look(&self, tgid: u32) -> Looked {
        let (sender, answer) = mpsc::channel();
        // A thread that is no longer there answers nothing.
        let _ = self.orders.send((tgid, sender));
        Looked { answer, state: Arc::clone(&self.state) }
    }
}

impl Looked {
    /// Waits for it. Nothing if the process has gone, or cannot be looked at.
    pub fn wait(self) -> Vec<ProcRecord> {
        if self.state.hangs.load(Ordering::Relaxed) {
            return self.answer.try_recv().unwrap_or_default();
        }
        let late = match self.answer.recv_timeout(SOON) {
            Err(RecvTimeoutError::Timeout) => {
                self.state.hurry();
                self.answer.recv_timeout(PATIENCE)
            }
            soon => soon,
        };
        if late == Err(RecvTimeoutError::Timeout) {
            self.state.hangs.store(true, Ordering::Relaxed);
        }
        late.unwrap_or_default()
    }
}

impl State {
    fn new() -> State {
        State {
            thread: AtomicI32::new(0),
            turns: Priority::if_free(),
            is_first: AtomicBool::new(false),
            hangs: AtomicBool::new(false),
        }
    }

    fn begin(&self) {
        if let Some(usual) = Priority::usual() {
            usual.take_turns(0);
        }
        self.thread.store(priority::current(), Ordering::Relaxed);
    }

    /// Somebody waits.
    fn hurry(&self) {
        let thread = self.thread.load(Ordering::Relaxed);
        if let Some(turns) = self.turns.filter(|_| thread != 0) {
            self.is_first.store(true, Ordering::Relaxed);
            turns.come_first(thread);
        }
    }

    /// All is done for now.
    fn rest(&self) {
        if let Some(turns) = self.turns.filter(|_| self.is_first.swap(false, Ordering::Relaxed)) {
            turns.take_turns(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use syscord_format::ProcEvent;

    use super::*;

    #[test]
    fn processes_are_described_in_the_background() {
        let looker = Looker::start(Some(std::process::id()), Source::default());
        let (own, none) = (looker.look(std::process::id()), looker.look(u32::MAX));
        let told = |event: &ProcEvent| matches!(event, ProcEvent::Process { tgid, .. } if *tgid == std::process::id());
        let records = own.wait();
        assert!(records.iter().any(|record| told(&record.event)));
        // COMMAND's descriptors were told of before.
        assert!(!records.iter().any(|record| matches!(record.event, ProcEvent::File { .. })));
        assert!(none.wait().is_empty());
    }

    #[test]
    fn nobody_waits_for_ever() {
        let (_sender, answer) = mpsc::channel();
        let state = Arc::new(State::new());
        let hanging = Looked { answer, state: Arc::clone(&state) };
        assert!(hanging.wait().is_empty());
        assert!(state.hangs.load(Ordering::Relaxed));
        // What is there already is taken all the same.
        let (sender, answer) = mpsc::channel();
        let event = ProcEvent::Exit { tgid: 1, tid: 1, status: 0 };
        sender.send(vec![ProcRecord { time: 0, event }]).unwrap();
        assert_eq!(Looked { answer, state }.wait().len(), 1);
    }
}
