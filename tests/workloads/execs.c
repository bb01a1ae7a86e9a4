// Executes itself: first as the leader, then from another thread while the leader waits, then by
// file descriptor; an execve that fails goes before each.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static char **arguments;

static void again(char *stage) {
    char *argv[] = {arguments[0], stage, NULL}, *none[] = {NULL};
    execve("/nowhere/at all", argv, none);
    execve(arguments[0], argv, none);
    _exit(1);
}

static void *other(void *stage) {
    usleep(1000);
    again(stage);
    return NULL;
}

int main(int argc, char **argv) {
    const char *stage = argc > 1 ? argv[1] : "";
    arguments = argv;
    if (*stage == 0)
        again("leader");
    if (strcmp(stage, "leader") == 0) {
        pthread_t thread;
        pthread_create(&thread, NULL, other, "thread");
        pthread_join(thread, NULL);
        return 2;
    }
    if (strcmp(stage, "thread") == 0) {
        char *last[] = {argv[0], "last", NULL}, *none[] = {NULL};
        int self = open(argv[0], O_RDONLY | O_CLOEXEC);
        syscall(SYS_execveat, self, "", last, none, AT_EMPTY_PATH);
        return 3;
    }
    return getppid() > 0 ? 0 : 4;
}
