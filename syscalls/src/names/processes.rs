//! Processes and threads: creation, waiting, limits, namespaces, tracing.

use super::{Member, Names, members, names};

names! {
    /// What clone(2) shares with the child, and the signal at its end in the low byte.
    CLONE_FLAGS: "CLONE_???" wide {
        bits {
            CLONE_VM = 0x100, CLONE_FS = 0x200, CLONE_FILES = 0x400, CLONE_SIGHAND = 0x800,
            CLONE_PIDFD = 0x1000, CLONE_PTRACE = 0x2000, CLONE_VFORK = 0x4000,
            CLONE_PARENT = 0x8000, CLONE_THREAD = 0x1_0000, CLONE_NEWNS = 0x2_0000,
            CLONE_SYSVSEM = 0x4_0000, CLONE_SETTLS = 0x8_0000, CLONE_PARENT_SETTID = 0x10_0000,
            CLONE_CHILD_CLEARTID = 0x20_0000, CLONE_DETACHED = 0x40_0000,
            CLONE_UNTRACED = 0x80_0000, CLONE_CHILD_SETTID = 0x100_0000,
            CLONE_NEWCGROUP = 0x200_0000, CLONE_NEWUTS = 0x400_0000, CLONE_NEWIPC = 0x800_0000,
            CLONE_NEWUSER = 0x1000_0000, CLONE_NEWPID = 0x2000_0000, CLONE_NEWNET = 0x4000_0000,
            CLONE_IO = 0x8000_0000,
        }
        field 0xff {
            SIGHUP = 1, SIGINT = 2, SIGQUIT = 3, SIGILL = 4, SIGTRAP = 5, SIGABRT = 6, SIGBUS = 7,
            SIGFPE = 8, SIGKILL = 9, SIGUSR1 = 10, SIGSEGV = 11, SIGUSR2 = 12, SIGPIPE = 13,
            SIGALRM = 14, SIGTERM = 15, SIGSTKFLT = 16, SIGCHLD = 17, SIGCONT = 18, SIGSTOP = 19,
            SIGTSTP = 20, SIGTTIN = 21, SIGTTOU = 22, SIGURG = 23, SIGXCPU = 24, SIGXFSZ = 25,
            SIGVTALRM = 26, SIGPROF = 27, SIGWINCH = 28, SIGIO = 29, SIGPWR = 30, SIGSYS = 31,
        }
    }

    /// What clone3(2) shares with the child.
    CLONE3_FLAGS: "CLONE_???" wide {
        bits {
            CLONE_VM = 0x100, CLONE_FS = 0x200, CLONE_FILES = 0x400, CLONE_SIGHAND = 0x800,
            CLONE_PIDFD = 0x1000, CLONE_PTRACE = 0x2000, CLONE_VFORK = 0x4000,
            CLONE_PARENT = 0x8000, CLONE_THREAD = 0x1_0000, CLONE_NEWNS = 0x2_0000,
            CLONE_SYSVSEM = 0x4_0000, CLONE_SETTLS = 0x8_0000, CLONE_PARENT_SETTID = 0x10_0000,
            CLONE_CHILD_CLEARTID = 0x20_0000, CLONE_DETACHED = 0x40_0000,
            CLONE_UNTRACED = 0x80_0000, CLONE_CHILD_SETTID = 0x100_0000,
            CLONE_NEWCGROUP = 0x200_0000, CLONE_NEWUTS = 0x400_0000, CLONE_NEWIPC = 0x800_0000,
            CLONE_NEWUSER = 0x1000_0000, CLONE_NEWPID = 0x2000_0000, CLONE_NEWNET = 0x4000_0000,
            CLONE_IO = 0x8000_0000, CLONE_NEWTIME = 0x80, CLONE_CLEAR_SIGHAND = 0x1_0000_0000,
            CLONE_INTO_CGROUP = 0x2_0000_0000, CLONE_AUTOREAP = 0x4_0000_0000,
            CLONE_NNP = 0x8_0000_0000, CLONE_PIDFD_AUTOKILL = 0x10_0000_0000,
            CLONE_EMPTY_MNTNS = 0x20_0000_0000,
        }
    }

    /// What unshare(2) shares no longer.
    UNSHARE_FLAGS: "CLONE_???" wide {
        bits {
            CLONE_NEWTIME = 0x80, CLONE_VM = 0x100, CLONE_FS = 0x200, CLONE_FILES = 0x400,
            CLONE_SIGHAND = 0x800, CLONE_THREAD = 0x1_0000, CLONE_NEWNS = 0x2_0000,
            CLONE_SYSVSEM = 0x4_0000, CLONE_NEWCGROUP = 0x200_0000, CLONE_NEWUTS = 0x400_0000,
            CLONE_NEWIPC = 0x800_0000, CLONE_NEWUSER = 0x1000_0000, CLONE_NEWPID = 0x2000_0000,
            CLONE_NEWNET = 0x4000_0000,
        }
    }

    /// Types of namespaces (setns(2)).
    NAMESPACE_TYPES: "CLONE_NEW???" {
        bits {
            CLONE_NEWTIME = 0x80, CLONE_NEWNS = 0x2_0000, CLONE_NEWCGROUP = 0x200_0000,
            CLONE_NEWUTS = 0x400_0000, CLONE_NEWIPC = 0x800_0000, CLONE_NEWUSER = 0x1000_0000,
            CLONE_NEWPID = 0x2000_0000, CLONE_NEWNET = 0x4000_0000,
        }
    }

    /// What sort of namespace one is (ioctl_nsfs(2)).
    NAMESPACE_KINDS: "CLONE_NEW???" {
        value {
            CLONE_NEWTIME = 0x80, CLONE_NEWNS = 0x2_0000, CLONE_NEWCGROUP = 0x200_0000,
            CLONE_NEWUTS = 0x400_0000, CLONE_NEWIPC = 0x800_0000, CLONE_NEWUSER = 0x1000_0000,
            CLONE_NEWPID = 0x2000_0000, CLONE_NEWNET = 0x4000_0000,
        }
    }

    /// What wait4(2) and waitid(2) wait for.
    WAIT_OPTIONS: "W???" {
        bits {
            WNOHANG = 1, WEXITED = 4, WSTOPPED = 2, WCONTINUED = 8, WNOWAIT = 0x100_0000,
            __WCLONE = 0x8000_0000, __WALL = 0x4000_0000, __WNOTHREAD = 0x2000_0000,
        }
    }

    /// What waitid(2)'s id names.
    WAITID_TYPES: "P_???" {
        value { P_ALL = 0, P_PID = 1, P_PGID = 2, P_PIDFD = 3 }
    }

    /// Resources with a limit (getrlimit(2)).
    RESOURCES: "RLIMIT_???" {
        value {
            RLIMIT_CPU = 0, RLIMIT_FSIZE = 1, RLIMIT_DATA = 2, RLIMIT_STACK = 3, RLIMIT_CORE = 4,
            RLIMIT_RSS = 5, RLIMIT_NPROC = 6, RLIMIT_NOFILE = 7, RLIMIT_MEMLOCK = 8, RLIMIT_AS = 9,
            RLIMIT_LOCKS = 10, RLIMIT_SIGPENDING = 11, RLIMIT_MSGQUEUE = 12, RLIMIT_NICE = 13,
            RLIMIT_RTPRIO = 14, RLIMIT_RTTIME = 15,
        }
    }

    /// Whose use of resources getrusage(2) tells.
    RUSAGE_WHO: "RUSAGE_???" {
        value {
            RUSAGE_SELF = 0, RUSAGE_CHILDREN = 0xffff_ffff, RUSAGE_BOTH = 0xffff_fffe,
            RUSAGE_THREAD = 1,
        }
    }

    /// What kcmp(2) compares.
    KCMP_TYPES: "KCMP_???" {
        value {
            KCMP_FILE = 0, KCMP_VM = 1, KCMP_FILES = 2, KCMP_FS = 3, KCMP_SIGHAND = 4, KCMP_IO = 5,
            KCMP_SYSVSEM = 6, KCMP_EPOLL_TFD = 7,
        }
    }

    /// How pidfd_open(2) opens.
    PIDFD_FLAGS: "PIDFD_???" {
        bits { PIDFD_NONBLOCK = 0o4000, PIDFD_THREAD = 0o200, PIDFD_AUTOKILL = 0o1000 }
    }

    /// What rseq(2) does.
    RSEQ_FLAGS: "RSEQ_FLAG_???" {
        bits { RSEQ_FLAG_UNREGISTER = 1, RSEQ_FLAG_SLICE_EXT_DEFAULT_ON = 2 }
    }

    /// What ptrace(2) does.
    PTRACE_REQUESTS: "PTRACE_???" {
        value {
            PTRACE_TRACEME = 0, PTRACE_PEEKTEXT = 1, PTRACE_PEEKDATA = 2, PTRACE_PEEKUSER = 3,
            PTRACE_POKETEXT = 4, PTRACE_POKEDATA = 5, PTRACE_POKEUSER = 6, PTRACE_CONT = 7,
            PTRACE_KILL = 8, PTRACE_SINGLESTEP = 9, PTRACE_GETREGS = 0xc, PTRACE_SETREGS = 0xd,
            PTRACE_GETFPREGS = 0xe, PTRACE_SETFPREGS = 0xf, PTRACE_ATTACH = 0x10,
            PTRACE_DETACH = 0x11, PTRACE_GETFPXREGS = 0x12, PTRACE_SETFPXREGS = 0x13,
            PTRACE_OLDSETOPTIONS = 0x15, PTRACE_SYSCALL = 0x18, PTRACE_GET_THREAD_AREA = 0x19,
            PTRACE_SET_THREAD_AREA = 0x1a, PTRACE_ARCH_PRCTL = 0x1e, PTRACE_SYSEMU = 0x1f,
            PTRACE_SYSEMU_SINGLESTEP = 0x20, PTRACE_SINGLEBLOCK = 0x21, PTRACE_SETOPTIONS = 0x4200,
            PTRACE_GETEVENTMSG = 0x4201, PTRACE_GETSIGINFO = 0x4202, PTRACE_SETSIGINFO = 0x4203,
            PTRACE_GETREGSET = 0x4204, PTRACE_SETREGSET = 0x4205, PTRACE_SEIZE = 0x4206,
            PTRACE_INTERRUPT = 0x4207, PTRACE_LISTEN = 0x4208, PTRACE_PEEKSIGINFO = 0x4209,
            PTRACE_GETSIGMASK = 0x420a, PTRACE_SETSIGMASK = 0x420b,
            PTRACE_SECCOMP_GET_FILTER = 0x420c, PTRACE_SECCOMP_GET_METADATA = 0x420d,
            PTRACE_GET_SYSCALL_INFO = 0x420e, PTRACE_GET_RSEQ_CONFIGURATION = 0x420f,
            PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG = 0x4210,
            PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG = 0x4211, PTRACE_SET_SYSCALL_INFO = 0x4212,
        }
    }
    aarch64 {
        value {
            PTRACE_TRACEME = 0, PTRACE_PEEKTEXT = 1, PTRACE_PEEKDATA = 2, PTRACE_PEEKUSER = 3,
            PTRACE_POKETEXT = 4, PTRACE_POKEDATA = 5, PTRACE_POKEUSER = 6, PTRACE_CONT = 7,
            PTRACE_KILL = 8, PTRACE_SINGLESTEP = 9, PTRACE_ATTACH = 0x10, PTRACE_DETACH = 0x11,
            PTRACE_SYSCALL = 0x18, PTRACE_SYSEMU = 0x1f, PTRACE_SYSEMU_SINGLESTEP = 0x20,
            PTRACE_PEEKMTETAGS = 0x21, PTRACE_POKEMTETAGS = 0x22, PTRACE_SETOPTIONS = 0x4200,
            PTRACE_GETEVENTMSG = 0x4201, PTRACE_GETSIGINFO = 0x4202, PTRACE_SETSIGINFO = 0x4203,
            PTRACE_GETREGSET = 0x4204, PTRACE_SETREGSET = 0x4205, PTRACE_SEIZE = 0x4206,
            PTRACE_INTERRUPT = 0x4207, PTRACE_LISTEN = 0x4208, PTRACE_PEEKSIGINFO = 0x4209,
            PTRACE_GETSIGMASK = 0x420a, PTRACE_SETSIGMASK = 0x420b,
            PTRACE_SECCOMP_GET_FILTER = 0x420c, PTRACE_SECCOMP_GET_METADATA = 0x420d,
            PTRACE_GET_SYSCALL_INFO = 0x420e, PTRACE_GET_RSEQ_CONFIGURATION = 0x420f,
            PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG = 0x4210,
            PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG = 0x4211, PTRACE_SET_SYSCALL_INFO = 0x4212,
        }
    }

    /// Options of tracing (ptrace(2)'s `PTRACE_SETOPTIONS`).
    PTRACE_OPTIONS: "PTRACE_O_???" wide {
        bits {
            PTRACE_O_TRACESYSGOOD = 1, PTRACE_O_TRACEFORK = 2, PTRACE_O_TRACEVFORK = 4,
            PTRACE_O_TRACECLONE = 8, PTRACE_O_TRACEEXEC = 0x10, PTRACE_O_TRACEVFORKDONE = 0x20,
            PTRACE_O_TRACEEXIT = 0x40, PTRACE_O_TRACESECCOMP = 0x80, PTRACE_O_EXITKILL = 0x10_0000,
            PTRACE_O_SUSPEND_SECCOMP = 0x20_0000,
        }
    }

    /// Which pending signals are peeked at (ptrace(2)'s `PTRACE_PEEKSIGINFO`).
    PEEKSIGINFO_FLAGS: "PTRACE_PEEKSIGINFO_???" { bits { PTRACE_PEEKSIGINFO_SHARED = 1 } }

    /// Sets of registers (ptrace(2)'s `PTRACE_GETREGSET`).
    REGISTER_SETS: "NT_???" wide {
        value {
            NT_PRSTATUS = 1, NT_FPREGSET = 2, NT_PRPSINFO = 3, NT_TASKSTRUCT = 4, NT_AUXV = 6, NT_386_TLS = 0x200,
            NT_386_IOPERM = 0x201, NT_X86_XSTATE = 0x202, NT_X86_SHSTK = 0x204,
            NT_X86_XSAVE_LAYOUT = 0x205, NT_PRXFPREG = 0x46e6_2b7f,
        }
    }
    aarch64 {
        value {
            NT_PRSTATUS = 1, NT_FPREGSET = 2, NT_PRPSINFO = 3, NT_TASKSTRUCT = 4, NT_AUXV = 6, NT_ARM_VFP = 0x400, NT_ARM_TLS = 0x401,
            NT_ARM_HW_BREAK = 0x402, NT_ARM_HW_WATCH = 0x403, NT_ARM_SYSTEM_CALL = 0x404,
            NT_ARM_SVE = 0x405, NT_ARM_PAC_MASK = 0x406, NT_ARM_PACA_KEYS = 0x407,
            NT_ARM_PACG_KEYS = 0x408, NT_ARM_TAGGED_ADDR_CTRL = 0x409,
            NT_ARM_PAC_ENABLED_KEYS = 0x40a, NT_ARM_SSVE = 0x40b, NT_ARM_ZA = 0x40c,
            NT_ARM_ZT = 0x40d, NT_ARM_FPMR = 0x40e, NT_ARM_POE = 0x40f, NT_ARM_GCS = 0x410,
        }
    }
}

