//! Who a thread is at a moment: PROC records applied in time order.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use syscord_format::{ProcEvent, ProcRecord};

use crate::descriptors::{CWD, Descriptors, Open, Target};

/// The longest name that Linux keeps of a thread, in bytes.
const COMM_LEN: usize = 15;

/// A thread's name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Comm {
    len: u8,
    bytes: [u8; COMM_LEN],
}

impl Comm {
    /// The first 15 bytes of a name: all that Linux keeps.
    pub(crate) fn new(name: &[u8]) -> Comm {
        let len = name.len().min(COMM_LEN);
        let mut bytes = [0; COMM_LEN];
        bytes[..len].copy_from_slice(&name[..len]);
        Comm { len: len as u8, bytes }
    }

    /// The name; empty if it is not known.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

/// What is known of the thread that made a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Who {
    /// The thread's name.
    pub(crate) comm: Comm,
    /// Its process's name.
    pub(crate) process_comm: Comm,
    /// Its process's parent.
    pub(crate) ppid: Option<u32>,
    /// When the thread was made, 0 if before the trace: tells threads of one id apart.
    pub(crate) thread_born: u64,
    /// Whether it came by its id in an execve that another thread had begun.
    pub(crate) took_over: bool,
    /// When the process was made, 0 if before the trace.
    pub(crate) process_born: u64,
}

#[derive(Clone, Debug)]
struct Thread {
    tgid: u32,
    comm: Comm,
    born: u64,
    exited: bool,
    took_over: bool,
    /// The process and thread that made it; zeros if that was before the trace.
    parent: (u32, u32),
}

#[derive(Clone, Debug, Default)]
struct Process {
    ppid: Option<u32>,
    comm: Comm,
    born: u64,
    threads: Vec<u32>,
    facts: Arc<Facts>,
}

/// What is known of a process beside its names and its place among others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Path of its program; empty if it is not known.
    pub(crate) exe: Vec<u8>,
    /// Its command line; empty if it is not known.
    pub(crate) argv: Vec<Vec<u8>>,
    /// Real user id.
    pub(crate) uid: Option<u32>,
    /// Its control group; empty if it is not known.
    pub(crate) cgroup: Vec<u8>,
}

impl Facts {
    /// The id of the container that it is in, by the name of its control group: 64 hexadecimal digits.
    pub(crate) fn container(&self) -> Option<&[u8]> {
        const DIGITS: usize = 64;
        let mut runs = self.cgroup.split(|byte| !byte.is_ascii_hexdigit());
        runs.rfind(|run| run.len() == DIGITS)
    }
}

/// Records of PROC blocks whose time has not come yet.
#[derive(Debug, Default)]
pub(crate) struct Pending(VecDeque<ProcRecord>);

impl Pending {
    /// Takes the records of a PROC block.
    pub(crate) fn queue(&mut self, records: Vec<ProcRecord>) {
        // Each block is in order, but descriptions are dated when /proc was read: maybe after what a
        // later block tells of.
        self.0.extend(records);
        self.0.make_contiguous().sort_by_key(|record| record.time);
    }

    /// Those up to `time`, in order.
    pub(crate) fn due(&mut self, time: u64) -> VecDeque<ProcRecord> {
        if self.0.front().is_none_or(|record| record.time > time) {
            return VecDeque::new();
        }
        let later = self.0.split_off(self.0.partition_point(|record| record.time <= time));
        std::mem::replace(&mut self.0, later)
    }
}

/// The processes and threads of a trace, at a moment. A copy costs little enough to give one to each thread that
/// goes through a block.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    threads: HashMap<u32, Thread>,
    processes: HashMap<u32, Process>,
    descriptors: Descriptors,
    /// Threads that have ended, but whose last events may still come.
    exited: Vec<u32>,
    version: u64,
}

impl World {
    /// Changes whenever what [`World::who`] says may have changed.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// What is known of a thread.
    pub(crate) fn who(&self, tgid: u32, tid: u32) -> Who {
        let mut who = Who::default();
        if let Some(process) = self.processes.get(&tgid) {
            who.ppid = process.ppid;
            who.process_comm = process.comm;
            who.process_born = process.born;
            who.comm = process.comm;
        }
        if let Some(thread) = self.threads.get(&tid).filter(|thread| thread.tgid == tgid) {
            who.comm = thread.comm;
            (who.thread_born, who.took_over) = (thread.born, thread.took_over);
        }
        who
    }

