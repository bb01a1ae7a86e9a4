//! Operations of io_uring(7). They are no syscalls, but have numbers (opcodes), arguments and results
//! like those: each is a row of a calling convention of its own.

use crate::{Arg, Class, Kind, Numbers, Syscall, choices::URING_FILE};

/// What an entry of the submission queue says (`struct io_uring_sqe`, io_uring_enter(2)); what it means
/// depends on the operation. `flags` are those of the entry (`IOSQE_…`), and from bit 32 on the operation's own.
const ARGS: &[Arg] = &[
    Arg { name: "fd", kind: Kind::By(&URING_FILE) },
    Arg { name: "addr", kind: Kind::Ptr },
    Arg { name: "len", kind: Kind::Uint },
    Arg { name: "off", kind: Kind::Off },
    Arg { name: "flags", kind: Kind::Hex },
    Arg { name: "user_data", kind: Kind::Hex },
];

macro_rules! operations {
    ($(#[doc = $summary:literal] $name:ident = $opcode:literal -> $ret:ident;)*) => {
        pub(crate) const ROWS: &[Syscall] = &[$(Syscall {
            name: concat!("io_uring:", stringify!($name)),
            summary: $summary.trim_ascii(),
            numbers: Numbers { io_uring: Some($opcode), ..Numbers::NONE },
            class: Class::IO_URING,
            args: ARGS,
            ret: Kind::$ret,
            untested: None,
        }),*];
    };
}

operations! {
    /// Accept a connection on a socket.
    accept = 13 -> Fd;
    /// Cancel an operation.
    async_cancel = 14 -> Int;
    /// Bind a name to a socket.
    bind = 56 -> Int;
    /// Close a file descriptor.
    close = 19 -> Int;
    /// Connect a socket.
    connect = 16 -> Int;
    /// Change what an epoll instance watches.
    epoll_ctl = 29 -> Int;
    /// Wait for events of an epoll instance.
    epoll_wait = 59 -> Int;
    /// Say how a file will be read.
    fadvise = 24 -> Int;
    /// Allocate or free space of a file.
    fallocate = 17 -> Int;
    /// Get an extended attribute of an open file.
    fgetxattr = 43 -> Size;
    /// Replace registered files.
    files_update = 20 -> Int;
    /// Make a descriptor of a registered file.
    fixed_fd_install = 54 -> Fd;
    /// Set an extended attribute of an open file.
    fsetxattr = 41 -> Int;
    /// Write a file's changes to storage.
    fsync = 3 -> Int;
    /// Set the length of an open file.
    ftruncate = 55 -> Int;
    /// Wait for a futex.
    futex_wait = 51 -> Int;
    /// Wait for one of several futexes.
    futex_waitv = 53 -> Int;
    /// Wake waiters of a futex.
    futex_wake = 52 -> Int;
    /// Get an extended attribute.
    getxattr = 44 -> Size;
    /// Limit the time of the operation before it.
    link_timeout = 15 -> Int;
    /// Make a hard link.
    linkat = 39 -> Int;
    /// Listen for connections on a socket.
    listen = 57 -> Int;
    /// Say how memory will be used.
    madvise = 25 -> Int;
    /// Make a directory.
    mkdirat = 37 -> Int;
    /// Post a completion to another ring.
    msg_ring = 40 -> Int;
    /// Do nothing.
    nop = 0 -> Int;
    /// Do nothing, in an entry of 128 bytes.
    nop128 = 63 -> Int;
    /// Open a file.
    openat = 18 -> Fd;
    /// Open a file, with how it is resolved.
    openat2 = 28 -> Fd;
    /// Make a pipe.
    pipe = 62 -> Int;
    /// Wait for events of a file.
    poll_add = 6 -> Int;
    /// End or change a wait for events.
    poll_remove = 7 -> Int;
    /// Hand buffers to the kernel.
    provide_buffers = 31 -> Int;
    /// Read from a file.
    read = 22 -> Size;
    /// Read from a file into a registered buffer.
    read_fixed = 4 -> Size;
    /// Read from a file again and again.
    read_multishot = 49 -> Size;
    /// Read from a file into several buffers.
    readv = 1 -> Size;
    /// Read from a file into several registered buffers.
    readv_fixed = 60 -> Size;
    /// Receive from a socket.
    recv = 27 -> Size;
    /// Receive from a socket without copying.
    recv_zc = 58 -> Size;
    /// Receive a message from a socket.
    recvmsg = 10 -> Size;
    /// Take buffers back from the kernel.
    remove_buffers = 32 -> Int;
    /// Rename a file.
    renameat = 35 -> Int;
    /// Send on a socket.
    send = 26 -> Size;
    /// Send on a socket without copying.
    send_zc = 47 -> Size;
    /// Send a message on a socket.
    sendmsg = 9 -> Size;
    /// Send a message on a socket without copying.
    sendmsg_zc = 48 -> Size;
    /// Set an extended attribute.
    setxattr = 42 -> Int;
    /// Shut a socket's connection down.
    shutdown = 34 -> Int;
    /// Create a socket.
    socket = 45 -> Fd;
    /// Move data between a pipe and a file.
    splice = 30 -> Size;
    /// Get file status.
    statx = 21 -> Int;
    /// Make a symbolic link.
    symlinkat = 38 -> Int;
    /// Write a part of a file to storage.
    sync_file_range = 8 -> Int;
    /// Duplicate data from pipe to pipe.
    tee = 33 -> Size;
    /// Wait for a time, or for completions.
    timeout = 11 -> Int;
    /// End or change a wait for a time.
    timeout_remove = 12 -> Int;
    /// Remove a file's name.
    unlinkat = 36 -> Int;
    /// Pass a command to a file's driver.
    uring_cmd = 46 -> Int;
    /// Pass a command to a file's driver, in an entry of 128 bytes.
    uring_cmd128 = 64 -> Int;
    /// Wait for a child process to change state.
    waitid = 50 -> Int;
    /// Write to a file.
    write = 23 -> Size;
    /// Write to a file from a registered buffer.
    write_fixed = 5 -> Size;
    /// Write to a file from several buffers.
    writev = 2 -> Size;
    /// Write to a file from several registered buffers.
    writev_fixed = 61 -> Size;
}
