//! The system as a whole: modules, kexec, reboot, messages, tracing.

use super::names;

names! {
    /// Flags of finit_module(2).
    MODULE_INIT_FLAGS: "MODULE_INIT_???" {
        bits {
            MODULE_INIT_IGNORE_MODVERSIONS = 0x1, MODULE_INIT_IGNORE_VERMAGIC = 0x2,
            MODULE_INIT_COMPRESSED_FILE = 0x4,
        }
    }

    /// Flags of delete_module(2).
    MODULE_DELETE_FLAGS: "O_???" {
        bits { O_NONBLOCK = 0x800, O_TRUNC = 0x200 }
    }

    /// Architecture and flags of kexec_load(2).
    KEXEC_FLAGS: "KEXEC_ARCH_???|KEXEC_???" wide {
        field 0xffff0000 {
            KEXEC_ARCH_DEFAULT = 0x0, KEXEC_ARCH_386 = 0x30000, KEXEC_ARCH_68K = 0x40000,
            KEXEC_ARCH_PARISC = 0xf0000, KEXEC_ARCH_X86_64 = 0x3e0000, KEXEC_ARCH_PPC = 0x140000,
            KEXEC_ARCH_PPC64 = 0x150000, KEXEC_ARCH_IA_64 = 0x320000, KEXEC_ARCH_ARM = 0x280000,
            KEXEC_ARCH_S390 = 0x160000, KEXEC_ARCH_SH = 0x2a0000, KEXEC_ARCH_MIPS_LE = 0xa0000,
            KEXEC_ARCH_MIPS = 0x80000, KEXEC_ARCH_AARCH64 = 0xb70000, KEXEC_ARCH_RISCV = 0xf30000,
            KEXEC_ARCH_LOONGARCH = 0x1020000,
        }
        bits {
            KEXEC_ON_CRASH = 0x1, KEXEC_PRESERVE_CONTEXT = 0x2, KEXEC_UPDATE_ELFCOREHDR = 0x4,
            KEXEC_CRASH_HOTPLUG_SUPPORT = 0x8,
        }
    }

    /// Flags of kexec_file_load(2).
    KEXEC_FILE_FLAGS: "KEXEC_FILE_???" wide {
        bits {
            KEXEC_FILE_UNLOAD = 0x1, KEXEC_FILE_ON_CRASH = 0x2, KEXEC_FILE_NO_INITRAMFS = 0x4,
            KEXEC_FILE_DEBUG = 0x8, KEXEC_FILE_NO_CMA = 0x10, KEXEC_FILE_FORCE_DTB = 0x20,
        }
    }

    /// The first magic number of reboot(2).
    REBOOT_MAGIC1: "LINUX_REBOOT_MAGIC_???" {
        value { LINUX_REBOOT_MAGIC1 = 0xfee1dead }
    }

    /// The second magic number of reboot(2).
    REBOOT_MAGIC2: "LINUX_REBOOT_MAGIC_???" {
        value {
            LINUX_REBOOT_MAGIC2 = 0x28121969, LINUX_REBOOT_MAGIC2A = 0x5121996,
            LINUX_REBOOT_MAGIC2B = 0x16041998, LINUX_REBOOT_MAGIC2C = 0x20112000,
        }
    }

    /// What reboot(2) does.
    REBOOT_OPS: "LINUX_REBOOT_CMD_???" {
        value {
            LINUX_REBOOT_CMD_RESTART = 0x1234567, LINUX_REBOOT_CMD_HALT = 0xcdef0123,
            LINUX_REBOOT_CMD_CAD_ON = 0x89abcdef, LINUX_REBOOT_CMD_CAD_OFF = 0x0,
            LINUX_REBOOT_CMD_POWER_OFF = 0x4321fedc, LINUX_REBOOT_CMD_RESTART2 = 0xa1b2c3d4,
            LINUX_REBOOT_CMD_SW_SUSPEND = 0xd000fce2, LINUX_REBOOT_CMD_KEXEC = 0x45584543,
        }
    }

    /// What syslog(2) does.
    SYSLOG_ACTIONS: "%d SYSLOG_ACTION_???" {
        value {
            SYSLOG_ACTION_CLOSE = 0, SYSLOG_ACTION_OPEN = 1, SYSLOG_ACTION_READ = 2,
            SYSLOG_ACTION_READ_ALL = 3, SYSLOG_ACTION_READ_CLEAR = 4, SYSLOG_ACTION_CLEAR = 5,
            SYSLOG_ACTION_CONSOLE_OFF = 6, SYSLOG_ACTION_CONSOLE_ON = 7,
            SYSLOG_ACTION_CONSOLE_LEVEL = 8, SYSLOG_ACTION_SIZE_UNREAD = 9,
            SYSLOG_ACTION_SIZE_BUFFER = 10,
        }
    }

    /// Flags of which none is defined.
    NO_FLAGS: "" { bits {} }

    /// Flags of getrandom(2).
    GETRANDOM_FLAGS: "GRND_???" {
        bits { GRND_NONBLOCK = 0x1, GRND_RANDOM = 0x2, GRND_INSECURE = 0x4 }
    }

    /// Parts of the state of x86's extended registers, by their numbers (arch_prctl(2)).
    XFEATURE_NUMBERS: "XFEATURE_???" wide {
        value {
            XFEATURE_FP = 0, XFEATURE_SSE = 1, XFEATURE_YMM = 2, XFEATURE_BNDREGS = 3,
            XFEATURE_BNDCSR = 4, XFEATURE_OPMASK = 5, XFEATURE_ZMM_Hi256 = 6,
            XFEATURE_Hi16_ZMM = 7, XFEATURE_PT_UNIMPLEMENTED_SO_FAR = 8, XFEATURE_PKRU = 9,
            XFEATURE_PASID = 10, XFEATURE_LBR = 15, XFEATURE_XTILE_CFG = 17,
            XFEATURE_XTILE_DATA = 18,
        }
    }

    /// Parts of the state of x86's extended registers, a bit each (arch_prctl(2)).
    XFEATURE_BITS: "XFEATURE_MASK_???" wide {
        bits {
            XFEATURE_MASK_FPSSE = 0x3, XFEATURE_MASK_FP = 0x1, XFEATURE_MASK_SSE = 0x2, XFEATURE_MASK_YMM = 0x4,
            XFEATURE_MASK_BNDREGS = 0x8, XFEATURE_MASK_BNDCSR = 0x10, XFEATURE_MASK_AVX512 = 0xe0,
            XFEATURE_MASK_OPMASK = 0x20,
            XFEATURE_MASK_ZMM_Hi256 = 0x40, XFEATURE_MASK_Hi16_ZMM = 0x80,
            XFEATURE_MASK_PT = 0x100, XFEATURE_MASK_PKRU = 0x200, XFEATURE_MASK_PASID = 0x400,
            XFEATURE_MASK_LBR = 0x8000, XFEATURE_MASK_XTILE = 0x6_0000,
            XFEATURE_MASK_XTILE_CFG = 0x2_0000,
            XFEATURE_MASK_XTILE_DATA = 0x4_0000,
        }
    }

    /// What arch_prctl(2) does.
    ARCH_PRCTL_CODES: "ARCH_???" {
        value {
            ARCH_SET_GS = 0x1001, ARCH_SET_FS = 0x1002, ARCH_GET_FS = 0x1003, ARCH_GET_GS = 0x1004,
            ARCH_GET_CPUID = 0x1011, ARCH_SET_CPUID = 0x1012, ARCH_GET_XCOMP_SUPP = 0x1021,
            ARCH_GET_XCOMP_PERM = 0x1022, ARCH_REQ_XCOMP_PERM = 0x1023,
            ARCH_GET_XCOMP_GUEST_PERM = 0x1024, ARCH_REQ_XCOMP_GUEST_PERM = 0x1025,
            ARCH_MAP_VDSO_X32 = 0x2001, ARCH_MAP_VDSO_32 = 0x2002, ARCH_MAP_VDSO_64 = 0x2003,
            ARCH_GET_UNTAG_MASK = 0x4001, ARCH_ENABLE_TAGGED_ADDR = 0x4002,
            ARCH_GET_MAX_TAG_BITS = 0x4003, ARCH_FORCE_TAGGED_SVA = 0x4004,
            ARCH_SHSTK_ENABLE = 0x5001, ARCH_SHSTK_DISABLE = 0x5002, ARCH_SHSTK_LOCK = 0x5003,
            ARCH_SHSTK_UNLOCK = 0x5004, ARCH_SHSTK_STATUS = 0x5005,
        }
    }

    /// What vm86(2) does.
    VM86_FUNCTIONS: "VM86_???" {
        value {
            VM86_PLUS_INSTALL_CHECK = 0, VM86_ENTER = 1, VM86_ENTER_NO_BYPASS = 2,
            VM86_REQUEST_IRQ = 3, VM86_FREE_IRQ = 4, VM86_GET_IRQ_BITS = 5,
            VM86_GET_AND_RESET_IRQ = 6,
        }
    }

    /// Whose I/O priority ioprio_set(2) means.
    IOPRIO_WHO: "IOPRIO_WHO_???" {
        value { IOPRIO_WHO_PROCESS = 1, IOPRIO_WHO_PGRP = 2, IOPRIO_WHO_USER = 3 }
    }
}
