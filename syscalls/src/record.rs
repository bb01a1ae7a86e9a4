//! What the probe and the recorder say to each other: records in the rings, the counters beside
//! them, and ([`settings`]) what the recorder puts into the probe before it is loaded.
//!
//! Everything here is `repr(C)`, a multiple of 8 bytes long and free of padding, because one side
//! is compiled for BPF and the other for the host.

mod files;
mod settings;

pub use files::*;
pub use settings::*;

use crate::MAX_ARGS;

/// Bytes of one ring segment. A ring is a power of two of them.
pub const SEGMENT: usize = 512 << 10;
/// The longest record: one event, or process record, and all that is captured with it.
pub const MAX_RECORD: usize = 96 << 10;
/// Bytes of one element of the ring map. A record starts inside the segment and may run on into
/// the slack behind it, so that no record is ever split.
pub const SEGMENT_STRIDE: usize = SEGMENT + MAX_RECORD;
/// The most bytes kept of one string, its NUL not included: those of the longest path (`PATH_MAX`).
pub const STRING_KEPT: usize = 4095;
/// The most bytes read of one string, its NUL included: one more than the longest path takes, which so is
/// seen to be whole.
pub const STRING_MAX: usize = STRING_KEPT + 2;
/// The most bytes captured of one buffer (`--content`).
pub const CONTENT_MAX: usize = 16 << 10;
/// The most bytes captured of an array of strings (argv).
pub const LIST_MAX: usize = 16 << 10;
/// The most strings captured of such an array.
pub const LIST_STRINGS: usize = 64;
/// The most bytes captured of an array of structures whose members point to something.
pub const TREE_MAX: usize = 4096;
/// As many pieces of memory are captured that members of such structures point to, and up to a quarter more.
pub const TREE_PIECES: usize = 48;
/// The most pointers counted of a NULL-terminated array.
pub const COUNTED_MAX: usize = 1024;
/// Bytes of a comm, its NUL included (`TASK_COMM_LEN`).
pub const COMM: usize = 16;

/// Kinds of records.
pub mod record_kind {
    /// A finished call, or one that never returned: [`super::EventRecord`].
    pub const EVENT: u8 = 1;
    /// What was captured at a call's entry, to be joined to its event: [`super::EventRecord`]
    /// without result.
    pub const ENTRY: u8 = 2;
    /// Something happened to a process: [`super::ProcessRecord`].
    pub const PROCESS: u8 = 3;
    /// What a call changed of its process: [`super::EventRecord`]. The call itself may be left out.
    pub const STATE: u8 = 4;
    /// A finished call that tells what it changed beside: EVENT and STATE in one.
    pub const EVENT_AND_STATE: u8 = 5;
}

/// Bits that a [`MARKS`] capture carries.
pub mod event_mark {
    /// The call never returned: its thread ended within.
    pub const NEVER_RETURNED: u8 = 1;
    /// The arguments are not those of the call: a successful execve seen at exit alone, a thread's end without registers, an
    /// operation of io_uring whose submission could not be read.
    pub const ARGS_UNKNOWN: u8 = 2;
    /// The call was under way when recording stopped.
    pub const UNDER_WAY: u8 = 4;
}

/// Value of [`EventRecord::duration`] where the entry was not seen.
pub const UNKNOWN_DURATION: u64 = u64::MAX;

/// The first 8 bytes of every record.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct RecordHeader {
    /// Length of the record in units of 8 bytes, this header included.
    pub len8: u16,
    /// One of [`record_kind`].
    pub kind: u8,
    /// ABI of the call ([`crate::Abi`]), or one of [`process_event`].
    pub what: u8,
    /// Syscall number; for a process record, 0.
    pub number: u32,
}

/// One syscall. Captured memory follows: [`CaptureHeader`]s with their bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct EventRecord {
    /// Kind EVENT, EVENT_AND_STATE, ENTRY or STATE.
    pub header: RecordHeader,
    /// When the result was there (an ENTRY: when the call began), `CLOCK_MONOTONIC` ns.
    pub time: u64,
    /// ns from entry to exit, or [`UNKNOWN_DURATION`].
    pub duration: u64,
    /// Thread group: what users call the process id.
    pub tgid: u32,
    /// Thread id.
    pub tid: u32,
    /// The result; −4095…−1 is a negated errno.
    pub ret: i64,
    /// The argument registers.
    pub args: [u64; MAX_ARGS],
}

/// Stands before each piece of captured memory; the bytes follow, padded to 8.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct CaptureHeader {
    /// Index of the argument ([`capture_part::ARG`]) and bits of [`capture_part`].
    pub arg: u8,
    /// One of [`capture_status`].
    pub status: u8,
    /// Bytes captured.
    pub len: u16,
    /// Bytes there were; 0 where that is not known. Only meaningful when cut or torn.
    pub full: u32,
}

