//! Which descriptors threads have, at the moment that somebody has come to who goes through a trace.
//!
//! Threads share descriptors and working directory with their process, processes with none, unless
//! the trace says otherwise (SPEC.md §4.2). What a descriptor stands for is whatever is kept of it, a `T`; one of
//! which the trace does not tell, or tells that nothing is known, stands for nothing here.

use std::collections::HashMap;
use std::sync::Arc;

/// The working directory among the descriptors (`AT_FDCWD`).
pub const CWD: i32 = -100;

/// Who has something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Holder {
    /// A thread that does not have what its process has.
    Thread(u32),
    Process(u32),
}

/// Something that threads and processes have, each its own or together with others.
#[derive(Clone, Debug)]
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

impl<T> Default for Holders<T> {
    fn default() -> Self {
        Holders { has: HashMap::new(), held: HashMap::new(), numbers: 0 }
    }
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
#[derive(Clone, Debug)]
pub struct Descriptors<T> {
    files: Holders<HashMap<i32, T>>,
    cwds: Holders<Option<T>>,
}

impl<T> Default for Descriptors<T> {
    fn default() -> Self {
        Descriptors { files: Holders::default(), cwds: Holders::default() }
    }
}

/// Which descriptors are open, by the kernel's word.
#[derive(Clone, Copy, Debug)]
pub struct Open<'a> {
    /// Descriptors below this are told of.
    pub count: u32,
    /// A bit for each that is open.
    pub bits: &'a [u8],
}

impl Open<'_> {
    fn keeps(self, fd: i32) -> bool {
        let Ok(fd) = u32::try_from(fd) else { return true };
        let bits = self.bits.get(fd as usize / 8).copied().unwrap_or_default();
        fd >= self.count || bits >> (fd % 8) & 1 != 0
    }
}

impl<T: Clone> Descriptors<T> {
    /// What a descriptor of a thread stands for, if that is known.
    pub fn get(&self, tgid: u32, tid: u32, fd: i32) -> Option<&T> {
        match fd {
            CWD => self.cwds.get(tgid, tid)?.as_ref(),
            _ => self.files.get(tgid, tid)?.get(&fd),
        }
    }

    /// A descriptor stands for something from now on, or for nothing known.
    pub fn set(&mut self, tgid: u32, tid: u32, fd: i32, target: Option<T>) {
        match (fd, target) {
            (CWD, target) => *self.cwds.get_mut(tgid, tid) = target,
            (_, Some(target)) => drop(self.files.get_mut(tgid, tid).insert(fd, target)),
            (_, None) => self.close(tgid, tid, fd),
        }
    }

    /// A descriptor was closed, or nothing is known of it any more.
    pub fn close(&mut self, tgid: u32, tid: u32, fd: i32) {
        self.files.get_mut(tgid, tid).remove(&fd);
    }

    /// Nothing is known any more of any descriptor or working directory; who shares them is.
    pub fn forget(&mut self) {
        self.files.held.values_mut().for_each(|held| held.what = Arc::default());
        self.cwds.held.values_mut().for_each(|held| held.what = Arc::default());
    }

    /// A thread or process was made. Whether it shares descriptors and working directory with the thread that made it.
    pub fn fork(&mut self, parent: (u32, u32), child: (u32, u32), files: bool, cwd: bool) {
        self.files.fork(parent, child, files);
        self.cwds.fork(parent, child, cwd);
    }

    /// A thread runs a new program, and is its process's only one.
    pub fn exec(&mut self, tgid: u32, old_tid: u32) {
        self.files.exec(tgid, old_tid);
        self.cwds.exec(tgid, old_tid);
    }

    /// What a thread has, and whether it is its own; `alone`: it is its process's only one.
    pub fn open(&mut self, (tgid, tid): (u32, u32), alone: bool, own: [bool; 2], open: Open<'_>) {
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
    pub fn thread_gone(&mut self, tid: u32) {
        self.files.release(Holder::Thread(tid));
        self.cwds.release(Holder::Thread(tid));
    }

    /// A process is gone.
    pub fn process_gone(&mut self, tgid: u32) {
        self.files.release(Holder::Process(tgid));
        self.cwds.release(Holder::Process(tgid));
    }
}

/// A path without `//`, `.` and `..`, and without a `/` at its end. Links are not followed.
pub fn straight(path: &[u8]) -> Vec<u8> {
    let absolute = path.starts_with(b"/");
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." if absolute => drop(parts.pop()),
            b".." if parts.last().is_some_and(|last| *last != b"..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let joined = parts.join(&b'/');
    if absolute { [b"/", joined.as_slice()].concat() } else { joined }
}

/// The name of a Unix socket, in what more is known of it (SPEC.md §5.8).
pub fn socket_name(detail: &[u8]) -> Option<&[u8]> {
    let mark = |byte: &u8| *byte == b'"';
    let (start, end) = (detail.iter().position(mark)?, detail.iter().rposition(mark)?);
    detail.get(start + 1..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &'static str) -> Option<&'static str> {
        Some(path)
    }

    fn link(all: &Descriptors<&'static str>, tgid: u32, tid: u32, fd: i32) -> Option<&'static str> {
        all.get(tgid, tid, fd).copied()
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
        assert_eq!((link(&all, 20, 20, 3).unwrap(), link(&all, 20, 20, 4)), ("/a", None));
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
    fn what_is_forgotten_is_still_shared() {
        let mut all = Descriptors::default();
        all.set(10, 10, 3, file("/a"));
        all.set(10, 10, CWD, file("/"));
        all.fork((10, 10), (20, 20), true, false);
        all.forget();
        assert_eq!((link(&all, 10, 10, 3), link(&all, 10, 10, CWD)), (None, None));
        all.set(20, 20, 4, file("/b"));
        assert_eq!((link(&all, 20, 20, 3), link(&all, 10, 10, 4)), (None, file("/b")));
    }

    #[test]
    fn the_unknown_stands_for_nothing() {
        let mut all = Descriptors::default();
        all.set(10, 10, 3, file("/a"));
        all.set(10, 10, 3, None);
        assert_eq!(link(&all, 10, 10, 3), None);
    }

    #[test]
    fn paths_become_straight() {
        for (path, expected) in [
            ("/a/./b//c/", "/a/b/c"),
            ("/a/../b", "/b"),
            ("/../..", "/"),
            ("a/../../b", "../b"),
            ("./a", "a"),
            ("", ""),
        ] {
            assert_eq!(straight(path.as_bytes()), expected.as_bytes(), "{path}");
        }
    }

    #[test]
    fn unix_sockets_have_their_names_in_quotes() {
        assert_eq!(socket_name(b"UNIX-STREAM:[5->6,\"/run/a\"b\"]"), Some(&b"/run/a\"b"[..]));
        assert_eq!(socket_name(b"TCP:[127.0.0.1:80]"), None);
        assert_eq!(socket_name(b"\""), None);
    }
}
