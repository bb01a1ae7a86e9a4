//! System V and POSIX message queues, semaphores, shared memory, futexes.

use super::names;

names! {
    /// What futex(2) does.
    FUTEX_OPS: "FUTEX_???" {
        field 0x6ff {
            FUTEX_UNLOCK_PI_LIST64 = 0x207, FUTEX_UNLOCK_PI_LIST64_PRIVATE = 0x287,
            FUTEX_UNLOCK_PI_LIST32 = 0x607, FUTEX_UNLOCK_PI_LIST32_PRIVATE = 0x687,
            FUTEX_UNLOCK_WAKE_LIST64 = 0x201, FUTEX_UNLOCK_WAKE_LIST64_PRIVATE = 0x281,
            FUTEX_UNLOCK_WAKE_LIST32 = 0x601, FUTEX_UNLOCK_WAKE_LIST32_PRIVATE = 0x681,
            FUTEX_UNLOCK_BITSET_LIST64 = 0x20a, FUTEX_UNLOCK_BITSET_LIST64_PRIVATE = 0x28a,
            FUTEX_UNLOCK_BITSET_LIST32 = 0x60a, FUTEX_UNLOCK_BITSET_LIST32_PRIVATE = 0x68a,
        }
        field 0xff {
            FUTEX_WAIT = 0, FUTEX_WAKE = 1, FUTEX_FD = 2, FUTEX_REQUEUE = 3, FUTEX_CMP_REQUEUE = 4,
            FUTEX_WAKE_OP = 5, FUTEX_LOCK_PI = 6, FUTEX_UNLOCK_PI = 7, FUTEX_TRYLOCK_PI = 8,
            FUTEX_WAIT_BITSET = 9, FUTEX_WAKE_BITSET = 10, FUTEX_WAIT_REQUEUE_PI = 11,
            FUTEX_CMP_REQUEUE_PI = 12, FUTEX_LOCK_PI2 = 13, FUTEX_WAIT_PRIVATE = 128,
            FUTEX_WAKE_PRIVATE = 129, FUTEX_REQUEUE_PRIVATE = 131, FUTEX_CMP_REQUEUE_PRIVATE = 132,
            FUTEX_WAKE_OP_PRIVATE = 133, FUTEX_LOCK_PI_PRIVATE = 134, FUTEX_UNLOCK_PI_PRIVATE = 135,
            FUTEX_TRYLOCK_PI_PRIVATE = 136, FUTEX_WAIT_BITSET_PRIVATE = 137,
            FUTEX_WAKE_BITSET_PRIVATE = 138, FUTEX_WAIT_REQUEUE_PI_PRIVATE = 139,
            FUTEX_CMP_REQUEUE_PI_PRIVATE = 140, FUTEX_LOCK_PI2_PRIVATE = 141,
        }
        bits { FUTEX_CLOCK_REALTIME = 0x100 }
    }

    /// Which waiters futex(2) means, in both its forms.
    FUTEX_BITSETS: "" {
        value { FUTEX_BITSET_MATCH_ANY = 0xffffffff }
    }

    /// Which waiters futex_wait(2) and futex_wake(2) mean.
    FUTEX2_BITSETS: "" wide {
        value { FUTEX_BITSET_MATCH_ANY = 0xffffffff }
    }

    /// Size and flags of a futex (futex_waitv(2)).
    FUTEX2_FLAGS: "FUTEX2_???" {
        field 0x3 {
            FUTEX2_SIZE_U8 = 0, FUTEX2_SIZE_U16 = 1, FUTEX2_SIZE_U32 = 2, FUTEX2_SIZE_U64 = 3,
        }
        bits { FUTEX2_NUMA = 0x4, FUTEX2_MPOL = 0x8, FUTEX2_PRIVATE = 0x80 }
    }

    /// Size and flags of a futex that is waited for (futex_waitv(2)).
    FUTEX_WAITV_FLAGS: "FUTEX_???" { bits { FUTEX_32 = 2, FUTEX_PRIVATE_FLAG = 0x80 } }

    /// Keys of System V IPC that are none (shmget(2)).
    IPC_KEYS: "" {
        value { IPC_PRIVATE = 0 }
    }

    /// Flags of msgget(2) and semget(2).
    IPC_GET_FLAGS: "%#03o" {
        bits { IPC_CREAT = 0x200, IPC_EXCL = 0x400, IPC_NOWAIT = 0x800 }
    }

    /// Flags of msgsnd(2) and msgrcv(2).
    MSG_QUEUE_FLAGS: "MSG_???" {
        bits { MSG_NOERROR = 0x1000, MSG_EXCEPT = 0x2000, MSG_COPY = 0x4000, IPC_NOWAIT = 0x800 }
    }

    /// What msgctl(2) does.
    MSGCTL_CMDS: "MSG_???" {
        bits { IPC_64 = 0x100 }
        field 0xfffffeff {
            IPC_RMID = 0, IPC_SET = 1, IPC_STAT = 2, IPC_INFO = 3, MSG_STAT = 11, MSG_INFO = 12,
            MSG_STAT_ANY = 13,
        }
    }

    /// What semctl(2) does.
    SEMCTL_CMDS: "SEM_???" {
        bits { IPC_64 = 0x100 }
        field 0xfffffeff {
            IPC_RMID = 0, IPC_SET = 1, IPC_STAT = 2, IPC_INFO = 3, GETPID = 11, GETVAL = 12,
            GETALL = 13, GETNCNT = 14, GETZCNT = 15, SETVAL = 16, SETALL = 17, SEM_STAT = 18,
            SEM_INFO = 19, SEM_STAT_ANY = 20,
        }
    }

    /// Flags of an operation on a semaphore (semop(2)).
    SEMOP_FLAGS: "SEM_???" {
        bits { SEM_UNDO = 0x1000, IPC_NOWAIT = 0x800 }
    }

    /// Flags of shmget(2).
    SHMGET_FLAGS: "%#03o" {
        bits { IPC_CREAT = 0x200, IPC_EXCL = 0x400, SHM_HUGETLB = 0x800, SHM_NORESERVE = 0x1000 }
        number 0xfc000000 "%d<<SHM_HUGE_SHIFT" = 26
    }

    /// Flags of shmat(2).
    SHMAT_FLAGS: "SHM_???" {
        bits { SHM_RDONLY = 0x1000, SHM_RND = 0x2000, SHM_REMAP = 0x4000, SHM_EXEC = 0x8000 }
    }

    /// What shmctl(2) does.
    SHMCTL_CMDS: "SHM_???" {
        bits { IPC_64 = 0x100 }
        field 0xfffffeff {
            IPC_RMID = 0, IPC_SET = 1, IPC_STAT = 2, IPC_INFO = 3, SHM_LOCK = 11, SHM_UNLOCK = 12,
            SHM_STAT = 13, SHM_INFO = 14, SHM_STAT_ANY = 15,
        }
    }

    /// Flags of a message queue (mq_getattr(3)).
    MQ_FLAGS: "O_???" wide {
        bits { O_NONBLOCK = 0x800 }
    }

    /// The calls that ipc(2) makes; above their 16 bits lies a version.
    IPC_CALLS: "" {
        field 0xffff {
            SEMOP = 1, SEMGET = 2, SEMCTL = 3, SEMTIMEDOP = 4, MSGSND = 11, MSGRCV = 12,
            MSGGET = 13, MSGCTL = 14, SHMAT = 21, SHMDT = 22, SHMGET = 23, SHMCTL = 24,
        }
    }
}
