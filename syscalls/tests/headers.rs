//! The table against the kernel's own headers and the C library's: names and numbers, both ways.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use syscord_syscalls::{Abi, errno, named, table};

/// Where Debian puts the kernel's headers for programs: the machine's own, and those for builds
/// for another architecture.
const X86_HEADERS: [&str; 2] =
    ["/usr/include/x86_64-linux-gnu/asm", "/usr/x86_64-linux-gnu/include/asm"];
const GENERIC_HEADERS: &str = "/usr/include/asm-generic";

/// What `arch/arm64/include/uapi/asm/unistd.h` defines before it includes the generic header.
/// Without `TIME32`, `__BITS_PER_LONG` lets the calls with 64-bit times through.
const ARM64_DEFINES: [&str; 6] = [
    "-D__BITS_PER_LONG=64",
    "-D__ARCH_WANT_RENAMEAT",
    "-D__ARCH_WANT_NEW_STAT",
    "-D__ARCH_WANT_SET_GET_RLIMIT",
    "-D__ARCH_WANT_SYS_CLONE3",
    "-D__ARCH_WANT_MEMFD_SECRET",
];

/// Definitions of the generic header that are no calls: the number of numbers, and the first of a
/// range for each architecture's own.
const NO_CALLS: [&str; 2] = ["syscalls", "arch_specific_syscall"];

/// Calls that Linux 6.1's headers lack; the table may have them though the headers do not.
const NEWER: [&str; 23] = [
    "cachestat",
    "fchmodat2",
    "file_getattr",
    "file_setattr",
    "futex_requeue",
    "futex_wait",
    "futex_wake",
    "getxattrat",
    "listmount",
    "listns",
    "listxattrat",
    "lsm_get_self_attr",
    "lsm_list_modules",
    "lsm_set_self_attr",
    "map_shadow_stack",
    "mseal",
    "open_tree_attr",
    "removexattrat",
    "rseq_slice_yield",
    "setxattrat",
    "statmount",
    "uprobe",
    "uretprobe",
];

#[test]
fn x86_64_agrees_with_the_kernel_headers() {
    compare(Abi::X86_64, &numbers_in(&read_x86_header("unistd_64.h")));
}

#[test]
fn i386_agrees_with_the_kernel_headers() {
    compare(Abi::I386, &numbers_in(&read_x86_header("unistd_32.h")));
}

/// Its numbers are given as sums.
#[test]
fn x32_agrees_with_the_kernel_headers() {
    let header = read_x86_header("unistd_x32.h");
    let plain = header.replace("(__X32_SYSCALL_BIT + ", "").replace(')', "");
    compare(Abi::X32, &numbers_in(&plain));
}

