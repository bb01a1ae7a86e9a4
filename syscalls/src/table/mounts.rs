//! Mounts, namespaces, quotas and swap: the shape of the file system tree.

use crate::row::syscalls;

syscalls! {
    /// Set a parameter of a file system that is being configured, or create it.
    fsconfig { x86_64: 431, aarch64: 431, i386: 431; class: ADMIN | DESC }
        (fd: Fd, cmd: One(&FSCONFIG_CMDS), key: Str, value: By(&FSCONFIG_VALUE), aux: Int) -> Int;

    /// Make a mount of a configured file system.
    fsmount { x86_64: 432, aarch64: 432, i386: 432; class: ADMIN | DESC }
        (fsfd: Fd, flags: Bits(&FSMOUNT_FLAGS), attr_flags: Bits(&FSMOUNT_ATTRS)) -> Fd;

    /// Open a file system type to configure and mount it.
    fsopen { x86_64: 430, aarch64: 430, i386: 430; class: ADMIN | DESC }
        (fsname: Str, flags: Bits(&FSOPEN_FLAGS)) -> Fd;

    /// Open a mounted file system to configure it anew.
    fspick { x86_64: 433, aarch64: 433, i386: 433; class: ADMIN | FILE | DESC }
        (dirfd: DirFd, path: Path, flags: Bits(&FSPICK_FLAGS)) -> Fd;

    /// List the ids of the mounts below a mount.
    listmount { x86_64: 458, aarch64: 458, i386: 458; class: ADMIN }
        (req: StructIn(&MNT_ID_REQ), mnt_ids: ArrayOut(&MOUNT_ID, Within("nr_mnt_ids")),
         nr_mnt_ids: Size, flags: Bits(&LISTMOUNT_FLAGS)) -> Size;

    /// List the ids of namespaces.
    listns { x86_64: 470, aarch64: 470, i386: 470; class: ADMIN }
        (req: StructIn(&NS_ID_REQ), ns_ids: ArrayOut(&MOUNT_ID, Within("nr_ns_ids")),
         nr_ns_ids: Size, flags: Flags) -> Size;

    /// Mount a file system, or change or move a mount.
    mount { x86_64: 165, aarch64: 40, i386: 21; class: ADMIN | FILE }
        (source: Path, target: Path, filesystemtype: By(&MOUNT_TYPE),
         mountflags: Bits(&MOUNT_FLAGS), data: By(&MOUNT_DATA)) -> Int;

    /// Change the properties of a mount or of a tree of mounts.
    mount_setattr { x86_64: 442, aarch64: 442, i386: 442; class: ADMIN | FILE | DESC }
        (dirfd: DirFd, pathname: Path, flags: Bits(&MOUNT_SETATTR_FLAGS),
         attr: SizedIn(&MOUNT_ATTR, "size", 32), size: Size) -> Int;

    /// Move a mount from one place to another, or attach a new one.
    move_mount { x86_64: 429, aarch64: 429, i386: 429; class: ADMIN | FILE | DESC }
        (from_dirfd: DirFd, from_pathname: Path, to_dirfd: DirFd, to_pathname: Path,
         flags: Bits(&MOVE_MOUNT_FLAGS)) -> Int;

    /// Open a mount or a copy of it.
    open_tree { x86_64: 428, aarch64: 428, i386: 428; class: ADMIN | FILE | DESC }
        (dirfd: DirFd, pathname: Path, flags: Bits(&OPEN_TREE_FLAGS)) -> Fd;

    /// Open a mount or a copy of it with other properties.
    open_tree_attr { x86_64: 467, aarch64: 467, i386: 467; class: ADMIN | FILE | DESC }
        (dirfd: DirFd, pathname: Path, flags: Bits(&OPEN_TREE_FLAGS), attr: SizedIn(&MOUNT_ATTR,
         "size", 32),
         size: Size) -> Fd;

    /// Change the root mount.
    pivot_root { x86_64: 155, aarch64: 41, i386: 217; class: ADMIN | FILE }
        (new_root: Path, put_old: Path) -> NewCwd;

    /// Manipulate the disk quotas of a file system given by its device.
    quotactl { x86_64: 179, aarch64: 60, i386: 131; class: ADMIN | FILE }
        (cmd: Bits(&QUOTA_CMDS), special: Path, id: By(&QUOTA_ID), addr: By(&QUOTA_ADDR)) -> Int;

    /// Manipulate the disk quotas of a file system given by an open file.
    quotactl_fd { x86_64: 443, aarch64: 443, i386: 443; class: ADMIN | DESC }
        (fd: Fd, cmd: Bits(&QUOTA_CMDS), id: By(&QUOTA_ID), addr: By(&QUOTA_ADDR)) -> Int;

    /// Join a namespace.
    setns { x86_64: 308, aarch64: 268, i386: 346; class: ADMIN | PROCESS | DESC }
        (fd: Fd, nstype: Bits(&NAMESPACE_TYPES)) -> NewCwd;

    /// Get chosen facts about a mount.
    statmount { x86_64: 457, aarch64: 457, i386: 457; class: ADMIN | STAT }
        (req: StructIn(&MNT_ID_REQ), buf: StructOut(&STATMOUNT), bufsize: Size,
         flags: Bits(&STATMOUNT_FLAGS)) -> Int;

    /// Stop swapping to a file or device.
    swapoff { x86_64: 168, aarch64: 225, i386: 115; class: ADMIN | FILE }
        (path: Path) -> Int;

    /// Start swapping to a file or device.
    swapon { x86_64: 167, aarch64: 224, i386: 87; class: ADMIN | FILE }
        (path: Path, swapflags: Bits(&SWAP_FLAGS)) -> Int;

    /// Translate between names and numbers of file system types.
    sysfs { x86_64: 139, i386: 135; class: NONE }
        (option: Hex, arg1: Hex, arg2: Hex) -> Int;

    /// Unmount a file system.
    umount2 { x86_64: 166, aarch64: 39, i386: 52; class: ADMIN | FILE }
        (target: Path, flags: Bits(&UMOUNT_FLAGS)) -> Int;
}
