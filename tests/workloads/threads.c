// Fifty threads at once, each with a few calls of its own and some that meet in locks and pipes.
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

enum { THREADS = 50 };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int ends[2];

static void *work(void *number) {
    char path[64], byte = 'x';
    for (int round = 0; round < 5; round++) {
        snprintf(path, sizeof path, "/proc/self/no/thread %ld/round\t%d", (long)number, round);
        close(open(path, O_RDONLY));
        pthread_mutex_lock(&lock);
        if (write(ends[1], &byte, 1) != 1 || read(ends[0], &byte, 1) != 1)
            return number;
        pthread_mutex_unlock(&lock);
        lseek(-1, -(long)number, SEEK_CUR);
    }
    return NULL;
}

int main(void) {
    pthread_t threads[THREADS];
    if (pipe(ends) != 0)
        return 1;
    for (long number = 0; number < THREADS; number++)
        pthread_create(&threads[number], NULL, work, (void *)number);
    for (int number = 0; number < THREADS; number++)
        pthread_join(threads[number], NULL);
    return 0;
}
