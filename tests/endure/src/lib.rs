//! What `cargo xtask endure` and the load that it records have in common: a file in memory by which the load is told
//! what to do, and in which it counts each of its calls, by kind, so that nobody's word is needed for their number.

use std::{
    fs::{File, OpenOptions},
    io,
    os::fd::AsRawFd,
    path::Path,
    ptr::{self, NonNull},
    sync::atomic::{AtomicU64, Ordering},
};

/// The load's name, as the recorder finds it by.
pub const LOAD: &str = "endure-load";

/// Kinds of calls that the load makes, by the names that a trace gives them.
pub const KINDS: [&str; 11] = [
    "getppid",
    "lseek",
    "openat",
    "close",
    "read",
    "write",
    "sched_yield",
    "clock_nanosleep",
    "clone",
    "wait4",
    "exit_group",
];

/// A kind of call, by its place among [`KINDS`].
///
/// # Panics
/// If it is none of them.
#[must_use]
pub const fn kind(name: &str) -> usize {
    let mut at = 0;
    while at < KINDS.len() {
        if same(KINDS[at], name) {
            return at;
        }
        at += 1;
    }
    panic!("a kind that is listed")
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

/// The call that the load makes until it is told to begin, which is not counted: somebody has to do something before
/// anyone can see that it is recorded.
pub const POKE: &str = "nanosleep";

/// What the load is to do, in [`Shared::command`].
pub mod command {
    /// Wait, and make some calls that do not count.
    pub const WAIT: u64 = 0;
    /// Make calls.
    pub const RUN: u64 = 1;
    /// Wait in a last call each.
    pub const STOP: u64 = 2;
}

/// How many turns the load remembers the time of, the latest ones.
pub const TURNS: u64 = 1 << 22;
/// Words of a thread's counts.
const OF_THREAD: usize = 16;
/// Words before the threads' counts.
const HEAD: usize = 16;

/// The file in memory.
pub struct Shared {
    words: NonNull<AtomicU64>,
    count: usize,
    threads: usize,
}

// SAFETY: all access is by atomic words.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

impl Shared {
    /// Makes the file, all zeros, for so many threads.
    ///
    /// # Errors
    /// When it cannot be made or mapped.
    pub fn create(path: &Path, threads: usize) -> io::Result<Shared> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(true).open(path)?;
        let count = HEAD + threads * OF_THREAD + TURNS as usize;
        file.set_len(count as u64 * 8)?;
        Shared::map(&file, count, threads)
    }

    /// Opens one that was made.
    ///
    /// # Errors
    /// When it cannot be opened or mapped.
    pub fn open(path: &Path) -> io::Result<Shared> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let count = (file.metadata()?.len() / 8) as usize;
        let threads = count.saturating_sub(HEAD + TURNS as usize) / OF_THREAD;
        Shared::map(&file, count, threads)
    }

    fn map(file: &File, count: usize, threads: usize) -> io::Result<Shared> {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a new shared mapping of a file descriptor aliases nothing.
        let base = unsafe {
            libc::mmap(
                ptr::null_mut(),
                count * 8,
                protection,
                libc::MAP_SHARED,
                file.as_raw_fd(),
                0,
            )
        };
        match NonNull::new(base.cast::<AtomicU64>()) {
            Some(words) if base != libc::MAP_FAILED => Ok(Shared { words, count, threads }),
            _ => Err(io::Error::last_os_error()),
        }
    }

    fn word(&self, at: usize) -> &AtomicU64 {
        assert!(at < self.count, "within the file");
        // SAFETY: the mapping has that many words, and lives as long as `self`.
        unsafe { self.words.add(at).as_ref() }
    }

    /// How many threads the load has.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// What the load is to do.
    pub fn command(&self) -> &AtomicU64 {
        self.word(0)
    }

    /// Turns that each thread makes a second.
    pub fn rate(&self) -> &AtomicU64 {
        self.word(1)
    }

    /// Processes that the first thread makes a second.
    pub fn forks(&self) -> &AtomicU64 {
        self.word(2)
    }

    /// Threads that have heard the last command.
    pub fn heard(&self) -> &AtomicU64 {
        self.word(3)
    }

    /// How many calls of a kind a thread has made, and the processes that it has made.
    pub fn made(&self, thread: usize, kind: usize) -> &AtomicU64 {
        self.word(HEAD + thread * OF_THREAD + kind)
    }

    /// Counts a call of a thread; nobody else counts for it meanwhile.
    pub fn count(&self, thread: usize, kind: usize) {
        let made = self.made(thread, kind);
        made.store(made.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    /// How many calls of each kind all have made.
    pub fn all_made(&self) -> [u64; KINDS.len()] {
        std::array::from_fn(|kind| {
            (0..self.threads).map(|thread| self.made(thread, kind).load(Ordering::Relaxed)).sum()
        })
    }

    /// When the first thread began its turn of that number, by `CLOCK_MONOTONIC`: of the latest [`TURNS`].
    pub fn turn(&self, number: u64) -> &AtomicU64 {
        self.word(HEAD + self.threads * OF_THREAD + (number % TURNS) as usize)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and nothing refers to it any more.
        unsafe { libc::munmap(self.words.as_ptr().cast(), self.count * 8) };
    }
}

/// `CLOCK_MONOTONIC` in nanoseconds.
pub fn now() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a live timespec.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
