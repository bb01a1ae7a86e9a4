//! Creating, tracing and comparing processes, their restrictions and keys.

use super::choices;

choices! {
    /// clone(2)'s pointer to where the child's id goes in the parent.
    CLONE_PARENT_TID by flags of CLONE_FLAGS {
        CLONE_PARENT_SETTID => StructOut(&PID),
        CLONE_PIDFD => StructOut(&FD),
    } otherwise Ptr

    /// kcmp(2)'s fourth argument.
    KCMP_IDX1 by type of KCMP_TYPES {
        KCMP_FILE | KCMP_EPOLL_TFD => Fd,
        KCMP_VM | KCMP_FILES | KCMP_FS | KCMP_SIGHAND | KCMP_IO | KCMP_SYSVSEM => Unused,
    } otherwise Hex

    /// kcmp(2)'s last argument.
    KCMP_IDX2 by type of KCMP_TYPES {
        KCMP_FILE => Fd,
        KCMP_EPOLL_TFD => StructIn(&KCMP_EPOLL_SLOT),
        KCMP_VM | KCMP_FILES | KCMP_FS | KCMP_SIGHAND | KCMP_IO | KCMP_SYSVSEM => Unused,
    } otherwise Hex

    /// arch_prctl(2)'s second argument.
    ARCH_PRCTL_ADDR by code of ARCH_PRCTL_CODES {
        ARCH_GET_FS | ARCH_GET_GS => StructOut(&ADDRESS),
        ARCH_GET_XCOMP_SUPP | ARCH_GET_XCOMP_PERM | ARCH_GET_XCOMP_GUEST_PERM
            => StructOut(&XFEATURES),
        ARCH_REQ_XCOMP_PERM | ARCH_REQ_XCOMP_GUEST_PERM => Noted(&XFEATURE_NUMBERS),
        ARCH_GET_UNTAG_MASK | ARCH_GET_MAX_TAG_BITS | ARCH_SHSTK_STATUS => StructOut(&WORD),
        ARCH_GET_CPUID | ARCH_FORCE_TAGGED_SVA => Unused,
    } otherwise Hex

    /// seccomp(2)'s last argument.
    SECCOMP_ARGS by operation of SECCOMP_OPS {
        SECCOMP_SET_MODE_FILTER => StructIn(&SOCK_FPROG),
        SECCOMP_GET_ACTION_AVAIL => StructIn(&SECCOMP_ACTION),
        SECCOMP_GET_NOTIF_SIZES => StructOut(&SECCOMP_NOTIF_SIZES),
    } otherwise Ptr

    /// seccomp(2)'s flags.
    SECCOMP_FLAGS by operation of SECCOMP_OPS {
        SECCOMP_SET_MODE_FILTER => Bits(&SECCOMP_FILTER_FLAGS),
    } otherwise Bits(&NO_FLAGS)

    /// ptrace(2)'s second argument.
    PTRACE_PID by request of PTRACE_REQUESTS { PTRACE_TRACEME => Unused } otherwise Pid

    /// ptrace(2)'s third argument.
    PTRACE_ADDR by request of PTRACE_REQUESTS {
        PTRACE_GETREGS | PTRACE_SETREGS | PTRACE_GETFPREGS | PTRACE_SETFPREGS | PTRACE_GETFPXREGS
        | PTRACE_SETFPXREGS => Unused,
        PTRACE_GETREGSET | PTRACE_SETREGSET => One(&REGISTER_SETS),
        PTRACE_PEEKSIGINFO => StructIn(&PEEKSIGINFO),
        PTRACE_GETSIGMASK | PTRACE_SETSIGMASK | PTRACE_SECCOMP_GET_METADATA
        | PTRACE_GET_SYSCALL_INFO | PTRACE_SET_SYSCALL_INFO | PTRACE_GET_RSEQ_CONFIGURATION => Size,
        PTRACE_SECCOMP_GET_FILTER => Ulong,
        PTRACE_ATTACH | PTRACE_INTERRUPT | PTRACE_KILL | PTRACE_LISTEN | PTRACE_TRACEME => Unused,
    } otherwise Ptr

    /// ptrace(2)'s last argument.
    PTRACE_DATA by request of PTRACE_REQUESTS {
        PTRACE_PEEKTEXT | PTRACE_PEEKDATA | PTRACE_PEEKUSER => StructOut(&WORD),
        PTRACE_POKETEXT | PTRACE_POKEDATA | PTRACE_POKEUSER => Flags,
        PTRACE_CONT | PTRACE_SINGLESTEP | PTRACE_SYSCALL | PTRACE_DETACH | PTRACE_SYSEMU
        | PTRACE_SYSEMU_SINGLESTEP | PTRACE_SINGLEBLOCK => Signal,
        PTRACE_SETOPTIONS | PTRACE_SEIZE => Bits(&PTRACE_OPTIONS),
        PTRACE_GETEVENTMSG => StructOut(&WORD),
        PTRACE_GETSIGINFO => StructOut(&SIGINFO),
        PTRACE_SETSIGINFO => StructIn(&SIGINFO),
        PTRACE_GETREGSET | PTRACE_SETREGSET => StructIn(&IOVEC),
        PTRACE_PEEKSIGINFO => Ptr,
        PTRACE_GETSIGMASK => StructOut(&SIGSET),
        PTRACE_SETSIGMASK => StructIn(&SIGSET),
        PTRACE_SECCOMP_GET_METADATA => StructIn(&SECCOMP_METADATA),
        PTRACE_GETREGS => StructOut(&USER_REGS),
        PTRACE_SETREGS => StructIn(&USER_REGS),
        PTRACE_TRACEME | PTRACE_KILL | PTRACE_ATTACH | PTRACE_INTERRUPT | PTRACE_LISTEN => Unused,
    } otherwise Ptr

    /// keyctl(2)'s second argument.
    KEYCTL_ARG2 by operation of KEYCTL_OPS {
        KEYCTL_JOIN_SESSION_KEYRING => Str,
        KEYCTL_SET_REQKEY_KEYRING => One(&KEY_REQUEST_RINGS),
        KEYCTL_GET_PERSISTENT => Uid,
        KEYCTL_SESSION_TO_PARENT => Unused,
        KEYCTL_DH_COMPUTE | KEYCTL_PKEY_ENCRYPT | KEYCTL_PKEY_DECRYPT | KEYCTL_PKEY_SIGN
        | KEYCTL_PKEY_VERIFY | KEYCTL_CAPABILITIES => Ptr,
    } otherwise One(&KEY_SERIALS)

    /// keyctl(2)'s third argument.
    KEYCTL_ARG3 by operation of KEYCTL_OPS {
        KEYCTL_GET_KEYRING_ID => Int,
        KEYCTL_CHOWN => Uid,
        KEYCTL_SETPERM => Bits(&KEY_PERMISSIONS),
        KEYCTL_LINK | KEYCTL_UNLINK | KEYCTL_MOVE | KEYCTL_GET_PERSISTENT => One(&KEY_SERIALS),
        KEYCTL_SEARCH | KEYCTL_RESTRICT_KEYRING => Str,
        KEYCTL_SET_TIMEOUT | KEYCTL_NEGATE | KEYCTL_REJECT => Uint,
        KEYCTL_CAPABILITIES => Size,
        KEYCTL_DESCRIBE | KEYCTL_READ | KEYCTL_GET_SECURITY => Out(Within("arg4")),
        KEYCTL_UPDATE | KEYCTL_INSTANTIATE => In(Arg("arg4")),
        KEYCTL_JOIN_SESSION_KEYRING | KEYCTL_REVOKE | KEYCTL_CLEAR | KEYCTL_SET_REQKEY_KEYRING
        | KEYCTL_ASSUME_AUTHORITY | KEYCTL_SESSION_TO_PARENT | KEYCTL_INVALIDATE => Unused,
    } otherwise Ptr

    /// keyctl(2)'s fourth argument.
    KEYCTL_ARG4 by operation of KEYCTL_OPS {
        KEYCTL_UPDATE | KEYCTL_DESCRIBE | KEYCTL_READ | KEYCTL_GET_SECURITY | KEYCTL_INSTANTIATE
        | KEYCTL_DH_COMPUTE => Size,
        KEYCTL_CHOWN => Gid,
        KEYCTL_SEARCH | KEYCTL_RESTRICT_KEYRING => Str,
        KEYCTL_NEGATE | KEYCTL_MOVE => One(&KEY_SERIALS),
        KEYCTL_REJECT => Errno,
        KEYCTL_INSTANTIATE_IOV => Size,
        KEYCTL_GET_KEYRING_ID | KEYCTL_JOIN_SESSION_KEYRING | KEYCTL_REVOKE | KEYCTL_SETPERM
        | KEYCTL_CLEAR | KEYCTL_LINK | KEYCTL_UNLINK | KEYCTL_SET_REQKEY_KEYRING
        | KEYCTL_SET_TIMEOUT | KEYCTL_ASSUME_AUTHORITY | KEYCTL_SESSION_TO_PARENT
        | KEYCTL_INVALIDATE | KEYCTL_GET_PERSISTENT | KEYCTL_CAPABILITIES => Unused,
    } otherwise Ptr

    /// keyctl(2)'s last argument.
    KEYCTL_ARG5 by operation of KEYCTL_OPS {
        KEYCTL_SEARCH | KEYCTL_INSTANTIATE | KEYCTL_REJECT | KEYCTL_INSTANTIATE_IOV
            => One(&KEY_SERIALS),
        KEYCTL_MOVE => Bits(&KEY_MOVE_FLAGS),
        KEYCTL_DH_COMPUTE | KEYCTL_PKEY_QUERY | KEYCTL_PKEY_ENCRYPT | KEYCTL_PKEY_DECRYPT
        | KEYCTL_PKEY_SIGN | KEYCTL_PKEY_VERIFY => Ptr,
        KEYCTL_WATCH_KEY => Int,
    } otherwise Unused
}
