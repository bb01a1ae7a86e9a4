//! Mounts, namespaces and quotas.

use super::structs;

structs! {
    /// Properties of a mount to change (mount_setattr(2)).
    MOUNT_ATTR {
        attr_set: u64 = Bits(&MOUNT_ATTRS), attr_clr: u64 = Bits(&MOUNT_ATTRS),
        propagation: u64 = One(&PROPAGATIONS), userns_fd: u64 = Fd
    }

    /// Which mount, and what to tell of it (statmount(2), listmount(2)).
    MNT_ID_REQ {
        size: u32 = Uint, _: u32 = Uint, mnt_id: u64 = Hex, param: u64 = Hex, mnt_ns_id: u64 = Hex
    }

    /// The id of a mount or a namespace (listmount(2)).
    MOUNT_ID { _: u64 = Hex }

    /// Facts about a mount; strings follow, given by their offset (statmount(2)).
    STATMOUNT {
        size: u32 = Uint, mnt_opts: u32 = Uint, mask: u64 = Bits(&STATMOUNT_MASKS),
        sb_dev_major: u32 = Uint, sb_dev_minor: u32 = Uint, sb_magic: u64 = One(&FS_MAGICS),
        sb_flags: u32 = Bits(&MOUNT_FLAGS), fs_type: u32 = Uint, mnt_id: u64 = Hex,
        mnt_parent_id: u64 = Hex, mnt_id_old: u32 = Uint, mnt_parent_id_old: u32 = Uint,
        mnt_attr: u64 = Bits(&MOUNT_ATTRS), mnt_propagation: u64 = Bits(&PROPAGATIONS),
        mnt_peer_group: u64 = Hex, mnt_master: u64 = Hex, propagate_from: u64 = Hex,
        mnt_root: u32 = Uint, mnt_point: u32 = Uint, mnt_ns_id: u64 = Hex
    }

    /// Which namespaces to list (listns(2)).
    NS_ID_REQ {
        size: u32 = Uint, _: u32 = Uint, ns_id: u64 = Hex, ns_type: u32 = Bits(&NAMESPACE_TYPES),
        _: u32 = Uint, user_ns_id: u64 = Hex
    }

    /// Quota of a user, group or project (quotactl(2)'s `Q_GETQUOTA`).
    DQBLK {
        dqb_bhardlimit: u64 = Ulong, dqb_bsoftlimit: u64 = Ulong, dqb_curspace: u64 = Ulong,
        dqb_ihardlimit: u64 = Ulong, dqb_isoftlimit: u64 = Ulong, dqb_curinodes: u64 = Ulong,
        detail dqb_btime: u64 = Ulong, detail dqb_itime: u64 = Ulong,
        detail dqb_valid: u32 = Bits(&QUOTA_VALID)
    }

    /// The next quota and whose it is (quotactl(2)'s `Q_GETNEXTQUOTA`).
    NEXTDQBLK {
        dqb_bhardlimit: u64 = Ulong, dqb_bsoftlimit: u64 = Ulong, dqb_curspace: u64 = Ulong,
        dqb_ihardlimit: u64 = Ulong, dqb_isoftlimit: u64 = Ulong, dqb_curinodes: u64 = Ulong,
        detail dqb_btime: u64 = Ulong, detail dqb_itime: u64 = Ulong,
        detail dqb_valid: u32 = Bits(&QUOTA_VALID), dqb_id: u32 = Uint
    }

    /// Grace times of quotas (quotactl(2)'s `Q_GETINFO`).
    DQINFO {
        dqi_bgrace: u64 = Ulong, dqi_igrace: u64 = Ulong, dqi_flags: u32 = Bits(&QUOTA_INFO_FLAGS),
        dqi_valid: u32 = Bits(&QUOTA_INFO_VALID)
    }

    /// The format of a quota file (quotactl(2)'s `Q_GETFMT`).
    QUOTA_FORMAT { _: u32 = One(&QUOTA_FORMATS) }

    /// Which quotas XFS accounts for and enforces (quotactl(2)'s `Q_XQUOTAON`).
    XFS_QUOTA { _: u32 = Bits(&XFS_QUOTA_FLAGS) }

    /// Whose quotas XFS is to forget (quotactl(2)'s `Q_XQUOTARM`).
    XFS_QUOTA_KINDS { _: u32 = Bits(&XFS_DISK_QUOTA_FLAGS) }

    /// Quota of a user, group or project on XFS (quotactl(2)'s `Q_XGETQUOTA`).
    XFS_DISK_QUOTA {
        d_version: u8 = Int, d_flags: u8 = Bits(&XFS_DISK_QUOTA_FLAGS), d_fieldmask: u16 = Hex,
        d_id: u32 = Uint, d_blk_hardlimit: u64 = Ulong, d_blk_softlimit: u64 = Ulong,
        d_ino_hardlimit: u64 = Ulong, d_ino_softlimit: u64 = Ulong, d_bcount: u64 = Ulong,
        d_icount: u64 = Ulong, detail d_itimer: u32 = Int, detail d_btimer: u32 = Int,
        detail d_iwarns: u16 = Uint, detail d_bwarns: u16 = Uint, _: u32 = Uint,
        detail d_rtb_hardlimit: u64 = Ulong, detail d_rtb_softlimit: u64 = Ulong,
        detail d_rtbcount: u64 = Ulong, detail d_rtbtimer: u32 = Int,
        detail d_rtbwarns: u16 = Uint, _: u8[10] = Uint
    }
}
