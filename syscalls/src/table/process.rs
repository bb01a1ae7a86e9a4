//! Processes and threads: their life, identity, limits and state.

use crate::row::syscalls;

syscalls! {
    /// Set or get architecture-specific state of a thread.
    arch_prctl { x86_64: 158, i386: 384; class: PROCESS }
        (code: One(&ARCH_PRCTL_CODES), addr: By(&ARCH_PRCTL_ADDR)) -> Int;

    /// Create a child process or thread.
    clone { x86_64: 56; class: PROCESS }
        (flags: Bits(&CLONE_FLAGS), stack: Ptr, parent_tid: By(&CLONE_PARENT_TID), child_tid: Ptr,
         tls: Ulong) -> Child;

    /// Create a child process or thread; child_tid comes last on these ABIs.
    clone { aarch64: 220, i386: 120; class: PROCESS }
        (flags: Bits(&CLONE_FLAGS), stack: Ptr, parent_tid: By(&CLONE_PARENT_TID), tls: Ulong,
         child_tid: Ptr) -> Child;

    /// Create a child process or thread as a structure describes.
    clone3 { x86_64: 435, aarch64: 435, i386: 435; class: PROCESS }
        (cl_args: SizedIn(&CLONE_ARGS, "size", 64), size: Size) -> Child;

    /// Execute a program.
    execve { x86_64: 59, x32: 520, aarch64: 221, i386: 11; class: FILE | PROCESS }
        (filename: ExecPath, argv: ExecArgv, envp: Counted) -> NewImage;

    /// Execute a program, relative to a directory descriptor.
    execveat { x86_64: 322, x32: 545, aarch64: 281, i386: 358; class: FILE | DESC | PROCESS }
        (dirfd: DirFd, pathname: ExecPath, argv: ExecArgv, envp: Counted,
         flags: Bits(&EXECVEAT_FLAGS)) -> NewImage;

    /// End the calling thread.
    exit { x86_64: 60, aarch64: 93, i386: 1; class: PROCESS }
        (status: Int) -> Never;

    /// End all threads of the calling process.
    exit_group { x86_64: 231, aarch64: 94, i386: 252; class: PROCESS }
        (status: Int) -> Never;

    /// Create a child process.
    fork { x86_64: 57, i386: 2; class: PROCESS }
        () -> Child;

    /// Get the list of robust futexes of a thread.
    get_robust_list { x86_64: 274, x32: 531, aarch64: 100, i386: 312; class: IPC | PROCESS }
        (pid: Pid, head_ptr: StructOut(&ADDRESS), sizep: StructOut(&SIZE)) -> Int;

    /// Get an entry of the thread-local storage descriptors.
    get_thread_area { x86_64: 211, i386: 244; class: PROCESS }
        (u_info: StructIn(&USER_DESC)) -> Int;

    /// Get the process group of a process.
    getpgid { x86_64: 121, aarch64: 155, i386: 132; class: PROCESS }
        (pid: Pid) -> Pid;

    /// Get the process group of the caller.
    getpgrp { x86_64: 111, i386: 65; class: PROCESS }
        () -> Pid;

    /// Get the process id of the caller.
    getpid { x86_64: 39, aarch64: 172, i386: 20; class: PROCESS }
        () -> Pid;

    /// Get the process id of the caller's parent.
    getppid { x86_64: 110, aarch64: 173, i386: 64; class: PROCESS }
        () -> Pid;

    /// Get a resource limit.
    getrlimit { x86_64: 97, aarch64: 163, i386: 76; class: PROCESS }
        (resource: One(&RESOURCES), rlim: StructOut(&RLIMIT)) -> Int;

    /// Get the resources that a process or thread has used.
    getrusage { x86_64: 98, aarch64: 165, i386: 77; class: PROCESS }
        (who: One(&RUSAGE_WHO), usage: StructOut(&RUSAGE)) -> Int;

    /// Get the session of a process.
    getsid { x86_64: 124, aarch64: 156, i386: 147; class: PROCESS }
        (pid: Pid) -> Pid;

    /// Get the thread id of the caller.
    gettid { x86_64: 186, aarch64: 178, i386: 224; class: PROCESS }
        () -> Pid;

    /// Compare whether two processes share a kernel resource.
    kcmp { x86_64: 312, aarch64: 272, i386: 349; class: PROCESS }
        (pid1: Pid, pid2: Pid, type: One(&KCMP_TYPES), idx1: By(&KCMP_IDX1),
         idx2: By(&KCMP_IDX2)) -> Int;

    /// Get or set an entry of the local descriptor table.
    modify_ldt { x86_64: 154, i386: 123; class: PROCESS }
        (func: Enum, ptr: SizedIn(&USER_DESC, "bytecount", 16), bytecount: Ulong) -> Int;

    /// Set the process execution domain and return the old one.
    personality { x86_64: 135, aarch64: 92, i386: 136; class: PROCESS }
        (persona: Bits(&PERSONALITY)) -> Bits(&PERSONALITY);

    /// Duplicate a file descriptor of another process.
    pidfd_getfd { x86_64: 438, aarch64: 438, i386: 438; class: PROCESS | DESC }
        (pidfd: Fd, targetfd: Fd, flags: Bits(&NO_FLAGS)) -> Fd;

    /// Open a file descriptor that refers to a process.
    pidfd_open { x86_64: 434, aarch64: 434, i386: 434; class: PROCESS | DESC }
        (pid: Pid, flags: Bits(&PIDFD_FLAGS)) -> Fd;

    /// Manipulate properties of the calling thread or process.
    prctl { x86_64: 157, aarch64: 167, i386: 172; class: PROCESS }
        (option: One(&PRCTL_OPTIONS), arg2: By(&PRCTL_ARG2), arg3: By(&PRCTL_ARG3),
         arg4: By(&PRCTL_ARG4), arg5: By(&PRCTL_ARG5)) -> By(&PRCTL_RESULT);

    /// Get and set a resource limit of a process.
    prlimit64 { x86_64: 302, aarch64: 261, i386: 340; class: PROCESS }
        (pid: Pid, resource: One(&RESOURCES), new_limit: StructIn(&RLIMIT64),
         old_limit: StructOut(&RLIMIT64)) -> Int;

    /// Copy memory of another process into the caller's.
    process_vm_readv { x86_64: 310, x32: 539, aarch64: 270, i386: 347; class: PROCESS | MEMORY }
        (pid: Pid, local_iov: TreesOut(&IOVEC_OUT, Arg("liovcnt")), liovcnt: Ulong,
         remote_iov: ArrayIn(&IOVEC, Arg("riovcnt")), riovcnt: Ulong, flags: Ulong) -> Size;

    /// Copy memory of the caller into another process.
    process_vm_writev { x86_64: 311, x32: 540, aarch64: 271, i386: 348; class: PROCESS | MEMORY }
        (pid: Pid, local_iov: TreesIn(&IOVEC_IN, Arg("liovcnt")), liovcnt: Ulong,
         remote_iov: ArrayIn(&IOVEC, Arg("riovcnt")), riovcnt: Ulong, flags: Ulong) -> Size;

    /// Observe and control another process.
    ptrace { x86_64: 101, x32: 521, aarch64: 117, i386: 26; class: PROCESS }
        (request: One(&PTRACE_REQUESTS), pid: By(&PTRACE_PID), addr: By(&PTRACE_ADDR),
         data: By(&PTRACE_DATA)) -> Long;

    /// Resume a call that a stop signal interrupted; issued by the kernel.
    restart_syscall { x86_64: 219, aarch64: 128, i386: 0; class: NONE }
        () -> Int;

    // sig is a signature, known by its hexadecimal form, hence Flags.
    /// Register or unregister an area for restartable sequences.
    rseq { x86_64: 334, aarch64: 293, i386: 386; class: PROCESS }
        (rseq: Hex, rseq_len: Hex, flags: Bits(&RSEQ_FLAGS), sig: Hex) -> Int;

    /// Give back a time slice extension that was granted through the rseq area.
    rseq_slice_yield { x86_64: 471, aarch64: 471, i386: 471; class: SCHED }
        () -> Int;

    /// Restrict the syscalls that the caller may make.
    seccomp { x86_64: 317, aarch64: 277, i386: 354; class: PROCESS }
        (operation: One(&SECCOMP_OPS), flags: By(&SECCOMP_FLAGS),
         args: By(&SECCOMP_ARGS)) -> Int;

    /// Set the list of robust futexes of the calling thread.
    set_robust_list { x86_64: 273, x32: 530, aarch64: 99, i386: 311; class: IPC | PROCESS }
        (head: Ptr, size: Size) -> Int;

    /// Set an entry of the thread-local storage descriptors.
    set_thread_area { x86_64: 205, i386: 243; class: PROCESS }
        (u_info: Changed(&USER_DESC)) -> Int;

    /// Set the address that the kernel clears when the thread ends.
    set_tid_address { x86_64: 218, aarch64: 96, i386: 258; class: PROCESS }
        (tidptr: Ptr) -> Pid;

    /// Set the process group of a process.
    setpgid { x86_64: 109, aarch64: 154, i386: 57; class: PROCESS }
        (pid: Pid, pgid: Pid) -> Int;

    /// Set a resource limit.
    setrlimit { x86_64: 160, aarch64: 164, i386: 75; class: PROCESS }
        (resource: One(&RESOURCES), rlim: StructIn(&RLIMIT)) -> Int;

    /// Create a session and lead it.
    setsid { x86_64: 112, aarch64: 157, i386: 66; class: PROCESS }
        () -> Pid;

    /// Leave namespaces and other contexts that are shared with other processes.
    unshare { x86_64: 272, aarch64: 97, i386: 310; class: PROCESS }
        (flags: Bits(&UNSHARE_FLAGS)) -> NewTable;

    /// Handle a hit of an optimized uprobe; issued by the kernel's trampoline alone.
    uprobe { x86_64: 336; class: NONE }
        () -> Int;

    /// Handle the return of a probed function; issued by the kernel's trampoline alone.
    uretprobe { x86_64: 335; class: NONE; untested("anyone but the trampoline is killed") }
        () -> Restored;

    /// Create a child process and wait until it executes a program or ends.
    vfork { x86_64: 58, i386: 190; class: PROCESS }
        () -> Child;

    /// Wait for a child process to change state, and get the resources it used.
    wait4 { x86_64: 61, aarch64: 260, i386: 114; class: PROCESS }
        (pid: Pid, wstatus: StructFound(&WAIT_STATUS), options: Bits(&WAIT_OPTIONS),
         rusage: StructFound(&RUSAGE)) -> Pid;

    /// Wait for a chosen child process to change state.
    waitid { x86_64: 247, aarch64: 95, i386: 284; class: PROCESS }
        (idtype: One(&WAITID_TYPES), id: Pid, infop: StructOut(&SIGINFO_CHILD),
         options: Bits(&WAIT_OPTIONS), rusage: StructOut(&RUSAGE)) -> Int;

    /// Wait for a chosen child process to change state.
    waitid { x32: 529; class: PROCESS; untested("x32 is not in the kernels tested on") }
        (idtype: One(&WAITID_TYPES), id: Pid, infop: StructOut(&SIGINFO_CHILD),
         options: Bits(&WAIT_OPTIONS), rusage: Ptr) -> Int;
}