/// Outcomes of a capture; the numbers are those of the trace format.
pub mod capture_status {
    /// Nothing to capture: a null address, no length, a failed call.
    pub const NONE: u8 = 0;
    /// All of it is here.
    pub const WHOLE: u8 = 1;
    /// The first part is here.
    pub const CUT: u8 = 2;
    /// The memory could not be read.
    pub const UNREADABLE: u8 = 3;
    /// The first part is here; what lies behind it could not be read.
    pub const TORN: u8 = 4;
}

/// What [`CaptureHeader::arg`] says.
pub mod capture_part {
    /// Which argument.
    pub const ARG: u8 = 7;
    /// One of several parts of what is captured of the argument: what it points to as it is now, then,
    /// depth first, what that points to.
    pub const PART: u8 = 1 << 3;
    /// The part that is what the argument pointed to before the call, as far as it was kept.
    pub const BEFORE: u8 = 1 << 4;
}

/// [`CaptureHeader::arg`] of the pseudo-capture that carries [`event_mark`] bits in `full`: marks
/// are rare, so no byte of every event is spent on them.
pub const MARKS: u8 = 0xff;

/// What a [`ProcessRecord`] tells.
pub mod process_event {
    /// `parent` made `tid`, a thread (same tgid) or a process, which shares with it what `status` says
    /// ([`super::table_flag`]).
    pub const FORK: u8 = 1;
    /// A new program; the caller was `other_tid`. Captures follow: 0, its path as the kernel has it;
    /// 1, its argv, unless that was changed for the sake of an interpreter; [`super::FILE`], the
    /// program; [`super::TABLE`].
    pub const EXEC: u8 = 2;
    /// A thread ended with `status`.
    pub const EXIT: u8 = 3;
    /// A thread has a new comm.
    pub const RENAME: u8 = 4;
    /// A process is recorded from now on: its filter verdict turned to yes.
    pub const APPEAR: u8 = 5;
    /// A signal was delivered to a thread: `status` is its number, capture 0 the start of its
    /// `kernel_siginfo`.
    pub const SIGNAL: u8 = 6;
}

/// Bytes captured of a signal's `kernel_siginfo`: all that the kernel sets.
pub const SIGINFO: usize = 48;

/// Something that happened to a process or thread.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessRecord {
    /// Kind PROCESS, `what` from [`process_event`].
    pub header: RecordHeader,
    /// `CLOCK_MONOTONIC` ns.
    pub time: u64,
    /// The process.
    pub tgid: u32,
    /// The thread.
    pub tid: u32,
    /// FORK: the thread that forked; EXEC: the tid that called; else 0.
    pub other_tid: u32,
    /// The parent process (FORK: the one that forked; else the real parent).
    pub ppid: u32,
    /// Real user id.
    pub uid: u32,
    /// EXIT: status as wait(2) gives it; SIGNAL: its number; FORK: what is shared.
    pub status: i32,
    /// The thread's name, NUL-padded.
    pub comm: [u8; COMM],
}

/// Bytes of [`Control::scratch`].
pub const SCRATCH: usize = 256;

/// A CPU's ledger: what became of the calls on it.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Counters {
    /// Calls that reached the probe.
    pub seen: u64,
    /// Calls put into the ring.
    pub recorded: u64,
    /// Calls of processes that the filters leave out.
    pub filtered_process: u64,
    /// Calls that the syscall set leaves out.
    pub filtered_syscall: u64,
    /// Calls of the recorder.
    pub filtered_self: u64,
    /// Calls dropped because the ring was full.
    pub dropped_full: u64,
    /// Calls dropped because a record was under way on this CPU.
    pub dropped_busy: u64,
    /// Entry and process records dropped for want of room.
    pub dropped_side: u64,
    /// Calls that were left out to keep the overhead down: see [`Shed`].
    pub dropped_shed: u64,
}

/// What the hooks cost on a CPU, where the overhead is watched.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Runs of the hooks.
    pub runs: u64,
    /// Those of them that were timed.
    pub timed: u64,
    /// What these took, in ns.
    pub ns: u64,
}

/// What the recorder has the probe leave out, to keep the overhead down.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shed {
    /// One of [`shed`]: that, and all before it.
    pub level: u32,
    /// Threads are recorded of whose hash these bits are zero.
    pub mask: u32,
    /// Goes into the hash.
    pub salt: u32,
    /// Zero.
    pub pad: u32,
}

/// Values of [`Shed::level`].
pub mod shed {
    /// All is recorded.
    pub const NOTHING: u32 = 0;
    /// Without buffers and structures.
    pub const CONTENTS: u32 = 1;
    /// Without strings, too: nothing is captured.
    pub const STRINGS: u32 = 2;
    /// Without durations, too.
    pub const DURATIONS: u32 = 3;
    /// So many sets of plans there are: that of all, without contents, without captures.
    pub const PLANS: usize = 3;
}

