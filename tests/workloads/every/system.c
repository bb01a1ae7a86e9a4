// What administers a system. Mounts and names are changed in namespaces that end with the program; what
// could do harm is asked for by a user who may not, with arguments that cannot be.
#include "every.h"

#include <linux/bpf.h>
#include <linux/kexec.h>
#include <linux/mount.h>
#include <linux/perf_event.h>
#include <linux/reboot.h>

static int named(void) {
    S(unshare, 0x10);
    if (S(unshare, CLONE_NEWUTS | CLONE_FS))
        return 1;
    S(sethostname, "every\1\"call\"", 12);
    S(sethostname, BAD, 5);
    S(sethostname, "x", -1);
    S(setdomainname, "domain", 6);
    S(setdomainname, "domain", 1000);
    long own = S(open, "/proc/self/ns/uts", O_RDONLY);
    S(setns, own, CLONE_NEWUTS);
    S(setns, own, CLONE_NEWNET | CLONE_NEWTIME);
    S(setns, -1, 0);
    S(unshare, CLONE_NEWNET | CLONE_NEWCGROUP);
    S(unshare, CLONE_NEWPID | CLONE_SYSVSEM | CLONE_FILES);
    return 0;
}

static int mounted(void) {
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOATIME,
                                    .attr_clr = MOUNT_ATTR__ATIME};
    char space[2048];
    // struct mnt_id_req: its size, a mount, what is wanted of it.
    uint64_t request[3] = {24, -1, 0}, ids[8];
    if (S(unshare, CLONE_NEWNS) || S(mount, NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
        return 1;
    S(mkdir, "at", 0755);
    S(mount, "none", "at", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=64k,mode=0700");
    S(mount, NULL, "at", NULL, MS_REMOUNT | MS_RDONLY | MS_RELATIME, NULL);
    S(mount, "/no such", "missing", "ext4\n", MS_BIND | MS_SILENT, BAD);
    S(mount, BAD, BAD, BAD, 0xc0ed0000, NULL);
    S(mkdir, "at2", 0755);
    S(umount2, "at", 4);
    S(umount2, "at", 0);
    S(umount2, "missing", 2 | 0x10);

    long fs = S(fsopen, "tmpfs", FSOPEN_CLOEXEC);
    S(fsopen, "no such one", 0x10);
    S(fsconfig, fs, FSCONFIG_SET_STRING, "size", "128k", 0);
    S(fsconfig, fs, FSCONFIG_SET_FLAG, "ro", NULL, 0);
    S(fsconfig, fs, FSCONFIG_SET_FD, "fd", NULL, 0);
    S(fsconfig, fs, FSCONFIG_SET_BINARY, "x", "\1\2", 2);
    S(fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
    S(fsconfig, -1, 77, BAD, BAD, 5);
    long tree = S(fsmount, fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
    S(fsmount, -1, 0x10, 0);
    S(move_mount, tree, "", AT_FDCWD, "at", MOVE_MOUNT_F_EMPTY_PATH);
    S(move_mount, -1, "x", AT_FDCWD, "y", MOVE_MOUNT_T_SYMLINKS | 0x1000);
    S(mount_setattr, AT_FDCWD, "at", AT_RECURSIVE, &attributes, sizeof attributes);
    S(mount_setattr, -1, "at", AT_SYMLINK_NOFOLLOW, &attributes, 8);
    S(mount_setattr, AT_FDCWD, "at", 0, BAD, sizeof attributes);
    S(fspick, AT_FDCWD, "at", FSPICK_CLOEXEC | FSPICK_NO_AUTOMOUNT);
    S(fspick, -1, "at", 0x100);
    S(open_tree, AT_FDCWD, "at", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
    S(open_tree, -1, "at", 0x10);
    S(open_tree_attr, AT_FDCWD, "at", OPEN_TREE_CLONE, &attributes, sizeof attributes);
    S(open_tree_attr, -1, "at", 0, NULL, 0);
    S(listmount, request, ids, 8, 0);
    S(listmount, BAD, ids, 8, 1);
    request[1] = ids[0], request[2] = 0x27;
    S(statmount, request, space, sizeof space, 0);
    S(statmount, BAD, space, sizeof space, 1);
    S(listns, request, ids, 8, 0);
    S(mkdir, "at/old", 0755);
    S(mount, "none", "at2", "tmpfs", 0, NULL);
    S(mkdir, "at2/old", 0755);
    S(pivot_root, "at2", "at2/missing");
    S(pivot_root, "at2", "at2/old");
    S(chdir, "/");
    S(umount2, "/old", 2 | 8);
    return 0;
}

// No controlling terminal is left that could be hung up.
static int hung_up(void) {
    if (S(setsid) < 0)
        return 1;
    S(vhangup);
    return 0;
}

static int refused(void) {
    char image[16] = "no module";
    if (!powerless())
        return 1;
    S(init_module, image, sizeof image, "name=\"value\"");
    S(finit_module, -1, "x=1", 1);
    S(delete_module, "syscord_no_such_module", O_NONBLOCK | O_TRUNC);
    S(kexec_load, 0x1000, 17, BAD, KEXEC_ON_CRASH | KEXEC_ARCH_X86_64);
    S(kexec_file_load, -1, -1, 5, "quiet", KEXEC_FILE_NO_INITRAMFS | 0x100);
    S(reboot, LINUX_REBOOT_MAGIC1, 1, LINUX_REBOOT_CMD_CAD_OFF, NULL);
    S(reboot, 1, LINUX_REBOOT_MAGIC2, 77, BAD);
    S(acct, "/no such/file");
    S(swapon, "/no such/file", 0x8000 | 5);
    S(swapoff, "/no such/file");
    S(syslog, 77, NULL, 0);
    S(syslog, 10, NULL, 0);
    S(syslog, 3, image, sizeof image);
    S(ioperm, 0x3f8, 8, 0);
    S(ioperm, 0x3f8, -1, 1);
    S(iopl, 0);
    S(iopl, 77);
    S(mount, "none", ".", "proc", MS_RDONLY, NULL);
    return 0;
}

static void measured(void) {
    struct perf_event_attr event = {.type = PERF_TYPE_SOFTWARE, .size = sizeof event,
                                    .config = PERF_COUNT_SW_TASK_CLOCK, .sample_period = 1000,
                                    .sample_type = PERF_SAMPLE_IP | PERF_SAMPLE_TID,
                                    .disabled = 1, .exclude_kernel = 1};
    union bpf_attr attributes = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8,
                                 .max_entries = 2, .map_name = "every"};
    uint32_t key = 1;
    uint64_t value = 5;
    S(perf_event_open, &event, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
    S(perf_event_open, BAD, -1, 0, -1, PERF_FLAG_FD_NO_GROUP | 0x10);
    long map = S(bpf, BPF_MAP_CREATE, &attributes, 72);
    memset(&attributes, 0, sizeof attributes);
    attributes.map_fd = map, attributes.key = (uintptr_t)&key, attributes.value = (uintptr_t)&value;
    S(bpf, BPF_MAP_UPDATE_ELEM, &attributes, 32);
    S(bpf, BPF_MAP_LOOKUP_ELEM, &attributes, 32);
    S(bpf, BPF_PROG_LOAD, BAD, 48);
    S(bpf, 7777, &attributes, 5);
    S(getrandom, &value, 8, 1 | 2);
    S(getrandom, BAD, 8, 0x10);
}

static void security(void) {
    char space[256];
    uint32_t size = sizeof space;
    S(lsm_list_modules, space, &size, 0);
    size = sizeof space;
    S(lsm_get_self_attr, 100, space, &size, 0);
    S(lsm_set_self_attr, 100, space, 5, 0);
    S(lsm_get_self_attr, 77, BAD, &size, 1);
}

// Calls that were removed, or were never there.
static void gone(void) {
    char space[64];
    S(_sysctl, BAD);
    S(create_module, "name", 5);
    S(get_kernel_syms, NULL);
    S(query_module, "name", 1, space, sizeof space, space);
    S(nfsservctl, 1, BAD, space);
    S(getpmsg, 1, 2, 3, 4, 5);
    S(putpmsg, 1, 2, 3, 4, 5);
    S(afs_syscall, 1);
    S(tuxcall, 1, 2, 3);
    S(security, 1, 2, 3);
    S(vserver, 1, 2, 3, 4, 5);
    S(sysfs, 3);
    S(sysfs, 1, "proc");
    S(sysfs, 2, 0, space);
    S(uprobe);
}

int main(int argc, char **argv) {
    begin(argc, argv);
    int done = apart(named) && apart(mounted) && apart(refused);
    apart(hung_up);
    measured();
    security();
    gone();
    S(exit_group, !done);
}
