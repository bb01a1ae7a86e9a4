// Descriptors: read, written, copied, locked, waited for.
#include "every.h"

#include <linux/aio_abi.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <linux/io_uring.h>
#include <linux/memfd.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>

static long file;

static void contents(void) {
    char one[16], two[300];
    struct iovec parts[] = {{"first\t", 6}, {"", 0}, {"second\n", 7}};
    struct iovec places[] = {{one, 5}, {two, sizeof two}};
    file = S(open, "file", O_RDWR | O_CREAT | O_TRUNC, 0600);
    S(write, file, "\0\1\2\177\200\377 a\"b\\c\r\n\v\f\a", 20);
    S(write, file, "0123456789012345678901234567890123456789", 40);
    S(write, file, NULL, 0);
    S(write, file, BAD, 5);
    S(write, -1, "x", 1);
    S(writev, file, parts, 3);
    S(writev, file, parts, -1);
    S(pwrite64, file, "x", 1, 7);
    S(pwrite64, file, "x", 1, -1);
    S(pwritev, file, parts, 3, 100, 0);
    S(pwritev2, file, parts, 1, -1, -1, RWF_DSYNC | RWF_APPEND);
    S(lseek, file, 0, SEEK_SET);
    S(lseek, file, -1, SEEK_SET);
    S(lseek, file, 10, SEEK_DATA);
    S(lseek, file, 0, 9);
    S(lseek, file, 0x100000000, SEEK_CUR);
    S(read, file, one, sizeof one);
    S(lseek, file, 2, SEEK_SET);
    S(read, file, one, sizeof one);
    S(read, file, BAD, 3);
    S(read, file, two, sizeof two);
    S(read, 77, one, 1);
    S(readv, file, places, 2);
    S(pread64, file, two, sizeof two, 20);
    S(pread64, file, two, 3, -1);
    S(preadv, file, places, 2, 3, 0);
    S(preadv2, file, places, 2, 0, 0, RWF_NOWAIT | RWF_HIPRI);
    S(preadv2, file, BAD, 2, 0, 0, 0x1000);
}

