//! What the probe and the recorder say to each other: records in the rings, the counters beside
//! them, and the settings that the recorder puts into the probe before it is loaded.
//!
//! Everything here is `repr(C)`, a multiple of 8 bytes long and free of padding, because one side
//! is compiled for BPF and the other for the host.

use crate::{Abi, MAX_ARGS};

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
/// The most pieces of memory captured that members of such structures point to.
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
    /// The arguments are not those of the call: a successful execve seen at exit alone.
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
    /// Kind EVENT or ENTRY.
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

/// [`CaptureHeader::arg`] of what is known of a file: a [`FileRecord`] and names.
pub const FILE: u8 = 0xfe;
/// [`CaptureHeader::arg`] of a [`TableRecord`].
pub const TABLE: u8 = 0xfd;
/// [`CaptureHeader::arg`] of an [`IdsRecord`].
pub const IDS: u8 = 0xfc;
/// [`FileRecord::fd`] of the working directory (`AT_FDCWD`).
pub const CWD: i32 = -100;
/// The most descriptors of which one call tells.
pub const FILES: usize = 4;
/// The most bytes of names behind a [`FileRecord`].
pub const NAMES_MAX: usize = 4096;
/// The longest name of a file, its NUL included.
pub const NAME_MAX: usize = 256;
/// How far up a path is followed: names and mount points.
pub const DEPTH: usize = 32;

/// What a descriptor stands for: read from the kernel's objects when the descriptor was made.
///
/// Names follow, each ended by a NUL. Of a file in a directory: its own, its directory's, and so on
/// up to the root. Of others: the name that the kernel gave it (a socket's is that of its protocol);
/// then, of a Unix socket, its address.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct FileRecord {
    /// Inode number.
    pub inode: u64,
    /// A Unix socket: the inode number of the socket it is connected to, or 0; a netlink socket: its
    /// port.
    pub peer: u64,
    /// The descriptor, or [`CWD`].
    pub fd: i32,
    /// File type and permissions (inode(7)).
    pub mode: u32,
    /// A device's number as the kernel keeps it: 12 bits of major number, 20 of minor.
    pub device: u32,
    /// The file system's magic number (statfs(2)).
    pub magic: u32,
    /// Bits of [`file_flag`].
    pub flags: u16,
    /// Bytes of names.
    pub names: u16,
    /// A socket's family (`AF_…`).
    pub family: u16,
    /// A socket's type (`SOCK_…`).
    pub socket_type: u16,
    /// A socket's protocol.
    pub protocol: u16,
    /// An internet socket's own port.
    pub local_port: u16,
    /// The port it is connected to, or 0.
    pub remote_port: u16,
    /// Zero.
    pub pad: u16,
    /// An internet socket's own address; an IPv4 one takes 4 bytes.
    pub local: [u8; 16],
    /// The address it is connected to.
    pub remote: [u8; 16],
}

/// Bits of [`FileRecord::flags`].
pub mod file_flag {
    /// The file has been removed from its directory.
    pub const REMOVED: u16 = 1;
    /// The path goes on beyond the names.
    pub const CUT: u16 = 2;
    /// Nothing can be said of the file.
    pub const UNKNOWN: u16 = 4;
}

/// The most descriptors that a [`TableRecord`] can tell of.
pub const TABLE_FDS: usize = 4096;

/// Which descriptors of a process are open.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct TableRecord {
    /// Bits of [`table_flag`].
    pub flags: u32,
    /// Descriptors below this are told of.
    pub count: u32,
    /// A bit for each that is open.
    pub open: [u8; TABLE_FDS / 8],
}

/// Bits of [`TableRecord::flags`], and of a FORK's [`ProcessRecord::status`].
pub mod table_flag {
    /// Other tasks have the same descriptors.
    pub const SHARES_FILES: u32 = 1;
    /// Other tasks have the same working directory.
    pub const SHARES_CWD: u32 = 2;
}

/// User and group of a thread.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct IdsRecord {
    /// Real user id.
    pub uid: u32,
    /// Real group id.
    pub gid: u32,
}

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

/// One CPU's ring and ledger. The probe writes the first three cache lines, the recorder the last.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Control {
    /// Bytes ever written to the ring.
    pub head: u64,
    /// Not 0 while a record is being written: set before its clock is read, cleared once `head`
    /// has moved. So when it is 0, all records with an earlier time are there.
    pub writing: u64,
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
    /// Keeps `tail` on a cache line of its own.
    pub pad: [u64; 14],
    /// Bytes the recorder has taken from the ring.
    pub tail: u64,
    /// Rounds the size to whole cache lines.
    pub pad_end: [u64; 7],
}

