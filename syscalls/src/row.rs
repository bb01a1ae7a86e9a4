//! A row of the table: everything that is known of one syscall, in one place.

use crate::Kind;

/// The most arguments a syscall has on Linux.
pub const MAX_ARGS: usize = 6;

/// One syscall of one calling convention, or of several that share its arguments.
#[derive(Debug)]
pub struct Syscall {
    /// Name without prefix, as in the kernel's `unistd.h`.
    pub name: &'static str,
    /// One sentence on what it does.
    pub summary: &'static str,
    /// Its number on each ABI that has it.
    pub numbers: Numbers,
    /// The `%class` sets it belongs to.
    pub class: Class,
    /// Its arguments in register order, at most [`MAX_ARGS`].
    pub args: &'static [Arg],
    /// What its result means when it is no error.
    pub ret: Kind,
    /// Why no workload of the tests makes the call; `None` where one does.
    pub untested: Option<&'static str>,
}

/// One argument.
#[derive(Clone, Copy, Debug)]
pub struct Arg {
    /// Name as in the manual page, section 2.
    pub name: &'static str,
    /// What its value means.
    pub kind: Kind,
}

/// Calling convention through which a syscall was made. The numbers are part of the trace format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Abi {
    /// 64-bit calls on x86.
    X86_64 = 0,
    /// 32-bit calls on x86 (`int 0x80`, `sysenter`).
    I386 = 1,
    /// 64-bit calls on Arm.
    Aarch64 = 2,
    /// Operations of io_uring(7), by their opcodes: no calls, but recorded like them.
    IoUring = 4,
    /// Calls with 32-bit pointers on x86-64; numbers without their bit 30.
    X32 = 5,
    /// What i386 calls through socketcall(2), whose first argument is the number; the arguments lie in a
    /// block of 32-bit words that the second points to.
    Socketcall = 7,
}

/// A syscall's number on each ABI.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    /// On x86-64.
    pub x86_64: Option<u16>,
    /// On 64-bit Arm.
    pub aarch64: Option<u16>,
    /// On 32-bit x86.
    pub i386: Option<u16>,
    /// Opcode of io_uring(7).
    pub io_uring: Option<u16>,
    /// On x32, if it is another than on x86-64.
    pub x32: Option<u16>,
    /// First argument of socketcall(2).
    pub socketcall: Option<u16>,
}

/// The numbers of x86-64 that x32 does not have: `64` in arch/x86/entry/syscalls/syscall_64.tbl. Numbers
/// from 512 on are x32's alone.
const NOT_ON_X32: [u16; 47] = [
    13, 15, 16, 19, 20, 45, 46, 47, 54, 55, 59, 101, 127, 128, 129, 131, 134, 156, 174, 177, 178,
    180, 205, 206, 209, 211, 214, 215, 222, 236, 244, 246, 247, 273, 274, 278, 279, 295, 296, 297,
    299, 307, 310, 311, 322, 327, 328,
];

impl Abi {
    /// Every ABI.
    pub const ALL: [Abi; 6] =
        [Abi::X86_64, Abi::I386, Abi::Aarch64, Abi::IoUring, Abi::X32, Abi::Socketcall];
    /// Those whose numbers and layouts are their own.
    pub const OWN: [Abi; 3] = [Abi::X86_64, Abi::I386, Abi::Aarch64];
    /// What is indexed by an ABI's id has this size; 3 stands for 32-bit Arm, of which there is no table, and
    /// 6 for nothing: 32-bit ABIs have odd numbers.
    pub const SLOTS: usize = 8;

    /// Name, as the kernel's sources spell the architecture.
    pub const fn name(self) -> &'static str {
        match self {
            Abi::X86_64 => "x86_64",
            Abi::I386 => "i386",
            Abi::Aarch64 => "aarch64",
            Abi::IoUring => "io_uring",
            Abi::X32 => "x32",
            Abi::Socketcall => "socketcall",
        }
    }

    /// The ABI with that number in a trace.
    pub fn from_id(id: u8) -> Option<Abi> {
        Abi::ALL.into_iter().find(|abi| *abi as u8 == id)
    }

    /// The ABIs whose calls can be seen on the machine this was built for.
    pub const fn native() -> &'static [Abi] {
        if cfg!(target_arch = "aarch64") {
            &[Abi::Aarch64, Abi::IoUring]
        } else {
            &[Abi::X86_64, Abi::I386, Abi::IoUring, Abi::X32, Abi::Socketcall]
        }
    }
}

impl Numbers {
    /// On no ABI; rows override what they have.
    pub const NONE: Numbers = Numbers {
        x86_64: None,
        aarch64: None,
        i386: None,
        io_uring: None,
        x32: None,
        socketcall: None,
    };

    /// The number on `abi`.
    pub const fn on(&self, abi: Abi) -> Option<u16> {
        match abi {
            Abi::X86_64 => self.x86_64,
            Abi::I386 => self.i386,
            Abi::Aarch64 => self.aarch64,
            Abi::IoUring => self.io_uring,
            Abi::X32 => self.on_x32(),
            Abi::Socketcall => self.socketcall,
        }
    }

