//! PROC blocks: processes as they were and what became of them (SPEC.md §4.2).

use serde::{Deserialize, Serialize};

use crate::body;
use crate::error::FormatError;

/// What was known of a process at a time, or happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcRecord {
    /// When, in nanoseconds of the monotonic clock.
    pub time: u64,
    /// What.
    pub event: ProcEvent,
}

/// The kinds of [`ProcRecord`]. Byte strings are as the kernel had them, in no known encoding.
/// Their order is part of the format: new ones go to the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProcEvent {
    /// A process as it was; empty where unknown.
    Process {
        /// Its id.
        tgid: u32,
        /// Its parent's id.
        ppid: u32,
        /// Its user.
        uid: u32,
        /// Its group.
        gid: u32,
        /// Its short name, at most 15 bytes.
        comm: Vec<u8>,
        /// The path of its program.
        exe: Vec<u8>,
        /// Its command line.
        argv: Vec<Vec<u8>>,
        /// Its working directory.
        cwd: Vec<u8>,
        /// Its control group.
        cgroup: Vec<u8>,
    },
    /// A thread as it was.
    Thread {
        /// Its process.
        tgid: u32,
        /// Its id.
        tid: u32,
        /// Its short name.
        comm: Vec<u8>,
    },
    /// An open descriptor.
    Descriptor {
        /// Its process.
        tgid: u32,
        /// Its number.
        fd: i32,
        /// What its link in `/proc/PID/fd` reads.
        target: Vec<u8>,
    },
    /// A new thread (same tgid) or process.
    Fork {
        /// The parent's process.
        parent_tgid: u32,
        /// The parent's thread.
        parent_tid: u32,
        /// The new thread's process.
        tgid: u32,
        /// The new thread.
        tid: u32,
        /// Its user.
        uid: u32,
        /// Its short name.
        comm: Vec<u8>,
    },
    /// A new program. The calling thread becomes its process's only one, with tid = tgid.
    Exec {
        /// The process.
        tgid: u32,
        /// The calling thread's id until then.
        old_tid: u32,
        /// Its user.
        uid: u32,
        /// Its new short name.
        comm: Vec<u8>,
        /// The program's path.
        path: Vec<u8>,
    },
    /// A thread's end.
    Exit {
        /// Its process.
        tgid: u32,
        /// The thread.
        tid: u32,
        /// The status as wait(2) gives it.
        status: i32,
    },
    /// A thread's new short name.
    Rename {
        /// Its process.
        tgid: u32,
        /// The thread.
        tid: u32,
        /// The name.
        comm: Vec<u8>,
    },
    /// A signal was delivered to a thread.
    Signal {
        /// Its process.
        tgid: u32,
        /// The thread.
        tid: u32,
        /// The signal's number.
        number: u32,
        /// The first 48 bytes of `siginfo_t` as 64-bit programs have it (sigaction(2)); empty where
        /// the kernel had none.
        info: Vec<u8>,
    },
    /// What a descriptor stands for from now on.
    File {
        /// The process.
        tgid: u32,
        /// The thread that made it so; the process's id where that is not known.
        tid: u32,
        /// The descriptor; −100 (`AT_FDCWD`) is the working directory.
        fd: i32,
        /// What its link in `/proc/PID/fd` reads; empty if that is not known.
        link: Vec<u8>,
        /// What more is known: a socket's protocol and addresses, a device's number.
        detail: Vec<u8>,
    },
    /// A descriptor was closed.
    Closed {
        /// The process.
        tgid: u32,
        /// The thread that closed it.
        tid: u32,
        /// The descriptor.
        fd: i32,
    },
    /// Which descriptors a thread has: those that are not listed are closed.
    Open {
        /// The process.
        tgid: u32,
        /// The thread.
        tid: u32,
        /// Whether it shares them with other threads or processes.
        shared: bool,
        /// Whether it shares the working directory.
        shares_cwd: bool,
        /// Descriptors below this are told of.
        count: u32,
        /// A bit for each that is open: descriptor i is bit i mod 8 of byte i div 8.
        open: Vec<u8>,
    },
    /// What a new thread or process shares with the thread that made it, where that is not the usual: a
    /// thread shares all, a process nothing.
    Shares {
        /// Its process.
        tgid: u32,
        /// The new thread.
        tid: u32,
        /// Whether it shares descriptors.
        files: bool,
        /// Whether it shares the working directory.
        cwd: bool,
    },
    /// The program that a process runs.
    Program {
        /// The process.
        tgid: u32,
        /// Path of the program; of a script, that of its interpreter. Empty if it is not known.
        exe: Vec<u8>,
        /// Its command line; empty if it is not known.
        argv: Vec<Vec<u8>>,
    },
    /// A thread's user and group.
    Ids {
        /// The process.
        tgid: u32,
        /// The thread.
        tid: u32,
        /// Real user id.
        uid: u32,
        /// Real group id.
        gid: u32,
    },
}

/// Decodes the payload of a PROC block.
///
/// # Errors
/// If it does not follow the format.
pub fn processes(payload: &[u8]) -> Result<Vec<ProcRecord>, FormatError> {
    body::decode_list("PROC", payload)
}
