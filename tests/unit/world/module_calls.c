/* A module that calls one function of libc in each of its workers. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "faultline/worker.h"
#include "harness/interpose/forbidden_list.h"
#include "tests/unit/world/module_calls.h"

/* Without their arguments: none of them may get as far as to look at one. */
#define FORBIDDEN(name)                                                                            \
    void forbidden_##name(void) __asm__(#name);                                                    \
    static enum fl_outcome calls_##name(struct fl_job *job)                                        \
    {                                                                                              \
        (void)job;                                                                                 \
        forbidden_##name();                                                                        \
        return FL_DONE;                                                                            \
    }
#define FORBIDDEN_ROW(function) {.name = #function, .perform = calls_##function},

/* clang-format off */
SIM_FORBIDDEN_LIST(FORBIDDEN)

#define VIRTUAL(name, ...)                                                                         \
    static enum fl_outcome calls_##name(struct fl_job *job)                                        \
    {                                                                                              \
        struct call_result *result = (struct call_result *)(void *)job;                            \
        __VA_ARGS__                                                                                \
        (void)result;                                                                              \
        return FL_DONE;                                                                            \
    }

VIRTUAL(time, result->number = time(NULL);)
VIRTUAL(gettimeofday, struct timeval now; gettimeofday(&now, NULL); result->number = now.tv_sec;)
VIRTUAL(clock_gettime, struct timespec now; clock_gettime(CLOCK_REALTIME, &now);
        result->number = now.tv_sec;)
VIRTUAL(timespec_get, struct timespec now; timespec_get(&now, TIME_UTC); result->number = now.tv_sec;)
VIRTUAL(clock, clock_t before = clock(); sleep(1); result->number = clock() - before;)
VIRTUAL(monotonic, struct timespec before, after; clock_gettime(CLOCK_MONOTONIC, &before); sleep(5);
        clock_gettime(CLOCK_MONOTONIC, &after); result->number = after.tv_sec - before.tv_sec;)
VIRTUAL(sleep, sleep(100);)
VIRTUAL(usleep, usleep(100 * 1000 * 1000);)
VIRTUAL(nanosleep, nanosleep(&(struct timespec){100, 0}, NULL);)
VIRTUAL(clock_nanosleep, clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){100, 0}, NULL);)
VIRTUAL(clock_nanosleep_until, struct timespec now; clock_gettime(CLOCK_REALTIME, &now);
        now.tv_sec += 100; clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &now, NULL);)
VIRTUAL(thrd_sleep, thrd_sleep(&(struct timespec){100, 0}, NULL);)
VIRTUAL(poll, poll(NULL, 0, 100 * 1000);)
VIRTUAL(ppoll, ppoll(NULL, 0, &(struct timespec){100, 0}, NULL);)
VIRTUAL(select, select(0, NULL, NULL, NULL, &(struct timeval){100, 0});)
VIRTUAL(pselect, pselect(0, NULL, NULL, NULL, &(struct timespec){100, 0}, NULL);)
VIRTUAL(poll_descriptors, struct pollfd fd = {.fd = 0}; result->number = poll(&fd, 1, 0);)
VIRTUAL(rand, srand(1); result->number = rand();)
VIRTUAL(random, srandom(1); result->number = random();)
VIRTUAL(lrand48, srand48(1); result->number = lrand48();)
VIRTUAL(mrand48, srand48(1); result->number = mrand48();)
VIRTUAL(drand48, srand48(1); result->number = (int64_t)(drand48() * 1e9);)
VIRTUAL(arc4random, result->number = arc4random();)
VIRTUAL(arc4random_uniform, result->number = arc4random_uniform(1000 * 1000);)
VIRTUAL(arc4random_buf, arc4random_buf(&result->number, sizeof(result->number));)
VIRTUAL(getentropy, if (getentropy(&result->number, sizeof(result->number))) return FL_FAILED;)
VIRTUAL(getrandom, if (getrandom(&result->number, sizeof(result->number), 0) < 0) return FL_FAILED;)
VIRTUAL(getpid, result->number = getpid();)
VIRTUAL(gettid, result->number = gettid();)
VIRTUAL(getppid, result->number = getppid();)
VIRTUAL(gethostname, gethostname(result->text, sizeof(result->text));)
VIRTUAL(uname, struct utsname name; uname(&name);
        snprintf(result->text, sizeof(result->text), "%s", name.nodename);)

#define ROW(function) {.name = "virtual " #function, .perform = calls_##function}
const struct fl_worker fl_workers[] = {
    SIM_FORBIDDEN_LIST(FORBIDDEN_ROW)
    ROW(time), ROW(gettimeofday), ROW(clock_gettime), ROW(timespec_get), ROW(clock), ROW(monotonic),
    ROW(sleep), ROW(usleep), ROW(nanosleep), ROW(clock_nanosleep), ROW(clock_nanosleep_until),
    ROW(thrd_sleep), ROW(poll), ROW(ppoll), ROW(select), ROW(pselect), ROW(poll_descriptors),
    ROW(rand), ROW(random), ROW(lrand48), ROW(mrand48), ROW(drand48), ROW(arc4random),
    ROW(arc4random_uniform), ROW(arc4random_buf), ROW(getentropy), ROW(getrandom),
    ROW(getpid), ROW(gettid), ROW(getppid), ROW(gethostname), ROW(uname),
    {0},
};
