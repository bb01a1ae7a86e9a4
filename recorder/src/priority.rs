//! When the recorder's threads run (sched(7)): so that the programs that are recorded wait for it as little as can be.
//! A policy that the user has chosen for it (chrt(1)) stays, and it is never less nice than it was told to be (nice(1)).

use std::time::{Duration, Instant};

use libc::{c_int, c_long, pid_t};

use crate::rights::STEP_ASIDE;

/// How long a thread goes on while others wait, ns: the shortest that the kernel takes, since 6.12.
pub const SLICE: u64 = 100_000;
/// The least that a thread gets of a processor for which others wait: a seventieth of what they do. With none at all
/// (SCHED_IDLE) it could stop for ever with a lock of the kernel's that others need.
const LAST: c_int = 19;
/// The most: seventy times what others do. Where dozens of threads wait for each processor, a recorder that takes its turn
/// like them comes too late for its rings.
const FIRST: c_int = -20;
/// For so long it comes first once it was too late: what made it so has rarely gone when it has caught up.
pub const AHEAD: Duration = Duration::from_secs(5);

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

    /// The thread comes after all others.
    pub fn step_aside(self, thread: pid_t) {
        schedule(thread, libc::SCHED_BATCH, LAST.max(self.nice), SLICE);
    }

    /// The thread comes before all others; one that is to be nice only takes its turn.
    pub fn come_first(self, thread: pid_t) {
        let nice = if self.nice > 0 { self.nice } else { FIRST };
        schedule(thread, libc::SCHED_OTHER, nice, 0);
    }

    /// The thread takes its turn like all others, but interrupts nobody when it wakes, and lets others in soon.
    pub fn take_turns(self, thread: pid_t) {
        schedule(thread, libc::SCHED_BATCH, self.nice, SLICE);
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

/// The thread that takes records from the rings: it interrupts nobody, but while it is late it comes first.
pub struct Late {
    /// How it is scheduled otherwise; none if the user has chosen.
    usual: Option<Priority>,
    /// The same, if it may come first.
    free: Option<Priority>,
    /// When it was late the last time, while it comes first.
    since: Option<Instant>,
}

impl Late {
    /// From so much of the fullest ring on it is late.
    const FILL: f64 = 0.25;

    /// For the current thread.
    pub fn new() -> Late {
        Late { usual: Priority::usual(), free: Priority::if_free(), since: None }
    }

    /// Recording begins.
    pub fn begin(&self) {
        if let Some(usual) = self.usual {
            usual.take_turns(0);
        }
    }

    /// The fullest ring is that full, 0 to 1.
    pub fn mind(&mut self, fill: f64) {
        let Some(priority) = self.free else { return };
        if fill > Late::FILL {
            if self.since.replace(Instant::now()).is_none() {
                priority.come_first(0);
            }
        } else if self.since.is_some_and(|since| since.elapsed() > AHEAD) {
            priority.take_turns(0);
            self.since = None;
        }
    }
}

/// The id of the current thread.
pub fn current() -> pid_t {
    // SAFETY: the call has no preconditions.
    unsafe { libc::gettid() }
}
