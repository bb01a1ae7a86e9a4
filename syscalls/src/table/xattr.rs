//! Extended attributes of files (xattr(7)).

use crate::row::syscalls;

syscalls! {
    /// Read an extended attribute of an open file.
    fgetxattr { x86_64: 193, aarch64: 10, i386: 231; class: DESC }
        (fd: Fd, name: Str, value: Out(Within("size")), size: Size) -> Size;

    /// List the extended attributes of an open file.
    flistxattr { x86_64: 196, aarch64: 13, i386: 234; class: DESC }
        (fd: Fd, list: Out(Within("size")), size: Size) -> Size;

    /// Remove an extended attribute of an open file.
    fremovexattr { x86_64: 199, aarch64: 16, i386: 237; class: DESC }
        (fd: Fd, name: Str) -> Int;

    /// Set an extended attribute of an open file.
    fsetxattr { x86_64: 190, aarch64: 7, i386: 228; class: DESC }
        (fd: Fd, name: Str, value: In(UpTo("size", 65_536)), size: Size, flags: Bits(&XATTR_FLAGS)) -> Int;

    /// Read an extended attribute of a file.
    getxattr { x86_64: 191, aarch64: 8, i386: 229; class: FILE }
        (path: Path, name: Str, value: Out(Within("size")), size: Size) -> Size;

    /// Read an extended attribute of a file, relative to a directory descriptor.
    getxattrat { x86_64: 464, aarch64: 464, i386: 464; class: FILE | DESC }
        (dfd: DirFd, pathname: Path, at_flags: Bits(&AT_PATH_FLAGS), name: Str,
         uargs: StructIn(&XATTR_ARGS), usize: Size) -> Size;

    /// Read an extended attribute of a file or of a symbolic link itself.
    lgetxattr { x86_64: 192, aarch64: 9, i386: 230; class: FILE }
        (path: Path, name: Str, value: Out(Within("size")), size: Size) -> Size;

    /// List the extended attributes of a file.
    listxattr { x86_64: 194, aarch64: 11, i386: 232; class: FILE }
        (path: Path, list: Out(Within("size")), size: Size) -> Size;

    /// List the extended attributes of a file, relative to a directory descriptor.
    listxattrat { x86_64: 465, aarch64: 465, i386: 465; class: FILE | DESC }
        (dfd: DirFd, pathname: Path, at_flags: Bits(&AT_PATH_FLAGS), list: Out(Within("size")),
         size: Size) -> Size;

    /// List the extended attributes of a file or of a symbolic link itself.
    llistxattr { x86_64: 195, aarch64: 12, i386: 233; class: FILE }
        (path: Path, list: Out(Within("size")), size: Size) -> Size;

    /// Remove an extended attribute of a file or of a symbolic link itself.
    lremovexattr { x86_64: 198, aarch64: 15, i386: 236; class: FILE }
        (path: Path, name: Str) -> Int;

    /// Set an extended attribute of a file or of a symbolic link itself.
    lsetxattr { x86_64: 189, aarch64: 6, i386: 227; class: FILE }
        (path: Path, name: Str, value: In(UpTo("size", 65_536)), size: Size,
         flags: Bits(&XATTR_FLAGS)) -> Int;

    /// Remove an extended attribute of a file.
    removexattr { x86_64: 197, aarch64: 14, i386: 235; class: FILE }
        (path: Path, name: Str) -> Int;

    /// Remove an extended attribute of a file, relative to a directory descriptor.
    removexattrat { x86_64: 466, aarch64: 466, i386: 466; class: FILE | DESC }
        (dfd: DirFd, pathname: Path, at_flags: Bits(&AT_PATH_FLAGS), name: Str) -> Int;

    /// Set an extended attribute of a file.
    setxattr { x86_64: 188, aarch64: 5, i386: 226; class: FILE }
        (path: Path, name: Str, value: In(UpTo("size", 65_536)), size: Size,
         flags: Bits(&XATTR_FLAGS)) -> Int;

    /// Set an extended attribute of a file, relative to a directory descriptor.
    setxattrat { x86_64: 463, aarch64: 463, i386: 463; class: FILE | DESC }
        (dfd: DirFd, pathname: Path, at_flags: Bits(&AT_PATH_FLAGS), name: Str,
         uargs: StructIn(&XATTR_ARGS), usize: Size) -> Int;
}
