//! Letting others in: those who wait for the processor get it only when the thread that has it goes into the kernel, and one
//! that only reckons does not for milliseconds.

use std::{
    ptr,
    sync::atomic::{AtomicBool, Ordering},
};

use libc::{c_int, c_long, c_void, siginfo_t, timer_t};

use crate::priority::{self, SLICE};

/// Gives the processor to those who wait for it, if this thread has stepped aside. By itself the kernel looks at how long a
/// thread has run only when something happens: who began to wait early in its slice would wait for the next tick, for up to
/// 4 ms (10 with `CONFIG_HZ=100`).
fn breathe() {
    // SAFETY: plain system calls without preconditions.
    unsafe {
        if libc::syscall(libc::SYS_sched_getscheduler, 0) == c_long::from(libc::SCHED_BATCH) {
            libc::sched_yield();
        }
    }
}

/// The same once every some 50 us, where so many records have been gone through.
#[inline]
pub fn breathe_at(count: usize) {
    const BREATH: usize = 256;
    if count.is_multiple_of(BREATH) {
        breathe();
    }
}

/// A timer by which the thread that made it lets others in every [`SLICE`] while it beats: where it cannot
/// [do so](breathe_at) by itself. A beat takes some 10 us, and asks for the next one: on a machine on which a signal takes
/// longer than [`SLICE`], as an emulated one may, a timer that goes on by itself would leave no time for anything else.
pub struct Pulse(&'static Beats);

/// What the signal's handler knows.
struct Beats {
    timer: timer_t,
    /// Whether there is to be another one.
    go_on: AtomicBool,
}

impl Pulse {
    /// For the current thread; `None` if the kernel has no timer to spare.
    pub fn new() -> Option<Pulse> {
        let signal = libc::SIGRTMAX();
        // What the handler reads is never freed: a signal may be under way when the timer has gone.
        let beats = Box::leak(Box::new(Beats { timer: ptr::null_mut(), go_on: false.into() }));
        // SAFETY: both structures are valid when zeroed, and the timer goes to this thread.
        let made = unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = again as extern "C" fn(_, _, _) as usize;
            action.sa_flags = libc::SA_RESTART | libc::SA_SIGINFO;
            let mut event: libc::sigevent = std::mem::zeroed();
            event.sigev_notify = libc::SIGEV_THREAD_ID;
            event.sigev_signo = signal;
            event.sigev_notify_thread_id = priority::current();
            event.sigev_value.sival_ptr = ptr::from_mut(beats).cast();
            let clock = libc::CLOCK_MONOTONIC;
            libc::sigaction(signal, &raw const action, ptr::null_mut()) == 0
                && libc::timer_create(clock, &raw mut event, &raw mut beats.timer) == 0
        };
        made.then_some(Pulse(beats))
    }

    /// Beats until what is returned goes.
    pub fn beat(&self) -> Beating<'_> {
        self.0.go_on.store(true, Ordering::Relaxed);
        self.0.set(SLICE);
        Beating(self)
    }
}

impl Beats {
    /// When the signal comes, from now, ns; 0: never (timer_settime(2)).
    fn set(&self, nanoseconds: u64) {
        let once = libc::timespec { tv_sec: 0, tv_nsec: nanoseconds as i64 };
        let never = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        let spec = libc::itimerspec { it_interval: never, it_value: once };
        // SAFETY: the timer is ours.
        unsafe { libc::timer_settime(self.timer, 0, &raw const spec, ptr::null_mut()) };
    }
}

/// The signal's handler.
extern "C" fn again(_: c_int, info: *mut siginfo_t, _: *mut c_void) {
    // SAFETY: the kernel gives the timer's value along, which is a Beats that is never freed.
    let beats = unsafe { (*info).si_value().sival_ptr.cast::<Beats>().as_ref() };
    if let Some(beats) = beats.filter(|beats| beats.go_on.load(Ordering::Relaxed)) {
        breathe();
        beats.set(SLICE);
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        // SAFETY: the timer is ours.
        unsafe { libc::timer_delete(self.0.timer) };
    }
}

/// While it is there, a [`Pulse`] beats.
pub struct Beating<'p>(&'p Pulse);

impl Drop for Beating<'_> {
    fn drop(&mut self) {
        // Before the timer is stopped: a signal that comes in between asks for no other.
        self.0.0.go_on.store(false, Ordering::Relaxed);
        self.0.0.set(0);
    }
}
