/* Ways to spread work over jobs so that a run that comes again spreads nothing twice. Each is known
 * to be good: whatever accuses one of them is wrong itself. */
#include <faultline/batch.h>
#include <faultline/iterable.h>

enum { TIMEOUT_US = 10 * 1000 * 1000, PARTS = 3 };

static enum fl_outcome end(struct fl_job *job, enum fl_error err)
{
    if (!err) return FL_DONE;
    if (err == FL_ENOMEM) return fl_fail(job, FL_SYSTEM, "NoMemoryError", "%s", fl_error_text(err));
    return fl_fail(job, FL_TRANSIENT, "RedisError", "%s", fl_error_text(err));
}

static enum fl_error add(struct fl_job *job, const char *set, const char *name)
{
    const struct fl_span args[] = {FL_SPAN("SADD"), fl_span_from(set), fl_span_from(name)};
    const struct fl_command command = {args, 3};
    struct fl_replies replies = {0};
    enum fl_error err =
        fl_redis_exec(fl_job_redis(job), &command, 1,
                      fl_clock_deadline_us(fl_job_clock(job), TIMEOUT_US), &replies);
    if (!err && replies.items[0].type == FL_REPLY_ERROR) err = FL_EREPLY;
    fl_replies_release(&replies);
    return err;
}

static enum fl_outcome note(struct fl_job *job, const char *set)
{
    const char *name;
    enum fl_error err = fl_job_text(job, 0, &name);
    return end(job, err ? err : add(job, set, name));
}

/* --- a batch whose name follows from its job --- */

static const char *const parts[PARTS] = {"[\"ada\"]", "[\"bob\"]", "[\"cleo\"]"};

static enum fl_error fill(struct fl_batch *batch)
{
    enum fl_error err = FL_OK;
    for (int i = 0; !err && i < PARTS; i++)
        err = fl_batch_add(
            batch, &(struct fl_push){.worker = "PartWorker", .args = fl_span_from(parts[i])});
    return err ? err : fl_batch_close(batch);
}

static enum fl_outcome batch_perform(struct fl_job *job)
{
    static const struct fl_batch_callback success = {.event = FL_BATCH_SUCCESS,
                                                     .worker = "WholeWorker"};
    char bid[15];
    struct fl_batch *batch;
    fl_bid_derive(fl_span_from(fl_job_jid(job)), bid);
    const struct fl_batch_options options = {
        .bid = bid, .callbacks = &success, .callback_count = 1};
    enum fl_error err = fl_batch_new(job, &options, &batch);
    if (!err) err = fill(batch);
    fl_batch_free(batch);
    return end(job, err);
}

static enum fl_outcome part_perform(struct fl_job *job)
{
    return note(job, "parts");
}

static enum fl_outcome whole_perform(struct fl_job *job)
{
    return note(job, "wholes");
}

/* --- items that may be worked on twice, and a cursor behind them --- */

static enum fl_step item(struct fl_job *job, struct fl_iteration *iteration, void *context)
{
    static const char *const names[PARTS] = {"ada", "bob", "cleo"};
    int64_t next = 0;
    (void)context;
    fl_cursor_int(iteration, &next);
    if (next >= PARTS) return FL_STEP_END;
    enum fl_error err = add(job, "items", names[next]);
    if (err) {
        end(job, err);
        return FL_STEP_FAILED;
    }
    return fl_cursor_set_int(iteration, next + 1) ? FL_STEP_STUCK : FL_STEP_MORE;
}

static enum fl_outcome items_perform(struct fl_job *job)
{
    static const struct fl_iterable items = {.each = item};
    return fl_iterate(job, &items, NULL);
}

/* --- a set's member, told to the handler alone --- */

static enum fl_outcome secret_perform(struct fl_job *job)
{
    return note(job, "secrets");
}

const struct fl_worker fl_workers[] = {
    {.name = "BatchWorker", .perform = batch_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "PartWorker", .perform = part_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "ItemsWorker", .perform = items_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "SecretWorker", .perform = secret_perform, .retry = FL_RETRY_DEFAULT, .encrypt = true},
    {.name = "WholeWorker", .perform = whole_perform, .retry = FL_RETRY_DEFAULT},
    {0},
};
