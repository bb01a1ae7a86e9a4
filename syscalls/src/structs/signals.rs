//! Signals.

use super::structs;
use crate::Abi;

/// What the kernel puts on the stack for a signal handler.
#[derive(Debug, PartialEq, Eq)]
pub struct Frame {
    /// Where the mask of signals lies by ABI, in two words of 32 bits above the stack pointer of the
    /// handler's return.
    mask: [(Abi, [u16; 2]); 3],
}

impl Frame {
    /// Where the mask of signals lies on that ABI.
    pub fn mask(&self, abi: Abi) -> [u16; 2] {
        let found = self.mask.iter().find(|(on, _)| *on == abi);
        found.map_or([0; 2], |(_, places)| *places)
    }
}

/// `struct rt_sigframe`: the member `uc_sigmask` (arch/*/include/**/sigframe.h, uapi/asm/ucontext.h).
pub static RT_FRAME: Frame = Frame {
    mask: [(Abi::X86_64, [296, 300]), (Abi::I386, [248, 252]), (Abi::Aarch64, [168, 172])],
};

/// `struct sigframe_ia32`: `sc.oldmask`, and behind the state of the floating-point unit `extramask`.
pub static OLD_FRAME: Frame =
    Frame { mask: [(Abi::I386, [80, 712]), (Abi::X86_64, [0; 2]), (Abi::Aarch64, [0; 2])] };

structs! {
    /// The mask of signals that a handler's return restores (sigreturn(2)).
    SIGNAL_MASK { mask: u64 = SigSet }

    /// A set of signals (sigprocmask(2)).
    SIGSET { _: u64 = SigSet }

    /// A set of the first signals, one per bit of a word (i386's sigprocmask(2)).
    OLD_SIGSET { _: word = SigSet }

    /// A set of signals and its size (pselect(2)).
    SIGSET_ARG { sigmask: word = StructIn(&SIGSET), sigsetsize: word = Size }

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
