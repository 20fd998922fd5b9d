/* scenarios/workers/locks.c - job classes that exclude each other, one for each kind of lock.
 *
 * Every class takes a name and a number of seconds. While it works its jid stands in the set
 * `working:<name>`; whoever meets another there leaves the name in `overlaps`, which must stay
 * empty where jobs exclude each other while they run. */
#include <faultline/worker.h>
#include <stdio.h>

enum { KEY_BYTES = 128 };

/* One command; its integer. */
static enum fl_error ask(struct fl_job *job, const struct fl_span *args, size_t count,
                         int64_t *ret_integer)
{
    const struct fl_command command = {args, count};
    struct fl_replies replies = {0};
    int64_t deadline_us = fl_clock_deadline_us(fl_job_clock(job), 5 * INT64_C(1000000));
    enum fl_error err = fl_redis_exec(fl_job_redis(job), &command, 1, deadline_us, &replies);
    if (!err && replies.items[0].type != FL_REPLY_INTEGER) err = FL_EREPLY;
    if (!err) *ret_integer = replies.items[0].integer;
    fl_replies_release(&replies);
    return err;
}

static enum fl_error change(struct fl_job *job, const char *command, const char *set,
                            const char *member)
{
    int64_t ignored;
    const struct fl_span args[] = {fl_span_from(command), fl_span_from(set), fl_span_from(member)};
    return ask(job, args, 3, &ignored);
}

static enum fl_error begin(struct fl_job *job, const char *working, const char *name,
                           int64_t at_once)
{
    int64_t workers = 0;
    const struct fl_span count[] = {FL_SPAN("SCARD"), fl_span_from(working)};
    enum fl_error err = change(job, "SADD", working, fl_job_jid(job));
    if (!err) err = ask(job, count, 2, &workers);
    if (!err && workers > at_once) err = change(job, "SADD", "overlaps", name);
    return err;
}

static enum fl_error work(struct fl_job *job, const char *name, int64_t seconds, int64_t at_once)
{
    char working[KEY_BYTES];
    struct fl_clock clock = fl_job_clock(job);
    snprintf(working, sizeof working, "working:%.100s", name);
    enum fl_error err = begin(job, working, name, at_once);
    if (err) return err;
    fl_task_sleep_until(fl_job_tasks(job), fl_clock_deadline_us(clock, seconds * 1000000));
    err = change(job, "SADD", "notes", fl_job_jid(job));
    return err ? err : change(job, "SREM", working, fl_job_jid(job));
}

static enum fl_outcome perform(struct fl_job *job, int64_t at_once)
{
    const char *name;
    int64_t seconds;
    enum fl_error err = fl_job_text(job, 0, &name);
    if (!err) err = fl_job_int(job, 1, &seconds);
    if (!err) err = work(job, name, seconds, at_once);
    if (!err) return FL_DONE;
    if (err == FL_ENOMEM)
        return fl_fail(job, FL_SYSTEM, "NoMemoryError", "failed to allocate memory");
    return fl_fail(job, FL_TRANSIENT, "RedisError", "%s", fl_error_text(err));
}

static enum fl_outcome work_perform(struct fl_job *job)
{
    return perform(job, 1);
}

static enum fl_outcome work_in_pairs_perform(struct fl_job *job)
{
    return perform(job, 2);
}

/* Fails until it is run for the third time. */
static enum fl_outcome work_at_last_perform(struct fl_job *job)
{
    if (fl_job_retry_count(job) < 1)
        return fl_fail(job, FL_TRANSIENT, "RuntimeError", "fails twice");
    return work_perform(job);
}

static enum fl_outcome fail_perform(struct fl_job *job)
{
    return fl_fail(job, FL_TRANSIENT, "RuntimeError", "fails every time");
}

const struct fl_worker fl_workers[] = {
    {.name = "UntilExecutingWorker",
     .perform = work_perform,
     .retry = FL_RETRY_DEFAULT,
     .lock = FL_LOCK_UNTIL_EXECUTING},
    {.name = "UntilExecutedWorker",
     .perform = work_perform,
     .retry = FL_RETRY_DEFAULT,
     .lock = FL_LOCK_UNTIL_EXECUTED},
    {.name = "UntilExecutedAtLastWorker",
     .perform = work_at_last_perform,
     .retry = FL_RETRY_DEFAULT,
     .lock = FL_LOCK_UNTIL_EXECUTED},
    {.name = "UntilExecutedFailWorker",
     .perform = fail_perform,
     .retry = 1,
     .lock = FL_LOCK_UNTIL_EXECUTED},
    {.name = "UntilExpiredWorker",
     .perform = work_perform,
     .retry = FL_RETRY_DEFAULT,
     .lock = FL_LOCK_UNTIL_EXPIRED,
     .lock_ttl_s = 3600},
    {.name = "WhileExecutingWorker",
     .perform = work_perform,
     .retry = FL_RETRY_DEFAULT,
     .lock = FL_LOCK_WHILE_EXECUTING},
    {.name = "WhileExecutingRejectWorker",
     .perform = work_perform,
     .retry = FL_RETRY_DEFAULT,
     .lock = FL_LOCK_WHILE_EXECUTING,
     .on_conflict = FL_CONFLICT_REJECT},
    {.name = "WhileExecutingRaiseWorker",
     .perform = work_perform,
     .retry = FL_RETRY_DEFAULT,
     .lock = FL_LOCK_WHILE_EXECUTING,
     .on_conflict = FL_CONFLICT_RAISE},
    {.name = "WhileExecutingDropWorker",
     .perform = work_perform,
     .retry = FL_RETRY_DEFAULT,
     .lock = FL_LOCK_WHILE_EXECUTING,
     .on_conflict = FL_CONFLICT_DROP},
    {.name = "ReplacingWorker",
     .perform = work_perform,
     .retry = FL_RETRY_DEFAULT,
     .lock = FL_LOCK_UNTIL_EXECUTED,
     .on_push_conflict = FL_PUSH_REPLACES},
    {.name = "TwoUntilExecutedWorker",
     .perform = work_perform,
     .retry = FL_RETRY_DEFAULT,
     .lock = FL_LOCK_UNTIL_EXECUTED,
     .lock_limit = 2},
    {.name = "TwoWhileExecutingWorker",
     .perform = work_in_pairs_perform,
     .retry = FL_RETRY_DEFAULT,
     .lock = FL_LOCK_WHILE_EXECUTING,
     .lock_limit = 2},
    {.name = "WaitingWorker",
     .perform = work_perform,
     .retry = FL_RETRY_DEFAULT,
     .lock = FL_LOCK_WHILE_EXECUTING,
     .on_conflict = FL_CONFLICT_DROP,
     .lock_timeout_s = 30},
    {.name = "UntilAndWhileExecutingWorker",
     .perform = work_perform,
     .retry = FL_RETRY_DEFAULT,
     .lock = FL_LOCK_UNTIL_AND_WHILE_EXECUTING},
    {0},
};
