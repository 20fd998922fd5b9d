/* tests/interop/both.c - job classes that Ruby's side has too (both.rb): who runs one of them
 * leaves the same in Redis, and its own name. */
#include <stdio.h>

#include <faultline/worker.h>

enum { COUNT_BYTES = 32 };

static enum fl_error call(struct fl_job *job, const struct fl_span *words, uint32_t count)
{
    const struct fl_command command = {words, count};
    struct fl_replies replies = {0};
    int64_t deadline_us = fl_clock_deadline_us(fl_job_clock(job), 5 * INT64_C(1000000));
    enum fl_error err = fl_redis_exec(fl_job_redis(job), &command, 1, deadline_us, &replies);
    if (!err && replies.items[0].type == FL_REPLY_ERROR) err = FL_EREPLY;
    fl_replies_release(&replies);
    return err;
}

static enum fl_outcome ended(struct fl_job *job, enum fl_error err)
{
    if (err) return fl_fail(job, FL_TRANSIENT, "RedisError", "%s", fl_error_text(err));
    return FL_DONE;
}

/* [anything...]: the arguments as they came. */
static enum fl_outcome echo(struct fl_job *job)
{
    const struct fl_span words[] = {FL_SPAN("RPUSH"), FL_SPAN("echo"),
                                    fl_json_raw(fl_job_args(job))};
    return ended(job, call(job, words, 3));
}

/* [name]: a member of a set, and one more for this side. */
static enum fl_outcome tally(struct fl_job *job)
{
    const char *name;
    if (fl_job_text(job, 0, &name))
        return fl_fail(job, FL_PERMANENT, "ArgumentError", "want a name");
    const struct fl_span count[] = {FL_SPAN("INCR"), FL_SPAN("by:faultline")};
    enum fl_error err = call(job, count, 2);
    const struct fl_span add[] = {FL_SPAN("SADD"), FL_SPAN("tally"), fl_span_from(name)};
    if (!err) err = call(job, add, 3);
    return ended(job, err);
}

/* [failures]: fails so many times, and notes who ran it with which count. */
static enum fl_outcome flaky(struct fl_job *job)
{
    int64_t failures;
    if (fl_job_int(job, 0, &failures))
        return fl_fail(job, FL_PERMANENT, "ArgumentError", "want a number");
    char text[COUNT_BYTES];
    snprintf(text, sizeof text, "faultline %d", fl_job_retry_count(job));
    const struct fl_span words[] = {FL_SPAN("RPUSH"), FL_SPAN("flaky"), fl_span_from(text)};
    enum fl_error err = call(job, words, 3);
    if (!err && fl_job_retry_count(job) + 1 < failures)
        return fl_fail(job, FL_TRANSIENT, "RuntimeError", "not yet, says C: %s", "\xc3\xa9");
    return ended(job, err);
}

const struct fl_worker fl_workers[] = {
    {.name = "EchoWorker", .perform = echo, .retry = FL_RETRY_DEFAULT},
    {.name = "TallyWorker", .perform = tally, .retry = FL_RETRY_DEFAULT},
    {.name = "FlakyWorker", .perform = flaky, .retry = FL_RETRY_DEFAULT},
    {0},
};