    /// What else is known of a process.
    pub(crate) fn facts(&self, tgid: u32) -> Option<&Facts> {
        self.processes.get(&tgid).map(|process| &*process.facts)
    }

    /// What a descriptor of a thread stands for, if that is known.
    pub(crate) fn target(&self, tgid: u32, tid: u32, fd: i32) -> Option<Arc<Target>> {
        self.descriptors.get(tgid, tid, fd).map(|(target, _)| Arc::clone(target))
    }

    /// The same, if it has stood for that since `time` at the latest.
    pub(crate) fn target_since(
        &self,
        (tgid, tid): (u32, u32),
        fd: i32,
        time: u64,
    ) -> Option<&Target> {
        let (target, since) = self.descriptors.get(tgid, tid, fd)?;
        (*since <= time).then_some(target)
    }

    /// A call that ended at `time` has made a descriptor stand for something, or for nothing known.
    pub(crate) fn set_target(
        &mut self,
        (tgid, tid): (u32, u32),
        fd: i32,
        target: Target,
        time: u64,
    ) {
        self.descriptors.set(tgid, tid, fd, target.known(time));
    }

    /// Whether threads have ended that are not forgotten yet.
    pub(crate) fn has_ended(&self) -> bool {
        !self.exited.is_empty()
    }

    /// Forgets the threads that have ended, as the chunk that holds their last events is over.
    pub(crate) fn sweep(&mut self) {
        for tid in std::mem::take(&mut self.exited) {
            if !self.threads.get(&tid).is_some_and(|thread| thread.exited) {
                continue;
            }
            let Some(thread) = self.threads.remove(&tid) else { continue };
            self.descriptors.thread_gone(tid);
            if let Some(process) = self.processes.get_mut(&thread.tgid) {
                process.threads.retain(|other| *other != tid);
                if process.threads.is_empty() {
                    self.processes.remove(&thread.tgid);
                    self.descriptors.process_gone(thread.tgid);
                }
            }
        }
    }

    /// Applies a record: its time has come.
    pub(crate) fn apply(&mut self, record: &ProcRecord) {
        self.version += 1;
        match &record.event {
            ProcEvent::Process { tgid, ppid, uid, comm, exe, argv, cwd, cgroup, .. } => {
                let process = self.processes.entry(*tgid).or_default();
                process.ppid = Some(*ppid);
                process.comm = Comm::new(comm);
                let (exe, argv, cgroup) = (exe.clone(), argv.clone(), cgroup.clone());
                process.facts = Facts { exe, argv, uid: Some(*uid), cgroup }.into();
                // Which others it has may be told later, when some of them have ended.
                if self.live(*tgid, *tgid).is_none() {
                    self.thread(*tgid, *tgid, comm, 0);
                }
                self.set_link(*tgid, CWD, cwd, record.time);
            }
            // What a call told of a thread stays: this may tell of the same one anew.
            ProcEvent::Thread { tgid, tid, comm } => match self.live(*tgid, *tid) {
                Some(thread) => thread.comm = Comm::new(comm),
                None => self.thread(*tgid, *tid, comm, 0),
            },
            ProcEvent::Descriptor { tgid, fd, target } => {
                self.set_link(*tgid, *fd, target, record.time);
            }
            ProcEvent::Signal { .. } => {}
            ProcEvent::Fork { parent_tgid, parent_tid, tgid, tid, uid, comm } => {
                let parent = (*parent_tgid, *parent_tid);
                self.fork(parent, (*tgid, *tid), *uid, comm, record.time);
            }
            ProcEvent::Exec { tgid, old_tid, uid, comm, path } => {
                self.exec(*tgid, *old_tid, comm, record.time);
                let facts = self.facts_mut(*tgid);
                (facts.exe, facts.argv, facts.uid) = (path.clone(), Vec::new(), Some(*uid));
            }
            ProcEvent::Exit { tid, .. } => self.exit(*tid),
            ProcEvent::Rename { tgid, tid, comm } => {
                if let Some(thread) = self.threads.get_mut(tid) {
                    thread.comm = Comm::new(comm);
                }
                if tgid == tid {
                    self.processes.entry(*tgid).or_default().comm = Comm::new(comm);
                }
            }
            ProcEvent::File { tgid, tid, fd, link, detail } => {
                let target = Target { link: link.clone(), detail: detail.clone() };
                self.descriptors.set(*tgid, *tid, *fd, target.known(record.time));
            }
            ProcEvent::Closed { tgid, tid, fd } => self.descriptors.close(*tgid, *tid, *fd),
            ProcEvent::Open { tgid, tid, shared, shares_cwd, count, open } => {
                let threads = self.processes.get(tgid).map_or(1, |process| process.threads.len());
                let open = Open { count: *count, bits: open };
                let own = [!shared, !shares_cwd];
                self.descriptors.open((*tgid, *tid), threads <= 1, own, open);
            }
            ProcEvent::Shares { tgid, tid, files, cwd } => {
                if let Some(parent) = self.threads.get(tid).map(|thread| thread.parent) {
                    self.descriptors.fork(parent, (*tgid, *tid), *files, *cwd);
                }
            }
            ProcEvent::Program { tgid, exe, argv } => {
                let facts = self.facts_mut(*tgid);
                if !exe.is_empty() {
                    facts.exe.clone_from(exe);
                }
                facts.argv.clone_from(argv);
            }
            ProcEvent::Ids { tgid, uid, .. } => {
                self.facts_mut(*tgid).uid = Some(*uid);
            }
        }
    }

