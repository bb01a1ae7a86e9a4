//! The processes of the machine as `/proc` shows them (proc(5)).

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    fs,
    io::{ErrorKind, Read},
    os::unix::{ffi::OsStringExt, fs::MetadataExt},
    path::{Path, PathBuf},
};

use syscord_format::{ProcEvent, ProcRecord};

use crate::{
    clocks, descriptors,
    sockets::{Sockets, Source},
};

/// The most bytes that are read of a command line.
const ARGV_MAX: usize = 128 << 10;

/// Between the end of the first thread and the program are microseconds: so many others may end meanwhile.
const ENDED: usize = 64;

/// What has been told of processes, so that each is described once.
pub struct World {
    /// By process.
    described: HashMap<u32, Told>,
    /// Those of which the first thread has ended, the latest first: they may go on, in a program that another thread
    /// runs.
    ended: VecDeque<Told>,
    /// Whether that is to be all of the machine's.
    all: bool,
    /// When the file began.
    start: u64,
    /// What tells of sockets.
    sockets: Source,
    /// COMMAND as it was before it ran; its descriptors were told of then.
    command: Option<ProcEvent>,
}

/// What was told of a process that has not ended yet.
struct Told {
    /// As it is now, as far as what has been recorded tells.
    seen: Seen,
    /// Whether its descriptors were told of too: not if it is there as an ancestor alone.
    descriptors: bool,
    /// Whether `/proc` lacked it when another file began: its end may have been missed.
    missing: bool,
}

impl World {
    /// A world of which nothing is told; recording began at `start`, and `sockets` tells of those.
    pub fn new(start: u64, sockets: Source) -> World {
        World {
            described: HashMap::new(),
            ended: VecDeque::new(),
            all: false,
            start,
            sockets,
            command: None,
        }
    }

    /// Tells what the descriptors of COMMAND stand for, which does nothing yet.
    pub fn command(&mut self, pid: u32) -> Vec<ProcRecord> {
        self.command = process(pid);
        let mut records = Vec::new();
        descriptors::describe(pid, &mut self.sockets.now(), &mut records);
        records
    }

    /// Describes every process, with threads and descriptors, as of the start; ours is left out.
    pub fn snapshot(&mut self) -> Vec<ProcRecord> {
        self.all = true;
        self.again(self.start)
    }

    /// Describes the processes that were described and have not ended, or all, for a file that begins at `start`:
    /// under the names that they had then, though `/proc` is looked at later.
    pub fn again(&mut self, start: u64) -> Vec<ProcRecord> {
        self.start = start;
        let mut before = std::mem::take(&mut self.described);
        let mut processes: BTreeSet<u32> = before.keys().copied().collect();
        if self.all {
            processes.extend(numbers(Path::new("/proc")));
            processes.remove(&std::process::id());
        }
        let (mut records, mut sockets) = (Vec::new(), self.sockets.now());
        for tgid in processes {
            let at = records.len();
            whole(tgid, start, &mut records);
            let there = records.len() > at;
            let told = match before.remove(&tgid) {
                Some(told) if there => {
                    told.seen.rename(&mut records[at..]);
                    Told { missing: false, ..told }
                }
                Some(told) if !told.missing => {
                    let event = told.seen.clone().into_event();
                    records.push(ProcRecord { time: start, event });
                    Told { missing: true, ..told }
                }
                None if there => match Seen::of(&records[at].event) {
                    Some(seen) => Told { seen, descriptors: true, missing: false },
                    None => continue,
                },
                // What has ended meanwhile is told of at its end.
                _ => continue,
            };
            if told.descriptors {
                descriptors::describe(tgid, &mut sockets, &mut records);
            }
            self.described.insert(tgid, told);
        }
        records.sort_by_key(|record| record.time);
        records
    }

    fn tell(&mut self, event: &ProcEvent, descriptors: bool) {
        if let Some(seen) = Seen::of(event) {
            self.described.insert(seen.tgid, Told { seen, descriptors, missing: false });
        }
    }

