/* src/posix/threads.c - tasks are threads, a monitor is a mutex with a condition.
 *
 * Waits and sleeps are made of calls that stay right under libfaketime, with whatever it does to
 * the clocks: it shifts the deadlines of pthread_cond_timedwait and of an absolute clock_nanosleep
 * wrongly when the monotonic clock is left alone, and those of pthread_cond_clockwait and
 * pthread_clockjoin_np never. */
#include "posix/threads.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "core/assert.h"
#include "posix/clock.h"

enum { KERNEL_NAME_BYTES = 16 };

struct fl_task {
    struct fl_threads *threads;
    pthread_t thread;
    fl_task_main *main;
    void *argument;
    bool ended; /* guarded by the threads' mutex */
    pid_t kernel_id;
    char role[FL_TASK_ROLE_BYTES];
    char context[FL_TASK_CONTEXT_BYTES]; /* its own thread's alone */
};

struct fl_threads {
    pthread_key_t current; /* the thread's struct fl_task */
    pthread_mutex_t mutex;
    pthread_cond_t task_ended;
    int count;
    struct fl_task main;
};

struct fl_monitor {
    pthread_mutex_t mutex;
    pthread_cond_t woken;
};

/* The instant in the kernel's own time, which is what pthread_cond_clockwait waits for: a library
 * that moves clocks comes between us and clock_gettime only. */
static struct timespec kernel_deadline(int64_t deadline_us)
{
    struct timespec now;
    int64_t left_us = deadline_us - fl_clock_mono_us(fl_posix_clock());
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    int64_t now_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
    return fl_posix_timespec(left_us > 0 ? now_us + left_us + 1 : now_us);
}

static enum fl_error cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                     int64_t deadline_us)
{
    int failure;
    if (deadline_us > FL_NEVER_US / 2) { /* that far, sums of instants would overflow */
        failure = pthread_cond_wait(cond, mutex);
    } else {
        struct timespec until = kernel_deadline(deadline_us);
        failure = pthread_cond_clockwait(cond, mutex, CLOCK_MONOTONIC, &until);
    }
    return failure == ETIMEDOUT ? FL_ETIMEDOUT : FL_OK;
}

static void *run(void *argument)
{
    struct fl_task *task = argument;
    struct fl_threads *threads = task->threads;
    char name[KERNEL_NAME_BYTES];
    snprintf(name, sizeof name, "%.15s", task->role);
    pthread_setname_np(pthread_self(), name);
    pthread_setspecific(threads->current, task);
    task->kernel_id = gettid();
    task->main(task->argument);
    pthread_mutex_lock(&threads->mutex);
    task->ended = true;
    pthread_cond_broadcast(&threads->task_ended);
    pthread_mutex_unlock(&threads->mutex);
    return NULL;
}

static bool count_one_more(struct fl_threads *threads)
{
    pthread_mutex_lock(&threads->mutex);
    bool room = threads->count < FL_THREADS_MAX;
    if (room) threads->count++;
    pthread_mutex_unlock(&threads->mutex);
    return room;
}

static void count_one_less(struct fl_threads *threads)
{
    pthread_mutex_lock(&threads->mutex);
    threads->count--;
    pthread_mutex_unlock(&threads->mutex);
}

static enum fl_error spawn(void *self, const char *role, fl_task_main *main, void *argument,
                           struct fl_task **ret_task)
{
    struct fl_threads *threads = self;
    if (!count_one_more(threads)) return FL_EBOUND;
    struct fl_task *task = calloc(1, sizeof *task);
    if (!task) {
        count_one_less(threads);
        return FL_ENOMEM;
    }
    task->threads = threads;
    task->main = main;
    task->argument = argument;
    snprintf(task->role, sizeof task->role, "%s", role);
    if (pthread_create(&task->thread, NULL, run, task)) {
        free(task);
        count_one_less(threads);
        return FL_ENOMEM;
    }
    *ret_task = task;
    return FL_OK;
}

