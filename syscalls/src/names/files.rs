//! Files: opening, positions, permissions, locks, attributes.

use super::names;

names! {
    /// How open(2) opens.
    OPEN_FLAGS: "O_???" {
        field 0x3 { O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_ACCMODE = 3 }
        bits {
            O_CREAT = 0o100, O_EXCL = 0o200, O_NOCTTY = 0o400, O_TRUNC = 0o1000, O_APPEND = 0o2000,
            O_NONBLOCK = 0o4000, O_SYNC = 0o4010000, __O_SYNC = 0o4000000, O_DSYNC = 0o10000,
            O_DIRECT = 0o40000, O_LARGEFILE = 0o100000, O_NOFOLLOW = 0o400000,
            O_NOATIME = 0o1000000, O_CLOEXEC = 0o2000000, O_PATH = 0o10000000,
            O_TMPFILE = 0o20200000, __O_TMPFILE = 0o20000000, O_DIRECTORY = 0o200000,
            O_EMPTYPATH = 0o400000000, FASYNC = 0o20000,
        }
    }
    aarch64 {
        field 0x3 { O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_ACCMODE = 3 }
        bits {
            O_CREAT = 0o100, O_EXCL = 0o200, O_NOCTTY = 0o400, O_TRUNC = 0o1000, O_APPEND = 0o2000,
            O_NONBLOCK = 0o4000, O_SYNC = 0o4010000, __O_SYNC = 0o4000000, O_DSYNC = 0o10000,
            O_DIRECT = 0o200000, O_LARGEFILE = 0o400000, O_NOFOLLOW = 0o100000,
            O_NOATIME = 0o1000000, O_CLOEXEC = 0o2000000, O_PATH = 0o10000000,
            O_TMPFILE = 0o20040000, __O_TMPFILE = 0o20000000, O_DIRECTORY = 0o40000,
            O_EMPTYPATH = 0o400000000, FASYNC = 0o20000,
        }
    }

    /// Flags of open(2) where there is no access mode (dup3(2), pipe(2)).
    FILE_FLAGS: "O_???" {
        bits {
            O_CREAT = 0o100, O_EXCL = 0o200, O_NOCTTY = 0o400, O_TRUNC = 0o1000, O_APPEND = 0o2000,
            O_NONBLOCK = 0o4000, O_SYNC = 0o4010000, __O_SYNC = 0o4000000, O_DSYNC = 0o10000,
            O_DIRECT = 0o40000, O_LARGEFILE = 0o100000, O_NOFOLLOW = 0o400000,
            O_NOATIME = 0o1000000, O_CLOEXEC = 0o2000000, O_PATH = 0o10000000,
            O_TMPFILE = 0o20200000, __O_TMPFILE = 0o20000000, O_DIRECTORY = 0o200000,
            O_EMPTYPATH = 0o400000000, FASYNC = 0o20000,
        }
    }
    aarch64 {
        bits {
            O_CREAT = 0o100, O_EXCL = 0o200, O_NOCTTY = 0o400, O_TRUNC = 0o1000, O_APPEND = 0o2000,
            O_NONBLOCK = 0o4000, O_SYNC = 0o4010000, __O_SYNC = 0o4000000, O_DSYNC = 0o10000,
            O_DIRECT = 0o200000, O_LARGEFILE = 0o400000, O_NOFOLLOW = 0o100000,
            O_NOATIME = 0o1000000, O_CLOEXEC = 0o2000000, O_PATH = 0o10000000,
            O_TMPFILE = 0o20040000, __O_TMPFILE = 0o20000000, O_DIRECTORY = 0o40000,
            O_EMPTYPATH = 0o400000000, FASYNC = 0o20000,
        }
    }

    /// How openat2(2) resolves a path.
    RESOLVE_FLAGS: "RESOLVE_???" wide {
        bits {
            RESOLVE_NO_XDEV = 1, RESOLVE_NO_MAGICLINKS = 2, RESOLVE_NO_SYMLINKS = 4,
            RESOLVE_BENEATH = 8, RESOLVE_IN_ROOT = 0x10, RESOLVE_CACHED = 0x20,
        }
    }

    /// What access(2) checks.
    ACCESS_MODES: "?_OK" {
        value { F_OK = 0 }
        bits { R_OK = 4, W_OK = 2, X_OK = 1 }
    }

    /// How calls with a directory descriptor take their path (fstatat(2), linkat(2), unlinkat(2)).
    AT_FLAGS: "AT_???" {
        bits {
            AT_SYMLINK_NOFOLLOW = 0x100, AT_REMOVEDIR = 0x200, AT_SYMLINK_FOLLOW = 0x400,
            AT_NO_AUTOMOUNT = 0x800, AT_EMPTY_PATH = 0x1000, AT_RECURSIVE = 0x8000,
        }
    }

    /// How calls that know no more flags take their path (fchmodat(2), setxattrat(2)).
    AT_PATH_FLAGS: "AT_???" {
        bits { AT_SYMLINK_NOFOLLOW = 0x100, AT_EMPTY_PATH = 0x1000 }
    }

    /// How faccessat2(2) checks.
    FACCESSAT_FLAGS: "AT_???" {
        bits { AT_SYMLINK_NOFOLLOW = 0x100, AT_EACCESS = 0x200, AT_EMPTY_PATH = 0x1000 }
    }

    /// How execveat(2) takes its path.
    EXECVEAT_FLAGS: "AT_???" {
        bits { AT_SYMLINK_NOFOLLOW = 0x100, AT_EMPTY_PATH = 0x1000, AT_EXECVE_CHECK = 0x1_0000 }
    }

    /// Which handle name_to_handle_at(2) makes.
    HANDLE_FLAGS: "AT_???" {
        bits {
            AT_HANDLE_MNT_ID_UNIQUE = 1, AT_HANDLE_CONNECTABLE = 2, AT_HANDLE_FID = 0x200,
            AT_SYMLINK_FOLLOW = 0x400, AT_EMPTY_PATH = 0x1000,
        }
    }

    /// How statx(2) takes its path, and how fresh its answer is.
    STATX_FLAGS: "AT_???" {
        field 0x6000 {
            AT_STATX_SYNC_AS_STAT = 0, AT_STATX_FORCE_SYNC = 0x2000, AT_STATX_DONT_SYNC = 0x4000,
            AT_STATX_SYNC_TYPE = 0x6000,
        }
        bits {
            AT_SYMLINK_NOFOLLOW = 0x100, AT_REMOVEDIR = 0x200, AT_SYMLINK_FOLLOW = 0x400,
            AT_NO_AUTOMOUNT = 0x800, AT_EMPTY_PATH = 0x1000, AT_RECURSIVE = 0x8000,
        }
    }

    /// What statx(2) tells.
    STATX_MASKS: "STATX_???" {
        bits {
            STATX_ALL = 0xfff, STATX_BASIC_STATS = 0x7ff, STATX_TYPE = 1, STATX_MODE = 2,
            STATX_NLINK = 4, STATX_UID = 8, STATX_GID = 0x10, STATX_ATIME = 0x20,
            STATX_MTIME = 0x40, STATX_CTIME = 0x80, STATX_INO = 0x100, STATX_SIZE = 0x200,
            STATX_BLOCKS = 0x400, STATX_BTIME = 0x800, STATX_MNT_ID = 0x1000,
            STATX_DIOALIGN = 0x2000, STATX_MNT_ID_UNIQUE = 0x4000, STATX_SUBVOL = 0x8000,
            STATX_WRITE_ATOMIC = 0x1_0000, STATX_DIO_READ_ALIGN = 0x2_0000,
        }
    }

    /// Attributes of a file (statx(2)).
    STATX_ATTRS: "STATX_ATTR_???" wide {
        bits {
            STATX_ATTR_COMPRESSED = 4, STATX_ATTR_IMMUTABLE = 0x10, STATX_ATTR_APPEND = 0x20,
            STATX_ATTR_NODUMP = 0x40, STATX_ATTR_ENCRYPTED = 0x800, STATX_ATTR_AUTOMOUNT = 0x1000,
            STATX_ATTR_MOUNT_ROOT = 0x2000, STATX_ATTR_VERITY = 0x10_0000,
            STATX_ATTR_DAX = 0x20_0000, STATX_ATTR_WRITE_ATOMIC = 0x40_0000,
        }
    }

    /// How renameat2(2) treats what is there already.
    RENAME_FLAGS: "RENAME_???" {
        bits { RENAME_NOREPLACE = 1, RENAME_EXCHANGE = 2, RENAME_WHITEOUT = 4 }
    }

    /// Whether setxattr(2) creates or replaces.
    XATTR_FLAGS: "XATTR_???" {
        bits { XATTR_CREATE = 1, XATTR_REPLACE = 2 }
    }

    /// lseek(2)'s origin.
    WHENCE: "SEEK_???" {
        value { SEEK_SET = 0, SEEK_CUR = 1, SEEK_END = 2, SEEK_DATA = 3, SEEK_HOLE = 4 }
    }

    /// What fcntl(2) does.
    FCNTL_CMDS: "F_???" {
        value {
            F_DUPFD = 0, F_GETFD = 1, F_SETFD = 2, F_GETFL = 3, F_SETFL = 4, F_GETLK = 5,
            F_SETLK = 6, F_SETLKW = 7, F_SETOWN = 8, F_GETOWN = 9, F_SETSIG = 10, F_GETSIG = 11,
            F_GETLK64 = 12, F_SETLK64 = 13, F_SETLKW64 = 14, F_SETOWN_EX = 15, F_GETOWN_EX = 16,
            F_GETOWNER_UIDS = 17, F_OFD_GETLK = 36, F_OFD_SETLK = 37, F_OFD_SETLKW = 38,
            F_SETLEASE = 1024, F_GETLEASE = 1025, F_NOTIFY = 1026, F_DUPFD_QUERY = 1027,
            F_CREATED_QUERY = 1028, F_CANCELLK = 1029, F_DUPFD_CLOEXEC = 1030, F_SETPIPE_SZ = 1031,
            F_GETPIPE_SZ = 1032, F_ADD_SEALS = 1033, F_GET_SEALS = 1034, F_GET_RW_HINT = 1035,
            F_SET_RW_HINT = 1036, F_GET_FILE_RW_HINT = 1037, F_SET_FILE_RW_HINT = 1038,
            F_GETDELEG = 1039, F_SETDELEG = 1040,
        }
    }

    /// Flags of a file descriptor (fcntl(2)'s `F_SETFD`).
    FD_FLAGS: "FD_???" {
        bits { FD_CLOEXEC = 1 }
    }

    /// What a file is (inode(7)).
    FILE_TYPES: "S_???" {
        field 0xf000 {
            S_IFIFO = 0x1000, S_IFCHR = 0x2000, S_IFDIR = 0x4000, S_IFBLK = 0x6000,
            S_IFREG = 0x8000, S_IFLNK = 0xa000, S_IFSOCK = 0xc000,
        }
    }

    /// Types of locks, leases and delegations (fcntl(2)).
    LOCK_TYPES: "F_???" {
        value { F_RDLCK = 0, F_WRLCK = 1, F_UNLCK = 2, F_EXLCK = 4, F_SHLCK = 8 }
    }

    /// Who gets a descriptor's signals (fcntl(2)'s `F_SETOWN_EX`).
    OWNER_TYPES: "F_OWNER_???" {
        value { F_OWNER_TID = 0, F_OWNER_PID = 1, F_OWNER_PGRP = 2 }
    }

    /// What a file in memory is sealed against (fcntl(2)'s `F_ADD_SEALS`).
    SEALS: "F_SEAL_???" {
        bits {
            F_SEAL_SEAL = 1, F_SEAL_SHRINK = 2, F_SEAL_GROW = 4, F_SEAL_WRITE = 8,
            F_SEAL_FUTURE_WRITE = 0x10, F_SEAL_EXEC = 0x20,
        }
    }

    /// Changes of a directory to be told of (fcntl(2)'s `F_NOTIFY`).
    DNOTIFY_EVENTS: "DN_???" {
        bits {
            DN_ACCESS = 1, DN_MODIFY = 2, DN_CREATE = 4, DN_DELETE = 8, DN_RENAME = 0x10,
            DN_ATTRIB = 0x20, DN_MULTISHOT = 0x8000_0000,
        }
    }

    /// How long written data will live (fcntl(2)'s `F_SET_RW_HINT`).
    WRITE_HINTS: "RWH_WRITE_LIFE_???" wide {
        value {
            RWH_WRITE_LIFE_NOT_SET = 0, RWH_WRITE_LIFE_NONE = 1, RWH_WRITE_LIFE_SHORT = 2,
            RWH_WRITE_LIFE_MEDIUM = 3, RWH_WRITE_LIFE_LONG = 4, RWH_WRITE_LIFE_EXTREME = 5,
        }
    }

    /// What flock(2) does.
    FLOCK_OPS: "LOCK_???" {
        bits {
            LOCK_SH = 1, LOCK_EX = 2, LOCK_NB = 4, LOCK_UN = 8, LOCK_MAND = 0x20, LOCK_RW = 0xc0,
            LOCK_READ = 0x40, LOCK_WRITE = 0x80,
        }
    }

    /// What fallocate(2) does to the range.
    FALLOCATE_MODES: "FALLOC_FL_???" {
        bits {
            FALLOC_FL_KEEP_SIZE = 1, FALLOC_FL_PUNCH_HOLE = 2, FALLOC_FL_NO_HIDE_STALE = 4,
            FALLOC_FL_COLLAPSE_RANGE = 8, FALLOC_FL_ZERO_RANGE = 0x10,
            FALLOC_FL_INSERT_RANGE = 0x20, FALLOC_FL_UNSHARE_RANGE = 0x40,
            FALLOC_FL_WRITE_ZEROES = 0x80,
        }
    }

    /// How a range of a file will be used (posix_fadvise(2)).
    FADVICE: "POSIX_FADV_???" {
        value {
            POSIX_FADV_NORMAL = 0, POSIX_FADV_RANDOM = 1, POSIX_FADV_SEQUENTIAL = 2,
            POSIX_FADV_WILLNEED = 3, POSIX_FADV_DONTNEED = 4, POSIX_FADV_NOREUSE = 5,
        }
    }

    /// How preadv2(2) and pwritev2(2) transfer.
    RWF_FLAGS: "RWF_???" {
        bits {
            RWF_HIPRI = 1, RWF_DSYNC = 2, RWF_SYNC = 4, RWF_NOWAIT = 8, RWF_APPEND = 0x10,
            RWF_NOAPPEND = 0x20, RWF_ATOMIC = 0x40, RWF_DONTCACHE = 0x80, RWF_NOSIGNAL = 0x100,
        }
    }

    /// How splice(2), tee(2) and vmsplice(2) move pages.
    SPLICE_FLAGS: "SPLICE_F_???" {
        bits { SPLICE_F_MOVE = 1, SPLICE_F_NONBLOCK = 2, SPLICE_F_MORE = 4, SPLICE_F_GIFT = 8 }
    }

    /// What sync_file_range(2) waits for.
    SYNC_RANGE_FLAGS: "SYNC_FILE_RANGE_???" {
        bits {
            SYNC_FILE_RANGE_WAIT_BEFORE = 1, SYNC_FILE_RANGE_WRITE = 2,
            SYNC_FILE_RANGE_WAIT_AFTER = 4,
        }
    }

    /// What else close_range(2) does, or does instead.
    CLOSE_RANGE_FLAGS: "CLOSE_RANGE_???" {
        bits { CLOSE_RANGE_UNSHARE = 2, CLOSE_RANGE_CLOEXEC = 4 }
    }
}
