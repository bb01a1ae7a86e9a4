//! Times and timers.

use super::structs;

structs! {
    /// Seconds and nanoseconds (timespec(3type)).
    TIMESPEC { tv_sec: word = Long, tv_nsec: word = Ulong }

    /// Seconds and nanoseconds of 64 bits each on every ABI (timespec(3type)).
    TIMESPEC64 { tv_sec: u64 = Long, tv_nsec: u64 = Ulong }

    /// Seconds and microseconds (timeval(3type)).
    TIMEVAL { tv_sec: word = Long, tv_usec: word = Ulong }

    /// Seconds and microseconds of 64 bits each on every ABI (socket(7)'s `SO_RCVTIMEO_NEW`).
    TIMEVAL64 { tv_sec: u64 = Long, tv_usec: u64 = Ulong }

    /// A time zone (gettimeofday(2)).
    TIMEZONE { tz_minuteswest: u32 = Int, tz_dsttime: u32 = Int }

    /// Seconds since the Epoch (time(2)).
    TIME { _: word = Time }

    /// Times of access and modification (utime(2)).
    UTIMBUF { actime: word = Time, modtime: word = Time }

    /// A time of a file in seconds and nanoseconds (utimensat(2)).
    FILE_TIMESPEC { tv_sec: word = Time, tv_nsec: word = Ulong }

    /// The same, of 64 bits each on every ABI (i386's utimensat_time64).
    FILE_TIMESPEC64 { tv_sec: u64 = Time, tv_nsec: u64 = Ulong }

    /// A time of a file in seconds and microseconds (utimes(2)).
    FILE_TIMEVAL { tv_sec: word = Time, tv_usec: word = Ulong }

    /// Times of a file's last access and modification (utimensat(2)).
    FILE_TIMESPECS { _: inner[2] = Struct(&FILE_TIMESPEC) }

    /// The same, of 64 bits each on every ABI.
    FILE_TIMESPECS64 { _: inner[2] = Struct(&FILE_TIMESPEC64) }

    /// Times of a file's last access and modification (utimes(2)).
    FILE_TIMEVALS { _: inner[2] = Struct(&FILE_TIMEVAL) }

    /// An interval timer in microseconds (setitimer(2)).
    ITIMERVAL { it_interval: inner = Struct(&TIMEVAL), it_value: inner = Struct(&TIMEVAL) }

    /// An interval timer in nanoseconds (timer_settime(2)).
    ITIMERSPEC { it_interval: inner = Struct(&TIMESPEC), it_value: inner = Struct(&TIMESPEC) }

    /// An interval timer in nanoseconds with 64-bit times on every ABI (timer_settime(2)).
    ITIMERSPEC64 {
        it_interval: inner = Struct(&TIMESPEC64), it_value: inner = Struct(&TIMESPEC64)
    }

    /// The id of a timer of the process (timer_create(2)).
    TIMER_ID { _: u32 = Int }

    /// Processor times in clock ticks (times(2)).
    TMS {
        tms_utime: word = Ticks, tms_stime: word = Ticks, tms_cutime: word = Ticks,
        tms_cstime: word = Ticks
    }

    /// State of the kernel clock (adjtimex(2)).
    TIMEX {
        modes: u32 = Bits(&ADJTIMEX_MODES), offset: word = Long, freq: word = Long,
        maxerror: word = Long, esterror: word = Long, status: u32 = Bits(&ADJTIMEX_STATUS),
        constant: word = Long, precision: word = Long, tolerance: word = Long,
        time: inner = Struct(&TIMEVAL), tick: word = Long, ppsfreq: word = Long,
        jitter: word = Long, shift: u32 = Int, stabil: word = Long, jitcnt: word = Long,
        calcnt: word = Long, errcnt: word = Long, stbcnt: word = Long, tai: u32 = Int,
        _: u32[11] = Uint
    }

    /// State of the kernel clock with 64-bit times on every ABI (clock_adjtime(2)).
    TIMEX64 {
        modes: u32 = Bits(&ADJTIMEX_MODES), _: u32 = Uint, offset: u64 = Long, freq: u64 = Long,
        maxerror: u64 = Long, esterror: u64 = Long, status: u32 = Bits(&ADJTIMEX_STATUS),
        _: u32 = Uint, constant: u64 = Long, precision: u64 = Long, tolerance: u64 = Long,
        time: inner = Struct(&TIMEVAL64), tick: u64 = Long, ppsfreq: u64 = Long, jitter: u64 = Long,
        shift: u32 = Int, _: u32 = Uint, stabil: u64 = Long, jitcnt: u64 = Long, calcnt: u64 = Long,
        errcnt: u64 = Long, stbcnt: u64 = Long, tai: u32 = Int, _: u32[11] = Uint
    }

    /// The time of a clock in hardware (rtc(4)).
    RTC_TIME {
        tm_sec: u32 = Int, tm_min: u32 = Int, tm_hour: u32 = Int, tm_mday: u32 = Int,
        tm_mon: u32 = Int, tm_year: u32 = Int, detail tm_wday: u32 = Int,
        detail tm_yday: u32 = Int, detail tm_isdst: u32 = Int
    }
}
