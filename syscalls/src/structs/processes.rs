//! Processes and threads: ids, resources, limits, scheduling, capabilities.

use super::{structs, time::TIMEVAL};
use crate::names::capabilities::CAP_VERSIONS;

structs! {
    /// Status of a child (wait(2)).
    WAIT_STATUS { _: u32 = WaitStatus }

    /// A process id (clone(2)).
    PID { _: u32 = Pid }

    /// Resources that were used (getrusage(2)).
    RUSAGE {
        ru_utime: inner = Struct(&TIMEVAL), ru_stime: inner = Struct(&TIMEVAL),
        detail ru_maxrss: word = Ulong, detail ru_ixrss: word = Ulong, detail ru_idrss: word = Ulong,
        detail ru_isrss: word = Ulong, detail ru_minflt: word = Ulong, detail ru_majflt: word = Ulong,
        detail ru_nswap: word = Ulong, detail ru_inblock: word = Ulong,
        detail ru_oublock: word = Ulong, detail ru_msgsnd: word = Ulong,
        detail ru_msgrcv: word = Ulong, detail ru_nsignals: word = Ulong,
        detail ru_nvcsw: word = Ulong, detail ru_nivcsw: word = Ulong
    }

    /// A resource limit (getrlimit(2)).
    RLIMIT { rlim_cur: word = Limit, rlim_max: word = Limit }

    /// A resource limit of 64 bits on every ABI (prlimit(2)).
    RLIMIT64 { rlim_cur: u64 = Limit, rlim_max: u64 = Limit }

    /// How a child is created (clone3(2)).
    CLONE_ARGS {
        flags: u64 = Bits(&CLONE3_FLAGS), pidfd: u64 = Ptr, child_tid: u64 = Ptr,
        parent_tid: u64 = Ptr, exit_signal: u64 = Signal, stack: u64 = Ptr,
        stack_size: u64 = Hex, tls: u64 = Ptr, optional set_tid: u64 = Ptr,
        optional set_tid_size: u64 = Ulong, optional cgroup: u64 = Fd
    }

    /// A user id (getresuid(2)); of 16 bits in i386's older calls.
    UID { _: u32 = Uid }
    I386 { _: u16 = Uid }

    /// A user id of 32 bits on every ABI (getresuid(2)).
    UID32 { _: u32 = Uid }

    /// A group id (getgroups(2)); of 16 bits in i386's older calls.
    GID { _: u32 = Gid }
    I386 { _: u16 = Gid }

    /// A group id of 32 bits on every ABI (getgroups(2)).
    GID32 { _: u32 = Gid }

    /// Whose capabilities, and in which version (capget(2)).
    USER_CAP_HEADER { version: u32 = One(&CAP_VERSIONS), pid: u32 = Pid }

    /// 32 capabilities (capget(2)).
    USER_CAP_DATA { effective: u32 = Hex, permitted: u32 = Hex, inheritable: u32 = Hex }

    /// Parts of the state of extended registers (arch_prctl(2)).
    XFEATURES { _: u64 = Noted(&XFEATURE_BITS) }

    /// A static priority (sched_setparam(2)).
    SCHED_PARAM { _: u32 = Int }

    /// Scheduling policy and attributes (sched_setattr(2)).
    SCHED_ATTR {
        size: u32 = Uint, sched_policy: u32 = One(&SCHED_POLICIES),
        sched_flags: u64 = Bits(&SCHED_ATTR_FLAGS), sched_nice: u32 = Int,
        sched_priority: u32 = Uint, sched_runtime: u64 = Ulong, sched_deadline: u64 = Ulong,
        sched_period: u64 = Ulong, sched_util_min: u32 = Uint, sched_util_max: u32 = Uint
    }

    /// An entry of a descriptor table of x86 (set_thread_area(2)).
    USER_DESC {
        entry_number: u32 = Int, base_addr: u32 = Padded, limit: u32 = Padded,
        flags: u32 = Fields(&DESCRIPTOR_FIELDS)
    }
    I386 {
        entry_number: u32 = Int, base_addr: u32 = Padded, limit: u32 = Padded,
        flags: u32 = Fields(&DESCRIPTOR_FIELDS_32)
    }

    /// The area for restartable sequences (rseq(2)).
    RSEQ {
        cpu_id_start: u32 = Uint, cpu_id: u32 = Int, rseq_cs: u64 = Ptr, flags: u32 = Flags,
        _: u32[3] = Uint
    }

    /// A program that filters syscalls or packets (seccomp(2)).
    SOCK_FPROG { len: u16 = Uint, filter: word = Ptr }

    /// Sizes of what seccomp(2) hands to a supervisor.
    SECCOMP_NOTIF_SIZES {
        seccomp_notif: u16 = Uint, seccomp_notif_resp: u16 = Uint, seccomp_data: u16 = Uint
    }

    /// An action of seccomp filters (seccomp(2)).
    SECCOMP_ACTION { _: u32 = Bits(&SECCOMP_ACTIONS) }

    /// A place in an epoll instance (kcmp(2)).
    KCMP_EPOLL_SLOT { efd: u32 = Fd, tfd: u32 = Fd, toff: u32 = Uint }

    /// A part of a process's address space (prctl(2)'s `PR_SET_MM_MAP`).
    PRCTL_MM_MAP {
        start_code: u64 = Ptr, end_code: u64 = Ptr, start_data: u64 = Ptr, end_data: u64 = Ptr,
        start_brk: u64 = Ptr, brk: u64 = Ptr, start_stack: u64 = Ptr, arg_start: u64 = Ptr,
        arg_end: u64 = Ptr, env_start: u64 = Ptr, env_end: u64 = Ptr, auxv: word = Ptr,
        auxv_size: u32 = Uint, exe_fd: u32 = Fd
    }

    /// A piece of a tracee's memory or registers (ptrace(2)'s `PTRACE_GETREGSET`).
    IOVEC { iov_base: word = Ptr, iov_len: word = Size }

    /// Registers of a tracee (ptrace(2)'s `PTRACE_GETREGS`).
    USER_REGS {
        r15: word = Hex, r14: word = Hex, r13: word = Hex, r12: word = Hex, rbp: word = Hex,
        rbx: word = Hex, r11: word = Hex, r10: word = Hex, r9: word = Hex, r8: word = Hex,
        rax: word = Hex, rcx: word = Hex, rdx: word = Hex, rsi: word = Hex, rdi: word = Hex,
        orig_rax: word = Hex, rip: word = Hex, cs: word = Hex, eflags: word = Hex, rsp: word =
        Hex, ss: word = Hex, fs_base: word = Hex, gs_base: word = Hex, ds: word = Hex, es:
        word = Hex, fs: word = Hex, gs: word = Hex
    }
    I386 {
        ebx: word = Hex, ecx: word = Hex, edx: word = Hex, esi: word = Hex, edi: word = Hex,
        ebp: word = Hex, eax: word = Hex, xds: word = Hex, xes: word = Hex, xfs: word = Hex,
        xgs: word = Hex, orig_eax: word = Hex, eip: word = Hex, xcs: word = Hex, eflags: word
        = Hex, esp: word = Hex, xss: word = Hex
    }

    /// How a filter was installed (ptrace(2)'s `PTRACE_SECCOMP_GET_METADATA`).
    SECCOMP_METADATA { filter_off: u64 = Ulong, filled flags: u64 = Bits(&SECCOMP_FILTER_FLAGS) }

    /// Which pending signals to peek at (ptrace(2)'s `PTRACE_PEEKSIGINFO`).
    PEEKSIGINFO { off: u64 = Ulong, flags: u32 = Bits(&PEEKSIGINFO_FLAGS), nr: u32 = Int }

    /// The name of a thread (prctl(2)'s `PR_GET_NAME`).
    TASK_NAME { _: u8[16] = Chars }

    /// What happens at unaligned accesses (prctl(2)'s `PR_GET_UNALIGN`).
    UNALIGN { _: u32 = Bits(&UNALIGN_FLAGS) }

    /// What threads share that may run on one core together (prctl(2)'s `PR_SCHED_CORE`).
    COOKIE64 { _: u64 = Hex }

    /// Whether the time-stamp counter may be read (prctl(2)'s `PR_GET_TSC`).
    TSC_MODE { _: u32 = One(&TSC_MODES) }
}