static void space(void) {
    S(fallocate, file, 0, 0, 8192);
    S(fallocate, file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4096, 4096);
    S(fallocate, 0, FALLOC_FL_ZERO_RANGE, -1, 0);
    S(fadvise64, file, 0, 4096, POSIX_FADV_SEQUENTIAL);
    S(fadvise64, file, 0, 0, 77);
    S(readahead, file, 0, 4096);
    S(readahead, -1, 1, 2);
    S(fsync, file);
    S(fsync, 0);
    S(fdatasync, file);
    S(sync_file_range, file, 0, 4096, SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
    S(sync_file_range, file, -1, 0, 8);
    S(syncfs, file);
    S(syncfs, -1);
    S(sync);
    S(ftruncate, file, 500);
    uint64_t range[2] = {0, 4096}, counts[5];
    S(cachestat, file, range, counts, 0);
    S(cachestat, file, BAD, counts, 0);
}

static void copies(void) {
    int ends[2], others[2];
    loff_t from = 2, to = 1000;
    struct iovec part = {"spliced", 7};
    S(dup, file);
    S(dup, 999999);
    S(dup2, file, 20);
    S(dup2, file, -1);
    S(dup3, file, 21, O_CLOEXEC);
    S(dup3, file, file, 0);
    S(close_range, 20, 21, 0);
    S(close_range, 50, ~0U, 1 << 2);
    S(close_range, 50, ~0U, 1 << 1 | 1 << 4);
    S(pipe, ends);
    S(pipe, BAD);
    S(pipe2, others, O_CLOEXEC | O_NONBLOCK | O_DIRECT);
    S(pipe2, others, 3);
    S(sendfile, ends[1], file, &from, 10);
    S(sendfile, ends[1], file, NULL, 3);
    S(sendfile, -1, file, BAD, 3);
    S(splice, file, &from, ends[1], NULL, 5, SPLICE_F_MOVE | SPLICE_F_MORE);
    S(splice, ends[0], NULL, file, &to, 4, SPLICE_F_NONBLOCK);
    S(splice, file, NULL, file, NULL, 4, 0x80);
    S(tee, ends[0], others[1], 6, SPLICE_F_NONBLOCK);
    S(tee, 0, 1, 0, SPLICE_F_GIFT);
    S(vmsplice, ends[1], &part, 1, SPLICE_F_NONBLOCK);
    S(vmsplice, -1, &part, 1, 0);
    S(copy_file_range, file, &from, file, &to, 3, 0);
    S(copy_file_range, file, NULL, 0, NULL, 3, 0);
    for (int i = 0; i < 2; i++)
        S(close, ends[i]), S(close, others[i]);
}

static void controlled(void) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 1, .l_len = 10};
    struct f_owner_ex owner = {F_OWNER_PID, 0};
    uint64_t hint = RWH_WRITE_LIFE_SHORT;
    int count;
    S(fcntl, file, F_GETFD);
    S(fcntl, file, F_SETFD, FD_CLOEXEC);
    S(fcntl, file, F_GETFL);
    S(fcntl, file, F_SETFL, O_APPEND | O_NONBLOCK);
    S(close, S(fcntl, file, F_DUPFD, 30));
    S(close, S(fcntl, file, F_DUPFD_CLOEXEC, 30));
    S(fcntl, file, F_SETLK, &lock);
    S(fcntl, file, F_GETLK, &lock);
    lock.l_type = F_UNLCK, lock.l_pid = 0;
    S(fcntl, file, F_OFD_SETLK, &lock);
    S(fcntl, file, F_OFD_GETLK, &lock);
    S(fcntl, file, F_SETLKW, BAD);
    S(fcntl, file, F_SETOWN, 1 << 30);
    S(fcntl, file, F_GETOWN);
    S(fcntl, file, F_SETOWN_EX, &owner);
    S(fcntl, file, F_GETOWN_EX, &owner);
    S(fcntl, file, F_SETSIG, SIGUSR1);
    S(fcntl, file, F_GETSIG);
    S(fcntl, file, F_SETLEASE, F_RDLCK);
    S(fcntl, file, F_GETLEASE);
    S(fcntl, file, F_NOTIFY, DN_CREATE | DN_MULTISHOT);
    S(fcntl, file, F_SET_RW_HINT, &hint);
    S(fcntl, file, F_GET_RW_HINT, &hint);
    S(fcntl, file, F_GETPIPE_SZ);
    S(fcntl, -1, F_SETPIPE_SZ, 65536);
    S(fcntl, file, 77, 5);
    S(flock, file, LOCK_EX | LOCK_NB);
    S(flock, file, LOCK_UN);
    S(flock, file, 77);
    S(ioctl, file, FIONREAD, &count);
    S(ioctl, file, FIOCLEX);
    S(ioctl, file, FIONBIO, &count);
    S(ioctl, file, TCGETS, BAD);
    S(ioctl, file, FS_IOC_GETFLAGS, &count);
    S(ioctl, -1, TIOCGWINSZ, NULL);
    S(ioctl, file, _IOWR('@', 0x77, long), 5);
}

