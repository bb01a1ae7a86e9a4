// Signals: handled, blocked, sent, waited for.
#include "every.h"

#include <sys/time.h>
#include <sys/wait.h>

static int number_of_signals;

static void handler(int number) {
    (void)number;
    number_of_signals++;
}

static void handle(int number, int flags) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigaddset(&action.sa_mask, SIGHUP);
    sigaddset(&action.sa_mask, SIGRTMIN + 3);
    sigaction(number, &action, NULL);
}

static void actions(void) {
    struct { void *handler; unsigned long flags; void *restorer; uint64_t mask; } action =
        {SIG_IGN, SA_RESTART | SA_NODEFER | SA_NOCLDSTOP, NULL, ~0ULL}, old;
    stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536}, off = {.ss_flags = SS_DISABLE};
    S(rt_sigaction, SIGWINCH, &action, &old, 8);
    action.handler = SIG_DFL, action.mask = 0, action.flags = SA_RESETHAND | 0x400 | 0x800;
    S(rt_sigaction, SIGWINCH, &action, NULL, 8);
    S(rt_sigaction, SIGCHLD, NULL, &old, 8);
    S(rt_sigaction, SIGKILL, &action, NULL, 8);
    S(rt_sigaction, 34, BAD, &old, 8);
    S(rt_sigaction, SIGUSR1, &action, &old, 16);
    S(sigaltstack, &stack, NULL);
    S(sigaltstack, NULL, &stack);
    S(sigaltstack, &off, &stack);
    S(sigaltstack, ((stack_t[]){{.ss_flags = 77}}), BAD);
    handle(SIGUSR1, SA_RESTART | SA_SIGINFO | SA_ONSTACK);
    handle(SIGUSR2, 0);
    handle(SIGALRM, SA_RESTART);
    handle(SIGRTMIN, SA_NODEFER);
}

static void sent(void) {
    long self = S(getpid), thread = S(gettid);
    siginfo_t info = {0};
    S(kill, self, SIGUSR1);
    S(kill, self, 0);
    S(kill, 1 << 30, SIGTERM);
    S(kill, 0, 99);
    S(tkill, thread, SIGUSR2);
    S(tkill, -1, SIGUSR2);
    S(tgkill, self, thread, SIGUSR1);
    S(tgkill, self, 0, SIGRTMIN + 1);
    info.si_signo = SIGRTMIN, info.si_code = SI_QUEUE, info.si_pid = self;
    info.si_value.sival_int = 42;
    S(rt_sigqueueinfo, self, SIGRTMIN, &info);
    S(rt_sigqueueinfo, 1 << 30, SIGUSR1, &info);
    info.si_code = SI_MESGQ;
    S(rt_tgsigqueueinfo, self, thread, SIGRTMIN, &info);
    S(rt_tgsigqueueinfo, self, thread, SIGRTMIN, BAD);
    info.si_code = SI_USER;
    S(rt_sigqueueinfo, 1, SIGUSR2, &info);
}

static void blocked(void) {
    uint64_t usr1 = 1 << (SIGUSR1 - 1), old, many = ~0ULL & ~usr1, none = 0;
    siginfo_t info;
    long self = S(getpid);
    S(rt_sigprocmask, SIG_BLOCK, &usr1, &old, 8);
    S(rt_sigprocmask, SIG_SETMASK, NULL, &old, 8);
    S(rt_sigprocmask, 77, &usr1, NULL, 8);
    S(rt_sigprocmask, SIG_UNBLOCK, BAD, NULL, 8);
    S(rt_sigpending, &old, 8);
    S(kill, self, SIGUSR1);
    S(rt_sigpending, &old, 8);
    S(rt_sigpending, &old, 16);
    S(rt_sigtimedwait, &usr1, &info, NULL, 8);
    S(rt_sigtimedwait, &usr1, NULL, P(timespec, 0, 1000), 8);
    S(rt_sigtimedwait, &usr1, &info, P(timespec, -1, 0), 8);
    S(kill, self, SIGUSR1);
    S(rt_sigsuspend, &none, 8);
    S(rt_sigsuspend, BAD, 8);
    S(rt_sigprocmask, SIG_SETMASK, &many, &old, 8);
    S(rt_sigprocmask, SIG_SETMASK, &none, &many, 8);
}

static void interrupted(void) {
    struct timespec left;
    S(setitimer, ITIMER_REAL, P(itimerval, {0, 0}, {0, 10000}), NULL);
    S(pause);
    S(setitimer, ITIMER_REAL, P(itimerval, {0, 0}, {0, 10000}), NULL);
    S(nanosleep, P(timespec, 3, 0), &left);
    S(setitimer, ITIMER_REAL, P(itimerval, {0, 0}, {0, 10000}), NULL);
    S(clock_nanosleep, CLOCK_MONOTONIC, 0, P(timespec, 3, 0), &left);
}

// A stop is no reason for a sleep to end: it goes on after it.
static void resumed(void) {
    long child = S(fork);
    if (child == 0) {
        S(nanosleep, P(timespec, 0, 200000000), NULL);
        S(exit_group, 0);
    }
    S(nanosleep, P(timespec, 0, 30000000), NULL);
    S(kill, child, SIGSTOP);
    S(wait4, child, NULL, WUNTRACED, NULL);
    S(kill, child, SIGCONT);
    await(child);
}

int main(int argc, char **argv) {
    begin(argc, argv);
    actions();
    sent();
    blocked();
    interrupted();
    resumed();
    S(exit_group, 0);
}
