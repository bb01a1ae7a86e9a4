// Nine thousand calls, of which each overwrites what it was given.
#include <fcntl.h>
#include <sys/sendfile.h>

int main(void)
{
	int from = open("/etc/passwd", O_RDONLY), to = open("/dev/null", O_WRONLY);
	for (int i = 0; i < 9000; i++) {
		off_t offset = 0;
		sendfile(to, from, &offset, 16);
	}
	return 0;
}
