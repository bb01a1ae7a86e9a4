//! Waiting for events: poll, select, epoll, asynchronous I/O, and the descriptors that are made to
//! be waited on.

use crate::row::syscalls;

syscalls! {
    /// Open an epoll instance.
    epoll_create { x86_64: 213, i386: 254; class: DESC | POLL }
        (size: Int) -> Fd;

    /// Open an epoll instance, with flags.
    epoll_create1 { x86_64: 291, aarch64: 20, i386: 329; class: DESC | POLL }
        (flags: Bits(&EPOLL_FLAGS)) -> Fd;

    /// Add, change or remove an entry of an epoll instance.
    epoll_ctl { x86_64: 233, aarch64: 21, i386: 255; class: DESC | POLL }
        (epfd: Fd, op: One(&EPOLL_OPS), fd: Fd, event: By(&EPOLL_CTL_EVENT)) -> Int;

    /// Do nothing: an early form of epoll_ctl that was never implemented.
    epoll_ctl_old { x86_64: 214; class: POLL }
        (arg1: Hex, arg2: Hex, arg3: Hex, arg4: Hex) -> Int;

    /// Wait for events of an epoll instance under a temporary signal mask.
    epoll_pwait { x86_64: 281, aarch64: 22, i386: 319; class: DESC | POLL }
        (epfd: Fd, events: ArrayOut(&EPOLL_EVENT, Ret), maxevents: Int, timeout: Int,
         sigmask: ExactIn(&SIGSET, "sigsetsize"), sigsetsize: Size) -> Int;

    /// Wait for events of an epoll instance with a timeout in nanoseconds.
    epoll_pwait2 { x86_64: 441, aarch64: 441, i386: 441; class: DESC | POLL }
        (epfd: Fd, events: ArrayOut(&EPOLL_EVENT, Ret), maxevents: Int,
         timeout: StructIn(&TIMESPEC64), sigmask: ExactIn(&SIGSET, "sigsetsize"), sigsetsize: Size) -> Int;

    /// Wait for events of an epoll instance.
    epoll_wait { x86_64: 232, i386: 256; class: DESC | POLL }
        (epfd: Fd, events: ArrayOut(&EPOLL_EVENT, Ret), maxevents: Int, timeout: Int) -> Int;

    /// Do nothing: an early form of epoll_wait that was never implemented.
    epoll_wait_old { x86_64: 215; class: POLL }
        (arg1: Hex, arg2: Hex, arg3: Hex, arg4: Hex) -> Int;

    /// Create a file descriptor for event notification.
    eventfd { x86_64: 284, i386: 323; class: DESC }
        (initval: Uint) -> Fd;

    /// Create a file descriptor for event notification, with flags.
    eventfd2 { x86_64: 290, aarch64: 19, i386: 328; class: DESC }
        (initval: Uint, flags: Bits(&EVENTFD_FLAGS)) -> Fd;

    /// Create a fanotify group.
    fanotify_init { x86_64: 300, aarch64: 262, i386: 338; class: DESC }
        (flags: Bits(&FANOTIFY_INIT_FLAGS), event_f_flags: Bits(&OPEN_FLAGS)) -> Fd;

    /// Add, remove or change a fanotify mark on a file system object.
    fanotify_mark { x86_64: 301, aarch64: 263; class: FILE | DESC }
        (fanotify_fd: Fd, flags: Bits(&FANOTIFY_MARK_FLAGS), mask: Bits(&FANOTIFY_EVENTS),
         dirfd: One(&FANOTIFY_DIRS), pathname: Path) -> Int;

    /// Add, remove or change a fanotify mark; the mask comes in two words.
    fanotify_mark { i386: 339; class: FILE | DESC }
        (fanotify_fd: Fd, flags: Bits(&FANOTIFY_MARK_FLAGS), mask_lo: Bits(&FANOTIFY_EVENTS),
         mask_hi: Flags, dirfd: One(&FANOTIFY_DIRS), pathname: Path) -> Int;

    /// Add or change an inotify watch and return its descriptor.
    inotify_add_watch { x86_64: 254, aarch64: 27, i386: 292; class: FILE | DESC }
        (fd: Fd, pathname: Path, mask: Bits(&INOTIFY_MASK)) -> Int;

    /// Create an inotify instance.
    inotify_init { x86_64: 253, i386: 291; class: DESC }
        () -> Fd;

    /// Create an inotify instance, with flags.
    inotify_init1 { x86_64: 294, aarch64: 26, i386: 332; class: DESC }
        (flags: Bits(&INOTIFY_INIT_FLAGS)) -> Fd;

    /// Remove an inotify watch.
    inotify_rm_watch { x86_64: 255, aarch64: 28, i386: 293; class: DESC }
        (fd: Fd, wd: Int) -> Int;

    /// Try to cancel an outstanding asynchronous I/O operation.
    io_cancel { x86_64: 210, aarch64: 3, i386: 249; class: POLL }
        (ctx_id: Ptr, iocb: StructIn(&IOCB), result: StructOut(&IO_EVENT)) -> Int;

    /// Destroy an asynchronous I/O context.
    io_destroy { x86_64: 207, aarch64: 1, i386: 246; class: POLL }
        (ctx_id: Ptr) -> Int;

    /// Read completion events of an asynchronous I/O context.
    io_getevents { x86_64: 208, aarch64: 4, i386: 247; class: POLL }
        (ctx_id: Ptr, min_nr: Long, nr: Long, events: ArrayOut(&IO_EVENT, Ret),
         timeout: StructIn(&TIMESPEC)) -> Int;

    /// Read asynchronous I/O completion events under a temporary signal mask.
    io_pgetevents { x86_64: 333, aarch64: 292, i386: 385; class: POLL }
        (ctx_id: Ptr, min_nr: Long, nr: Long, events: ArrayOut(&IO_EVENT, Ret),
         timeout: StructIn(&TIMESPEC), usig: TreeIn(&SIGSET_ARG)) -> Int;

    /// Create an asynchronous I/O context.
    io_setup { x86_64: 206, x32: 543, aarch64: 0, i386: 245; class: POLL }
        (nr_events: Uint, ctx_idp: StructOut(&ADDRESS)) -> Int;

    /// Submit asynchronous I/O operations and return how many were accepted.
    io_submit { x86_64: 209, x32: 544, aarch64: 2, i386: 248; class: POLL }
        (ctx_id: Ptr, nr: Long, iocbpp: ArrayIn(&ADDRESS, Arg("nr"))) -> Int;

    /// Submit to an io_uring instance and wait for completions.
    io_uring_enter { x86_64: 426, aarch64: 426, i386: 426; class: DESC | POLL }
        (fd: Fd, to_submit: Uint, min_complete: Uint, flags: Bits(&URING_ENTER_FLAGS),
         arg: By(&URING_ENTER_ARG), argsz: Size) -> Int;

    /// Register files, buffers and other resources with an io_uring instance.
    io_uring_register { x86_64: 427, aarch64: 427, i386: 427; class: DESC | POLL }
        (fd: Fd, opcode: Bits(&URING_REGISTER_OPS), arg: By(&URING_REGISTER_ARG),
         nr_args: Uint) -> Int;

    /// Create an io_uring instance.
    io_uring_setup { x86_64: 425, aarch64: 425, i386: 425; class: DESC | POLL }
        (entries: Uint, p: StructIn(&IO_URING_PARAMS)) -> Fd;

    /// Wait for events on a set of file descriptors.
    poll { x86_64: 7, i386: 168; class: DESC | POLL }
        (fds: ArrayIn(&POLLFD, Arg("nfds")), nfds: Uint, timeout: Int) -> Int;

    /// Wait for events on a set of file descriptors under a temporary signal mask.
    ppoll { x86_64: 271, aarch64: 73, i386: 309; class: DESC | POLL }
        (fds: ArrayIn(&POLLFD, Arg("nfds")), nfds: Uint, tmo_p: TimeLimit(&TIMESPEC),
         sigmask: ExactIn(&SIGSET, "sigsetsize"), sigsetsize: Size) -> Int;

    /// Wait until file descriptors are ready, under a temporary signal mask.
    pselect6 { x86_64: 270, aarch64: 72, i386: 308; class: DESC | POLL }
        (nfds: Int, readfds: Ready(BitsOf("nfds")), writefds: Ready(BitsOf("nfds")),
         exceptfds: Ready(BitsOf("nfds")), timeout: TimeLimit(&TIMESPEC),
         sigmask: TreeIn(&SIGSET_ARG)) -> Int;

    /// Wait until file descriptors are ready.
    select { x86_64: 23; class: DESC | POLL }
        (nfds: Int, readfds: Ready(BitsOf("nfds")), writefds: Ready(BitsOf("nfds")),
         exceptfds: Ready(BitsOf("nfds")),
         timeout: TimeLimit(&TIMEVAL)) -> Int;

    /// Wait until file descriptors are ready; the arguments lie in a block in memory.
    select { i386: 82; class: DESC | POLL }
        (arg: StructIn(&SELECT_ARGS)) -> Int;

    /// Create or change a file descriptor that accepts signals.
    signalfd { x86_64: 282, i386: 321; class: DESC | SIGNAL }
        (fd: Fd, mask: ExactIn(&SIGSET, "sizemask"), sizemask: Size) -> Fd;

    /// Create or change a file descriptor that accepts signals, with flags.
    signalfd4 { x86_64: 289, aarch64: 74, i386: 327; class: DESC | SIGNAL }
        (fd: Fd, mask: ExactIn(&SIGSET, "sizemask"), sizemask: Size, flags: Bits(&SIGNALFD_FLAGS)) -> Fd;
}
