//! The calls of which contents are not kept (`--no-content-for`): those on files with certain paths.
//!
//! Which file a descriptor stands for is followed as a reader of the trace would, in the order of the events. Where that
//! is not known, or may have changed while the call was under way, the contents are left out, too; so they are where
//! records were lost, and in processes that have an io_uring.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::Path,
    sync::Arc,
};

use globset::{Glob, GlobSet, GlobSetBuilder};
use syscord_format::{CWD, Descriptors, Open, ProcEvent, ProcRecord, socket_name, straight};
use syscord_syscalls::{
    Abi, Kind, MAX_ARGS, Role, Syscall, lookup,
    record::{CaptureHeader, EventRecord, FILE, UNKNOWN_DURATION, capture_status, event_mark},
};

use crate::{
    batch::{Batch, Called},
    files::Target,
    pulse::Breath,
    schema::{Layout, Schema},
    wire::{self, Captures},
};

/// What close(2) fails with if the descriptor is not open.
const EBADF: i64 = 9;
const DELETED: &[u8] = b" (deleted)";
/// What a descriptor of an io_uring reads.
const RING: &[u8] = b"anon_inode:[io_uring]";

/// Finds the calls of which contents are left out.
pub struct LeftOut {
    globs: GlobSet,
    files: Descriptors<Known>,
    threads: Threads,
    /// What happened to processes, in time order, as far as its time has not come.
    pending: VecDeque<ProcRecord>,
    /// Processes that have had an io_uring: what its operations change of descriptors, no call tells.
    rings: HashSet<u32>,
    /// Whether nothing is known of any descriptor.
    blind: bool,
}

/// A file behind a descriptor.
#[derive(Clone)]
struct Known {
    path: Arc<[u8]>,
    /// Whether its contents are left out.
    matches: bool,
    /// Since when the descriptor stands for it.
    since: u64,
}

impl LeftOut {
    /// Of files with paths that match; none if there is nothing to match.
    ///
    /// # Errors
    /// When the patterns are too much together.
    pub fn new(globs: &[Glob]) -> Result<Option<LeftOut>, globset::Error> {
        if globs.is_empty() {
            return Ok(None);
        }
        let mut set = GlobSetBuilder::new();
        for glob in globs {
            set.add(glob.clone());
        }
        Ok(Some(LeftOut {
            globs: set.build()?,
            files: Descriptors::default(),
            threads: Threads::default(),
            pending: VecDeque::new(),
            rings: HashSet::new(),
            blind: false,
        }))
    }

    /// Takes what is known of processes.
    pub fn told(&mut self, records: &[ProcRecord]) {
        self.pending.extend(records.iter().cloned());
        // What `/proc` says is dated by when it was read.
        self.pending.make_contiguous().sort_by_key(|record| record.time);
    }

    /// Where the records of such calls start in a batch, ascending. `records` is what happened to processes meanwhile.
    pub fn of(&mut self, schema: &Schema, batch: &Batch, records: &[ProcRecord]) -> Vec<u32> {
        self.told(records);
        let mut calls: Vec<&Called> = batch.calls.iter().collect();
        calls.sort_by_key(|call| call.time);
        let mut left_out = Vec::new();
        // What was lost may have changed any descriptor at any time in it.
        self.blind = batch.lossy;
        let mut breath = Breath::new();
        for called in calls {
            breath.next();
            let record = batch.record(called);
            let Some(event) = wire::event(record) else { continue };
            let captures = wire::captures(record);
            self.advance(event.time);
            let layout = schema.layout(event.header.what, event.header.number);
            let call =
                Abi::from_id(event.header.what).and_then(|abi| lookup(abi, event.header.number));
            if layout.has_contents() && call.is_some_and(|call| self.hides(call, &event, &captures))
            {
                left_out.push(called.start);
            }
            self.effects(layout, call, &event, captures);
        }
        if batch.lossy {
            self.files.forget();
        }
        left_out.sort_unstable();
        left_out
    }

    fn advance(&mut self, time: u64) {
        while self.pending.front().is_some_and(|record| record.time <= time)
            && let Some(record) = self.pending.pop_front()
        {
            self.apply(&record);
        }
    }

    fn matches(&self, path: &[u8]) -> bool {
        let is_match = |path: &[u8]| self.globs.is_match(Path::new(OsStr::from_bytes(path)));
        is_match(path) || is_match(&straight(path))
    }