    const fn on_x32(&self) -> Option<u16> {
        let mut index = 0;
        while index < NOT_ON_X32.len() {
            if matches!(self.x86_64, Some(number) if number == NOT_ON_X32[index]) {
                return self.x32;
            }
            index += 1;
        }
        if self.x32.is_some() { self.x32 } else { self.x86_64 }
    }
}

impl Syscall {
    /// The ABI whose layouts its structures have. The calls that x32 shares with x86-64 have those of
    /// x86-64, those of its own are the kernel's for 32-bit programs.
    pub const fn layout(&self, abi: Abi) -> Abi {
        match abi {
            Abi::X32 if self.numbers.x32.is_some() => Abi::I386,
            Abi::X32 => Abi::X86_64,
            Abi::Socketcall => Abi::I386,
            _ => abi,
        }
    }
}

/// A set of `%class` words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class(pub u32);

macro_rules! classes {
    ($($(#[doc = $doc:literal])* $konst:ident = $bit:literal, $word:literal;)*) => {
        impl Class {
            /// In no set.
            pub const NONE: Class = Class(0);
            $($(#[doc = $doc])* pub const $konst: Class = Class(1 << $bit);)*

            /// Every class with its word on the command line and its meaning.
            pub const ALL: &'static [(&'static str, Class, &'static str)] =
                &[$(($word, Class::$konst, concat!($($doc),*).trim_ascii())),*];
        }
    };
}

classes! {
    /// Takes a path (strace's `%file`).
    FILE = 0, "file";
    /// Takes or returns a file descriptor.
    DESC = 1, "desc";
    /// Sockets.
    NETWORK = 2, "network";
    /// Life and death of processes and threads.
    PROCESS = 3, "process";
    /// Address space.
    MEMORY = 4, "memory";
    /// Signals.
    SIGNAL = 5, "signal";
    /// System V and POSIX message queues, semaphores, shared memory, futexes.
    IPC = 6, "ipc";
    /// User and group ids, capabilities.
    CREDS = 7, "creds";
    /// Clocks and timers.
    CLOCK = 8, "clock";
    /// Scheduling.
    SCHED = 9, "sched";
    /// File status (stat, statx, statfs families).
    STAT = 10, "stat";
    /// Waits for events on descriptors (poll, select, epoll, io_uring).
    POLL = 11, "poll";
    /// Namespaces, mounts, modules, BPF, reboot: administers the system.
    ADMIN = 12, "admin";
    /// Operations of io_uring.
    IO_URING = 13, "io_uring";
}

impl Class {
    /// Whether the two share a class.
    pub const fn intersects(self, other: Class) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets together; for rows that belong to several.
    pub const fn or(self, other: Class) -> Class {
        Class(self.0 | other.0)
    }
}

/// Turns rows into a `pub(crate) const ROWS: &[Syscall]`:
///
/// ```text
/// /// Read from a file descriptor.
/// read { x86_64: 0, aarch64: 63, i386: 3; class: DESC }
///      (fd: Fd, buf: Out(Ret), count: Size) -> Size;
/// ```
///
/// becomes
///
/// ```text
/// Syscall { name: "read", summary: "Read from a file descriptor.",
///           numbers: Numbers { x86_64: Some(0), aarch64: Some(63), i386: Some(3), ..Numbers::NONE },
///           class: Class::NONE.or(Class::DESC),
///           args: &[Arg { name: "fd", kind: Fd }, …], ret: Size, untested: None }
/// ```
///
/// Every row has a workload in `tests/workloads/every`, or says behind its classes why not:
/// `{ x86_64: 335; class: SIGNAL; untested("…") }`. `tests/tests/coverage.rs` holds it to that.
macro_rules! syscalls {
    ($(
        #[doc = $summary:literal]
        $name:ident { $($abi:ident: $nr:literal),+; class: $($class:ident)|+
                      $(; untested($why:literal))? }
        ($($arg:ident: $kind:expr),* $(,)?) -> $ret:expr;
    )*) => {
        #[allow(clippy::needless_update, reason = "a row may have a number on every ABI")]
        pub(crate) const ROWS: &[$crate::Syscall] = {
            #[allow(unused_imports, reason = "a file of rows may use only some kinds")]
            use $crate::{Kind::*, Len::*, choices::*, names::all::*, structs::all::*};
            &[$($crate::Syscall {
                name: stringify!($name),
                summary: $summary.trim_ascii(),
                numbers: $crate::Numbers { $($abi: Some($nr),)+ ..$crate::Numbers::NONE },
                class: $crate::Class::NONE$(.or($crate::Class::$class))+,
                args: &[$($crate::Arg { name: stringify!($arg), kind: $kind }),*],
                ret: $ret,
                untested: [$(Some($why),)? None][0],
            }),*]
        };
    };
}
pub(crate) use syscalls;
