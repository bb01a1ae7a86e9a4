/* Makes children whose threads all end at once, on as many CPUs as there are. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 500, THREADS = 3 };

static atomic_int running;

static void *spin(void *unused)
{
    (void)unused;
    running++;
    for (;;)
        ;
}

int main(void)
{
    for (int child = 0; child < CHILDREN; child++) {
        pid_t pid = fork();
        if (pid == 0) {
            for (int thread = 0; thread < THREADS; thread++) {
                pthread_t id;
                if (pthread_create(&id, NULL, spin, NULL) != 0)
                    _exit(1);
            }
            while (running < THREADS)
                ;
            _exit(0);
        }
        int status;
        if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
            return 1;
    }
    return 0;
}
