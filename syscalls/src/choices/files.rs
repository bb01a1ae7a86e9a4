//! Opening files, fcntl(2), and administration of file systems.

use super::choices;

choices! {
    /// open(2)'s last argument: it counts only if a file may be created.
    OPEN_MODE by flags of OPEN_FLAGS {
        O_CREAT | O_TMPFILE => Mode,
    } otherwise Unused

    /// mknod(2)'s last argument: it counts for devices only.
    NODE_DEVICE by mode of FILE_TYPES {
        S_IFCHR | S_IFBLK => Dev,
    } otherwise Unused

    /// fcntl(2)'s result.
    FCNTL_RESULT by cmd of FCNTL_CMDS {
        F_DUPFD | F_DUPFD_CLOEXEC => Fd,
        F_GETFD => Bits(&FD_FLAGS),
        F_GETFL => Bits(&OPEN_FLAGS),
        F_GETSIG => Signal,
        F_GETLEASE => Bits(&LOCK_TYPES),
        F_GET_SEALS => Bits(&SEALS),
        F_GETLEASE => Bits(&LOCK_TYPES),
        F_GETSIG => Signal,
    } otherwise Int

    /// fcntl(2)'s third argument.
    FCNTL_ARG by cmd of FCNTL_CMDS {
        F_DUPFD | F_DUPFD_CLOEXEC | F_DUPFD_QUERY => Fd,
        F_GETFD | F_GETFL | F_GETOWN | F_GETSIG | F_GETLEASE | F_GETPIPE_SZ | F_GET_SEALS
        | F_CREATED_QUERY => Unused,
        F_SETFD => Bits(&FD_FLAGS),
        F_SETFL => Bits(&OPEN_FLAGS),
        F_GETLK => StructIn(&FLOCK_HELD),
        F_SETLK | F_SETLKW => StructIn(&FLOCK),
        F_GETLK64 | F_OFD_GETLK => StructIn(&FLOCK64_HELD),
        F_SETLK64 | F_SETLKW64 | F_OFD_SETLK | F_OFD_SETLKW | F_CANCELLK => StructIn(&FLOCK64),
        F_SETOWN => Pid,
        F_SETSIG => Signal,
        F_SETOWN_EX => StructIn(&F_OWNER_EX),
        F_GETOWN_EX => StructOut(&F_OWNER_EX),
        F_GETOWNER_UIDS => ArrayOut(&UID, Fixed(2)),
        F_SETLEASE => One(&LOCK_TYPES),
        F_NOTIFY => Bits(&DNOTIFY_EVENTS),
        F_SETPIPE_SZ => Int,
        F_ADD_SEALS => Bits(&SEALS),
        F_SET_RW_HINT | F_SET_FILE_RW_HINT => StructIn(&RW_HINT),
        F_GET_RW_HINT | F_GET_FILE_RW_HINT => StructOut(&RW_HINT),
        F_SETDELEG => StructIn(&DELEGATION),
        F_GETDELEG => StructOut(&DELEGATION),
    } otherwise Hex

    /// mount(2)'s third argument: it does not count where something is mounted already.
    MOUNT_TYPE by mountflags of MOUNT_FLAGS {
        MS_REMOUNT | MS_BIND | MS_MOVE => Ptr,
        MS_MGC_VAL => Str,
        MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE => Ptr,
    } otherwise Str

    /// mount(2)'s last argument: it does not count where a mount is copied, moved or made to propagate.
    MOUNT_DATA by mountflags of MOUNT_FLAGS {
        MS_REMOUNT => Str,
        MS_BIND | MS_MOVE => Ptr,
        MS_MGC_VAL => Str,
        MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE => Ptr,
    } otherwise Str

    /// quotactl(2)'s third argument: whose quota, or the format of the file.
    QUOTA_ID by cmd of QUOTA_CMDS {
        Q_QUOTAON => One(&QUOTA_FORMATS),
        Q_SYNC | Q_QUOTAOFF | Q_GETFMT | Q_GETINFO | Q_SETINFO | Q_XQUOTAON | Q_XQUOTAOFF
        | Q_XQUOTARM | Q_XGETQSTAT | Q_XGETQSTATV | Q_XQUOTASYNC => Unused,
    } otherwise Uid

    /// quotactl(2)'s last argument.
    QUOTA_ADDR by cmd of QUOTA_CMDS {
        Q_QUOTAON => Path,
        Q_GETFMT => StructOut(&QUOTA_FORMAT),
        Q_GETINFO => StructOut(&DQINFO),
        Q_SETINFO => StructIn(&DQINFO),
        Q_GETQUOTA => StructOut(&DQBLK),
        Q_SETQUOTA => StructIn(&DQBLK),
        Q_GETNEXTQUOTA => StructOut(&NEXTDQBLK),
        Q_XQUOTAON | Q_XQUOTAOFF => StructIn(&XFS_QUOTA),
        Q_XQUOTARM => StructIn(&XFS_QUOTA_KINDS),
        Q_XGETQUOTA | Q_XGETNEXTQUOTA => StructOut(&XFS_DISK_QUOTA),
        Q_XSETQLIM => StructIn(&XFS_DISK_QUOTA),
        Q_SYNC | Q_QUOTAOFF | Q_XQUOTASYNC => Unused,
    } otherwise Ptr

    /// fsconfig(2)'s value.
    FSCONFIG_VALUE by cmd of FSCONFIG_CMDS {
        FSCONFIG_SET_STRING => Str,
        FSCONFIG_SET_BINARY => In(Arg("aux")),
        FSCONFIG_SET_PATH | FSCONFIG_SET_PATH_EMPTY => Path,
    } otherwise Ptr
}