    fn known(&self, link: &[u8], detail: &[u8], since: u64) -> Option<Known> {
        let path = link.strip_suffix(DELETED).unwrap_or(link);
        // It is not known in which directory a socket got a relative name.
        let named =
            |name: &[u8]| !is_abstract(detail) && !name.starts_with(b"/") || self.matches(name);
        let matches = self.matches(path) || socket_name(detail).is_some_and(named);
        (!link.is_empty()).then(|| Known { path: path.into(), matches, since })
    }

    /// Whether a call's contents are left out.
    fn hides(&self, call: &Syscall, event: &EventRecord, captures: &Captures<'_>) -> bool {
        let begun = match event.duration {
            UNKNOWN_DURATION => None,
            duration => Some(event.time.saturating_sub(duration)),
        };
        let kind = |at: usize| call.args.get(at).map(|arg| chosen(arg.kind, call, &event.args));
        let file = |fd: i32| {
            let told = !self.blind && (fd == CWD || !self.rings.contains(&event.tgid));
            let known = self.files.get(event.tgid, event.tid, fd).filter(|_| told);
            known.filter(|known| begun.is_some_and(|begun| known.since <= begun))
        };
        let path_of = |at: usize| {
            let is_path = kind(at).is_some_and(is_path);
            let found = || captures.clone().find(|(header, _)| usize::from(header.arg) == at);
            is_path.then(|| found().and_then(|(header, bytes)| path(&header, bytes)))
        };
        let hides_path = |at: usize, path: &[u8]| {
            if path.starts_with(b"/") {
                return self.matches(path);
            }
            let before = at.checked_sub(1).filter(|before| kind(*before) == Some(Kind::DirFd));
            let directory = file(before.map_or(CWD, |before| event.args[before] as i32));
            directory.is_none_or(|known| self.matches(&[&known.path, &b"/"[..], path].concat()))
        };
        let hides_file = |fd: i32| fd >= 0 && file(fd).is_none_or(|known| known.matches);
        (0..call.args.len().min(MAX_ARGS)).any(|at| match kind(at) {
            Some(Kind::Fd) => hides_file(event.args[at] as i32),
            Some(Kind::DirFd) => match path_of(at + 1) {
                // The path says which file it is.
                Some(Some(_)) => false,
                _ => hides_file(event.args[at] as i32),
            },
            _ => match path_of(at) {
                Some(Some(path)) => hides_path(at, path),
                Some(None) => event.args[at] != 0,
                None => false,
            },
        })
    }

    /// What a call changes of descriptors.
    fn effects(
        &mut self,
        layout: &Layout,
        call: Option<&Syscall>,
        event: &EventRecord,
        captures: Captures<'_>,
    ) {
        let EventRecord { time, tgid, tid, ret, .. } = *event;
        let returned = wire::marks(&captures) & event_mark::NEVER_RETURNED == 0;
        // Of a descriptor that was made, nothing is known unless it is told.
        if returned && ret >= 0 && call.is_some_and(|call| call.ret == Kind::Fd) {
            self.files.set(tgid, tid, ret as i32, None);
        }
        if layout.closes() && ret != -EBADF {
            self.files.close(tgid, tid, event.args[0] as i32);
        }
        let files = captures.filter(|(header, _)| header.arg == FILE);
        for (file, names) in files.filter_map(|(_, bytes)| wire::file(bytes)) {
            let (link, detail) = Target::of(&file, names).text();
            let known = self.known(&link, &detail, time);
            self.set(tgid, tid, file.fd, known);
        }
    }

    fn set(&mut self, tgid: u32, tid: u32, fd: i32, known: Option<Known>) {
        if known.as_ref().is_some_and(|known| *known.path == *RING) {
            self.rings.insert(tgid);
        }
        self.files.set(tgid, tid, fd, known);
    }