    fn facts_mut(&mut self, tgid: u32) -> &mut Facts {
        Arc::make_mut(&mut self.processes.entry(tgid).or_default().facts)
    }

    fn set_link(&mut self, tgid: u32, fd: i32, link: &[u8], time: u64) {
        if !link.is_empty() {
            let target = Target { link: link.to_vec(), detail: Vec::new() };
            self.descriptors.set(tgid, tgid, fd, target.known(time));
        }
    }

    fn fork(&mut self, parent: (u32, u32), child: (u32, u32), uid: u32, comm: &[u8], time: u64) {
        let (tgid, tid) = child;
        let is_thread = tgid == parent.0;
        if !is_thread {
            let facts = self.facts(parent.0).cloned().unwrap_or_default();
            let process = Process {
                ppid: Some(parent.0),
                comm: Comm::new(comm),
                born: time,
                threads: Vec::new(),
                facts: Facts { uid: Some(uid), ..facts }.into(),
            };
            self.processes.insert(tgid, process);
        }
        self.thread(tgid, tid, comm, time);
        if let Some(thread) = self.threads.get_mut(&tid) {
            thread.parent = parent;
        }
        self.descriptors.fork(parent, child, is_thread, is_thread);
    }

    /// A thread that is known and has not ended.
    fn live(&mut self, tgid: u32, tid: u32) -> Option<&mut Thread> {
        self.threads.get_mut(&tid).filter(|thread| thread.tgid == tgid && !thread.exited)
    }

    fn thread(&mut self, tgid: u32, tid: u32, comm: &[u8], born: u64) {
        let comm = Comm::new(comm);
        let (exited, took_over, parent) = (false, false, (0, 0));
        self.threads.insert(tid, Thread { tgid, comm, born, exited, took_over, parent });
        let process = self.processes.entry(tgid).or_default();
        if !process.threads.contains(&tid) {
            process.threads.push(tid);
        }
    }

    /// The calling thread becomes the process's only one, and has its id.
    fn exec(&mut self, tgid: u32, old_tid: u32, comm: &[u8], time: u64) {
        self.descriptors.exec(tgid, old_tid);
        let process = self.processes.entry(tgid).or_default();
        process.comm = Comm::new(comm);
        for tid in process.threads.clone() {
            if tid != tgid {
                self.exit(tid);
            }
        }
        let born = self.threads.get(&tgid).map_or(time, |thread| thread.born);
        self.thread(tgid, tgid, comm, born);
        if let Some(thread) = self.threads.get_mut(&tgid) {
            thread.took_over = old_tid != tgid;
        }
    }