/// What a segment of x86 is (set_thread_area(2)).
pub static DESCRIPTOR_FIELDS: Names =
    Names { name: "DESCRIPTOR_FIELDS", unknown: "", bits: 32, members: SEGMENT, on_aarch64: &[] };

/// The same for 32-bit programs, which have no long mode.
pub static DESCRIPTOR_FIELDS_32: Names = Names {
    name: "DESCRIPTOR_FIELDS_32",
    members: SEGMENT.split_at(SEGMENT.len() - 1).0,
    unknown: "",
    bits: 32,
    on_aarch64: &[],
};

const SEGMENT: &[Member] = &[
    Member { mask: 0x1, value: 0x1, name: "seg_32bit" },
    Member { mask: 0x6, value: 0x6, name: "contents" },
    Member { mask: 0x8, value: 0x8, name: "read_exec_only" },
    Member { mask: 0x10, value: 0x10, name: "limit_in_pages" },
    Member { mask: 0x20, value: 0x20, name: "seg_not_present" },
    Member { mask: 0x40, value: 0x40, name: "useable" },
    Member { mask: 0x80, value: 0x80, name: "lm" },
];

/// Which operating system's behaviour a process gets (personality(2)); all bits set only asks.
pub static PERSONALITY: Names = Names {
    name: "PERSONALITY",
    unknown: "PER_???|",
    bits: 32,
    members: members!(
        [Member { mask: u64::MAX, value: 0xffff_ffff, name: "0xffffffff" },]
        field 0xff {
            PER_LINUX = 0, PER_BSD = 6, PER_LINUX32 = 8, PER_RISCOS = 12, PER_OSF4 = 15,
            PER_HPUX = 16,
        }
        bits {
            UNAME26 = 0x2_0000, ADDR_NO_RANDOMIZE = 0x4_0000, FDPIC_FUNCPTRS = 0x8_0000,
            MMAP_PAGE_ZERO = 0x10_0000, ADDR_COMPAT_LAYOUT = 0x20_0000,
            READ_IMPLIES_EXEC = 0x40_0000, ADDR_LIMIT_32BIT = 0x80_0000, SHORT_INODE = 0x100_0000,
            WHOLE_SECONDS = 0x200_0000, STICKY_TIMEOUTS = 0x400_0000, ADDR_LIMIT_3GB = 0x800_0000,
        }
    ),
    on_aarch64: &[],
};