/// Criteria that are in force: bits of [`Filter::active`].
pub mod criterion {
    /// `--pid`.
    pub const PID: u32 = 1;
    /// `--name`.
    pub const NAME: u32 = 1 << 1;
    /// `--ppid`.
    pub const PPID: u32 = 1 << 2;
    /// `--parent-name`.
    pub const PARENT_NAME: u32 = 1 << 3;
    /// `--uid`.
    pub const UID: u32 = 1 << 4;
    /// `--cgroup`.
    pub const CGROUP: u32 = 1 << 5;
    /// Descends from COMMAND.
    pub const LINEAGE: u32 = 1 << 6;
    /// `--follow`: descendants of recorded processes are recorded too.
    pub const FOLLOW: u32 = 1 << 7;
}

/// The most values one criterion takes.
pub const FILTER_VALUES: usize = 32;

/// Which processes are recorded: all active criteria must hold, each by any of its values.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    /// Bits of [`criterion`]; 0 records every process.
    pub active: u32,
    /// Zero.
    pub pad: u32,
    /// Thread groups. Unused places repeat a used one.
    pub pids: [u32; FILTER_VALUES],
    /// Parent processes.
    pub ppids: [u32; FILTER_VALUES],
    /// Real user ids.
    pub uids: [u32; FILTER_VALUES],
    /// Ids of version-2 cgroups; their descendants match too.
    pub cgroups: [u64; FILTER_VALUES],
    /// Names of processes (of the thread group's leader), NUL-padded, as two words.
    pub names: [[u64; 2]; FILTER_VALUES],
    /// Names of parents.
    pub parent_names: [[u64; 2]; FILTER_VALUES],
}

impl Filter {
    /// Records every process.
    pub const EVERYTHING: Filter = Filter {
        active: 0,
        pad: 0,
        pids: [0; _],
        ppids: [0; _],
        uids: [0; _],
        cgroups: [0; _],
        names: [[0; 2]; _],
        parent_names: [[0; 2]; _],
    };
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

/// The call under way of a thread, by tid.
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
    /// 1 once a call of the thread was seen to begin or end.
    pub watched: u32,
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

/// What `io_uring_complete` hands over ([`Settings::uring`]).
pub mod uring_form {
    /// The tracepoints are not there, or not as they are known: operations are not recorded.
    pub const NONE: u32 = 0;
    /// User data, result and flags.
    pub const MEMBERS: u32 = 1;
    /// A pointer to them.
    pub const CQE: u32 = 2;
}

/// Where the running kernel keeps what the probe reads: byte offsets, from its BTF.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Offsets {
    /// `task_struct.pid`.
    pub task_pid: u32,
    /// `task_struct.tgid`.
    pub task_tgid: u32,
    /// `task_struct.comm`.
    pub task_comm: u32,
    /// `task_struct.group_leader`.
    pub task_group_leader: u32,
    /// `task_struct.real_parent`.
    pub task_real_parent: u32,
    /// `task_struct.real_cred`.
    pub task_real_cred: u32,
    /// `task_struct.__state`; `state` before 5.14.
    pub task_state: u32,
    /// `task_struct.flags`.
    pub task_flags: u32,
    /// `task_struct.exit_code`.
    pub task_exit_code: u32,
    /// `task_struct.signal`.
    pub task_signal: u32,
    /// `task_struct.cgroups`.
    pub task_cgroups: u32,
    /// `task_struct.thread_info` + `thread_info.status` (x86) or `.flags` (arm64).
    pub task_compat_word: u32,
    /// `signal_struct.live`.
    pub signal_live: u32,
    /// `cred.uid`.
    pub cred_uid: u32,
    /// `css_set.dfl_cgrp`.
    pub css_set_cgroup: u32,
    /// `cgroup.kn`.
    pub cgroup_kn: u32,
    /// `cgroup.self.parent`.
    pub cgroup_parent: u32,
    /// `kernfs_node.id`.
    pub kernfs_id: u32,
    /// `linux_binprm.filename`.
    pub bprm_filename: u32,
    /// `linux_binprm.interp`.
    pub bprm_interp: u32,
    /// `task_struct.mm`.
    pub task_mm: u32,
    /// `mm_struct.arg_start`.
    pub mm_arg_start: u32,
    /// `mm_struct.arg_end`.
    pub mm_arg_end: u32,
    /// `io_kiocb.opcode`.
    pub kiocb_opcode: u32,
    /// `io_kiocb.ctx`.
    pub kiocb_ctx: u32,
    /// `io_kiocb.cqe.user_data`.
    pub kiocb_user_data: u32,
    /// `io_ring_ctx.flags`.
    pub ring_flags: u32,
    /// `io_ring_ctx.cached_sq_head`.
    pub ring_cached_sq_head: u32,
    /// `io_ring_ctx.sq_entries`.
    pub ring_sq_entries: u32,
    /// `io_ring_ctx.sq_array`.
    pub ring_sq_array: u32,
    /// `io_ring_ctx.sq_sqes`.
    pub ring_sq_sqes: u32,
    /// `mm_struct.exe_file`.
    pub mm_exe_file: u32,
    /// `cred.gid`.
    pub cred_gid: u32,
    /// `task_struct.files`.
    pub task_files: u32,
    /// `task_struct.fs`.
    pub task_fs: u32,
    /// `files_struct.count`.
    pub files_count: u32,
    /// `files_struct.fdt`.
    pub files_fdt: u32,
    /// `fdtable.max_fds`.
    pub fdt_max: u32,
    /// `fdtable.fd`.
    pub fdt_fd: u32,
    /// `fdtable.open_fds`.
    pub fdt_open: u32,
    /// `fs_struct.users`.
    pub fs_users: u32,
    /// `fs_struct.pwd`.
    pub fs_pwd: u32,
    /// `file.f_inode`.
    pub file_inode: u32,
    /// `file.f_path`.
    pub file_path: u32,
    /// `file.private_data`.
    pub file_private: u32,
    /// `path.mnt`.
    pub path_mount: u32,
    /// `path.dentry`.
    pub path_dentry: u32,
    /// `inode.i_mode`.
    pub inode_mode: u32,
    /// `inode.i_ino`.
    pub inode_number: u32,
    /// `inode.i_rdev`.
    pub inode_device: u32,
    /// `inode.i_sb`.
    pub inode_super: u32,
    /// `super_block.s_magic`.
    pub super_magic: u32,
    /// `dentry.d_inode`.
    pub dentry_inode: u32,
    /// `dentry.d_parent`.
    pub dentry_parent: u32,
    /// `dentry.d_name.name`.
    pub dentry_name: u32,
    /// `dentry.d_hash.pprev`.
    pub dentry_hashed: u32,
    /// `mount.mnt`.
    pub mount_mnt: u32,
    /// `mount.mnt_parent`.
    pub mount_parent: u32,
    /// `mount.mnt_mountpoint`.
    pub mount_point: u32,
    /// `mount.mnt.mnt_root`.
    pub mount_root: u32,
    /// `socket.sk`.
    pub socket_sock: u32,
    /// `socket.file`.
    pub socket_file: u32,
    /// `sock.sk_socket`.
    pub sock_socket: u32,
    /// `sock.sk_type`.
    pub sock_type: u32,
    /// `sock.sk_protocol`.
    pub sock_protocol: u32,
    /// `sock.__sk_common.skc_family`.
    pub sock_family: u32,
    /// `sock.__sk_common.skc_num`.
    pub sock_local_port: u32,
    /// `sock.__sk_common.skc_dport`.
    pub sock_remote_port: u32,
    /// `sock.__sk_common.skc_rcv_saddr`.
    pub sock_local: u32,
    /// `sock.__sk_common.skc_daddr`.
    pub sock_remote: u32,
    /// `sock.__sk_common.skc_v6_rcv_saddr`, or 0 where there is no IPv6.
    pub sock_local6: u32,
    /// `sock.__sk_common.skc_v6_daddr`, or 0.
    pub sock_remote6: u32,
    /// `unix_sock.addr`, or 0 where Unix sockets are not part of the kernel.
    pub unix_address: u32,
    /// `unix_sock.peer`, or 0.
    pub unix_peer: u32,
    /// `unix_address.len`, or 0.
    pub unix_length: u32,
    /// `unix_address.name`, or 0.
    pub unix_name: u32,
    /// `netlink_sock.portid`, or 0.
    pub netlink_port: u32,
    /// Zero.
    pub pad: u32,
}

