// Calls whose arguments and results are known, and at the end, on standard output, the lines that
// they are in the classic text. Between the first and the last there is no other call.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static char lines[65536];
static size_t used;
static int self;

static void line(const char *format, ...) {
    va_list args;
    va_start(args, format);
    used += snprintf(lines + used, sizeof lines - used, "pid=%d, ", self);
    used += vsnprintf(lines + used, sizeof lines - used, format, args);
    lines[used++] = '\n';
    va_end(args);
}

int main(int argc, char **argv) {
    if (argc < 2 || chdir(argv[1]) != 0)
        return 1;
    static char buffer[1024], name[] = "made file, \303\251\t\n";
    static struct stat status;
    static char text[] = "a, b\n\t\\\"\1\033[m\303\251\377";
    int ends[2], word = 1;
    struct iovec parts[] = {{"one", 3}, {"", 0}, {"three", 5}};
    struct timespec moment = {0, 1};
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        return 1;
    snprintf(lines, sizeof lines, "%d", 0);     // stdio has what it needs
    self = getpid();
    long fd, got, map;

    fd = syscall(SYS_openat, AT_FDCWD, name, O_RDWR | O_CREAT | O_EXCL, 0640);
    line("openat, dir=-100, path=made file, \303\251\\t\\n, flags=%d, mode=416, res=%ld", O_RDWR | O_CREAT | O_EXCL, fd);
    got = syscall(SYS_write, fd, text, sizeof text - 1);
    line("write, res=%ld", got);
    got = syscall(SYS_lseek, fd, -(long)sizeof text + 1, SEEK_CUR);
    line("lseek, fd=%ld, offset=%ld, whence=1, res=0", fd, -(long)sizeof text + 1);
    got = syscall(SYS_read, fd, buffer, sizeof buffer);
    line("read, fd=%ld, size=1024, res=%ld, data=a, b\\n\\t\\\\\"\\x01\\x1b[m\303\251\\xff", fd, got);
    got = syscall(SYS_read, fd, buffer, 5L << 32);
    line("read, fd=%ld, size=21474836480, res=0, data=", fd);
    got = syscall(SYS_ftruncate, fd, 300);
    line("ftruncate, res=0");
    got = syscall(SYS_lseek, fd, 0, SEEK_SET);
    line("lseek, fd=%ld, offset=0, whence=0, res=0", fd);
    memset(text, 'a', 8);
    got = syscall(SYS_pwrite64, fd, text, 8, 0);
    line("pwrite64, res=8");
    got = syscall(SYS_ftruncate, fd, 8);
    line("ftruncate, res=0");
    got = syscall(SYS_fstat, fd, &status);
    line("fstat, fd=%ld, res=0", fd);
    got = syscall(SYS_dup, fd);
    line("dup, oldfd=%ld, res=%ld", fd, got);
    syscall(SYS_close, got);
    line("close, fd=%ld, res=0", got);
    syscall(SYS_close, -1);
    line("close, fd=-1, res=-9");
    got = syscall(SYS_read, -1, buffer, 9);
    line("read, fd=-1, size=9, res=-9, data=");
    got = syscall(SYS_open, "/nowhere/\033", O_WRONLY, 0);
    line("open, path=/nowhere/\\x1b, flags=1, mode=0, res=-2");
    got = syscall(SYS_open, 16L, O_RDONLY, 0);
    line("open, path=0x10(unreadable), flags=0, mode=0, res=-14");
    got = syscall(SYS_creat, "created", 0600);
    line("creat, path=created, mode=384, res=%ld", got);
    got = syscall(SYS_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 6);
    line("socket, domain=2, type=%d, protocol=6, fd=%ld", SOCK_STREAM | SOCK_CLOEXEC, got);
    got = syscall(SYS_sendto, ends[0], "hello", 5, 0, NULL, 0);
    line("sendto, sockfd=%d, size=5", ends[0]);
    got = syscall(SYS_recvfrom, ends[1], buffer, 100, 0, NULL, NULL);
    line("recvfrom, fd=%d, size=100, res=5, data=hello", ends[1]);
    got = syscall(SYS_writev, ends[0], parts, 3);
    line("writev, res=8");
    got = syscall(SYS_ioctl, ends[1], 0x541b, &word);
    line("ioctl, fd=%d, req=%d, argp=%p, res=0", ends[1], 0x541b, (void *)&word);
    memset(buffer, 'x', 300);
    got = syscall(SYS_sendto, ends[0], buffer, 300, 0, NULL, 0);
    line("sendto, sockfd=%d, size=300", ends[0]);
    got = syscall(SYS_read, ends[1], buffer, 400);
    line("read, fd=%d, size=400, res=308, data(part)=onethree%.248s", ends[1], buffer + 8);
    got = syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 3, NULL, NULL, 0);
    line("futex, addr=%p, op=129, val=3, res=0", (void *)&word);
    map = syscall(SYS_mmap, 0, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    line("mmap, res=%#lx", map);
    got = syscall(SYS_munmap, map, 8192);
    line("munmap, addr=%#lx, length=8192, res=0", map);
    got = syscall(SYS_getcwd, buffer, sizeof buffer);
    line("getcwd, path=%s", buffer);
    got = syscall(SYS_getuid);
    line("getuid, res=%ld", got);
    got = syscall(SYS_nanosleep, &moment, NULL);
    line("nanosleep");
    got = syscall(SYS_ppoll, NULL, 0, &moment, NULL, 0);
    line("ppoll");
    got = syscall(SYS_tgkill, self, self, 0);
    line("tgkill, tgid=%d, tid=%d, sig=0, res=0", self, self);
    got = syscall(SYS_accept4, -1, NULL, NULL, 0);
    line("accept4, res=-9");
    got = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (got == 0)
        syscall(SYS_exit_group, 0);
    line("clone, res=%ld", got);
    line("exit_group");
    (void)!write(1, lines, used);
    syscall(SYS_exit_group, 0);
}
