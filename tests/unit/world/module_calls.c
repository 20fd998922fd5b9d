/* A handler that calls the function of libc that its test names. */
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

/* Called without their arguments: none of them may get as far as to look at one. */
#define DECLARE(function) void forbidden_##function(void) __asm__(#function);
#define ROW(function)     {#function, forbidden_##function},

/* clang-format off */
SIM_FORBIDDEN_LIST(DECLARE)
static const struct {
    const char *name;
    void (*call)(void);
} forbidden[] = {SIM_FORBIDDEN_LIST(ROW) {NULL, NULL}};

#define VIRTUAL(function, ...)                                                                     \
    static void calls_##function(struct call_result *result)                                       \
    {                                                                                              \
        __VA_ARGS__                                                                                \
        (void)result;                                                                              \
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
VIRTUAL(getentropy, if (getentropy(&result->number, sizeof(result->number))) abort();)
VIRTUAL(getrandom, if (getrandom(&result->number, sizeof(result->number), 0) < 0) abort();)
VIRTUAL(getpid, result->number = getpid();)
VIRTUAL(gettid, result->number = gettid();)
VIRTUAL(getppid, result->number = getppid();)
VIRTUAL(gethostname, gethostname(result->text, sizeof(result->text));)
VIRTUAL(uname, struct utsname name; uname(&name);
        snprintf(result->text, sizeof(result->text), "%s", name.nodename);)

static const struct {
    const char *name;
    void (*call)(struct call_result *result);
} virtuals[] = {
    {"virtual time", calls_time}, {"virtual gettimeofday", calls_gettimeofday},
    {"virtual clock_gettime", calls_clock_gettime}, {"virtual timespec_get", calls_timespec_get},
    {"virtual clock", calls_clock}, {"virtual monotonic", calls_monotonic},
    {"virtual sleep", calls_sleep}, {"virtual usleep", calls_usleep},
    {"virtual nanosleep", calls_nanosleep}, {"virtual clock_nanosleep", calls_clock_nanosleep},
    {"virtual clock_nanosleep_until", calls_clock_nanosleep_until}, {"virtual thrd_sleep", calls_thrd_sleep},
    {"virtual poll", calls_poll}, {"virtual ppoll", calls_ppoll},
    {"virtual select", calls_select}, {"virtual pselect", calls_pselect},
    {"virtual poll_descriptors", calls_poll_descriptors}, {"virtual rand", calls_rand},
    {"virtual random", calls_random}, {"virtual lrand48", calls_lrand48},
    {"virtual mrand48", calls_mrand48}, {"virtual drand48", calls_drand48},
    {"virtual arc4random", calls_arc4random}, {"virtual arc4random_uniform", calls_arc4random_uniform},
    {"virtual arc4random_buf", calls_arc4random_buf}, {"virtual getentropy", calls_getentropy},
    {"virtual getrandom", calls_getrandom}, {"virtual getpid", calls_getpid},
    {"virtual gettid", calls_gettid}, {"virtual getppid", calls_getppid},
    {"virtual gethostname", calls_gethostname}, {"virtual uname", calls_uname},
    {NULL, NULL},
};
/* clang-format on */

static enum fl_outcome calls_libc(struct fl_job *job)
{
    struct call_result *result = (struct call_result *)(void *)job;
    for (size_t i = 0; virtuals[i].name; i++) {
        if (strcmp(virtuals[i].name, result->text) != 0) continue;
        virtuals[i].call(result);
        return FL_DONE;
    }
    for (size_t i = 0; forbidden[i].name; i++) {
        if (strcmp(forbidden[i].name, result->text) == 0) forbidden[i].call();
    }
    return FL_FAILED;
}

const struct fl_worker fl_workers[] = {{.name = "calls_libc", .perform = calls_libc}, {0}};