/// The recorder's settings.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// The recorder's own tgid, whose calls are left out.
    pub self_tgid: u32,
    /// Segments in a ring, less one: a power of two less one.
    pub segment_mask: u32,
    /// Most bytes captured of a buffer, at most [`CONTENT_MAX`].
    pub content: u32,
    /// Elements of the array of calls under way: tids at or above have no durations.
    pub tids: u32,
    /// 1 when sys_enter is hooked.
    pub durations: u32,
    /// Machine: a [`crate::Abi`] number, X86_64 or Aarch64.
    pub machine: u32,
    /// 1 when calls with numbers beyond the plans are recorded.
    pub unplanned: u32,
    /// 1 when the kernel hands out the current task as a typed pointer (5.11).
    pub typed_task: u32,
    /// How the kernel tells of operations of io_uring: one of [`uring_form`].
    pub uring: u32,
    /// Zero.
    pub pad: u32,
    /// By ABI number: the call that is meant when none can be seen at exit, since it restored the
    /// registers of another context.
    pub restorers: [u32; Abi::SLOTS],
}

const _: () = {
    assert!(size_of::<RecordHeader>() == 8);
    assert!(size_of::<EventRecord>() == 88);
    assert!(size_of::<CaptureHeader>() == 8);
    assert!(size_of::<ProcessRecord>() == 56);
    assert!(size_of::<FileRecord>() == 80);
    assert!(size_of::<Offsets>().is_multiple_of(8));
    assert!(size_of::<Control>() == 256);
    assert!(MAX_RECORD / 8 <= u16::MAX as usize);
    assert!(SEGMENT.is_power_of_two());
};
