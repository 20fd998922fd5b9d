#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/bench/done_line.h"
#include "harness/bench/live/live_worker.h"
#include "harness/bench/live/load.h"

enum {
    BARE_JOBS_MAX = 2000,
    BURST_MAX = 64,
    LOG_BYTES = 64 * 1024,
    START_US_MAX = 30 * 1000 * 1000,
    END_US_MAX = 30 * 1000 * 1000
};

#define KEY      "queue:" LIVE_QUEUE
#define BARE_KEY "faultline-bench:in-hand"

struct arrivals {
    const struct load_order *order;
    int64_t begun_us;
    int64_t *latencies_us; /* of each job; -1: not done yet */
    uint32_t pushed, done;
    char log[LOG_BYTES]; /* what is not a whole line yet */
    size_t log_length;
};

static int64_t due_us(const struct arrivals *arrivals, uint32_t number)
{
    return arrivals->begun_us + (int64_t)number * 1000000 / arrivals->order->rate;
}

/* --- what the worker's log says --- */
static void take_line(struct arrivals *arrivals, struct fl_span line, int64_t now_us)
{
    uint64_t number;
    if (!done_line_read(line, &number)) return;
    if (number >= arrivals->order->jobs || arrivals->latencies_us[number] >= 0) return;
    arrivals->latencies_us[number] = now_us - due_us(arrivals, (uint32_t)number);
    arrivals->done++;
}

static bool read_log(struct arrivals *arrivals, int fd)
{
    ssize_t got = read(fd, arrivals->log + arrivals->log_length, LOG_BYTES - arrivals->log_length);
    int64_t now_us = live_now_us();
    if (got < 0) return errno == EINTR;
    if (got == 0) return false;
    arrivals->log_length += (size_t)got;
    size_t begin = 0;
    for (size_t i = 0; i < arrivals->log_length; i++) {
        if (arrivals->log[i] != '\n') continue;
        take_line(arrivals, (struct fl_span){arrivals->log + begin, i - begin}, now_us);
        begin = i + 1;
    }
    arrivals->log_length -= begin;
    memmove(arrivals->log, arrivals->log + begin, arrivals->log_length);
    return arrivals->log_length < LOG_BYTES;
}

/* --- the load --- */
static bool push(redisContext *context, uint32_t number)
{
    char payload[LIVE_PAYLOAD_BYTES];
    live_payload(number, payload);
    return live_redis_number(context, "LPUSH %s %s", KEY, payload) >= 0;
}

/* Pushes what is due, and reads the log until the next is. */
static bool step(struct arrivals *arrivals, redisContext *context, const struct live_worker *worker)
{
    uint32_t jobs = arrivals->order->jobs;
    for (int i = 0; i < BURST_MAX; i++) { /* a worker whose log nobody reads stands still */
        if (arrivals->pushed == jobs || due_us(arrivals, arrivals->pushed) > live_now_us()) break;
        if (!push(context, arrivals->pushed++)) return false;
    }
    int64_t left_us = END_US_MAX;
    if (arrivals->pushed < jobs) left_us = due_us(arrivals, arrivals->pushed) - live_now_us();
    if (left_us < 0) left_us = 0;
    struct pollfd log = {.fd = worker->log, .events = POLLIN};
    const struct timespec timeout = {left_us / 1000000, left_us % 1000000 * 1000};
    int ready = ppoll(&log, 1, &timeout, NULL);
    if (ready == 0) return arrivals->pushed < jobs;
    return ready < 0 ? errno == EINTR : read_log(arrivals, worker->log);
}

/* The first job only proves that the worker is there. */
static bool await_worker(redisContext *context, const struct live_worker *worker)
{
    char text[4096] = "";
    size_t length = 0;
    struct pollfd log = {.fd = worker->log, .events = POLLIN};
    if (!push(context, UINT32_MAX)) return false;
    while (length + 1 < sizeof text && !strstr(text, "\"msg\":\"done\"")) {
        if (poll(&log, 1, START_US_MAX / 1000) <= 0) return false;
        ssize_t got = read(worker->log, text + length, sizeof text - 1 - length);
        if (got <= 0) return false;
        length += (size_t)got;
        text[length] = '\0';
    }
    return true;
}

