// 32-bit calls. Built with -m32 all of it is 32-bit; else a 64-bit program makes them (int 0x80).
// `static` and without a C library, so that it is the same everywhere.
static long call(long number, long a, long b, long c) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
    return result;
}

// In the low 4 GiB even of a 64-bit program, which is linked without -pie.
static char path[] = "/nowhere/in 32 bits";
static char text[] = "";

void _start(void) {
    call(20, 0, 0, 0);                          // getpid
    call(5, (long)path, 0, 0);                  // open
    call(4, 1, (long)text, 0);                  // write
    call(3, -1, (long)text, 7);                 // read
    call(19, 0, -3, 0);                         // lseek
    call(199, 0, 0, 0);                         // getuid32
    call(192, 0, 0, 0);                         // mmap2
    call(33, (long)path, 4, 0);                 // access
    call(6, 77, 0, 0);                          // close
#ifdef __x86_64__
    long result;                                // getpid among them, in 64 bits
    __asm__ volatile("syscall" : "=a"(result) : "a"(39) : "rcx", "r11", "memory");
#endif
    call(252, 5, 0, 0);                         // exit_group
}
