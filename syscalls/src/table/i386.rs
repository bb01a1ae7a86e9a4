//! Calls that only 32-bit x86 has: 64-bit offsets and times, 32-bit ids, multiplexers and relics.

use crate::row::syscalls;

syscalls! {
    /// Move the position of an open file by a 64-bit offset in two words.
    _llseek { i386: 140; class: DESC }
        (fd: Fd, offset_high: Uint, offset_low: Uint, result: Ptr, whence: Enum) -> Int;

    /// Wait until file descriptors are ready.
    _newselect { i386: 142; class: DESC | POLL }
        (nfds: Int, readfds: Ptr, writefds: Ptr, exceptfds: Ptr, timeout: Ptr) -> Int;

    /// Tune the flushing of dirty buffers; no longer implemented.
    bdflush { i386: 134; class: ADMIN }
        (func: Int, data: Long) -> Int;

    /// Do nothing: reserved for an old form of brk and never implemented.
    break { i386: 17; class: MEMORY }
        () -> Int;

    /// Change the owner and group of a file, with 32-bit ids.
    chown32 { i386: 212; class: FILE }
        (pathname: Path, owner: Uid, group: Gid) -> Int;

    /// Tune a clock and return its state, with 64-bit times.
    clock_adjtime64 { i386: 405; class: CLOCK }
        (clk_id: Enum, buf: Ptr) -> Int;

    /// Get the resolution of a clock, as a 64-bit time.
    clock_getres_time64 { i386: 406; class: CLOCK }
        (clockid: Enum, res: Ptr) -> Int;

    /// Get the time of a clock, as a 64-bit time.
    clock_gettime64 { i386: 403; class: CLOCK }
        (clockid: Enum, tp: Ptr) -> Int;

    /// Sleep for an interval or until a time of a given clock, with 64-bit times.
    clock_nanosleep_time64 { i386: 407; class: CLOCK }
        (clockid: Enum, flags: Flags, request: Ptr, remain: Ptr) -> Int;

    /// Set the time of a clock, from a 64-bit time.
    clock_settime64 { i386: 404; class: CLOCK }
        (clockid: Enum, tp: Ptr) -> Int;

    /// Announce a pattern of access to a range of a file; offset and length come in two words each.
    fadvise64_64 { i386: 272; class: DESC }
        (fd: Fd, offset_lo: Uint, offset_hi: Uint, len_lo: Uint, len_hi: Uint, advice: Enum) -> Int;

    /// Change the owner and group of an open file, with 32-bit ids.
    fchown32 { i386: 207; class: DESC }
        (fd: Fd, owner: Uid, group: Gid) -> Int;

    /// Manipulate a file descriptor, with locks of 64-bit ranges.
    fcntl64 { i386: 221; class: DESC }
        (fd: Fd, cmd: Enum, arg: Ulong) -> Int;

    /// Get the status of an open file, with 64-bit sizes.
    fstat64 { i386: 197; class: DESC | STAT }
        (fd: Fd, statbuf: Ptr) -> Int;

    /// Get the status of a file with 64-bit sizes, relative to a directory descriptor.
    fstatat64 { i386: 300; class: FILE | DESC | STAT }
        (dirfd: DirFd, pathname: Path, statbuf: Ptr, flags: Flags) -> Int;

    /// Get 64-bit statistics of the file system that holds an open file.
    fstatfs64 { i386: 269; class: DESC | STAT }
        (fd: Fd, size: Size, buf: Ptr) -> Int;

    /// Do nothing: reserved for getting the time and never implemented.
    ftime { i386: 35; class: CLOCK }
        () -> Int;

    /// Set the length of an open file; the length comes in two words.
    ftruncate64 { i386: 194; class: DESC }
        (fd: Fd, length_lo: Uint, length_hi: Uint) -> Int;

    /// Wait on a word in memory with a 64-bit timeout, or wake those who wait on it.
    futex_time64 { i386: 422; class: IPC }
        (uaddr: Ptr, op: Enum, val: Uint, timeout: Ptr, uaddr2: Ptr, val3: Uint) -> Int;

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
        (size: Int, list: Ptr) -> Int;

    /// Get the real, effective and saved group ids of the caller, with 32 bits each.
    getresgid32 { i386: 211; class: CREDS }
        (rgid: Ptr, egid: Ptr, sgid: Ptr) -> Int;

    /// Get the real, effective and saved user ids of the caller, with 32 bits each.
    getresuid32 { i386: 209; class: CREDS }
        (ruid: Ptr, euid: Ptr, suid: Ptr) -> Int;

    /// Get the real user id of the caller, with 32 bits.
    getuid32 { i386: 199; class: CREDS }
        () -> Uid;

    /// Do nothing: reserved for terminal settings and never implemented.
    gtty { i386: 32; class: NONE }
        () -> Int;

    /// Make the first process the idle task; no longer implemented.
    idle { i386: 112; class: ADMIN }
        () -> Int;

    /// Read asynchronous I/O completion events with a 64-bit timeout.
    io_pgetevents_time64 { i386: 416; class: POLL }
        (ctx_id: Ptr, min_nr: Long, nr: Long, events: Ptr, timeout: Ptr, usig: Ptr) -> Int;

    /// Make one of the System V IPC calls.
    ipc { i386: 117; class: IPC }
        (call: Enum, first: Int, second: Ulong, third: Ulong, ptr: Ptr, fifth: Long) -> Int;

    /// Change the owner and group of a file or symbolic link itself, with 32-bit ids.
    lchown32 { i386: 198; class: FILE }
        (pathname: Path, owner: Uid, group: Gid) -> Int;

    /// Do nothing: reserved and never implemented.
    lock { i386: 53; class: NONE }
        () -> Int;

    /// Get the status of a file or symbolic link itself, with 64-bit sizes.
    lstat64 { i386: 196; class: FILE | STAT }
        (pathname: Path, statbuf: Ptr) -> Int;

    /// Map a file or anonymous memory; the offset counts units of 4096 bytes.
    mmap2 { i386: 192; class: MEMORY | DESC }
        (addr: Ptr, length: Size, prot: Flags, flags: Flags, fd: Fd, pgoffset: Ulong) -> Ptr;

    /// Do nothing: reserved for multiplexed files and never implemented.
    mpx { i386: 56; class: NONE }
        () -> Int;

    /// Receive a message from a POSIX message queue, with a 64-bit timeout.
    mq_timedreceive_time64 { i386: 419; class: IPC | DESC }
        (mqdes: Fd, msg_ptr: Out(Within("msg_len")), msg_len: Size, msg_prio: Ptr, abs_timeout: Ptr) -> Size;

    /// Send a message to a POSIX message queue, with a 64-bit timeout.
    mq_timedsend_time64 { i386: 418; class: IPC | DESC }
        (mqdes: Fd, msg_ptr: In(Arg("msg_len")), msg_len: Size, msg_prio: Uint,
         abs_timeout: Ptr) -> Int;

    /// Change the nice value of the caller.
    nice { i386: 34; class: SCHED }
        (inc: Int) -> Int;

    /// Get the status of an open file in the oldest structure.
    oldfstat { i386: 28; class: DESC | STAT }
        (fd: Fd, statbuf: Ptr) -> Int;

    /// Get the status of a file or symbolic link itself in the oldest structure.
    oldlstat { i386: 84; class: FILE | STAT }
        (pathname: Path, statbuf: Ptr) -> Int;

    /// Get the name and release of the kernel in the oldest structure.
    oldolduname { i386: 59; class: NONE }
        (buf: Ptr) -> Int;

    /// Get the status of a file in the oldest structure.
    oldstat { i386: 18; class: FILE | STAT }
        (pathname: Path, statbuf: Ptr) -> Int;

    /// Get the name and release of the kernel in an old structure.
    olduname { i386: 109; class: NONE }
        (buf: Ptr) -> Int;

    /// Wait for events on file descriptors under a temporary signal mask, with a 64-bit timeout.
    ppoll_time64 { i386: 414; class: DESC | POLL }
        (fds: Ptr, nfds: Uint, tmo_p: Ptr, sigmask: Ptr, sigsetsize: Size) -> Int;

    /// Do nothing: reserved for profiling and never implemented.
    prof { i386: 44; class: NONE }
        () -> Int;

    /// Do nothing: reserved for profiling and never implemented.
    profil { i386: 98; class: NONE }
        () -> Int;

    /// Wait until file descriptors are ready under a temporary signal mask, with a 64-bit timeout.
    pselect6_time64 { i386: 413; class: DESC | POLL }
        (nfds: Int, readfds: Ptr, writefds: Ptr, exceptfds: Ptr, timeout: Ptr, sigmask: Ptr) -> Int;

    /// Read one directory entry (struct old_linux_dirent).
    readdir { i386: 89; class: DESC }
        (fd: Fd, dirp: Ptr, count: Uint) -> Int;

    /// Receive several messages from a socket, with a 64-bit timeout.
    recvmmsg_time64 { i386: 417; class: NETWORK | DESC }
        (sockfd: Fd, msgvec: Ptr, vlen: Uint, flags: Flags, timeout: Ptr) -> Int;

    /// Accept a pending signal, with a 64-bit timeout.
    rt_sigtimedwait_time64 { i386: 421; class: SIGNAL }
        (set: Ptr, info: Ptr, timeout: Ptr, sigsetsize: Size) -> Signal;

    /// Get the round-robin quantum of a thread, as a 64-bit time.
    sched_rr_get_interval_time64 { i386: 423; class: SCHED }
        (pid: Pid, tp: Ptr) -> Int;

    /// Operate on System V semaphores, with a 64-bit timeout.
    semtimedop_time64 { i386: 420; class: IPC }
        (semid: Int, sops: Ptr, nsops: Size, timeout: Ptr) -> Int;

    /// Copy bytes from one file descriptor to another, with a 64-bit offset.
    sendfile64 { i386: 239; class: DESC | NETWORK }
        (out_fd: Fd, in_fd: Fd, offset: Ptr, count: Size) -> Size;

    /// Set the 32-bit group id for file system checks and return the old one.
    setfsgid32 { i386: 216; class: CREDS }
        (fsgid: Gid) -> Gid;

    /// Set the 32-bit user id for file system checks and return the old one.
    setfsuid32 { i386: 215; class: CREDS }
        (fsuid: Uid) -> Uid;

    /// Set the group id of the caller, with 32 bits.
    setgid32 { i386: 214; class: CREDS }
        (gid: Gid) -> Int;

    /// Set the supplementary group ids of the caller, with 32 bits each.
    setgroups32 { i386: 206; class: CREDS }
        (size: Int, list: Ptr) -> Int;

    /// Set the real and effective group ids of the caller, with 32 bits each.
    setregid32 { i386: 204; class: CREDS }
        (rgid: Gid, egid: Gid) -> Int;

    /// Set the real, effective and saved group ids of the caller, with 32 bits each.
    setresgid32 { i386: 210; class: CREDS }
        (rgid: Gid, egid: Gid, sgid: Gid) -> Int;

    /// Set the real, effective and saved user ids of the caller, with 32 bits each.
    setresuid32 { i386: 208; class: CREDS }
        (ruid: Uid, euid: Uid, suid: Uid) -> Int;

    /// Set the real and effective user ids of the caller, with 32 bits each.
    setreuid32 { i386: 203; class: CREDS }
        (ruid: Uid, euid: Uid) -> Int;

    /// Set the user id of the caller, with 32 bits.
    setuid32 { i386: 213; class: CREDS }
        (uid: Uid) -> Int;

    /// Get the first 32 signals of the signal mask.
    sgetmask { i386: 68; class: SIGNAL }
        () -> Flags;

    /// Get and set the action for a signal, in the old structure.
    sigaction { i386: 67; class: SIGNAL }
        (signum: Signal, act: Ptr, oldact: Ptr) -> Int;

    /// Set the handler of a signal and return the old one.
    signal { i386: 48; class: SIGNAL }
        (signum: Signal, handler: Ptr) -> Ptr;

    /// Get which of the first 32 signals are pending.
    sigpending { i386: 73; class: SIGNAL }
        (set: Ptr) -> Int;

    /// Get and change the first 32 signals of the signal mask.
    sigprocmask { i386: 126; class: SIGNAL }
        (how: Enum, set: Ptr, oldset: Ptr) -> Int;

    /// Return from a signal handler; issued by the C library's trampoline.
    sigreturn { i386: 119; class: SIGNAL }
        () -> Restored;

    /// Wait for a signal under a temporary mask of the first 32 signals.
    sigsuspend { i386: 72; class: SIGNAL }
        (unused1: Int, unused2: Int, mask: Flags) -> Int;

    /// Make one of the socket calls; its arguments lie in a block in memory.
    socketcall { i386: 102; class: NETWORK }
        (call: Enum, args: Ptr) -> Int;

    /// Set the first 32 signals of the signal mask and return the old ones.
    ssetmask { i386: 69; class: SIGNAL }
        (newmask: Flags) -> Flags;

    /// Get the status of a file, with 64-bit sizes.
    stat64 { i386: 195; class: FILE | STAT }
        (pathname: Path, statbuf: Ptr) -> Int;

    /// Get 64-bit statistics of the file system that holds a path.
    statfs64 { i386: 268; class: FILE | STAT }
        (path: Path, size: Size, buf: Ptr) -> Int;

    /// Set the time in seconds since the Epoch.
    stime { i386: 25; class: CLOCK }
        (t: Ptr) -> Int;

    /// Do nothing: reserved for terminal settings and never implemented.
    stty { i386: 31; class: NONE }
        () -> Int;

    /// Get the time left on a timer of the process, as a 64-bit time.
    timer_gettime64 { i386: 408; class: CLOCK }
        (timerid: Int, curr_value: Ptr) -> Int;

    /// Arm or disarm a timer of the process, with 64-bit times.
    timer_settime64 { i386: 409; class: CLOCK }
        (timerid: Int, flags: Flags, new_value: Ptr, old_value: Ptr) -> Int;

    /// Get the time left on a timer behind a file descriptor, as a 64-bit time.
    timerfd_gettime64 { i386: 410; class: CLOCK | DESC }
        (fd: Fd, curr_value: Ptr) -> Int;

    /// Arm or disarm a timer behind a file descriptor, with 64-bit times.
    timerfd_settime64 { i386: 411; class: CLOCK | DESC }
        (fd: Fd, flags: Flags, new_value: Ptr, old_value: Ptr) -> Int;

    /// Set the length of a file; the length comes in two words.
    truncate64 { i386: 193; class: FILE }
        (path: Path, length_lo: Uint, length_hi: Uint) -> Int;

    /// Get a resource limit as unsigned values.
    ugetrlimit { i386: 191; class: PROCESS }
        (resource: Enum, rlim: Ptr) -> Int;

    /// Do nothing: reserved for resource limits and never implemented.
    ulimit { i386: 58; class: PROCESS }
        () -> Int;

    /// Unmount a file system.
    umount { i386: 22; class: ADMIN | FILE }
        (target: Path) -> Int;

    /// Set the timestamps of a file in nanoseconds, from 64-bit times.
    utimensat_time64 { i386: 412; class: FILE | DESC }
        (dirfd: DirFd, pathname: Path, times: Ptr, flags: Flags) -> Int;

    /// Enter virtual 8086 mode.
    vm86 { i386: 166; class: PROCESS }
        (fn: Enum, v86: Ptr) -> Int;

    /// Enter virtual 8086 mode, in the old structure.
    vm86old { i386: 113; class: PROCESS }
        (info: Ptr) -> Int;

    /// Wait for a child process to change state.
    waitpid { i386: 7; class: PROCESS }
        (pid: Pid, wstatus: Ptr, options: Flags) -> Pid;
}
