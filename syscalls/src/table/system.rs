//! The system as a whole: identity, modules, tracing, security modules, and calls that no kernel
//! implements any more.

use crate::row::syscalls;

syscalls! {
    /// Read or write a system parameter; no longer implemented.
    _sysctl { x86_64: 156, i386: 149; class: ADMIN }
        (args: Ptr) -> Int;

    /// Switch process accounting on or off.
    acct { x86_64: 163, aarch64: 89, i386: 51; class: ADMIN | FILE }
        (filename: Path) -> Int;

    /// Do nothing: reserved for AFS and never implemented.
    afs_syscall { x86_64: 183, i386: 137; class: NONE }
        (arg1: Hex, arg2: Hex, arg3: Hex, arg4: Hex, arg5: Hex) -> Int;

    /// Load and manage BPF programs, maps and links.
    bpf { x86_64: 321, aarch64: 280, i386: 357; class: ADMIN }
        (cmd: One(&BPF_CMDS), attr: By(&BPF_ATTR), size: Uint) -> Int;

    /// Reserve memory for a kernel module; no longer implemented.
    create_module { x86_64: 174, i386: 127; class: ADMIN }
        (name: Str, size: Hex) -> Ptr;

    /// Unload a kernel module.
    delete_module { x86_64: 176, aarch64: 106, i386: 129; class: ADMIN }
        (name: Str, flags: Bits(&MODULE_DELETE_FLAGS)) -> Int;

    /// Load a kernel module from a file descriptor.
    finit_module { x86_64: 313, aarch64: 273, i386: 350; class: ADMIN | DESC }
        (fd: Fd, param_values: Str, flags: Bits(&MODULE_INIT_FLAGS)) -> Int;

    /// Get the kernel's exported symbols; no longer implemented.
    get_kernel_syms { x86_64: 177, i386: 130; class: ADMIN }
        (table: Hex) -> Int;

    /// Do nothing: reserved for STREAMS and never implemented.
    getpmsg { x86_64: 181, i386: 188; class: NETWORK }
        (arg1: Hex, arg2: Hex, arg3: Hex, arg4: Hex, arg5: Hex) -> Int;

    /// Get random bytes.
    getrandom { x86_64: 318, aarch64: 278, i386: 355; class: NONE }
        (buf: Out(Within("buflen")), buflen: Size, flags: Bits(&GETRANDOM_FLAGS)) -> Size;

    /// Load a kernel module from memory.
    init_module { x86_64: 175, aarch64: 105, i386: 128; class: ADMIN }
        (module_image: Ptr, len: Size, param_values: Str) -> Int;

    /// Set the permissions for a range of I/O ports.
    ioperm { x86_64: 173, i386: 101; class: ADMIN }
        (from: Hex, num: Hex, turn_on: Int) -> Int;

    /// Set the I/O privilege level.
    iopl { x86_64: 172, i386: 110; class: ADMIN }
        (level: Uint) -> Int;

    /// Load a kernel from a file descriptor, to be run at the next reboot.
    kexec_file_load { x86_64: 320, aarch64: 294; class: ADMIN | DESC }
        (kernel_fd: Fd, initrd_fd: Fd, cmdline_len: Size, cmdline: Str,
         flags: Bits(&KEXEC_FILE_FLAGS)) -> Int;

    /// Load a kernel from memory, to be run at the next reboot.
    kexec_load { x86_64: 246, x32: 528, aarch64: 104, i386: 283; class: ADMIN }
        (entry: Ptr, nr_segments: Ulong, segments: ArrayIn(&KEXEC_SEGMENT, Arg("nr_segments")),
         flags: Bits(&KEXEC_FLAGS)) -> Int;

    /// Add a rule to a Landlock ruleset.
    landlock_add_rule { x86_64: 445, aarch64: 445, i386: 445; class: DESC }
        (ruleset_fd: Fd, rule_type: One(&LANDLOCK_RULES), rule_attr: By(&LANDLOCK_RULE_ATTR),
         flags: Bits(&LANDLOCK_RULE_FLAGS)) -> Int;

    /// Create a Landlock ruleset, or get the version of Landlock.
    landlock_create_ruleset { x86_64: 444, aarch64: 444, i386: 444; class: DESC }
        (attr: SizedIn(&LANDLOCK_RULESET_ATTR, "size", 8), size: Size,
         flags: Bits(&LANDLOCK_RULESET_FLAGS)) -> Fd;

    /// Put the calling thread under a Landlock ruleset.
    landlock_restrict_self { x86_64: 446, aarch64: 446, i386: 446; class: DESC | PROCESS }
        (ruleset_fd: Fd, flags: Bits(&LANDLOCK_RESTRICT_FLAGS)) -> Int;

    /// Get an attribute of the caller from the security modules.
    lsm_get_self_attr { x86_64: 459, aarch64: 459, i386: 459; class: CREDS }
        (attr: One(&LSM_ATTRS), ctx: StructOut(&LSM_CTX), size: StructIn(&SIZE32),
         flags: Bits(&LSM_FLAGS)) -> Int;

    /// List the active security modules.
    lsm_list_modules { x86_64: 461, aarch64: 461, i386: 461; class: CREDS }
        (ids: ArrayOut(&LSM_ID, Ret), size: StructIn(&SIZE32), flags: Flags) -> Int;

    /// Set an attribute of the caller in a security module.
    lsm_set_self_attr { x86_64: 460, aarch64: 460, i386: 460; class: CREDS }
        (attr: One(&LSM_ATTRS), ctx: StructIn(&LSM_CTX), size: Uint, flags: Flags) -> Int;

    /// Control the kernel's NFS server; no longer implemented.
    nfsservctl { x86_64: 180, aarch64: 42, i386: 169; class: ADMIN }
        (cmd: Hex, argp: Hex, resp: Hex) -> Int;

    /// Open a performance event counter.
    perf_event_open { x86_64: 298, aarch64: 241, i386: 336; class: DESC }
        (attr: StructIn(&PERF_EVENT_ATTR), pid: Pid, cpu: Int, group_fd: Fd,
         flags: Bits(&PERF_FLAGS)) -> Fd;

    /// Do nothing: reserved for STREAMS and never implemented.
    putpmsg { x86_64: 182, i386: 189; class: NETWORK }
        (arg1: Hex, arg2: Hex, arg3: Hex, arg4: Hex, arg5: Hex) -> Int;

    /// Get facts about kernel modules; no longer implemented.
    query_module { x86_64: 178, i386: 167; class: ADMIN }
        (name: Str, which: Hex, buf: Hex, bufsize: Hex, ret: Hex) -> Int;

    /// Reboot or halt the system, or enable Ctrl-Alt-Del.
    reboot { x86_64: 169, aarch64: 142, i386: 88; class: ADMIN }
        (magic: One(&REBOOT_MAGIC1), magic2: One(&REBOOT_MAGIC2), op: One(&REBOOT_OPS),
         arg: By(&REBOOT_ARG)) -> Int;

    /// Do nothing: reserved for security modules and never implemented.
    security { x86_64: 185; class: NONE }
        (arg1: Hex, arg2: Hex, arg3: Hex) -> Int;

    /// Set the NIS domain name.
    setdomainname { x86_64: 171, aarch64: 162, i386: 121; class: ADMIN }
        (name: In(UpTo("len", 64)), len: Uint) -> Int;

    /// Set the host name.
    sethostname { x86_64: 170, aarch64: 161, i386: 74; class: ADMIN }
        (name: In(UpTo("len", 64)), len: Uint) -> Int;

    /// Get statistics of memory, load and uptime.
    sysinfo { x86_64: 99, aarch64: 179, i386: 116; class: NONE }
        (info: StructOut(&SYSINFO)) -> Int;

    /// Read or control the kernel's message buffer.
    syslog { x86_64: 103, aarch64: 116, i386: 103; class: ADMIN }
        (type: Noted(&SYSLOG_ACTIONS), bufp: By(&SYSLOG_BUF), len: By(&SYSLOG_LEN)) -> Int;

    /// Do nothing: reserved for the TUX web server and never implemented.
    tuxcall { x86_64: 184; class: NETWORK }
        (arg1: Hex, arg2: Hex, arg3: Hex) -> Int;

    /// Get the name and release of the kernel.
    uname { x86_64: 63, aarch64: 160, i386: 122; class: NONE }
        (buf: StructOut(&UTSNAME)) -> Int;

    /// Load a shared library at its fixed address; no longer implemented.
    uselib { x86_64: 134, i386: 86; class: FILE }
        (library: Path) -> Int;

    /// Do nothing: reserved for Linux-VServer and never implemented.
    vserver { x86_64: 236, i386: 273; class: NONE }
        (arg1: Hex, arg2: Hex, arg3: Hex, arg4: Hex, arg5: Hex) -> Int;
}