static void made(void) {
    char bytes[64];
    long sealed = S(memfd_create, "a name", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    S(fcntl, sealed, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW);
    S(fcntl, sealed, F_GET_SEALS);
    S(memfd_create, BAD, MFD_HUGETLB | MFD_HUGE_2MB);
    S(close, S(memfd_secret, O_CLOEXEC));
    S(memfd_secret, 1);
    long count = S(eventfd2, 3, EFD_CLOEXEC | EFD_SEMAPHORE);
    S(read, count, bytes, 8);
    S(close, S(eventfd, 5));
    S(eventfd2, 1, 0x100);
    uint64_t signals = 1 << (SIGUSR1 - 1) | 1 << (SIGCHLD - 1);
    long signalled = S(signalfd4, -1, &signals, 8, SFD_NONBLOCK | SFD_CLOEXEC);
    S(read, signalled, bytes, 1);
    S(signalfd, signalled, &signals, 8);
    S(signalfd4, -1, &signals, 4, 0);
    long timer = S(timerfd_create, CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct itimerspec time = {{0, 500}, {100, 5}}, old;
    S(timerfd_settime, timer, 0, &time, &old);
    S(timerfd_settime, timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &time, NULL);
    S(timerfd_settime, timer, 0x10, BAD, &old);
    S(timerfd_gettime, timer, &old);
    S(timerfd_gettime, file, &old);
    S(timerfd_create, 77, 0x10);
}

static void waited(void) {
    int ends[2];
    S(pipe2, ends, O_NONBLOCK);
    struct pollfd fds[] = {{ends[0], POLLIN | POLLPRI, 0}, {ends[1], POLLOUT | POLLRDHUP, 0},
                           {99, POLLIN, 0}};
    uint64_t mask = 1 << (SIGALRM - 1);
    struct timespec moment = {0, 1000000};
    S(poll, fds, 3, 10);
    S(poll, fds, 1, 1);
    S(poll, BAD, 1, 1);
    S(ppoll, fds, 2, &moment, &mask, 8);
    S(ppoll, fds, 1, P(timespec, 0, 1000), NULL, 0);
    fd_set in, out;
    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_SET(ends[0], &in);
    FD_SET(ends[1], &out);
    struct { uint64_t *set, size; } sigset = {&mask, 8};
    S(select, ends[1] + 1, &in, &out, NULL, P(timeval, 0, 1000));
    S(select, ends[1] + 1, NULL, NULL, NULL, P(timeval, 0, 1000));
    S(select, -1, NULL, NULL, NULL, NULL);
    FD_SET(ends[0], &in);
    S(pselect6, ends[0] + 1, &in, NULL, &out, &moment, &sigset);
    S(pselect6, 5, NULL, NULL, NULL, P(timespec, 0, -1), NULL);

    struct epoll_event event = {EPOLLIN | EPOLLET, {.u64 = 0x700000005}}, events[4];
    long poll = S(epoll_create1, EPOLL_CLOEXEC);
    S(close, S(epoll_create, 5));
    S(epoll_create, 0);
    S(epoll_ctl, poll, EPOLL_CTL_ADD, ends[0], &event);
    event.events = EPOLLOUT | EPOLLONESHOT | EPOLLRDHUP;
    S(epoll_ctl, poll, EPOLL_CTL_ADD, ends[1], &event);
    S(epoll_ctl, poll, EPOLL_CTL_MOD, 99, &event);
    S(epoll_wait, poll, events, 4, 10);
    S(write, ends[1], "x", 1);
    S(epoll_pwait, poll, events, 4, 10, &mask, 8);
    S(epoll_pwait2, poll, events, 4, &moment, NULL, 0);
    S(epoll_pwait2, -1, events, 4, &moment, &mask, 8);
    S(epoll_wait, poll, events, 0, 0);
    S(epoll_ctl, poll, EPOLL_CTL_DEL, ends[0], NULL);
    S(epoll_wait, poll, events, 1, 0);
    S(epoll_ctl_old);
    S(epoll_wait_old);
}

static void asynchronous(void) {
    char bytes[32];
    aio_context_t context = 0;
    struct iocb read = {.aio_data = 5, .aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = file,
                        .aio_buf = (uintptr_t)bytes, .aio_nbytes = sizeof bytes};
    struct iocb write = read, *all[] = {&read, &write};
    write.aio_lio_opcode = IOCB_CMD_PWRITE;
    struct io_event events[2];
    S(io_setup, 4, &context);
    S(io_setup, 4, &context);
    S(io_submit, context, 2, all);
    S(io_submit, context, 1, BAD);
    S(io_getevents, context, 1, 2, events, P(timespec, 0, 1000));
    S(io_pgetevents, context, 0, 2, events, P(timespec, 0, 1000), NULL);
    S(io_getevents, 0, 1, 1, events, NULL);
    S(io_cancel, context, &read, events);
    S(io_destroy, context);
    S(io_destroy, context);

    struct io_uring_params params = {.flags = IORING_SETUP_CQSIZE, .cq_entries = 8};
    struct { struct io_uring_probe head; struct io_uring_probe_op ops[8]; } probe = {0};
    struct iovec buffer = {bytes, sizeof bytes};
    long ring = S(io_uring_setup, 4, &params);
    S(io_uring_setup, 0, BAD);
    S(io_uring_enter, ring, 0, 0, IORING_ENTER_GETEVENTS, NULL, 8);
    S(io_uring_enter, -1, 1, 0, 0, NULL, 0);
    S(io_uring_register, ring, IORING_REGISTER_BUFFERS, &buffer, 1);
    S(io_uring_register, ring, IORING_UNREGISTER_BUFFERS, NULL, 0);
    S(io_uring_register, ring, IORING_REGISTER_FILES, &file, 1);
    S(io_uring_register, ring, IORING_REGISTER_PROBE, &probe, 8);
    S(io_uring_register, ring, 99, NULL, 0);
}

int main(int argc, char **argv) {
    begin(argc, argv);
    contents();
    space();
    copies();
    controlled();
    made();
    waited();
    asynchronous();
    S(close, -1);
    S(exit_group, 0);
}