    /// Tells of a process that is recorded from now on, and of its ancestors. `seen` is what the probe
    /// saw of it, `looked` what [`look`] found soon after.
    pub fn appear(
        &mut self,
        time: u64,
        seen: Seen,
        looked: Vec<ProcRecord>,
        records: &mut Vec<ProcRecord>,
    ) {
        self.ancestors(seen.ppid, time, records);
        self.forked(seen.clone());
        // Of COMMAND more was known before; what it runs is told of by its execve.
        let command = self.command.take_if(|command| is_of(command, seen.tgid));
        let event = match command {
            Some(mut command) => {
                seen.correct(&mut command);
                command
            }
            None => seen.into_event(),
        };
        records.push(ProcRecord { time, event });
        records.extend(looked);
    }

    /// A process was made, which the trace tells of itself.
    pub fn forked(&mut self, seen: Seen) {
        self.described.insert(seen.tgid, Told { seen, descriptors: true, missing: false });
    }

    /// A process runs another program, which the trace tells of itself. If its first thread has ended, another one has
    /// become that; if it was not described, its end will tell of it.
    pub fn runs(&mut self, tgid: u32, uid: u32, comm: &[u8]) {
        if let Some(at) = self.ended.iter().position(|told| told.seen.tgid == tgid) {
            self.described.extend(self.ended.remove(at).map(|told| (tgid, told)));
        }
        if let Some(told) = self.described.get_mut(&tgid) {
            (told.seen.uid, told.seen.comm) = (uid, comm.to_vec());
        }
    }

    /// A process has another name.
    pub fn renamed(&mut self, tgid: u32, comm: &[u8]) {
        if let Some(told) = self.described.get_mut(&tgid) {
            told.seen.comm = comm.to_vec();
        }
    }

    /// A process has ended: its id may come back. One that was never described began before recording
    /// did, and was gone before `/proc` was looked at.
    pub fn exit(&mut self, seen: Seen) -> Option<ProcRecord> {
        let Some(told) = self.described.remove(&seen.tgid) else {
            return Some(ProcRecord { time: self.start, event: seen.into_event() });
        };
        self.ended.truncate(ENDED - 1);
        self.ended.push_front(told);
        None
    }

    fn ancestors(&mut self, mut tgid: u32, time: u64, records: &mut Vec<ProcRecord>) {
        while tgid != 0 && !self.described.contains_key(&tgid) {
            let Some(process) = process(tgid) else { return };
            self.tell(&process, false);
            tgid = match &process {
                ProcEvent::Process { ppid, .. } => *ppid,
                _ => 0,
            };
            records.push(ProcRecord { time, event: process });
        }
    }
}

/// Looks at a process that has appeared: itself, its threads and, unless they were told of before
/// (COMMAND's), its descriptors, as of now. Nothing if it has gone.
pub fn look(tgid: u32, descriptors: Option<&mut Sockets<'_>>) -> Vec<ProcRecord> {
    let mut records = Vec::new();
    whole(tgid, clocks::monotonic(), &mut records);
    if let Some(sockets) = descriptors.filter(|_| !records.is_empty()) {
        descriptors::describe(tgid, sockets, &mut records);
    }
    records
}

/// What the probe saw of a process.
#[derive(Clone)]
pub struct Seen {
    /// Its id.
    pub tgid: u32,
    /// Its parent's.
    pub ppid: u32,
    /// Real user id.
    pub uid: u32,
    /// Its name.
    pub comm: Vec<u8>,
}

impl Seen {
    /// What a description says of it.
    fn of(event: &ProcEvent) -> Option<Seen> {
        match event {
            ProcEvent::Process { tgid, ppid, uid, comm, .. } => {
                Some(Seen { tgid: *tgid, ppid: *ppid, uid: *uid, comm: comm.clone() })
            }
            _ => None,
        }
    }

