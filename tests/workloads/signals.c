// Calls that signals interrupt: given up, made again, gone on with; and calls with bad arguments.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static void handler(int signal) { (void)signal; }

static void soon(int flags) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    struct itimerval timer = {.it_value = {.tv_usec = 50000}};
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
}

int main(void) {
    char byte;
    int ends[2];
    struct timespec longer = {.tv_nsec = 300000000};
    if (pipe(ends) != 0)
        return 1;
    soon(0);
    if (read(ends[0], &byte, 1) != -1 || errno != EINTR)
        return 2;
    soon(0);
    nanosleep(&longer, NULL);
    soon(SA_RESTART);
    if (fork() == 0) {
        usleep(300000);
        (void)!write(ends[1], "x", 1);
        _exit(0);
    }
    if (read(ends[0], &byte, 1) != 1)
        return 3;
    // Stopped and continued: nanosleep goes on as restart_syscall.
    pid_t parent = getpid();
    if (fork() == 0) {
        usleep(50000);
        kill(parent, SIGSTOP);
        usleep(50000);
        kill(parent, SIGCONT);
        _exit(0);
    }
    nanosleep(&longer, NULL);

    // What goes wrong.
    syscall(9999, 1, 2, 3);
    syscall(SYS_openat, AT_FDCWD, NULL, 0, 0);
    syscall(SYS_openat, AT_FDCWD, (char *)0x10, 0, 0);
    syscall(SYS_openat, AT_FDCWD, "", 0, 0);
    static char name[5000];
    memset(name, 'a', 4000);
    syscall(SYS_openat, AT_FDCWD, name, 0, 0);
    syscall(SYS_openat, AT_FDCWD, "esc\033ape \\ \"quoted\"\n\377\303\251", 0, 0);
    syscall(SYS_write, 0xffffffff00000001, "", 0);
    syscall(SYS_lseek, ends[0], -5L, SEEK_SET);
    syscall(SYS_mmap, 0, -1L, 0, 0, -1, 0);
    syscall(SYS_renameat, AT_FDCWD, "/nowhere/from", -1, "/nowhere/to");
    return 0;
}