#[test]
fn aarch64_agrees_with_the_kernel_headers() {
    let header = Path::new(GENERIC_HEADERS).join("unistd.h");
    assert!(header.exists(), "no {}: install linux-libc-dev", header.display());
    let output = Command::new("cc")
        .args(["-E", "-dM", "-x", "c"])
        .args(ARM64_DEFINES)
        .arg(&header)
        .output()
        .unwrap_or_else(|error| panic!("cc: {error}: install gcc"));
    assert!(
        output.status.success(),
        "cc -E {}: install linux-libc-dev:\n{}",
        header.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    let mut numbers = numbers_in(&String::from_utf8(output.stdout).unwrap());
    numbers.retain(|name, _| !NO_CALLS.contains(&name.as_str()));
    compare(Abi::Aarch64, &numbers);
}

#[test]
fn errno_agrees_with_the_kernel_headers() {
    let mut headers = read(&Path::new(GENERIC_HEADERS).join("errno-base.h"));
    headers.push_str(&read(&Path::new(GENERIC_HEADERS).join("errno.h")));
    let defined: BTreeMap<&str, u16> = headers
        .lines()
        .filter_map(|line| definition(line, "E"))
        .filter_map(|(name, value)| Some((name, value.parse().ok()?)))
        .collect();
    assert_eq!(defined.len(), 131, "two of the numbers up to 133 are unused");
    for n in 1..=133 {
        let name = defined.iter().find(|(_, number)| **number == n).map(|(name, _)| *name);
        // The prefix is no part of what `definition` yields.
        assert_eq!(errno::errno_name(n), name.map(|name| format!("E{name}")).as_deref());
    }
}

#[test]
#[cfg(all(target_arch = "x86_64", target_env = "gnu"))]
fn x86_64_agrees_with_libc() {
    for (name, nr) in libc_numbers() {
        let call = syscord_syscalls::lookup(Abi::X86_64, u32::try_from(nr).unwrap());
        assert_eq!(call.map(|call| call.name), name.strip_prefix("SYS_"), "number {nr}");
    }
}

/// Fails if a number of the header differs from the table's or is missing there, or if the table
/// has a call that neither the header nor [`NEWER`] has.
fn compare(abi: Abi, header: &BTreeMap<String, u16>) {
    assert!(header.len() > 300, "only {} calls found in the header", header.len());
    let mut faults = Vec::new();
    for (name, nr) in header {
        match named(name).find_map(|call| call.numbers.on(abi)) {
            Some(known) if known == *nr => {}
            known => faults.push(format!("{name} is {nr} in the header, {known:?} in the table")),
        }
    }
    let mut newer = Vec::new();
    for call in table().filter(|call| !header.contains_key(call.name)) {
        match call.numbers.on(abi) {
            None => {}
            Some(nr) if NEWER.contains(&call.name) => newer.push(format!("{} {nr}", call.name)),
            Some(nr) => faults.push(format!("{} ({nr}) is not in the header", call.name)),
        }
    }
    assert!(faults.is_empty(), "{}:\n{}", abi.name(), faults.join("\n"));
    println!("{}: newer than the headers: {}", abi.name(), newer.join(", "));
}

/// The syscall numbers that a header defines, by name.
fn numbers_in(header: &str) -> BTreeMap<String, u16> {
    let defined = |prefix| header.lines().filter_map(move |line| definition(line, prefix));
    // A call whose form depends on the width of `long` has a number in common, __NR3264_…, from
    // which its name for that width is defined.
    let common: BTreeMap<&str, &str> = defined("__NR3264_").collect();
    defined("__NR_")
        .map(|(name, value)| {
            let alias = value.strip_prefix("__NR3264_").and_then(|alias| common.get(alias));
            let number = alias.copied().unwrap_or(value);
            let number = number.parse().unwrap_or_else(|_| panic!("__NR_{name} is {value}"));
            (name.to_string(), number)
        })
        .collect()
}

/// Name without `prefix`, and value, of `#define <prefix><name> <value>`.
fn definition<'a>(line: &'a str, prefix: &str) -> Option<(&'a str, &'a str)> {
    let mut words = line.strip_prefix("#define")?.split_whitespace();
    Some((words.next()?.strip_prefix(prefix)?, words.next()?))
}