    /// Gives the name to the descriptions of a process and of its first thread, which may have another since.
    fn rename(&self, records: &mut [ProcRecord]) {
        for record in records {
            match &mut record.event {
                event @ ProcEvent::Process { .. } if !self.is_called_as(event) => {
                    self.correct(event)
                }
                ProcEvent::Thread { tgid, tid, comm } if tgid == tid => comm.clone_from(&self.comm),
                _ => {}
            }
        }
    }

    /// Whether a description has the same name.
    fn is_called_as(&self, event: &ProcEvent) -> bool {
        matches!(event, ProcEvent::Process { comm, .. } if *comm == self.comm)
    }

    /// Puts what was seen into what was known before.
    fn correct(&self, event: &mut ProcEvent) {
        if let ProcEvent::Process { ppid, uid, comm, exe, argv, .. } = event {
            (*ppid, *uid) = (self.ppid, self.uid);
            comm.clone_from(&self.comm);
            exe.clear();
            argv.clear();
        }
    }

    fn into_event(self) -> ProcEvent {
        ProcEvent::Process {
            tgid: self.tgid,
            ppid: self.ppid,
            uid: self.uid,
            gid: u32::MAX,
            comm: self.comm,
            exe: Vec::new(),
            argv: Vec::new(),
            cwd: Vec::new(),
            cgroup: Vec::new(),
        }
    }
}

fn is_of(event: &ProcEvent, process: u32) -> bool {
    matches!(event, ProcEvent::Process { tgid, .. } if *tgid == process)
}

fn whole(tgid: u32, time: u64, records: &mut Vec<ProcRecord>) {
    let Some(event) = process(tgid) else { return };
    records.push(ProcRecord { time, event });
    let root = PathBuf::from(format!("/proc/{tgid}"));
    for tid in numbers(&root.join("task")) {
        if let Some(comm) = comm(&root.join(format!("task/{tid}/comm"))) {
            records.push(ProcRecord { time, event: ProcEvent::Thread { tgid, tid, comm } });
        }
    }
}

/// A process as it is now, if it is.
fn process(tgid: u32) -> Option<ProcEvent> {
    let root = PathBuf::from(format!("/proc/{tgid}"));
    let status = fs::read(root.join("status")).ok()?;
    let line = |name: &[u8]| status.split(|b| *b == b'\n').find_map(|line| line.strip_prefix(name));
    let field = |name: &[u8], index: usize| -> Option<u32> {
        let text = std::str::from_utf8(line(name)?).ok()?;
        text.split_whitespace().nth(index)?.parse().ok()
    };
    let (place, cwd) = living(tgid);
    // One that has ended, and was not waited for, is told of no more.
    if place == root && line(b"State:\t").is_some_and(|state| state.starts_with(b"Z")) {
        return None;
    }
    let owner = fs::metadata(&root).ok();
    Some(ProcEvent::Process {
        tgid,
        ppid: field(b"PPid:", 0)?,
        uid: field(b"Uid:", 0).or_else(|| owner.as_ref().map(MetadataExt::uid))?,
        gid: field(b"Gid:", 0).or_else(|| owner.as_ref().map(MetadataExt::gid))?,
        comm: comm(&root.join("comm"))?,
        exe: link(&place.join("exe")),
        argv: strings(&start_of(&place.join("cmdline"), ARGV_MAX)),
        cwd,
        cgroup: cgroup(&fs::read(place.join("cgroup")).unwrap_or_default()),
    })
}

/// Where `/proc` shows what a process has, and its working directory. The first thread may have ended: another one goes on
/// with all that then.
pub fn living(tgid: u32) -> (PathBuf, Vec<u8>) {
    let root = PathBuf::from(format!("/proc/{tgid}"));
    let cwd = link(&root.join("cwd"));
    if !cwd.is_empty() {
        return (root, cwd);
    }
    let threads = root.join("task");
    match numbers(&threads).into_iter().find(|tid| *tid != tgid) {
        Some(tid) => {
            let thread = threads.join(tid.to_string());
            let cwd = link(&thread.join("cwd"));
            (thread, cwd)
        }
        None => (root, cwd),
    }
}

