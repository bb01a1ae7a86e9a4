//! Communication between processes: System V and POSIX message queues, semaphores, shared memory,
//! futexes.

use crate::row::syscalls;

syscalls! {
    /// Wait on a word in memory, or wake those who wait on it.
    futex { x86_64: 202, aarch64: 98, i386: 240; class: IPC }
        (uaddr: Ptr, op: Bits(&FUTEX_OPS), val: By(&FUTEX_VAL), timeout: By(&FUTEX_TIMEOUT),
         uaddr2: By(&FUTEX_UADDR2), val3: By(&FUTEX_VAL3)) -> Int;

    /// Wake waiters of one futex and move others to a second one.
    futex_requeue { x86_64: 456, aarch64: 456, i386: 456; class: IPC }
        (waiters: ArrayIn(&FUTEX_WAITV, Fixed(2)), flags: Flags, nr_wake: Int,
         nr_requeue: Int) -> Int;

    /// Wait on a futex.
    futex_wait { x86_64: 455, aarch64: 455, i386: 455; class: IPC }
        (uaddr: Ptr, val: Ulong, mask: Bits(&FUTEX2_BITSETS), flags: Bits(&FUTEX2_FLAGS),
         timeout: StructIn(&TIMESPEC64), clockid: One(&CLOCKS)) -> Int;

    /// Wait on several futexes at once and return the index of one that was woken.
    futex_waitv { x86_64: 449, aarch64: 449, i386: 449; class: IPC }
        (waiters: ArrayIn(&FUTEX_WAITV, Arg("nr_futexes")), nr_futexes: Uint, flags: Bits(&NO_FLAGS),
         timeout: StructIn(&TIMESPEC64), clockid: One(&CLOCKS)) -> Int;

    /// Wake waiters of a futex.
    futex_wake { x86_64: 454, aarch64: 454, i386: 454; class: IPC }
        (uaddr: Ptr, mask: Bits(&FUTEX2_BITSETS), nr: Int, flags: Bits(&FUTEX2_FLAGS)) -> Int;

    /// Get and set the attributes of a message queue.
    mq_getsetattr { x86_64: 245, aarch64: 185, i386: 282; class: IPC | DESC }
        (mqdes: Fd, newattr: StructIn(&MQ_ATTR), oldattr: StructOut(&MQ_ATTR)) -> Int;

    /// Register for notification when a message arrives in an empty queue.
    mq_notify { x86_64: 244, x32: 527, aarch64: 184, i386: 281; class: IPC | DESC }
        (mqdes: Fd, sevp: StructIn(&SIGEVENT)) -> Int;

    /// Open and possibly create a POSIX message queue.
    mq_open { x86_64: 240, aarch64: 180, i386: 277; class: IPC | DESC }
        (name: Str, oflag: Bits(&OPEN_FLAGS), mode: By(&QUEUE_MODE), attr: By(&QUEUE_ATTR)) -> Fd;

    /// Receive a message from a POSIX message queue.
    mq_timedreceive { x86_64: 243, aarch64: 183, i386: 280; class: IPC | DESC }
        (mqdes: Fd, msg_ptr: Out(Within("msg_len")), msg_len: Size, msg_prio: StructOut(&MSG_PRIO),
         abs_timeout: StructIn(&TIMESPEC)) -> Size;

    /// Send a message to a POSIX message queue.
    mq_timedsend { x86_64: 242, aarch64: 182, i386: 279; class: IPC | DESC }
        (mqdes: Fd, msg_ptr: In(Arg("msg_len")), msg_len: Size, msg_prio: Uint,
         abs_timeout: StructIn(&TIMESPEC)) -> Int;

    /// Remove a POSIX message queue.
    mq_unlink { x86_64: 241, aarch64: 181, i386: 278; class: IPC }
        (name: Str) -> Int;

    /// Control a System V message queue.
    msgctl { x86_64: 71, aarch64: 187, i386: 402; class: IPC }
        (msqid: Int, cmd: Bits(&MSGCTL_CMDS), buf: By(&MSGCTL_BUF)) -> Int;

    /// Get the id of a System V message queue.
    msgget { x86_64: 68, aarch64: 186, i386: 399; class: IPC }
        (key: One(&IPC_KEYS), msgflg: Bits(&IPC_GET_FLAGS)) -> Int;

    // What msgp points to starts with the message's type, which msgsz does not count; nor does the
    // result. Hence the type alone.
    /// Receive a message from a System V message queue.
    msgrcv { x86_64: 70, aarch64: 188, i386: 401; class: IPC }
        (msqid: Int, msgp: StructOut(&MSGBUF), msgsz: Size, msgtyp: Long,
         msgflg: Bits(&MSG_QUEUE_FLAGS)) -> Size;

    /// Send a message to a System V message queue.
    msgsnd { x86_64: 69, aarch64: 189, i386: 400; class: IPC }
        (msqid: Int, msgp: StructIn(&MSGBUF), msgsz: Size, msgflg: Bits(&MSG_QUEUE_FLAGS)) -> Int;

    /// Control a System V semaphore set.
    semctl { x86_64: 66, aarch64: 191, i386: 394; class: IPC }
        (semid: Int, semnum: Int, cmd: Bits(&SEMCTL_CMDS), arg: By(&SEMCTL_ARG)) -> Int;

    /// Get the id of a System V semaphore set.
    semget { x86_64: 64, aarch64: 190, i386: 393; class: IPC }
        (key: One(&IPC_KEYS), nsems: Int, semflg: Bits(&IPC_GET_FLAGS)) -> Int;

    /// Operate on System V semaphores.
    semop { x86_64: 65, aarch64: 193; class: IPC }
        (semid: Int, sops: ArrayIn(&SEMBUF, Arg("nsops")), nsops: Uint) -> Int;

    /// Operate on System V semaphores, waiting for at most some time.
    semtimedop { x86_64: 220, aarch64: 192; class: IPC }
        (semid: Int, sops: ArrayIn(&SEMBUF, Arg("nsops")), nsops: Uint,
         timeout: StructIn(&TIMESPEC)) -> Int;

    /// Attach a System V shared memory segment.
    shmat { x86_64: 30, aarch64: 196, i386: 397; class: IPC | MEMORY }
        (shmid: Int, shmaddr: Ptr, shmflg: Bits(&SHMAT_FLAGS)) -> Ptr;

    /// Control a System V shared memory segment.
    shmctl { x86_64: 31, aarch64: 195, i386: 396; class: IPC }
        (shmid: Int, cmd: Bits(&SHMCTL_CMDS), buf: By(&SHMCTL_BUF)) -> Int;

    /// Detach a System V shared memory segment.
    shmdt { x86_64: 67, aarch64: 197, i386: 398; class: IPC | MEMORY }
        (shmaddr: Ptr) -> Int;

    /// Get the id of a System V shared memory segment.
    shmget { x86_64: 29, aarch64: 194, i386: 395; class: IPC }
        (key: One(&IPC_KEYS), size: Size, shmflg: Bits(&SHMGET_FLAGS)) -> Int;
}