    fn apply(&mut self, record: &ProcRecord) {
        let time = record.time;
        match &record.event {
            ProcEvent::Process { tgid, cwd, .. } => {
                // What was known of it may be old: it may come back after filters have left it out, or be another one.
                self.forget(*tgid);
                let known = self.known(cwd, b"", time);
                self.files.set(*tgid, *tgid, CWD, known);
            }
            ProcEvent::Thread { tgid, tid, .. } => self.threads.add(*tgid, *tid, (0, 0)),
            ProcEvent::Descriptor { tgid, fd, target } => {
                let known = self.known(target, b"", time);
                self.set(*tgid, *tgid, *fd, known);
            }
            ProcEvent::File { tgid, tid, fd, link, detail } => {
                let known = self.known(link, detail, time);
                self.set(*tgid, *tid, *fd, known);
            }
            ProcEvent::Closed { tgid, tid, fd } => self.files.close(*tgid, *tid, *fd),
            ProcEvent::Fork { parent_tgid, parent_tid, tgid, tid, .. } => {
                let (parent, is_thread) = ((*parent_tgid, *parent_tid), tgid == parent_tgid);
                self.threads.add(*tgid, *tid, parent);
                self.files.fork(parent, (*tgid, *tid), is_thread, is_thread);
                if self.rings.contains(parent_tgid) {
                    self.rings.insert(*tgid);
                }
            }
            ProcEvent::Shares { tgid, tid, files, cwd } => {
                if let Some(parent) = self.threads.parent(*tid) {
                    self.files.fork(parent, (*tgid, *tid), *files, *cwd);
                }
            }
            ProcEvent::Open { tgid, tid, shared, shares_cwd, count, open } => {
                let alone = self.threads.of(*tgid) <= 1;
                let open = Open { count: *count, bits: open };
                self.files.open((*tgid, *tid), alone, [!shared, !shares_cwd], open);
            }
            ProcEvent::Exec { tgid, old_tid, .. } => {
                self.files.exec(*tgid, *old_tid);
                // First, as the leader may be gone already: the process is not.
                self.threads.add(*tgid, *tgid, (0, 0));
                for tid in self.threads.all_of(*tgid) {
                    if tid != *tgid {
                        self.gone(*tgid, tid);
                    }
                }
            }
            ProcEvent::Exit { tgid, tid, .. } => self.gone(*tgid, *tid),
            ProcEvent::Rename { .. }
            | ProcEvent::Signal { .. }
            | ProcEvent::Program { .. }
            | ProcEvent::Ids { .. } => {}
        }
    }

    /// Nothing is known of a process any more.
    fn forget(&mut self, tgid: u32) {
        for tid in self.threads.all_of(tgid) {
            self.files.thread_gone(tid);
        }
        self.files.process_gone(tgid);
        self.rings.remove(&tgid);
    }

    fn gone(&mut self, tgid: u32, tid: u32) {
        self.threads.remove(tgid, tid);
        self.files.thread_gone(tid);
        if self.threads.of(tgid) == 0 {
            self.files.process_gone(tgid);
            self.rings.remove(&tgid);
        }
    }
}

/// The threads that are there.
#[derive(Default)]
struct Threads {
    /// The process and thread that made each.
    parents: HashMap<u32, (u32, u32)>,
    of: HashMap<u32, Vec<u32>>,
}

impl Threads {
    fn add(&mut self, tgid: u32, tid: u32, parent: (u32, u32)) {
        self.parents.insert(tid, parent);
        let threads = self.of.entry(tgid).or_default();
        if !threads.contains(&tid) {
            threads.push(tid);
        }
    }

    fn remove(&mut self, tgid: u32, tid: u32) {
        self.parents.remove(&tid);
        if let Some(threads) = self.of.get_mut(&tgid) {
            threads.retain(|other| *other != tid);
            if threads.is_empty() {
                self.of.remove(&tgid);
            }
        }
    }

    fn parent(&self, tid: u32) -> Option<(u32, u32)> {
        self.parents.get(&tid).copied().filter(|parent| *parent != (0, 0))
    }

    fn of(&self, tgid: u32) -> usize {
        self.of.get(&tgid).map_or(0, Vec::len)
    }

    fn all_of(&self, tgid: u32) -> Vec<u32> {
        self.of.get(&tgid).cloned().unwrap_or_default()
    }
}

/// Whether a Unix socket's name is none of a file.
fn is_abstract(detail: &[u8]) -> bool {
    detail.windows(2).any(|pair| pair == b"@\"")
}

/// What an argument is, where others decide.
fn chosen(mut kind: Kind, call: &Syscall, args: &[u64; MAX_ARGS]) -> Kind {
    while let Kind::By(choice) = kind {
        let key = call.args.iter().position(|arg| arg.name == choice.key);
        kind = choice.of(key.and_then(|at| args.get(at)).copied().unwrap_or_default());
    }
    kind
}

