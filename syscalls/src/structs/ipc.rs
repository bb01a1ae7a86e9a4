//! Communication between processes.

use super::structs;

structs! {
    /// Attributes of a POSIX message queue (mq_getsetattr(2)).
    MQ_ATTR {
        mq_flags: word = Bits(&MQ_FLAGS), mq_maxmsg: word = Long, mq_msgsize: word = Long,
        mq_curmsgs: word = Long, _: word[4] = Long
    }

    /// The priority of a message (mq_receive(3)).
    MSG_PRIO { _: u32 = Uint }

    /// Owner and permissions of a System V object (svipc(7)).
    IPC_PERM order(uid, gid, mode) {
        key: u32 = Int, uid: u32 = Uid, gid: u32 = Gid, cuid: u32 = Uid, cgid: u32 = Gid,
        mode: u32 = Mode, _: u16 = Uint, _: u16 = Uint, _: word[2] = Ulong
    }
    I386 {
        key: u32 = Int, uid: u32 = Uid, gid: u32 = Gid, cuid: u32 = Uid, cgid: u32 = Gid,
        mode: u16 = Mode, _: u16 = Uint, _: u16 = Uint, _: u16 = Uint, _: word[2] = Ulong
    }

    /// What of a System V object can be set (svipc(7)).
    IPC_PERM_SET {
        _: u32 = Hex, uid: u32 = Uid, gid: u32 = Gid, _: u32[2] = Uid, mode: u32 = Mode,
        _: u16[2] = Uint, _: word[2] = Ulong
    }
    I386 {
        _: u32 = Hex, uid: u32 = Uid, gid: u32 = Gid, _: u32[2] = Uid, mode: u16 = Mode,
        _: u16[3] = Uint, _: word[2] = Ulong
    }

    /// What of a System V message queue can be set (msgctl(2)'s `IPC_SET`).
    MSQID_SET {
        msg_perm: inner = Struct(&IPC_PERM_SET), _: word[5] = Ulong, msg_qbytes: word = Ulong
    }
    I386 {
        msg_perm: inner = Struct(&IPC_PERM_SET), _: word[8] = Ulong, msg_qbytes: word = Ulong
    }

    /// What of a System V semaphore set can be set (semctl(2)'s `IPC_SET`).
    SEMID_SET { sem_perm: inner = Struct(&IPC_PERM_SET) }

    /// What of a System V shared memory segment can be set (shmctl(2)'s `IPC_SET`).
    SHMID_SET { shm_perm: inner = Struct(&IPC_PERM_SET) }

    /// State of a System V message queue (msgctl(2)).
    MSQID_DS {
        msg_perm: inner = Struct(&IPC_PERM), msg_stime: word = Long, msg_rtime: word = Long,
        msg_ctime: word = Long, _: word = Ulong, msg_qnum: word = Ulong,
        msg_qbytes: word = Ulong, msg_lspid: u32 = Pid, msg_lrpid: u32 = Pid, _: word[2] = Ulong
    }
    I386 {
        msg_perm: inner = Struct(&IPC_PERM), msg_stime: word = Ulong, _: word = Ulong,
        msg_rtime: word = Ulong, _: word = Ulong, msg_ctime: word = Ulong, _: word = Ulong,
        _: word = Ulong, msg_qnum: word = Ulong, msg_qbytes: word = Ulong,
        msg_lspid: u32 = Pid, msg_lrpid: u32 = Pid, _: word[2] = Ulong
    }

    /// State of a System V semaphore set (semctl(2)).
    SEMID_DS {
        sem_perm: inner = Struct(&IPC_PERM), sem_otime: word = Long, _: word = Ulong,
        sem_ctime: word = Long, _: word = Ulong, sem_nsems: word = Ulong, _: word[2] = Ulong
    }
    Aarch64 {
        sem_perm: inner = Struct(&IPC_PERM), sem_otime: word = Long, sem_ctime: word = Long,
        sem_nsems: word = Ulong, _: word[2] = Ulong
    }

    /// State of a System V shared memory segment (shmctl(2)).
    SHMID_DS order(shm_perm, shm_segsz, shm_cpid, shm_lpid, shm_nattch) {
        shm_perm: inner = Struct(&IPC_PERM), shm_segsz: word = Size, shm_atime: word = Long,
        shm_dtime: word = Long, shm_ctime: word = Long, shm_cpid: u32 = Pid, shm_lpid: u32 = Pid,
        shm_nattch: word = Ulong, _: word[2] = Ulong
    }
    I386 {
        shm_perm: inner = Struct(&IPC_PERM), shm_segsz: word = Size, shm_atime: word = Ulong,
        _: word = Ulong, shm_dtime: word = Ulong, _: word = Ulong, shm_ctime: word = Ulong,
        _: word = Ulong, shm_cpid: u32 = Pid, shm_lpid: u32 = Pid, shm_nattch: word = Ulong,
        _: word[2] = Ulong
    }

    /// Limits of System V message queues (msgctl(2)'s `IPC_INFO`).
    MSGINFO {
        msgpool: u32 = Int, msgmap: u32 = Int, msgmax: u32 = Int, msgmnb: u32 = Int,
        msgmni: u32 = Int, msgssz: u32 = Int, msgtql: u32 = Int, msgseg: u16 = Uint
    }

    /// Limits of System V semaphores (semctl(2)'s `IPC_INFO`).
    SEMINFO {
        semmap: u32 = Int, semmni: u32 = Int, semmns: u32 = Int, semmnu: u32 = Int,
        semmsl: u32 = Int, semopm: u32 = Int, semume: u32 = Int, semusz: u32 = Int,
        semvmx: u32 = Int, semaem: u32 = Int
    }

    /// Limits of System V shared memory (shmctl(2)'s `IPC_INFO`).
    SHMINFO {
        shmmax: word = Ulong, shmmin: word = Ulong, shmmni: word = Ulong, shmseg: word = Ulong,
        shmall: word = Ulong, _: word[4] = Ulong
    }

    /// Use of System V shared memory (shmctl(2)'s `SHM_INFO`).
    SHM_USE {
        used_ids: u32 = Int, shm_tot: word = Ulong, shm_rss: word = Ulong, shm_swp: word = Ulong,
        swap_attempts: word = Ulong, swap_successes: word = Ulong
    }

    /// An operation on a semaphore (semop(2)).
    SEMBUF { sem_num: u16 = Uint, sem_op: u16 = Int, sem_flg: u16 = Bits(&SEMOP_FLAGS) }

    /// A futex to wait for (futex_waitv(2)).
    FUTEX_WAITV {
        val: u64 = Hex, uaddr: u64 = Ptr, flags: u32 = Bits(&FUTEX_WAITV_FLAGS),
        optional __reserved: u32 = Hex
    }

    /// The start of a System V message, which its text follows (msgsnd(2)).
    MSGBUF { mtype: word = Long }
}
