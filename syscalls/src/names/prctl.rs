//! prctl(2)'s options and what their arguments are.

use super::{Member, Names, members, names};

names! {
    /// What prctl(2) sets, gets or does.
    PRCTL_OPTIONS: "PR_???" {
        value {
            PR_SET_PDEATHSIG = 1, PR_GET_PDEATHSIG = 2, PR_GET_DUMPABLE = 3, PR_SET_DUMPABLE = 4,
            PR_GET_UNALIGN = 5, PR_SET_UNALIGN = 6, PR_GET_KEEPCAPS = 7, PR_SET_KEEPCAPS = 8,
            PR_GET_FPEMU = 9, PR_SET_FPEMU = 10, PR_GET_FPEXC = 11, PR_SET_FPEXC = 12,
            PR_GET_TIMING = 13, PR_SET_TIMING = 14, PR_SET_NAME = 15, PR_GET_NAME = 16,
            PR_GET_ENDIAN = 19, PR_SET_ENDIAN = 20, PR_GET_SECCOMP = 21, PR_SET_SECCOMP = 22,
            PR_CAPBSET_READ = 23, PR_CAPBSET_DROP = 24, PR_GET_TSC = 25, PR_SET_TSC = 26,
            PR_GET_SECUREBITS = 27, PR_SET_SECUREBITS = 28, PR_SET_TIMERSLACK = 29,
            PR_GET_TIMERSLACK = 30, PR_TASK_PERF_EVENTS_DISABLE = 31,
            PR_TASK_PERF_EVENTS_ENABLE = 32, PR_MCE_KILL = 33, PR_MCE_KILL_GET = 34, PR_SET_MM = 35,
            PR_SET_CHILD_SUBREAPER = 36, PR_GET_CHILD_SUBREAPER = 37, PR_SET_NO_NEW_PRIVS = 38,
            PR_GET_NO_NEW_PRIVS = 39, PR_GET_TID_ADDRESS = 40, PR_SET_THP_DISABLE = 41,
            PR_GET_THP_DISABLE = 42, PR_MPX_ENABLE_MANAGEMENT = 43, PR_MPX_DISABLE_MANAGEMENT = 44,
            PR_SET_FP_MODE = 45, PR_GET_FP_MODE = 46, PR_CAP_AMBIENT = 47, PR_SVE_SET_VL = 50,
            PR_SVE_GET_VL = 51, PR_GET_SPECULATION_CTRL = 52, PR_SET_SPECULATION_CTRL = 53,
            PR_PAC_RESET_KEYS = 54, PR_SET_TAGGED_ADDR_CTRL = 55, PR_GET_TAGGED_ADDR_CTRL = 56,
            PR_SET_IO_FLUSHER = 57, PR_GET_IO_FLUSHER = 58, PR_SET_SYSCALL_USER_DISPATCH = 59,
            PR_PAC_SET_ENABLED_KEYS = 60, PR_PAC_GET_ENABLED_KEYS = 61, PR_SCHED_CORE = 62,
            PR_SME_SET_VL = 63, PR_SME_GET_VL = 64, PR_SET_MDWE = 65, PR_GET_MDWE = 66,
            PR_SET_MEMORY_MERGE = 67, PR_GET_MEMORY_MERGE = 68, PR_RISCV_V_SET_CONTROL = 69,
            PR_RISCV_V_GET_CONTROL = 70, PR_RISCV_SET_ICACHE_FLUSH_CTX = 71, PR_PPC_GET_DEXCR = 72,
            PR_PPC_SET_DEXCR = 73, PR_GET_SHADOW_STACK_STATUS = 74, PR_SET_SHADOW_STACK_STATUS = 75,
            PR_LOCK_SHADOW_STACK_STATUS = 76, PR_TIMER_CREATE_RESTORE_IDS = 77, PR_FUTEX_HASH = 78,
            PR_RSEQ_SLICE_EXTENSION = 79, PR_GET_CFI = 80, PR_SET_CFI = 81,
            PR_GET_AUXV = 0x4155_5856, PR_SET_VMA = 0x5356_4d41, PR_SET_PTRACER = 0x5961_6d61,
        }
    }

    /// Who may dump a process (prctl(2)'s `PR_SET_DUMPABLE`).
    DUMPABLE: "SUID_DUMP_???" wide {
        value { SUID_DUMP_DISABLE = 0, SUID_DUMP_USER = 1, SUID_DUMP_ROOT = 2 }
    }

    /// What happens at unaligned accesses (prctl(2)'s `PR_SET_UNALIGN`).
    UNALIGN_FLAGS: "PR_UNALIGN_???" {
        bits { PR_UNALIGN_NOPRINT = 1, PR_UNALIGN_SIGBUS = 2 }
    }

    /// Whether the time-stamp counter may be read (prctl(2)'s `PR_SET_TSC`).
    TSC_MODES: "PR_TSC_???" {
        value { PR_TSC_ENABLE = 1, PR_TSC_SIGSEGV = 2 }
    }

    /// Whether root's privileges follow from its id (prctl(2)'s `PR_SET_SECUREBITS`).
    SECUREBITS: "SECBIT_???" wide {
        bits {
            SECBIT_NOROOT = 1, SECBIT_NOROOT_LOCKED = 2, SECBIT_NO_SETUID_FIXUP = 4,
            SECBIT_NO_SETUID_FIXUP_LOCKED = 8, SECBIT_KEEP_CAPS = 0x10,
            SECBIT_KEEP_CAPS_LOCKED = 0x20, SECBIT_NO_CAP_AMBIENT_RAISE = 0x40,
            SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED = 0x80, SECBIT_EXEC_RESTRICT_FILE = 0x100,
            SECBIT_EXEC_RESTRICT_FILE_LOCKED = 0x200, SECBIT_EXEC_DENY_INTERACTIVE = 0x400,
            SECBIT_EXEC_DENY_INTERACTIVE_LOCKED = 0x800,
        }
    }

    /// Whether prctl(2)'s `PR_MCE_KILL` sets a policy.
    MCE_KILL_OPS: "PR_MCE_KILL_???" wide {
        value { PR_MCE_KILL_CLEAR = 0, PR_MCE_KILL_SET = 1 }
    }

    /// When broken memory kills (prctl(2)'s `PR_MCE_KILL`).
    MCE_KILL_POLICIES: "PR_MCE_KILL_???" wide {
        value { PR_MCE_KILL_LATE = 0, PR_MCE_KILL_EARLY = 1, PR_MCE_KILL_DEFAULT = 2 }
    }

    /// Which address prctl(2)'s `PR_SET_MM` sets.
    SET_MM_OPS: "PR_SET_MM_???" {
        value {
            PR_SET_MM_START_CODE = 1, PR_SET_MM_END_CODE = 2, PR_SET_MM_START_DATA = 3,
            PR_SET_MM_END_DATA = 4, PR_SET_MM_START_STACK = 5, PR_SET_MM_START_BRK = 6,
            PR_SET_MM_BRK = 7, PR_SET_MM_ARG_START = 8, PR_SET_MM_ARG_END = 9,
            PR_SET_MM_ENV_START = 10, PR_SET_MM_ENV_END = 11, PR_SET_MM_AUXV = 12,
            PR_SET_MM_EXE_FILE = 13, PR_SET_MM_MAP = 14, PR_SET_MM_MAP_SIZE = 15,
        }
    }

    /// What prctl(2)'s `PR_SET_VMA` sets.
    SET_VMA_ATTRS: "PR_SET_VMA_???" wide {
        value { PR_SET_VMA_ANON_NAME = 0 }
    }

    /// What prctl(2)'s `PR_CAP_AMBIENT` does.
    CAP_AMBIENT_OPS: "PR_CAP_AMBIENT_???" wide {
        value {
            PR_CAP_AMBIENT_IS_SET = 1, PR_CAP_AMBIENT_RAISE = 2, PR_CAP_AMBIENT_LOWER = 3,
            PR_CAP_AMBIENT_CLEAR_ALL = 4,
        }
    }

    /// Misfeatures of CPUs (prctl(2)'s `PR_SET_SPECULATION_CTRL`).
    SPECULATION_MISFEATURES: "PR_SPEC_???" wide {
        value { PR_SPEC_STORE_BYPASS = 0, PR_SPEC_INDIRECT_BRANCH = 1, PR_SPEC_L1D_FLUSH = 2 }
    }

    /// What is done about a misfeature (prctl(2)'s `PR_SET_SPECULATION_CTRL`).
    SPECULATION_CONTROLS: "PR_SPEC_???" wide {
        value {
            PR_SPEC_ENABLE = 2, PR_SPEC_DISABLE = 4, PR_SPEC_FORCE_DISABLE = 8,
            PR_SPEC_DISABLE_NOEXEC = 0x10,
        }
    }

    /// What is done about a misfeature (prctl(2)'s `PR_GET_SPECULATION_CTRL`).
    SPECULATION_STATES: "PR_SPEC_???" wide {
        value { PR_SPEC_NOT_AFFECTED = 0 }
        bits {
            PR_SPEC_PRCTL = 1, PR_SPEC_ENABLE = 2, PR_SPEC_DISABLE = 4, PR_SPEC_FORCE_DISABLE = 8,
            PR_SPEC_DISABLE_NOEXEC = 0x10,
        }
    }

    /// Who may trace, if not a process (prctl(2)'s `PR_SET_PTRACER`).
    PTRACERS: "%d" wide {
        value { PR_SET_PTRACER_ANY = 0xffff_ffff_ffff_ffff }
    }

    /// How floating-point registers of MIPS are (prctl(2)'s `PR_SET_FP_MODE`).
    FP_MODES: "PR_FP_MODE_???" {
        bits { PR_FP_MODE_FR = 1, PR_FP_MODE_FRE = 2 }
    }

    /// The length of vectors, and for whom it is (prctl(2)'s `PR_SVE_SET_VL`).
    SVE_LENGTHS: "" wide {
        bits { PR_SVE_SET_VL_ONEXEC = 0x4_0000, PR_SVE_VL_INHERIT = 0x2_0000 }
        number 0xffff "%#x" = 0
    }

    /// The length of vectors in streaming mode, and for whom it is (prctl(2)'s `PR_SME_SET_VL`).
    SME_LENGTHS: "" wide {
        bits { PR_SME_SET_VL_ONEXEC = 0x4_0000, PR_SME_VL_INHERIT = 0x2_0000 }
        number 0xffff "%#x" = 0
    }

    /// Threads that share a cookie (prctl(2)'s `PR_SCHED_CORE`; known to the kernel alone).
    SCHED_CORE_SCOPES: "PIDTYPE_???" {
        value { PIDTYPE_PID = 0, PIDTYPE_TGID = 1, PIDTYPE_PGID = 2, PIDTYPE_SID = 3 }
    }

    /// Keys of pointer authentication that can be switched off (prctl(2)).
    PAC_ENABLED_KEYS: "PR_PAC_???" wide {
        bits {
            PR_PAC_APIAKEY = 1, PR_PAC_APIBKEY = 2, PR_PAC_APDAKEY = 4, PR_PAC_APDBKEY = 8,
        }
    }

    /// Keys of pointer authentication (prctl(2)'s `PR_PAC_RESET_KEYS`).
    PAC_KEYS: "PR_PAC_???" wide {
        bits {
            PR_PAC_APIAKEY = 1, PR_PAC_APIBKEY = 2, PR_PAC_APDAKEY = 4, PR_PAC_APDBKEY = 8,
            PR_PAC_APGAKEY = 0x10,
        }
    }

    /// Whether syscalls are dispatched to user space (prctl(2)'s `PR_SET_SYSCALL_USER_DISPATCH`).
    SYSCALL_DISPATCH_MODES: "PR_SYS_DISPATCH_???" wide {
        value {
            PR_SYS_DISPATCH_OFF = 0, PR_SYS_DISPATCH_ON = 1,
            PR_SYS_DISPATCH_INCLUSIVE_ON = 2,
        }
    }

    /// What prctl(2)'s `PR_SCHED_CORE` does.
    SCHED_CORE_OPS: "PR_SCHED_CORE_???" {
        value {
            PR_SCHED_CORE_GET = 0, PR_SCHED_CORE_CREATE = 1, PR_SCHED_CORE_SHARE_TO = 2,
            PR_SCHED_CORE_SHARE_FROM = 3,
        }
    }

    /// Whether memory may become executable (prctl(2)'s `PR_SET_MDWE`).
    MDWE_FLAGS: "PR_MDWE_???" wide {
        bits { PR_MDWE_REFUSE_EXEC_GAIN = 1, PR_MDWE_NO_INHERIT = 2 }
    }
}

/// Whether addresses may carry tags (prctl(2)'s `PR_SET_TAGGED_ADDR_CTRL`).
pub static TAGGED_ADDRESSES: Names = Names {
    name: "TAGGED_ADDRESSES",
    unknown: "",
    bits: 64,
    members: members!(
        [Member { mask: 1, value: 0, name: "!PR_TAGGED_ADDR_ENABLE" },]
        bits { PR_TAGGED_ADDR_ENABLE = 1 }
        field 0x6 {
            PR_MTE_TCF_NONE = 0, PR_MTE_TCF_SYNC = 2, PR_MTE_TCF_ASYNC = 4, PR_MTE_TCF_MASK = 6,
        }
    ),
    on_aarch64: &[],
};
