/* Blocks in calls: UNDER_WAY GO FIFO. Some threads block at once, others when the file GO is there; main is
 * the last. */
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int silent[2], other[2];
static char *fifo;
static char buffer[128];

static void *read_100(void *unused) { read(silent[0], buffer, 100); return unused; }
static void *read_50(void *unused) { read(silent[0], buffer, 50); return unused; }
static void *read_7(void *unused) { read(other[0], buffer, 7); for (;;) pause(); return unused; }
static void *wait_for_input(void *unused)
{
	struct pollfd fd = { silent[0], POLLIN, 0 };
	poll(&fd, 1, -1);
	return unused;
}
static void *sleep_long(void *unused)
{
	struct timespec time = { 1000, 5 };
	syscall(SYS_nanosleep, &time, &time);
	return unused;
}
static void *wait_for_word(void *unused)
{
	static int word = 3;
	struct timespec time = { 2000, 7 };
	syscall(SYS_futex, &word, FUTEX_WAIT, 3, &time, 0, 0);
	return unused;
}
static void *open_fifo(void *unused) { open(fifo, O_RDONLY); return unused; }

static void start(void *(*what)(void *))
{
	pthread_t thread;
	pthread_create(&thread, 0, what, 0);
}

int main(int count, char **args)
{
	struct timespec little = { 0, 10000000 };
	if (count != 3 || pipe(silent) || pipe(other))
		return 1;
	fifo = args[2];
	start(read_100);
	start(read_7);
	start(wait_for_input);
	while (access(args[1], F_OK))
		nanosleep(&little, 0);
	write(other[1], "1234567", 7);
	start(read_50);
	start(sleep_long);
	start(wait_for_word);
	start(open_fifo);
	for (;;)
		pause();
}
