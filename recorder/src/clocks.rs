//! The machine's clocks (clock_gettime(2)).

use std::time::Duration;

use syscord_format::Clock;

/// `CLOCK_MONOTONIC` in nanoseconds: what the probe's times are.
pub fn monotonic() -> u64 {
    read(libc::CLOCK_MONOTONIC) as u64
}

/// The processor time that this process has had.
pub fn own_time() -> Duration {
    Duration::from_nanos(read(libc::CLOCK_PROCESS_CPUTIME_ID) as u64)
}

/// All clocks that a trace relates, read together: of several tries the one that took least.
pub fn together() -> Clock {
    const TRIES: usize = 5;
    let mut best = (u64::MAX, Clock { monotonic: 0, boottime: 0, realtime: 0 });
    for _ in 0..TRIES {
        let before = monotonic();
        let boottime = read(libc::CLOCK_BOOTTIME) as u64;
        let realtime = read(libc::CLOCK_REALTIME);
        let took = monotonic() - before;
        if took < best.0 {
            best = (took, Clock { monotonic: before + took / 2, boottime, realtime });
        }
    }
    best.1
}

/// All clocks as they were at an earlier moment, by `CLOCK_MONOTONIC`.
pub fn at(monotonic: u64) -> Clock {
    let now = together();
    let since = now.monotonic.saturating_sub(monotonic);
    let boottime = now.boottime.saturating_sub(since);
    Clock { monotonic, boottime, realtime: now.realtime - since as i64 }
}

fn read(clock: libc::clockid_t) -> i64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a live timespec.
    unsafe { libc::clock_gettime(clock, &mut time) };
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}
