//! What the descriptors of threads stand for, at the moment that the reader has come to.
//!
//! Threads share descriptors and working directory with their process, processes with none, unless
//! the trace says otherwise. Nothing is guessed: a descriptor of which the trace does not tell, or
//! tells that nothing is known, stands for nothing here.

use std::{collections::HashMap, sync::Arc};

/// The working directory among the descriptors (`AT_FDCWD`).
pub(crate) const CWD: i32 = -100;

/// What a descriptor stands for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Target {
    /// What its link in `/proc/PID/fd` read.
    pub(crate) link: Vec<u8>,
    /// A socket's protocol and addresses, a device's kind and number; else empty.
    pub(crate) detail: Vec<u8>,
}

impl Target {
    /// The path of a file; nothing for what lies in no directory.
    pub(crate) fn path(&self) -> Option<&[u8]> {
        self.link.starts_with(b"/").then(|| self.without_deleted().0)
    }

    /// What is known of a socket.
    pub(crate) fn socket(&self) -> Option<&[u8]> {
        let known = if self.detail.is_empty() { &self.link } else { &self.detail };
        self.link.starts_with(b"socket:").then_some(known)
    }

    /// What says most of it: a socket's addresses, else the link.
    pub(crate) fn text(&self) -> &[u8] {
        self.socket().unwrap_or(&self.link)
    }

    /// The link, and whether the kernel says that the file was removed.
    pub(crate) fn without_deleted(&self) -> (&[u8], bool) {
        match self.link.strip_suffix(b" (deleted)") {
            Some(path) => (path, true),
            None => (&self.link, false),
        }
    }
}

/// Who has something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Holder {
    /// A thread that does not have what its process has.
    Thread(u32),
    Process(u32),
}

/// Something that threads and processes have, each its own or together with others.
#[derive(Clone, Debug, Default)]
struct Holders<T> {
    /// The number of what each has.
    has: HashMap<Holder, u32>,
    held: HashMap<u32, Held<T>>,
    /// Numbers given so far.
    numbers: u32,
}

/// Copies share it until one of them changes it: every fork makes one, and every block that is gone through.
#[derive(Clone, Debug, Default)]
struct Held<T> {
    what: Arc<T>,
    holders: u32,
}

impl<T: Clone + Default> Holders<T> {
    /// The number of what a thread has.
    fn of(&self, tgid: u32, tid: u32) -> Option<u32> {
        let own = self.has.get(&Holder::Thread(tid));
        own.or_else(|| self.has.get(&Holder::Process(tgid))).copied()
    }

    fn get(&self, tgid: u32, tid: u32) -> Option<&T> {
        self.held.get(&self.of(tgid, tid)?).map(|held| &*held.what)
    }

    fn get_mut(&mut self, tgid: u32, tid: u32) -> &mut T {
        let number = self.of(tgid, tid).unwrap_or_else(|| {
            let number = self.add(Arc::default());
            self.hold(Holder::Process(tgid), number);
            number
        });
        Arc::make_mut(&mut self.held.entry(number).or_default().what)
    }

    fn add(&mut self, what: Arc<T>) -> u32 {
        self.numbers = self.numbers.wrapping_add(1);
        self.held.insert(self.numbers, Held { what, holders: 0 });
        self.numbers
    }

    fn copy(&mut self, number: u32) -> u32 {
        let what = self.held.get(&number).map(|held| Arc::clone(&held.what));
        self.add(what.unwrap_or_default())
    }

    fn hold(&mut self, holder: Holder, number: u32) {
        self.held.entry(number).or_default().holders += 1;
        let before = self.has.insert(holder, number);
        self.let_go(before);
    }

    fn release(&mut self, holder: Holder) {
        let before = self.has.remove(&holder);
        self.let_go(before);
    }

    /// One holder less; what nobody has is forgotten.
    fn let_go(&mut self, number: Option<u32>) {
        let Some(number) = number else { return };
        let Some(held) = self.held.get_mut(&number) else { return };
        held.holders -= 1;
        if held.holders == 0 {
            self.held.remove(&number);
        }
    }

    /// A thread or process was made, which shares with the thread that made it, or has a copy.
    fn fork(&mut self, parent: (u32, u32), (tgid, tid): (u32, u32), shared: bool) {
        self.release(Holder::Thread(tid));
        let Some(number) = self.of(parent.0, parent.1) else {
            return self.release(Holder::Process(tgid));
        };
        let number = if shared { number } else { self.copy(number) };
        if tgid != parent.0 {
            self.hold(Holder::Process(tgid), number);
        } else if !shared || self.has.contains_key(&Holder::Thread(parent.1)) {
            self.hold(Holder::Thread(tid), number);
        }
    }

    /// What a thread has is its own from now on.
    fn own(&mut self, tgid: u32, tid: u32, alone: bool) {
        let Some(number) = self.of(tgid, tid) else { return };
        if alone && self.held.get(&number).is_none_or(|held| held.holders <= 1) {
            return;
        }
        let own = self.copy(number);
        self.hold(if alone { Holder::Process(tgid) } else { Holder::Thread(tid) }, own);
    }

    /// The calling thread is its process from now on.
    fn exec(&mut self, tgid: u32, old_tid: u32) {
        if let Some(number) = self.has.get(&Holder::Thread(old_tid)).copied() {
            self.hold(Holder::Process(tgid), number);
            self.release(Holder::Thread(old_tid));
        }
        self.release(Holder::Thread(tgid));
    }
}

/// Descriptors and working directories of all threads of a trace.
#[derive(Clone, Debug, Default)]
pub(crate) struct Descriptors {
    files: Holders<HashMap<i32, Arc<Target>>>,
    cwds: Holders<Option<Arc<Target>>>,
}

