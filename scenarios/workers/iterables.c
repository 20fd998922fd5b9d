/* scenarios/workers/iterables.c - jobs that go item by item.
 *
 * Each takes how many items there are. Items leave themselves in the set `items`, and each counts
 * in `worked`, which shows what was repeated; hooks leave their names in the set `hooks`. */
#include <faultline/iterable.h>
#include <inttypes.h>
#include <stdio.h>

enum { NUMBER_BYTES = 24 };

static enum fl_error ask(struct fl_job *job, const struct fl_span *args, size_t count)
{
    const struct fl_command command = {args, count};
    struct fl_replies replies = {0};
    int64_t deadline_us = fl_clock_deadline_us(fl_job_clock(job), 5 * INT64_C(1000000));
    enum fl_error err = fl_redis_exec(fl_job_redis(job), &command, 1, deadline_us, &replies);
    if (!err && replies.items[0].type == FL_REPLY_ERROR) err = FL_EREPLY;
    fl_replies_release(&replies);
    return err;
}

static enum fl_step failed(struct fl_job *job, enum fl_error err)
{
    if (err == FL_ENOMEM)
        fl_fail(job, FL_SYSTEM, "NoMemoryError", "failed to allocate memory");
    else
        fl_fail(job, FL_TRANSIENT, "RedisError", "%s", fl_error_text(err));
    return FL_STEP_FAILED;
}

/* --- a second each --- */

static enum fl_error work(struct fl_job *job, int64_t item)
{
    char number[NUMBER_BYTES];
    snprintf(number, sizeof number, "%" PRId64, item);
    const struct fl_span incr[] = {FL_SPAN("INCR"), FL_SPAN("worked")};
    const struct fl_span sadd[] = {FL_SPAN("SADD"), FL_SPAN("items"), fl_span_from(number)};
    fl_task_sleep_until(fl_job_tasks(job), fl_clock_deadline_us(fl_job_clock(job), 1000000));
    enum fl_error err = ask(job, incr, 2);
    return err ? err : ask(job, sadd, 3);
}

static enum fl_step item(struct fl_job *job, struct fl_iteration *iteration, void *context)
{
    const int64_t *count = context;
    int64_t next = 0;
    fl_cursor_int(iteration, &next);
    if (next >= *count) return FL_STEP_END;
    enum fl_error err = work(job, next);
    if (err) return failed(job, err);
    return fl_cursor_set_int(iteration, next + 1) ? FL_STEP_STUCK : FL_STEP_MORE;
}

static void hook(struct fl_job *job, const char *name)
{
    const struct fl_span sadd[] = {FL_SPAN("SADD"), FL_SPAN("hooks"), fl_span_from(name)};
    enum fl_error err = ask(job, sadd, 3);
    if (err) failed(job, err);
}

static void on_start(struct fl_job *job, void *context)
{
    (void)context;
    hook(job, "start");
}

static void on_resume(struct fl_job *job, void *context)
{
    (void)context;
    hook(job, "resume");
}

static void on_cancel(struct fl_job *job, void *context)
{
    (void)context;
    hook(job, "cancel");
}

static void on_stop(struct fl_job *job, void *context)
{
    (void)context;
    hook(job, "stop");
}

static void on_complete(struct fl_job *job, void *context)
{
    (void)context;
    hook(job, "complete");
}

static const struct fl_iterable items = {.each = item,
                                         .on_start = on_start,
                                         .on_resume = on_resume,
                                         .on_cancel = on_cancel,
                                         .on_stop = on_stop,
                                         .on_complete = on_complete};

static enum fl_outcome iterate(struct fl_job *job, const struct fl_iterable *iterable)
{
    int64_t count;
    if (fl_job_int(job, 0, &count))
        return fl_fail(job, FL_PERMANENT, "ArgumentError", "wants a number of items");
    return fl_iterate(job, iterable, &count);
}

static enum fl_outcome items_perform(struct fl_job *job)
{
    return iterate(job, &items);
}

/* --- three seconds, then others come first --- */

static enum fl_outcome in_turns_perform(struct fl_job *job)
{
    static const struct fl_iterable in_turns = {.each = item, .longest_run_us = 3000000};
    return iterate(job, &in_turns);
}

/* --- the fourth item fails once --- */

static enum fl_step item_at_last(struct fl_job *job, struct fl_iteration *iteration, void *context)
{
    int64_t next = 0;
    fl_cursor_int(iteration, &next);
    if (next == 3 && fl_job_retry_count(job) < 0) {
        fl_fail(job, FL_TRANSIENT, "RuntimeError", "fails once");
        return FL_STEP_FAILED;
    }
    return item(job, iteration, context);
}

static enum fl_outcome at_last_perform(struct fl_job *job)
{
    static const struct fl_iterable at_last = {.each = item_at_last};
    return iterate(job, &at_last);
}

/* --- starts one of many items, and cancels it in its next run: [items] --- */

static enum fl_outcome cancel_perform(struct fl_job *job)
{
    char jid[25], args[NUMBER_BYTES + 2];
    int64_t count = 0;
    fl_jid_derive(fl_span_from(fl_job_jid(job)), jid);
    enum fl_error err = fl_job_int(job, 0, &count);
    snprintf(args, sizeof args, "[%" PRId64 "]", count);
    const struct fl_push push = {.worker = "ItemsWorker", .args = fl_span_from(args), .jid = jid};
    if (!err && fl_job_retry_count(job) < 0) {
        err = fl_job_push(job, &push);
        if (!err) return fl_fail(job, FL_TRANSIENT, "RuntimeError", "cancels it later");
    }
    if (!err) err = fl_iteration_cancel(job, jid);
    return err ? fl_fail(job, FL_TRANSIENT, "RedisError", "%s", fl_error_text(err)) : FL_DONE;
}

const struct fl_worker fl_workers[] = {
    {.name = "ItemsWorker", .perform = items_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "ItemsInTurnsWorker", .perform = in_turns_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "ItemsAtLastWorker", .perform = at_last_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "CancelWorker", .perform = cancel_perform, .retry = FL_RETRY_DEFAULT},
    {0},
};
