// Calls whose memory ends too early: strings, buffers, arrays and structures that lie across the end of what is
// mapped, arrays that are longer than what is there, and empty ones.
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096 };

static char *end;
static const unsigned long set_of_signals[3] = {1 << 9, 2, 3};

// Memory that ends `size` bytes on.
static void *before_end(size_t size) { return end - size; }

int main(void)
{
    char *pages = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    end = pages + 3 * PAGE;
    mprotect(end, PAGE, PROT_NONE);
    memset(pages, '/', 3 * PAGE);

    // Strings: shorter than what is shown of one, longer, and as long as a path can be.
    static const size_t lengths[] = {1, 31, 32, 33, 300, 4095, 4096, 4097};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        syscall(SYS_chdir, before_end(lengths[i]));
        syscall(SYS_request_key, before_end(lengths[i]), NULL, NULL, 0);
    }

    // Buffers.
    for (size_t there = 31; there <= 34; there++) {
        write(-1, before_end(there), there + 1);
        write(-1, before_end(there), there);
    }
    write(-1, end, 1);
    write(-1, before_end(8), 0);
    write(-1, end, 0);

    // Arrays of buffers, of which fewer are there than are told, none, or a part of one.
    struct iovec *vectors = before_end(2 * sizeof *vectors);
    vectors[0] = (struct iovec){before_end(40), 40};
    vectors[1] = (struct iovec){before_end(4), 5};
    for (int count = 0; count <= 4; count++) {
        syscall(SYS_writev, -1, vectors, count);
        syscall(SYS_pwritev, -1, vectors, count, 7, 0);
        syscall(SYS_readv, -1, vectors, count);
        syscall(SYS_process_vm_writev, getpid(), vectors, count, vectors, count, 1);
    }
    syscall(SYS_writev, -1, end, 0);
    syscall(SYS_writev, -1, end, 1);
    syscall(SYS_writev, -1, before_end(8), 1);

    // Arrays of structures and of numbers.
    struct pollfd *fds = before_end(2 * sizeof *fds);
    fds[0] = (struct pollfd){.fd = 1, .events = POLLOUT};
    fds[1] = (struct pollfd){.fd = -2, .events = POLLIN};
    for (unsigned long count = 0; count <= 3; count++)
        syscall(SYS_poll, fds, count, 0);
    struct sembuf *operations = before_end(sizeof *operations + 2);
    *operations = (struct sembuf){1, -1, SEM_UNDO};
    for (unsigned long count = 0; count <= 3; count++)
        syscall(SYS_semop, -1, operations, 0xdeadbeef00000000 | count);
    int *numbers = before_end(3 * sizeof *numbers);
    memset(numbers, 0xff, 3 * sizeof *numbers);
    for (unsigned count = 0; count <= 4; count++)
        syscall(SYS_setgroups, count, numbers);

    // Pages of which one is not mapped.
    void *addresses[3] = {pages, end, pages + PAGE};
    int status[3];
    for (unsigned long count = 0; count <= 3; count++)
        syscall(SYS_move_pages, 0, count, addresses, NULL, status, 0);

    // Masks of nodes: whole words, of one bit less than is told.
    unsigned long *nodes = before_end(2 * sizeof *nodes);
    nodes[0] = nodes[1] = 1;
    static const unsigned long bits[] = {0, 1, 2, 64, 65, 66, 128, 129, 130};
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
        syscall(SYS_set_mempolicy, 0xc000, nodes, bits[i]);
    syscall(SYS_mbind, pages, PAGE, 0xffff0000c00aul, NULL, 0, 0);

    // Sets of signals of the right size, and of others, at which nobody looks.
    for (size_t size = 0; size <= 24; size += 4) {
        syscall(SYS_rt_sigprocmask, SIG_BLOCK, set_of_signals, NULL, size);
        syscall(SYS_rt_sigtimedwait, set_of_signals, NULL, &(struct timespec){0}, size);
        syscall(SYS_signalfd4, -1, set_of_signals, size, 0x80);
    }
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, before_end(7), NULL, 8);

    // More than any kernel takes.
    syscall(SYS_sethostname, pages, 65);
    syscall(SYS_setgroups, 65537, pages);
    syscall(SYS_fsetxattr, -1, "user.test", pages, 65537, 0);
    syscall(SYS_fsetxattr, -1, "user.test", "value", 6, 0);

    // Numbers among flags, and devices that have fewer bits than a register.
    syscall(SYS_memfd_create, before_end(250), 21u << 26 | 0x100);
    syscall(SYS_shmget, 77, 1, 22u << 26 | 0xe00 | 0644);
    syscall(SYS_mknod, end, S_IFCHR | 0600, 0x123456789abcul);

    // Structures.
    syscall(SYS_utimensat, -1, "file", before_end(16), 0);
    syscall(SYS_utimensat, -1, "file", &(struct timespec[2]){{1, 2}, {3, 4}}, 0);
    syscall(SYS_nanosleep, before_end(8), NULL);
    syscall(SYS_clock_settime, 77, before_end(15));
    syscall(SYS_bind, -1, before_end(8), 16);
    syscall(SYS_sendmsg, -1, before_end(24), 0);

    // Sets.
    fd_set *set = before_end(8);
    memset(set, 0, 8);
    FD_SET(1, set);
    syscall(SYS_select, 64, NULL, set, NULL, NULL);
    // Beyond the table of descriptors the kernel looks at nothing: 64 are the least, and a child's is as long as needed.
    close_range(3, ~0u, 0);
    if (fork() == 0) {
        syscall(SYS_select, 65, NULL, set, NULL, NULL);
        _exit(0);
    }
    wait(NULL);
    dup2(1, 64);
    syscall(SYS_select, 65, NULL, set, NULL, NULL);
    syscall(SYS_select, 0, NULL, set, NULL, before_end(8));
    puts("done");
    return 0;
}