/// Which descriptors are open, by the kernel's word.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Open<'a> {
    /// Descriptors below this are told of.
    pub(crate) count: u32,
    /// A bit for each that is open.
    pub(crate) bits: &'a [u8],
}

impl Open<'_> {
    fn keeps(self, fd: i32) -> bool {
        let Ok(fd) = u32::try_from(fd) else { return true };
        let bits = self.bits.get(fd as usize / 8).copied().unwrap_or_default();
        fd >= self.count || bits >> (fd % 8) & 1 != 0
    }
}

impl Descriptors {
    /// What a descriptor of a thread stands for, if that is known.
    pub(crate) fn target(&self, tgid: u32, tid: u32, fd: i32) -> Option<Arc<Target>> {
        match fd {
            CWD => self.cwds.get(tgid, tid)?.clone(),
            _ => self.files.get(tgid, tid)?.get(&fd).cloned(),
        }
    }

    /// A descriptor stands for something from now on; for nothing known if the link is empty.
    pub(crate) fn set(&mut self, tgid: u32, tid: u32, fd: i32, target: Target) {
        let target = Some(target).filter(|target| !target.link.is_empty()).map(Arc::new);
        match (fd, target) {
            (CWD, target) => *self.cwds.get_mut(tgid, tid) = target,
            (_, Some(target)) => drop(self.files.get_mut(tgid, tid).insert(fd, target)),
            (_, None) => self.close(tgid, tid, fd),
        }
    }

    /// A descriptor was closed, or nothing is known of it any more.
    pub(crate) fn close(&mut self, tgid: u32, tid: u32, fd: i32) {
        self.files.get_mut(tgid, tid).remove(&fd);
    }

    /// A thread or process was made.
    pub(crate) fn fork(&mut self, parent: (u32, u32), child: (u32, u32), files: bool, cwd: bool) {
        self.files.fork(parent, child, files);
        self.cwds.fork(parent, child, cwd);
    }

    /// A thread runs a new program, and is its process's only one.
    pub(crate) fn exec(&mut self, tgid: u32, old_tid: u32) {
        self.files.exec(tgid, old_tid);
        self.cwds.exec(tgid, old_tid);
    }

    /// What a thread has, and whether it is its own; `alone`: it is its process's only one.
    pub(crate) fn open(
        &mut self,
        (tgid, tid): (u32, u32),
        alone: bool,
        own: [bool; 2],
        open: Open<'_>,
    ) {
        let [files, cwd] = own;
        if files {
            self.files.own(tgid, tid, alone);
        }
        if cwd {
            self.cwds.own(tgid, tid, alone);
        }
        self.files.get_mut(tgid, tid).retain(|fd, _| open.keeps(*fd));
    }

    /// A thread is gone.
    pub(crate) fn thread_gone(&mut self, tid: u32) {
        self.files.release(Holder::Thread(tid));
        self.cwds.release(Holder::Thread(tid));
    }

    /// A process is gone.
    pub(crate) fn process_gone(&mut self, tgid: u32) {
        self.files.release(Holder::Process(tgid));
        self.cwds.release(Holder::Process(tgid));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(link: &str) -> Target {
        Target { link: link.into(), detail: vec![] }
    }

    fn link(all: &Descriptors, tgid: u32, tid: u32, fd: i32) -> Option<String> {
        let target = all.target(tgid, tid, fd)?;
        Some(String::from_utf8(target.link.clone()).unwrap())
    }

    #[test]
    fn threads_share_and_processes_copy() {
        let mut all = Descriptors::default();
        all.set(10, 10, 3, file("/a"));
        all.set(10, 10, CWD, file("/"));
        all.fork((10, 10), (10, 11), true, true);
        all.fork((10, 10), (20, 20), false, false);
        all.set(10, 11, 3, file("/b"));
        all.set(20, 20, CWD, file("/tmp"));
        assert_eq!(link(&all, 10, 10, 3).unwrap(), "/b");
        assert_eq!(link(&all, 20, 20, 3).unwrap(), "/a");
        assert_eq!(link(&all, 10, 11, CWD).unwrap(), "/");
        all.close(10, 10, 3);
        assert_eq!(link(&all, 10, 11, 3), None);
    }

    #[test]
    fn what_is_shared_on_purpose_ends_with_an_own_table() {
        let mut all = Descriptors::default();
        all.set(10, 10, 3, file("/a"));
        all.fork((10, 10), (20, 20), true, false);
        all.set(20, 20, 4, file("/b"));
        assert_eq!(link(&all, 10, 10, 4).unwrap(), "/b");
        let open = Open { count: 64, bits: &[0b1000] };
        all.open((20, 20), true, [true, true], open);
        assert_eq!((link(&all, 20, 20, 3).unwrap(), link(&all, 20, 20, 4)), ("/a".into(), None));
        assert_eq!(link(&all, 10, 10, 4).unwrap(), "/b");
    }

    #[test]
    fn a_thread_may_leave_its_process_s_table() {
        let mut all = Descriptors::default();
        all.set(10, 10, 70, file("/far"));
        all.fork((10, 10), (10, 11), true, true);
        all.open((10, 11), false, [true, false], Open { count: 64, bits: &[] });
        all.set(10, 11, 3, file("/own"));
        assert_eq!(link(&all, 10, 10, 3), None);
        assert_eq!(link(&all, 10, 11, 70).unwrap(), "/far");
        all.exec(10, 11);
        assert_eq!(link(&all, 10, 10, 3).unwrap(), "/own");
    }

    #[test]
    fn the_unknown_stands_for_nothing() {
        let mut all = Descriptors::default();
        all.set(10, 10, 3, file("/a"));
        all.set(10, 10, 3, file(""));
        assert_eq!(link(&all, 10, 10, 3), None);
    }
}
