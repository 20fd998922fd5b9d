/* Two jobs with a race that needs one particular switch: the reader looks at two keys, one after
 * the other, and fails when all of the writer's twelve steps have happened between. The calls of a
 * fake Redis take so long that no two of them leave room for twelve others: chance alone does not
 * find it. */
#include <faultline/worker.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 12 };

static enum fl_error call(struct fl_job *job, const struct fl_span *args, size_t count,
                          char text[16])
{
    const struct fl_command command = {args, count};
    struct fl_replies replies = {0};
    int64_t deadline_us = fl_clock_deadline_us(fl_job_clock(job), 5 * INT64_C(1000000));
    enum fl_error err = fl_redis_exec(fl_job_redis(job), &command, 1, deadline_us, &replies);
    text[0] = '\0';
    if (!err && replies.count && replies.items[0].type == FL_REPLY_STRING)
        snprintf(text, 16, "%.*s", FL_SPAN_ARGS(replies.items[0].text));
    fl_replies_release(&replies);
    return err;
}

static enum fl_error get(struct fl_job *job, const char *key, char text[16])
{
    const struct fl_span args[] = {FL_SPAN("GET"), fl_span_from(key)};
    return call(job, args, 2, text);
}

/* Writes each key in turn: seat-1 first, seat-12 last. */
static enum fl_outcome writer_perform(struct fl_job *job)
{
    char key[16], ignored[16];
    for (int i = 1; i <= STEPS; i++) {
        snprintf(key, sizeof key, "seat-%d", i);
        const struct fl_span args[] = {FL_SPAN("SET"), fl_span_from(key), FL_SPAN("taken")};
        if (call(job, args, 3, ignored)) return fl_fail(job, FL_TRANSIENT, "RedisError", "no seat");
    }
    return FL_DONE;
}

static enum fl_outcome reader_perform(struct fl_job *job)
{
    char first[16], last[16];
    if (get(job, "seat-1", first) || get(job, "seat-12", last))
        return fl_fail(job, FL_TRANSIENT, "RedisError", "no seat");
    if (!first[0] && last[0])
        return fl_fail(job, FL_PERMANENT, "TornRead", "the last seat is taken, the first is free");
    return FL_DONE;
}

/* Does not survive what the reader reports. */
static enum fl_outcome fragile_perform(struct fl_job *job)
{
    enum fl_outcome outcome = reader_perform(job);
    if (outcome == FL_FAILED) raise(SIGSEGV);
    return outcome;
}

/* Counts up in two steps, between which another may count. */
static enum fl_outcome counter_perform(struct fl_job *job)
{
    char count[16], next[16], ignored[16];
    if (get(job, "counter", count)) return fl_fail(job, FL_TRANSIENT, "RedisError", "no counter");
    snprintf(next, sizeof next, "%d", atoi(count) + 1);
    const struct fl_span args[] = {FL_SPAN("SET"), FL_SPAN("counter"), fl_span_from(next)};
    if (call(job, args, 3, ignored)) return fl_fail(job, FL_TRANSIENT, "RedisError", "no counter");
    return FL_DONE;
}

static enum fl_outcome repaired_perform(struct fl_job *job)
{
    char ignored[16];
    const struct fl_span args[] = {FL_SPAN("INCR"), FL_SPAN("counter")};
    if (call(job, args, 2, ignored)) return fl_fail(job, FL_TRANSIENT, "RedisError", "no counter");
    return FL_DONE;
}

const struct fl_worker fl_workers[] = {
    {.name = "CounterWorker", .perform = counter_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "RepairedWorker", .perform = repaired_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "ReaderWorker", .perform = reader_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "FragileWorker", .perform = fragile_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "WriterWorker", .perform = writer_perform, .retry = FL_RETRY_DEFAULT},
    {0},
};
