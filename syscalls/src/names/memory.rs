//! The address space: mappings, protection, advice, placement.

use super::{Member, Names, names};

names! {
    /// Protection of memory (mmap(2)).
    PROT_FLAGS: "PROT_???" wide {
        value { PROT_NONE = 0 }
        bits {
            PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4, PROT_SEM = 8, PROT_GROWSDOWN = 0x100_0000,
            PROT_GROWSUP = 0x200_0000,
        }
    }
    aarch64 {
        value { PROT_NONE = 0 }
        bits {
            PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4, PROT_SEM = 8, PROT_BTI = 0x10,
            PROT_MTE = 0x20, PROT_GROWSDOWN = 0x100_0000, PROT_GROWSUP = 0x200_0000,
        }
    }

    /// How mmap(2) maps.
    MMAP_FLAGS: "MAP_???" wide {
        field 0xf {
            MAP_FILE = 0, MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_SHARED_VALIDATE = 3,
            MAP_DROPPABLE = 8,
        }
        bits {
            MAP_FIXED = 0x10, MAP_ANONYMOUS = 0x20, MAP_32BIT = 0x40, MAP_ABOVE4G = 0x80,
            MAP_NORESERVE = 0x4000, MAP_POPULATE = 0x8000, MAP_NONBLOCK = 0x1_0000,
            MAP_GROWSDOWN = 0x100, MAP_DENYWRITE = 0x800, MAP_EXECUTABLE = 0x1000,
            MAP_LOCKED = 0x2000, MAP_STACK = 0x2_0000, MAP_HUGETLB = 0x4_0000, MAP_SYNC = 0x8_0000,
            MAP_FIXED_NOREPLACE = 0x10_0000,
        }
        number 0xfc00_0000 "%d<<MAP_HUGE_SHIFT" = 26
    }
    aarch64 {
        field 0xf {
            MAP_FILE = 0, MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_SHARED_VALIDATE = 3,
            MAP_DROPPABLE = 8,
        }
        bits {
            MAP_FIXED = 0x10, MAP_ANONYMOUS = 0x20, MAP_NORESERVE = 0x4000, MAP_POPULATE = 0x8000,
            MAP_NONBLOCK = 0x1_0000, MAP_GROWSDOWN = 0x100, MAP_DENYWRITE = 0x800,
            MAP_EXECUTABLE = 0x1000, MAP_LOCKED = 0x2000, MAP_STACK = 0x2_0000,
            MAP_HUGETLB = 0x4_0000, MAP_SYNC = 0x8_0000, MAP_FIXED_NOREPLACE = 0x10_0000,
        }
        number 0xfc00_0000 "%d<<MAP_HUGE_SHIFT" = 26
    }

    /// Whether mremap(2) may move, and where to.
    MREMAP_FLAGS: "MREMAP_???" wide {
        bits { MREMAP_MAYMOVE = 1, MREMAP_FIXED = 2, MREMAP_DONTUNMAP = 4 }
    }

    /// How memory will be used (madvise(2)).
    MADVICE: "MADV_???" {
        value {
            MADV_NORMAL = 0, MADV_RANDOM = 1, MADV_SEQUENTIAL = 2, MADV_WILLNEED = 3,
            MADV_DONTNEED = 4, MADV_FREE = 8, MADV_REMOVE = 9, MADV_DONTFORK = 10, MADV_DOFORK = 11,
            MADV_MERGEABLE = 12, MADV_UNMERGEABLE = 13, MADV_HUGEPAGE = 14, MADV_NOHUGEPAGE = 15,
            MADV_DONTDUMP = 16, MADV_DODUMP = 17, MADV_WIPEONFORK = 18, MADV_KEEPONFORK = 19,
            MADV_COLD = 20, MADV_PAGEOUT = 21, MADV_POPULATE_READ = 22, MADV_POPULATE_WRITE = 23,
            MADV_DONTNEED_LOCKED = 24, MADV_COLLAPSE = 25, MADV_HWPOISON = 100,
            MADV_SOFT_OFFLINE = 101, MADV_GUARD_INSTALL = 102, MADV_GUARD_REMOVE = 103,
        }
    }

    /// How msync(2) writes back.
    MSYNC_FLAGS: "MS_???" {
        bits { MS_SYNC = 4, MS_ASYNC = 1, MS_INVALIDATE = 2 }
    }

    /// When mlock2(2) locks.
    MLOCK_FLAGS: "MLOCK_???" {
        bits { MLOCK_ONFAULT = 1 }
    }

    /// What mlockall(2) locks.
    MLOCKALL_FLAGS: "MCL_???" {
        bits { MCL_CURRENT = 1, MCL_FUTURE = 2, MCL_ONFAULT = 4 }
    }

    /// What a protection key forbids (pkey_alloc(2)).
    PKEY_RIGHTS: "PKEY_???" wide {
        value { PKEY_UNRESTRICTED = 0 }
        bits { PKEY_DISABLE_ACCESS = 1, PKEY_DISABLE_WRITE = 2, PKEY_DISABLE_EXECUTE = 4 }
    }
    aarch64 {
        value { PKEY_UNRESTRICTED = 0 }
        bits {
            PKEY_DISABLE_ACCESS = 1, PKEY_DISABLE_WRITE = 2, PKEY_DISABLE_EXECUTE = 4,
            PKEY_DISABLE_READ = 8,
        }
    }

    /// What a new shadow stack holds (map_shadow_stack(2)).
    SHADOW_STACK_FLAGS: "SHADOW_STACK_???" {
        bits { SHADOW_STACK_SET_TOKEN = 1 }
    }
    aarch64 {
        bits { SHADOW_STACK_SET_TOKEN = 1, SHADOW_STACK_SET_MARKER = 2 }
    }

    /// What memfd_create(2) creates.
    MEMFD_FLAGS: "MFD_???" {
        bits {
            MFD_CLOEXEC = 1, MFD_ALLOW_SEALING = 2, MFD_HUGETLB = 4, MFD_NOEXEC_SEAL = 8,
            MFD_EXEC = 0x10,
        }
        number 0xfc00_0000 "%d<<MFD_HUGE_SHIFT" = 26
    }

    /// memfd_secret(2)'s flags.
    MEMFD_SECRET_FLAGS: "" {
        bits { O_CLOEXEC = 0o2000000 }
    }

    /// Where pages are placed on NUMA nodes (set_mempolicy(2)).
    MEMPOLICY_MODES: "MPOL_???" {
        field 0xffff_1fff {
            MPOL_DEFAULT = 0, MPOL_PREFERRED = 1, MPOL_BIND = 2, MPOL_INTERLEAVE = 3,
            MPOL_LOCAL = 4, MPOL_PREFERRED_MANY = 5, MPOL_WEIGHTED_INTERLEAVE = 6,
        }
        bits {
            MPOL_F_STATIC_NODES = 0x8000, MPOL_F_RELATIVE_NODES = 0x4000,
            MPOL_F_NUMA_BALANCING = 0x2000,
        }
    }

    /// The same where the kernel takes 64 bits (mbind(2)).
    MBIND_MODES: "MPOL_???" wide {
        field 0xffff_ffff_ffff_1fff {
            MPOL_DEFAULT = 0, MPOL_PREFERRED = 1, MPOL_BIND = 2, MPOL_INTERLEAVE = 3,
            MPOL_LOCAL = 4, MPOL_PREFERRED_MANY = 5, MPOL_WEIGHTED_INTERLEAVE = 6,
        }
        bits {
            MPOL_F_STATIC_NODES = 0x8000, MPOL_F_RELATIVE_NODES = 0x4000,
            MPOL_F_NUMA_BALANCING = 0x2000,
        }
    }

    /// What get_mempolicy(2) tells.
    MEMPOLICY_FLAGS: "MPOL_???" wide {
        bits { MPOL_F_NODE = 1, MPOL_F_ADDR = 2, MPOL_F_MEMS_ALLOWED = 4 }
    }

    /// What mbind(2) and move_pages(2) do with pages that are there already.
    MBIND_FLAGS: "MPOL_???" {
        bits { MPOL_MF_STRICT = 1, MPOL_MF_MOVE = 2, MPOL_MF_MOVE_ALL = 4 }
    }

    /// What membarrier(2) does.
    MEMBARRIER_CMDS: "MEMBARRIER_CMD_???" {
        value {
            MEMBARRIER_CMD_QUERY = 0, MEMBARRIER_CMD_GLOBAL = 1,
            MEMBARRIER_CMD_GLOBAL_EXPEDITED = 2, MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED = 4,
            MEMBARRIER_CMD_PRIVATE_EXPEDITED = 8, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED = 0x10,
            MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE = 0x20,
            MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE = 0x40,
            MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ = 0x80,
            MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ = 0x100,
            MEMBARRIER_CMD_GET_REGISTRATIONS = 0x200,
        }
    }

    /// What membarrier(2) can do (its `MEMBARRIER_CMD_QUERY`).
    MEMBARRIER_SET: "MEMBARRIER_CMD_???" {
        bits {
            MEMBARRIER_CMD_GLOBAL = 1,
            MEMBARRIER_CMD_GLOBAL_EXPEDITED = 2, MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED = 4,
            MEMBARRIER_CMD_PRIVATE_EXPEDITED = 8, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED = 0x10,
            MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE = 0x20,
            MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE = 0x40,
            MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ = 0x80,
            MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ = 0x100,
            MEMBARRIER_CMD_GET_REGISTRATIONS = 0x200,
        }
    }

    /// Whether membarrier(2) is for one CPU.
    MEMBARRIER_FLAGS: "MEMBARRIER_CMD_FLAG_???" {
        bits { MEMBARRIER_CMD_FLAG_CPU = 1 }
    }
}

/// Why it is not known on which NUMA node a page is (move_pages(2)); else the node's number.
pub static PAGE_STATUSES: Names = Names {
    name: "PAGE_STATUSES",
    unknown: "%d",
    bits: 32,
    members: &[
        Member { mask: u64::MAX, value: 0xffff_fffe, name: "-ENOENT" },
        Member { mask: u64::MAX, value: 0xffff_fffb, name: "-EIO" },
        Member { mask: u64::MAX, value: 0xffff_fff4, name: "-ENOMEM" },
        Member { mask: u64::MAX, value: 0xffff_fff3, name: "-EACCES" },
        Member { mask: u64::MAX, value: 0xffff_fff2, name: "-EFAULT" },
        Member { mask: u64::MAX, value: 0xffff_fff0, name: "-EBUSY" },
        Member { mask: u64::MAX, value: 0xffff_ffea, name: "-EINVAL" },
    ],
    on_aarch64: &[],
};
