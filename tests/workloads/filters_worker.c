// A process that does what it is told over a Unix socket: filters_worker SOCKET [WORD...]
//
// It connects, says its process id, and answers each line with `done` (and a number):
//   call N PATH    N times openat(PATH) and getppid
//   thread NAME N PATH   the same in a new thread of that name, which then ends
//   hold           starts a thread that waits for ever; answers its id
//   name NAME      takes a name (prctl)
//   ruid UID       takes a real user id, keeping the effective one
//   euid UID       takes an effective user id, keeping the real one
//   fork           makes a child, which connects to the socket in turn
//   exec PROGRAM WORD   runs another program with the same socket; it connects in turn
//   quit           ends
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static const char *socket_path;
static FILE *in, *out;
static int meetings;

static void meet(void) {
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    strncpy(address.sun_path, socket_path, sizeof address.sun_path - 1);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
        _exit(90);
    if (meetings++) {
        fclose(in);
        fclose(out);
    }
    in = fdopen(fd, "r");
    out = fdopen(fcntl(fd, F_DUPFD_CLOEXEC, 0), "w");
    fprintf(out, "%d\n", getpid());
    fflush(out);
}

static void calls(int number, const char *path) {
    for (int i = 0; i < number; i++) {
        syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0);
        syscall(SYS_getppid);
    }
}

struct job {
    char name[64], path[256];
    int number;
};

static void *in_thread(void *argument) {
    struct job *job = argument;

    prctl(PR_SET_NAME, job->name);
    calls(job->number, job->path);
    return NULL;
}

static pid_t held;

static void *hold(void *ready) {
    held = syscall(SYS_gettid);
    write(*(int *)ready, "x", 1);
    for (;;)
        pause();
    return NULL;
}

static int obey(const char *line) {
    struct job job;
    pthread_t thread;
    int number, ends[2];
    char word[256], rest[256], byte;

    if (sscanf(line, "call %d %255s", &number, rest) == 2) {
        calls(number, rest);
    } else if (sscanf(line, "thread %63s %d %255s", job.name, &job.number, job.path) == 3) {
        pthread_create(&thread, NULL, in_thread, &job);
        pthread_join(thread, NULL);
    } else if (!strcmp(line, "hold")) {
        if (pipe2(ends, O_CLOEXEC) < 0)
            return -1;
        pthread_create(&thread, NULL, hold, &ends[1]);
        return read(ends[0], &byte, 1) == 1 ? held : -1;
    } else if (sscanf(line, "name %255s", rest) == 1) {
        return prctl(PR_SET_NAME, rest);
    } else if (sscanf(line, "ruid %d", &number) == 1) {
        return syscall(SYS_setresuid, number, -1, -1);
    } else if (sscanf(line, "euid %d", &number) == 1) {
        return syscall(SYS_setresuid, -1, number, -1);
    } else if (!strcmp(line, "fork")) {
        number = fork();
        if (number == 0)
            meet();
        return number;
    } else if (sscanf(line, "exec %255s %255s", word, rest) == 2) {
        execl(word, word, socket_path, rest, NULL);
        return -1;
    } else if (!strcmp(line, "quit")) {
        _exit(0);
    } else {
        return -1;
    }
    return 0;
}

int main(int argc, char **argv) {
    char line[1024];

    if (argc < 2)
        return 91;
    socket_path = argv[1];
    signal(SIGCHLD, SIG_IGN);
    meet();
    while (fgets(line, sizeof line, in)) {
        int before = meetings, answer;

        line[strcspn(line, "\n")] = 0;
        answer = obey(line);
        // The child of a fork has a conversation of its own, and owes no answer.
        if (meetings == before) {
            fprintf(out, "done %d\n", answer);
            fflush(out);
        }
    }
    return 0;
}
