/* scenarios/workers/limits.c - job classes under limits that all processes share.
 *
 * Each takes a permit, and leaves its jid in `exceeded` when it finds more of its kind at work, or
 * in the last minute, than the limit allows; that set must stay empty. */
#include <faultline/limiter.h>
#include <inttypes.h>
#include <stdio.h>

enum { AT_ONCE = 2, A_MINUTE = 3, LEASE_S = 30, NUMBER_BYTES = 24 };
#define SECOND_US INT64_C(1000000)

static enum fl_error ask(struct fl_job *job, const struct fl_span *args, size_t count,
                         int64_t *ret_integer)
{
    const struct fl_command command = {args, count};
    struct fl_replies replies = {0};
    int64_t deadline_us = fl_clock_deadline_us(fl_job_clock(job), 5 * SECOND_US);
    enum fl_error err = fl_redis_exec(fl_job_redis(job), &command, 1, deadline_us, &replies);
    if (!err && replies.items[0].type != FL_REPLY_INTEGER) err = FL_EREPLY;
    if (!err) *ret_integer = replies.items[0].integer;
    fl_replies_release(&replies);
    return err;
}

static enum fl_error add(struct fl_job *job, const char *set)
{
    int64_t ignored;
    const struct fl_span args[] = {FL_SPAN("SADD"), fl_span_from(set),
                                   fl_span_from(fl_job_jid(job))};
    return ask(job, args, 3, &ignored);
}

/* The permit's time is the server's, which no fault of these scenarios moves. */
static int64_t server_s(struct fl_job *job)
{
    const struct fl_span args[] = {FL_SPAN("EVAL"),
                                   FL_SPAN("return tonumber(redis.call('TIME')[1])"), FL_SPAN("0")};
    int64_t seconds = 0;
    return ask(job, args, 3, &seconds) ? 0 : seconds;
}

/* Counts those that came after `since_s`, this one included, by their time or their end. */
static enum fl_error count_since(struct fl_job *job, const char *zset, int64_t score_s,
                                 int64_t since_s, int64_t *ret_count)
{
    char score[NUMBER_BYTES], since[NUMBER_BYTES];
    int64_t ignored;
    snprintf(score, sizeof score, "%" PRId64, score_s);
    snprintf(since, sizeof since, "(%" PRId64, since_s);
    const struct fl_span put[] = {FL_SPAN("ZADD"), fl_span_from(zset), fl_span_from(score),
                                  fl_span_from(fl_job_jid(job))};
    const struct fl_span count[] = {FL_SPAN("ZCOUNT"), fl_span_from(zset), fl_span_from(since),
                                    FL_SPAN("+inf")};
    enum fl_error err = ask(job, put, 4, &ignored);
    return err ? err : ask(job, count, 4, ret_count);
}

static enum fl_outcome end_of(struct fl_job *job, enum fl_error err)
{
    if (!err) return FL_DONE;
    if (err == FL_ENOMEM)
        return fl_fail(job, FL_SYSTEM, "NoMemoryError", "failed to allocate memory");
    return fl_fail(job, FL_TRANSIENT, "RedisError", "%s", fl_error_text(err));
}

/* --- two at once --- */

static const struct fl_limiter at_once = {
    .kind = FL_LIMIT_CONCURRENT, .name = "erp", .size = AT_ONCE, .period_us = LEASE_S * SECOND_US};

static enum fl_error work(struct fl_job *job)
{
    int64_t count = 0, now_s = server_s(job), ignored;
    const struct fl_span rem[] = {FL_SPAN("ZREM"), FL_SPAN("working"),
                                  fl_span_from(fl_job_jid(job))};
    enum fl_error err = count_since(job, "working", now_s + LEASE_S, now_s, &count);
    if (!err && count > AT_ONCE) err = add(job, "exceeded");
    if (err) return err;
    fl_task_sleep_until(fl_job_tasks(job), fl_clock_deadline_us(fl_job_clock(job), 4 * SECOND_US));
    err = add(job, "notes");
    return err ? err : ask(job, rem, 3, &ignored);
}

static enum fl_outcome at_once_perform(struct fl_job *job)
{
    struct fl_permit permit;
    enum fl_error err = fl_limit_take(job, &at_once, 1, &permit);
    if (err == FL_EBUSY) return fl_over_limit(job, &at_once);
    if (!err) err = work(job);
    enum fl_error settled = fl_limit_settle(job, &permit, 1);
    return end_of(job, err ? err : settled);
}

/* --- three in any minute --- */

static const struct fl_limiter a_minute = {
    .kind = FL_LIMIT_WINDOW, .name = "geocoder", .size = A_MINUTE, .period_us = 60 * SECOND_US};

static enum fl_outcome a_minute_perform(struct fl_job *job)
{
    struct fl_permit permit;
    int64_t count = 0;
    enum fl_error err = fl_limit_take(job, &a_minute, 1, &permit);
    if (err == FL_EBUSY) return fl_over_limit(job, &a_minute);
    int64_t now_s = server_s(job);
    if (!err) err = count_since(job, "calls", now_s, now_s - 59, &count);
    if (!err && count > A_MINUTE) err = add(job, "exceeded");
    return end_of(job, err ? err : add(job, "notes"));
}

/* --- one a year --- */

static enum fl_outcome a_year_perform(struct fl_job *job)
{
    static const struct fl_limiter a_year = {.kind = FL_LIMIT_WINDOW,
                                             .name = "jubilee",
                                             .size = 1,
                                             .period_us = 365 * 86400 * SECOND_US};
    struct fl_permit permit;
    enum fl_error err = fl_limit_take(job, &a_year, 1, &permit);
    if (err == FL_EBUSY) return fl_over_limit(job, &a_year);
    return end_of(job, err ? err : add(job, "notes"));
}

/* --- a bucket that leaks, and points that are settled --- */

static enum fl_outcome six_a_minute_perform(struct fl_job *job)
{
    static const struct fl_limiter leaky = {
        .kind = FL_LIMIT_LEAKY, .name = "crm", .size = 6, .period_us = 60 * SECOND_US};
    struct fl_permit permit;
    enum fl_error err = fl_limit_take(job, &leaky, 1, &permit);
    if (err == FL_EBUSY) return fl_over_limit(job, &leaky);
    return end_of(job, err ? err : add(job, "notes"));
}

/* Asks for 400 of 1,000 points an hour, and needs what its argument says. */
static enum fl_outcome points_perform(struct fl_job *job)
{
    static const struct fl_limiter points = {
        .kind = FL_LIMIT_POINTS, .name = "graphql", .size = 1000, .period_us = 3600 * SECOND_US};
    struct fl_permit permit;
    int64_t used;
    if (fl_job_int(job, 0, &used)) return fl_fail(job, FL_PERMANENT, "ArgumentError", "points");
    enum fl_error err = fl_limit_take(job, &points, 400, &permit);
    if (err == FL_EBUSY) return fl_over_limit(job, &points);
    if (!err) err = add(job, "notes");
    enum fl_error settled = fl_limit_settle(job, &permit, used);
    return end_of(job, err ? err : settled);
}

const struct fl_worker fl_workers[] = {
    {.name = "TwoAtOnceWorker", .perform = at_once_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "ThreeAMinuteWorker", .perform = a_minute_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "SixAMinuteWorker", .perform = six_a_minute_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "PointsWorker", .perform = points_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "OneAYearWorker", .perform = a_year_perform, .retry = 1},
    {0},
};
