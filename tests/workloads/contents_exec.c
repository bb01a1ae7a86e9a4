// Runs a program by a path and arguments that it has never touched, as constants are: at the call's entry
// their pages are not there yet. With an argument: a program that does not exist.
#include <unistd.h>

static char *const absent[] = { "absent", "argument", 0 };
static char *const present[] = { "present", "argument", 0 };

int main(int argc, char **argv) {
    (void)argv;
    if (argc > 1)
        execve("/nowhere/to/be/found", absent, 0);
    else
        execve("/bin/true", present, 0);
    return 0;
}
