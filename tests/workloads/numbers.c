// Makes calls of seventy thousand numbers that are none.
#include <unistd.h>

int main(void)
{
	for (long number = 0; number < 70000; number++)
		syscall(1000 + number);
	return 0;
}
