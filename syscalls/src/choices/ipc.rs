//! System V IPC and futexes.

use super::choices;

choices! {
    /// futex(2)'s third argument.
    FUTEX_VAL by op of FUTEX_OPS {
        FUTEX_UNLOCK_PI | FUTEX_UNLOCK_PI_PRIVATE | FUTEX_TRYLOCK_PI | FUTEX_TRYLOCK_PI_PRIVATE
            => Unused,
    } otherwise Uint

    /// futex(2)'s fourth argument: a timeout, or how many waiters to move.
    FUTEX_TIMEOUT by op of FUTEX_OPS {
        FUTEX_WAIT | FUTEX_WAIT_PRIVATE | FUTEX_WAIT_BITSET | FUTEX_WAIT_BITSET_PRIVATE
        | FUTEX_LOCK_PI | FUTEX_LOCK_PI_PRIVATE | FUTEX_LOCK_PI2 | FUTEX_LOCK_PI2_PRIVATE
        | FUTEX_WAIT_REQUEUE_PI | FUTEX_WAIT_REQUEUE_PI_PRIVATE => StructIn(&TIMESPEC),
        FUTEX_REQUEUE | FUTEX_REQUEUE_PRIVATE | FUTEX_CMP_REQUEUE | FUTEX_CMP_REQUEUE_PRIVATE
        | FUTEX_CMP_REQUEUE_PI | FUTEX_CMP_REQUEUE_PI_PRIVATE | FUTEX_WAKE_OP
        | FUTEX_WAKE_OP_PRIVATE => Int,
        FUTEX_WAKE | FUTEX_WAKE_PRIVATE | FUTEX_WAKE_BITSET | FUTEX_WAKE_BITSET_PRIVATE | FUTEX_FD
        | FUTEX_UNLOCK_PI | FUTEX_UNLOCK_PI_PRIVATE | FUTEX_TRYLOCK_PI
        | FUTEX_TRYLOCK_PI_PRIVATE => Unused,
    } otherwise Ptr

    /// futex_time64's fourth argument: a timeout of 64 bits, or how many waiters to move.
    FUTEX_TIMEOUT64 by op of FUTEX_OPS {
        FUTEX_WAIT | FUTEX_WAIT_PRIVATE | FUTEX_WAIT_BITSET | FUTEX_WAIT_BITSET_PRIVATE
        | FUTEX_LOCK_PI | FUTEX_LOCK_PI_PRIVATE | FUTEX_LOCK_PI2 | FUTEX_LOCK_PI2_PRIVATE
        | FUTEX_WAIT_REQUEUE_PI | FUTEX_WAIT_REQUEUE_PI_PRIVATE => StructIn(&TIMESPEC64),
        FUTEX_REQUEUE | FUTEX_REQUEUE_PRIVATE | FUTEX_CMP_REQUEUE | FUTEX_CMP_REQUEUE_PRIVATE
        | FUTEX_CMP_REQUEUE_PI | FUTEX_CMP_REQUEUE_PI_PRIVATE | FUTEX_WAKE_OP
        | FUTEX_WAKE_OP_PRIVATE => Int,
        FUTEX_WAKE | FUTEX_WAKE_PRIVATE | FUTEX_WAKE_BITSET | FUTEX_WAKE_BITSET_PRIVATE | FUTEX_FD
        | FUTEX_UNLOCK_PI | FUTEX_UNLOCK_PI_PRIVATE | FUTEX_TRYLOCK_PI
        | FUTEX_TRYLOCK_PI_PRIVATE => Unused,
    } otherwise Ptr

    /// futex(2)'s fifth argument: a second futex.
    FUTEX_UADDR2 by op of FUTEX_OPS {
        FUTEX_REQUEUE | FUTEX_REQUEUE_PRIVATE | FUTEX_CMP_REQUEUE | FUTEX_CMP_REQUEUE_PRIVATE
        | FUTEX_CMP_REQUEUE_PI | FUTEX_CMP_REQUEUE_PI_PRIVATE | FUTEX_WAIT_REQUEUE_PI
        | FUTEX_WAIT_REQUEUE_PI_PRIVATE | FUTEX_WAKE_OP | FUTEX_WAKE_OP_PRIVATE => Ptr,
        FUTEX_WAIT | FUTEX_WAIT_PRIVATE | FUTEX_WAIT_BITSET | FUTEX_WAIT_BITSET_PRIVATE
        | FUTEX_LOCK_PI | FUTEX_LOCK_PI_PRIVATE | FUTEX_LOCK_PI2 | FUTEX_LOCK_PI2_PRIVATE
        | FUTEX_WAKE | FUTEX_WAKE_PRIVATE | FUTEX_WAKE_BITSET | FUTEX_WAKE_BITSET_PRIVATE
        | FUTEX_FD | FUTEX_UNLOCK_PI | FUTEX_UNLOCK_PI_PRIVATE | FUTEX_TRYLOCK_PI
        | FUTEX_TRYLOCK_PI_PRIVATE => Unused,
    } otherwise Ptr

    /// futex(2)'s last argument: which waiters, what value to find, or how to change a word.
    FUTEX_VAL3 by op of FUTEX_OPS {
        FUTEX_WAIT_BITSET | FUTEX_WAIT_BITSET_PRIVATE | FUTEX_WAKE_BITSET
        | FUTEX_WAKE_BITSET_PRIVATE => Bits(&FUTEX_BITSETS),
        FUTEX_WAKE_OP | FUTEX_WAKE_OP_PRIVATE => Flags,
        FUTEX_CMP_REQUEUE | FUTEX_CMP_REQUEUE_PRIVATE | FUTEX_CMP_REQUEUE_PI
        | FUTEX_CMP_REQUEUE_PI_PRIVATE => Uint,
        FUTEX_WAIT | FUTEX_WAIT_PRIVATE | FUTEX_WAKE | FUTEX_WAKE_PRIVATE | FUTEX_FD
        | FUTEX_REQUEUE | FUTEX_REQUEUE_PRIVATE | FUTEX_LOCK_PI | FUTEX_LOCK_PI_PRIVATE
        | FUTEX_LOCK_PI2 | FUTEX_LOCK_PI2_PRIVATE | FUTEX_UNLOCK_PI | FUTEX_UNLOCK_PI_PRIVATE
        | FUTEX_TRYLOCK_PI | FUTEX_TRYLOCK_PI_PRIVATE | FUTEX_WAIT_REQUEUE_PI
        | FUTEX_WAIT_REQUEUE_PI_PRIVATE => Unused,
    } otherwise Flags

    /// mq_open(3)'s permissions: they count if a queue may be created.
    QUEUE_MODE by oflag of OPEN_FLAGS { O_CREAT => Mode } otherwise Unused

    /// mq_open(3)'s attributes, likewise.
    QUEUE_ATTR by oflag of OPEN_FLAGS { O_CREAT => StructIn(&MQ_ATTR) } otherwise Unused

    /// msgctl(2)'s last argument.
    MSGCTL_BUF by cmd of MSGCTL_CMDS {
        IPC_STAT | MSG_STAT | MSG_STAT_ANY => StructOut(&MSQID_DS),
        IPC_SET => StructIn(&MSQID_SET),
        IPC_INFO | MSG_INFO => StructOut(&MSGINFO),
    } otherwise Ptr

    /// semctl(2)'s last argument.
    SEMCTL_ARG by cmd of SEMCTL_CMDS {
        IPC_STAT | SEM_STAT | SEM_STAT_ANY => StructOut(&SEMID_DS),
        IPC_SET => StructIn(&SEMID_SET),
        IPC_INFO | SEM_INFO => StructOut(&SEMINFO),
    } otherwise Ptr

    /// shmctl(2)'s last argument.
    SHMCTL_BUF by cmd of SHMCTL_CMDS {
        IPC_STAT | SHM_STAT | SHM_STAT_ANY => StructOut(&SHMID_DS),
        IPC_SET => StructIn(&SHMID_SET),
        IPC_INFO => StructOut(&SHMINFO),
        SHM_INFO => StructOut(&SHM_USE),
    } otherwise Ptr
}
