// Calls whose arguments point to what points to memory, and those that overwrite what they were given.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static char text[1000], room[3][600], control[2][200];

static void handler(int signal) { (void)signal; }

static void vectors(int null, int file) {
    struct iovec all[40];
    for (int i = 0; i < 40; i++) all[i] = (struct iovec){text + i, i};
    struct iovec mixed[] = {{text, 1000}, {NULL, 0}, {"", 0}, {(void *)16, 7}, {"tail", 4}};
    struct iovec in[] = {{room[0], 10}, {room[1], 600}, {room[2], 5}};
    writev(null, (struct iovec[]){{"abc", 3}, {"d", 1}}, 2);
    writev(null, all, 40);
    writev(null, all + 30, 5);
    writev(null, mixed, 5);
    writev(null, NULL, 0);
    writev(null, all, 0);
    writev(null, (void *)8, 2);
    writev(-1, all, 2);
    readv(file, in, 3);
    lseek(file, -20, SEEK_END);
    readv(file, in, 3);
    readv(file, in, 3);
    readv(-1, in, 3);
    preadv(file, in, 2, 3);
    preadv2(file, in, 2, 3, 0);
    process_vm_readv(getpid(), in, 1, in + 2, 1, 0);
    process_vm_writev(getpid(), in, 1, in + 2, 1, 0);
    off_t offset = 3;
    sendfile(null, file, &offset, 5);
    sendfile(null, file, NULL, 5);
}

static void messages(int null) {
    int pair[2], on = 1;
    socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
    struct iovec out[] = {{"hello", 5}, {"world!", 6}}, in = {room[0], 600};
    struct msghdr sent = {.msg_iov = out, .msg_iovlen = 2, .msg_control = control[0],
                          .msg_controllen = CMSG_SPACE(sizeof(int))};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&sent);
    *rights = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
    memcpy(CMSG_DATA(rights), &null, sizeof null);
    setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
    sendmsg(pair[0], &sent, 0);
    struct sockaddr_storage from;
    struct msghdr received = {&from, sizeof from, &in, 1, control[1], 64, 0};
    recvmsg(pair[1], &received, 0);
    recvmsg(pair[1], &received, MSG_DONTWAIT);
    sendmsg(pair[0], NULL, 0);
    sendmsg(-1, &sent, 0);
    sendmsg(pair[0], (void *)8, 0);
}

static void many_messages(void) {
    int to = socket(AF_INET, SOCK_DGRAM, 0), from = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
    struct sockaddr_in address = {AF_INET, 0, {htonl(INADDR_LOOPBACK)}, {0}};
    struct sockaddr_storage sender[2];
    socklen_t length = sizeof address;
    bind(to, (void *)&address, sizeof address);
    getsockname(to, (void *)&address, &length);
    length = sizeof sender[0];
    getsockname(to, (void *)sender, &length);
    length = 8;
    getsockname(to, (void *)sender, &length);
    getpeername(to, (void *)sender, &length);
    getsockname(to, (void *)sender, NULL);
    setsockopt(to, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
    setsockopt(to, IPPROTO_IP, IP_RECVTTL, &on, sizeof on);
    setsockopt(to, SOL_SOCKET, SO_TIMESTAMP, &on, sizeof on);
    struct iovec out[] = {{"hello", 5}, {"world!", 6}}, in[] = {{room[0], 100}, {room[1], 100}};
    struct mmsghdr sent[] = {{{&address, sizeof address, out, 2, NULL, 0, 0}, 0},
                             {{&address, sizeof address, out, 1, NULL, 0, 0}, 0}};
    struct mmsghdr received[] = {{{sender, sizeof *sender, in, 1, control[0], 200, 0}, 0},
                                 {{sender + 1, sizeof *sender, in + 1, 1, control[1], 200, 0}, 0},
                                 {{NULL, 0, in + 1, 1, NULL, 0, 0}, 0}};
    struct timespec limit = {1, 0};
    sendmmsg(from, sent, 2, 0);
    recvmmsg(to, received, 3, MSG_WAITFORONE, &limit);
    recvmmsg(to, received, 3, MSG_DONTWAIT, NULL);
    sendto(from, "x", 1, 0, (void *)&address, sizeof address);
    length = sizeof *sender;
    recvfrom(to, room[0], 100, 0, (void *)sender, &length);
    recvfrom(to, room[0], 100, MSG_DONTWAIT, (void *)sender, &length);
}

static void sets(int ready) {
    int quiet = socket(AF_INET, SOCK_DGRAM, 0);
    fd_set in, out;
    struct timeval time = {1, 0};
    struct timespec limit = {0, 5000000};
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGINT);
    FD_ZERO(&in);
    FD_SET(ready, &in);
    FD_SET(quiet, &in);
    FD_ZERO(&out);
    FD_SET(quiet, &out);
    syscall(SYS_select, 20, &in, &out, NULL, &time);
    FD_ZERO(&in);
    FD_SET(quiet, &in);
    time = (struct timeval){0, 1000};
    syscall(SYS_select, 20, &in, NULL, NULL, &time);
    FD_SET(77, &in);
    syscall(SYS_select, 80, &in, NULL, NULL, &time);
    syscall(SYS_select, 0, NULL, NULL, NULL, &time);
    FD_ZERO(&in);
    FD_SET(ready, &in);
    pselect(ready + 1, &in, NULL, NULL, &limit, &mask);
    pselect(0, NULL, NULL, NULL, &limit, NULL);
    struct pollfd both[] = {{quiet, POLLIN, 0}, {ready, POLLIN, 0}};
    ppoll(both, 2, &limit, &mask);
    ppoll(both, 1, &limit, NULL);
    poll(both, 1, 1);
    cpu_set_t cpus;
    syscall(SYS_sched_getaffinity, 0, sizeof cpus, &cpus);
    syscall(SYS_sched_setaffinity, 0, sizeof(long), &cpus);
    syscall(SYS_sched_setaffinity, 0, 0, &cpus);
}

int main(void) {
    memset(text, 'x', sizeof text);
    int null = open("/dev/null", O_WRONLY), file = open("/etc/passwd", O_RDONLY);
    gid_t groups[] = {1, 2, 3};
    vectors(null, file);
    messages(null);
    many_messages();
    sets(file);
    signal(SIGUSR1, handler);
    raise(SIGUSR1);
    setgroups(0, groups);
    setgroups(3, groups);
    getgroups(3, groups);
    execl("/nonexistent", "x", "y", NULL);
    char *environment[] = {"A=1", NULL};
    return execle("/bin/true", "true", "z", NULL, environment);
}
