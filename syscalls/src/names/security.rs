//! Keys, seccomp, Landlock, security modules.

use super::names;

names! {
    /// What keyctl(2) does.
    KEYCTL_OPS: "KEYCTL_???" {
        value {
            KEYCTL_GET_KEYRING_ID = 0, KEYCTL_JOIN_SESSION_KEYRING = 1, KEYCTL_UPDATE = 2,
            KEYCTL_REVOKE = 3, KEYCTL_CHOWN = 4, KEYCTL_SETPERM = 5, KEYCTL_DESCRIBE = 6,
            KEYCTL_CLEAR = 7, KEYCTL_LINK = 8, KEYCTL_UNLINK = 9, KEYCTL_SEARCH = 10,
            KEYCTL_READ = 11, KEYCTL_INSTANTIATE = 12, KEYCTL_NEGATE = 13,
            KEYCTL_SET_REQKEY_KEYRING = 14, KEYCTL_SET_TIMEOUT = 15, KEYCTL_ASSUME_AUTHORITY = 16,
            KEYCTL_GET_SECURITY = 17, KEYCTL_SESSION_TO_PARENT = 18, KEYCTL_REJECT = 19,
            KEYCTL_INSTANTIATE_IOV = 20, KEYCTL_INVALIDATE = 21, KEYCTL_GET_PERSISTENT = 22,
            KEYCTL_DH_COMPUTE = 23, KEYCTL_PKEY_QUERY = 24, KEYCTL_PKEY_ENCRYPT = 25,
            KEYCTL_PKEY_DECRYPT = 26, KEYCTL_PKEY_SIGN = 27, KEYCTL_PKEY_VERIFY = 28,
            KEYCTL_RESTRICT_KEYRING = 29, KEYCTL_MOVE = 30, KEYCTL_CAPABILITIES = 31,
            KEYCTL_WATCH_KEY = 32,
        }
    }

    /// Ids of keyrings that are none of a key (keyctl(2)).
    KEY_SERIALS: "%d" {
        value {
            KEY_SPEC_THREAD_KEYRING = 0xffffffff, KEY_SPEC_PROCESS_KEYRING = 0xfffffffe,
            KEY_SPEC_SESSION_KEYRING = 0xfffffffd, KEY_SPEC_USER_KEYRING = 0xfffffffc,
            KEY_SPEC_USER_SESSION_KEYRING = 0xfffffffb, KEY_SPEC_GROUP_KEYRING = 0xfffffffa,
            KEY_SPEC_REQKEY_AUTH_KEY = 0xfffffff9, KEY_SPEC_REQUESTOR_KEYRING = 0xfffffff8,
        }
    }

    /// Permissions of a key (keyctl_setperm(3)).
    KEY_PERMISSIONS: "KEY_???" {
        bits {
            KEY_POS_VIEW = 0x1000000, KEY_POS_READ = 0x2000000, KEY_POS_WRITE = 0x4000000,
            KEY_POS_SEARCH = 0x8000000, KEY_POS_LINK = 0x10000000, KEY_POS_SETATTR = 0x20000000,
            KEY_USR_VIEW = 0x10000, KEY_USR_READ = 0x20000, KEY_USR_WRITE = 0x40000,
            KEY_USR_SEARCH = 0x80000, KEY_USR_LINK = 0x100000, KEY_USR_SETATTR = 0x200000,
            KEY_GRP_VIEW = 0x100, KEY_GRP_READ = 0x200, KEY_GRP_WRITE = 0x400,
            KEY_GRP_SEARCH = 0x800, KEY_GRP_LINK = 0x1000, KEY_GRP_SETATTR = 0x2000,
            KEY_OTH_VIEW = 0x1, KEY_OTH_READ = 0x2, KEY_OTH_WRITE = 0x4, KEY_OTH_SEARCH = 0x8,
            KEY_OTH_LINK = 0x10, KEY_OTH_SETATTR = 0x20,
        }
    }

    /// How a key is moved (keyctl_move(3)).
    KEY_MOVE_FLAGS: "KEYCTL_MOVE_???" { bits { KEYCTL_MOVE_EXCL = 1 } }

    /// Where requested keys go (keyctl_set_reqkey_keyring(3)).
    KEY_REQUEST_RINGS: "%d KEY_REQKEY_DEFL_???" {
        value {
            KEY_REQKEY_DEFL_NO_CHANGE = 0xffffffff, KEY_REQKEY_DEFL_DEFAULT = 0,
            KEY_REQKEY_DEFL_THREAD_KEYRING = 1, KEY_REQKEY_DEFL_PROCESS_KEYRING = 2,
            KEY_REQKEY_DEFL_SESSION_KEYRING = 3, KEY_REQKEY_DEFL_USER_KEYRING = 4,
            KEY_REQKEY_DEFL_USER_SESSION_KEYRING = 5, KEY_REQKEY_DEFL_GROUP_KEYRING = 6,
            KEY_REQKEY_DEFL_REQUESTOR_KEYRING = 7,
        }
    }

    /// What seccomp(2) does.
    SECCOMP_OPS: "SECCOMP_SET_MODE_???" {
        value {
            SECCOMP_SET_MODE_STRICT = 0, SECCOMP_SET_MODE_FILTER = 1, SECCOMP_GET_ACTION_AVAIL = 2,
            SECCOMP_GET_NOTIF_SIZES = 3,
        }
    }

    /// Flags of a seccomp(2) filter.
    SECCOMP_FILTER_FLAGS: "SECCOMP_FILTER_FLAG_???" {
        bits {
            SECCOMP_FILTER_FLAG_TSYNC = 0x1, SECCOMP_FILTER_FLAG_LOG = 0x2,
            SECCOMP_FILTER_FLAG_SPEC_ALLOW = 0x4, SECCOMP_FILTER_FLAG_NEW_LISTENER = 0x8,
            SECCOMP_FILTER_FLAG_TSYNC_ESRCH = 0x10, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV = 0x20,
        }
    }

    /// Modes of seccomp (prctl(2)).
    SECCOMP_MODES: "SECCOMP_MODE_???" wide {
        value { SECCOMP_MODE_DISABLED = 0, SECCOMP_MODE_STRICT = 1, SECCOMP_MODE_FILTER = 2 }
    }

    /// Actions of a seccomp(2) filter; the lower half is data.
    SECCOMP_ACTIONS: "SECCOMP_RET_???" {
        field 0xffff0000 {
            SECCOMP_RET_KILL_PROCESS = 0x80000000, SECCOMP_RET_KILL_THREAD = 0x0,
            SECCOMP_RET_TRAP = 0x30000, SECCOMP_RET_ERRNO = 0x50000,
            SECCOMP_RET_USER_NOTIF = 0x7fc00000, SECCOMP_RET_TRACE = 0x7ff00000,
            SECCOMP_RET_LOG = 0x7ffc0000, SECCOMP_RET_ALLOW = 0x7fff0000,
        }
    }

    /// Flags of landlock_create_ruleset(2).
    LANDLOCK_RULESET_FLAGS: "LANDLOCK_CREATE_RULESET_???" {
        bits { LANDLOCK_CREATE_RULESET_VERSION = 0x1, LANDLOCK_CREATE_RULESET_ERRATA = 0x2 }
    }

    /// Types of Landlock rules (landlock_add_rule(2)).
    LANDLOCK_RULES: "LANDLOCK_RULE_???" {
        value { LANDLOCK_RULE_PATH_BENEATH = 1, LANDLOCK_RULE_NET_PORT = 2 }
    }

    /// Flags of landlock_add_rule(2).
    LANDLOCK_RULE_FLAGS: "" {
        bits { LANDLOCK_ADD_RULE_QUIET = 0x1 }
    }

    /// Flags of landlock_restrict_self(2).
    LANDLOCK_RESTRICT_FLAGS: "" {
        bits {
            LANDLOCK_RESTRICT_SELF_LOG_SAME_EXEC_OFF = 0x1,
            LANDLOCK_RESTRICT_SELF_LOG_NEW_EXEC_ON = 0x2,
            LANDLOCK_RESTRICT_SELF_LOG_SUBDOMAINS_OFF = 0x4, LANDLOCK_RESTRICT_SELF_TSYNC = 0x8,
        }
    }

    /// Access to files that Landlock handles (landlock(7)).
    LANDLOCK_ACCESS_FS: "LANDLOCK_ACCESS_FS_???" wide {
        bits {
            LANDLOCK_ACCESS_FS_EXECUTE = 0x1, LANDLOCK_ACCESS_FS_WRITE_FILE = 0x2,
            LANDLOCK_ACCESS_FS_READ_FILE = 0x4, LANDLOCK_ACCESS_FS_READ_DIR = 0x8,
            LANDLOCK_ACCESS_FS_REMOVE_DIR = 0x10, LANDLOCK_ACCESS_FS_REMOVE_FILE = 0x20,
            LANDLOCK_ACCESS_FS_MAKE_CHAR = 0x40, LANDLOCK_ACCESS_FS_MAKE_DIR = 0x80,
            LANDLOCK_ACCESS_FS_MAKE_REG = 0x100, LANDLOCK_ACCESS_FS_MAKE_SOCK = 0x200,
            LANDLOCK_ACCESS_FS_MAKE_FIFO = 0x400, LANDLOCK_ACCESS_FS_MAKE_BLOCK = 0x800,
            LANDLOCK_ACCESS_FS_MAKE_SYM = 0x1000, LANDLOCK_ACCESS_FS_REFER = 0x2000,
            LANDLOCK_ACCESS_FS_TRUNCATE = 0x4000, LANDLOCK_ACCESS_FS_IOCTL_DEV = 0x8000,
            LANDLOCK_ACCESS_FS_RESOLVE_UNIX = 0x10000,
        }
    }

    /// Access to the network that Landlock handles (landlock(7)).
    LANDLOCK_ACCESS_NET: "LANDLOCK_ACCESS_NET_???" wide {
        bits {
            LANDLOCK_ACCESS_NET_BIND_TCP = 0x1, LANDLOCK_ACCESS_NET_CONNECT_TCP = 0x2,
            LANDLOCK_ACCESS_NET_BIND_UDP = 0x4, LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP = 0x8,
        }
    }

    /// What Landlock shuts off from the outside (landlock(7)).
    LANDLOCK_SCOPES: "LANDLOCK_SCOPE_???" wide {
        bits { LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET = 0x1, LANDLOCK_SCOPE_SIGNAL = 0x2 }
    }

    /// Attributes of security modules (lsm_get_self_attr(2)).
    LSM_ATTRS: "LSM_ATTR_???" {
        value {
            LSM_ATTR_UNDEF = 0, LSM_ATTR_CURRENT = 100, LSM_ATTR_EXEC = 101,
            LSM_ATTR_FSCREATE = 102, LSM_ATTR_KEYCREATE = 103, LSM_ATTR_PREV = 104,
            LSM_ATTR_SOCKCREATE = 105,
        }
    }

    /// Flags of lsm_get_self_attr(2).
    LSM_FLAGS: "LSM_FLAG_???" {
        bits { LSM_FLAG_SINGLE = 0x1 }
    }

    /// Ids of security modules (lsm_list_modules(2)).
    LSM_IDS: "LSM_ID_???" wide {
        value {
            LSM_ID_UNDEF = 0, LSM_ID_CAPABILITY = 100, LSM_ID_SELINUX = 101, LSM_ID_SMACK = 102,
            LSM_ID_TOMOYO = 103, LSM_ID_APPARMOR = 104, LSM_ID_YAMA = 105, LSM_ID_LOADPIN = 106,
            LSM_ID_SAFESETID = 107, LSM_ID_LOCKDOWN = 108, LSM_ID_BPF = 109, LSM_ID_LANDLOCK = 110,
            LSM_ID_IMA = 111, LSM_ID_EVM = 112, LSM_ID_IPE = 113,
        }
    }
}
