//! What requests of ioctl(2) carry: terminals, network interfaces, files.

use super::names;

names! {
    /// How a terminal treats input (termios(3)).
    TERMINAL_IFLAGS: "" {
        bits {
            IGNBRK = 0x1, BRKINT = 0x2, IGNPAR = 0x4, PARMRK = 0x8, INPCK = 0x10, ISTRIP = 0x20,
            INLCR = 0x40, IGNCR = 0x80, ICRNL = 0x100, IUCLC = 0x200, IXON = 0x400, IXANY = 0x800,
            IXOFF = 0x1000, IMAXBEL = 0x2000, IUTF8 = 0x4000,
        }
    }

    /// How a terminal treats output (termios(3)).
    TERMINAL_OFLAGS: "" {
        field 0x100 { NL0 = 0x0, NL1 = 0x100 }
        field 0x600 { CR0 = 0x0, CR1 = 0x200, CR2 = 0x400, CR3 = 0x600 }
        field 0x1800 { TAB0 = 0x0, TAB1 = 0x800, TAB2 = 0x1000, XTABS = 0x1800 }
        field 0x2000 { BS0 = 0x0, BS1 = 0x2000 }
        field 0x4000 { VT0 = 0x0, VT1 = 0x4000 }
        field 0x8000 { FF0 = 0x0, FF1 = 0x8000 }
        bits {
            OPOST = 0x1, OLCUC = 0x2, ONLCR = 0x4, OCRNL = 0x8, ONOCR = 0x10, ONLRET = 0x20,
            OFILL = 0x40, OFDEL = 0x80,
        }
    }

    /// Speed of a terminal and how it frames characters (termios(3)).
    TERMINAL_CFLAGS: "" {
        field 0x100f {
            B0 = 0x0, B50 = 0x1, B75 = 0x2, B110 = 0x3, B134 = 0x4, B150 = 0x5, B200 = 0x6,
            B300 = 0x7, B600 = 0x8, B1200 = 0x9, B1800 = 0xa, B2400 = 0xb, B4800 = 0xc, B9600 = 0xd,
            B19200 = 0xe, B38400 = 0xf, BOTHER = 0x1000, B57600 = 0x1001, B115200 = 0x1002,
            B230400 = 0x1003, B460800 = 0x1004, B500000 = 0x1005, B576000 = 0x1006,
            B921600 = 0x1007, B1000000 = 0x1008, B1152000 = 0x1009, B1500000 = 0x100a,
            B2000000 = 0x100b, B2500000 = 0x100c, B3000000 = 0x100d, B3500000 = 0x100e,
            B4000000 = 0x100f,
        }
        field 0x30 { CS5 = 0x0, CS6 = 0x10, CS7 = 0x20, CS8 = 0x30 }
        bits {
            CSTOPB = 0x40, CREAD = 0x80, PARENB = 0x100, PARODD = 0x200, HUPCL = 0x400,
            CLOCAL = 0x800, CMSPAR = 0x40000000, CRTSCTS = 0x80000000,
        }
    }

    /// What a terminal does by itself (termios(3)).
    TERMINAL_LFLAGS: "" {
        bits {
            ISIG = 0x1, ICANON = 0x2, XCASE = 0x4, ECHO = 0x8, ECHOE = 0x10, ECHOK = 0x20,
            ECHONL = 0x40, NOFLSH = 0x80, IEXTEN = 0x8000, ECHOCTL = 0x200, ECHOPRT = 0x400,
            ECHOKE = 0x800, FLUSHO = 0x1000, PENDIN = 0x4000, TOSTOP = 0x100, EXTPROC = 0x10000,
        }
    }

    /// Line disciplines of terminals (ioctl_tty(2)).
    LINE_DISCIPLINES: "N_???" {
        value {
            N_TTY = 0, N_SLIP = 1, N_MOUSE = 2, N_PPP = 3, N_STRIP = 4, N_AX25 = 5, N_X25 = 6,
            N_6PACK = 7, N_MASC = 8, N_R3964 = 9, N_PROFIBUS_FDL = 10, N_IRDA = 11, N_SMSBLOCK = 12,
            N_HDLC = 13, N_SYNC_PPP = 14, N_HCI = 15, N_GIGASET_M101 = 16, N_SLCAN = 17, N_PPS = 18,
            N_V253 = 19, N_CAIF = 20, N_GSM0710 = 21, N_TI_WL = 22, N_TRACESINK = 23,
            N_TRACEROUTER = 24, N_NCI = 25, N_SPEAKUP = 26, N_NULL = 27, N_MCTP = 28,
            N_DEVELOPMENT = 29, N_CAN327 = 30,
        }
    }

    /// Lines of a modem (ioctl_tty(2)).
    MODEM_LINES: "TIOCM_???" {
        bits {
            TIOCM_LE = 0x1, TIOCM_DTR = 0x2, TIOCM_RTS = 0x4, TIOCM_ST = 0x8, TIOCM_SR = 0x10,
            TIOCM_CTS = 0x20, TIOCM_CAR = 0x40, TIOCM_RNG = 0x80, TIOCM_DSR = 0x100,
            TIOCM_OUT1 = 0x2000, TIOCM_OUT2 = 0x4000, TIOCM_LOOP = 0x8000,
        }
    }

    /// What `TCXONC` does (ioctl_tty(2)).
    FLOW_ACTIONS: "TC???" {
        value { TCOOFF = 0, TCOON = 1, TCIOFF = 2, TCION = 3 }
    }

    /// What `TCFLSH` empties (ioctl_tty(2)).
    FLUSH_QUEUES: "TC???" {
        value { TCIFLUSH = 0, TCOFLUSH = 1, TCIOFLUSH = 2 }
    }

    /// Flags of a network interface (netdevice(7)).
    INTERFACE_FLAGS: "IFF_???" {
        bits {
            IFF_UP = 0x1, IFF_BROADCAST = 0x2, IFF_DEBUG = 0x4, IFF_LOOPBACK = 0x8,
            IFF_POINTOPOINT = 0x10, IFF_NOTRAILERS = 0x20, IFF_RUNNING = 0x40, IFF_NOARP = 0x80,
            IFF_PROMISC = 0x100, IFF_ALLMULTI = 0x200, IFF_MASTER = 0x400, IFF_SLAVE = 0x800,
            IFF_MULTICAST = 0x1000, IFF_PORTSEL = 0x2000, IFF_AUTOMEDIA = 0x4000,
            IFF_DYNAMIC = 0x8000, IFF_LOWER_UP = 0x10000, IFF_DORMANT = 0x20000, IFF_ECHO = 0x40000,
        }
    }

    /// Flags of an inode (ioctl_iflags(2)).
    INODE_FLAGS: "FS_???_FL" {
        bits {
            FS_SECRM_FL = 0x1, FS_UNRM_FL = 0x2, FS_COMPR_FL = 0x4, FS_SYNC_FL = 0x8,
            FS_IMMUTABLE_FL = 0x10, FS_APPEND_FL = 0x20, FS_NODUMP_FL = 0x40, FS_NOATIME_FL = 0x80,
            FS_DIRTY_FL = 0x100, FS_COMPRBLK_FL = 0x200, FS_NOCOMP_FL = 0x400,
            FS_ENCRYPT_FL = 0x800, FS_INDEX_FL = 0x1000, FS_IMAGIC_FL = 0x2000,
            FS_JOURNAL_DATA_FL = 0x4000, FS_NOTAIL_FL = 0x8000, FS_DIRSYNC_FL = 0x10000,
            FS_TOPDIR_FL = 0x20000, FS_HUGE_FILE_FL = 0x40000, FS_EXTENT_FL = 0x80000,
            FS_VERITY_FL = 0x100000, FS_EA_INODE_FL = 0x200000, FS_EOFBLOCKS_FL = 0x400000,
            FS_NOCOW_FL = 0x800000, FS_DAX_FL = 0x2000000, FS_INLINE_DATA_FL = 0x10000000,
            FS_PROJINHERIT_FL = 0x20000000, FS_CASEFOLD_FL = 0x40000000,
            FS_RESERVED_FL = 0x80000000,
        }
    }

    /// Flags of an inode, in `struct fsxattr` (ioctl_xfs_fsgetxattr(2)).
    EXTENDED_INODE_FLAGS: "FS_XFLAG_???" {
        bits {
            FS_XFLAG_REALTIME = 0x1, FS_XFLAG_PREALLOC = 0x2, FS_XFLAG_IMMUTABLE = 0x8,
            FS_XFLAG_APPEND = 0x10, FS_XFLAG_SYNC = 0x20, FS_XFLAG_NOATIME = 0x40,
            FS_XFLAG_NODUMP = 0x80, FS_XFLAG_RTINHERIT = 0x100, FS_XFLAG_PROJINHERIT = 0x200,
            FS_XFLAG_NOSYMLINKS = 0x400, FS_XFLAG_EXTSIZE = 0x800, FS_XFLAG_EXTSZINHERIT = 0x1000,
            FS_XFLAG_NODEFRAG = 0x2000, FS_XFLAG_FILESTREAM = 0x4000, FS_XFLAG_DAX = 0x8000,
            FS_XFLAG_COWEXTSIZE = 0x10000, FS_XFLAG_VERITY = 0x20000, FS_XFLAG_CASEFOLD = 0x40000,
            FS_XFLAG_CASENONPRESERVING = 0x80000, FS_XFLAG_HASATTR = 0x80000000,
        }
    }

    /// How a file's extents are mapped (ioctl_fiemap(2)).
    FIEMAP_FLAGS: "FIEMAP_FLAG_???" {
        bits { FIEMAP_FLAG_SYNC = 0x1, FIEMAP_FLAG_XATTR = 0x2, FIEMAP_FLAG_CACHE = 0x4 }
    }

    /// Flags of an extent (ioctl_fiemap(2)).
    EXTENT_FLAGS: "FIEMAP_EXTENT_???" {
        bits {
            FIEMAP_EXTENT_LAST = 0x1, FIEMAP_EXTENT_UNKNOWN = 0x2, FIEMAP_EXTENT_DELALLOC = 0x4,
            FIEMAP_EXTENT_ENCODED = 0x8, FIEMAP_EXTENT_DATA_ENCRYPTED = 0x80,
            FIEMAP_EXTENT_NOT_ALIGNED = 0x100, FIEMAP_EXTENT_DATA_INLINE = 0x200,
            FIEMAP_EXTENT_DATA_TAIL = 0x400, FIEMAP_EXTENT_UNWRITTEN = 0x800,
            FIEMAP_EXTENT_MERGED = 0x1000, FIEMAP_EXTENT_SHARED = 0x2000,
        }
    }

    /// Whom a request to a performance counter is for (perf_event_open(2)).
    PERF_IOC_FLAGS: "PERF_IOC_FLAG_???" {
        bits { PERF_IOC_FLAG_GROUP = 1 }
    }

    /// What of a counter is watched (linux/counter.h).
    COUNTER_COMPONENTS: "COUNTER_COMPONENT_???" {
        value {
            COUNTER_COMPONENT_NONE = 0, COUNTER_COMPONENT_SIGNAL = 1, COUNTER_COMPONENT_COUNT = 2,
            COUNTER_COMPONENT_FUNCTION = 3, COUNTER_COMPONENT_SYNAPSE_ACTION = 4,
            COUNTER_COMPONENT_EXTENSION = 5,
        }
    }

    /// To what of a counter a component belongs (linux/counter.h).
    COUNTER_SCOPES: "COUNTER_SCOPE_???" {
        value { COUNTER_SCOPE_DEVICE = 0, COUNTER_SCOPE_SIGNAL = 1, COUNTER_SCOPE_COUNT = 2 }
    }

    /// When a counter is read (linux/counter.h).
    COUNTER_EVENTS: "COUNTER_EVENT_???" {
        value {
            COUNTER_EVENT_OVERFLOW = 0, COUNTER_EVENT_UNDERFLOW = 1,
            COUNTER_EVENT_OVERFLOW_UNDERFLOW = 2, COUNTER_EVENT_THRESHOLD = 3,
            COUNTER_EVENT_INDEX = 4, COUNTER_EVENT_CHANGE_OF_STATE = 5, COUNTER_EVENT_CAPTURE = 6,
        }
    }

    /// What is done with a partition (linux/blkpg.h).
    BLKPG_OPS: "BLKPG_???" {
        value { BLKPG_ADD_PARTITION = 1, BLKPG_DEL_PARTITION = 2, BLKPG_RESIZE_PARTITION = 3 }
    }

    /// What of a SCSI device is reset (scsi/sg.h).
    SCSI_RESETS: "SG_SCSI_RESET_???" {
        bits { SG_SCSI_RESET_NO_ESCALATE = 0x100 }
        field 0xffff_feff {
            SG_SCSI_RESET_NOTHING = 0, SG_SCSI_RESET_DEVICE = 1, SG_SCSI_RESET_BUS = 2,
            SG_SCSI_RESET_HOST = 3, SG_SCSI_RESET_TARGET = 4,
        }
    }

    /// How the contents of a loop device are encrypted (loop(4)).
    LOOP_CIPHERS: "LO_CRYPT_???" {
        value {
            LO_CRYPT_NONE = 0, LO_CRYPT_XOR = 1, LO_CRYPT_DES = 2, LO_CRYPT_FISH2 = 3,
            LO_CRYPT_BLOW = 4, LO_CRYPT_CAST128 = 5, LO_CRYPT_IDEA = 6, LO_CRYPT_DUMMY = 9,
            LO_CRYPT_SKIPJACK = 10, LO_CRYPT_CRYPTOAPI = 18,
        }
    }

    /// How a loop device works (loop(4)).
    LOOP_FLAGS: "LO_FLAGS_???" {
        bits {
            LO_FLAGS_READ_ONLY = 1, LO_FLAGS_AUTOCLEAR = 4, LO_FLAGS_PARTSCAN = 8,
            LO_FLAGS_DIRECT_IO = 0x10,
        }
    }

    /// What the server of a network disk can do (linux/nbd.h).
    NBD_FLAGS: "NBD_FLAG_???" wide {
        bits {
            NBD_FLAG_HAS_FLAGS = 1, NBD_FLAG_READ_ONLY = 2, NBD_FLAG_SEND_FLUSH = 4,
            NBD_FLAG_SEND_FUA = 8, NBD_FLAG_SEND_TRIM = 0x20, NBD_FLAG_SEND_WRITE_ZEROES = 0x40,
            NBD_FLAG_SEND_DF = 0x80, NBD_FLAG_CAN_MULTI_CONN = 0x100, NBD_FLAG_SEND_RESIZE = 0x200,
            NBD_FLAG_SEND_CACHE = 0x400,
        }
    }
}
