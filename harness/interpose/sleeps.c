/* Waiting for nothing but time. A poll or select on descriptors is no sleep: from a module it is
 * refused, from others it passes. */
#include <errno.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "core/time_text.h"
#include "harness/interpose/interpose.h"
#include "harness/interpose/real.h"
#include "harness/module/image.h"
#include "harness/world/running.h"
#include "harness/world/world.h"

enum { NS_PER_US = 1000, US_PER_MS = 1000, NS_PER_SECOND = 1000 * 1000 * 1000 };

int __poll_chk(struct pollfd *fds, nfds_t count, int timeout_ms, size_t room);

static void sleep_for(int64_t us)
{
    struct sim_world *world = sim_running_world();
    int64_t now_us = sim_world_now_us(world);
    sim_sleep_until(world, us < FL_NEVER_US - now_us ? now_us + us : FL_NEVER_US, "sleep");
}

static bool is_valid(const struct timespec *time)
{
    return time->tv_sec >= 0 && time->tv_nsec >= 0 && time->tv_nsec < NS_PER_SECOND;
}

/* Never shorter than asked for. */
static int64_t us_of(const struct timespec *time)
{
    int64_t us = (time->tv_nsec + NS_PER_US - 1) / NS_PER_US;
    if (time->tv_sec > (FL_NEVER_US - us) / FL_SECOND_US) return FL_NEVER_US;
    return time->tv_sec * FL_SECOND_US + us;
}

unsigned sleep(unsigned seconds)
{
    static void *real;
    if (!sim_running_process()) return ((unsigned (*)(unsigned))sim_real(&real, "sleep"))(seconds);
    sleep_for(seconds * FL_SECOND_US);
    return 0;
}

int usleep(useconds_t us)
{
    static void *real;
    if (!sim_running_process()) return ((int (*)(useconds_t))sim_real(&real, "usleep"))(us);
    sleep_for(us);
    return 0;
}

int nanosleep(const struct timespec *wanted, struct timespec *ret_rest)
{
    static void *real;
    if (!sim_running_process())
        return ((int (*)(const struct timespec *, struct timespec *))sim_real(&real, "nanosleep"))(
            wanted, ret_rest);
    if (!is_valid(wanted)) {
        errno = EINVAL;
        return -1;
    }
    sleep_for(us_of(wanted));
    return 0;
}

int thrd_sleep(const struct timespec *wanted, struct timespec *ret_rest)
{
    static void *real;
    if (!sim_running_process())
        return ((int (*)(const struct timespec *, struct timespec *))sim_real(&real, "thrd_sleep"))(
            wanted, ret_rest);
    if (!is_valid(wanted)) return -2;
    sleep_for(us_of(wanted));
    return 0;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted,
                    struct timespec *ret_rest)
{
    static void *real;
    if (!sim_running_process())
        return ((int (*)(clockid_t, int, const struct timespec *, struct timespec *))sim_real(
            &real, "clock_nanosleep"))(clock, flags, wanted, ret_rest);
    struct timespec now = {0};
    if (!is_valid(wanted)) return EINVAL;
    if ((flags & TIMER_ABSTIME) && clock_gettime(clock, &now)) return EINVAL;
    int64_t us = us_of(wanted) - us_of(&now);
    sleep_for(us > 0 ? us : 0);
    return 0;
}

/* Whether the call is a sleep of a simulated process. Does not return when a module may not make
 * it. */
static bool is_sleep(bool has_descriptors, const char *name, const void *caller)
{
    if (!sim_running_process()) return false;
    if (!has_descriptors) return true;
    if (sim_module_owns(caller)) sim_forbid(name);
    return false;
}

static int poll_for(int timeout_ms)
{
    sleep_for(timeout_ms < 0 ? FL_NEVER_US : (int64_t)timeout_ms * US_PER_MS);
    return 0;
}

int poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
    static void *real;
    if (is_sleep(count > 0, "poll", __builtin_return_address(0))) return poll_for(timeout_ms);
    return ((int (*)(struct pollfd *, nfds_t, int))sim_real(&real, "poll"))(fds, count, timeout_ms);
}

int __poll_chk(struct pollfd *fds, nfds_t count, int timeout_ms, size_t room)
{
    static void *real;
    if (is_sleep(count > 0, "poll", __builtin_return_address(0))) return poll_for(timeout_ms);
    return ((int (*)(struct pollfd *, nfds_t, int, size_t))sim_real(&real, "__poll_chk"))(
        fds, count, timeout_ms, room);
}

int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
    static void *real;
    if (is_sleep(count > 0, "ppoll", __builtin_return_address(0))) {
        sleep_for(timeout ? us_of(timeout) : FL_NEVER_US);
        return 0;
    }
    return ((int (*)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *))sim_real(
        &real, "ppoll"))(fds, count, timeout, mask);
}

int select(int count, fd_set *restrict readable, fd_set *restrict writable,
           fd_set *restrict exceptional, struct timeval *restrict timeout)
{
    static void *real;
    bool has_descriptors = count > 0 && (readable || writable || exceptional);
    if (is_sleep(has_descriptors, "select", __builtin_return_address(0))) {
        sleep_for(timeout ? timeout->tv_sec * FL_SECOND_US + timeout->tv_usec : FL_NEVER_US);
        return 0;
    }
    return ((int (*)(int, fd_set *, fd_set *, fd_set *, struct timeval *))sim_real(
        &real, "select"))(count, readable, writable, exceptional, timeout);
}

int pselect(int count, fd_set *restrict readable, fd_set *restrict writable,
            fd_set *restrict exceptional, const struct timespec *restrict timeout,
            const sigset_t *restrict mask)
{
    static void *real;
    bool has_descriptors = count > 0 && (readable || writable || exceptional);
    if (is_sleep(has_descriptors, "pselect", __builtin_return_address(0))) {
        sleep_for(timeout ? us_of(timeout) : FL_NEVER_US);
        return 0;
    }
    return ((int (*)(int, fd_set *, fd_set *, fd_set *, const struct timespec *,
                     const sigset_t *))sim_real(&real, "pselect"))(count, readable, writable,
                                                                   exceptional, timeout, mask);
}
