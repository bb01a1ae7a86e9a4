// Calls that only i386 has; for a 32-bit program.
#include "every.h"

#include <linux/aio_abi.h>
#include <linux/fanotify.h>
#include <linux/futex.h>
#include <linux/net.h>
#include <poll.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>

// A time of 64 bits, and a timer's.
struct time64 { int64_t sec, nsec; };
struct timer64 { struct time64 interval, value; };

// 64 bits take two registers.
#define TWO(number) (uint32_t)(number), (uint32_t)((uint64_t)(number) >> 32)

static long file;

static void positions(void) {
    int64_t result, from = 3;
    char bytes[32];
    int ends[2];
    S(pipe, ends);
    S(write, file, "a 32-bit \"program\"\n", 19);
    S(_llseek, file, 0, 4, &result, SEEK_SET);
    S(_llseek, -1, -1, -1, BAD, SEEK_CUR);
    S(lseek, file, -5, SEEK_END);
    S(lseek, file, 0, 77);
    S(pread64, file, bytes, sizeof bytes, TWO(2));
    S(pread64, file, bytes, 5, TWO(-1));
    S(pwrite64, file, "\1", 1, TWO(0x100000000));
    S(readahead, file, TWO(4096), 4096);
    S(fadvise64, file, TWO(0x200000001), 4096, POSIX_FADV_DONTNEED);
    S(fadvise64_64, file, TWO(1), TWO(0x300000000), POSIX_FADV_NOREUSE);
    S(fallocate, file, 1, TWO(4096), TWO(4096));
    S(sync_file_range, file, TWO(0), TWO(4096), 7);
    S(sendfile64, ends[1], file, &from, 5);
    S(ftruncate, file, 5000);
    S(ftruncate64, file, TWO(0x100000000));
    S(truncate, "file", 100);
    S(truncate64, "missing", TWO(-1));
    S(lookup_dcookie, TWO(0x500000006), bytes, sizeof bytes);
    S(close, ends[0]);
    S(close, ends[1]);
}

static void described(void) {
    char space[512];
    S(stat64, "file", space);
    S(lstat64, "missing", space);
    S(fstat64, file, space);
    S(fstatat64, AT_FDCWD, "/dev/null", space, AT_SYMLINK_NOFOLLOW);
    S(statfs64, "/proc", 84, space);
    S(fstatfs64, -1, 84, BAD);
    S(oldstat, "file", space);
    S(oldlstat, "missing", space);
    S(oldfstat, 0, space);
    S(olduname, space);
    S(oldolduname, space);
    long folder = S(open, ".", O_RDONLY | O_DIRECTORY);
    S(readdir, folder, space, 1);
    S(close, folder);
    S(umount, "missing");
    S(utimensat_time64, AT_FDCWD, "file", ((struct time64[]){{5, 6}, {0x100000000, 7}}), 0);
    S(fcntl64, file, F_SETLK, P(flock, F_RDLCK, SEEK_SET, 1, 2));
    S(fcntl64, file, F_GETFL);
    S(chown32, "file", -1, 70000);
    S(lchown32, "missing", 1, 2);
    S(fchown32, file, -1, -1);
    long group = S(fanotify_init, FAN_CLOEXEC, O_RDONLY);
    S(fanotify_mark, group, FAN_MARK_ADD, TWO(FAN_OPEN | FAN_ONDIR), AT_FDCWD, ".");
    S(close, group);
}

static void mapped(void) {
    struct { unsigned long addr, len, prot, flags, fd, offset; } args =
        {0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0};
    S(munmap, S(mmap, &args), 4096);
    S(mmap, BAD);
    S(munmap, S(mmap2, NULL, 4096, PROT_READ, MAP_SHARED, file, 1), 4096);
    S(vm86, 0, BAD);
    S(vm86old, BAD);
}

static void waited(void) {
    struct { unsigned long count; void *in, *out, *except, *timeout; } args = {5, NULL, NULL, NULL, NULL};
    struct pollfd fds[] = {{file, POLLIN | POLLOUT, 0}};
    struct timeval moment = {0, 1000};
    fd_set in;
    FD_ZERO(&in);
    FD_SET(file, &in);
    args.in = &in, args.timeout = &moment;
    S(select, &args);
    S(select, BAD);
    S(_newselect, 5, &in, NULL, NULL, &moment);
    S(pselect6_time64, 5, NULL, &in, NULL, P(time64, 0, 1000), NULL);
    S(ppoll_time64, fds, 1, P(time64, 0, 1000), NULL, 0);
    S(io_pgetevents_time64, 0, 1, 1, BAD, P(time64, 0, 1), NULL);
    uint32_t word = 1;
    S(futex_time64, &word, FUTEX_WAIT_PRIVATE, 1, P(time64, 0, 1000));
    S(futex_time64, &word, FUTEX_WAKE, 1);
}

