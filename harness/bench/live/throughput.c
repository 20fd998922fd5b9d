#include <stdio.h>
#include <string.h>
#include <time.h>

#include "harness/bench/live/live_worker.h"
#include "harness/bench/live/load.h"

enum { PUSHED_AT_ONCE = 1000, WINDOW = 64, POLL_US = 1000, DRAIN_US_MAX = 300 * 1000 * 1000 };

#define KEY      "queue:" LIVE_QUEUE
#define BARE_KEY "faultline-bench:in-hand"

static enum fl_error broken(const redisContext *context, char problem[LIVE_PROBLEM_BYTES])
{
    snprintf(problem, LIVE_PROBLEM_BYTES, "Redis: %s",
             context->err ? context->errstr : "an unexpected reply");
    return FL_EPROTOCOL;
}

static enum fl_error push_some(redisContext *context, uint32_t first, uint32_t count)
{
    static const char command[] = "LPUSH", key[] = KEY;
    char payloads[PUSHED_AT_ONCE][LIVE_PAYLOAD_BYTES];
    const char *argv[PUSHED_AT_ONCE + 2] = {command, key};
    size_t lengths[PUSHED_AT_ONCE + 2] = {sizeof command - 1, sizeof key - 1};
    for (uint32_t i = 0; i < count; i++) {
        lengths[i + 2] = (size_t)live_payload(first + i, payloads[i]);
        argv[i + 2] = payloads[i];
    }
    redisReply *reply = redisCommandArgv(context, (int)count + 2, argv, lengths);
    bool pushed = reply && reply->type == REDIS_REPLY_INTEGER;
    if (reply) freeReplyObject(reply);
    return pushed ? FL_OK : FL_EPROTOCOL;
}

static enum fl_error fill(redisContext *context, uint32_t jobs, char problem[LIVE_PROBLEM_BYTES])
{
    if (live_redis_number(context, "DEL %s %s", KEY, BARE_KEY) < 0) return broken(context, problem);
    for (uint32_t first = 0; first < jobs; first += PUSHED_AT_ONCE) {
        uint32_t left = jobs - first;
        if (push_some(context, first, left < PUSHED_AT_ONCE ? left : PUSHED_AT_ONCE))
            return broken(context, problem);
    }
    return FL_OK;
}

/* --- bare --- */
static bool take_replies(redisContext *context, uint32_t jobs)
{
    bool well = true;
    for (uint32_t i = 0; i < 2 * jobs && well; i++) {
        redisReply *reply = NULL;
        well = redisGetReply(context, (void **)&reply) == REDIS_OK &&
               (i % 2 == 0 ? reply->type == REDIS_REPLY_STRING : reply->integer == 1);
        if (reply) freeReplyObject(reply);
    }
    return well;
}

static enum fl_error bare_round(redisContext *context, uint32_t jobs, struct sample *sample,
                                char problem[LIVE_PROBLEM_BYTES])
{
    enum fl_error err = fill(context, jobs, problem);
    int64_t begun_us = live_now_us();
    for (uint32_t first = 0; first < jobs && !err; first += WINDOW) {
        uint32_t count = jobs - first < WINDOW ? jobs - first : WINDOW;
        for (uint32_t i = 0; i < count; i++) {
            char payload[LIVE_PAYLOAD_BYTES];
            live_payload(first + i, payload);
            redisAppendCommand(context, "LMOVE %s %s RIGHT LEFT", KEY, BARE_KEY);
            redisAppendCommand(context, "LREM %s -1 %s", BARE_KEY, payload);
        }
        if (!take_replies(context, count)) err = broken(context, problem);
    }
    if (err) return err;
    sample_add(sample, jobs * 1e6 / (double)(live_now_us() - begun_us + 1));
    return FL_OK;
}

/* --- a worker --- */
/* In the queue and in the hands of whoever has taken them; -1: Redis is gone. */
static long long jobs_left(redisContext *context)
{
    long long left = live_redis_number(context, "LLEN %s", KEY);
    redisReply *keys = redisCommand(context, "KEYS queue:fl|*|%s", LIVE_QUEUE);
    if (!keys || keys->type != REDIS_REPLY_ARRAY) left = -1;
    for (size_t i = 0; left >= 0 && i < keys->elements; i++) {
        long long in_hand = live_redis_number(context, "LLEN %s", keys->element[i]->str);
        left = in_hand < 0 ? -1 : left + in_hand;
    }
    if (keys) freeReplyObject(keys);
    return left;
}

/* Looks every millisecond until fewer than `below` are left; the hands are looked into last. */
static enum fl_error await(redisContext *context, long long below, int64_t until_us,
                           char problem[LIVE_PROBLEM_BYTES])
{
    for (;;) {
        long long left = live_redis_number(context, "LLEN %s", KEY);
        if (left == 0) left = jobs_left(context);
        if (left < 0) return broken(context, problem);
        if (left < below) return FL_OK;
        if (live_now_us() > until_us) break;
        nanosleep(&(struct timespec){.tv_nsec = POLL_US * 1000L}, NULL);
    }
    snprintf(problem, LIVE_PROBLEM_BYTES, "the worker did not finish its jobs");
    return FL_ETIMEDOUT;
}

static enum fl_error worker_round(const struct load_order *order, const struct live_redis *redis,
                                  struct sample *sample, char problem[LIVE_PROBLEM_BYTES])
{
    const struct live_program program = live_noop(order->threads);
    struct live_worker worker;
    enum fl_error err = fill(redis->context, order->jobs, problem);
    if (!err) err = live_worker_start(redis, &program, LIVE_LOG_DROPPED, &worker, problem);
    if (err) return err;
    int64_t until_us = live_now_us() + DRAIN_US_MAX;
    err = await(redis->context, order->jobs, until_us, problem);
    int64_t begun_us = live_now_us();
    if (!err) err = await(redis->context, 1, until_us, problem);
    if (!err) sample_add(sample, order->jobs * 1e6 / (double)(live_now_us() - begun_us + 1));
    live_worker_stop(&worker);
    return err;
}

enum fl_error load_throughput(const struct load_order *order, struct throughput_result *ret_result,
                              char problem[LIVE_PROBLEM_BYTES])
{
    struct live_redis redis;
    struct throughput_result result = {0};
    enum fl_error err = live_redis_start(order->redis_url, &redis, problem);
    if (err) return err;
    for (uint32_t i = 0; i < order->rounds && !err; i++) {
        err = bare_round(redis.context, order->jobs, &result.bare, problem);
        if (!err) err = worker_round(order, &redis, &result.worker, problem);
    }
    live_redis_number(redis.context, "DEL %s %s", KEY, BARE_KEY);
    live_redis_stop(&redis);
    if (!err) *ret_result = result;
    return err;
}
