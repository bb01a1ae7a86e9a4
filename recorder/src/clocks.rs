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

/// Notices when somebody sets the time of day. All else moves it together with `CLOCK_MONOTONIC`.
pub struct Watch {
    /// The time of day less `CLOCK_MONOTONIC`.
    offset: i64,
}

/// What is less than that, nobody minds.
const STEP: u64 = 1_000_000;

impl Watch {
    /// From a reading on.
    pub fn new(clock: &Clock) -> Watch {
        Watch { offset: clock.realtime - clock.monotonic as i64 }
    }

    /// Whether it was set since the last time it was asked.
    pub fn was_set(&mut self) -> bool {
        let before = monotonic();
        let realtime = read(libc::CLOCK_REALTIME);
        // Between the readings any time may pass.
        let took = monotonic() - before;
        let offset = realtime - before as i64;
        let was_set = offset.abs_diff(self.offset) > took + STEP;
        if was_set {
            self.offset = offset;
        }
        was_set
    }
}

fn read(clock: libc::clockid_t) -> i64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a live timespec.
    unsafe { libc::clock_gettime(clock, &mut time) };
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}
