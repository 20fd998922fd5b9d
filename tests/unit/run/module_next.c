/* The version of module_run.c that comes after it: PlainWorker does something else, and one class
 * is gone. */
#include <faultline/worker.h>

static enum fl_outcome plain_perform(struct fl_job *job)
{
    const struct fl_span args[] = {FL_SPAN("SADD"), FL_SPAN("third"), FL_SPAN("x")};
    const struct fl_command command = {args, 3};
    struct fl_replies replies = {0};
    int64_t deadline_us = fl_clock_deadline_us(fl_job_clock(job), 5 * INT64_C(1000000));
    enum fl_error err = fl_redis_exec(fl_job_redis(job), &command, 1, deadline_us, &replies);
    fl_replies_release(&replies);
    return err ? fl_fail(job, FL_TRANSIENT, "RedisError", "no note") : FL_DONE;
}

const struct fl_worker fl_workers[] = {
    {.name = "PlainWorker", .perform = plain_perform, .retry = FL_RETRY_DEFAULT},
    {0},
};
