//! Mounts, namespaces, quotas and swap: the shape of the file system tree.

use crate::row::syscalls;

syscalls! {
    /// Set a parameter of a file system that is being configured, or create it.
    fsconfig { x86_64: 431, aarch64: 431, i386: 431; class: ADMIN | DESC }
        (fd: Fd, cmd: Enum, key: Str, value: Str, aux: Int) -> Int;

    /// Make a mount of a configured file system.
    fsmount { x86_64: 432, aarch64: 432, i386: 432; class: ADMIN | DESC }
        (fsfd: Fd, flags: Flags, attr_flags: Flags) -> Fd;

    /// Open a file system type to configure and mount it.
    fsopen { x86_64: 430, aarch64: 430, i386: 430; class: ADMIN | DESC }
        (fsname: Str, flags: Flags) -> Fd;

    /// Open a mounted file system to configure it anew.
    fspick { x86_64: 433, aarch64: 433, i386: 433; class: ADMIN | FILE | DESC }
        (dirfd: DirFd, path: Path, flags: Flags) -> Fd;

    /// List the ids of the mounts below a mount.
    listmount { x86_64: 458, aarch64: 458, i386: 458; class: ADMIN }
        (req: Ptr, mnt_ids: Ptr, nr_mnt_ids: Size, flags: Flags) -> Size;

    /// List the ids of namespaces.
    listns { x86_64: 470, aarch64: 470, i386: 470; class: ADMIN }
        (req: Ptr, ns_ids: Ptr, nr_ns_ids: Size, flags: Flags) -> Size;

    /// Mount a file system, or change or move a mount.
    mount { x86_64: 165, aarch64: 40, i386: 21; class: ADMIN | FILE }
        (source: Path, target: Path, filesystemtype: Str, mountflags: Flags, data: Str) -> Int;

    /// Change the properties of a mount or of a tree of mounts.
    mount_setattr { x86_64: 442, aarch64: 442, i386: 442; class: ADMIN | FILE | DESC }
        (dirfd: DirFd, pathname: Path, flags: Flags, attr: Ptr, size: Size) -> Int;

    /// Move a mount from one place to another, or attach a new one.
    move_mount { x86_64: 429, aarch64: 429, i386: 429; class: ADMIN | FILE | DESC }
        (from_dirfd: DirFd, from_pathname: Path, to_dirfd: DirFd, to_pathname: Path,
         flags: Flags) -> Int;

    /// Open a mount or a copy of it.
    open_tree { x86_64: 428, aarch64: 428, i386: 428; class: ADMIN | FILE | DESC }
        (dirfd: DirFd, pathname: Path, flags: Flags) -> Fd;

    /// Open a mount or a copy of it with other properties.
    open_tree_attr { x86_64: 467, aarch64: 467, i386: 467; class: ADMIN | FILE | DESC }
        (dirfd: DirFd, pathname: Path, flags: Flags, attr: Ptr, size: Size) -> Fd;

    /// Change the root mount.
    pivot_root { x86_64: 155, aarch64: 41, i386: 217; class: ADMIN | FILE }
        (new_root: Path, put_old: Path) -> Int;

    /// Manipulate the disk quotas of a file system given by its device.
    quotactl { x86_64: 179, aarch64: 60, i386: 131; class: ADMIN | FILE }
        (cmd: Enum, special: Path, id: Int, addr: Ptr) -> Int;

    /// Manipulate the disk quotas of a file system given by an open file.
    quotactl_fd { x86_64: 443, aarch64: 443, i386: 443; class: ADMIN | DESC }
        (fd: Fd, cmd: Enum, id: Int, addr: Ptr) -> Int;

    /// Join a namespace.
    setns { x86_64: 308, aarch64: 268, i386: 346; class: ADMIN | PROCESS | DESC }
        (fd: Fd, nstype: Flags) -> Int;

    /// Get chosen facts about a mount.
    statmount { x86_64: 457, aarch64: 457, i386: 457; class: ADMIN | STAT }
        (req: Ptr, buf: Ptr, bufsize: Size, flags: Flags) -> Int;

    /// Stop swapping to a file or device.
    swapoff { x86_64: 168, aarch64: 225, i386: 115; class: ADMIN | FILE }
        (path: Path) -> Int;

    /// Start swapping to a file or device.
    swapon { x86_64: 167, aarch64: 224, i386: 87; class: ADMIN | FILE }
        (path: Path, swapflags: Flags) -> Int;

    /// Translate between names and numbers of file system types.
    sysfs { x86_64: 139, i386: 135; class: NONE }
        (option: Enum, arg1: Ulong, arg2: Ulong) -> Int;

    /// Unmount a file system.
    umount2 { x86_64: 166, aarch64: 39, i386: 52; class: ADMIN | FILE }
        (target: Path, flags: Flags) -> Int;
}
