/* tests/unit/shrink/charges.c - two workers with a planted bug each; -DMENDED builds them without.
 *
 * ChargeWorker charges once more when the answer to its first charge was lost: it appends where it
 * should add to a set. TrustingWorker uses an answer that it has not got. */
#include <faultline/worker.h>

static enum fl_error ask(struct fl_job *job, const char *command, const char *key,
                         struct fl_replies *replies)
{
    const char *name;
    enum fl_error err = fl_job_text(job, 0, &name);
    if (err) return err;
    const struct fl_span args[] = {fl_span_from(command), fl_span_from(key), fl_span_from(name)};
    const struct fl_command one = {args, 3};
    int64_t deadline_us = fl_clock_deadline_us(fl_job_clock(job), 5 * INT64_C(1000000));
    return fl_redis_exec(fl_job_redis(job), &one, 1, deadline_us, replies);
}

static enum fl_outcome fail(struct fl_job *job, enum fl_error err)
{
    return fl_fail(job, FL_TRANSIENT, "RedisError", "%s", fl_error_text(err));
}

static enum fl_outcome charge_perform(struct fl_job *job)
{
#ifdef MENDED
    const char *command = "SADD";
#else
    const char *command = "RPUSH";
#endif
    struct fl_replies replies = {0};
    enum fl_error err = ask(job, command, "charges", &replies);
    if (!err && replies.items[0].type == FL_REPLY_ERROR) err = FL_EREPLY;
    fl_replies_release(&replies);
    return err ? fail(job, err) : FL_DONE;
}

static enum fl_outcome trusting_perform(struct fl_job *job)
{
    const char *name;
    struct fl_replies replies = {0};
    enum fl_error err = fl_job_text(job, 0, &name);
    if (err) return fail(job, err);
    err = ask(job, "SADD", "names", &replies);
#ifdef MENDED
    if (err) return fail(job, err);
#endif
    const struct fl_reply *volatile answer = err ? NULL : &replies.items[0];
    if (answer->type == FL_REPLY_ERROR) err = FL_EREPLY;
    fl_replies_release(&replies);
    return err ? fail(job, err) : FL_DONE;
}

const struct fl_worker fl_workers[] = {
    {.name = "ChargeWorker", .perform = charge_perform, .retry = 5},
    {.name = "TrustingWorker", .perform = trusting_perform, .retry = 5},
    {0},
};
