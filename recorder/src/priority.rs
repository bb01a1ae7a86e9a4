//! When the recorder's threads run (sched(7)): so that the programs that are recorded wait for it as little as can be.

use std::mem;

use libc::{c_int, c_long, pid_t, sched_param};

use crate::rights::STEP_ASIDE;

/// How long the thread that takes records goes on while others wait, ns: it has less to do mostly. The kernel takes
/// times from this one on, since 6.12.
const SLICE: u64 = 100_000;

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

/// From now on the current thread interrupts nobody when it wakes, and does not keep others waiting for long.
pub fn interrupt_nobody() {
    let attr = SchedAttr {
        size: size_of::<SchedAttr>() as u32,
        policy: libc::SCHED_BATCH as u32,
        flags: 0,
        nice: 0,
        priority: 0,
        runtime: SLICE,
        deadline: 0,
        period: 0,
    };
    // SAFETY: `attr` is a sched_attr of the size that it says. If the call fails, the thread goes on as it did.
    unsafe { libc::syscall(libc::SYS_sched_setattr, 0 as c_long, &raw const attr, 0 as c_long) };
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

/// Whether threads may step aside: without the right to come back, they could not.
pub fn may_step_aside() -> bool {
    STEP_ASIDE.held()
}

/// The thread runs when a processor has nothing else to do.
pub fn step_aside(thread: pid_t) {
    schedule(thread, libc::SCHED_IDLE);
}

/// The thread takes its turn like all others.
pub fn take_turns(thread: pid_t) {
    schedule(thread, libc::SCHED_OTHER);
}

fn schedule(thread: pid_t, policy: c_int) {
    // SAFETY: all zero is a valid sched_param, whose one field is a priority that these policies do not have.
    let none: sched_param = unsafe { mem::zeroed() };
    // SAFETY: a plain system call on a thread of ours. If it fails, the thread goes on as it did.
    unsafe { libc::syscall(libc::SYS_sched_setscheduler, thread, policy, &raw const none) };
}