static enum fl_error join(void *self, struct fl_task *task, int64_t deadline_us)
{
    struct fl_threads *threads = self;
    enum fl_error err = FL_OK;
    pthread_mutex_lock(&threads->mutex);
    while (!task->ended && err != FL_ETIMEDOUT)
        err = cond_wait_until(&threads->task_ended, &threads->mutex, deadline_us);
    bool ended = task->ended;
    pthread_mutex_unlock(&threads->mutex);
    if (!ended) return FL_ETIMEDOUT;
    pthread_join(task->thread, NULL);
    free(task);
    count_one_less(threads);
    return FL_OK;
}

static void sleep_until(void *self, int64_t deadline_us)
{
    (void)self;
    struct fl_clock clock = fl_posix_clock();
    int64_t left_us;
    while ((left_us = deadline_us - fl_clock_mono_us(clock)) > 0) {
        struct timespec left = fl_posix_timespec(left_us);
        nanosleep(&left, NULL);
    }
}

static enum fl_error monitor_new(void *self, const char *name, struct fl_monitor **ret_monitor)
{
    (void)self;
    (void)name;
    struct fl_monitor *monitor = calloc(1, sizeof *monitor);
    if (!monitor) return FL_ENOMEM;
    pthread_mutex_init(&monitor->mutex, NULL);
    pthread_cond_init(&monitor->woken, NULL);
    *ret_monitor = monitor;
    return FL_OK;
}

static void monitor_free(void *self, struct fl_monitor *monitor)
{
    (void)self;
    pthread_cond_destroy(&monitor->woken);
    pthread_mutex_destroy(&monitor->mutex);
    free(monitor);
}

static void enter(void *self, struct fl_monitor *monitor)
{
    (void)self;
    pthread_mutex_lock(&monitor->mutex);
}

static void leave(void *self, struct fl_monitor *monitor)
{
    (void)self;
    pthread_mutex_unlock(&monitor->mutex);
}

static enum fl_error wait(void *self, struct fl_monitor *monitor, int64_t deadline_us)
{
    (void)self;
    return cond_wait_until(&monitor->woken, &monitor->mutex, deadline_us);
}

static void wake_all(void *self, struct fl_monitor *monitor)
{
    (void)self;
    pthread_cond_broadcast(&monitor->woken);
}

static void set_context(void *self, const char *jid)
{
    const struct fl_threads *threads = self;
    struct fl_task *task = pthread_getspecific(threads->current);
    if (task) snprintf(task->context, sizeof task->context, "%s", jid ? jid : "");
}

static const struct fl_task_ops ops = {
    .spawn = spawn,
    .join = join,
    .sleep_until = sleep_until,
    .monitor_new = monitor_new,
    .monitor_free = monitor_free,
    .enter = enter,
    .leave = leave,
    .wait = wait,
    .wake_all = wake_all,
    .set_context = set_context,
};

struct fl_tasks fl_threads_port(struct fl_threads *threads)
{
    return (struct fl_tasks){&ops, threads};
}

struct fl_task_name fl_threads_current(const struct fl_threads *threads)
{
    const struct fl_task *task = pthread_getspecific(threads->current);
    if (!task) return (struct fl_task_name){"foreign", NULL, gettid()};
    return (struct fl_task_name){task->role, task->context[0] ? task->context : NULL,
                                 task->kernel_id};
}

enum fl_error fl_threads_new(struct fl_threads **ret_threads)
{
    struct fl_threads *threads = calloc(1, sizeof *threads);
    if (!threads) return FL_ENOMEM;
    if (pthread_key_create(&threads->current, NULL)) {
        free(threads);
        return FL_ENOMEM;
    }
    pthread_cond_init(&threads->task_ended, NULL);
    pthread_mutex_init(&threads->mutex, NULL);
    threads->main = (struct fl_task){.threads = threads, .role = "main", .kernel_id = gettid()};
    pthread_setspecific(threads->current, &threads->main);
    *ret_threads = threads;
    return FL_OK;
}

void fl_threads_free(struct fl_threads *threads)
{
    if (!threads) return;
    fl_assert(threads->count == 0);
    pthread_cond_destroy(&threads->task_ended);
    pthread_mutex_destroy(&threads->mutex);
    pthread_key_delete(threads->current);
    free(threads);
}
