//! Signals.

use super::structs;

structs! {
    /// A set of signals (sigprocmask(2)).
    SIGSET { _: u64 = SigSet }

    /// A set of the first signals, one per bit of a word (i386's sigprocmask(2)).
    OLD_SIGSET { _: word = SigSet }

    /// A set of signals and its size (pselect(2)).
    SIGSET_ARG { sigmask: word = Ptr, sigsetsize: word = Size }

    /// What happens on a signal (rt_sigaction(2)).
    SIGACTION order(sa_handler, sa_mask) {
        sa_handler: word = Bits(&SIGNAL_HANDLERS), sa_flags: word = Bits(&SIGACTION_FLAGS),
        optional sa_restorer: word = Ptr, sa_mask: u64 = SigSet
    }

    /// What happens on a signal, in the old structure (i386's sigaction(2)).
    OLD_SIGACTION {
        sa_handler: word = Bits(&SIGNAL_HANDLERS), sa_mask: word = SigSet,
        sa_flags: word = Bits(&SIGACTION_FLAGS), optional sa_restorer: word = Ptr
    }

    /// A stack for signal handlers (sigaltstack(2)).
    STACK { ss_sp: word = Ptr, ss_flags: u32 = Bits(&SIGALTSTACK_FLAGS), ss_size: word = Size }

    /// The start of what is known of a signal that a process sent (rt_sigqueueinfo(2)).
    SIGINFO {
        si_signo: u32 = Signal, optional si_errno: u32 = Int, si_code: u32 = One(&SIGINFO_CODES),
        _: word[0] = Uint, si_pid: u32 = Pid, si_uid: u32 = Uid, si_ptr: word = Ptr,
        _: word[2] = Ulong
    }

    /// What is known of a child that changed state (waitid(2)).
    SIGINFO_CHILD {
        si_signo: u32 = Signal, optional si_errno: u32 = Int, si_code: u32 = One(&SIGCHLD_CODES),
        _: word[0] = Uint, si_pid: u32 = Pid, si_uid: u32 = Uid, si_status: u32 = Int,
        si_utime: word = Ticks, si_stime: word = Ticks
    }

    /// What comes with a signal (sigevent(3type)).
    SIGVAL = union { sival_int: u32 = Int, sival_ptr: word = Ptr }

    /// How a process is notified (sigevent(3type)).
    SIGEVENT {
        optional sigev_value: inner = Struct(&SIGVAL), sigev_signo: u32 = Signal,
        sigev_notify: u32 = One(&SIGEV_NOTIFY), optional sigev_notify_thread_id: u32 = Pid
    }

    /// A signal (prctl(2)'s `PR_GET_PDEATHSIG`).
    SIGNAL { _: u32 = Signal }
}
