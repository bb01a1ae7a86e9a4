//! The closed vocabulary of argument kinds: what a raw register value means, and what of the
//! memory it points to is worth keeping.

mod memory;

use core::ops::RangeInclusive;

pub use memory::{Detail, Len, Memory, Role, Shape, When};

use Kind::*;

use crate::{
    Abi,
    choices::Choice,
    names::{Names, ioctls::REQUESTS},
    structs::{
        Struct,
        signals::{Frame, SIGNAL_MASK},
    },
};

/// What one argument of a syscall means.
///
/// A kind fixes three things: how the value is written for a reader ([`Shape`]), whether the
/// memory behind it is captured and when ([`Kind::memory`]), and the number that stands for it
/// in a trace's schema ([`Kind::id`], never reused: see `format/REGISTRY.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Signed 32-bit number.
    Int,
    /// Unsigned 32-bit number.
    Uint,
    /// Signed number as wide as a register.
    Long,
    /// Unsigned number as wide as a register.
    Ulong,
    /// Count of bytes or elements (`size_t`; as a result, `ssize_t`).
    Size,
    /// File offset or other signed 64-bit position (`loff_t`).
    Off,
    /// User-space address whose target is not captured.
    Ptr,
    /// Bit set, written in hexadecimal.
    Flags,
    /// One of an enumerated set: an operation, a command, a domain.
    Enum,
    /// `ioctl` request number.
    Request,
    /// File mode, written in octal (inode(7)).
    Mode,
    /// Device number (makedev(3)).
    Dev,
    /// File descriptor.
    Fd,
    /// Directory file descriptor, `AT_FDCWD` included (openat(2)).
    DirFd,
    /// Process, thread or process-group id.
    Pid,
    /// User id.
    Uid,
    /// Group id.
    Gid,
    /// Signal number (signal(7)).
    Signal,
    /// NUL-terminated path.
    Path,
    /// NUL-terminated string that is no path.
    Str,
    /// Path that the call itself replaces (execve(2)): read at entry.
    ExecPath,
    /// NULL-terminated array of strings, read at entry (execve(2)'s argv).
    ExecArgv,
    /// Path that the kernel writes: read when the call succeeded.
    PathOut(Len),
    /// Buffer that the program hands to the kernel.
    In(Len),
    /// Buffer that the kernel fills: read when the call succeeded.
    Out(Len),
    /// `struct sockaddr` that the program hands over.
    SockaddrIn(Len),
    /// `struct sockaddr` that the kernel fills.
    SockaddrOut(Len),
    /// Flags that have names; the empty set too may have one.
    Bits(&'static Names),
    /// One of several values that have names.
    One(&'static Names),
    /// File type and permissions, `st_mode` (inode(7)).
    FileMode,
    /// Status of a child as wait(2) reports it.
    WaitStatus,
    /// Set of signals, a bit each, the lowest for signal 1.
    SigSet,
    /// Text in an array of bytes, ended by a NUL if it does not fill it; of structures' members.
    Chars,
    /// A structure within another.
    Struct(&'static Struct),
    /// Structure that the program hands over.
    StructIn(&'static Struct),
    /// Structure that the kernel fills.
    StructOut(&'static Struct),
    /// Array of structures that the program hands over; the length counts them.
    ArrayIn(&'static Struct, Len),
    /// Array of structures that the kernel fills; the length counts them.
    ArrayOut(&'static Struct, Len),
    /// One of several kinds; which, another argument says.
    By(&'static Choice),
    /// Not looked at by the kernel, in the case at hand.
    Unused,
    /// Number that is written in hexadecimal.
    Hex,
    /// Limit of a resource (getrlimit(2)): all ones for none, else in units of 1024 where it can be.
    Limit,
    /// User data of 64 bits, of which the program may mean the low 32 alone (epoll_ctl(2)).
    Data,
    /// Seconds of the wall clock since 1970 (time(2)).
    Time,
    /// Structure that the kernel fills if it found something: if the result is above 0 (wait4(2)).
    StructFound(&'static Struct),
    /// Structure that the kernel fills if a signal came: what was left then (nanosleep(2)).
    StructLeft(&'static Struct),
    /// Structure that the program hands over and that other kernels know longer or shorter: the named
    /// argument is its size. The number is the size below which no kernel takes it.
    SizedIn(&'static Struct, &'static str, u16),
    /// One of several values, or flags, whose names programs cannot know from the kernel's headers.
    Noted(&'static Names),
    /// Clock ticks, of which there are 100 a second (times(2)).
    Ticks,
    /// Structure that the program hands over, and what its members point to.
    TreeIn(&'static Struct),
    /// Structure of which the kernel fills what its members point to.
    TreeOut(&'static Struct),
    /// Array of structures that the program hands over, and what their members point to; the length
    /// counts them.
    TreesIn(&'static Struct, Len),
    /// Array of structures of which the kernel fills what their members point to; the length counts them.
    TreesOut(&'static Struct, Len),
    /// As [`TreesOut`], and the kernel overwrites members: as they were before the call, too.
    TreesChanged(&'static Struct, Len),
    /// Structure that the kernel reads and overwrites: as it was before and after the call.
    Changed(&'static Struct),
    /// Time to wait at most, which the kernel overwrites with what is left of it (select(2)).
    TimeLimit(&'static Struct),
    /// Set of small numbers, a bit each, that the program hands over.
    SetIn(Len),
    /// Set of small numbers, a bit each, that the kernel fills.
    SetOut(Len),
    /// Set of descriptors, which the kernel overwrites with those that are ready (select(2)).
    Ready(Len),
    /// NULL-terminated array of strings, which are counted before the call (execve(2)'s environment).
    Counted,
    /// The part of the stack to which a signal handler returns; read before the call (sigreturn(2)).
    SignalFrame(&'static Frame),
    /// Control messages of a socket (cmsg(3)) that the program hands over; of structures' members.
    ControlIn(Len),
    /// Control messages of a socket that the kernel fills; of structures' members.
    ControlOut(Len),
    /// Count of the bytes that the kernel filled of what the structure points to; of structures' members.
    Filled,
    /// Error number (errno(3)).
    Errno,
    /// Version of the kernel, a number in each of the low three bytes but the first, which has two (bpf(2)).
    Version,
    /// Several numbers in one, each with a name (set_thread_area(2)).
    Fields(&'static Names),
    /// Number that is written in hexadecimal with eight digits, the `0x` among them.
    Padded,
    /// Address of the Internet family, version 4 (ip(7)).
    Inet,
    /// One of several values that have names, its two bytes in the network's order (packet(7)).
    Swapped(&'static Names),
    /// Structure that the program hands over and of which the named argument is the size: the kernel takes
    /// it of no other.
    ExactIn(&'static Struct, &'static str),
    /// Directory entries that the kernel stores; where, is shown, too (getdents(2)).
    Entries(Len),
    /// Address of hardware, as long as the member before it says; of structures' members (packet(7)).
    Hardware,
    /// Result only: id of a new process; the child returns from the same call with 0.
    Child,
    /// Result only: the call never returns (exit(2)).
    Never,
    /// Result only: on success a new program stands in the caller's place (execve(2)).
    NewImage,
    /// Result only: the call restores the registers of an interrupted context (sigreturn(2)).
    Restored,
    /// Result only: on success the descriptor in the first argument is closed (close(2)).
    Closed,
    /// Result only: the socket in the first argument may have other addresses now (bind(2)).
    Addressed,
    /// Result only: on success the working directory is another one (chdir(2)).
    NewCwd,
    /// Result only: on success the caller has other descriptors, or shares them with others
    /// (close_range(2), unshare(2)).
    NewTable,
    /// Result only: on success the caller's user and group may be others (setuid(2)).
    NewIds,
}

/// The last id that a kind has: that of [`Hardware`].
const LAST_ID: u8 = 86;

impl Kind {
    /// The ids that kinds have: they are given out in order.
    pub const IDS: RangeInclusive<u8> = 1..=LAST_ID;

    /// Those of kinds that are no more: `iov_in`, `iov_out`, `msg_in`, `msg_out`.
    pub const RETIRED: [u8; 4] = [26, 27, 30, 31];

    /// The number of this kind in a trace's schema. Parameters do not count: they steer the
    /// capture, and what was captured says itself how long it is.
    pub const fn id(self) -> u8 {
        match self {
            Int => 1,
            Uint => 2,
            Long => 3,
            Ulong => 4,
            Size => 5,
            Off => 6,
            Ptr => 7,
            Flags => 8,
            Enum => 9,
            Request => 10,
            Mode => 11,
            Dev => 12,
            Fd => 13,
            DirFd => 14,
            Pid => 15,
            Uid => 16,
            Gid => 17,
            Signal => 18,
            Path => 19,
            Str => 20,
            ExecPath => 21,
            ExecArgv => 22,
            PathOut(_) => 23,
            In(_) => 24,
            Out(_) => 25,
            SockaddrIn(_) => 28,
            SockaddrOut(_) => 29,
            Child => 32,
            Never => 33,
            NewImage => 34,
            Restored => 35,
            Bits(_) => 36,
            One(_) => 37,
            FileMode => 38,
            WaitStatus => 39,
            SigSet => 40,
            Chars => 41,
            Struct(_) => 42,
            StructIn(_) => 43,
            StructOut(_) => 44,
            ArrayIn(..) => 45,
            ArrayOut(..) => 46,
            By(_) => 47,
            Unused => 48,
            Hex => 49,
            Limit => 50,
            Data => 51,
            StructFound(_) => 52,
            StructLeft(_) => 53,
            Time => 54,
            Ticks => 55,
            Noted(_) => 56,
            SizedIn(..) => 57,
            TreeIn(_) => 58,
            TreeOut(_) => 59,
            TreesIn(..) => 60,
            TreesOut(..) => 61,
            TreesChanged(..) => 62,
            Changed(_) => 63,
            TimeLimit(_) => 64,
            SetIn(_) => 65,
            SetOut(_) => 66,
            Ready(_) => 67,
            Counted => 68,
            SignalFrame(_) => 69,
            ControlIn(_) => 70,
            ControlOut(_) => 71,
            Filled => 72,
            Closed => 73,
            Addressed => 74,
            NewCwd => 75,
            NewTable => 76,
            NewIds => 77,
            Errno => 78,
            Version => 79,
            Fields(_) => 80,
            Padded => 81,
            Inet => 82,
            Swapped(_) => 83,
            ExactIn(..) => 84,
            Entries(_) => 85,
            Hardware => LAST_ID,
        }
    }

    /// The kind's name in a trace's schema.
    pub const fn name(self) -> &'static str {
        match self {
            Int => "int",
            Uint => "uint",
            Long => "long",
            Ulong => "ulong",
            Size => "size",
            Off => "off",
            Ptr => "ptr",
            Flags => "flags",
            Enum => "enum",
            Request => "request",
            Mode => "mode",
            Dev => "dev",
            Fd => "fd",
            DirFd => "dirfd",
            Pid => "pid",
            Uid => "uid",
            Gid => "gid",
            Signal => "signal",
            Path => "path",
            Str => "str",
            ExecPath => "exec_path",
            ExecArgv => "exec_argv",
            PathOut(_) => "path_out",
            In(_) => "in",
            Out(_) => "out",
            SockaddrIn(_) => "sockaddr_in",
            SockaddrOut(_) => "sockaddr_out",
            Child => "child",
            Never => "never",
            NewImage => "new_image",
            Restored => "restored",
            Bits(_) => "bits",
            One(_) => "one",
            FileMode => "file_mode",
            WaitStatus => "wait_status",
            SigSet => "sigset",
            Chars => "chars",
            Struct(_) => "struct",
            StructIn(_) => "struct_in",
            StructOut(_) => "struct_out",
            ArrayIn(..) => "array_in",
            ArrayOut(..) => "array_out",
            By(_) => "by",
            Unused => "unused",
            Hex => "hex",
            Limit => "limit",
            Data => "data",
            Time => "time",
            StructFound(_) => "struct_found",
            StructLeft(_) => "struct_left",
            Ticks => "ticks",
            Noted(_) => "noted",
            SizedIn(..) => "sized_in",
            TreeIn(_) => "tree_in",
            TreeOut(_) => "tree_out",
            TreesIn(..) => "trees_in",
            TreesOut(..) => "trees_out",
            TreesChanged(..) => "trees_changed",
            Changed(_) => "changed",
            TimeLimit(_) => "time_limit",
            SetIn(_) => "set_in",
            SetOut(_) => "set_out",
            Ready(_) => "ready",
            Counted => "counted",
            SignalFrame(_) => "signal_frame",
            ControlIn(_) => "control_in",
            ControlOut(_) => "control_out",
            Filled => "filled",
            Closed => "closed",
            Addressed => "addressed",
            NewCwd => "new_cwd",
            NewTable => "new_table",
            NewIds => "new_ids",
            Errno => "errno",
            Version => "version",
            Fields(_) => "fields",
            Padded => "padded",
            Inet => "inet",
            Swapped(_) => "swapped",
            Hardware => "hardware",
            ExactIn(..) => "exact_in",
            Entries(_) => "entries",
        }
    }

    /// The names or the layout that the kind refers to.
    pub const fn detail(self) -> Option<Detail> {
        Some(match self {
            Bits(names) | One(names) | Noted(names) | Fields(names) | Swapped(names) => {
                Detail::Names(names)
            }
            Struct(of)
            | StructIn(of)
            | StructOut(of)
            | StructFound(of)
            | StructLeft(of)
            | SizedIn(of, ..)
            | ExactIn(of, _)
            | ArrayIn(of, _)
            | ArrayOut(of, _)
            | TreeIn(of)
            | TreeOut(of)
            | TreesIn(of, _)
            | TreesOut(of, _)
            | TreesChanged(of, _)
            | Changed(of)
            | TimeLimit(of) => Detail::Struct(of),
            SignalFrame(_) => Detail::Struct(&SIGNAL_MASK),
            By(choice) => Detail::Choice(choice),
            Request => Detail::Names(&REQUESTS),
            Int | Uint | Long | Ulong | Size | Off | Ptr | Flags | Enum | Mode | FileMode | Dev
            | Fd | DirFd | Pid | Uid | Gid | Signal | WaitStatus | SigSet | Chars | Path | Str
            | ExecPath | ExecArgv | PathOut(_) | In(_) | Out(_) | Entries(_) | SockaddrIn(_)
            | SockaddrOut(_) | SetIn(_) | SetOut(_) | Ready(_) | Counted | ControlIn(_)
            | ControlOut(_) | Child | Filled | Never | NewImage | Restored | Closed | Addressed
            | NewCwd | NewTable | NewIds | Unused | Hex | Limit | Data | Ticks | Time | Errno
            | Version | Padded | Inet | Hardware => {
                return None;
            }
        })
    }

    /// How the raw value is written.
    pub const fn shape(self) -> Shape {
        match self {
            Int | Fd | DirFd | Pid | Signal | Enum | One(_) | WaitStatus | Child | NewImage
            | Never | Noted(_) | Closed | Addressed | NewCwd | NewTable | NewIds | Errno => {
                Shape::Signed32
            }
            Uint | Uid | Gid | Filled => Shape::Unsigned32,
            Long | Off | Time | Restored => Shape::Signed64,
            Ulong | Size | Limit | Data | Ticks => Shape::Unsigned64,
            Mode | FileMode => Shape::Octal,
            Ptr | Hex | Version | Fields(_) | Padded | Inet | Swapped(_) | Hardware | Unused
            | Flags | Bits(_) | Request | Dev | Path | Str | ExecPath | ExecArgv | PathOut(_)
            | In(_) | Out(_) | SockaddrIn(_) | SockaddrOut(_) | TreeIn(_) | TreeOut(_)
            | TreesIn(..) | TreesOut(..) | TreesChanged(..) | Changed(_) | TimeLimit(_)
            | SetIn(_) | SetOut(_) | Ready(_) | Counted | SignalFrame(_) | ControlIn(_)
            | ControlOut(_) | SigSet | Chars | Struct(_) | StructIn(_) | StructOut(_)
            | StructFound(_) | StructLeft(_) | SizedIn(..) | ExactIn(..) | Entries(_)
            | ArrayIn(..) | ArrayOut(..) | By(_) => Shape::Hex,
        }
    }

    /// How many bytes of what the value points to must have been read for any of it to count: what
    /// lies across the end of mapped memory is no structure.
    pub fn least(self, abi: Abi) -> u16 {
        match self {
            StructIn(of) | StructOut(of) | StructFound(of) | StructLeft(of) => of.least(abi),
            SizedIn(.., least) => least,
            ExactIn(of, _) => of.size(abi),
            _ => 0,
        }
    }

    /// How many bytes there may be for any of it to count: of more, the kernel looks at none.
    pub fn most(self, abi: Abi) -> u32 {
        match (self, self.memory()) {
            (ExactIn(of, _), _) => of.size(abi).into(),
            (_, Some((Memory::Bytes(Len::UpTo(_, most)), ..))) => most,
            (_, Some((Memory::Structs(of, Len::UpTo(_, most)), ..))) => {
                most * u32::from(of.size(abi))
            }
            _ => u32::MAX,
        }
    }

    /// What is captured of the memory behind the value, and when; `None` for plain values.
    pub const fn memory(self) -> Option<(Memory, When, Role)> {
        Some(match self {
            Path => (Memory::Str, When::Exit, Role::Path),
            Str => (Memory::Str, When::Exit, Role::Text),
            ExecPath => (Memory::Str, When::Entry, Role::Path),
            ExecArgv => (Memory::StrArray, When::Entry, Role::List),
            PathOut(len) => (Memory::Bytes(len), When::Success, Role::Path),
            In(len) => (Memory::Bytes(len), When::Exit, Role::Content),
            Out(len) | Entries(len) => (Memory::Bytes(len), When::Success, Role::Content),
            SockaddrIn(len) => (Memory::Bytes(len), When::Exit, Role::Address),
            SockaddrOut(len) => (Memory::Bytes(len), When::Success, Role::Address),
            StructIn(of) => (Memory::Structs(of, Len::Fixed(1)), When::Exit, Role::Struct),
            StructOut(of) => (Memory::Structs(of, Len::Fixed(1)), When::Success, Role::Struct),
            StructFound(of) => (Memory::Structs(of, Len::Fixed(1)), When::Found, Role::Struct),
            StructLeft(of) => (Memory::Structs(of, Len::Fixed(1)), When::Interrupted, Role::Struct),
            SizedIn(_, size, _) | ExactIn(_, size) => {
                (Memory::Bytes(Len::Arg(size)), When::Exit, Role::Struct)
            }
            ArrayIn(of, len) => (Memory::Structs(of, len), When::Exit, Role::Array),
            ArrayOut(of, len) => (Memory::Structs(of, len), When::Success, Role::Array),
            TreeIn(of) | TreeOut(of) => (Memory::Tree(of, Len::Fixed(1)), When::Exit, Role::Parts),
            TreesIn(of, len) | TreesOut(of, len) => {
                (Memory::Tree(of, len), When::Exit, Role::ArrayParts)
            }
            TreesChanged(of, len) => (Memory::Tree(of, len), When::Both, Role::ArrayParts),
            Changed(of) | TimeLimit(of) => {
                (Memory::Structs(of, Len::Fixed(1)), When::Both, Role::Parts)
            }
            SetIn(len) => (Memory::Bytes(len), When::Exit, Role::SetParts),
            SetOut(len) => (Memory::Bytes(len), When::Success, Role::SetParts),
            Ready(len) => (Memory::Bytes(len), When::Both, Role::SetParts),
            Counted => (Memory::Count, When::Entry, Role::Count),
            SignalFrame(frame) => (Memory::Frame(frame), When::Entry, Role::Struct),
            ControlIn(len) => (Memory::Bytes(len), When::Exit, Role::Control),
            ControlOut(len) => (Memory::Bytes(len), When::Success, Role::Control),
            By(choice) => return choice.otherwise.memory(),
            Int | Uint | Long | Ulong | Size | Off | Ptr | Flags | Enum | Bits(_) | One(_)
            | Request | Mode | FileMode | Dev | Fd | DirFd | Pid | Uid | Gid | Signal
            | WaitStatus | SigSet | Chars | Struct(_) | Child | Never | NewImage | Restored
            | Closed | Addressed | NewCwd | NewTable | NewIds | Filled | Unused | Hex | Limit
            | Data | Noted(_) | Ticks | Time | Errno | Version | Fields(_) | Padded | Inet
            | Swapped(_) | Hardware => {
                return None;
            }
        })
    }
}
