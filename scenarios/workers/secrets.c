/* scenarios/workers/secrets.c - jobs whose last argument nobody reads on its way.
 *
 * Each takes a name and a secret; whoever could read the secret leaves the name in `told`. */
#include <faultline/worker.h>
#include <string.h>

static enum fl_error note(struct fl_job *job, const char *name)
{
    const struct fl_span args[] = {FL_SPAN("SADD"), FL_SPAN("told"), fl_span_from(name)};
    const struct fl_command command = {args, 3};
    struct fl_replies replies = {0};
    int64_t deadline_us = fl_clock_deadline_us(fl_job_clock(job), 5 * INT64_C(1000000));
    enum fl_error err = fl_redis_exec(fl_job_redis(job), &command, 1, deadline_us, &replies);
    if (!err && replies.items[0].type != FL_REPLY_INTEGER) err = FL_EREPLY;
    fl_replies_release(&replies);
    return err;
}

static enum fl_outcome secret_perform(struct fl_job *job)
{
    const char *name, *secret;
    enum fl_error err = fl_job_text(job, 0, &name);
    if (!err) err = fl_job_text(job, 1, &secret);
    if (err == FL_EINVAL || (!err && strcmp(secret, "open sesame") != 0))
        return fl_fail(job, FL_PERMANENT, "ArgumentError", "that is not the secret");
    if (!err) err = note(job, name);
    if (!err) return FL_DONE;
    if (err == FL_ENOMEM)
        return fl_fail(job, FL_SYSTEM, "NoMemoryError", "failed to allocate memory");
    return fl_fail(job, FL_TRANSIENT, "RedisError", "%s", fl_error_text(err));
}

/* Fails until its third run, with the secret in hand. */
static enum fl_outcome at_last_perform(struct fl_job *job)
{
    const char *secret;
    if (fl_job_text(job, 1, &secret) || strcmp(secret, "open sesame") != 0)
        return fl_fail(job, FL_PERMANENT, "ArgumentError", "that is not the secret");
    if (fl_job_retry_count(job) < 1)
        return fl_fail(job, FL_TRANSIENT, "RuntimeError", "fails twice");
    return secret_perform(job);
}

/* Pushes one for later: [name]. */
static enum fl_outcome relay_perform(struct fl_job *job)
{
    struct fl_push push = {.worker = "SecretWorker",
                           .args = FL_SPAN("[\"relayed\",\"open sesame\"]")};
    push.at_us = fl_clock_wall_us(fl_job_clock(job)) + 60 * INT64_C(1000000);
    enum fl_error err = fl_job_push(job, &push);
    return err ? fl_fail(job, FL_TRANSIENT, "RedisError", "%s", fl_error_text(err)) : FL_DONE;
}

const struct fl_worker fl_workers[] = {
    {.name = "SecretWorker", .perform = secret_perform, .retry = 2, .encrypt = true},
    {.name = "SecretAtLastWorker", .perform = at_last_perform, .retry = 5, .encrypt = true},
    {.name = "RelayWorker", .perform = relay_perform, .retry = FL_RETRY_DEFAULT},
    {0},
};