    fn exit(&mut self, tid: u32) {
        if let Some(thread) = self.threads.get_mut(&tid) {
            thread.exited = true;
            self.exited.push(tid);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: u64, event: ProcEvent) -> ProcRecord {
        ProcRecord { time, event }
    }

    fn process(tgid: u32, ppid: u32, comm: &str) -> ProcEvent {
        ProcEvent::Process {
            tgid,
            ppid,
            uid: 0,
            gid: 0,
            comm: comm.into(),
            exe: vec![],
            argv: vec![],
            cwd: vec![],
            cgroup: vec![],
        }
    }

    fn fork(parent: u32, tgid: u32, tid: u32, comm: &str) -> ProcEvent {
        ProcEvent::Fork {
            parent_tgid: parent,
            parent_tid: parent,
            tgid,
            tid,
            uid: 0,
            comm: comm.into(),
        }
    }

    fn pending() -> Pending {
        let mut pending = Pending::default();
        pending.queue(vec![
            at(0, process(10, 1, "shell")),
            at(0, ProcEvent::Thread { tgid: 10, tid: 10, comm: b"shell".to_vec() }),
            at(5, fork(10, 20, 20, "shell")),
            at(6, fork(20, 20, 21, "helper")),
            at(
                8,
                ProcEvent::Exec {
                    tgid: 20,
                    old_tid: 21,
                    uid: 0,
                    comm: b"ls".to_vec(),
                    path: b"/bin/ls".to_vec(),
                },
            ),
            at(9, ProcEvent::Exit { tgid: 20, tid: 20, status: 0 }),
        ]);
        pending
    }

    fn advance(world: &mut World, pending: &mut Pending, time: u64) {
        pending.due(time).iter().for_each(|record| world.apply(record));
    }

    #[test]
    fn names_change_when_their_time_comes() {
        let (mut world, mut pending) = (World::default(), pending());
        advance(&mut world, &mut pending, 5);
        let child = world.who(20, 20);
        assert_eq!((child.comm.bytes(), child.ppid), (&b"shell"[..], Some(10)));
        assert_eq!(child.process_born, 5);
        advance(&mut world, &mut pending, 7);
        assert_eq!(world.who(20, 21).comm.bytes(), b"helper");
        assert_eq!(world.who(20, 21).process_comm.bytes(), b"shell");
        advance(&mut world, &mut pending, 8);
        assert_eq!(world.who(20, 20).comm.bytes(), b"ls");
        assert_eq!(world.who(10, 10).comm.bytes(), b"shell");
    }

    #[test]
    fn the_ended_are_known_until_the_sweep() {
        let (mut world, mut pending) = (World::default(), pending());
        advance(&mut world, &mut pending, 100);
        assert_eq!(world.who(20, 20).comm.bytes(), b"ls");
        world.sweep();
        assert_eq!(world.who(20, 20), Who::default());
        assert_eq!((world.threads.len(), world.processes.len()), (1, 1));
    }

    #[test]
    fn a_process_outlives_its_threads_before_all_of_them_are_told_of() {
        let (mut world, mut pending) = (World::default(), Pending::default());
        pending.queue(vec![
            at(0, process(10, 1, "server")),
            at(1, fork(10, 10, 11, "server")),
            at(2, ProcEvent::Exit { tgid: 10, tid: 11, status: 0 }),
            at(9, ProcEvent::Thread { tgid: 10, tid: 10, comm: b"server".to_vec() }),
        ]);
        advance(&mut world, &mut pending, 2);
        world.sweep();
        assert_eq!(world.who(10, 10).comm.bytes(), b"server");
        assert_eq!(world.who(10, 12).ppid, Some(1), "of a thread not told of yet");
    }

    #[test]
    fn an_id_that_is_used_again_outlives_the_sweep() {
        let (mut world, mut pending) = (World::default(), pending());
        advance(&mut world, &mut pending, 9);
        pending.queue(vec![at(10, fork(10, 20, 20, "again"))]);
        advance(&mut world, &mut pending, 10);
        world.sweep();
        let who = world.who(20, 20);
        assert_eq!((who.comm.bytes(), who.process_born), (&b"again"[..], 10));
    }

    #[test]
    fn names_have_fifteen_bytes() {
        assert_eq!(Comm::new(b"0123456789abcdefgh").bytes(), b"0123456789abcde");
    }
}