/// Whether an argument is the path of a file, rather than an answer.
fn is_path(kind: Kind) -> bool {
    let is_answer = matches!(kind, Kind::PathOut(_));
    !is_answer && kind.memory().is_some_and(|(_, _, role)| role == Role::Path)
}

/// A path that was captured whole.
fn path<'a>(header: &CaptureHeader, bytes: &'a [u8]) -> Option<&'a [u8]> {
    let whole = header.status == capture_status::WHOLE;
    whole.then(|| bytes.strip_suffix(b"\0").unwrap_or(bytes))
}

#[cfg(test)]
mod tests {
    use syscord_syscalls::{
        named,
        record::{RecordHeader, record_kind},
    };

    use super::*;
    use crate::syscall_set;

    fn left_out() -> LeftOut {
        let globs = ["/secret/**", "pipe:*"].map(|glob| crate::units::glob(glob).unwrap());
        LeftOut::new(&globs).unwrap().unwrap()
    }

    fn opened(time: u64, fd: i32, link: &str) -> ProcRecord {
        let (link, detail) = (link.into(), Vec::new());
        ProcRecord { time, event: ProcEvent::File { tgid: 7, tid: 7, fd, link, detail } }
    }

    /// A call of 10 ns with such a first argument, and a path as its second one.
    fn event(name: &str, time: u64, first: i32, path: Option<&str>) -> Vec<u8> {
        let number = named(name).find_map(|row| row.numbers.x86_64).unwrap();
        let mut captures = Vec::new();
        if let Some(path) = path {
            let header = CaptureHeader {
                arg: 1,
                status: capture_status::WHOLE,
                len: path.len() as u16,
                full: 0,
            };
            captures.extend_from_slice(wire::bytes(&header));
            captures.extend_from_slice(path.as_bytes());
            captures.resize(captures.len().next_multiple_of(8), 0);
        }
        let length = size_of::<EventRecord>() + captures.len();
        let record = EventRecord {
            header: RecordHeader {
                len8: (length / 8) as u16,
                kind: record_kind::EVENT,
                what: Abi::X86_64 as u8,
                number: number.into(),
            },
            time,
            duration: 10,
            tgid: 7,
            tid: 7,
            ret: 0,
            args: [first as u64, 1, 1, 1, 0, 0],
        };
        [wire::bytes(&record), &captures].concat()
    }

    /// Which of the events are left out.
    fn which(records: &[ProcRecord], events: &[Vec<u8>]) -> Vec<bool> {
        which_of(&mut left_out(), false, records, events)
    }

    fn which_of(
        left_out: &mut LeftOut,
        lossy: bool,
        records: &[ProcRecord],
        events: &[Vec<u8>],
    ) -> Vec<bool> {
        let schema = Schema::compile(&syscall_set::parse("all").unwrap(), 256);
        let mut batch = Batch { lossy, ..Batch::default() };
        for event in events {
            let (record, captures) = event.split_at(size_of::<EventRecord>());
            batch.push(&wire::event(record).unwrap(), captures, 0);
        }
        let starts = left_out.of(&schema, &batch, records);
        batch.calls.iter().map(|call| starts.contains(&call.start)).collect()
    }

    #[test]
    fn files_that_match_or_are_not_known_are_left_out() {
        let records =
            [opened(1, 3, "/secret/a"), opened(1, 4, "/open/b"), opened(1, 5, "pipe:[9]")];
        let events = [3, 4, 5, 6].map(|fd| event("read", 100, fd, None));
        assert_eq!(which(&records, &events), [true, false, true, true]);
        let deleted = [opened(1, 3, "/secret/a (deleted)"), opened(1, 4, "")];
        assert_eq!(which(&deleted, &[3, 4].map(|fd| event("read", 100, fd, None))), [true, true]);
    }

    #[test]
    fn what_changed_while_the_call_was_under_way_is_not_known() {
        let records =
            [opened(95, 3, "/open/a"), opened(90, 4, "/open/b"), opened(200, 5, "/open/c")];
        let events = [3, 4, 5].map(|fd| event("read", 100, fd, None));
        assert_eq!(which(&records, &events), [true, false, true]);
    }

