/* tests/system/tally.c - job classes whose work can be counted in Redis afterwards. */
#include <faultline/worker.h>

static enum fl_outcome call(struct fl_job *job, const char *verb, const char *key)
{
    const char *name;
    if (fl_job_text(job, 0, &name))
        return fl_fail(job, FL_PERMANENT, "ArgumentError", "want a name");
    const struct fl_span args[] = {fl_span_from(verb), fl_span_from(key), fl_span_from(name)};
    const struct fl_command command = {args, 3};
    struct fl_replies replies = {0};
    int64_t deadline_us = fl_clock_deadline_us(fl_job_clock(job), 5 * INT64_C(1000000));
    enum fl_error err = fl_redis_exec(fl_job_redis(job), &command, 1, deadline_us, &replies);
    if (!err && replies.items[0].type == FL_REPLY_ERROR) err = FL_EREPLY;
    fl_replies_release(&replies);
    if (err) return fl_fail(job, FL_TRANSIENT, "RedisError", "%s", fl_error_text(err));
    return FL_DONE;
}

/* [name]: a member of the set "tally", and one more element of the list "runs". */
static enum fl_outcome tally(struct fl_job *job)
{
    enum fl_outcome outcome = call(job, "SADD", "tally");
    return outcome == FL_DONE ? call(job, "RPUSH", "runs") : outcome;
}

/* [name, seconds]: notes its begin, sleeps whatever it is asked, notes its end. */
static enum fl_outcome hold(struct fl_job *job)
{
    int64_t seconds;
    if (fl_job_int(job, 1, &seconds))
        return fl_fail(job, FL_PERMANENT, "ArgumentError", "want a name and seconds");
    enum fl_outcome outcome = call(job, "RPUSH", "began");
    if (outcome != FL_DONE) return outcome;
    fl_task_sleep_until(fl_job_tasks(job),
                        fl_clock_deadline_us(fl_job_clock(job), seconds * 1000000));
    return call(job, "SADD", "tally");
}

const struct fl_worker fl_workers[] = {
    {.name = "TallyWorker", .perform = tally, .retry = FL_RETRY_DEFAULT},
    {.name = "HoldWorker", .perform = hold, .retry = FL_RETRY_DEFAULT},
    {0},
};
