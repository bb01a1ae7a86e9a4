// A 32-bit program with a C library: calls whose structures, or whose arguments in pairs, are others
// than those of 64 bits. It works in the folder given.
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void handler(int signal) { (void)signal; }

static void *work(void *path) {
    close(open(path, O_RDONLY));
    return NULL;
}

static void files(void) {
    int file = open("narrow file", O_RDWR | O_CREAT | O_TRUNC, 0640);
    struct iovec parts[] = {{"one ", 4}, {"two\n", 4}};
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 4};
    struct stat stats;
    struct statfs fs;
    char bytes[16];
    writev(file, parts, 2);
    pwrite(file, "x", 1, 3);
    lseek(file, -3, SEEK_END);
    syscall(SYS__llseek, file, 0, 5, bytes, SEEK_SET);
    (void)!read(file, bytes, sizeof bytes);
    (void)!pread(file, bytes, 4, 1);
    fcntl(file, F_SETLK, &lock);
    fcntl(file, F_GETFL);
    (void)!ftruncate(file, 5000);
    posix_fadvise(file, 0, 0, POSIX_FADV_RANDOM);
    fallocate(file, 0, 0, 8192);
    fstat(file, &stats);
    syscall(SYS_fstat64, file, bytes - 0x10000000);
    syscall(SYS_stat64, "narrow file", &(char[128]){0});
    syscall(SYS_fstatat64, AT_FDCWD, "narrow file", &(char[128]){0}, 0);
    statfs("/proc", &fs);
    void *mapped = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, file, 4096);
    munmap(mapped, 4096);
    rename("narrow file", "narrow file 2");
    unlink("narrow file 2");
    close(file);
}

static void sockets(void) {
    int ends[2];
    char bytes[16];
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    struct iovec part = {"hello", 5}, got = {bytes, sizeof bytes};
    struct msghdr out = {.msg_iov = &part, .msg_iovlen = 1}, in = {.msg_iov = &got, .msg_iovlen = 1};
    sendmsg(ends[0], &out, MSG_NOSIGNAL);
    struct pollfd wait = {.fd = ends[1], .events = POLLIN};
    poll(&wait, 1, 100);
    recvmsg(ends[1], &in, 0);
    send(ends[0], "again", 5, 0);
    fd_set set;
    struct timeval second = {.tv_sec = 1};
    FD_ZERO(&set);
    FD_SET(ends[1], &set);
    select(ends[1] + 1, &set, NULL, NULL, &second);
    recv(ends[1], bytes, sizeof bytes, 0);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = ends[0]};
    epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event);
    epoll_wait(epoll, &event, 1, 10);
    // The old way to all of them.
    unsigned long args[] = {AF_UNIX, SOCK_DGRAM, 0};
    close(syscall(SYS_socketcall, 1, args));
    close(ends[0]);
    close(ends[1]);
}

static void clocks(void) {
    struct timespec time, little = {.tv_nsec = 1000000};
    struct timeval now;
    struct itimerval timer = {.it_value = {.tv_usec = 10000}};
    struct sigaction action = {.sa_handler = handler};
    struct rusage usage;
    struct rlimit limit;
    syscall(SYS_clock_gettime, CLOCK_REALTIME, &time);
    syscall(SYS_clock_gettime64, CLOCK_MONOTONIC, &(long long[2]){0});
    syscall(SYS_gettimeofday, &now, NULL);
    syscall(SYS_time, NULL);
    clock_getres(CLOCK_MONOTONIC, &time);
    nanosleep(&little, NULL);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
    pause();
    getrusage(RUSAGE_SELF, &usage);
    getrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv) {
    struct utsname name;
    struct sysinfo info;
    pthread_t thread;
    int status;
    if (argc != 2 || chdir(argv[1]) != 0)
        return 1;
    files();
    sockets();
    clocks();
    uname(&name);
    sysinfo(&info);
    syscall(SYS_getuid32);
    syscall(SYS_getuid);
    pthread_create(&thread, NULL, work, "/nowhere/from a thread");
    pthread_join(thread, NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(3);
    waitpid(child, &status, 0);
    return 0;
}