/// One CPU's ring and ledger. The recorder writes one cache line, the probe all others.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Control {
    /// Bytes ever written to the ring.
    pub head: u64,
    /// Not 0 while a record is being written: set before its clock is read, cleared once `head`
    /// has moved. So when it is 0, all records with an earlier time are there.
    pub writing: u64,
    /// Its ledger.
    pub counters: Counters,
    /// What the hooks cost.
    pub cost: Cost,
    /// Keeps what the recorder writes on a cache line of its own.
    pub pad: [u64; 10],
    /// Bytes the recorder has taken from the ring.
    pub tail: u64,
    /// What is left out.
    pub shed: Shed,
    /// Keeps them there.
    pub pad_end: [u64; 5],
    /// Where the probe puts what it reads of the kernel's objects: always the same memory, so that it stays in
    /// the cache.
    pub scratch: [u64; SCRATCH / 8],
    /// The descriptors of which a call tells.
    pub told: [i32; FILES],
    /// How many there are.
    pub told_count: u32,
    /// Rounds the size to whole cache lines.
    pub pad_told: [u32; 11],
}

/// Bits of [`Verdict::flags`].
pub mod verdict {
    /// `RECORD` and `stamp` are valid.
    pub const JUDGED: u32 = 1;
    /// The process is recorded.
    pub const RECORD: u32 = 1 << 1;
    /// It descends from COMMAND, or is it.
    pub const LINEAGE: u32 = 1 << 2;
    /// It descends from a process that was recorded under `--follow`.
    pub const FOLLOWED: u32 = 1 << 3;
    /// COMMAND before its execve: what it does until then is ours.
    pub const AWAITS_EXEC: u32 = 1 << 4;
    /// Its appearance was told.
    pub const TOLD: u32 = 1 << 5;
    /// All its threads are ending; it is forgotten once its task is freed.
    pub const ENDING: u32 = 1 << 6;
}

/// What was decided about a process, by tgid.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Verdict {
    /// Bits of [`verdict`].
    pub flags: u32,
    /// Zero.
    pub pad: u32,
    /// When the process was last found to be recorded after it was not, `CLOCK_MONOTONIC` ns.
    /// Entry times before it are not of calls that were watched.
    pub since: u64,
    /// What the decision rests on that can change without an event of its own (user id, cgroup,
    /// parent): when it differs, the process is judged anew.
    pub stamp: u64,
}

/// What is kept of a thread.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Thread {
    /// Its tid; 0: none has this place.
    pub tid: u32,
    /// 1 once a call of the thread was seen to end.
    pub watched: u32,
    /// The call under way.
    pub entered: Entered,
    /// The verdicts' epoch in which `since` was found, plus 1; 0: it was not.
    pub epoch: u64,
    /// [`Verdict::since`] of its process, or `u64::MAX` if it is left out.
    pub since: u64,
    /// Rounds the size to a cache line.
    pub pad: [u64; 2],
}

impl Thread {
    /// Nothing is known.
    pub const NONE: Thread =
        Thread { tid: 0, watched: 0, entered: Entered::NONE, epoch: 0, since: 0, pad: [0; 2] };
}

/// The call under way of a thread.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Entered {
    /// When it began, `CLOCK_MONOTONIC` ns; 0: none is under way.
    pub time: u64,
    /// Its number.
    pub number: u32,
    /// Its ABI ([`crate::Abi`]).
    pub abi: u32,
    /// The length that the program gave in memory, which the kernel overwrites; else `u32::MAX`.
    pub length: u32,
    /// Zero.
    pub pad: u32,
}

impl Entered {
    /// No call is.
    pub const NONE: Entered = Entered { time: 0, number: 0, abi: 0, length: 0, pad: 0 };
}

/// The most operations of io_uring(7) that are known while they are under way.
pub const OPERATIONS_MAX: usize = 1 << 14;

/// Bits of [`Operation::flags`].
pub mod operation {
    /// The arguments are those that were submitted.
    pub const ARGS_KNOWN: u32 = 1;
    /// Nobody is told when it succeeds.
    pub const SILENT: u32 = 1 << 1;
}

/// An operation of io_uring(7) that is under way, by the address of its request.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Operation {
    /// When it was submitted, `CLOCK_MONOTONIC` ns.
    pub time: u64,
    /// The address of its ring.
    pub ring: u64,
    /// The process that submitted it.
    pub tgid: u32,
    /// The thread.
    pub tid: u32,
    /// Its opcode.
    pub number: u32,
    /// Bits of [`operation`].
    pub flags: u32,
    /// As the table has them.
    pub args: [u64; MAX_ARGS],
}

const _: () = {
    assert!(size_of::<RecordHeader>() == 8);
    assert!(size_of::<EventRecord>() == 88);
    assert!(size_of::<CaptureHeader>() == 8);
    assert!(size_of::<ProcessRecord>() == 56);
    assert!(size_of::<Control>().is_multiple_of(64));
    assert!(core::mem::offset_of!(Control, tail).is_multiple_of(64));
    assert!(core::mem::offset_of!(Control, scratch).is_multiple_of(64));
    assert!(size_of::<Thread>() == 64);
    assert!(MAX_RECORD / 8 <= u16::MAX as usize);
    assert!(SEGMENT.is_power_of_two());
};
