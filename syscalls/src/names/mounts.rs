//! Mounts, file systems, quotas and swap.

use super::names;

names! {
    /// How mount(2) mounts.
    MOUNT_FLAGS: "|MS_???" wide {
        field 0xffff_0000 { MS_MGC_VAL = 0xc0ed_0000 }
        bits {
            MS_RDONLY = 1, MS_NOSUID = 2, MS_NODEV = 4, MS_NOEXEC = 8, MS_SYNCHRONOUS = 0x10,
            MS_REMOUNT = 0x20, MS_MANDLOCK = 0x40, MS_DIRSYNC = 0x80, MS_NOSYMFOLLOW = 0x100,
            MS_NOATIME = 0x400, MS_NODIRATIME = 0x800, MS_BIND = 0x1000, MS_MOVE = 0x2000,
            MS_REC = 0x4000, MS_SILENT = 0x8000, MS_POSIXACL = 0x1_0000, MS_UNBINDABLE = 0x2_0000,
            MS_PRIVATE = 0x4_0000, MS_SLAVE = 0x8_0000, MS_SHARED = 0x10_0000,
            MS_RELATIME = 0x20_0000, MS_KERNMOUNT = 0x40_0000, MS_I_VERSION = 0x80_0000,
            MS_STRICTATIME = 0x100_0000, MS_LAZYTIME = 0x200_0000, MS_SUBMOUNT = 0x400_0000,
            MS_NOREMOTELOCK = 0x800_0000, MS_NOSEC = 0x1000_0000, MS_BORN = 0x2000_0000,
            MS_ACTIVE = 0x4000_0000, MS_NOUSER = 0x8000_0000,
        }
    }

    /// How umount(2) unmounts.
    UMOUNT_FLAGS: "MNT_???" {
        bits { MNT_FORCE = 1, MNT_DETACH = 2, MNT_EXPIRE = 4, UMOUNT_NOFOLLOW = 8 }
    }

    /// How open_tree(2) opens a mount.
    OPEN_TREE_FLAGS: "OPEN_TREE_???" {
        bits {
            OPEN_TREE_CLONE = 1, OPEN_TREE_NAMESPACE = 2, OPEN_TREE_CLOEXEC = 0x8_0000,
            AT_SYMLINK_NOFOLLOW = 0x100, AT_NO_AUTOMOUNT = 0x800, AT_EMPTY_PATH = 0x1000,
            AT_RECURSIVE = 0x8000,
        }
    }

    /// How move_mount(2) takes its paths.
    MOVE_MOUNT_FLAGS: "MOVE_MOUNT_???" {
        bits {
            MOVE_MOUNT_F_SYMLINKS = 1, MOVE_MOUNT_F_AUTOMOUNTS = 2, MOVE_MOUNT_F_EMPTY_PATH = 4,
            MOVE_MOUNT_T_SYMLINKS = 0x10, MOVE_MOUNT_T_AUTOMOUNTS = 0x20,
            MOVE_MOUNT_T_EMPTY_PATH = 0x40, MOVE_MOUNT_SET_GROUP = 0x100,
            MOVE_MOUNT_BENEATH = 0x200,
        }
    }

    /// How mount_setattr(2) takes its path.
    MOUNT_SETATTR_FLAGS: "AT_???" {
        bits {
            AT_SYMLINK_NOFOLLOW = 0x100, AT_NO_AUTOMOUNT = 0x800, AT_EMPTY_PATH = 0x1000,
            AT_RECURSIVE = 0x8000,
        }
    }

    /// Properties of a new mount (fsmount(2)).
    FSMOUNT_ATTRS: "MOUNT_ATTR_???" {
        bits {
            MOUNT_ATTR_RDONLY = 1, MOUNT_ATTR_NOSUID = 2, MOUNT_ATTR_NODEV = 4,
            MOUNT_ATTR_NOEXEC = 8, MOUNT_ATTR_NOATIME = 0x10,
            MOUNT_ATTR_STRICTATIME = 0x20, MOUNT_ATTR_NODIRATIME = 0x80,
        }
    }

    /// Properties of a mount (mount_setattr(2)).
    MOUNT_ATTRS: "MOUNT_ATTR_???" wide {
        bits {
            MOUNT_ATTR_RDONLY = 1, MOUNT_ATTR_NOSUID = 2, MOUNT_ATTR_NODEV = 4,
            MOUNT_ATTR_NOEXEC = 8, MOUNT_ATTR_NOATIME = 0x10,
            MOUNT_ATTR_STRICTATIME = 0x20, MOUNT_ATTR_NODIRATIME = 0x80,
            MOUNT_ATTR_IDMAP = 0x10_0000, MOUNT_ATTR_NOSYMFOLLOW = 0x20_0000,
        }
    }

    /// Where mounts below a mount propagate to (mount_setattr(2)).
    PROPAGATIONS: "MS_???" wide {
        value {
            MS_UNBINDABLE = 0x2_0000, MS_PRIVATE = 0x4_0000, MS_SLAVE = 0x8_0000,
            MS_SHARED = 0x10_0000,
        }
    }

    /// fsopen(2)'s flags.
    FSOPEN_FLAGS: "FSOPEN_???" {
        bits { FSOPEN_CLOEXEC = 1 }
    }

    /// What fsconfig(2) sets or does.
    FSCONFIG_CMDS: "FSCONFIG_???" {
        value {
            FSCONFIG_SET_FLAG = 0, FSCONFIG_SET_STRING = 1, FSCONFIG_SET_BINARY = 2,
            FSCONFIG_SET_PATH = 3, FSCONFIG_SET_PATH_EMPTY = 4, FSCONFIG_SET_FD = 5,
            FSCONFIG_CMD_CREATE = 6, FSCONFIG_CMD_RECONFIGURE = 7, FSCONFIG_CMD_CREATE_EXCL = 8,
        }
    }

    /// fsmount(2)'s flags.
    FSMOUNT_FLAGS: "FSMOUNT_???" {
        bits { FSMOUNT_CLOEXEC = 1, FSMOUNT_NAMESPACE = 2 }
    }

    /// How fspick(2) takes its path.
    FSPICK_FLAGS: "FSPICK_???" {
        bits {
            FSPICK_CLOEXEC = 1, FSPICK_SYMLINK_NOFOLLOW = 2, FSPICK_NO_AUTOMOUNT = 4,
            FSPICK_EMPTY_PATH = 8,
        }
    }

    /// What statmount(2)'s request names its mount by.
    STATMOUNT_FLAGS: "STATMOUNT_???" {
        bits { STATMOUNT_BY_FD = 1 }
    }

    /// What statmount(2) tells.
    STATMOUNT_MASKS: "STATMOUNT_???" wide {
        bits {
            STATMOUNT_SB_BASIC = 1, STATMOUNT_MNT_BASIC = 2, STATMOUNT_PROPAGATE_FROM = 4,
            STATMOUNT_MNT_ROOT = 8, STATMOUNT_MNT_POINT = 0x10, STATMOUNT_FS_TYPE = 0x20,
            STATMOUNT_MNT_NS_ID = 0x40, STATMOUNT_MNT_OPTS = 0x80, STATMOUNT_FS_SUBTYPE = 0x100,
            STATMOUNT_SB_SOURCE = 0x200, STATMOUNT_OPT_ARRAY = 0x400,
            STATMOUNT_OPT_SEC_ARRAY = 0x800, STATMOUNT_SUPPORTED_MASK = 0x1000,
            STATMOUNT_MNT_UIDMAP = 0x2000, STATMOUNT_MNT_GIDMAP = 0x4000,
        }
    }

    /// In which order listmount(2) lists.
    LISTMOUNT_FLAGS: "LISTMOUNT_???" {
        bits { LISTMOUNT_REVERSE = 1 }
    }

    /// How a file system is mounted (statfs(2)).
    STATFS_FLAGS: "ST_???" {
        bits {
            ST_VALID = 0x20, ST_RDONLY = 1, ST_NOSUID = 2, ST_NODEV = 4, ST_NOEXEC = 8,
            ST_SYNCHRONOUS = 0x10, ST_MANDLOCK = 0x40, ST_NOATIME = 0x400, ST_NODIRATIME = 0x800,
            ST_RELATIME = 0x1000, ST_NOSYMFOLLOW = 0x2000,
        }
    }

    /// Types of file systems (statfs(2)).
    FS_MAGICS: "???_MAGIC" {
        value {
            QNX4_SUPER_MAGIC = 0x2f, AUTOFS_SUPER_MAGIC = 0x187, MINIX_SUPER_MAGIC = 0x137f,
            MINIX_SUPER_MAGIC2 = 0x138f, DEVPTS_SUPER_MAGIC = 0x1cd1, MINIX2_SUPER_MAGIC = 0x2468,
            MINIX2_SUPER_MAGIC2 = 0x2478, NILFS_SUPER_MAGIC = 0x3434, HFS_SUPER_MAGIC = 0x4244,
            HFSPLUS_SUPER_MAGIC = 0x482b, MSDOS_SUPER_MAGIC = 0x4d44, MINIX3_SUPER_MAGIC = 0x4d5a,
            SMB_SUPER_MAGIC = 0x517b, NCP_SUPER_MAGIC = 0x564c, NFS_SUPER_MAGIC = 0x6969,
            JFFS2_SUPER_MAGIC = 0x72b6, ISOFS_SUPER_MAGIC = 0x9660, PROC_SUPER_MAGIC = 0x9fa0,
            OPENPROM_SUPER_MAGIC = 0x9fa1, USBDEVICE_SUPER_MAGIC = 0x9fa2,
            ADFS_SUPER_MAGIC = 0xadf5, AFFS_SUPER_MAGIC = 0xadff, EXT2_SUPER_MAGIC = 0xef53,
            ECRYPTFS_SUPER_MAGIC = 0xf15f, UFS_MAGIC = 0x1_1954, CGROUP_SUPER_MAGIC = 0x27_e0eb,
            EFS_SUPER_MAGIC = 0x41_4a53, HOSTFS_SUPER_MAGIC = 0xc0_ffee,
            CEPH_SUPER_MAGIC = 0xc3_6400, TMPFS_MAGIC = 0x102_1994, V9FS_MAGIC = 0x102_1997,
            ANON_INODE_FS_MAGIC = 0x904_1934, FUTEXFS_SUPER_MAGIC = 0xbad_1dea,
            LUSTRE_SUPER_MAGIC = 0xbd0_0bd1, MTD_INODE_FS_MAGIC = 0x1130_7854,
            UDF_SUPER_MAGIC = 0x1501_3346, EXFAT_SUPER_MAGIC = 0x2011_bab0,
            UBIFS_SUPER_MAGIC = 0x2405_1905, CRAMFS_MAGIC = 0x28cd_3d45,
            ZFS_SUPER_MAGIC = 0x2fc1_2fc1, JFS_SUPER_MAGIC = 0x3153_464a,
            BINFMTFS_MAGIC = 0x4249_4e4d, SMACK_MAGIC = 0x4341_5d53, DMA_BUF_MAGIC = 0x444d_4142,
            CRAMFS_MAGIC_WEND = 0x453d_cd28, DEVMEM_MAGIC = 0x454d_444d,
            GUEST_MEMFD_MAGIC = 0x474d_454d, PID_FS_MAGIC = 0x5049_4446, PIPEFS_MAGIC = 0x5049_5045,
            REISERFS_SUPER_MAGIC = 0x5265_4973, SECRETMEM_MAGIC = 0x5345_434d,
            AFS_SUPER_MAGIC = 0x5346_414f, NTFS_SB_MAGIC = 0x5346_544e, SOCKFS_MAGIC = 0x534f_434b,
            XFS_SUPER_MAGIC = 0x5846_5342, AAFS_MAGIC = 0x5a3c_69f0, ZONEFS_MAGIC = 0x5a4f_4653,
            PSTOREFS_MAGIC = 0x6165_676c, BDEVFS_MAGIC = 0x6264_6576, SYSFS_MAGIC = 0x6265_6572,
            CGROUP2_SUPER_MAGIC = 0x6367_7270, DEBUGFS_MAGIC = 0x6462_6720,
            DAXFS_MAGIC = 0x6464_6178, FUSE_SUPER_MAGIC = 0x6573_5546,
            QNX6_SUPER_MAGIC = 0x6819_1122, AFS_FS_MAGIC = 0x6b41_4653,
            BINDERFS_SUPER_MAGIC = 0x6c6f_6f70, NSFS_MAGIC = 0x6e73_6673,
            SECURITYFS_MAGIC = 0x7363_6673, SQUASHFS_MAGIC = 0x7371_7368,
            BTRFS_TEST_MAGIC = 0x7372_7279, CODA_SUPER_MAGIC = 0x7375_7245,
            OCFS2_SUPER_MAGIC = 0x7461_636f, TRACEFS_MAGIC = 0x7472_6163,
            OVERLAYFS_SUPER_MAGIC = 0x794c_7630, RAMFS_MAGIC = 0x8584_58f6,
            BTRFS_SUPER_MAGIC = 0x9123_683e, HUGETLBFS_MAGIC = 0x9584_58f6,
            XENFS_SUPER_MAGIC = 0xabba_1974, BCACHEFS_SUPER_MAGIC = 0xca45_1a4e,
            BPF_FS_MAGIC = 0xcafe_4a11, EFIVARFS_MAGIC = 0xde5e_81e4,
            EROFS_SUPER_MAGIC_V1 = 0xe0f5_e1e2, F2FS_SUPER_MAGIC = 0xf2f5_2010,
            SELINUX_MAGIC = 0xf97c_ff8c, HPFS_SUPER_MAGIC = 0xf995_e849,
            SMB2_SUPER_MAGIC = 0xfe53_4d42, CIFS_SUPER_MAGIC = 0xff53_4d42,
        }
    }

    /// What quotactl(2) does, and for users, groups or projects: the command's `QCMD`.
    QUOTA_CMDS: "Q_???" {
        field 0xffff_ff00 {
            Q_SYNC = 0x8000_0100, Q_QUOTAON = 0x8000_0200, Q_QUOTAOFF = 0x8000_0300,
            Q_GETFMT = 0x8000_0400, Q_GETINFO = 0x8000_0500, Q_SETINFO = 0x8000_0600,
            Q_GETQUOTA = 0x8000_0700, Q_SETQUOTA = 0x8000_0800, Q_GETNEXTQUOTA = 0x8000_0900,
            Q_XQUOTAON = 0x58_0100, Q_XQUOTAOFF = 0x58_0200, Q_XGETQUOTA = 0x58_0300,
            Q_XSETQLIM = 0x58_0400, Q_XGETQSTAT = 0x58_0500, Q_XQUOTARM = 0x58_0600,
            Q_XQUOTASYNC = 0x58_0700, Q_XGETQSTATV = 0x58_0800, Q_XGETNEXTQUOTA = 0x58_0900,
        }
        field 0xff { USRQUOTA = 0, GRPQUOTA = 1, PRJQUOTA = 2 }
    }

    /// Formats of quota files (quotactl(2)'s `Q_QUOTAON`).
    QUOTA_FORMATS: "QFMT_VFS_???" {
        value { QFMT_VFS_OLD = 1, QFMT_VFS_V0 = 2, QFMT_OCFS2 = 3, QFMT_VFS_V1 = 4, QFMT_SHMEM = 5 }
    }

    /// Members of a quota that count (quotactl(2)'s `Q_SETQUOTA`).
    QUOTA_VALID: "QIF_???" {
        bits {
            QIF_BLIMITS = 1, QIF_SPACE = 2, QIF_ILIMITS = 4, QIF_INODES = 8, QIF_BTIME = 0x10,
            QIF_ITIME = 0x20,
        }
    }

    /// Which quotas XFS accounts for and enforces (quotactl(2)'s `Q_XQUOTAON`).
    XFS_QUOTA_FLAGS: "FS_QUOTA_???" {
        bits {
            FS_QUOTA_UDQ_ACCT = 1, FS_QUOTA_UDQ_ENFD = 2, FS_QUOTA_GDQ_ACCT = 4,
            FS_QUOTA_GDQ_ENFD = 8, FS_QUOTA_PDQ_ACCT = 0x10, FS_QUOTA_PDQ_ENFD = 0x20,
        }
    }

    /// How a quota file works (quotactl(2)).
    QUOTA_INFO_FLAGS: "DQF_???" { bits { DQF_ROOT_SQUASH = 1, DQF_SYS_FILE = 0x10000 } }

    /// What grace times are set (quotactl(2)).
    QUOTA_INFO_VALID: "IIF_???" { bits { IIF_BGRACE = 1, IIF_IGRACE = 2, IIF_FLAGS = 4 } }

    /// Whose quota an entry of XFS is (quotactl(2)).
    XFS_DISK_QUOTA_FLAGS: "FS_???_QUOTA" {
        bits { FS_USER_QUOTA = 1, FS_PROJ_QUOTA = 2, FS_GROUP_QUOTA = 4 }
    }

    /// How swapon(2) uses the area; its priority is in the low 15 bits.
    SWAP_FLAGS: "SWAP_FLAG_???" {
        bits {
            SWAP_FLAG_PREFER = 0x8000, SWAP_FLAG_DISCARD = 0x1_0000,
            SWAP_FLAG_DISCARD_ONCE = 0x2_0000, SWAP_FLAG_DISCARD_PAGES = 0x4_0000,
        }
        number 0x7fff "%d" = 0
    }
}
