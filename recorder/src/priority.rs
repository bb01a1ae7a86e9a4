//! When the recorder's threads run (sched(7)): so that the programs that are recorded wait for it as little as can be.
//! What the user has chosen for it (chrt(1), nice(1)) stays.

use libc::{c_int, c_long, pid_t};

use crate::rights::STEP_ASIDE;

/// How long a thread goes on while others wait, ns: the shortest that the kernel takes, since 6.12.
const SLICE: u64 = 100_000;
/// The least that a thread gets of a processor for which others wait: a seventieth of what they do. With none at all
/// (SCHED_IDLE) it could stop for ever with a lock of the kernel's that others need.
const LAST: c_int = 19;

/// `struct sched_attr` (include/uapi/linux/sched/types.h).
#[repr(C)]
struct SchedAttr {
    size: u32,
    policy: u32,
    flags: u64,
    nice: i32,
    priority: u32,
    runtime: u64,
    deadline: u64,
    period: u64,
}

/// How the recorder's threads are scheduled when they take their turns like all others.
#[derive(Clone, Copy, Debug)]
pub struct Priority {
    nice: c_int,
}

impl Priority {
    /// The current thread's; `None` if the user has chosen a policy for it.
    pub fn usual() -> Option<Priority> {
        // SAFETY: plain system calls without preconditions.
        let (policy, nice) = unsafe {
            (
                libc::syscall(libc::SYS_sched_getscheduler, 0),
                libc::getpriority(libc::PRIO_PROCESS, 0),
            )
        };
        (policy == c_long::from(libc::SCHED_OTHER)).then_some(Priority { nice })
    }

    /// The same, if a thread that has stepped aside can come back: that takes a right.
    pub fn if_free() -> Option<Priority> {
        Priority::usual().filter(|_| STEP_ASIDE.held())
    }

    /// From now on the current thread interrupts nobody when it wakes, and does not keep others waiting for long.
    pub fn interrupt_nobody(self) {
        schedule(0, libc::SCHED_BATCH, self.nice, SLICE);
    }

    /// The thread comes after all others.
    pub fn step_aside(self, thread: pid_t) {
        schedule(thread, libc::SCHED_BATCH, LAST.max(self.nice), SLICE);
    }

    /// The thread takes its turn like all others.
    pub fn take_turns(self, thread: pid_t) {
        schedule(thread, libc::SCHED_OTHER, self.nice, 0);
    }
}

/// Sets when a thread runs; 0: the current one (sched_setattr(2)). If that fails, it goes on as it did.
fn schedule(thread: pid_t, policy: c_int, nice: c_int, runtime: u64) {
    let attr = SchedAttr {
        size: size_of::<SchedAttr>() as u32,
        policy: policy.cast_unsigned(),
        flags: 0,
        nice,
        priority: 0,
        runtime,
        deadline: 0,
        period: 0,
    };
    // SAFETY: `attr` is a sched_attr of the size that it says.
    unsafe { libc::syscall(libc::SYS_sched_setattr, thread, &raw const attr, 0 as c_long) };
}

/// Lets those in who wait for the processor, if they come first: where the kernel's preemption is lazy, it asks a
/// thread to go only when that leaves the kernel, and a thread that only reckons does not for whole milliseconds.
pub fn let_others_in() {
    // SAFETY: the call has no preconditions. It is the cheapest that there is.
    unsafe { libc::syscall(libc::SYS_getppid) };
}

/// The id of the current thread.
pub fn current() -> pid_t {
    // SAFETY: the call has no preconditions.
    unsafe { libc::gettid() }
}
