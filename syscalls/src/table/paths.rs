//! Files by path: open, create, link, rename, remove, and what is known of them.

use crate::row::syscalls;

syscalls! {
    /// Check the caller's permissions for a file.
    access { x86_64: 21, i386: 33; class: FILE }
        (pathname: Path, mode: Bits(&ACCESS_MODES)) -> Int;

    /// Change the working directory.
    chdir { x86_64: 80, aarch64: 49, i386: 12; class: FILE }
        (path: Path) -> NewCwd;

    /// Change the mode of a file.
    chmod { x86_64: 90, i386: 15; class: FILE }
        (pathname: Path, mode: Mode) -> Int;

    /// Change the owner and group of a file.
    chown { x86_64: 92, i386: 182; class: FILE }
        (pathname: Path, owner: Uid, group: Gid) -> Int;

    /// Change the root directory of the caller.
    chroot { x86_64: 161, aarch64: 51, i386: 61; class: FILE }
        (path: Path) -> Int;

    /// Create or truncate a file and open it for writing.
    creat { x86_64: 85, i386: 8; class: FILE | DESC }
        (pathname: Path, mode: Mode) -> Fd;

    /// Check the caller's permissions for a file, relative to a directory descriptor.
    faccessat { x86_64: 269, aarch64: 48, i386: 307; class: FILE | DESC }
        (dirfd: DirFd, pathname: Path, mode: Bits(&ACCESS_MODES)) -> Int;

    /// Check permissions for a file, relative to a directory descriptor and with flags.
    faccessat2 { x86_64: 439, aarch64: 439, i386: 439; class: FILE | DESC }
        (dirfd: DirFd, pathname: Path, mode: Bits(&ACCESS_MODES),
         flags: Bits(&FACCESSAT_FLAGS)) -> Int;

    /// Change the mode of a file, relative to a directory descriptor.
    fchmodat { x86_64: 268, aarch64: 53, i386: 306; class: FILE | DESC }
        (dirfd: DirFd, pathname: Path, mode: Mode) -> Int;

    /// Change the mode of a file, relative to a directory descriptor and with flags.
    fchmodat2 { x86_64: 452, aarch64: 452, i386: 452; class: FILE | DESC }
        (dirfd: DirFd, pathname: Path, mode: Mode, flags: Bits(&AT_PATH_FLAGS)) -> Int;

    /// Change the owner and group of a file, relative to a directory descriptor.
    fchownat { x86_64: 260, aarch64: 54, i386: 298; class: FILE | DESC }
        (dirfd: DirFd, pathname: Path, owner: Uid, group: Gid, flags: Bits(&AT_FLAGS)) -> Int;

    /// Read the inode attributes of a file (FS_IOC_FSGETXATTR by path).
    file_getattr { x86_64: 468, aarch64: 468, i386: 468; class: FILE | DESC }
        (dfd: DirFd, filename: Path, ufattr: StructOut(&FILE_ATTR), usize: Size,
         at_flags: Bits(&AT_PATH_FLAGS)) -> Int;

    /// Set the inode attributes of a file (FS_IOC_FSSETXATTR by path).
    file_setattr { x86_64: 469, aarch64: 469, i386: 469; class: FILE | DESC }
        (dfd: DirFd, filename: Path, ufattr: StructIn(&FILE_ATTR), usize: Size,
         at_flags: Bits(&AT_PATH_FLAGS)) -> Int;

    /// Set the timestamps of a file in microseconds, relative to a directory descriptor.
    futimesat { x86_64: 261, i386: 299; class: FILE | DESC }
        (dirfd: DirFd, pathname: Path, times: StructIn(&FILE_TIMEVALS)) -> Int;

    /// Get the path of the working directory; the result counts its NUL too.
    getcwd { x86_64: 79, aarch64: 17, i386: 183; class: FILE }
        (buf: PathOut(Within("size")), size: Size) -> Size;

    /// Change the owner and group of a file or of a symbolic link itself.
    lchown { x86_64: 94, i386: 16; class: FILE }
        (pathname: Path, owner: Uid, group: Gid) -> Int;

    /// Make a new hard link to a file.
    link { x86_64: 86, i386: 9; class: FILE }
        (oldpath: Path, newpath: Path) -> Int;

    /// Make a new hard link to a file, relative to directory descriptors.
    linkat { x86_64: 265, aarch64: 37, i386: 303; class: FILE | DESC }
        (olddirfd: DirFd, oldpath: Path, newdirfd: DirFd, newpath: Path,
         flags: Bits(&AT_FLAGS)) -> Int;

    /// Return the path that belongs to a profiler's directory entry cookie.
    lookup_dcookie { x86_64: 212, aarch64: 18; class: FILE }
        (cookie: Ulong, buffer: PathOut(Within("len")), len: Size) -> Size;

    /// Return the path that belongs to a profiler's cookie, which comes in two words.
    lookup_dcookie { i386: 253; class: FILE }
        (cookie_lo: Uint, cookie_hi: Uint, buffer: PathOut(Within("len")), len: Size) -> Size;

    /// Get the status of a file or of a symbolic link itself.
    lstat { x86_64: 6, i386: 107; class: FILE | STAT }
        (pathname: Path, statbuf: StructOut(&STAT)) -> Int;

    /// Create a directory.
    mkdir { x86_64: 83, i386: 39; class: FILE }
        (pathname: Path, mode: Mode) -> Int;

    /// Create a directory, relative to a directory descriptor.
    mkdirat { x86_64: 258, aarch64: 34, i386: 296; class: FILE | DESC }
        (dirfd: DirFd, pathname: Path, mode: Mode) -> Int;

    /// Create a special or ordinary file.
    mknod { x86_64: 133, i386: 14; class: FILE }
        (pathname: Path, mode: FileMode, dev: By(&NODE_DEVICE)) -> Int;

    /// Create a special or ordinary file, relative to a directory descriptor.
    mknodat { x86_64: 259, aarch64: 33, i386: 297; class: FILE | DESC }
        (dirfd: DirFd, pathname: Path, mode: FileMode, dev: By(&NODE_DEVICE)) -> Int;

    /// Get the handle of a file, to be opened by open_by_handle_at.
    name_to_handle_at { x86_64: 303, aarch64: 264, i386: 341; class: FILE | DESC }
        (dirfd: DirFd, pathname: Path, handle: StructIn(&FILE_HANDLE), mount_id: StructOut(&INT),
         flags: Bits(&HANDLE_FLAGS)) -> Int;

    /// Get the status of a file, relative to a directory descriptor.
    newfstatat { x86_64: 262, aarch64: 79; class: FILE | DESC | STAT }
        (dirfd: DirFd, pathname: Path, statbuf: StructOut(&STAT), flags: Bits(&AT_FLAGS)) -> Int;

    /// Open and possibly create a file.
    open { x86_64: 2, i386: 5; class: FILE | DESC }
        (pathname: Path, flags: Bits(&OPEN_FLAGS), mode: By(&OPEN_MODE)) -> Fd;

    /// Open a file by its handle.
    open_by_handle_at { x86_64: 304, aarch64: 265, i386: 342; class: DESC }
        (mount_fd: Fd, handle: StructIn(&FILE_HANDLE), flags: Bits(&OPEN_FLAGS)) -> Fd;

    /// Open and possibly create a file, relative to a directory descriptor.
    openat { x86_64: 257, aarch64: 56, i386: 295; class: FILE | DESC }
        (dirfd: DirFd, pathname: Path, flags: Bits(&OPEN_FLAGS), mode: By(&OPEN_MODE)) -> Fd;

    /// Open and possibly create a file, with restrictions on how its path is resolved.
    openat2 { x86_64: 437, aarch64: 437, i386: 437; class: FILE | DESC }
        (dirfd: DirFd, pathname: Path, how: SizedIn(&OPEN_HOW, "size", 24), size: Size) -> Fd;

    /// Read the target of a symbolic link.
    readlink { x86_64: 89, i386: 85; class: FILE }
        (pathname: Path, buf: PathOut(Within("bufsiz")), bufsiz: Size) -> Size;

    /// Read the target of a symbolic link, relative to a directory descriptor.
    readlinkat { x86_64: 267, aarch64: 78, i386: 305; class: FILE | DESC }
        (dirfd: DirFd, pathname: Path, buf: PathOut(Within("bufsiz")), bufsiz: Size) -> Size;

    /// Rename or move a file.
    rename { x86_64: 82, i386: 38; class: FILE }
        (oldpath: Path, newpath: Path) -> Int;

    /// Rename or move a file, relative to directory descriptors.
    renameat { x86_64: 264, aarch64: 38, i386: 302; class: FILE | DESC }
        (olddirfd: DirFd, oldpath: Path, newdirfd: DirFd, newpath: Path) -> Int;

    /// Rename, move or exchange files, relative to directory descriptors.
    renameat2 { x86_64: 316, aarch64: 276, i386: 353; class: FILE | DESC }
        (olddirfd: DirFd, oldpath: Path, newdirfd: DirFd, newpath: Path,
         flags: Bits(&RENAME_FLAGS)) -> Int;

    /// Remove an empty directory.
    rmdir { x86_64: 84, i386: 40; class: FILE }
        (pathname: Path) -> Int;

    /// Get the status of a file.
    stat { x86_64: 4, i386: 106; class: FILE | STAT }
        (pathname: Path, statbuf: StructOut(&STAT)) -> Int;

    /// Get statistics of the file system that holds a path.
    statfs { x86_64: 137, aarch64: 43, i386: 99; class: FILE | STAT }
        (path: Path, buf: StructOut(&STATFS)) -> Int;

    /// Get chosen fields of a file's extended status.
    statx { x86_64: 332, aarch64: 291, i386: 383; class: FILE | DESC | STAT }
        (dirfd: DirFd, pathname: Path, flags: Bits(&STATX_FLAGS), mask: Bits(&STATX_MASKS),
         statxbuf: StructOut(&STATX)) -> Int;

    /// Make a symbolic link.
    symlink { x86_64: 88, i386: 83; class: FILE }
        (target: Path, linkpath: Path) -> Int;

    /// Make a symbolic link, relative to a directory descriptor.
    symlinkat { x86_64: 266, aarch64: 36, i386: 304; class: FILE | DESC }
        (target: Path, newdirfd: DirFd, linkpath: Path) -> Int;

    /// Set the length of a file.
    truncate { x86_64: 76, aarch64: 45; class: FILE }
        (path: Path, length: Ulong) -> Int;

    /// Set the length of a file; the length has 32 bits.
    truncate { i386: 92; class: FILE }
        (path: Path, length: Uint) -> Int;

    /// Set the file mode creation mask and return the old one.
    umask { x86_64: 95, aarch64: 166, i386: 60; class: NONE }
        (mask: Mode) -> Mode;

    /// Remove a name and possibly the file it refers to.
    unlink { x86_64: 87, i386: 10; class: FILE }
        (pathname: Path) -> Int;

    /// Remove a name or directory, relative to a directory descriptor.
    unlinkat { x86_64: 263, aarch64: 35, i386: 301; class: FILE | DESC }
        (dirfd: DirFd, pathname: Path, flags: Bits(&AT_FLAGS)) -> Int;

    /// Get statistics of the file system on a device.
    ustat { x86_64: 136, i386: 62; class: STAT }
        (dev: Dev, ubuf: StructOut(&USTAT)) -> Int;

    /// Set the timestamps of a file in seconds.
    utime { x86_64: 132, i386: 30; class: FILE }
        (filename: Path, times: StructIn(&UTIMBUF)) -> Int;

    /// Set the timestamps of a file in nanoseconds, relative to a directory descriptor.
    utimensat { x86_64: 280, aarch64: 88, i386: 320; class: FILE | DESC }
        (dirfd: DirFd, pathname: Path, times: StructIn(&FILE_TIMESPECS),
         flags: Bits(&AT_FLAGS)) -> Int;

    /// Set the timestamps of a file in microseconds.
    utimes { x86_64: 235, i386: 271; class: FILE }
        (filename: Path, times: StructIn(&FILE_TIMEVALS)) -> Int;
}
