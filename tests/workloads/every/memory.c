// Memory: mapped, protected, locked, placed on nodes; of other processes, too.
#include "every.h"

#include <asm/ldt.h>
#include <asm/prctl.h>
#include <linux/membarrier.h>
#include <linux/mempolicy.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>

#define PAGE 4096L

static char *map(long pages) {
    return (char *)S(mmap, NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                     -1, 0);
}

static void mappings(void) {
    long file = S(open, "file", O_RDWR | O_CREAT, 0600);
    S(ftruncate, file, 4 * PAGE);
    char *shared = (char *)S(mmap, NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    char *mapped = (char *)S(mmap, NULL, PAGE, PROT_EXEC | PROT_READ,
                             MAP_PRIVATE | MAP_POPULATE | MAP_NORESERVE, file, 2 * PAGE);
    S(mmap, mapped, PAGE, PROT_NONE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    S(mmap, NULL, 0, PROT_READ, MAP_SHARED_VALIDATE | MAP_SYNC, file, 0);
    S(mmap, 1, PAGE, 0x40, MAP_HUGETLB | 21 << MAP_HUGE_SHIFT | MAP_STACK | MAP_GROWSDOWN, -1, 1);
    S(mprotect, mapped, PAGE, PROT_READ | PROT_WRITE);
    S(mprotect, mapped, PAGE, PROT_NONE | PROT_GROWSUP | PROT_GROWSDOWN);
    S(mprotect, BAD, PAGE, PROT_READ);
    S(msync, shared, PAGE, MS_ASYNC);
    S(msync, shared, PAGE, MS_SYNC | MS_INVALIDATE);
    S(msync, mapped + 1, PAGE, MS_SYNC | MS_ASYNC | 8);
    S(remap_file_pages, shared, PAGE, 0, 2, 0);
    S(remap_file_pages, shared, PAGE, 1, 2, MAP_NONBLOCK);
    S(munmap, mapped, PAGE);
    S(munmap, 1, PAGE);
    S(munmap, shared, 4 * PAGE);
    char *old = map(2);
    old = (char *)S(mremap, old, 2 * PAGE, 8 * PAGE, MREMAP_MAYMOVE);
    char *place = map(8);
    S(mremap, old, 8 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place);
    S(mremap, place, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
    S(mremap, BAD, PAGE, 2 * PAGE, 0);
    long end = S(brk, 0);
    S(brk, end + PAGE);
    S(brk, end);
    S(brk, 1);
    S(close, file);
}

static void advised(void) {
    char *pages = map(4);
    unsigned char resident[4];
    pages[0] = 1;
    S(madvise, pages, 4 * PAGE, MADV_WILLNEED);
    S(madvise, pages, PAGE, MADV_DONTNEED);
    S(madvise, pages, PAGE, MADV_MERGEABLE);
    S(madvise, pages, PAGE, MADV_COLD);
    S(madvise, pages, PAGE, 777);
    S(mincore, pages, 4 * PAGE, resident);
    S(mincore, pages, 4 * PAGE, BAD);
    S(mincore, BAD, 1, resident);
    S(mlock, pages, PAGE);
    S(mlock2, pages, 2 * PAGE, MLOCK_ONFAULT);
    S(mlock2, pages, PAGE, 2);
    S(munlock, pages, 2 * PAGE);
    S(munlock, BAD, 1);
    S(mlockall, MCL_CURRENT | MCL_ONFAULT);
    S(mlockall, 8);
    S(munlockall);
    S(mseal, pages + 3 * PAGE, PAGE, 0);
    S(mseal, pages, PAGE, 1);
    S(map_shadow_stack, 0, PAGE, 1);
    long key = S(pkey_alloc, 0, 1);
    S(pkey_alloc, 0, 0x10);
    S(pkey_mprotect, pages, PAGE, PROT_READ, key);
    S(pkey_mprotect, pages, PAGE, PROT_READ | PROT_WRITE, -1);
    S(pkey_free, key);
    S(pkey_free, 99);
}

static void nodes(void) {
    unsigned long nodes = 1, none[2] = {0};
    int mode, status[2], wanted[2] = {0, 0};
    char *pages = map(2);
    void *addresses[2] = {pages, pages + PAGE};
    pages[0] = 1;
    S(set_mempolicy, MPOL_PREFERRED | MPOL_F_STATIC_NODES, &nodes, 64);
    S(get_mempolicy, &mode, none, 64, NULL, 0);
    S(get_mempolicy, &mode, NULL, 0, pages, MPOL_F_NODE | MPOL_F_ADDR);
    S(get_mempolicy, BAD, none, 64, NULL, 0x10);
    S(set_mempolicy, MPOL_DEFAULT, NULL, 0);
    S(set_mempolicy, 77, BAD, 64);
    S(mbind, pages, PAGE, MPOL_BIND, &nodes, 64, MPOL_MF_STRICT | MPOL_MF_MOVE);
    S(mbind, pages, PAGE, MPOL_INTERLEAVE | MPOL_F_RELATIVE_NODES, BAD, 64, 0x10);
    S(set_mempolicy_home_node, pages, PAGE, 0, 0);
    S(set_mempolicy_home_node, pages, PAGE, 0, 1);
    S(migrate_pages, 0, 64, &nodes, &nodes);
    S(migrate_pages, 0, 64, &nodes, BAD);
    S(move_pages, 0, 2, addresses, wanted, status, MPOL_MF_MOVE);
    S(move_pages, 0, 2, addresses, NULL, status, 0);
    S(move_pages, 0, 1, BAD, NULL, status, MPOL_MF_MOVE_ALL);
}

static void of_others(void) {
    char there[] = "there", here[16];
    struct iovec from = {there, 6}, to = {here, sizeof here}, wrong = {BAD, 5};
    char *pages = map(1);
    struct iovec advised = {pages, PAGE};
    long self = S(getpid), handle = S(pidfd_open, self, 0);
    S(process_vm_readv, self, &to, 1, &from, 1, 0);
    S(process_vm_readv, self, &to, 1, &wrong, 1, 0);
    S(process_vm_writev, self, &from, 1, &to, 1, 0);
    S(process_vm_writev, 1 << 30, &from, 1, &to, 1, 0);
    S(process_vm_readv, self, &to, 1, &from, 1, 1);
    S(process_madvise, handle, &advised, 1, MADV_COLD, 0);
    S(process_madvise, -1, &advised, 1, MADV_PAGEOUT, 1);
    S(process_mrelease, handle, 0);
    S(process_mrelease, -1, 1);
    S(close, handle);
    long faults = S(userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY);
    struct uffdio_api api = {.api = UFFD_API};
    S(ioctl, faults, UFFDIO_API, &api);
    S(userfaultfd, 0x10);
    S(close, faults);
    S(membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
    S(membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
    S(membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ, MEMBARRIER_CMD_FLAG_CPU, 5);
    S(membarrier, 0x12345678, 2, 0);
}

static int of_the_thread(void) {
    struct user_desc segment = {.entry_number = 3, .base_addr = 0x1000, .limit = 0xfffff,
                                .seg_32bit = 1, .limit_in_pages = 1, .useable = 1};
    char table[32];
    unsigned long base;
    void *head;
    size_t size;
    S(modify_ldt, 1, &segment, sizeof segment);
    S(modify_ldt, 0x11, &segment, 3);
    S(modify_ldt, 0, table, sizeof table);
    S(modify_ldt, 77, NULL, 0);
    S(set_thread_area, &segment);
    S(get_thread_area, &segment);
    S(arch_prctl, ARCH_GET_FS, &base);
    S(arch_prctl, ARCH_SET_GS, 0);
    S(arch_prctl, ARCH_GET_CPUID);
    S(arch_prctl, ARCH_MAP_VDSO_64, 0);
    S(arch_prctl, 0x7777, 5);
    S(get_robust_list, 0, &head, &size);
    S(get_robust_list, 1 << 30, &head, BAD);
    S(set_robust_list, head, size);
    S(set_robust_list, NULL, 5);
    S(set_tid_address, &size);
    S(rseq, BAD, 32, 1, 0x53053053);
    S(rseq, NULL, 0, 0, 0);
    S(rseq_slice_yield);
    return 0;
}

int main(int argc, char **argv) {
    begin(argc, argv);
    mappings();
    advised();
    nodes();
    of_others();
    apart(of_the_thread);
    S(exit_group, 0);
}
