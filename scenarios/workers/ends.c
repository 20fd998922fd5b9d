/* scenarios/workers/ends.c - job classes that say themselves when they run again, or no more. */
#include <faultline/worker.h>
#include <string.h>

static enum fl_outcome fail_perform(struct fl_job *job)
{
    const char *why;
    if (fl_job_text(job, 0, &why))
        return fl_fail(job, FL_PERMANENT, "ArgumentError", "want a word");
    return fl_fail(job, FL_TRANSIENT, "RuntimeError", "%s", why);
}

/* The error decides: "soon" is tried again after a minute, "never" is gone, "kill" is buried, and
 * "broken" fails in the hook itself. */
static int64_t by_error(struct fl_job *job, int64_t retry_count)
{
    const char *why = fl_job_error_message(job);
    if (strcmp(why, "soon") == 0) return retry_count < 3 ? 60 : FL_RETRY_IN_KILL;
    if (strcmp(why, "never") == 0) return FL_RETRY_IN_DISCARD;
    if (strcmp(why, "kill") == 0) return FL_RETRY_IN_KILL;
    fl_fail(job, FL_TRANSIENT, "HookError", "does not know %s", why);
    return FL_RETRY_IN_DISCARD;
}

static enum fl_outcome note_perform(struct fl_job *job)
{
    const struct fl_span args[] = {FL_SPAN("SADD"), FL_SPAN("notes"),
                                   fl_span_from(fl_job_jid(job))};
    const struct fl_command command = {args, 3};
    struct fl_replies replies = {0};
    int64_t deadline_us = fl_clock_deadline_us(fl_job_clock(job), 5 * INT64_C(1000000));
    enum fl_error err = fl_redis_exec(fl_job_redis(job), &command, 1, deadline_us, &replies);
    fl_replies_release(&replies);
    if (err == FL_ENOMEM)
        return fl_fail(job, FL_SYSTEM, "NoMemoryError", "failed to allocate memory");
    if (err) return fl_fail(job, FL_TRANSIENT, "RedisError", "%s", fl_error_text(err));
    return FL_DONE;
}

const struct fl_worker fl_workers[] = {
    {.name = "OwnWaitWorker",
     .perform = fail_perform,
     .retry = FL_RETRY_DEFAULT,
     .retry_in = by_error},
    {.name = "ForAnHourWorker",
     .perform = fail_perform,
     .retry = FL_RETRY_DEFAULT,
     .retry_for_s = 3600},
    {.name = "NewsWorker", .perform = note_perform, .retry = FL_RETRY_DEFAULT, .expires_in_s = 600},
    {0},
};
