//! Clocks and timers.

use crate::row::syscalls;

syscalls! {
    /// Tune the kernel clock and return its state.
    adjtimex { x86_64: 159, aarch64: 171, i386: 124; class: CLOCK }
        (buf: StructOut(&TIMEX)) -> One(&CLOCK_STATES);

    /// Have SIGALRM sent after some seconds and return those left of the last alarm.
    alarm { x86_64: 37, i386: 27; class: CLOCK }
        (seconds: Uint) -> Uint;

    /// Tune a clock and return its state.
    clock_adjtime { x86_64: 305, aarch64: 266, i386: 343; class: CLOCK }
        (clk_id: One(&CLOCKS), buf: StructOut(&TIMEX)) -> One(&CLOCK_STATES);

    /// Get the resolution of a clock.
    clock_getres { x86_64: 229, aarch64: 114, i386: 266; class: CLOCK }
        (clockid: One(&CLOCKS), res: StructOut(&TIMESPEC)) -> Int;

    /// Get the time of a clock.
    clock_gettime { x86_64: 228, aarch64: 113, i386: 265; class: CLOCK }
        (clockid: One(&CLOCKS), tp: StructOut(&TIMESPEC)) -> Int;

    /// Sleep for an interval or until a time of a given clock.
    clock_nanosleep { x86_64: 230, aarch64: 115, i386: 267; class: CLOCK }
        (clockid: One(&CLOCKS), flags: Bits(&TIMER_FLAGS), request: StructIn(&TIMESPEC),
         remain: StructLeft(&TIMESPEC)) -> Int;

    /// Set the time of a clock.
    clock_settime { x86_64: 227, aarch64: 112, i386: 264; class: CLOCK }
        (clockid: One(&CLOCKS), tp: StructIn(&TIMESPEC)) -> Int;

    /// Get the value of an interval timer.
    getitimer { x86_64: 36, aarch64: 102, i386: 105; class: CLOCK }
        (which: One(&ITIMERS), curr_value: StructOut(&ITIMERVAL)) -> Int;

    /// Get the time of day and the time zone.
    gettimeofday { x86_64: 96, aarch64: 169, i386: 78; class: CLOCK }
        (tv: StructOut(&TIMEVAL), tz: StructOut(&TIMEZONE)) -> Int;

    /// Sleep for an interval.
    nanosleep { x86_64: 35, aarch64: 101, i386: 162; class: CLOCK }
        (req: StructIn(&TIMESPEC), rem: StructLeft(&TIMESPEC)) -> Int;

    /// Set an interval timer and get its old value.
    setitimer { x86_64: 38, aarch64: 103, i386: 104; class: CLOCK }
        (which: One(&ITIMERS), new_value: StructIn(&ITIMERVAL),
         old_value: StructOut(&ITIMERVAL)) -> Int;

    /// Set the time of day and the time zone.
    settimeofday { x86_64: 164, aarch64: 170, i386: 79; class: CLOCK }
        (tv: StructIn(&TIMEVAL), tz: StructIn(&TIMEZONE)) -> Int;

    /// Get the time in seconds since the Epoch.
    time { x86_64: 201, i386: 13; class: CLOCK }
        (tloc: StructOut(&TIME)) -> Time;

    /// Create a timer of the process.
    timer_create { x86_64: 222, x32: 526, aarch64: 107, i386: 259; class: CLOCK }
        (clockid: One(&CLOCKS), sevp: StructIn(&SIGEVENT), timerid: StructOut(&TIMER_ID)) -> Int;

    /// Delete a timer of the process.
    timer_delete { x86_64: 226, aarch64: 111, i386: 263; class: CLOCK }
        (timerid: Int) -> Int;

    /// Get how often a timer expired since its last signal.
    timer_getoverrun { x86_64: 225, aarch64: 109, i386: 262; class: CLOCK }
        (timerid: Int) -> Int;

    /// Get the time left on a timer of the process.
    timer_gettime { x86_64: 224, aarch64: 108, i386: 261; class: CLOCK }
        (timerid: Int, curr_value: StructOut(&ITIMERSPEC)) -> Int;

    /// Arm or disarm a timer of the process.
    timer_settime { x86_64: 223, aarch64: 110, i386: 260; class: CLOCK }
        (timerid: Int, flags: Bits(&TIMER_FLAGS), new_value: StructIn(&ITIMERSPEC),
         old_value: StructOut(&ITIMERSPEC)) -> Int;

    /// Create a timer that notifies through a file descriptor.
    timerfd_create { x86_64: 283, aarch64: 85, i386: 322; class: CLOCK | DESC }
        (clockid: One(&CLOCKS), flags: Bits(&TIMERFD_CREATE_FLAGS)) -> Fd;

    /// Get the time left on a timer behind a file descriptor.
    timerfd_gettime { x86_64: 287, aarch64: 87, i386: 326; class: CLOCK | DESC }
        (fd: Fd, curr_value: StructOut(&ITIMERSPEC)) -> Int;

    /// Arm or disarm a timer behind a file descriptor.
    timerfd_settime { x86_64: 286, aarch64: 86, i386: 325; class: CLOCK | DESC }
        (fd: Fd, flags: Bits(&TIMERFD_SETTIME_FLAGS), new_value: StructIn(&ITIMERSPEC),
         old_value: StructOut(&ITIMERSPEC)) -> Int;

    /// Get the processor times of the caller and its children, and return elapsed clock ticks.
    times { x86_64: 100, aarch64: 153, i386: 43; class: CLOCK | PROCESS }
        (buf: StructOut(&TMS)) -> Long;
}
