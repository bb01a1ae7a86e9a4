//! Calls that only 32-bit x86 has: 64-bit offsets and times, 32-bit ids, multiplexers and relics.

use crate::row::syscalls;

syscalls! {
    /// Move the position of an open file by a 64-bit offset in two words.
    _llseek { i386: 140; class: DESC }
        (fd: Fd, offset_high: Uint, offset_low: Uint, result: StructOut(&LOFF),
         whence: One(&WHENCE)) -> Int;

    /// Wait until file descriptors are ready.
    _newselect { i386: 142; class: DESC | POLL }
        (nfds: Int, readfds: Ready(BitsOf("nfds")), writefds: Ready(BitsOf("nfds")),
         exceptfds: Ready(BitsOf("nfds")),
         timeout: TimeLimit(&TIMEVAL)) -> Int;

    /// Tune the flushing of dirty buffers; no longer implemented.
    bdflush { i386: 134; class: ADMIN }
        (func: Hex, data: Hex) -> Int;

    /// Do nothing: reserved for an old form of brk and never implemented.
    break { i386: 17; class: MEMORY }
        () -> Int;

    /// Change the owner and group of a file, with 32-bit ids.
    chown32 { i386: 212; class: FILE }
        (pathname: Path, owner: Uid, group: Gid) -> Int;

    /// Tune a clock and return its state, with 64-bit times.
    clock_adjtime64 { i386: 405; class: CLOCK }
        (clk_id: One(&CLOCKS), buf: StructOut(&TIMEX64)) -> One(&CLOCK_STATES);

    /// Get the resolution of a clock, as a 64-bit time.
    clock_getres_time64 { i386: 406; class: CLOCK }
        (clockid: One(&CLOCKS), res: StructOut(&TIMESPEC64)) -> Int;

    /// Get the time of a clock, as a 64-bit time.
    clock_gettime64 { i386: 403; class: CLOCK }
        (clockid: One(&CLOCKS), tp: StructOut(&TIMESPEC64)) -> Int;

    /// Sleep for an interval or until a time of a given clock, with 64-bit times.
    clock_nanosleep_time64 { i386: 407; class: CLOCK }
        (clockid: One(&CLOCKS), flags: Bits(&TIMER_FLAGS), request: StructIn(&TIMESPEC64),
         remain: StructLeft(&TIMESPEC64)) -> Int;

    /// Set the time of a clock, from a 64-bit time.
    clock_settime64 { i386: 404; class: CLOCK }
        (clockid: One(&CLOCKS), tp: StructIn(&TIMESPEC64)) -> Int;

    /// Announce a pattern of access to a range of a file; offset and length come in two words each.
    fadvise64_64 { i386: 272; class: DESC }
        (fd: Fd, offset_lo: Uint, offset_hi: Uint, len_lo: Uint, len_hi: Uint,
         advice: One(&FADVICE)) -> Int;

    /// Change the owner and group of an open file, with 32-bit ids.
    fchown32 { i386: 207; class: DESC }
        (fd: Fd, owner: Uid, group: Gid) -> Int;

    /// Manipulate a file descriptor, with locks of 64-bit ranges.
    fcntl64 { i386: 221; class: DESC }
        (fd: Fd, cmd: One(&FCNTL_CMDS), arg: By(&FCNTL_ARG)) -> By(&FCNTL_RESULT);

    /// Get the status of an open file, with 64-bit sizes.
    fstat64 { i386: 197; class: DESC | STAT }
        (fd: Fd, statbuf: StructOut(&STAT64)) -> Int;

    /// Get the status of a file with 64-bit sizes, relative to a directory descriptor.
    fstatat64 { i386: 300; class: FILE | DESC | STAT }
        (dirfd: DirFd, pathname: Path, statbuf: StructOut(&STAT64), flags: Bits(&AT_FLAGS)) -> Int;

    /// Get 64-bit statistics of the file system that holds an open file.
    fstatfs64 { i386: 269; class: DESC | STAT }
        (fd: Fd, size: Size, buf: StructOut(&STATFS64)) -> Int;

    /// Do nothing: reserved for getting the time and never implemented.
    ftime { i386: 35; class: CLOCK }
        () -> Int;

    /// Set the length of an open file; the length comes in two words.
    ftruncate64 { i386: 194; class: DESC }
        (fd: Fd, length_lo: Uint, length_hi: Uint) -> Int;

    /// Wait on a word in memory with a 64-bit timeout, or wake those who wait on it.
    futex_time64 { i386: 422; class: IPC }
        (uaddr: Ptr, op: Bits(&FUTEX_OPS), val: By(&FUTEX_VAL), timeout: By(&FUTEX_TIMEOUT64),
         uaddr2: By(&FUTEX_UADDR2), val3: By(&FUTEX_VAL3)) -> Int;

    /// Get the effective group id of the caller, with 32 bits.
    getegid32 { i386: 202; class: CREDS }
        () -> Gid;

    /// Get the effective user id of the caller, with 32 bits.
    geteuid32 { i386: 201; class: CREDS }
        () -> Uid;

    /// Get the real group id of the caller, with 32 bits.
    getgid32 { i386: 200; class: CREDS }
        () -> Gid;

    /// Get the supplementary group ids of the caller, with 32 bits each.
    getgroups32 { i386: 205; class: CREDS }
        (size: Int, list: ArrayOut(&GID32, Within("size"))) -> Int;

    /// Get the real, effective and saved group ids of the caller, with 32 bits each.
    getresgid32 { i386: 211; class: CREDS }
        (rgid: StructOut(&GID32), egid: StructOut(&GID32), sgid: StructOut(&GID32)) -> Int;

    /// Get the real, effective and saved user ids of the caller, with 32 bits each.
    getresuid32 { i386: 209; class: CREDS }
        (ruid: StructOut(&UID32), euid: StructOut(&UID32), suid: StructOut(&UID32)) -> Int;

    /// Get the real user id of the caller, with 32 bits.
    getuid32 { i386: 199; class: CREDS }
        () -> Uid;

    /// Do nothing: reserved for terminal settings and never implemented.
    gtty { i386: 32; class: NONE }
        (arg1: Hex, arg2: Hex) -> Int;

    /// Make the first process the idle task; no longer implemented.
    idle { i386: 112; class: ADMIN }
        () -> Int;

    /// Read asynchronous I/O completion events with a 64-bit timeout.
    io_pgetevents_time64 { i386: 416; class: POLL }
        (ctx_id: Ptr, min_nr: Long, nr: Long, events: ArrayOut(&IO_EVENT, Ret),
         timeout: StructIn(&TIMESPEC64), usig: TreeIn(&SIGSET_ARG)) -> Int;

    /// Make one of the System V IPC calls.
    ipc { i386: 117; class: IPC }
        (call: Bits(&IPC_CALLS), first: Int, second: Ulong, third: Ulong, ptr: Ptr,
         fifth: Long) -> Int;

    /// Change the owner and group of a file or symbolic link itself, with 32-bit ids.
    lchown32 { i386: 198; class: FILE }
        (pathname: Path, owner: Uid, group: Gid) -> Int;

    /// Do nothing: reserved and never implemented.
    lock { i386: 53; class: NONE }
        () -> Int;

    /// Get the status of a file or symbolic link itself, with 64-bit sizes.
    lstat64 { i386: 196; class: FILE | STAT }
        (pathname: Path, statbuf: StructOut(&STAT64)) -> Int;

    /// Map a file or anonymous memory; the offset counts units of 4096 bytes.
    mmap2 { i386: 192; class: MEMORY | DESC }
        (addr: Ptr, length: Size, prot: Bits(&PROT_FLAGS), flags: Bits(&MMAP_FLAGS), fd: Fd,
         pgoffset: Hex) -> Ptr;

    /// Do nothing: reserved for multiplexed files and never implemented.
    mpx { i386: 56; class: NONE }
        () -> Int;

    /// Receive a message from a POSIX message queue, with a 64-bit timeout.
    mq_timedreceive_time64 { i386: 419; class: IPC | DESC }
        (mqdes: Fd, msg_ptr: Out(Within("msg_len")), msg_len: Size, msg_prio: StructOut(&MSG_PRIO),
         abs_timeout: StructIn(&TIMESPEC64)) -> Size;

    /// Send a message to a POSIX message queue, with a 64-bit timeout.
    mq_timedsend_time64 { i386: 418; class: IPC | DESC }
        (mqdes: Fd, msg_ptr: In(Arg("msg_len")), msg_len: Size, msg_prio: Uint,
         abs_timeout: StructIn(&TIMESPEC64)) -> Int;

    /// Change the nice value of the caller.
    nice { i386: 34; class: SCHED }
        (inc: Int) -> Int;

    /// Get the status of an open file in the oldest structure.
    oldfstat { i386: 28; class: DESC | STAT }
        (fd: Fd, statbuf: StructOut(&OLD_STAT)) -> Int;

    /// Get the status of a file or symbolic link itself in the oldest structure.
    oldlstat { i386: 84; class: FILE | STAT }
        (pathname: Path, statbuf: StructOut(&OLD_STAT)) -> Int;

    /// Get the name and release of the kernel in the oldest structure.
    oldolduname { i386: 59; class: NONE }
        (buf: StructOut(&OLDEST_UTSNAME)) -> Int;

    /// Get the status of a file in the oldest structure.
    oldstat { i386: 18; class: FILE | STAT }
        (pathname: Path, statbuf: StructOut(&OLD_STAT)) -> Int;

    /// Get the name and release of the kernel in an old structure.
    olduname { i386: 109; class: NONE }
        (buf: StructOut(&OLD_UTSNAME)) -> Int;

    /// Wait for events on file descriptors under a temporary signal mask, with a 64-bit timeout.
    ppoll_time64 { i386: 414; class: DESC | POLL }
        (fds: ArrayIn(&POLLFD, Arg("nfds")), nfds: Uint, tmo_p: TimeLimit(&TIMESPEC64),
         sigmask: ExactIn(&SIGSET, "sigsetsize"), sigsetsize: Size) -> Int;

    /// Do nothing: reserved for profiling and never implemented.
    prof { i386: 44; class: NONE }
        () -> Int;

    /// Do nothing: reserved for profiling and never implemented.
    profil { i386: 98; class: NONE }
        (arg1: Hex, arg2: Hex, arg3: Hex, arg4: Hex) -> Int;

    /// Wait until file descriptors are ready under a temporary signal mask, with a 64-bit timeout.
    pselect6_time64 { i386: 413; class: DESC | POLL }
        (nfds: Int, readfds: Ready(BitsOf("nfds")), writefds: Ready(BitsOf("nfds")),
         exceptfds: Ready(BitsOf("nfds")), timeout: TimeLimit(&TIMESPEC64),
         sigmask: TreeIn(&SIGSET_ARG)) -> Int;

    /// Read one directory entry (struct old_linux_dirent).
    readdir { i386: 89; class: DESC }
        (fd: Fd, dirp: StructOut(&OLD_DIRENT), count: Unused) -> Int;

    /// Receive several messages from a socket, with a 64-bit timeout.
    recvmmsg_time64 { i386: 417; class: NETWORK | DESC }
        (sockfd: Fd, msgvec: TreesChanged(&MMSGHDR_OUT, Within("vlen")), vlen: Uint,
         flags: Bits(&MSG_FLAGS), timeout: TimeLimit(&TIMESPEC64)) -> Int;

    /// Accept a pending signal, with a 64-bit timeout.
    rt_sigtimedwait_time64 { i386: 421; class: SIGNAL }
        (set: ExactIn(&SIGSET, "sigsetsize"), info: StructOut(&SIGINFO), timeout: StructIn(&TIMESPEC64),
         sigsetsize: Size) -> Signal;

    /// Get the round-robin quantum of a thread, as a 64-bit time.
    sched_rr_get_interval_time64 { i386: 423; class: SCHED }
        (pid: Pid, tp: StructOut(&TIMESPEC64)) -> Int;

    /// Operate on System V semaphores, with a 64-bit timeout.
    semtimedop_time64 { i386: 420; class: IPC }
        (semid: Int, sops: ArrayIn(&SEMBUF, Arg("nsops")), nsops: Size,
         timeout: StructIn(&TIMESPEC64)) -> Int;

    /// Copy bytes from one file descriptor to another, with a 64-bit offset.
    sendfile64 { i386: 239; class: DESC | NETWORK }
        (out_fd: Fd, in_fd: Fd, offset: Changed(&NUMBER64), count: Size) -> Size;

    /// Set the 32-bit group id for file system checks and return the old one.
    setfsgid32 { i386: 216; class: CREDS }
        (fsgid: Gid) -> Gid;

    /// Set the 32-bit user id for file system checks and return the old one.
    setfsuid32 { i386: 215; class: CREDS }
        (fsuid: Uid) -> Uid;

    /// Set the group id of the caller, with 32 bits.
    setgid32 { i386: 214; class: CREDS }
        (gid: Gid) -> NewIds;

    /// Set the supplementary group ids of the caller, with 32 bits each.
    setgroups32 { i386: 206; class: CREDS }
        (size: Int, list: ArrayIn(&GID32, UpTo("size", 65_536))) -> Int;

    /// Set the real and effective group ids of the caller, with 32 bits each.
    setregid32 { i386: 204; class: CREDS }
        (rgid: Gid, egid: Gid) -> NewIds;

    /// Set the real, effective and saved group ids of the caller, with 32 bits each.
    setresgid32 { i386: 210; class: CREDS }
        (rgid: Gid, egid: Gid, sgid: Gid) -> NewIds;

    /// Set the real, effective and saved user ids of the caller, with 32 bits each.
    setresuid32 { i386: 208; class: CREDS }
        (ruid: Uid, euid: Uid, suid: Uid) -> NewIds;

    /// Set the real and effective user ids of the caller, with 32 bits each.
    setreuid32 { i386: 203; class: CREDS }
        (ruid: Uid, euid: Uid) -> NewIds;

    /// Set the user id of the caller, with 32 bits.
    setuid32 { i386: 213; class: CREDS }
        (uid: Uid) -> NewIds;

    /// Get the first 32 signals of the signal mask.
    sgetmask { i386: 68; class: SIGNAL }
        () -> SigSet;

    /// Get and set the action for a signal, in the old structure.
    sigaction { i386: 67; class: SIGNAL }
        (signum: Signal, act: StructIn(&OLD_SIGACTION), oldact: StructOut(&OLD_SIGACTION)) -> Int;

    /// Set the handler of a signal and return the old one.
    signal { i386: 48; class: SIGNAL }
        (signum: Signal, handler: Bits(&SIGNAL_HANDLERS)) -> Bits(&SIGNAL_HANDLERS);

    /// Get which of the first 32 signals are pending.
    sigpending { i386: 73; class: SIGNAL }
        (set: StructOut(&OLD_SIGSET)) -> Int;

    /// Get and change the first 32 signals of the signal mask.
    sigprocmask { i386: 126; class: SIGNAL }
        (how: One(&SIGPROCMASK_HOW), set: StructIn(&OLD_SIGSET),
         oldset: StructOut(&OLD_SIGSET)) -> Int;

    /// Return from a signal handler; issued by the C library's trampoline.
    sigreturn { i386: 119; class: SIGNAL }
        (frame: SignalFrame(&OLD_FRAME)) -> Restored;

    /// Wait for a signal under a temporary mask of the first 32 signals.
    sigsuspend { i386: 72; class: SIGNAL }
        (unused1: Unused, unused2: Unused, mask: SigSet) -> Int;

    // Where it makes one of those, that is recorded in its place: see `Abi::Socketcall`.
    /// Make one of the socket calls; its arguments lie in a block in memory.
    socketcall { i386: 102; class: NETWORK }
        (call: One(&SOCKET_CALLS), args: Ptr) -> Int;

    /// Set the first 32 signals of the signal mask and return the old ones.
    ssetmask { i386: 69; class: SIGNAL }
        (newmask: SigSet) -> SigSet;

    /// Get the status of a file, with 64-bit sizes.
    stat64 { i386: 195; class: FILE | STAT }
        (pathname: Path, statbuf: StructOut(&STAT64)) -> Int;

    /// Get 64-bit statistics of the file system that holds a path.
    statfs64 { i386: 268; class: FILE | STAT }
        (path: Path, size: Size, buf: StructOut(&STATFS64)) -> Int;

    /// Set the time in seconds since the Epoch.
    stime { i386: 25; class: CLOCK }
        (t: StructIn(&TIME)) -> Int;

    /// Do nothing: reserved for terminal settings and never implemented.
    stty { i386: 31; class: NONE }
        (arg1: Hex, arg2: Hex) -> Int;

    /// Get the time left on a timer of the process, as a 64-bit time.
    timer_gettime64 { i386: 408; class: CLOCK }
        (timerid: Int, curr_value: StructOut(&ITIMERSPEC64)) -> Int;

    /// Arm or disarm a timer of the process, with 64-bit times.
    timer_settime64 { i386: 409; class: CLOCK }
        (timerid: Int, flags: Bits(&TIMER_FLAGS), new_value: StructIn(&ITIMERSPEC64),
         old_value: StructOut(&ITIMERSPEC64)) -> Int;

    /// Get the time left on a timer behind a file descriptor, as a 64-bit time.
    timerfd_gettime64 { i386: 410; class: CLOCK | DESC }
        (fd: Fd, curr_value: StructOut(&ITIMERSPEC64)) -> Int;

    /// Arm or disarm a timer behind a file descriptor, with 64-bit times.
    timerfd_settime64 { i386: 411; class: CLOCK | DESC }
        (fd: Fd, flags: Bits(&TIMERFD_SETTIME_FLAGS), new_value: StructIn(&ITIMERSPEC64),
         old_value: StructOut(&ITIMERSPEC64)) -> Int;

    /// Set the length of a file; the length comes in two words.
    truncate64 { i386: 193; class: FILE }
        (path: Path, length_lo: Uint, length_hi: Uint) -> Int;

    /// Get a resource limit as unsigned values.
    ugetrlimit { i386: 191; class: PROCESS }
        (resource: One(&RESOURCES), rlim: StructOut(&RLIMIT)) -> Int;

    /// Do nothing: reserved for resource limits and never implemented.
    ulimit { i386: 58; class: PROCESS }
        (arg1: Hex, arg2: Hex) -> Int;

    /// Unmount a file system.
    umount { i386: 22; class: ADMIN | FILE }
        (target: Path) -> Int;

    /// Set the timestamps of a file in nanoseconds, from 64-bit times.
    utimensat_time64 { i386: 412; class: FILE | DESC }
        (dirfd: DirFd, pathname: Path, times: StructIn(&FILE_TIMESPECS64),
         flags: Bits(&AT_FLAGS)) -> Int;

    /// Enter virtual 8086 mode.
    vm86 { i386: 166; class: PROCESS }
        (fn: One(&VM86_FUNCTIONS), v86: Ptr) -> Int;

    /// Enter virtual 8086 mode, in the old structure.
    vm86old { i386: 113; class: PROCESS }
        (info: Ptr) -> Int;

    /// Wait for a child process to change state.
    waitpid { i386: 7; class: PROCESS }
        (pid: Pid, wstatus: StructFound(&WAIT_STATUS), options: Bits(&WAIT_OPTIONS)) -> Pid;
}
