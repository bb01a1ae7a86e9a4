// Files by their paths: made, opened, described, renamed, removed.
#include "every.h"

#include <linux/falloc.h>
#include <linux/fanotify.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <linux/stat.h>
#include <linux/xattr.h>
#include <sys/inotify.h>
#include <sys/quota.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <utime.h>

static void opened(void) {
    S(umask, 022);
    S(close, S(creat, "plain \"file\"\n\1\377", 04751));
    long file = S(open, "file", O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
    S(open, "file", O_WRONLY | O_CREAT | O_EXCL, 0);
    S(open, "missing", O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_NOATIME);
    S(open, BAD, O_RDWR | O_APPEND | O_DSYNC | O_DIRECT);
    S(open, "", O_ACCMODE | O_SYNC);
    S(close, S(open, ".", O_TMPFILE | O_RDWR, 0600));
    S(close, S(openat, AT_FDCWD, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
    S(openat, file, "under a file", O_WRONLY | O_CREAT | O_TRUNC, 07777);
    S(openat, -1, "relative to nothing", O_RDONLY | 0x40000000);
    struct open_how how = {.flags = O_RDWR | O_CREAT, .mode = 0604,
                           .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH};
    S(close, S(openat2, AT_FDCWD, "file two", &how, sizeof how));
    S(openat2, AT_FDCWD, "/etc", &how, sizeof how);
    how.flags = O_RDONLY;
    S(openat2, AT_FDCWD, "file", &how, sizeof how);
    S(openat2, AT_FDCWD, "file", BAD, sizeof how);
    S(openat2, AT_FDCWD, "file", &how, 8);
    S(write, file, "some text of the file\n", 22);
    S(close, file);
}

static void described(void) {
    struct stat status;
    struct statx more;
    struct statfs fs;
    char space[64];
    S(stat, "file", &status);
    S(stat, "missing", &status);
    S(lstat, "/proc/self/exe", &status);
    S(stat, "/dev/null", &status);
    S(stat, BAD, BAD);
    S(fstat, 0, &status);
    S(fstat, -1, &status);
    S(newfstatat, AT_FDCWD, ".", &status, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT);
    S(newfstatat, 0, "", &status, AT_EMPTY_PATH);
    S(newfstatat, AT_FDCWD, NULL, NULL, 0x10);
    S(statx, AT_FDCWD, "file", AT_STATX_DONT_SYNC | AT_SYMLINK_NOFOLLOW,
      STATX_BASIC_STATS | STATX_BTIME, &more);
    S(statx, AT_FDCWD, "/dev/null", AT_STATX_FORCE_SYNC, STATX_TYPE | STATX_MNT_ID, &more);
    S(statx, AT_FDCWD, "file", 0x10000, STATX_ALL, &more);
    S(statfs, "/proc", &fs);
    S(statfs, "missing", &fs);
    S(fstatfs, 0, &fs);
    S(fstatfs, 77, BAD);
    S(ustat, makedev(7, 300), space);
    S(ustat, status.st_dev, space);
    S(access, "file", R_OK | W_OK);
    S(access, "missing", F_OK);
    S(faccessat, AT_FDCWD, "file", X_OK);
    S(faccessat2, AT_FDCWD, "file", R_OK | 8, AT_EACCESS);
    S(faccessat2, AT_FDCWD, "file", F_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW);
    S(lookup_dcookie, 1, space, sizeof space);
    S(uselib, "/lib/no such library");
}

static void folders(void) {
    char space[4096];
    S(mkdir, "folder", 0700);
    S(mkdir, "folder", 01777);
    S(mkdirat, AT_FDCWD, "folder/inner", 02755);
    long folder = S(openat, AT_FDCWD, "folder", O_RDONLY | O_DIRECTORY);
    S(getdents, folder, space, sizeof space);
    S(getdents, folder, space, 1);
    S(getdents64, folder, space, sizeof space);
    S(lseek, folder, 0, SEEK_SET);
    S(getdents64, folder, space, sizeof space);
    S(getdents64, 0, space, sizeof space);
    S(fchdir, folder);
    S(getcwd, space, sizeof space);
    S(getcwd, space, 2);
    S(chdir, "..");
    S(chdir, "missing");
    S(fchdir, -1);
    S(rmdir, "folder");
    S(unlinkat, folder, "inner", AT_REMOVEDIR);
    S(rmdir, "folder");
    S(close, folder);
}

static void nodes(void) {
    char space[64];
    S(mknod, "pipe", S_IFIFO | 0644, 0);
    S(mknod, "regular", S_IFREG | 0600, 0);
    S(mknodat, AT_FDCWD, "device", S_IFCHR | 0600, makedev(1, 3));
    S(mknodat, AT_FDCWD, "pipe", S_IFSOCK | 0600, 0);
    S(mknodat, AT_FDCWD, "block", S_IFBLK | 01640, makedev(0xfff, 0x12345));
    S(link, "file", "hard link");
    S(link, "missing", "hard link 2");
    S(linkat, AT_FDCWD, "file", AT_FDCWD, "hard link 2", AT_SYMLINK_FOLLOW);
    S(linkat, -1, "", AT_FDCWD, "hard link 3", AT_EMPTY_PATH);
    S(symlink, "no such target", "soft link");
    S(symlinkat, "file", AT_FDCWD, "soft link 2");
    S(symlinkat, "", AT_FDCWD, "soft link 3");
    S(readlink, "soft link", space, sizeof space);
    S(readlink, "soft link", space, 4);
    S(readlink, "file", space, sizeof space);
    S(readlinkat, AT_FDCWD, "soft link 2", space, sizeof space);
    S(readlinkat, AT_FDCWD, "missing", BAD, 1);
    S(rename, "hard link", "hard link 1");
    S(rename, "missing", BAD);
    S(renameat, AT_FDCWD, "hard link 1", AT_FDCWD, "hard link");
    S(renameat2, AT_FDCWD, "hard link", AT_FDCWD, "soft link", RENAME_EXCHANGE);
    S(renameat2, AT_FDCWD, "hard link", AT_FDCWD, "soft link", RENAME_NOREPLACE);
    S(renameat2, AT_FDCWD, "file", AT_FDCWD, "else", RENAME_EXCHANGE | RENAME_WHITEOUT | 0x80);
    S(unlink, "hard link");
    S(unlink, "hard link");
    S(unlinkat, AT_FDCWD, "soft link", 0);
    S(unlinkat, AT_FDCWD, "soft link 2", AT_SYMLINK_NOFOLLOW);
}

static void changed(void) {
    long file = S(open, "file", O_RDWR);
    S(chmod, "file", 0604);
    S(chmod, "missing", 06000);
    S(fchmod, file, 0600);
    S(fchmod, -1, 07777);
    S(fchmodat, AT_FDCWD, "file", 0444);
    S(fchmodat2, AT_FDCWD, "file", 0640, AT_SYMLINK_NOFOLLOW);
    S(fchmodat2, AT_FDCWD, "file", 0640, 0x8000);
    S(chown, "file", 0, 0);
    S(chown, "missing", 1000, 1000);
    S(lchown, "file", -1, -1);
    S(fchown, file, 1, -1);
    S(fchownat, AT_FDCWD, "file", 0, 4294967294, AT_SYMLINK_NOFOLLOW);
    S(fchownat, -1, "file", 0, 0, AT_SYMLINK_NOFOLLOW | 0x20);
    S(truncate, "file", 12);
    S(truncate, "file", -1);
    S(ftruncate, file, 0x100000002);
    S(ftruncate, 0, 1);
    S(utime, "file", P(utimbuf, 1, 1000000000));
    S(utime, "missing", NULL);
    S(utimes, "file", ((struct timeval[]){{1, 2}, {1234567890, 999999}}));
    S(utimes, "file", NULL);
    S(futimesat, AT_FDCWD, "file", ((struct timeval[]){{0, 0}, {-1, 1000000}}));
    S(utimensat, AT_FDCWD, "file", ((struct timespec[]){{5, 6}, {0, UTIME_OMIT}}), 0);
    S(utimensat, file, NULL, ((struct timespec[]){{0, UTIME_NOW}, {1700000000, 123456789}}), 0);
    S(utimensat, AT_FDCWD, "missing", BAD, AT_SYMLINK_NOFOLLOW);
    S(close, file);
}

static void attributes(void) {
    char space[256];
    struct { uint64_t value; uint32_t size, flags; } args = {(uintptr_t)"x y", 3, XATTR_CREATE};
    uint32_t attributes[7] = {0};
    long file = S(open, "file", O_RDWR);
    S(setxattr, "file", "user.one", "a\0b\n", 4, XATTR_CREATE);
    S(setxattr, "file", "user.one", "again", 5, XATTR_CREATE);
    S(lsetxattr, "file", "user.two", "", 0, XATTR_REPLACE);
    S(fsetxattr, file, "user.two", "2", 1, 0);
    S(getxattr, "file", "user.one", space, sizeof space);
    S(getxattr, "file", "user.one", NULL, 0);
    S(getxattr, "file", "user.one", space, 2);
    S(lgetxattr, "file", "user.none", space, sizeof space);
    S(fgetxattr, file, "user.two", space, sizeof space);
    S(listxattr, "file", space, sizeof space);
    S(llistxattr, "missing", space, sizeof space);
    S(flistxattr, file, space, 3);
    S(removexattr, "file", "user.one");
    S(lremovexattr, "file", "user.one");
    S(fremovexattr, file, "user.two");
    S(setxattrat, AT_FDCWD, "file", AT_SYMLINK_NOFOLLOW, "user.three", &args, sizeof args);
    args.value = (uintptr_t)space, args.size = sizeof space, args.flags = 0;
    S(getxattrat, AT_FDCWD, "file", 0, "user.three", &args, sizeof args);
    S(listxattrat, AT_FDCWD, "file", 0, space, sizeof space);
    S(removexattrat, AT_FDCWD, "file", 0, "user.three");
    S(removexattrat, -1, "", AT_EMPTY_PATH, "user.three");
    S(file_getattr, AT_FDCWD, "file", attributes, 24, 0);
    S(file_setattr, AT_FDCWD, "missing", attributes, 24, AT_SYMLINK_NOFOLLOW);
    S(close, file);
}

static void handles(void) {
    struct { struct file_handle head; char space[128]; } handle = {0};
    int mount;
    S(name_to_handle_at, AT_FDCWD, "file", &handle, &mount, 0);
    handle.head.handle_bytes = 128;
    S(name_to_handle_at, AT_FDCWD, "file", &handle, &mount, AT_SYMLINK_FOLLOW);
    S(name_to_handle_at, AT_FDCWD, "missing", &handle, &mount, AT_EMPTY_PATH);
    S(close, S(open_by_handle_at, AT_FDCWD, &handle, O_RDONLY | O_PATH));
    S(open_by_handle_at, -1, &handle, O_RDWR);
}

static void watched(void) {
    char space[1024];
    long watch = S(inotify_init1, IN_NONBLOCK | IN_CLOEXEC);
    long number = S(inotify_add_watch, watch, ".", IN_CREATE | IN_DELETE | IN_ONLYDIR);
    S(inotify_add_watch, watch, "missing", IN_ALL_EVENTS | IN_MASK_ADD);
    S(close, S(creat, "watched", 0600));
    S(unlink, "watched");
    S(read, watch, space, sizeof space);
    S(inotify_rm_watch, watch, number);
    S(inotify_rm_watch, watch, 77);
    S(close, S(inotify_init));
    S(inotify_init1, 1);
    long group = S(fanotify_init, FAN_CLASS_NOTIF | FAN_NONBLOCK | FAN_CLOEXEC,
                   O_RDONLY | O_LARGEFILE);
    S(fanotify_mark, group, FAN_MARK_ADD | FAN_MARK_ONLYDIR,
      FAN_CREATE | FAN_OPEN | FAN_EVENT_ON_CHILD | FAN_ONDIR, AT_FDCWD, ".");
    S(fanotify_mark, group, FAN_MARK_ADD, FAN_OPEN | FAN_CLOSE_WRITE, AT_FDCWD, "file");
    S(fanotify_mark, group, FAN_MARK_FLUSH, 0, AT_FDCWD, NULL);
    S(fanotify_mark, -1, FAN_MARK_REMOVE | FAN_MARK_FILESYSTEM, FAN_ALL_EVENTS, 5, "x");
    S(fanotify_init, FAN_CLASS_CONTENT | FAN_REPORT_FID | 0x100000, O_RDWR);
    S(close, group);
    S(close, watch);
}

static int quotas(void) {
    struct dqblk block;
    powerless();
    S(quotactl, QCMD(Q_GETQUOTA, USRQUOTA), "/dev/no such device", 0, &block);
    S(quotactl, QCMD(Q_SYNC, GRPQUOTA), NULL, 0, NULL);
    S(quotactl, QCMD(Q_QUOTAON, USRQUOTA), "/dev/no such device", QFMT_VFS_V0, "aquota.user");
    S(quotactl_fd, -1, QCMD(Q_GETINFO, PRJQUOTA), 0, BAD);
    S(chroot, "missing");
    return 0;
}

static int confined(void) {
    S(chroot, ".");
    S(chdir, "/");
    S(close, S(open, "/file", O_RDONLY));
    return 0;
}

int main(int argc, char **argv) {
    begin(argc, argv);
    opened();
    described();
    folders();
    nodes();
    changed();
    attributes();
    handles();
    watched();
    apart(quotas);
    apart(confined);
    S(exit_group, 0);
}