/// The first bytes of a file; programs may make their command lines as long as they like (prctl(2), PR_SET_MM_MAP).
fn start_of(path: &Path, most: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What could be read is good, whatever came then.
    let _ = fs::File::open(path).map(|file| file.take(most as u64).read_to_end(&mut bytes));
    bytes
}

/// Entries of a directory whose names are numbers.
pub fn numbers(directory: &Path) -> Vec<u32> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

fn comm(path: &Path) -> Option<Vec<u8>> {
    let mut comm = match fs::read(path) {
        Ok(comm) => comm,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Vec::new(),
        Err(_) => return None,
    };
    if comm.last() == Some(&b'\n') {
        comm.pop();
    }
    comm.truncate(15);
    Some(comm)
}

/// Where a link leads; nothing if it cannot be read.
pub fn link(path: &Path) -> Vec<u8> {
    fs::read_link(path).map(|target| target.into_os_string().into_vec()).unwrap_or_default()
}

/// Strings that are each ended by a NUL.
pub fn strings(bytes: &[u8]) -> Vec<Vec<u8>> {
    let bytes = bytes.strip_suffix(b"\0").unwrap_or(bytes);
    if bytes.is_empty() {
        return Vec::new();
    }
    bytes.split(|b| *b == 0).map(<[u8]>::to_vec).collect()
}

/// The version-2 cgroup, else the first named.
fn cgroup(bytes: &[u8]) -> Vec<u8> {
    let lines = || bytes.split(|b| *b == b'\n').filter(|line| !line.is_empty());
    let path = |line: &[u8]| line.splitn(3, |b| *b == b':').nth(2).map(<[u8]>::to_vec);
    lines()
        .find_map(|line| line.strip_prefix(b"0::").map(<[u8]>::to_vec))
        .or_else(|| lines().find_map(path))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_described_as_it_is() {
        let Some(ProcEvent::Process { tgid, ppid, argv, cwd, comm, .. }) =
            process(std::process::id())
        else {
            panic!("no process")
        };
        assert_eq!(tgid, std::process::id());
        assert_eq!(ppid, std::os::unix::process::parent_id());
        assert_eq!(argv.len(), std::env::args().count());
        assert_eq!(cwd, std::env::current_dir().unwrap().into_os_string().into_vec());
        assert!(!comm.is_empty() && comm.len() <= 15);
    }

    #[test]
    fn a_process_that_has_ended_is_not_described() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let options = libc::WEXITED | libc::WNOWAIT;
        // SAFETY: there is room for what is said of the child, which stays to be waited for.
        unsafe { libc::waitid(libc::P_PID, child.id(), &mut std::mem::zeroed(), options) };
        assert!(Path::new(&format!("/proc/{}", child.id())).exists());
        assert!(process(child.id()).is_none());
        assert!(child.wait().unwrap().success());
    }

    #[test]
    fn a_process_is_described_once_with_its_ancestors() {
        let mut world = World::new(0, Source::default());
        let seen = || Seen {
            tgid: std::process::id(),
            ppid: std::os::unix::process::parent_id(),
            uid: 0,
            comm: b"x".to_vec(),
        };
        let mut records = Vec::new();
        let looked = || look(std::process::id(), Some(&mut Source::default().now()));
        world.appear(1, seen(), looked(), &mut records);
        let processes = |records: &[ProcRecord]| {
            records.iter().filter(|r| matches!(r.event, ProcEvent::Process { .. })).count()
        };
        assert!(processes(&records) >= 3);
        records.clear();
        world.appear(2, seen(), looked(), &mut records);
        assert_eq!(processes(&records), 2, "ancestors are not told again");
    }

    #[test]
    fn cgroups_prefer_version_2() {
        assert_eq!(cgroup(b"12:cpu:/a\n0::/user.slice/x\n"), b"/user.slice/x");
        assert_eq!(cgroup(b"12:cpu:/a\n"), b"/a");
    }
}
