//! Looks at processes that have appeared, on a thread of its own: one with thousands of descriptors takes a while, and the
//! rings would fill meanwhile.

use std::{
    sync::mpsc::{self, Receiver, Sender},
    thread,
};

use syscord_format::ProcRecord;

use crate::{priority::Priority, sockets::Source, world};

/// The thread, from the other side. It ends with what it is asked for.
pub struct Looker(Sender<(u32, Sender<Vec<ProcRecord>>)>);

/// What is going to be known of a process.
pub struct Looked(Receiver<Vec<ProcRecord>>);

impl Looker {
    /// Starts it. COMMAND's descriptors were told of before; `sockets` tells of those among others'.
    pub fn start(command: Option<u32>, sockets: Source) -> Looker {
        let (orders, taken) = mpsc::channel::<(u32, Sender<_>)>();
        thread::spawn(move || {
            if let Some(usual) = Priority::usual() {
                usual.take_turns(0);
            }
            for (tgid, answer) in taken {
                let descriptors = (Some(tgid) != command).then_some(&sockets);
                // Nobody waits for it if recording has failed.
                let _ = answer.send(world::look(tgid, descriptors));
            }
        });
        Looker(orders)
    }

    /// Has it look at a process as soon as it can.
    pub fn look(&self, tgid: u32) -> Looked {
        let (answer, looked) = mpsc::channel();
        // A thread that is no longer there answers nothing.
        let _ = self.0.send((tgid, answer));
        Looked(looked)
    }
}

impl Looked {
    /// Waits for it. Nothing if the process has gone.
    pub fn wait(self) -> Vec<ProcRecord> {
        self.0.recv().unwrap_or_default()
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
}
