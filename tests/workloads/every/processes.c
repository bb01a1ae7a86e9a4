// Processes: made, replaced, waited for, limited, confined, described.
#include "every.h"

#include <linux/filter.h>
#include <linux/kcmp.h>
#include <linux/landlock.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/utsname.h>
#include <sys/wait.h>

static void children(void) {
    int status, parent = 0, handle = -1;
    struct rusage usage;
    siginfo_t info;
    long child = S(fork);
    if (child == 0)
        S(exit, 0x103);
    S(wait4, child, &status, __WALL, &usage);
    child = vfork();
    if (child == 0)
        _exit(4);
    S(waitid, P_PID, child, &info, WEXITED | WNOWAIT, NULL);
    S(waitid, P_ALL, 0, &info, WEXITED | WSTOPPED | WCONTINUED | WNOHANG, &usage);
    S(waitid, P_PIDFD, 99, BAD, WEXITED);
    S(waitid, 77, -1, &info, 0);
    child = S(clone, CLONE_PARENT_SETTID | CLONE_FS | SIGCHLD, NULL, &parent);
    if (child == 0)
        S(kill, S(getpid), SIGKILL);
    S(wait4, child, &status, 0, NULL);
    S(clone, CLONE_THREAD | CLONE_SETTLS | CLONE_CHILD_CLEARTID, 5, NULL, BAD, BAD);
    struct clone_args args = {.flags = CLONE_PIDFD, .pidfd = (uintptr_t)&handle,
                              .exit_signal = SIGCHLD};
    child = S(clone3, &args, sizeof args);
    if (child == 0)
        S(exit_group, 5);
    S(waitid, P_PIDFD, handle, &info, WEXITED);
    S(clone3, &args, 8);
    S(clone3, BAD, sizeof args);
    S(wait4, -1, &status, WNOHANG | WUNTRACED, NULL);
    S(wait4, 0x7fffffff, BAD, 0x10, NULL);
}

static void programs(void) {
    char *args[] = {"pro\"gram", "again", "\t\377", "", "a rather long argument, longer than 32", NULL};
    char *none[] = {NULL}, *one[] = {"A=1", NULL};
    long self = S(open, "/proc/self/exe", O_RDONLY | O_CLOEXEC);
    S(execve, "missing", args, one);
    S(execve, "/etc", none, NULL);
    S(execve, BAD, args, one);
    S(execveat, -1, "missing", args, one, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH);
    long child = S(fork);
    if (child == 0)
        S(execve, "/proc/self/exe", args, one);
    await(child);
    child = S(fork);
    if (child == 0)
        S(execveat, self, "", args, none, AT_EMPTY_PATH);
    await(child);
    S(close, self);
}

static void identity(void) {
    long self = S(getpid), group = S(getpgrp);
    S(gettid);
    S(getppid);
    S(getpgid, self);
    S(getpgid, 1 << 30);
    S(getsid, 0);
    S(getsid, -1);
    S(setpgid, 0, group);
    S(setpgid, 1, 0);
    S(setsid);
    S(kcmp, self, self, KCMP_FILE, 0, 1);
    S(kcmp, self, self, KCMP_VM);
    S(kcmp, self, self, 77);
    long handle = S(pidfd_open, self, 0);
    S(pidfd_open, 1 << 30, 0);
    S(pidfd_open, self, O_NONBLOCK | 1);
    S(close, S(pidfd_getfd, handle, 0, 0));
    S(pidfd_getfd, -1, 1, 1);
    S(pidfd_send_signal, handle, 0, NULL, 0);
    S(pidfd_send_signal, handle, SIGUSR1, BAD, 0x10);
    S(close, handle);
}

static void limits(void) {
    struct rlimit limit;
    struct rlimit64 { uint64_t cur, max; } wide;
    struct rusage usage;
    struct tms times;
    struct utsname names;
    struct sysinfo info;
    S(getrlimit, RLIMIT_NOFILE, &limit);
    S(setrlimit, RLIMIT_CORE, P(rlimit, 0, RLIM_INFINITY));
    S(setrlimit, 77, &limit);
    S(getrlimit, RLIMIT_STACK, BAD);
    S(prlimit64, 0, RLIMIT_AS, NULL, &wide);
    S(prlimit64, 0, RLIMIT_CORE, P(rlimit64, 4096, RLIM_INFINITY), &wide);
    S(prlimit64, 1 << 30, RLIMIT_RTPRIO, NULL, &wide);
    S(getrusage, RUSAGE_SELF, &usage);
    S(getrusage, RUSAGE_CHILDREN, &usage);
    S(getrusage, 5, &usage);
    S(times, &times);
    S(times, NULL);
    S(uname, &names);
    S(uname, BAD);
    S(sysinfo, &info);
    S(personality, 0xffffffff);
    S(personality, PER_LINUX | ADDR_NO_RANDOMIZE | READ_IMPLIES_EXEC);
    S(personality, 0);
}

