// What the programs of this folder share. Each makes the calls of a theme, without a C library's help:
// once so that they succeed where that does no harm, and once so that they fail. They work in the
// folder given, change nothing outside of it, and end in a moment.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// S(dup2, 1, 5): the registers that a call does not use are 0.
#define S(name, ...) N(__NR_##name __VA_OPT__(, ) __VA_ARGS__)
#define N(number, ...) SIX(number __VA_OPT__(, ) __VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define SIX(number, a, b, c, d, e, f, ...) \
    syscall(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

// P(timespec, 1, 500): the address of a structure.
#define P(type, ...) ((struct type[]){{__VA_ARGS__}})

// Where nothing is mapped.
#define BAD ((void *)0x10)

// Calls newer than the C library's headers.
#define __NR_uretprobe 335
#define __NR_uprobe 336
#ifndef __NR_set_mempolicy_home_node
#define __NR_set_mempolicy_home_node 450
#endif
#ifndef __NR_cachestat
#define __NR_cachestat 451
#define __NR_fchmodat2 452
#define __NR_map_shadow_stack 453
#define __NR_futex_wake 454
#define __NR_futex_wait 455
#define __NR_futex_requeue 456
#define __NR_statmount 457
#define __NR_listmount 458
#define __NR_lsm_get_self_attr 459
#define __NR_lsm_set_self_attr 460
#define __NR_lsm_list_modules 461
#define __NR_mseal 462
#endif
#ifndef __NR_setxattrat
#define __NR_setxattrat 463
#define __NR_getxattrat 464
#define __NR_listxattrat 465
#define __NR_removexattrat 466
#define __NR_open_tree_attr 467
#define __NR_file_getattr 468
#define __NR_file_setattr 469
#endif
#ifndef __NR_listns
#define __NR_listns 470
#define __NR_rseq_slice_yield 471
#endif

// Goes to the folder given. Nothing may hang for ever.
static inline void begin(int argc, char **argv) {
    S(alarm, 20);
    if (argc != 2 || S(chdir, argv[1])) {
        fprintf(stderr, "%s FOLDER\n", argv[0]);
        exit(2);
    }
}

// Waits for the end of a child.
static inline void await(long child) { S(wait4, child, NULL, 0, NULL); }

// Does something in a child, which it would change for good; says whether that worked.
static inline int apart(int (*work)(void)) {
    int status = -1;
    long child = S(fork);
    if (child == 0)
        S(exit_group, work());
    S(wait4, child, &status, 0, NULL);
    return status == 0;
}

// Becomes a user who may do nothing; says whether it worked.
static inline int powerless(void) {
    return S(setgroups, 0, NULL) == 0 && S(setresgid, 65534, 65534, 65534) == 0 &&
           S(setresuid, 65534, 65534, 65534) == 0;
}
