/* What time it is. CPU clocks run as the monotonic one does: true CPU time differs from run to run.
 */
#include <errno.h>
#include <sys/time.h>
#include <time.h>

#include "core/time_text.h"
#include "harness/interpose/real.h"
#include "harness/world/running.h"
#include "harness/world/world.h"

enum { NS_PER_US = 1000 };

static int64_t wall_us(struct sim_process *process)
{
    return fl_clock_wall_us(sim_process_ports(process).clock);
}

static int64_t mono_us(struct sim_process *process)
{
    return fl_clock_mono_us(sim_process_ports(process).clock);
}

static struct timespec timespec_of(int64_t us)
{
    return (struct timespec){.tv_sec = us / FL_SECOND_US, .tv_nsec = us % FL_SECOND_US * NS_PER_US};
}

time_t time(time_t *ret_seconds)
{
    static void *real;
    struct sim_process *process = sim_running_process();
    if (!process) return ((time_t(*)(time_t *))sim_real(&real, "time"))(ret_seconds);
    time_t seconds = wall_us(process) / FL_SECOND_US;
    if (ret_seconds) *ret_seconds = seconds;
    return seconds;
}

int gettimeofday(struct timeval *restrict ret_now, void *restrict zone)
{
    static void *real;
    struct sim_process *process = sim_running_process();
    if (!process)
        return ((int (*)(struct timeval *, void *))sim_real(&real, "gettimeofday"))(ret_now, zone);
    int64_t us = wall_us(process);
    *ret_now = (struct timeval){.tv_sec = us / FL_SECOND_US, .tv_usec = us % FL_SECOND_US};
    return 0;
}

static int read_clock(struct sim_process *process, clockid_t clock, struct timespec *ret_now)
{
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_TAI: *ret_now = timespec_of(wall_us(process)); return 0;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_BOOTTIME:
    case CLOCK_PROCESS_CPUTIME_ID:
    case CLOCK_THREAD_CPUTIME_ID: *ret_now = timespec_of(mono_us(process)); return 0;
    default: errno = EINVAL; return -1;
    }
}

int clock_gettime(clockid_t clock, struct timespec *ret_now)
{
    static void *real;
    struct sim_process *process = sim_running_process();
    if (process) return read_clock(process, clock, ret_now);
    return ((int (*)(clockid_t, struct timespec *))sim_real(&real, "clock_gettime"))(clock,
                                                                                     ret_now);
}

int timespec_get(struct timespec *ret_now, int base)
{
    static void *real;
    struct sim_process *process = sim_running_process();
    if (!process)
        return ((int (*)(struct timespec *, int))sim_real(&real, "timespec_get"))(ret_now, base);
    if (base != TIME_UTC) return 0;
    *ret_now = timespec_of(wall_us(process));
    return base;
}

clock_t clock(void)
{
    static void *real;
    struct sim_process *process = sim_running_process();
    if (!process) return ((clock_t(*)(void))sim_real(&real, "clock"))();
    return mono_us(process); /* CLOCKS_PER_SEC is a million */
}
