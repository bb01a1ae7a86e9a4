//! The system as a whole: names, statistics, Landlock, kernels and address space.

use super::structs;

structs! {
    /// Name and version of the kernel (uname(2)).
    UTSNAME {
        sysname: u8[65] = Chars, nodename: u8[65] = Chars, detail release: u8[65] = Chars,
        detail version: u8[65] = Chars, detail machine: u8[65] = Chars,
        detail domainname: u8[65] = Chars
    }

    /// Name and version of the kernel in the old structure, on i386 (uname(2)).
    OLD_UTSNAME {
        sysname: u8[65] = Chars, nodename: u8[65] = Chars, detail release: u8[65] = Chars,
        detail version: u8[65] = Chars, detail machine: u8[65] = Chars
    }

    /// Name and version of the kernel in the oldest structure, on i386 (uname(2)).
    OLDEST_UTSNAME {
        sysname: u8[9] = Chars, nodename: u8[9] = Chars, detail release: u8[9] = Chars,
        detail version: u8[9] = Chars, detail machine: u8[9] = Chars
    }

    /// Memory, load and uptime (sysinfo(2)).
    SYSINFO {
        uptime: word = Long, loads: word[3] = Ulong, totalram: word = Ulong, freeram: word = Ulong,
        sharedram: word = Ulong, bufferram: word = Ulong, totalswap: word = Ulong,
        freeswap: word = Ulong, procs: u16 = Uint, _: u16 = Uint, totalhigh: word = Ulong,
        freehigh: word = Ulong, mem_unit: u32 = Uint
    }
    I386 {
        uptime: word = Long, loads: word[3] = Ulong, totalram: word = Ulong, freeram: word = Ulong,
        sharedram: word = Ulong, bufferram: word = Ulong, totalswap: word = Ulong,
        freeswap: word = Ulong, procs: u16 = Uint, _: u16 = Uint, totalhigh: word = Ulong,
        freehigh: word = Ulong, mem_unit: u32 = Uint, _: u8[8] = Uint
    }

    /// A piece of a kernel to be loaded (kexec_load(2)).
    KEXEC_SEGMENT { buf: word = Ptr, bufsz: word = Size, mem: word = Ptr, memsz: word = Size }

    /// What a Landlock ruleset governs (landlock_create_ruleset(2)).
    LANDLOCK_RULESET_ATTR {
        handled_access_fs: u64 = Bits(&LANDLOCK_ACCESS_FS),
        handled_access_net: u64 = Bits(&LANDLOCK_ACCESS_NET), scoped: u64 = Bits(&LANDLOCK_SCOPES)
    }

    /// What may be done beneath a directory (landlock_add_rule(2)).
    LANDLOCK_PATH_BENEATH_ATTR packed(X86_64, I386, Aarch64) {
        allowed_access: u64 = Bits(&LANDLOCK_ACCESS_FS), parent_fd: u32 = Fd
    }

    /// What may be done with a port (landlock_add_rule(2)).
    LANDLOCK_NET_PORT_ATTR { allowed_access: u64 = Bits(&LANDLOCK_ACCESS_NET), port: u64 = Ulong }

    /// The start of a security module's attribute (lsm_get_self_attr(2)).
    LSM_CTX { id: u64 = One(&LSM_IDS), flags: u64 = Flags, len: u64 = Ulong, ctx_len: u64 = Ulong }

    /// The id of a security module (lsm_list_modules(2)).
    LSM_ID { _: u64 = One(&LSM_IDS) }

    /// A 32-bit size that the kernel reads and replaces (lsm_get_self_attr(2)).
    SIZE32 { _: u32 = Uint }

    /// A size that the kernel fills in (get_robust_list(2)).
    SIZE { _: word = Size }

    /// The arguments of mmap(2) where it takes them in memory, on i386.
    MMAP_ARGS {
        addr: word = Ptr, length: word = Size, prot: word = Bits(&PROT_FLAGS),
        flags: word = Bits(&MMAP_FLAGS), fd: word = Fd, offset: word = Ulong
    }

    /// A word of a mask of NUMA nodes (mbind(2)).
    NODES { _: word = Hex }

    /// On which NUMA node a page is, or why it is not known (move_pages(2)).
    PAGE_STATUS { _: u32 = One(&PAGE_STATUSES) }

    /// A NUMA memory policy (get_mempolicy(2)).
    MEMPOLICY { _: u32 = Bits(&MEMPOLICY_MODES) }

    /// A performance event counter (perf_event_open(2)).
    PERF_EVENT_ATTR {
        type: u32 = One(&PERF_TYPES), size: u32 = Uint, config: u64 = Hex,
        sample_period: u64 = Ulong, sample_type: u64 = Bits(&PERF_SAMPLE),
        read_format: u64 = Bits(&PERF_READ), flags: u64 = Flags, detail wakeup_events: u32 = Uint,
        detail bp_type: u32 = One(&BREAKPOINT_TYPES), detail config1: u64 = Flags,
        detail config2: u64 = Flags, detail branch_sample_type: u64 = Bits(&PERF_BRANCH),
        detail sample_regs_user: u64 = Flags, detail sample_stack_user: u32 = Uint,
        detail clockid: u32 = One(&CLOCKS)
    }
}
