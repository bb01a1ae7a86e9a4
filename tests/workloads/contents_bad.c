// Calls whose memory cannot be read, or only in part: contents_bad FILE
//
// Descriptor 100 is FILE, 101 a socket. `edge` is the end of a page behind which nothing is mapped.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define BAD ((void *)8)

int main(int argc, char **argv) {
    char *page = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *edge = page + 2 * 4096;
    struct sockaddr_in address = { .sin_family = AF_INET };
    struct { struct sockaddr_in is; char more[16]; } name;
    socklen_t length;
    char nowhere[] = "/nowhere/at/all", no[] = "no", *no_args[] = { no, BAD, NULL };
    if (argc != 2 || munmap(edge, 4096) < 0)
        return 1;
    dup2(open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0600), 100);
    dup2(socket(AF_INET, SOCK_DGRAM, 0), 101);
    memset(page, 'm', 2 * 4096);

    // Wholly unreadable.
    syscall(SYS_write, 1, BAD, 10);
    syscall(SYS_write, 100, (void *)0xffff800000000000, 10);
    syscall(SYS_openat, AT_FDCWD, BAD, O_RDONLY, 0);
    syscall(SYS_openat, AT_FDCWD, NULL, O_RDONLY, 0);
    syscall(SYS_writev, 100, BAD, 2);
    syscall(SYS_sendmsg, 101, BAD, 0);
    syscall(SYS_connect, 101, BAD, 16);
    syscall(SYS_execve, BAD, NULL, NULL);
    syscall(SYS_execve, nowhere, BAD, NULL);
    syscall(SYS_execve, nowhere, no_args, NULL);
    syscall(SYS_pread64, 100, BAD, 10, 0);

    // Up to an edge, and across a border between pages where both are there.
    memcpy(edge - 6, "/edge/", 6);
    syscall(SYS_openat, AT_FDCWD, edge - 6, O_RDONLY, 0);
    memcpy(page + 4096 - 8, "/across/the/border", 19);
    syscall(SYS_openat, AT_FDCWD, page + 4096 - 8, O_RDONLY, 0);
    memset(edge - 100, 'w', 100);
    syscall(SYS_pwrite64, 100, edge - 100, 300, 0);
    memset(page, 'f', 300);
    syscall(SYS_pwrite64, 100, page, 300, 0);
    syscall(SYS_pread64, 100, edge - 50, 300, 0);
    struct iovec piece[3] = { { page, 20 }, { edge - 30, 60 }, { page, 20 } };
    syscall(SYS_pwritev, 100, piece, 3, 0, 0);

    // Pages that the program never touches: the first is read by the kernel, the second before it is.
    int self = open("/proc/self/exe", O_RDONLY);
    char *untouched = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, self, 0);
    syscall(SYS_pwrite64, 100, untouched, 64, 0);
    syscall(SYS_pwrite64, 100, "/nowhere/untouched", 19, 0);
    untouched = mmap(NULL, 4096, PROT_READ, MAP_SHARED, 100, 0);
    syscall(SYS_execve, untouched, NULL, NULL);

    // The kernel is told that there is room for the family and the port: it stores no more, and says
    // that there would be 16 bytes.
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(101, (struct sockaddr *)&address, sizeof address);
    memset(&name, 0xaa, sizeof name);
    length = 4;
    syscall(SYS_getsockname, 101, &name, &length);
    // More was asked for than there is.
    length = 32;
    syscall(SYS_getsockname, 101, &name, &length);
    return 0;
}
