//! Signals.

use super::names;

names! {
    /// What rt_sigprocmask(2) does with the mask.
    SIGPROCMASK_HOW: "SIG_???" {
        value { SIG_BLOCK = 0, SIG_UNBLOCK = 1, SIG_SETMASK = 2 }
    }

    /// Handlers that are no function (sigaction(2)).
    SIGNAL_HANDLERS: "" wide {
        value { SIG_DFL = 0, SIG_IGN = 1, SIG_ERR = 0xffffffffffffffff }
    }

    /// Flags of a signal's action (sigaction(2)).
    SIGACTION_FLAGS: "SA_???" wide {
        bits {
            SA_RESTORER = 0x4000000, SA_ONSTACK = 0x8000000, SA_RESTART = 0x10000000,
            SA_NODEFER = 0x40000000, SA_RESETHAND = 0x80000000, SA_SIGINFO = 0x4,
            SA_NOCLDSTOP = 0x1, SA_NOCLDWAIT = 0x2, SA_UNSUPPORTED = 0x400,
            SA_EXPOSE_TAGBITS = 0x800,
        }
    }

    /// Flags of the alternate signal stack (sigaltstack(2)).
    SIGALTSTACK_FLAGS: "SS_???" {
        bits { SS_ONSTACK = 0x1, SS_DISABLE = 0x2, SS_AUTODISARM = 0x80000000 }
    }

    /// Flags of signalfd(2).
    SIGNALFD_FLAGS: "SFD_???" {
        bits { SFD_CLOEXEC = 0x80000, SFD_NONBLOCK = 0x800 }
    }

    /// Whom pidfd_send_signal(2) reaches.
    PIDFD_SIGNAL_FLAGS: "" {
        bits {
            PIDFD_SIGNAL_THREAD = 0x1, PIDFD_SIGNAL_THREAD_GROUP = 0x2,
            PIDFD_SIGNAL_PROCESS_GROUP = 0x4,
        }
    }

    /// How a process is notified (sigevent(3type)).
    SIGEV_NOTIFY: "SIGEV_???" {
        value { SIGEV_SIGNAL = 0, SIGEV_NONE = 1, SIGEV_THREAD = 2, SIGEV_THREAD_ID = 4 }
    }

    /// Why a signal was sent, whichever it is (sigaction(2)).
    SIGINFO_CODES: "SI_???" {
        value {
            SI_USER = 0, SI_KERNEL = 128, SI_QUEUE = 0xffffffff, SI_TIMER = 0xfffffffe,
            SI_MESGQ = 0xfffffffd, SI_ASYNCIO = 0xfffffffc, SI_SIGIO = 0xfffffffb,
            SI_TKILL = 0xfffffffa, SI_DETHREAD = 0xfffffff9, SI_ASYNCNL = 0xffffffc4,
        }
    }

    /// Why `SIGCHLD` was sent (sigaction(2)).
    SIGCHLD_CODES: "CLD_???" {
        value {
            CLD_EXITED = 1, CLD_KILLED = 2, CLD_DUMPED = 3, CLD_TRAPPED = 4, CLD_STOPPED = 5,
            CLD_CONTINUED = 6,
        }
    }

    /// Why `SIGSEGV` was sent (sigaction(2)).
    SIGSEGV_CODES: "SEGV_???" {
        value {
            SEGV_MAPERR = 1, SEGV_ACCERR = 2, SEGV_BNDERR = 3, SEGV_PKUERR = 4, SEGV_ACCADI = 5,
            SEGV_ADIDERR = 6, SEGV_ADIPERR = 7, SEGV_MTEAERR = 8, SEGV_MTESERR = 9, SEGV_CPERR = 10,
        }
    }

    /// Why `SIGBUS` was sent (sigaction(2)).
    SIGBUS_CODES: "BUS_???" {
        value {
            BUS_ADRALN = 1, BUS_ADRERR = 2, BUS_OBJERR = 3, BUS_MCEERR_AR = 4, BUS_MCEERR_AO = 5,
        }
    }

    /// Why `SIGILL` was sent (sigaction(2)).
    SIGILL_CODES: "ILL_???" {
        value {
            ILL_ILLOPC = 1, ILL_ILLOPN = 2, ILL_ILLADR = 3, ILL_ILLTRP = 4, ILL_PRVOPC = 5,
            ILL_PRVREG = 6, ILL_COPROC = 7, ILL_BADSTK = 8, ILL_BADIADDR = 9,
        }
    }

    /// Why `SIGFPE` was sent (sigaction(2)).
    SIGFPE_CODES: "FPE_???" {
        value {
            FPE_INTDIV = 1, FPE_INTOVF = 2, FPE_FLTDIV = 3, FPE_FLTOVF = 4, FPE_FLTUND = 5,
            FPE_FLTRES = 6, FPE_FLTINV = 7, FPE_FLTSUB = 8, FPE_FLTUNK = 14, FPE_CONDTRAP = 15,
        }
    }

    /// Why `SIGTRAP` was sent (sigaction(2)).
    SIGTRAP_CODES: "TRAP_???" {
        value {
            TRAP_BRKPT = 1, TRAP_TRACE = 2, TRAP_BRANCH = 3, TRAP_HWBKPT = 4, TRAP_UNK = 5,
            TRAP_PERF = 6,
        }
    }

    /// Why `SIGIO` was sent (sigaction(2)).
    SIGPOLL_CODES: "POLL_???" {
        value { POLL_IN = 1, POLL_OUT = 2, POLL_MSG = 3, POLL_ERR = 4, POLL_PRI = 5, POLL_HUP = 6 }
    }

    /// Why `SIGSYS` was sent (sigaction(2)).
    SIGSYS_CODES: "SYS_???" {
        value { SYS_SECCOMP = 1, SYS_USER_DISPATCH = 2 }
    }
}
