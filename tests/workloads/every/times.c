// Clocks and timers.
#include "every.h"

#include <sys/time.h>
#include <sys/timex.h>

static void clocks(void) {
    struct timespec time;
    struct timeval day;
    struct timezone zone;
    long now;
    S(time, &now);
    S(time, NULL);
    S(gettimeofday, &day, &zone);
    S(gettimeofday, BAD, NULL);
    S(clock_gettime, CLOCK_REALTIME, &time);
    S(clock_gettime, CLOCK_THREAD_CPUTIME_ID, &time);
    S(clock_gettime, -6, &time);
    S(clock_gettime, -29, &time);
    S(clock_gettime, 77, &time);
    S(clock_getres, CLOCK_MONOTONIC_COARSE, &time);
    S(clock_getres, CLOCK_TAI, NULL);
    S(clock_getres, CLOCK_BOOTTIME, BAD);
    S(nanosleep, P(timespec, 0, 1000), &time);
    S(nanosleep, P(timespec, 0, 1000000000), &time);
    S(nanosleep, BAD, NULL);
    S(clock_nanosleep, CLOCK_REALTIME, 0, P(timespec, 0, 1), NULL);
    S(clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, P(timespec, 1, 5), NULL);
    S(clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 2, P(timespec, 0, 1), NULL);
}

static void timers(void) {
    struct itimerval interval, old;
    struct itimerspec time;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    int timer = 0, other = 0;
    event.sigev_value.sival_int = 7;
    S(alarm, 0);
    S(alarm, 20);
    S(setitimer, ITIMER_VIRTUAL, P(itimerval, {1, 2}, {1000, 5}), &old);
    S(getitimer, ITIMER_VIRTUAL, &interval);
    S(getitimer, ITIMER_PROF, BAD);
    S(setitimer, 77, NULL, NULL);
    S(timer_create, CLOCK_MONOTONIC, &event, &timer);
    event.sigev_notify = SIGEV_NONE;
    S(timer_create, CLOCK_REALTIME, &event, &other);
    event.sigev_notify = SIGEV_THREAD_ID;
    S(timer_create, 77, &event, &other);
    S(timer_create, CLOCK_REALTIME, BAD, NULL);
    S(timer_settime, timer, 0, P(itimerspec, {1, 2}, {1000, 999999999}), &time);
    S(timer_settime, timer, TIMER_ABSTIME, P(itimerspec, {0, 0}, {0, 0}), NULL);
    S(timer_settime, timer, 0, P(itimerspec, {0, -1}, {5, 1000000000}), NULL);
    S(timer_gettime, timer, &time);
    S(timer_gettime, 99, &time);
    S(timer_getoverrun, timer);
    S(timer_getoverrun, 99);
    S(timer_delete, timer);
    S(timer_delete, timer);
    S(timer_delete, other);
}

// It asks only: what would set a clock is tried by one who may not, and with values that cannot be.
static int set(void) {
    struct timex state = {0};
    S(adjtimex, &state);
    S(adjtimex, BAD);
    S(clock_adjtime, CLOCK_REALTIME, &state);
    S(clock_adjtime, CLOCK_MONOTONIC, &state);
    if (!powerless())
        return 1;
    state.modes = ADJ_TICK | ADJ_STATUS;
    state.tick = -1;
    S(clock_adjtime, CLOCK_REALTIME, &state);
    S(clock_settime, CLOCK_REALTIME, P(timespec, 5, 1000000000));
    S(clock_settime, CLOCK_MONOTONIC, P(timespec, 1, 2));
    S(clock_settime, 77, BAD);
    S(settimeofday, P(timeval, 5, 1000000), NULL);
    S(settimeofday, BAD, NULL);
    return 0;
}

int main(int argc, char **argv) {
    begin(argc, argv);
    clocks();
    timers();
    apart(set);
    S(exit_group, 0);
}