    #[test]
    fn where_something_was_lost_nothing_is_known_until_it_is_told_anew() {
        let mut left_out = left_out();
        let records = [opened(1, 3, "/open/a"), opened(1, CWD, "/open")];
        let read = |time| event("read", time, 3, None);
        assert_eq!(which_of(&mut left_out, false, &records, &[read(100)]), [false]);
        // It may be that 3 was closed before this call, and after what is told of it.
        let told = [opened(150, 3, "/open/a")];
        assert_eq!(which_of(&mut left_out, true, &told, &[read(200)]), [true]);
        let stat = event("newfstatat", 300, CWD, Some("b"));
        assert_eq!(which_of(&mut left_out, false, &[], &[read(300), stat]), [true, true]);
        let told = [opened(350, 3, "/open/c")];
        assert_eq!(which_of(&mut left_out, false, &told, &[read(400)]), [false]);
    }

    #[test]
    fn a_process_that_comes_back_is_not_known() {
        let (comm, exe, argv, cgroup) = (vec![], vec![], vec![], vec![]);
        let cwd = b"/open".to_vec();
        let told =
            ProcEvent::Process { tgid: 7, ppid: 1, uid: 0, gid: 0, comm, exe, argv, cwd, cgroup };
        let records = [opened(1, 3, "/open/a"), ProcRecord { time: 50, event: told }];
        let stat = event("newfstatat", 100, CWD, Some("b"));
        assert_eq!(which(&records, &[event("read", 100, 3, None), stat]), [true, false]);
    }

    #[test]
    fn operations_of_an_io_uring_may_have_changed_descriptors() {
        let fork = ProcEvent::Fork {
            parent_tgid: 8,
            parent_tid: 8,
            tgid: 7,
            tid: 7,
            uid: 0,
            comm: vec![],
        };
        let (link, detail) = (RING.to_vec(), vec![]);
        let ring = ProcEvent::File { tgid: 8, tid: 8, fd: 5, link, detail };
        let ring = ProcRecord { time: 1, event: ring };
        let records = [ring, ProcRecord { time: 2, event: fork }, opened(3, 3, "/open/a")];
        let read = event("read", 100, 3, None);
        assert_eq!(which(&records, std::slice::from_ref(&read)), [true]);
        assert_eq!(which(&records[2..], std::slice::from_ref(&read)), [false]);
    }

    #[test]
    fn a_leader_that_is_gone_takes_no_descriptors_along() {
        let told = |time, event| ProcRecord { time, event };
        let fork = ProcEvent::Fork {
            parent_tgid: 7,
            parent_tid: 7,
            tgid: 7,
            tid: 9,
            uid: 0,
            comm: vec![],
        };
        let exec = ProcEvent::Exec { tgid: 7, old_tid: 9, uid: 0, comm: vec![], path: vec![] };
        let records = [
            told(1, ProcEvent::Thread { tgid: 7, tid: 7, comm: vec![] }),
            opened(2, 3, "/open/a"),
            told(3, fork),
            told(4, ProcEvent::Exit { tgid: 7, tid: 7, status: 0 }),
            told(5, exec),
        ];
        assert_eq!(which(&records, &[event("read", 100, 3, None)]), [false]);
    }

    #[test]
    fn events_are_judged_in_their_order() {
        let records = [opened(10, 3, "/open/a"), opened(200, 3, "/secret/a")];
        let events = [event("read", 300, 3, None), event("read", 100, 3, None)];
        assert_eq!(which(&records, &events), [true, false]);
        let closed = [
            event("read", 100, 3, None),
            event("close", 150, 3, None),
            event("read", 170, 3, None),
        ];
        assert_eq!(which(&records, &closed), [false, false, true]);
    }

    #[test]
    fn relative_paths_are_judged_by_their_directory() {
        let records = [opened(1, CWD, "/secret"), opened(1, 3, "/open")];
        let path = |directory: i32, path: &str| event("newfstatat", 100, directory, Some(path));
        let events = [
            path(CWD, "a"),
            path(CWD, "../open/a"),
            path(3, "a"),
            path(3, "../secret/a"),
            path(3, "/secret/a"),
            path(9, "/open/a"),
            path(9, "a"),
        ];
        // The second leads out of the directory, unless that is a link.
        assert_eq!(which(&records, &events), [true, true, false, true, true, false, true]);
    }
}