static void clocks(void) {
    struct time64 time;
    struct timer64 old;
    char state[256] = {0};
    int timer = 0;
    S(clock_gettime64, CLOCK_REALTIME, &time);
    S(clock_getres_time64, CLOCK_MONOTONIC, &time);
    S(clock_nanosleep_time64, CLOCK_MONOTONIC, 0, P(time64, 0, 1000), &time);
    S(clock_adjtime64, CLOCK_REALTIME, state);
    S(sched_rr_get_interval_time64, 0, &time);
    S(timer_create, CLOCK_REALTIME, NULL, &timer);
    S(timer_settime64, timer, 0, P(timer64, {1, 2}, {1000, 5}), &old);
    S(timer_gettime64, timer, &old);
    S(timer_delete, timer);
    long descriptor = S(timerfd_create, CLOCK_BOOTTIME, 0);
    S(timerfd_settime64, descriptor, TFD_TIMER_ABSTIME, P(timer64, {0, 0}, {0x100000000, 5}), NULL);
    S(timerfd_gettime64, descriptor, &old);
    S(close, descriptor);
}

static void handler(int number) { (void)number; }

static void signals(void) {
    struct { void *handler; unsigned long mask, flags; void *restorer; } action =
        {handler, 1 << (SIGHUP - 1), 0, NULL}, old;
    unsigned long mask = 1 << (SIGUSR1 - 1), was;
    uint64_t wide = mask;
    siginfo_t info;
    S(sigaction, SIGUSR1, &action, &old);
    S(sigaction, SIGKILL, NULL, BAD);
    S(kill, S(getpid), SIGUSR1);
    S(sigprocmask, SIG_BLOCK, &mask, &was);
    S(sigprocmask, 77, BAD, NULL);
    S(kill, S(getpid), SIGUSR1);
    S(sigpending, &was);
    S(rt_sigtimedwait_time64, &wide, &info, P(time64, 1, 0), 8);
    S(kill, S(getpid), SIGUSR1);
    S(sigsuspend, 0, 0, 0);
    S(sgetmask);
    S(ssetmask, 0);
    S(signal, SIGUSR2, handler);
    S(signal, SIGKILL, SIG_IGN);
}

static int queues(void) {
    if (S(unshare, CLONE_NEWIPC))
        return 1;
    struct { long type; char text[8]; } message = {1, "message"};
    long queue = S(ipc, 13, IPC_PRIVATE, IPC_CREAT | 0600);
    S(ipc, 11, queue, 8, 0, &message);
    S(ipc, 14, queue, IPC_RMID);
    S(ipc, 77, 1, 2, 3, 4, 5);
    S(semtimedop_time64, -1, ((short[]){0, 1, 0}), 1, P(time64, 1, 2));
    S(mq_timedsend_time64, -1, "x", 1, 1, P(time64, 1, 2));
    S(mq_timedreceive_time64, -1, BAD, 1, NULL, P(time64, 1, 2));
    S(recvmmsg_time64, -1, BAD, 1, 0, P(time64, 1, 2));
    long pair[2];
    S(socketcall, SYS_SOCKETPAIR, ((long[]){AF_UNIX, SOCK_STREAM, 0, (long)pair}));
    S(socketcall, SYS_SEND, ((long[]){pair[0], (long)"sent", 4, MSG_NOSIGNAL}));
    char got[8];
    S(socketcall, SYS_RECV, ((long[]){pair[1], (long)got, sizeof got, MSG_DONTWAIT}));
    S(socketcall, SYS_SHUTDOWN, ((long[]){pair[1], SHUT_RDWR}));
    S(socketcall, SYS_SOCKET, ((long[]){AF_INET, SOCK_DGRAM, 17}));
    S(socketcall, SYS_LISTEN, BAD);
    S(socketcall, 77, BAD);
    return 0;
}

static int users(void) {
    unsigned real, effective, saved, groups[] = {5, 70000};
    S(getuid32);
    S(geteuid32);
    S(getgid32);
    S(getegid32);
    S(getresuid32, &real, &effective, &saved);
    S(getresgid32, &real, &effective, BAD);
    S(setgroups32, 2, groups);
    S(getgroups32, 2, groups);
    S(setfsuid32, 1000);
    S(setfsgid32, 1000);
    S(setgid32, 5);
    S(setregid32, -1, 5);
    S(setresgid32, -1, -1, 5);
    S(setreuid32, 0, -1);
    S(setresuid32, 70000, 70000, 70000);
    S(setuid32, 0);
    S(clock_settime64, CLOCK_REALTIME, P(time64, 5, 1000000000));
    S(stime, BAD);
    return 0;
}

// Calls that were removed, or were never there, and those that newer ones replace.
static void gone(void) {
    char limit[8];
    S(ugetrlimit, 7, limit);
    S(nice, 0);
    S(bdflush, 1, 5);
    S(break);
    S(ftime);
    S(gtty);
    S(idle);
    S(lock);
    S(mpx);
    S(prof);
    S(profil);
    S(stty);
    S(ulimit);
}

int main(int argc, char **argv) {
    int status;
    begin(argc, argv);
    file = S(open, "file", O_RDWR | O_CREAT, 0600);
    positions();
    described();
    mapped();
    waited();
    clocks();
    signals();
    apart(queues);
    apart(users);
    gone();
    long child = S(clone, SIGCHLD, NULL, NULL, NULL, NULL);
    if (child == 0)
        S(exit_group, 7);
    S(waitpid, child, &status, __WALL);
    S(waitpid, -1, NULL, WNOHANG);
    S(exit_group, 0);
}
