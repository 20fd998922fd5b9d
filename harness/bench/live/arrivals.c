#include "harness/bench/live/arrivals.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/bench/done_line.h"

enum {
    LOG_BYTES = 64 * 1024,
    START_US_MAX = 10 * 1000 * 1000,
    END_US_MAX = 300 * 1000 * 1000, /* without a line of the log */
};

struct watch {
    const struct arrivals_order *order;
    const struct live_redis *redis;
    int64_t begun_us;
    int64_t *waits_us, *totals_us; /* of each job; -1: not yet */
    uint32_t pushed, done;
    char log[LOG_BYTES]; /* what is not a whole line yet */
    size_t log_length;
};

static int64_t due_us(const struct watch *watch, uint32_t number)
{
    return watch->begun_us + watch->order->arrivals[number].at_us;
}

/* --- the log --- */

static void take_line(struct watch *watch, struct fl_span line, int64_t now_us)
{
    uint64_t number;
    bool done = done_line_read(line, &number);
    if (!done && !start_line_read(line, &number)) return;
    if (number >= watch->order->count) return;
    int64_t *time_us = done ? &watch->totals_us[number] : &watch->waits_us[number];
    if (*time_us >= 0) return; /* a run more than the first */
    *time_us = now_us - due_us(watch, (uint32_t)number);
    watch->done += done;
}

static bool read_log(struct watch *watch, int fd)
{
    ssize_t got = read(fd, watch->log + watch->log_length, LOG_BYTES - watch->log_length);
    int64_t now_us = live_now_us();
    if (got <= 0) return got < 0 && errno == EINTR;
    watch->log_length += (size_t)got;
    size_t begin = 0;
    for (size_t i = 0; i < watch->log_length; i++) {
        if (watch->log[i] != '\n') continue;
        take_line(watch, (struct fl_span){watch->log + begin, i - begin}, now_us);
        begin = i + 1;
    }
    watch->log_length -= begin;
    memmove(watch->log, watch->log + begin, watch->log_length);
    return watch->log_length < LOG_BYTES;
}

/* --- the load --- */

static bool push(const struct watch *watch, uint32_t number)
{
    const struct arrival *arrival = &watch->order->arrivals[number];
    const char *queue = watch->order->program.queue;
    struct fl_buf payload = FL_BUF_INIT(1024 * 1024);
    enum fl_error err = fl_buf_printf(
        &payload,
        "{\"retry\":true,\"queue\":\"%s\",\"class\":\"%s\",\"args\":%.*s,\"jid\":\"%024x\","
        "\"created_at\":1.0,\"enqueued_at\":1.0}",
        queue, arrival->worker, FL_SPAN_ARGS(arrival->args), number);
    bool pushed = !err && live_redis_number(watch->redis->context, "LPUSH queue:%s %s", queue,
                                            payload.bytes) >= 0;
    fl_buf_release(&payload);
    return pushed;
}

/* Pushes what is due, and reads the log until the next is. */
static bool step(struct watch *watch, const struct live_worker *worker)
{
    uint32_t count = watch->order->count;
    while (watch->pushed < count && due_us(watch, watch->pushed) <= live_now_us())
        if (!push(watch, watch->pushed++)) return false;
    int64_t left_us = END_US_MAX;
    if (watch->pushed < count) left_us = due_us(watch, watch->pushed) - live_now_us();
    if (left_us < 0) left_us = 0;
    struct pollfd log = {.fd = worker->log, .events = POLLIN};
    const struct timespec timeout = {left_us / 1000000, left_us % 1000000 * 1000};
    int ready = ppoll(&log, 1, &timeout, NULL);
    if (ready == 0) return watch->pushed < count;
    return ready < 0 ? errno == EINTR : read_log(watch, worker->log);
}

/* Its first heartbeat shows that it is there. */
static bool await_worker(const struct watch *watch)
{
    for (int64_t end_us = live_now_us() + START_US_MAX; live_now_us() < end_us;) {
        if (live_redis_number(watch->redis->context, "SCARD processes") > 0) return true;
        poll(NULL, 0, 10);
    }
    return false;
}

static int by_value(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* The least values that half, and 99 of 100, do not exceed. */
static void add_percentiles(int64_t *times_us, uint32_t count, struct sample *median,
                            struct sample *p99)
{
    qsort(times_us, count, sizeof *times_us, by_value);
    sample_add(median, (double)times_us[(count + 1) / 2 - 1]);
    sample_add(p99, (double)times_us[((uint64_t)count * 99 + 99) / 100 - 1]);
}

static enum fl_error play_round(struct watch *watch, struct arrivals_result *result,
                                char problem[LIVE_PROBLEM_BYTES])
{
    struct live_worker worker;
    uint32_t count = watch->order->count;
    live_redis_number(watch->redis->context, "DEL queue:%s processes", watch->order->program.queue);
    enum fl_error err =
        live_worker_start(watch->redis, &watch->order->program, LIVE_LOG_READ, &worker, problem);
    if (err) return err;
    bool well = await_worker(watch);
    memset(watch->waits_us, 0xff, count * sizeof *watch->waits_us);
    memset(watch->totals_us, 0xff, count * sizeof *watch->totals_us);
    watch->pushed = watch->done = 0;
    watch->log_length = 0;
    watch->begun_us = live_now_us();
    while (well && watch->done < count)
        well = step(watch, &worker);
    live_worker_stop(&worker);
    if (!well) {
        snprintf(problem, LIVE_PROBLEM_BYTES, "the worker did %u of %u jobs", watch->done, count);
        return FL_ETIMEDOUT;
    }
    add_percentiles(watch->waits_us, count, &result->wait_median, &result->wait_p99);
    add_percentiles(watch->totals_us, count, &result->total_median, &result->total_p99);
    return FL_OK;
}

enum fl_error arrivals_measure(const struct arrivals_order *order,
                               struct arrivals_result *ret_result, char problem[LIVE_PROBLEM_BYTES])
{
    struct live_redis redis;
    struct arrivals_result result = {0};
    struct watch *watch = calloc(1, sizeof *watch);
    int64_t *times_us = calloc(order->count, 2 * sizeof *times_us);
    enum fl_error err = watch && times_us ? FL_OK : FL_ENOMEM;
    if (err) snprintf(problem, LIVE_PROBLEM_BYTES, "%s", fl_error_text(err));
    if (!err) err = live_redis_start(order->redis_url, &redis, problem);
    if (!err) {
        watch->order = order;
        watch->redis = &redis;
        watch->waits_us = times_us;
        watch->totals_us = times_us + order->count;
        for (uint32_t i = 0; i < order->rounds && !err; i++)
            err = play_round(watch, &result, problem);
        live_redis_stop(&redis);
    }
    free(watch);
    free(times_us);
    if (!err) *ret_result = result;
    return err;
}