static int by_value(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* The least value that so many of a thousand do not exceed. */
static double percentile(int64_t *sorted, uint32_t count, uint32_t of_thousand)
{
    uint64_t rank = ((uint64_t)count * of_thousand + 999) / 1000;
    return (double)sorted[rank ? rank - 1 : 0];
}

static void add_percentiles(int64_t *latencies_us, uint32_t count, struct sample *median,
                            struct sample *p99)
{
    qsort(latencies_us, count, sizeof *latencies_us, by_value);
    sample_add(median, percentile(latencies_us, count, 500));
    sample_add(p99, percentile(latencies_us, count, 990));
}

static enum fl_error worker_round(struct arrivals *arrivals, const struct live_redis *redis,
                                  struct latency_result *result, char problem[LIVE_PROBLEM_BYTES])
{
    struct live_worker worker;
    uint32_t jobs = arrivals->order->jobs;
    live_redis_number(redis->context, "DEL %s", KEY);
    const struct live_program program = live_noop(arrivals->order->threads);
    enum fl_error err = live_worker_start(redis, &program, LIVE_LOG_READ, &worker, problem);
    if (err) return err;
    bool well = await_worker(redis->context, &worker);
    memset(arrivals->latencies_us, 0xff, jobs * sizeof *arrivals->latencies_us);
    arrivals->pushed = arrivals->done = 0;
    arrivals->log_length = 0;
    arrivals->begun_us = live_now_us();
    while (well && arrivals->done < jobs)
        well = step(arrivals, redis->context, &worker);
    live_worker_stop(&worker);
    if (!well) {
        snprintf(problem, LIVE_PROBLEM_BYTES, "the worker did %u of %u jobs", arrivals->done, jobs);
        return FL_ETIMEDOUT;
    }
    add_percentiles(arrivals->latencies_us, jobs, &result->median, &result->p99);
    double most_us = (double)arrivals->latencies_us[jobs - 1];
    if (most_us > result->most_us) result->most_us = most_us;
    return FL_OK;
}

/* --- bare --- */
static bool hand_over(redisContext *waiting, redisContext *pushing, uint32_t number,
                      int64_t *ret_latency_us)
{
    redisReply *reply = NULL;
    int sent = 0;
    redisAppendCommand(waiting, "BLMOVE %s %s RIGHT LEFT 10", KEY, BARE_KEY);
    while (!sent)
        if (redisBufferWrite(waiting, &sent) != REDIS_OK) return false;
    int64_t begun_us = live_now_us();
    if (!push(pushing, number)) return false;
    if (redisGetReply(waiting, (void **)&reply) != REDIS_OK) return false;
    *ret_latency_us = live_now_us() - begun_us;
    bool well = reply->type == REDIS_REPLY_STRING;
    freeReplyObject(reply);
    return well;
}

static enum fl_error bare_round(struct arrivals *arrivals, const struct live_redis *redis,
                                struct latency_result *result, char problem[LIVE_PROBLEM_BYTES])
{
    uint32_t jobs = arrivals->order->jobs;
    if (jobs > BARE_JOBS_MAX) jobs = BARE_JOBS_MAX;
    redisContext *waiting = live_redis_connect(redis->url, problem);
    bool well = waiting != NULL;
    live_redis_number(redis->context, "DEL %s %s", KEY, BARE_KEY);
    for (uint32_t i = 0; i < jobs && well; i++) {
        well = hand_over(waiting, redis->context, i, &arrivals->latencies_us[i]);
        if (!well) snprintf(problem, LIVE_PROBLEM_BYTES, "Redis: an unexpected reply");
    }
    if (waiting) redisFree(waiting);
    live_redis_number(redis->context, "DEL %s %s", KEY, BARE_KEY);
    if (!well) return FL_EPROTOCOL;
    add_percentiles(arrivals->latencies_us, jobs, &result->bare_median, &result->bare_p99);
    return FL_OK;
}

enum fl_error load_latency(const struct load_order *order, struct latency_result *ret_result,
                           char problem[LIVE_PROBLEM_BYTES])
{
    struct live_redis redis;
    struct latency_result result = {0};
    struct arrivals arrivals = {.order = order};
    arrivals.latencies_us = calloc(order->jobs, sizeof *arrivals.latencies_us);
    if (!arrivals.latencies_us) {
        snprintf(problem, LIVE_PROBLEM_BYTES, "%s", fl_error_text(FL_ENOMEM));
        return FL_ENOMEM;
    }
    enum fl_error err = live_redis_start(order->redis_url, &redis, problem);
    if (!err) {
        for (uint32_t i = 0; i < order->rounds && !err; i++) {
            err = bare_round(&arrivals, &redis, &result, problem);
            if (!err) err = worker_round(&arrivals, &redis, &result, problem);
        }
        live_redis_stop(&redis);
    }
    free(arrivals.latencies_us);
    if (!err) *ret_result = result;
    return err;
}
