// An io_uring without liburing: no operation, and a read, submitted and waited for.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static char buffer[64];

int main(void) {
    struct io_uring_params params = {.flags = IORING_SETUP_CQSIZE, .cq_entries = 32};
    struct iovec whole = {.iov_base = buffer, .iov_len = sizeof buffer};
    int ring = syscall(SYS_io_uring_setup, 8, &params);
    if (ring < 0)
        return 1;
    size_t sq_size = params.sq_off.array + params.sq_entries * sizeof(unsigned);
    size_t cq_size = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
    size_t size = params.sq_entries * sizeof(struct io_uring_sqe);
    int prot = PROT_READ | PROT_WRITE, flags = MAP_SHARED | MAP_POPULATE;
    char *sq = mmap(NULL, sq_size, prot, flags, ring, IORING_OFF_SQ_RING);
    char *cq = mmap(NULL, cq_size, prot, flags, ring, IORING_OFF_CQ_RING);
    struct io_uring_sqe *entries = mmap(NULL, size, prot, flags, ring, IORING_OFF_SQES);
    if (sq == MAP_FAILED || cq == MAP_FAILED || entries == MAP_FAILED)
        return 2;

    int file = open("/proc/self/comm", O_RDONLY | O_CLOEXEC);
    unsigned *array = (unsigned *)(sq + params.sq_off.array);
    unsigned *tail = (unsigned *)(sq + params.sq_off.tail);
    memset(entries, 0, size);
    entries[0].opcode = IORING_OP_NOP;
    entries[0].user_data = 1;
    entries[1].opcode = IORING_OP_READ;
    entries[1].fd = file;
    entries[1].addr = (unsigned long)buffer;
    entries[1].len = sizeof buffer;
    entries[1].user_data = 2;
    array[0] = 0;
    array[1] = 1;
    __atomic_store_n(tail, *tail + 2, __ATOMIC_RELEASE);
    if (syscall(SYS_io_uring_enter, ring, 2, 2, IORING_ENTER_GETEVENTS, NULL, 0) != 2)
        return 3;
    unsigned *done = (unsigned *)(cq + params.cq_off.tail);
    if (__atomic_load_n(done, __ATOMIC_ACQUIRE) != 2)
        return 4;

    // What one registers with it; the last is nonsense.
    syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, &file, 1);
    syscall(SYS_io_uring_register, ring, IORING_UNREGISTER_FILES, NULL, 0);
    syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, &whole, 1);
    syscall(SYS_io_uring_register, ring, 9999, NULL, 0);
    syscall(SYS_io_uring_enter, -1, 1, 0, 0, NULL, 0);
    syscall(SYS_io_uring_setup, 0, &params);
    close(ring);
    return 0;
}