static void controlled(void) {
    char name[16];
    int number;
    struct prctl_mm_map *map = BAD;
    S(prctl, PR_SET_NAME, "a new name");
    S(prctl, PR_GET_NAME, name);
    S(prctl, PR_SET_NAME, "fifteen letters and more");
    S(prctl, PR_SET_PDEATHSIG, SIGTERM);
    S(prctl, PR_GET_PDEATHSIG, &number);
    S(prctl, PR_SET_PDEATHSIG, 0);
    S(prctl, PR_GET_DUMPABLE);
    S(prctl, PR_SET_DUMPABLE, 1);
    S(prctl, PR_SET_KEEPCAPS, 0);
    S(prctl, PR_GET_KEEPCAPS);
    S(prctl, PR_SET_TIMERSLACK, 60000);
    S(prctl, PR_GET_TIMERSLACK);
    S(prctl, PR_SET_CHILD_SUBREAPER, 0);
    S(prctl, PR_GET_CHILD_SUBREAPER, &number);
    S(prctl, PR_GET_SECCOMP);
    S(prctl, PR_CAPBSET_READ, 21);
    S(prctl, PR_CAPBSET_DROP, 99);
    S(prctl, PR_GET_SECUREBITS);
    S(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 12);
    S(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL);
    S(prctl, PR_GET_NO_NEW_PRIVS);
    S(prctl, PR_GET_THP_DISABLE);
    S(prctl, PR_MCE_KILL_GET);
    S(prctl, PR_GET_TSC, &number);
    S(prctl, PR_GET_SPECULATION_CTRL, PR_SPEC_STORE_BYPASS);
    S(prctl, PR_SET_SPECULATION_CTRL, PR_SPEC_INDIRECT_BRANCH, 99);
    S(prctl, PR_GET_TID_ADDRESS, BAD);
    S(prctl, PR_SET_MM, PR_SET_MM_MAP, map, 5);
    S(prctl, PR_SET_MM, PR_SET_MM_BRK, 1);
    S(prctl, PR_SET_VMA, PR_SET_VMA_ANON_NAME, BAD, 4096, "name");
    S(prctl, PR_GET_IO_FLUSHER);
    S(prctl, PR_SCHED_CORE, PR_SCHED_CORE_GET, 0, 5, NULL);
    S(prctl, PR_SET_PTRACER, PR_SET_PTRACER_ANY);
    S(prctl, 7777, 1, 2, 3, 4);
}

static int filtered(void) {
    struct sock_filter code[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
                                 BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xffffff, 0, 1),
                                 BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
                                 BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog filter = {4, code};
    struct seccomp_notif_sizes sizes;
    uint32_t action = SECCOMP_RET_TRACE;
    S(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    S(seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
    S(seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes);
    S(seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &filter);
    S(seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC | 0x100, BAD);
    S(prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
    S(seccomp, 77, 0, NULL);
    S(seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL);
    S(exit, 0);
    return 0;
}

static int locked_in(void) {
    struct landlock_ruleset_attr handled = {.handled_access_fs = LANDLOCK_ACCESS_FS_EXECUTE |
                                                                 LANDLOCK_ACCESS_FS_READ_DIR};
    struct landlock_path_beneath_attr rule = {.allowed_access = LANDLOCK_ACCESS_FS_READ_DIR};
    S(landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    long rules = S(landlock_create_ruleset, &handled, sizeof handled, 0);
    S(landlock_create_ruleset, BAD, sizeof handled, 0);
    rule.parent_fd = S(open, ".", O_PATH);
    S(landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    S(landlock_add_rule, -1, 77, BAD, 1);
    S(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    S(landlock_restrict_self, rules, 0);
    S(landlock_restrict_self, -1, 0x100);
    S(execve, "/proc/self/exe", NULL, NULL);
    return 0;
}

// Under a tracer most of it fails: a process has one.
static void traced(void) {
    struct user_regs_struct registers;
    struct iovec set = {&registers, sizeof registers};
    long child = S(fork);
    if (child == 0)
        for (;;)
            S(pause);
    S(ptrace, PTRACE_SEIZE, child, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    S(ptrace, PTRACE_PEEKDATA, child, BAD, &set);
    S(ptrace, PTRACE_POKEUSER, child, offsetof(struct user, regs.rip), 5);
    S(ptrace, PTRACE_GETREGSET, child, 1, &set);
    S(ptrace, PTRACE_GETREGS, child, 0, &registers);
    S(ptrace, PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACEFORK | 0x40000000);
    S(ptrace, PTRACE_CONT, child, 1, SIGUSR1);
    S(ptrace, PTRACE_GETSIGINFO, child, 0, BAD);
    S(ptrace, PTRACE_DETACH, child, 0, 0);
    S(ptrace, 0x7777, -1, 1, 2);
    S(kill, child, SIGKILL);
    await(child);
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "again") == 0)
        S(exit_group, 3);
    begin(argc, argv);
    children();
    programs();
    identity();
    limits();
    controlled();
    apart(filtered);
    apart(locked_in);
    traced();
    S(exit_group, 0);
}
