// Processes whose ids have the same low 16 bits, all at work at once.
#define _GNU_SOURCE
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { OTHERS = 3, ROUNDS = 20 };

static void work(void)
{
    for (int round = 0; round < ROUNDS; round++)
        syscall(SYS_nanosleep, &(struct timespec){0, 2000000}, NULL);
}

int main(void)
{
    for (int i = 1; i <= OTHERS; i++) {
        pid_t id = getpid() + (i << 16);
        struct clone_args args = {
            .exit_signal = SIGCHLD, .set_tid = (unsigned long)&id, .set_tid_size = 1};
        long child = syscall(SYS_clone3, &args, sizeof args);
        if (child < 0) {
            perror("clone3");
            return 1;
        }
        if (child == 0) {
            work();
            _exit(0);
        }
    }
    work();
    while (wait(NULL) > 0)
        ;
    return 0;
}
