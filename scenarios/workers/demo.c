/* scenarios/workers/demo.c - small job classes that the scenarios need: each shows one way for a
 * run to end.
 *
 * Every class takes a name as its first argument and leaves it in a set, so that a repeat changes
 * nothing and an expectation can count the members. */
#include <faultline/worker.h>
#include <stdio.h>

/* Adds the job's name to a set of the application's. */
static enum fl_error note(struct fl_job *job, const char *set)
{
    const char *name;
    enum fl_error err = fl_job_text(job, 0, &name);
    if (err) return err;
    const struct fl_span args[] = {FL_SPAN("SADD"), fl_span_from(set), fl_span_from(name)};
    const struct fl_command command = {args, 3};
    struct fl_replies replies = {0};
    int64_t deadline_us = fl_clock_deadline_us(fl_job_clock(job), 5 * INT64_C(1000000));
    err = fl_redis_exec(fl_job_redis(job), &command, 1, deadline_us, &replies);
    if (!err && replies.items[0].type == FL_REPLY_ERROR) err = FL_EREPLY;
    fl_replies_release(&replies);
    return err;
}

static enum fl_outcome note_or_fail(struct fl_job *job, const char *set)
{
    enum fl_error err = note(job, set);
    if (err == FL_ENOMEM)
        return fl_fail(job, FL_SYSTEM, "NoMemoryError", "failed to allocate memory");
    if (err) return fl_fail(job, FL_TRANSIENT, "RedisError", "%s", fl_error_text(err));
    return FL_DONE;
}

static enum fl_outcome note_perform(struct fl_job *job)
{
    return note_or_fail(job, "notes");
}

/* Notes that it began, sleeps its second argument's seconds, whatever is asked of it, and notes its
 * end. */
static enum fl_outcome sleep_perform(struct fl_job *job)
{
    int64_t seconds;
    if (fl_job_int(job, 1, &seconds))
        return fl_fail(job, FL_PERMANENT, "ArgumentError", "want a name and a number of seconds");
    enum fl_outcome outcome = note_or_fail(job, "began");
    if (outcome != FL_DONE) return outcome;
    struct fl_clock clock = fl_job_clock(job);
    fl_task_sleep_until(fl_job_tasks(job), fl_clock_deadline_us(clock, seconds * 1000000));
    return note_or_fail(job, "slept");
}

static enum fl_outcome fail_perform(struct fl_job *job)
{
    return fl_fail(job, FL_TRANSIENT, "RuntimeError", "fails every time");
}

static enum fl_outcome fail_twice_perform(struct fl_job *job)
{
    if (fl_job_retry_count(job) < 1)
        return fl_fail(job, FL_TRANSIENT, "RuntimeError", "fails twice");
    return note_or_fail(job, "notes");
}

/* What an operator's button does: nothing is taken from the queue that it names. */
static enum fl_outcome pause_perform(struct fl_job *job)
{
    return note_or_fail(job, "paused");
}

/* Pushes as many notes as its first argument says, in one go, so many in each command; the second
 * is a name for them. */
static enum fl_outcome bulk_perform(struct fl_job *job)
{
    enum { NOTES_MAX = 100, TEXT_BYTES = 32 };
    char texts[NOTES_MAX][TEXT_BYTES];
    struct fl_span args[NOTES_MAX];
    int64_t count;
    if (fl_job_int(job, 0, &count) || count < 1 || count > NOTES_MAX)
        return fl_fail(job, FL_PERMANENT, "ArgumentError", "want a number from 1 to 100");
    for (int64_t i = 0; i < count; i++) {
        snprintf(texts[i], sizeof(texts[i]), "[\"bulk-%d\"]", (int)i);
        args[i] = fl_span_from(texts[i]);
    }
    const struct fl_push push = {.worker = "NoteWorker", .tags = FL_SPAN("[\"bulk\"]")};
    enum fl_error err = fl_job_push_bulk(job, &push, args, (size_t)count, 7, NULL);
    if (err == FL_ENOMEM)
        return fl_fail(job, FL_SYSTEM, "NoMemoryError", "failed to allocate memory");
    if (err) return fl_fail(job, FL_TRANSIENT, "RedisError", "%s", fl_error_text(err));
    return FL_DONE;
}

/* Waits for so many seconds, and pushes a note of the name that is its second argument. */
static enum fl_outcome push_later_perform(struct fl_job *job)
{
    int64_t seconds;
    const char *name;
    char args[64];
    if (fl_job_int(job, 0, &seconds) || fl_job_text(job, 1, &name))
        return fl_fail(job, FL_PERMANENT, "ArgumentError", "want seconds and a name");
    fl_task_sleep_until(fl_job_tasks(job),
                        fl_clock_deadline_us(fl_job_clock(job), seconds * 1000000));
    snprintf(args, sizeof(args), "[\"%.40s\"]", name);
    const struct fl_push push = {.worker = "NoteWorker", .args = fl_span_from(args)};
    enum fl_error err = fl_job_push(job, &push);
    if (!err) return FL_DONE;
    if (err == FL_ENOMEM)
        return fl_fail(job, FL_SYSTEM, "NoMemoryError", "failed to allocate memory");
    return fl_fail(job, FL_TRANSIENT, "RedisError", "%s", fl_error_text(err));
}

/* What is pushed is no job: a log line says why. */
static enum fl_outcome slip_perform(struct fl_job *job)
{
    const struct fl_push push = {.worker = "NoteWorker",
                                 .args = FL_SPAN("[1,{\"price\":[2,NaN]}]")};
    enum fl_error err = fl_job_push(job, &push);
    return err == FL_EINVAL ? FL_DONE : fl_fail(job, FL_PERMANENT, "Unexpected", "was pushed");
}

static enum fl_outcome permanent_perform(struct fl_job *job)
{
    return fl_fail(job, FL_PERMANENT, "ArgumentError", "will never work");
}

static enum fl_outcome out_of_space_once_perform(struct fl_job *job)
{
    if (fl_job_retry_count(job) < 0)
        return fl_fail(job, FL_SYSTEM, "Errno::ENOSPC", "no space left");
    return note_or_fail(job, "notes");
}

static void note_exhausted(struct fl_job *job)
{
    if (note(job, "exhausted"))
        fl_job_log(job, FL_LOG_ERROR, "the hook could not note %s", fl_job_jid(job));
}

const struct fl_worker fl_workers[] = {
    {.name = "NoteWorker", .perform = note_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "SleepWorker", .perform = sleep_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "FailWorker", .perform = fail_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "FailTwiceWorker", .perform = fail_twice_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "BulkWorker", .perform = bulk_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "PushLaterWorker", .perform = push_later_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "SlipWorker", .perform = slip_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "PauseWorker", .perform = pause_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "PermanentWorker",
     .perform = permanent_perform,
     .exhausted = note_exhausted,
     .retry = FL_RETRY_DEFAULT},
    {.name = "DeadFalseWorker",
     .perform = fail_perform,
     .exhausted = note_exhausted,
     .retry = 2,
     .dead = FL_DEAD_DROP},
    {.name = "OutOfSpaceOnceWorker",
     .perform = out_of_space_once_perform,
     .retry = FL_RETRY_DEFAULT},
    {0},
};
