//! Signals: sending, handling, blocking and waiting.

use crate::row::syscalls;

syscalls! {
    /// Send a signal to a process or process group.
    kill { x86_64: 62, aarch64: 129, i386: 37; class: SIGNAL | PROCESS }
        (pid: Pid, sig: Signal) -> Int;

    /// Wait for a signal.
    pause { x86_64: 34, i386: 29; class: SIGNAL }
        () -> Int;

    /// Send a signal to the process that a file descriptor refers to.
    pidfd_send_signal { x86_64: 424, aarch64: 424, i386: 424; class: SIGNAL | PROCESS | DESC }
        (pidfd: Fd, sig: Signal, info: StructIn(&SIGINFO), flags: Bits(&PIDFD_SIGNAL_FLAGS)) -> Int;

    /// Get and set the action for a signal.
    rt_sigaction { x86_64: 13, x32: 512, aarch64: 134, i386: 174; class: SIGNAL }
        (signum: Signal, act: StructIn(&SIGACTION), oldact: StructOut(&SIGACTION),
         sigsetsize: Size) -> Int;

    /// Get the signals that are pending.
    rt_sigpending { x86_64: 127, x32: 522, aarch64: 136, i386: 176; class: SIGNAL }
        (set: StructOut(&SIGSET), sigsetsize: Size) -> Int;

    /// Get and change the signal mask of the calling thread.
    rt_sigprocmask { x86_64: 14, aarch64: 135, i386: 175; class: SIGNAL }
        (how: One(&SIGPROCMASK_HOW), set: ExactIn(&SIGSET, "sigsetsize"), oldset: StructOut(&SIGSET),
         sigsetsize: Size) -> Int;

    /// Send a signal with data to a process.
    rt_sigqueueinfo { x86_64: 129, x32: 524, aarch64: 138, i386: 178; class: SIGNAL | PROCESS }
        (tgid: Pid, sig: Signal, info: StructIn(&SIGINFO)) -> Int;

    /// Return from a signal handler; issued by the C library's trampoline.
    rt_sigreturn { x86_64: 15, x32: 513, aarch64: 139, i386: 173; class: SIGNAL }
        (frame: SignalFrame(&RT_FRAME)) -> Restored;

    /// Wait for a signal under a temporary signal mask.
    rt_sigsuspend { x86_64: 130, aarch64: 133, i386: 179; class: SIGNAL }
        (mask: ExactIn(&SIGSET, "sigsetsize"), sigsetsize: Size) -> Int;

    /// Accept a pending signal, waiting for at most some time.
    rt_sigtimedwait { x86_64: 128, aarch64: 137, i386: 177; class: SIGNAL }
        (set: ExactIn(&SIGSET, "sigsetsize"), info: StructOut(&SIGINFO), timeout: StructIn(&TIMESPEC),
         sigsetsize: Size) -> Signal;

    /// Accept a pending signal, waiting for at most some time.
    rt_sigtimedwait { x32: 523; class: SIGNAL; untested("x32 is not in the kernels tested on") }
        (set: ExactIn(&SIGSET, "sigsetsize"), info: StructOut(&SIGINFO), timeout: StructIn(&TIMESPEC64),
         sigsetsize: Size) -> Signal;

    /// Send a signal with data to a thread.
    rt_tgsigqueueinfo { x86_64: 297, x32: 536, aarch64: 240, i386: 335; class: SIGNAL | PROCESS }
        (tgid: Pid, tid: Pid, sig: Signal, info: StructIn(&SIGINFO)) -> Int;

    /// Get and set the alternate stack for signal handlers.
    sigaltstack { x86_64: 131, x32: 525, aarch64: 132, i386: 186; class: SIGNAL }
        (ss: StructIn(&STACK), old_ss: StructOut(&STACK)) -> Int;

    /// Send a signal to a thread of a given process.
    tgkill { x86_64: 234, aarch64: 131, i386: 270; class: SIGNAL | PROCESS }
        (tgid: Pid, tid: Pid, sig: Signal) -> Int;

    /// Send a signal to a thread.
    tkill { x86_64: 200, aarch64: 130, i386: 238; class: SIGNAL | PROCESS }
        (tid: Pid, sig: Signal) -> Int;
}
