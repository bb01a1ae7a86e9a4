//! Open files: reading, writing, positions, locks, and descriptors themselves.

use crate::row::syscalls;

syscalls! {
    /// Get the page cache statistics of a range of a file.
    cachestat { x86_64: 451, aarch64: 451, i386: 451; class: DESC }
        (fd: Fd, cstat_range: StructIn(&CACHESTAT_RANGE), cstat: StructOut(&CACHESTAT),
         flags: Flags) -> Int;

    /// Close a file descriptor.
    close { x86_64: 3, aarch64: 57, i386: 6; class: DESC }
        (fd: Fd) -> Closed;

    /// Close every file descriptor of a range.
    close_range { x86_64: 436, aarch64: 436, i386: 436; class: DESC }
        (first: Uint, last: Uint, flags: Bits(&CLOSE_RANGE_FLAGS)) -> NewTable;

    /// Copy a range of bytes from one file to another inside the kernel.
    copy_file_range { x86_64: 326, aarch64: 285, i386: 377; class: DESC }
        (fd_in: Fd, off_in: StructIn(&LOFF), fd_out: Fd, off_out: StructIn(&LOFF), len: Size,
         flags: Flags) -> Size;

    /// Duplicate a file descriptor to the lowest free number.
    dup { x86_64: 32, aarch64: 23, i386: 41; class: DESC }
        (oldfd: Fd) -> Fd;

    /// Duplicate a file descriptor to a given number.
    dup2 { x86_64: 33, i386: 63; class: DESC }
        (oldfd: Fd, newfd: Fd) -> Fd;

    /// Duplicate a file descriptor to a given number, with flags.
    dup3 { x86_64: 292, aarch64: 24, i386: 330; class: DESC }
        (oldfd: Fd, newfd: Fd, flags: Bits(&FILE_FLAGS)) -> Fd;

    /// Announce a pattern of access to a range of a file.
    fadvise64 { x86_64: 221, aarch64: 223; class: DESC }
        (fd: Fd, offset: Off, len: Ulong, advice: One(&FADVICE)) -> Int;

    /// Announce a pattern of access to a range of a file; the offset comes in two words.
    fadvise64 { i386: 250; class: DESC }
        (fd: Fd, offset_lo: Uint, offset_hi: Uint, len: Size, advice: One(&FADVICE)) -> Int;

    /// Allocate, punch out or otherwise manipulate the space of a range of a file.
    fallocate { x86_64: 285, aarch64: 47; class: DESC }
        (fd: Fd, mode: Bits(&FALLOCATE_MODES), offset: Off, len: Off) -> Int;

    /// Manipulate the space of a range of a file; offset and length come in two words each.
    fallocate { i386: 324; class: DESC }
        (fd: Fd, mode: Bits(&FALLOCATE_MODES), offset_lo: Uint, offset_hi: Uint, len_lo: Uint,
         len_hi: Uint) -> Int;

    /// Change the working directory to an open directory.
    fchdir { x86_64: 81, aarch64: 50, i386: 133; class: DESC }
        (fd: Fd) -> NewCwd;

    /// Change the mode of an open file.
    fchmod { x86_64: 91, aarch64: 52, i386: 94; class: DESC }
        (fd: Fd, mode: Mode) -> Int;

    /// Change the owner and group of an open file.
    fchown { x86_64: 93, aarch64: 55, i386: 95; class: DESC }
        (fd: Fd, owner: Uid, group: Gid) -> Int;

    /// Manipulate a file descriptor: duplicate, flags, locks, owner, seals.
    fcntl { x86_64: 72, aarch64: 25, i386: 55; class: DESC }
        (fd: Fd, cmd: One(&FCNTL_CMDS), arg: By(&FCNTL_ARG)) -> By(&FCNTL_RESULT);

    /// Write a file's data and the metadata needed to read it back to storage.
    fdatasync { x86_64: 75, aarch64: 83, i386: 148; class: DESC }
        (fd: Fd) -> Int;

    /// Apply or remove an advisory lock on an open file.
    flock { x86_64: 73, aarch64: 32, i386: 143; class: DESC }
        (fd: Fd, operation: Bits(&FLOCK_OPS)) -> Int;

    /// Get the status of an open file.
    fstat { x86_64: 5, aarch64: 80, i386: 108; class: DESC | STAT }
        (fd: Fd, statbuf: StructOut(&STAT)) -> Int;

    /// Get statistics of the file system that holds an open file.
    fstatfs { x86_64: 138, aarch64: 44, i386: 100; class: DESC | STAT }
        (fd: Fd, buf: StructOut(&STATFS)) -> Int;

    /// Write a file's data and metadata to storage.
    fsync { x86_64: 74, aarch64: 82, i386: 118; class: DESC }
        (fd: Fd) -> Int;

    /// Set the length of an open file.
    ftruncate { x86_64: 77, aarch64: 46; class: DESC }
        (fd: Fd, length: Ulong) -> Int;

    /// Set the length of an open file; the length has 32 bits.
    ftruncate { i386: 93; class: DESC }
        (fd: Fd, length: Uint) -> Int;

    /// Read directory entries (struct linux_dirent).
    getdents { x86_64: 78, i386: 141; class: DESC }
        (fd: Fd, dirp: Entries(Within("count")), count: Uint) -> Size;

    /// Read directory entries (struct linux_dirent64).
    getdents64 { x86_64: 217, aarch64: 61, i386: 220; class: DESC }
        (fd: Fd, dirp: Entries(Within("count")), count: Uint) -> Size;

    /// Control a device or other open file.
    ioctl { x86_64: 16, x32: 514, aarch64: 29, i386: 54; class: DESC }
        (fd: Fd, request: Request, argp: By(&IOCTL_ARG)) -> By(&IOCTL_RESULT);

    /// Move the position of an open file.
    lseek { x86_64: 8, aarch64: 62; class: DESC }
        (fd: Fd, offset: Off, whence: One(&WHENCE)) -> Off;

    /// Move the position of an open file; the offset has 32 bits.
    lseek { i386: 19; class: DESC }
        (fd: Fd, offset: Int, whence: One(&WHENCE)) -> Int;

    /// Create a pipe.
    pipe { x86_64: 22, i386: 42; class: DESC }
        (pipefd: ArrayOut(&FD, Fixed(2))) -> Int;

    /// Create a pipe, with flags.
    pipe2 { x86_64: 293, aarch64: 59, i386: 331; class: DESC }
        (pipefd: ArrayOut(&FD, Fixed(2)), flags: Bits(&FILE_FLAGS)) -> Int;

    /// Read from a file at an offset.
    pread64 { x86_64: 17, aarch64: 67; class: DESC }
        (fd: Fd, buf: Out(Within("count")), count: Size, offset: Off) -> Size;

    /// Read from a file at an offset that comes in two words.
    pread64 { i386: 180; class: DESC }
        (fd: Fd, buf: Out(Within("count")), count: Size, offset_lo: Uint, offset_hi: Uint) -> Size;

    /// Read from a file at an offset into several buffers.
    preadv { x86_64: 295, x32: 534, aarch64: 69, i386: 333; class: DESC }
        (fd: Fd, iov: TreesOut(&IOVEC_OUT, Arg("iovcnt")), iovcnt: Ulong, pos_l: Ulong,
         pos_h: Ulong) -> Size;

    /// Read from a file at an offset into several buffers, with flags.
    preadv2 { x86_64: 327, x32: 546, aarch64: 286, i386: 378; class: DESC }
        (fd: Fd, iov: TreesOut(&IOVEC_OUT, Arg("iovcnt")), iovcnt: Ulong, pos_l: Ulong,
         pos_h: Ulong,
         flags: Bits(&RWF_FLAGS)) -> Size;

    /// Write to a file at an offset.
    pwrite64 { x86_64: 18, aarch64: 68; class: DESC }
        (fd: Fd, buf: In(Arg("count")), count: Size, offset: Off) -> Size;

    /// Write to a file at an offset that comes in two words.
    pwrite64 { i386: 181; class: DESC }
        (fd: Fd, buf: In(Arg("count")), count: Size, offset_lo: Uint, offset_hi: Uint) -> Size;

    /// Write to a file at an offset from several buffers.
    pwritev { x86_64: 296, x32: 535, aarch64: 70, i386: 334; class: DESC }
        (fd: Fd, iov: TreesIn(&IOVEC_IN, Arg("iovcnt")), iovcnt: Ulong, pos_l: Ulong,
         pos_h: Ulong) -> Size;

    /// Write to a file at an offset from several buffers, with flags.
    pwritev2 { x86_64: 328, x32: 547, aarch64: 287, i386: 379; class: DESC }
        (fd: Fd, iov: TreesIn(&IOVEC_IN, Arg("iovcnt")), iovcnt: Ulong, pos_l: Ulong, pos_h: Ulong,
         flags: Bits(&RWF_FLAGS)) -> Size;

    /// Read from a file descriptor.
    read { x86_64: 0, aarch64: 63, i386: 3; class: DESC }
        (fd: Fd, buf: Out(Within("count")), count: Size) -> Size;

    /// Read a range of a file into the page cache.
    readahead { x86_64: 187, aarch64: 213; class: DESC }
        (fd: Fd, offset: Off, count: Size) -> Int;

    /// Read a range of a file into the page cache; the offset comes in two words.
    readahead { i386: 225; class: DESC }
        (fd: Fd, offset_lo: Uint, offset_hi: Uint, count: Size) -> Int;

    /// Read from a file descriptor into several buffers.
    readv { x86_64: 19, x32: 515, aarch64: 65, i386: 145; class: DESC }
        (fd: Fd, iov: TreesOut(&IOVEC_OUT, Arg("iovcnt")), iovcnt: Ulong) -> Size;

    /// Copy bytes from one file descriptor to another inside the kernel.
    sendfile { x86_64: 40, aarch64: 71, i386: 187; class: DESC | NETWORK }
        (out_fd: Fd, in_fd: Fd, offset: Changed(&ULONG), count: Size) -> Size;

    /// Move bytes between two file descriptors of which one is a pipe.
    splice { x86_64: 275, aarch64: 76, i386: 313; class: DESC }
        (fd_in: Fd, off_in: StructIn(&LOFF), fd_out: Fd, off_out: StructIn(&LOFF), len: Size,
         flags: Bits(&SPLICE_FLAGS)) -> Size;

    /// Write all file system caches to storage.
    sync { x86_64: 162, aarch64: 81, i386: 36; class: NONE }
        () -> Int;

    /// Write a range of a file's dirty pages to storage.
    sync_file_range { x86_64: 277, aarch64: 84; class: DESC }
        (fd: Fd, offset: Off, nbytes: Off, flags: Bits(&SYNC_RANGE_FLAGS)) -> Int;

    /// Write a range of a file's dirty pages to storage; offset and length come in two words each.
    sync_file_range { i386: 314; class: DESC }
        (fd: Fd, offset_lo: Uint, offset_hi: Uint, nbytes_lo: Uint, nbytes_hi: Uint,
         flags: Bits(&SYNC_RANGE_FLAGS)) -> Int;

    /// Write the caches of the file system that holds an open file to storage.
    syncfs { x86_64: 306, aarch64: 267, i386: 344; class: DESC }
        (fd: Fd) -> Int;

    /// Duplicate the contents of one pipe into another.
    tee { x86_64: 276, aarch64: 77, i386: 315; class: DESC }
        (fd_in: Fd, fd_out: Fd, len: Size, flags: Bits(&SPLICE_FLAGS)) -> Size;

    /// Hang up the controlling terminal.
    vhangup { x86_64: 153, aarch64: 58, i386: 111; class: NONE }
        () -> Int;

    /// Splice user pages into a pipe, or the contents of a pipe into user pages.
    vmsplice { x86_64: 278, x32: 532, aarch64: 75, i386: 316; class: DESC }
        (fd: Fd, iov: TreesIn(&IOVEC_IN, Arg("nr_segs")), nr_segs: Ulong,
         flags: Bits(&SPLICE_FLAGS)) -> Size;

    /// Write to a file descriptor.
    write { x86_64: 1, aarch64: 64, i386: 4; class: DESC }
        (fd: Fd, buf: In(Arg("count")), count: Size) -> Size;

    /// Write to a file descriptor from several buffers.
    writev { x86_64: 20, x32: 516, aarch64: 66, i386: 146; class: DESC }
        (fd: Fd, iov: TreesIn(&IOVEC_IN, Arg("iovcnt")), iovcnt: Ulong) -> Size;
}
