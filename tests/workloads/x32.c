// Calls of x32, by a 64-bit program whose memory lies in the low 4 GiB. Most kernels have none of them: they
// fail, and are recorded all the same. Without a C library, so that it is the same everywhere.
#define X32 0x40000000

static long call(long number, long a, long b, long c, long d) {
    register long fourth __asm__("r10") = d;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth)
                     : "rcx", "r11", "memory");
    return result;
}

static char path[] = "/nowhere/in x32";
static char text[] = "of four words, long";
static long long time[2] = {0, 5};             // in x32 they have 64 bits each
static unsigned action[5];                     // and addresses 32
static unsigned set[2] = {1 << 11, 0};

void _start(void) {
    call(X32 | 39, 0, 0, 0, 0);                 // getpid
    call(X32 | 1, -1, (long)text, 7, 0);        // write
    call(X32 | 257, -100, (long)path, 0, 0);    // openat
    call(X32 | 35, (long)time, 0, 0, 0);        // nanosleep
    call(X32 | 8, 0, -3, 0, 0);                 // lseek
    call(X32 | 512, 12, (long)action, 0, 8);    // rt_sigaction
    call(X32 | 523, (long)set, 0, (long)time, 8); // rt_sigtimedwait
    call(X32 | 545, -100, (long)path, 0, 0);    // execveat
    call(X32 | 13, 12, 0, 0, 8);                // x86-64's rt_sigaction
    call(X32 | 156, 1, 2, 3, 4);                // x86-64's _sysctl
    call(X32 | 700, 1, 2, 3, 4);                // nothing
    call(700, 1, 2, 3, 4);                      // nothing, of x86-64
    call(512, 1, 2, 3, 4);                      // x32's number without the bit
    call(X32 | 231, 3, 0, 0, 0);                // exit_group
    call(231, 5, 0, 0, 0);
}
