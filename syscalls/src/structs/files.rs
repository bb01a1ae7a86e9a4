//! Files and file systems.

use super::structs;
use crate::names::devices::{EXTENDED_INODE_FLAGS, FIEMAP_FLAGS, INODE_FLAGS};

structs! {
    /// Status of a file (stat(2)).
    STAT {
        detail st_dev: word = Dev, detail st_ino: word = Ulong, detail st_nlink: word = Ulong,
        st_mode: u32 = FileMode, detail st_uid: u32 = Uid, detail st_gid: u32 = Gid, _: u32 = Uint,
        detail st_rdev: word = Dev, st_size: word = Long, detail st_blksize: word = Long,
        detail st_blocks: word = Long, detail st_atime: word = Time,
        detail st_atime_nsec: word = Ulong, detail st_mtime: word = Time,
        detail st_mtime_nsec: word = Ulong, detail st_ctime: word = Time,
        detail st_ctime_nsec: word = Ulong, _: word[3] = Long
    }
    I386 {
        detail st_dev: word = Dev, detail st_ino: word = Ulong, st_mode: u16 = FileMode,
        detail st_nlink: u16 = Uint, detail st_uid: u16 = Uid, detail st_gid: u16 = Gid,
        detail st_rdev: word = Dev, st_size: word = Ulong, detail st_blksize: word = Ulong,
        detail st_blocks: word = Ulong, detail st_atime: word = Time,
        detail st_atime_nsec: word = Ulong, detail st_mtime: word = Time,
        detail st_mtime_nsec: word = Ulong, detail st_ctime: word = Time,
        detail st_ctime_nsec: word = Ulong, _: word[2] = Ulong
    }
    Aarch64 {
        detail st_dev: word = Dev, detail st_ino: word = Ulong, st_mode: u32 = FileMode,
        detail st_nlink: u32 = Uint, detail st_uid: u32 = Uid, detail st_gid: u32 = Gid,
        detail st_rdev: word = Dev, _: word = Ulong, st_size: word = Long,
        detail st_blksize: u32 = Int, _: u32 = Int, detail st_blocks: word = Long,
        detail st_atime: word = Time, detail st_atime_nsec: word = Ulong,
        detail st_mtime: word = Time, detail st_mtime_nsec: word = Ulong,
        detail st_ctime: word = Time, detail st_ctime_nsec: word = Ulong, _: u32[2] = Uint
    }

    /// Status of a file with 64-bit sizes, on i386 (stat(2)).
    STAT64 {
        detail st_dev: u64 = Dev, _: u8[4] = Uint, _: word = Ulong, st_mode: u32 = FileMode,
        detail st_nlink: u32 = Uint, detail st_uid: word = Uid, detail st_gid: word = Gid,
        detail st_rdev: u64 = Dev, _: u8[4] = Uint, st_size: u64 = Long,
        detail st_blksize: word = Ulong, detail st_blocks: u64 = Ulong,
        detail st_atime: word = Time, detail st_atime_nsec: word = Ulong,
        detail st_mtime: word = Time, detail st_mtime_nsec: u32 = Uint,
        detail st_ctime: word = Time, detail st_ctime_nsec: word = Ulong, detail st_ino: u64 = Ulong
    }

    /// Status of a file in the oldest structure, on i386 (stat(2)).
    OLD_STAT {
        detail st_dev: u16 = Dev, detail st_ino: u16 = Uint, st_mode: u16 = FileMode,
        detail st_nlink: u16 = Uint, detail st_uid: u16 = Uid, detail st_gid: u16 = Gid,
        detail st_rdev: u16 = Dev, st_size: word = Ulong, detail st_atime: word = Time,
        detail st_mtime: word = Time, detail st_ctime: word = Time
    }

    /// A time of statx(2).
    STATX_TIMESTAMP { tv_sec: u64 = Time, tv_nsec: u32 = Uint, _: u32 = Int }

    /// Extended status of a file (statx(2)).
    STATX {
        stx_mask: u32 = Bits(&STATX_MASKS), detail stx_blksize: u32 = Uint,
        stx_attributes: u64 = Bits(&STATX_ATTRS), detail stx_nlink: u32 = Uint,
        detail stx_uid: u32 = Uid, detail stx_gid: u32 = Gid, stx_mode: u16 = FileMode,
        _: u16 = Uint, detail stx_ino: u64 = Ulong, stx_size: u64 = Ulong,
        detail stx_blocks: u64 = Ulong, detail stx_attributes_mask: u64 = Bits(&STATX_ATTRS),
        detail stx_atime: inner = Struct(&STATX_TIMESTAMP),
        detail stx_btime: inner = Struct(&STATX_TIMESTAMP),
        detail stx_ctime: inner = Struct(&STATX_TIMESTAMP),
        detail stx_mtime: inner = Struct(&STATX_TIMESTAMP), detail stx_rdev_major: u32 = Uint,
        detail stx_rdev_minor: u32 = Uint, detail stx_dev_major: u32 = Uint,
        detail stx_dev_minor: u32 = Uint, detail stx_mnt_id: u64 = Hex,
        detail stx_dio_mem_align: u32 = Uint, detail stx_dio_offset_align: u32 = Uint,
        _: u64[12] = Ulong
    }

    /// Id of a file system (statfs(2)).
    FSID { val: u32[2] = Hex }

    /// Statistics of a file system (statfs(2)).
    STATFS {
        f_type: word = One(&FS_MAGICS), f_bsize: word = Ulong, f_blocks: word = Ulong,
        f_bfree: word = Ulong, f_bavail: word = Ulong, f_files: word = Ulong, f_ffree: word = Ulong,
        f_fsid: inner = Struct(&FSID), f_namelen: word = Ulong, f_frsize: word = Ulong,
        f_flags: word = Bits(&STATFS_FLAGS), _: word[4] = Ulong
    }

    /// Statistics of a file system in 64 bits, on i386 (statfs(2)).
    STATFS64 {
        f_type: u32 = One(&FS_MAGICS), f_bsize: u32 = Uint, f_blocks: u64 = Ulong,
        f_bfree: u64 = Ulong, f_bavail: u64 = Ulong, f_files: u64 = Ulong, f_ffree: u64 = Ulong,
        f_fsid: inner = Struct(&FSID), f_namelen: u32 = Uint, f_frsize: u32 = Uint,
        f_flags: u32 = Bits(&STATFS_FLAGS), _: u32[4] = Uint
    }

    /// Statistics of the file system on a device (ustat(2)).
    USTAT {
        f_tfree: u32 = Int, f_tinode: word = Ulong, f_fname: u8[6] = Chars, f_fpack: u8[6] = Chars
    }

    /// A lock to be set on a range of a file (fcntl(2)).
    FLOCK {
        l_type: u16 = One(&LOCK_TYPES), l_whence: u16 = One(&WHENCE), l_start: word = Long,
        l_len: word = Long, _: u32 = Int
    }

    /// A lock that is in the way of another, and its holder (fcntl(2)'s `F_GETLK`).
    FLOCK_HELD {
        l_type: u16 = One(&LOCK_TYPES), l_whence: u16 = One(&WHENCE), l_start: word = Long,
        l_len: word = Long, l_pid: u32 = Pid
    }

    /// A lock to be set on a 64-bit range of a file (fcntl(2)).
    FLOCK64 {
        l_type: u16 = One(&LOCK_TYPES), l_whence: u16 = One(&WHENCE), l_start: u64 = Long,
        l_len: u64 = Long, _: u32 = Int
    }

    /// A lock on a 64-bit range that is in the way of another, and its holder (fcntl(2)).
    FLOCK64_HELD {
        l_type: u16 = One(&LOCK_TYPES), l_whence: u16 = One(&WHENCE), l_start: u64 = Long,
        l_len: u64 = Long, l_pid: u32 = Pid
    }

    /// Who gets the signals of a file descriptor (fcntl(2)'s `F_GETOWN_EX`).
    F_OWNER_EX { type: u32 = One(&OWNER_TYPES), pid: u32 = Pid }

    /// The user ids behind a descriptor's owner (fcntl(2)'s `F_GETOWNER_UIDS`).
    OWNER_UIDS { ruid: u32 = Uid, euid: u32 = Uid }

    /// Expected lifetime of written data (fcntl(2)'s `F_SET_RW_HINT`).
    RW_HINT { _: u64 = One(&WRITE_HINTS) }

    /// How openat2(2) opens.
    OPEN_HOW {
        flags: u64 = Bits(&OPEN_FLAGS), optional mode: u64 = Mode,
        resolve: u64 = Bits(&RESOLVE_FLAGS)
    }

    /// The start of a file's handle (open_by_handle_at(2)).
    FILE_HANDLE { handle_bytes: u32 = Uint, handle_type: u32 = Int }

    /// A position in a file (lseek(2)).
    OFF { _: word = Ulong }

    /// A 64-bit position in a file (splice(2)).
    LOFF { _: u64 = Long }

    /// A file descriptor (pipe(2)).
    FD { _: u32 = Fd }

    /// A range of a file (cachestat(2)).
    CACHESTAT_RANGE { off: u64 = Ulong, len: u64 = Ulong }

    /// State of pages in the page cache (cachestat(2)).
    CACHESTAT {
        nr_cache: u64 = Ulong, nr_dirty: u64 = Ulong, nr_writeback: u64 = Ulong,
        nr_evicted: u64 = Ulong, nr_recently_evicted: u64 = Ulong
    }

    /// A directory entry as readdir(2) has it on i386.
    OLD_DIRENT {
        d_ino: word = Ulong, d_off: word = Ulong, d_reclen: u16 = Uint, d_name: u8[256] = Chars
    }

    /// Inode attributes of a file (file_getattr(2)).
    FILE_ATTR {
        fa_xflags: u64 = Bits(&EXTENDED_INODE_FLAGS), fa_extsize: u32 = Uint,
        fa_nextents: u32 = Uint, fa_projid: u32 = Uint, fa_cowextsize: u32 = Uint
    }

    /// Value of an extended attribute (setxattrat(2)).
    XATTR_ARGS { value: u64 = Ptr, size: u32 = Uint, flags: u32 = Bits(&XATTR_FLAGS) }

    /// Inode attributes of a file (ioctl_xfs_fsgetxattr(2)).
    FSXATTR {
        fsx_xflags: u32 = Bits(&EXTENDED_INODE_FLAGS), fsx_extsize: u32 = Uint,
        fsx_nextents: u32 = Uint, fsx_projid: u32 = Hex, fsx_cowextsize: u32 = Uint,
        _: u8[8] = Uint
    }

    /// Attributes of a file that can be set (ioctl_xfs_fsgetxattr(2)).
    FSXATTR_SET {
        fsx_xflags: u32 = Bits(&EXTENDED_INODE_FLAGS), fsx_extsize: u32 = Uint, _: u32 = Uint,
        fsx_projid: u32 = Hex, fsx_cowextsize: u32 = Uint, _: u8[8] = Uint
    }

    /// A range of another file to be shared (ioctl_ficlonerange(2)).
    FILE_CLONE_RANGE {
        src_fd: u64 = Fd, src_offset: u64 = Ulong, src_length: u64 = Ulong, dest_offset: u64 = Ulong
    }

    /// A range of a file system to be discarded (ioctl_fitrim(2)).
    FSTRIM_RANGE { start: u64 = Hex, len: u64 = Ulong, minlen: u64 = Ulong }

    /// The start of a request for a file's extents (ioctl_fiemap(2)).
    FIEMAP order(fm_start, fm_length, fm_flags, fm_extent_count) {
        fm_start: u64 = Ulong, fm_length: u64 = Ulong, fm_flags: u32 = Bits(&FIEMAP_FLAGS),
        filled fm_mapped_extents: u32 = Uint, fm_extent_count: u32 = Uint, _: u32 = Uint
    }

    /// A delegation of a file (fcntl(2)'s `F_SETDELEG`).
    DELEGATION { d_flags: u32 = Flags, d_type: u16 = One(&LOCK_TYPES), _: u16 = Uint }

    /// A device's number (ioctl_tty(2)'s `TIOCGDEV`).
    DEVICE { _: u32 = Dev }

    /// A word as ioctl(2) and ptrace(2) hand it over.
    WORD { _: word = Hex }

    /// A 64-bit number as ioctl(2) hands it over.
    NUMBER64 { _: u64 = Ulong }

    /// Attributes of an inode (ioctl_iflags(2)).
    INODE_ATTRIBUTES { _: u32 = Bits(&INODE_FLAGS) }
}
