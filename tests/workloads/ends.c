// Ends while calls are under way. `thread`: the process exits while threads are blocked.
// `SIGNAL`: a child that is blocked, and has a blocked thread, is killed by that signal.
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int ends[2], ready[2];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void tell(void) {
    if (write(ready[1], "x", 1) != 1)
        _exit(1);
}

static void *in_read(void *unused) {
    char byte;
    tell();
    (void)!read(ends[0], &byte, 1);
    return unused;
}

static void *in_futex(void *unused) {
    tell();
    pthread_mutex_lock(&lock);
    return unused;
}

static void block(void) {
    pthread_t thread;
    char byte;
    pthread_mutex_lock(&lock);
    pthread_create(&thread, NULL, in_read, NULL);
    pthread_create(&thread, NULL, in_futex, NULL);
    for (int number = 0; number < 2; number++)
        (void)!read(ready[0], &byte, 1);
    usleep(200000);
}

int main(int argc, char **argv) {
    int signal = argc > 1 ? atoi(argv[1]) : 0, status;
    if (pipe(ends) != 0 || pipe(ready) != 0)
        return 1;
    if (signal == 0) {
        block();
        exit(7);
    }
    pid_t child = fork();
    if (child == 0) {
        block();
        tell();
        for (;;)
            pause();
    }
    struct pollfd told = {.fd = ready[0], .events = POLLIN};
    usleep(600000);
    poll(&told, 1, 5000);
    kill(child, signal);
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == signal ? 0 : 2;
}
