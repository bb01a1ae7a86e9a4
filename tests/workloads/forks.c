// Two hundred children, twenty at a time; every other one by vfork(2).
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    for (int round = 0; round < 10; round++) {
        for (int number = 0; number < 20; number++) {
            pid_t child = number % 2 ? fork() : vfork();
            if (child < 0)
                return 1;
            if (child == 0) {
                getppid();
                access("/nowhere", F_OK);
                _exit(number);
            }
        }
        while (wait(NULL) > 0)
            ;
    }
    return 0;
}
