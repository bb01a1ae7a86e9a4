// Moves a buffer by every call that captures contents: contents_calls DATA FILE
//
// DATA is a file: what is in it is written to FILE and read back, by descriptor 100, and sent
// through a pair of sockets, descriptors 101 and 102. The vectors have pieces of 1, 0, 200 bytes and
// the rest.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static void must(int holds) {
    if (!holds)
        _exit(1);
}

static int pieces(struct iovec *piece, char *data, size_t size) {
    size_t lengths[3] = { 1, 0, 200 }, at = 0;
    for (int i = 0; i < 4; i++) {
        size_t length = i < 3 && lengths[i] < size - at ? lengths[i] : i < 3 ? 0 : size - at;
        piece[i] = (struct iovec){ data + at, length };
        at += length;
    }
    return 4;
}

int main(int argc, char **argv) {
    struct stat status;
    struct iovec piece[4];
    struct msghdr message = { .msg_iov = piece };
    int fd, ends[2];
    must(argc == 3);
    must((fd = open(argv[1], O_RDONLY)) >= 0 && fstat(fd, &status) == 0);
    long size = status.st_size;
    char *out = malloc(size + 1), *in = malloc(size + 1);
    must(read(fd, out, size) == size);
    must(dup2(open(argv[2], O_RDWR | O_CREAT | O_TRUNC, 0600), 100) == 100);
    must(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0);
    must(dup2(ends[0], 101) == 101 && dup2(ends[1], 102) == 102);

    must(write(100, out, size) == size);
    must(lseek(100, 0, SEEK_SET) == 0 && read(100, in, size + 1) == size);
    must(pwrite(100, out, size, 0) == size && pread(100, in, size + 1, 0) == size);
    must(lseek(100, 0, SEEK_SET) == 0 && writev(100, piece, pieces(piece, out, size)) == size);
    must(lseek(100, 0, SEEK_SET) == 0 && readv(100, piece, pieces(piece, in, size)) == size);

    must(syscall(SYS_sendto, 101, out, size, 0, NULL, 0) == size);
    must(syscall(SYS_recvfrom, 102, in, size + 1, 0, NULL, NULL) == size);
    message.msg_iovlen = pieces(piece, out, size);
    must(sendmsg(101, &message, 0) == size);
    message.msg_iovlen = pieces(piece, in, size);
    must(recvmsg(102, &message, 0) == size);
    return 0;
}
