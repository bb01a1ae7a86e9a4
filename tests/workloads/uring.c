// Operations of an io_uring without liburing: URING FILE [sqpoll]. For each completion, a line: what was
// submitted (opcode, fd, len, off, user data), and its result and flags. Then a line "waits", and a read is
// left under way until a byte comes in.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/time_types.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int ring;
static struct io_uring_params params;
static char *sq, *cq;
static struct io_uring_sqe *entries;
static struct io_uring_sqe submitted[4096];
static unsigned count;
static char buffer[4096];

static unsigned *in(char *queue, unsigned offset) { return (unsigned *)(queue + offset); }

static void set_up(unsigned flags) {
    params.flags = flags;
    params.sq_thread_idle = 2000;
    ring = syscall(SYS_io_uring_setup, 64, &params);
    if (ring < 0)
        exit(77);
    size_t sq_size = params.sq_off.array + params.sq_entries * sizeof(unsigned);
    size_t cq_size = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
    int prot = PROT_READ | PROT_WRITE, shared = MAP_SHARED | MAP_POPULATE;
    sq = mmap(NULL, sq_size, prot, shared, ring, IORING_OFF_SQ_RING);
    cq = mmap(NULL, cq_size, prot, shared, ring, IORING_OFF_CQ_RING);
    entries = mmap(NULL, params.sq_entries * sizeof *entries, prot, shared, ring, IORING_OFF_SQES);
    if (sq == MAP_FAILED || cq == MAP_FAILED || entries == MAP_FAILED)
        exit(2);
}

static struct io_uring_sqe *push(int opcode, int fd, void *address, unsigned length) {
    unsigned tail = *in(sq, params.sq_off.tail);
    unsigned index = tail & (params.sq_entries - 1);
    struct io_uring_sqe *entry = &entries[index];
    memset(entry, 0, sizeof *entry);
    entry->opcode = opcode;
    entry->fd = fd;
    entry->addr = (unsigned long)address;
    entry->len = length;
    entry->user_data = 0x1000 + count;
    in(sq, params.sq_off.array)[index] = index;
    return entry;
}

// The kernel may look at it from here on.
static void pushed(struct io_uring_sqe *entry) {
    submitted[count++] = *entry;
    __atomic_store_n(in(sq, params.sq_off.tail), *in(sq, params.sq_off.tail) + 1, __ATOMIC_RELEASE);
}

static void enter(unsigned submit, unsigned wait) {
    unsigned flags = IORING_ENTER_GETEVENTS;
    if (params.flags & IORING_SETUP_SQPOLL)
        flags |= IORING_ENTER_SQ_WAKEUP;
    if (syscall(SYS_io_uring_enter, ring, submit, wait, flags, NULL, 0) < 0)
        exit(3);
}

static void pop(void) {
    unsigned head = *in(cq, params.cq_off.head);
    while (__atomic_load_n(in(cq, params.cq_off.tail), __ATOMIC_ACQUIRE) == head)
        enter(0, 1);
    struct io_uring_cqe *cqes = (struct io_uring_cqe *)(cq + params.cq_off.cqes);
    struct io_uring_cqe *done = &cqes[head & (params.cq_entries - 1)];
    struct io_uring_sqe *of = &submitted[done->user_data - 0x1000];
    printf("%u %d %u %lld %llu %d %u\n", of->opcode, of->fd, of->len, (long long)of->off,
           (unsigned long long)done->user_data, done->res, done->flags & IORING_CQE_F_MORE);
    __atomic_store_n(in(cq, params.cq_off.head), head + 1, __ATOMIC_RELEASE);
}

static void one(struct io_uring_sqe *entry) {
    pushed(entry);
    enter(1, 1);
    pop();
}

int main(int argc, char **argv) {
    set_up(argc > 2 ? IORING_SETUP_SQPOLL : 0);
    int ends[2], sockets[2];
    struct __kernel_timespec time = {.tv_nsec = 1000000};
    struct io_uring_sqe *entry;
    if (pipe(ends) || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
        return 4;

    one(push(IORING_OP_NOP, -1, NULL, 0));
    entry = push(IORING_OP_OPENAT, AT_FDCWD, argv[1], 0600);
    entry->open_flags = O_CREAT | O_RDWR;
    one(entry);
    int file = open(argv[1], O_RDWR);
    entry = push(IORING_OP_WRITE, file, "a few words", 11);
    entry->off = 5;
    one(entry);
    entry = push(IORING_OP_READ, file, buffer, sizeof buffer);
    entry->off = 7;
    one(entry);
    one(push(IORING_OP_READ, 999, buffer, 10));
    one(push(IORING_OP_FSYNC, file, NULL, 0));
    one(push(IORING_OP_TIMEOUT, -1, &time, 1));
    one(push(IORING_OP_UNLINKAT, AT_FDCWD, "/no/such/file", 0));
    entry = push(IORING_OP_READ, file, buffer, 3);
    entry->flags = IOSQE_ASYNC;
    one(entry);

    // A registered file: its index stands for it.
    syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, &file, 1);
    entry = push(IORING_OP_READ, 0, buffer, 4);
    entry->flags = IOSQE_FIXED_FILE;
    one(entry);

    // Twenty at once, which overlap: each waits for a byte of its own.
    for (int i = 0; i < 20; i++)
        pushed(push(IORING_OP_READ, ends[0], buffer, 1));
    enter(20, 0);
    for (int i = 0; i < 20; i++)
        if (write(ends[1], "x", 1) != 1)
            return 5;
    for (int i = 0; i < 20; i++)
        pop();

    // One that completes more than once, and is then cancelled.
    entry = push(IORING_OP_POLL_ADD, sockets[0], NULL, IORING_POLL_ADD_MULTI);
    entry->poll32_events = POLLIN;
    unsigned long long many = entry->user_data;
    pushed(entry);
    enter(1, 0);
    for (int i = 0; i < 3; i++) {
        if (write(sockets[1], "y", 1) != 1)
            return 6;
        pop();
    }
    entry = push(IORING_OP_ASYNC_CANCEL, -1, (void *)many, 0);
    pushed(entry);
    enter(1, 2);
    pop();
    pop();

    pushed(push(IORING_OP_READ, ends[0], buffer, 77));
    enter(1, 0);
    printf("waits\n");
    fflush(stdout);
    pause();
}
