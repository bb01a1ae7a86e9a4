//! Waiting for events, and the descriptors that are made to be waited on.

use super::names;

names! {
    /// Events of poll(2).
    POLL_EVENTS: "POLL???" {
        bits {
            POLLIN = 0x1, POLLPRI = 0x2, POLLOUT = 0x4, POLLERR = 0x8, POLLHUP = 0x10,
            POLLNVAL = 0x20, POLLRDNORM = 0x40, POLLRDBAND = 0x80, POLLWRNORM = 0x100,
            POLLWRBAND = 0x200, POLLMSG = 0x400, POLLREMOVE = 0x1000, POLLRDHUP = 0x2000,
            POLL_BUSY_LOOP = 0x8000,
        }
    }

    /// Events of epoll_ctl(2).
    EPOLL_EVENTS: "EPOLL???" {
        bits {
            EPOLLIN = 0x1, EPOLLPRI = 0x2, EPOLLOUT = 0x4, EPOLLERR = 0x8, EPOLLHUP = 0x10,
            EPOLLNVAL = 0x20, EPOLLRDNORM = 0x40, EPOLLRDBAND = 0x80, EPOLLWRNORM = 0x100,
            EPOLLWRBAND = 0x200, EPOLLMSG = 0x400, EPOLLRDHUP = 0x2000, EPOLLEXCLUSIVE = 0x10000000,
            EPOLLWAKEUP = 0x20000000, EPOLLONESHOT = 0x40000000, EPOLLET = 0x80000000,
        }
    }

    /// What epoll_ctl(2) does.
    EPOLL_OPS: "EPOLL_CTL_???" {
        value { EPOLL_CTL_ADD = 1, EPOLL_CTL_DEL = 2, EPOLL_CTL_MOD = 3 }
    }

    /// Flags of epoll_create1(2).
    EPOLL_FLAGS: "EPOLL_???" {
        bits { EPOLL_CLOEXEC = 0x80000 }
    }

    /// Flags of eventfd(2).
    EVENTFD_FLAGS: "EFD_???" {
        bits { EFD_SEMAPHORE = 0x1, EFD_CLOEXEC = 0x80000, EFD_NONBLOCK = 0x800 }
    }

    /// Flags of inotify_init1(2).
    INOTIFY_INIT_FLAGS: "IN_???" {
        bits { IN_NONBLOCK = 0x800, IN_CLOEXEC = 0x80000 }
    }

    /// Events of inotify(7), and flags of inotify_add_watch(2).
    INOTIFY_MASK: "IN_???" {
        bits {
            IN_ACCESS = 0x1, IN_MODIFY = 0x2, IN_ATTRIB = 0x4, IN_CLOSE_WRITE = 0x8,
            IN_CLOSE_NOWRITE = 0x10, IN_OPEN = 0x20, IN_MOVED_FROM = 0x40, IN_MOVED_TO = 0x80,
            IN_CREATE = 0x100, IN_DELETE = 0x200, IN_DELETE_SELF = 0x400, IN_MOVE_SELF = 0x800,
            IN_UNMOUNT = 0x2000, IN_Q_OVERFLOW = 0x4000, IN_IGNORED = 0x8000,
            IN_ONLYDIR = 0x1000000, IN_DONT_FOLLOW = 0x2000000, IN_EXCL_UNLINK = 0x4000000,
            IN_MASK_CREATE = 0x10000000, IN_MASK_ADD = 0x20000000, IN_ISDIR = 0x40000000,
            IN_ONESHOT = 0x80000000,
        }
    }

    /// Class and flags of fanotify_init(2).
    FANOTIFY_INIT_FLAGS: "FAN_CLASS_???|FAN_???" {
        field 0xc { FAN_CLASS_NOTIF = 0, FAN_CLASS_CONTENT = 4, FAN_CLASS_PRE_CONTENT = 8 }
        bits {
            FAN_CLOEXEC = 0x1, FAN_NONBLOCK = 0x2, FAN_UNLIMITED_QUEUE = 0x10,
            FAN_UNLIMITED_MARKS = 0x20, FAN_ENABLE_AUDIT = 0x40, FAN_REPORT_PIDFD = 0x80,
            FAN_REPORT_TID = 0x100, FAN_REPORT_FID = 0x200, FAN_REPORT_DIR_FID = 0x400,
            FAN_REPORT_NAME = 0x800, FAN_REPORT_TARGET_FID = 0x1000, FAN_REPORT_FD_ERROR = 0x2000,
            FAN_REPORT_MNT = 0x4000,
        }
    }

    /// Where fanotify_mark(2)'s path begins.
    FANOTIFY_DIRS: "%d" {
        value { AT_FDCWD = 0xffff_ff9c, FAN_NOFD = 0xffff_ffff }
    }

    /// Operation and flags of fanotify_mark(2).
    FANOTIFY_MARK_FLAGS: "FAN_MARK_???" {
        bits {
            FAN_MARK_ADD = 0x1, FAN_MARK_REMOVE = 0x2, FAN_MARK_DONT_FOLLOW = 0x4,
            FAN_MARK_ONLYDIR = 0x8, FAN_MARK_MNTNS = 0x110, FAN_MARK_MOUNT = 0x10,
            FAN_MARK_IGNORED_MASK = 0x20, FAN_MARK_IGNORED_SURV_MODIFY = 0x40,
            FAN_MARK_FLUSH = 0x80, FAN_MARK_FILESYSTEM = 0x100, FAN_MARK_EVICTABLE = 0x200,
            FAN_MARK_IGNORE = 0x400,
        }
    }

    /// Events of fanotify(7).
    FANOTIFY_EVENTS: "FAN_???" wide {
        bits {
            FAN_ACCESS = 0x1, FAN_MODIFY = 0x2, FAN_ATTRIB = 0x4, FAN_CLOSE_WRITE = 0x8,
            FAN_CLOSE_NOWRITE = 0x10, FAN_OPEN = 0x20, FAN_MOVED_FROM = 0x40, FAN_MOVED_TO = 0x80,
            FAN_CREATE = 0x100, FAN_DELETE = 0x200, FAN_DELETE_SELF = 0x400, FAN_MOVE_SELF = 0x800,
            FAN_OPEN_EXEC = 0x1000, FAN_Q_OVERFLOW = 0x4000, FAN_FS_ERROR = 0x8000,
            FAN_OPEN_PERM = 0x10000, FAN_ACCESS_PERM = 0x20000, FAN_OPEN_EXEC_PERM = 0x40000,
            FAN_DIR_MODIFY = 0x80000, FAN_PRE_ACCESS = 0x100000, FAN_MNT_ATTACH = 0x1000000,
            FAN_MNT_DETACH = 0x2000000, FAN_ONDIR = 0x40000000, FAN_EVENT_ON_CHILD = 0x8000000,
            FAN_RENAME = 0x10000000,
        }
    }

    /// What an asynchronous I/O request does (io_submit(2)).
    AIO_OPS: "IOCB_CMD_???" {
        value {
            IOCB_CMD_PREAD = 0, IOCB_CMD_PWRITE = 1, IOCB_CMD_FSYNC = 2, IOCB_CMD_FDSYNC = 3,
            IOCB_CMD_POLL = 5, IOCB_CMD_NOOP = 6, IOCB_CMD_PREADV = 7, IOCB_CMD_PWRITEV = 8,
        }
    }

    /// Flags of an asynchronous I/O request (io_submit(2)).
    AIO_FLAGS: "IOCB_FLAG_???" {
        bits { IOCB_FLAG_RESFD = 0x1, IOCB_FLAG_IOPRIO = 0x2 }
    }

    /// Flags of userfaultfd(2).
    USERFAULTFD_FLAGS: "UFFD_???" {
        bits { UFFD_USER_MODE_ONLY = 0x1, O_NONBLOCK = 0x800, O_CLOEXEC = 0x80000 }
    }

    /// Features of a userfaultfd (ioctl_userfaultfd(2)).
    USERFAULTFD_FEATURES: "UFFD_FEATURE_???" wide {
        bits {
            UFFD_FEATURE_PAGEFAULT_FLAG_WP = 0x1, UFFD_FEATURE_EVENT_FORK = 0x2,
            UFFD_FEATURE_EVENT_REMAP = 0x4, UFFD_FEATURE_EVENT_REMOVE = 0x8,
            UFFD_FEATURE_MISSING_HUGETLBFS = 0x10, UFFD_FEATURE_MISSING_SHMEM = 0x20,
            UFFD_FEATURE_EVENT_UNMAP = 0x40, UFFD_FEATURE_SIGBUS = 0x80,
            UFFD_FEATURE_THREAD_ID = 0x100, UFFD_FEATURE_MINOR_HUGETLBFS = 0x200,
            UFFD_FEATURE_MINOR_SHMEM = 0x400, UFFD_FEATURE_EXACT_ADDRESS = 0x800,
            UFFD_FEATURE_WP_HUGETLBFS_SHMEM = 0x1000, UFFD_FEATURE_WP_UNPOPULATED = 0x2000,
            UFFD_FEATURE_POISON = 0x4000, UFFD_FEATURE_WP_ASYNC = 0x8000,
            UFFD_FEATURE_MOVE = 0x10000,
        }
    }

    /// What a registered range is watched for (ioctl_userfaultfd(2)).
    USERFAULTFD_MODES: "UFFDIO_REGISTER_MODE_???" wide {
        bits {
            UFFDIO_REGISTER_MODE_MISSING = 0x1, UFFDIO_REGISTER_MODE_WP = 0x2,
            UFFDIO_REGISTER_MODE_MINOR = 0x4,
        }
    }
}