fn read_x86_header(name: &str) -> String {
    match X86_HEADERS.iter().map(|dir| Path::new(dir).join(name)).find(|path| path.exists()) {
        Some(path) => read(&path),
        None => panic!(
            "no {name} in {X86_HEADERS:?}: install linux-libc-dev, \
             or linux-libc-dev-amd64-cross on another architecture"
        ),
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{}: {error}: install linux-libc-dev", path.display()))
}

/// Every number that the libc crate has for x86-64, with its name.
#[cfg(all(target_arch = "x86_64", target_env = "gnu"))]
fn libc_numbers() -> impl Iterator<Item = (&'static str, libc::c_long)> {
    macro_rules! numbers {
        ($($name:ident,)*) => { [$((stringify!($name), libc::$name)),*] };
    }
    numbers! {
        SYS__sysctl, SYS_accept, SYS_accept4, SYS_access, SYS_acct, SYS_add_key, SYS_adjtimex,
        SYS_afs_syscall, SYS_alarm, SYS_arch_prctl, SYS_bind, SYS_bpf, SYS_brk, SYS_capget,
        SYS_capset, SYS_chdir, SYS_chmod, SYS_chown, SYS_chroot, SYS_clock_adjtime,
        SYS_clock_getres, SYS_clock_gettime, SYS_clock_nanosleep, SYS_clock_settime, SYS_clone,
        SYS_clone3, SYS_close, SYS_close_range, SYS_connect, SYS_copy_file_range, SYS_creat,
        SYS_delete_module, SYS_dup, SYS_dup2, SYS_dup3, SYS_epoll_create, SYS_epoll_create1,
        SYS_epoll_ctl, SYS_epoll_ctl_old, SYS_epoll_pwait, SYS_epoll_pwait2, SYS_epoll_wait,
        SYS_epoll_wait_old, SYS_eventfd, SYS_eventfd2, SYS_execve, SYS_execveat, SYS_exit,
        SYS_exit_group, SYS_faccessat, SYS_faccessat2, SYS_fadvise64, SYS_fallocate,
        SYS_fanotify_init, SYS_fanotify_mark, SYS_fchdir, SYS_fchmod, SYS_fchmodat, SYS_fchmodat2,
        SYS_fchown, SYS_fchownat, SYS_fcntl, SYS_fdatasync, SYS_fgetxattr, SYS_finit_module,
        SYS_flistxattr, SYS_flock, SYS_fork, SYS_fremovexattr, SYS_fsconfig, SYS_fsetxattr,
        SYS_fsmount, SYS_fsopen, SYS_fspick, SYS_fstat, SYS_fstatfs, SYS_fsync, SYS_ftruncate,
        SYS_futex, SYS_futex_waitv, SYS_futimesat, SYS_get_mempolicy, SYS_get_robust_list,
        SYS_get_thread_area, SYS_getcpu, SYS_getcwd, SYS_getdents, SYS_getdents64, SYS_getegid,
        SYS_geteuid, SYS_getgid, SYS_getgroups, SYS_getitimer, SYS_getpeername, SYS_getpgid,
        SYS_getpgrp, SYS_getpid, SYS_getpmsg, SYS_getppid, SYS_getpriority, SYS_getrandom,
        SYS_getresgid, SYS_getresuid, SYS_getrlimit, SYS_getrusage, SYS_getsid, SYS_getsockname,
        SYS_getsockopt, SYS_gettid, SYS_gettimeofday, SYS_getuid, SYS_getxattr, SYS_init_module,
        SYS_inotify_add_watch, SYS_inotify_init, SYS_inotify_init1, SYS_inotify_rm_watch,
        SYS_io_cancel, SYS_io_destroy, SYS_io_getevents, SYS_io_setup, SYS_io_submit,
        SYS_io_uring_enter, SYS_io_uring_register, SYS_io_uring_setup, SYS_ioctl, SYS_ioperm,
        SYS_iopl, SYS_ioprio_get, SYS_ioprio_set, SYS_kcmp, SYS_kexec_file_load, SYS_kexec_load,
        SYS_keyctl, SYS_kill, SYS_landlock_add_rule, SYS_landlock_create_ruleset,
        SYS_landlock_restrict_self, SYS_lchown, SYS_lgetxattr, SYS_link, SYS_linkat, SYS_listen,
        SYS_listxattr, SYS_llistxattr, SYS_lookup_dcookie, SYS_lremovexattr, SYS_lseek,
        SYS_lsetxattr, SYS_lstat, SYS_madvise, SYS_mbind, SYS_membarrier, SYS_memfd_create,
        SYS_memfd_secret, SYS_migrate_pages, SYS_mincore, SYS_mkdir, SYS_mkdirat, SYS_mknod,
        SYS_mknodat, SYS_mlock, SYS_mlock2, SYS_mlockall, SYS_mmap, SYS_modify_ldt, SYS_mount,
        SYS_mount_setattr, SYS_move_mount, SYS_move_pages, SYS_mprotect, SYS_mq_getsetattr,
        SYS_mq_notify, SYS_mq_open, SYS_mq_timedreceive, SYS_mq_timedsend, SYS_mq_unlink,
        SYS_mremap, SYS_mseal, SYS_msgctl, SYS_msgget, SYS_msgrcv, SYS_msgsnd, SYS_msync,
        SYS_munlock, SYS_munlockall, SYS_munmap, SYS_name_to_handle_at, SYS_nanosleep,
        SYS_newfstatat, SYS_nfsservctl, SYS_open, SYS_open_by_handle_at, SYS_open_tree, SYS_openat,
        SYS_openat2, SYS_pause, SYS_perf_event_open, SYS_personality, SYS_pidfd_getfd,
        SYS_pidfd_open, SYS_pidfd_send_signal, SYS_pipe, SYS_pipe2, SYS_pivot_root, SYS_pkey_alloc,
        SYS_pkey_free, SYS_pkey_mprotect, SYS_poll, SYS_ppoll, SYS_prctl, SYS_pread64, SYS_preadv,
        SYS_preadv2, SYS_prlimit64, SYS_process_madvise, SYS_process_mrelease, SYS_process_vm_readv,
        SYS_process_vm_writev, SYS_pselect6, SYS_ptrace, SYS_putpmsg, SYS_pwrite64, SYS_pwritev,
        SYS_pwritev2, SYS_quotactl, SYS_quotactl_fd, SYS_read, SYS_readahead, SYS_readlink,
        SYS_readlinkat, SYS_readv, SYS_reboot, SYS_recvfrom, SYS_recvmmsg, SYS_recvmsg,
        SYS_remap_file_pages, SYS_removexattr, SYS_rename, SYS_renameat, SYS_renameat2,
        SYS_request_key, SYS_restart_syscall, SYS_rmdir, SYS_rseq, SYS_rt_sigaction,
        SYS_rt_sigpending, SYS_rt_sigprocmask, SYS_rt_sigqueueinfo, SYS_rt_sigreturn,
        SYS_rt_sigsuspend, SYS_rt_sigtimedwait, SYS_rt_tgsigqueueinfo, SYS_sched_get_priority_max,
        SYS_sched_get_priority_min, SYS_sched_getaffinity, SYS_sched_getattr, SYS_sched_getparam,
        SYS_sched_getscheduler, SYS_sched_rr_get_interval, SYS_sched_setaffinity, SYS_sched_setattr,
        SYS_sched_setparam, SYS_sched_setscheduler, SYS_sched_yield, SYS_seccomp, SYS_security,
        SYS_select, SYS_semctl, SYS_semget, SYS_semop, SYS_semtimedop, SYS_sendfile, SYS_sendmmsg,
        SYS_sendmsg, SYS_sendto, SYS_set_mempolicy, SYS_set_mempolicy_home_node,
        SYS_set_robust_list, SYS_set_thread_area, SYS_set_tid_address, SYS_setdomainname,
        SYS_setfsgid, SYS_setfsuid, SYS_setgid, SYS_setgroups, SYS_sethostname, SYS_setitimer,
        SYS_setns, SYS_setpgid, SYS_setpriority, SYS_setregid, SYS_setresgid, SYS_setresuid,
        SYS_setreuid, SYS_setrlimit, SYS_setsid, SYS_setsockopt, SYS_settimeofday, SYS_setuid,
        SYS_setxattr, SYS_shmat, SYS_shmctl, SYS_shmdt, SYS_shmget, SYS_shutdown, SYS_sigaltstack,
        SYS_signalfd, SYS_signalfd4, SYS_socket, SYS_socketpair, SYS_splice, SYS_stat, SYS_statfs,
        SYS_statx, SYS_swapoff, SYS_swapon, SYS_symlink, SYS_symlinkat, SYS_sync,
        SYS_sync_file_range, SYS_syncfs, SYS_sysfs, SYS_sysinfo, SYS_syslog, SYS_tee, SYS_tgkill,
        SYS_time, SYS_timer_create, SYS_timer_delete, SYS_timer_getoverrun, SYS_timer_gettime,
        SYS_timer_settime, SYS_timerfd_create, SYS_timerfd_gettime, SYS_timerfd_settime, SYS_times,
        SYS_tkill, SYS_truncate, SYS_tuxcall, SYS_umask, SYS_umount2, SYS_uname, SYS_unlink,
        SYS_unlinkat, SYS_unshare, SYS_uselib, SYS_userfaultfd, SYS_ustat, SYS_utime, SYS_utimensat,
        SYS_utimes, SYS_vfork, SYS_vhangup, SYS_vmsplice, SYS_vserver, SYS_wait4, SYS_waitid,
        SYS_write, SYS_writev,
    }
    .into_iter()
}
