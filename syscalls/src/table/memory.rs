//! The address space: mappings, protection, advice and placement on NUMA nodes.

use crate::row::syscalls;

syscalls! {
    /// Move the end of the data segment and return where it is.
    brk { x86_64: 12, aarch64: 214, i386: 45; class: MEMORY }
        (addr: Ptr) -> Ptr;

    /// Get the NUMA memory policy of a thread or an address.
    get_mempolicy { x86_64: 239, aarch64: 236, i386: 275; class: MEMORY }
        (mode: StructOut(&MEMPOLICY), nodemask: ArrayOut(&NODES, BitsBelow("maxnode")), maxnode: Ulong,
         addr: Ptr, flags: Bits(&MEMPOLICY_FLAGS)) -> Int;

    /// Announce how a range of memory will be used.
    madvise { x86_64: 28, aarch64: 233, i386: 219; class: MEMORY }
        (addr: Ptr, length: Size, advice: One(&MADVICE)) -> Int;

    /// Map a shadow stack.
    map_shadow_stack { x86_64: 453, aarch64: 453, i386: 453; class: MEMORY }
        (addr: Ptr, size: Size, flags: Bits(&SHADOW_STACK_FLAGS)) -> Ptr;

    /// Set the NUMA memory policy of a range of memory.
    mbind { x86_64: 237, aarch64: 235, i386: 274; class: MEMORY }
        (addr: Ptr, len: Ulong, mode: Bits(&MBIND_MODES),
         nodemask: ArrayIn(&NODES, BitsBelow("maxnode")), maxnode: Ulong, flags: Bits(&MBIND_FLAGS)) -> Int;

    /// Issue memory barriers on a set of threads.
    membarrier { x86_64: 324, aarch64: 283, i386: 375; class: MEMORY }
        (cmd: One(&MEMBARRIER_CMDS), flags: Bits(&MEMBARRIER_FLAGS),
         cpu_id: By(&MEMBARRIER_CPU)) -> By(&MEMBARRIER_RESULT);

    /// Create an anonymous file in memory.
    memfd_create { x86_64: 319, aarch64: 279, i386: 356; class: DESC | MEMORY }
        (name: Str, flags: Bits(&MEMFD_FLAGS)) -> Fd;

    /// Create an anonymous file in memory that the kernel itself cannot read.
    memfd_secret { x86_64: 447, aarch64: 447, i386: 447; class: DESC | MEMORY }
        (flags: Bits(&MEMFD_SECRET_FLAGS)) -> Fd;

    /// Move all pages of a process to another set of NUMA nodes.
    migrate_pages { x86_64: 256, aarch64: 238, i386: 294; class: MEMORY }
        (pid: Pid, maxnode: Ulong, old_nodes: ArrayIn(&NODES, BitsBelow("maxnode")),
         new_nodes: ArrayIn(&NODES, BitsBelow("maxnode"))) -> Long;

    /// Tell which pages of a range are resident.
    mincore { x86_64: 27, aarch64: 232, i386: 218; class: MEMORY }
        (addr: Ptr, length: Size, vec: Ptr) -> Int;

    /// Lock a range of memory.
    mlock { x86_64: 149, aarch64: 228, i386: 150; class: MEMORY }
        (addr: Ptr, len: Size) -> Int;

    /// Lock a range of memory, with flags.
    mlock2 { x86_64: 325, aarch64: 284, i386: 376; class: MEMORY }
        (addr: Ptr, len: Size, flags: Bits(&MLOCK_FLAGS)) -> Int;

    /// Lock the whole address space.
    mlockall { x86_64: 151, aarch64: 230, i386: 152; class: MEMORY }
        (flags: Bits(&MLOCKALL_FLAGS)) -> Int;

    /// Map a file or anonymous memory.
    mmap { x86_64: 9, aarch64: 222; class: MEMORY | DESC }
        (addr: Ptr, length: Size, prot: Bits(&PROT_FLAGS), flags: Bits(&MMAP_FLAGS), fd: Fd,
         offset: Hex) -> Ptr;

    /// Map a file or anonymous memory; the arguments lie in a block in memory.
    mmap { i386: 90; class: MEMORY | DESC }
        (arg: StructIn(&MMAP_ARGS)) -> Ptr;

    /// Move pages of a process to given NUMA nodes.
    move_pages { x86_64: 279, x32: 533, aarch64: 239, i386: 317; class: MEMORY }
        (pid: Pid, count: Ulong, pages: ArrayIn(&ADDRESS, Arg("count")),
         nodes: ArrayIn(&INT, Arg("count")), status: ArrayOut(&PAGE_STATUS, Arg("count")),
         flags: Bits(&MBIND_FLAGS)) -> Int;

    /// Set the protection of a range of memory.
    mprotect { x86_64: 10, aarch64: 226, i386: 125; class: MEMORY }
        (addr: Ptr, len: Size, prot: Bits(&PROT_FLAGS)) -> Int;

    /// Resize or move a mapping.
    mremap { x86_64: 25, aarch64: 216, i386: 163; class: MEMORY }
        (old_address: Ptr, old_size: Size, new_size: Size, flags: Bits(&MREMAP_FLAGS),
         new_address: By(&MREMAP_ADDRESS)) -> Ptr;

    /// Seal a range of memory against later changes of its mapping.
    mseal { x86_64: 462, aarch64: 462, i386: 462; class: MEMORY }
        (addr: Ptr, len: Size, flags: Flags) -> Int;

    /// Write a range of a mapped file back.
    msync { x86_64: 26, aarch64: 227, i386: 144; class: MEMORY }
        (addr: Ptr, length: Size, flags: Bits(&MSYNC_FLAGS)) -> Int;

    /// Unlock a range of memory.
    munlock { x86_64: 150, aarch64: 229, i386: 151; class: MEMORY }
        (addr: Ptr, len: Size) -> Int;

    /// Unlock the whole address space.
    munlockall { x86_64: 152, aarch64: 231, i386: 153; class: MEMORY }
        () -> Int;

    /// Remove the mappings of a range of memory.
    munmap { x86_64: 11, aarch64: 215, i386: 91; class: MEMORY }
        (addr: Ptr, length: Size) -> Int;

    /// Allocate a protection key.
    pkey_alloc { x86_64: 330, aarch64: 289, i386: 381; class: MEMORY }
        (flags: Flags, access_rights: Bits(&PKEY_RIGHTS)) -> Int;

    /// Free a protection key.
    pkey_free { x86_64: 331, aarch64: 290, i386: 382; class: MEMORY }
        (pkey: Int) -> Int;

    /// Set the protection and protection key of a range of memory.
    pkey_mprotect { x86_64: 329, aarch64: 288, i386: 380; class: MEMORY }
        (addr: Ptr, len: Size, prot: Bits(&PROT_FLAGS), pkey: Int) -> Int;

    /// Announce how ranges of another process's memory will be used.
    process_madvise { x86_64: 440, aarch64: 440, i386: 440; class: MEMORY | PROCESS | DESC }
        (pidfd: Fd, iovec: ArrayIn(&IOVEC, Arg("vlen")), vlen: Size, advice: One(&MADVICE),
         flags: Bits(&NO_FLAGS)) -> Size;

    /// Release the memory of a dying process.
    process_mrelease { x86_64: 448, aarch64: 448, i386: 448; class: MEMORY | PROCESS | DESC }
        (pidfd: Fd, flags: Bits(&NO_FLAGS)) -> Int;

    /// Rearrange the pages of a shared file mapping.
    remap_file_pages { x86_64: 216, aarch64: 234, i386: 257; class: MEMORY }
        (addr: Ptr, size: Size, prot: Bits(&PROT_FLAGS), pgoff: Size,
         flags: Bits(&MMAP_FLAGS)) -> Int;

    /// Set the NUMA memory policy of the calling thread.
    set_mempolicy { x86_64: 238, aarch64: 237, i386: 276; class: MEMORY }
        (mode: Bits(&MEMPOLICY_MODES), nodemask: ArrayIn(&NODES, BitsBelow("maxnode")),
         maxnode: Ulong) -> Int;

    /// Set the home node of the NUMA memory policy of a range.
    set_mempolicy_home_node { x86_64: 450, aarch64: 450, i386: 450; class: MEMORY }
        (start: Ptr, len: Ulong, home_node: Ulong, flags: Flags) -> Int;

    /// Create a file descriptor that handles page faults in user space.
    userfaultfd { x86_64: 323, aarch64: 282, i386: 374; class: DESC | MEMORY }
        (flags: Bits(&USERFAULTFD_FLAGS)) -> Fd;
}
