//! Waiting for events, and asynchronous I/O.

use super::structs;

structs! {
    /// A file descriptor to wait for (poll(2)).
    POLLFD { fd: u32 = Fd, events: u16 = Bits(&POLL_EVENTS), revents: u16 = Bits(&POLL_EVENTS) }

    /// Events and what the program gave to know them by (epoll_ctl(2)).
    EPOLL_EVENT packed(X86_64) { events: u32 = Bits(&EPOLL_EVENTS), data: u64 = Data }

    /// How long an epoll instance polls busily (ioctl_eventpoll(2)).
    EPOLL_PARAMS {
        busy_poll_usecs: u32 = Uint, busy_poll_budget: u16 = Uint, prefer_busy_poll: u8 = Uint,
        _: u8 = Uint
    }

    /// The arguments of select(2) where it takes them in memory, on i386.
    SELECT_ARGS {
        nfds: word = Int, readfds: word = Ptr, writefds: word = Ptr, exceptfds: word = Ptr,
        timeout: word = Ptr
    }

    /// A context of asynchronous I/O, or the address of an operation (io_submit(2)).
    ADDRESS { _: word = Ptr }

    /// What of an operation of asynchronous I/O tells which it is (io_cancel(2)).
    IOCB {
        aio_data: u64 = Hex, optional aio_key: u32 = Uint, _: u32 = Uint,
        aio_lio_opcode: u16 = One(&AIO_OPS), optional aio_reqprio: u16 = Int, aio_fildes: u32 = Fd,
        _: u64[5] = Ulong
    }

    /// The outcome of an operation of asynchronous I/O (io_getevents(2)).
    IO_EVENT { data: u64 = Hex, obj: u64 = Ptr, res: u64 = Long, res2: u64 = Long }

    /// Where the parts of the submission queue lie (io_uring_setup(2)).
    IO_SQRING_OFFSETS {
        head: u32 = Uint, tail: u32 = Uint, ring_mask: u32 = Uint, ring_entries: u32 = Uint,
        flags: u32 = Uint, dropped: u32 = Uint, array: u32 = Uint, _: u32 = Uint,
        detail user_addr: u64 = Ptr
    }

    /// Where the parts of the completion queue lie (io_uring_setup(2)).
    IO_CQRING_OFFSETS {
        head: u32 = Uint, tail: u32 = Uint, ring_mask: u32 = Uint, ring_entries: u32 = Uint,
        overflow: u32 = Uint, cqes: u32 = Uint, flags: u32 = Uint, _: u32 = Uint,
        detail user_addr: u64 = Ptr
    }

    /// How an io_uring instance is set up (io_uring_setup(2)).
    IO_URING_PARAMS order(flags, sq_thread_cpu, sq_thread_idle) {
        sq_entries: u32 = Uint, cq_entries: u32 = Uint, flags: u32 = Bits(&URING_SETUP_FLAGS),
        sq_thread_cpu: u32 = Uint, sq_thread_idle: u32 = Uint,
        features: u32 = Bits(&URING_FEATURES), optional wq_fd: u32 = Fd, _: u32[3] = Uint,
        sq_off: inner = Struct(&IO_SQRING_OFFSETS), cq_off: inner = Struct(&IO_CQRING_OFFSETS)
    }

    /// Signal mask and timeout (io_uring_enter(2)'s `IORING_ENTER_EXT_ARG`).
    IO_URING_GETEVENTS_ARG {
        sigmask: u64 = Ptr, sigmask_sz: u32 = Uint, min_wait_usec: u32 = Uint, ts: u64 = Ptr
    }

    /// Files to be replaced in an io_uring instance (io_uring_register(2)).
    IO_URING_FILES_UPDATE { offset: u32 = Uint, _: u32 = Uint, fds: u64 = Ptr }

    /// Resources of an io_uring instance (io_uring_register(2)'s `IORING_REGISTER_FILES2`).
    IO_URING_RSRC_REGISTER {
        nr: u32 = Uint, flags: u32 = Bits(&URING_RESOURCE_FLAGS), _: u64 = Ulong, data: u64 = Ptr,
        tags: u64 = Ptr
    }

    /// Resources to be replaced in an io_uring instance (io_uring_register(2)).
    IO_URING_RSRC_UPDATE2 {
        offset: u32 = Uint, _: u32 = Uint, data: u64 = Ptr, tags: u64 = Ptr, nr: u32 = Uint,
        _: u32 = Uint
    }

    /// Which operations an io_uring instance has; an entry for each follows (io_uring_register(2)).
    IO_URING_PROBE { last_op: u8 = Uint, ops_len: u8 = Uint, _: u16 = Uint, _: u32[3] = Uint }

    /// A ring of provided buffers (io_uring_register(2)).
    IO_URING_BUF_REG {
        ring_addr: u64 = Ptr, ring_entries: u32 = Uint, bgid: u16 = Uint,
        flags: u16 = Bits(&URING_BUFFER_RING_FLAGS), _: u64[3] = Ulong
    }

    /// What a thread and all its children may do with an io_uring instance (io_uring_register(2)).
    IO_URING_RESTRICTION {
        opcode: u16 = One(&URING_RESTRICTIONS), register_op: u8 = Enum, _: u8 = Uint,
        _: u32[3] = Uint
    }

    /// An io_uring instance to be known by an index (io_uring_register(2)).
    IO_URING_RING_FD { offset: u32 = Uint, _: u32 = Uint, data: u64 = Ptr }

    /// A range of registered files that is given out (io_uring_register(2)).
    IO_URING_FILE_RANGE { off: u32 = Uint, len: u32 = Uint, _: u64 = Ulong }
}
