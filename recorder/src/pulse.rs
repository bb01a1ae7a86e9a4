//! How the recorder's threads let others in: those who wait for the processor get it only when the thread that has it goes
//! into the kernel, and one that only reckons does not for milliseconds.

use std::{
    ptr,
    sync::atomic::{AtomicBool, Ordering},
};

use libc::{c_int, c_long, c_void, siginfo_t, timer_t};

use crate::{
    clocks,
    priority::{self, SLICE},
};

/// Gives the processor to those who wait for it, unless this thread comes first or the user has chosen its policy. By itself
/// the kernel looks at how long a thread has run only when something happens: who began to wait early in its slice would wait
/// for the next tick, for up to 4 ms (10 with `CONFIG_HZ=100`).
fn breathe() {
    // SAFETY: plain system calls without preconditions.
    unsafe {
        if libc::syscall(libc::SYS_sched_getscheduler, 0) == c_long::from(libc::SCHED_BATCH) {
            libc::sched_yield();
        }
    }
}

/// Lets others in about every 50 us while a thread goes through records.
pub struct Breath {
    /// When it did last, ns.
    latest: u64,
    /// Records that it has gone through.
    records: usize,
}

impl Breath {
    const EVERY: u64 = 50_000;
    /// Records between two looks at the clock.
    const RECORDS: usize = 128;

    pub fn new() -> Breath {
        Breath { latest: clocks::monotonic(), records: 0 }
    }

    /// Goes on to the next record.
    #[inline]
    pub fn next(&mut self) {
        self.records += 1;
        if self.records.is_multiple_of(Breath::RECORDS) {
            self.look();
        }
    }

    #[inline(never)]
    fn look(&mut self) {
        if clocks::monotonic() - self.latest >= Breath::EVERY {
            breathe();
            self.latest = clocks::monotonic();
        }
    }
}

/// A timer by which the thread that made it lets others in every [`SLICE`] while it beats: where it cannot
/// [do so](Breath) by itself. A beat takes some 10 us, and asks for the next one: on a machine on which a signal takes
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
        let beats = Box::into_raw(Box::new(Beats { timer: ptr::null_mut(), go_on: false.into() }));
        // SAFETY: both structures are valid when zeroed, the timer goes to this thread, and nobody else has `beats` yet.
        let made = unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = again as extern "C" fn(_, _, _) as usize;
            action.sa_flags = libc::SA_RESTART | libc::SA_SIGINFO;
            let mut event: libc::sigevent = std::mem::zeroed();
            event.sigev_notify = libc::SIGEV_THREAD_ID;
            event.sigev_signo = signal;
            event.sigev_notify_thread_id = priority::current();
            event.sigev_value.sival_ptr = beats.cast();
            let clock = libc::CLOCK_MONOTONIC;
            libc::sigaction(signal, &raw const action, ptr::null_mut()) == 0
                && libc::timer_create(clock, &raw mut event, &raw mut (*beats).timer) == 0
        };
        // SAFETY: it is there for ever, and only looked at from now on.
        made.then(|| Pulse(unsafe { &*beats }))
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    /// When a timer goes off next, and how often from then on by itself; 0: never (timer_gettime(2)).
    fn next(pulse: &Pulse) -> (i64, i64) {
        // SAFETY: `spec` is valid when zeroed, and filled by the call.
        let spec = unsafe {
            let mut spec: libc::itimerspec = std::mem::zeroed();
            libc::timer_gettime(pulse.0.timer, &raw mut spec);
            spec
        };
        (spec.it_value.tv_nsec, spec.it_interval.tv_nsec)
    }

    #[test]
    fn each_beat_asks_for_the_next_until_they_stop() {
        let pulse = Pulse::new().unwrap();
        let beating = pulse.beat();
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_nanos(20 * SLICE) {}
        // One that goes on by itself would leave no time where a beat takes longer than a slice.
        assert_eq!(next(&pulse).1, 0);
        // It may be about to go off just now.
        assert!((0..1000).any(|_| next(&pulse).0 > 0));
        drop(beating);
        while begin.elapsed() < Duration::from_nanos(40 * SLICE) {}
        assert_eq!(next(&pulse), (0, 0));
    }
}
