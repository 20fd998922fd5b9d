/* scenarios/workers/batches.c - a batch of pieces, and what runs once all have.
 *
 * Pieces note themselves in the set `pieces`, batches in `completed`, `succeeded` and `died`. The
 * callback of the success is told how many pieces and batches inside must have ended by then; it
 * leaves a member in `early` when they have not. */
#include <faultline/batch.h>
#include <faultline/iterable.h>
#include <inttypes.h>
#include <stdio.h>

enum { TEXT_BYTES = 128 };

static enum fl_error ask(struct fl_job *job, const char *command, const char *key,
                         const char *member, int64_t *ret_integer)
{
    const struct fl_span args[] = {fl_span_from(command), fl_span_from(key), fl_span_from(member)};
    const struct fl_command commands = {args, member ? 3 : 2};
    struct fl_replies replies = {0};
    int64_t deadline_us = fl_clock_deadline_us(fl_job_clock(job), 5 * INT64_C(1000000));
    enum fl_error err = fl_redis_exec(fl_job_redis(job), &commands, 1, deadline_us, &replies);
    if (!err && replies.items[0].type != FL_REPLY_INTEGER) err = FL_EREPLY;
    if (!err) *ret_integer = replies.items[0].integer;
    fl_replies_release(&replies);
    return err;
}

static enum fl_error note(struct fl_job *job, const char *set, const char *member)
{
    int64_t ignored;
    return ask(job, "SADD", set, member, &ignored);
}

static enum fl_outcome end_of(struct fl_job *job, enum fl_error err)
{
    if (!err) return FL_DONE;
    if (err == FL_ENOMEM)
        return fl_fail(job, FL_SYSTEM, "NoMemoryError", "failed to allocate memory");
    return fl_fail(job, FL_TRANSIENT, "RedisError", "%s", fl_error_text(err));
}

/* --- the start: [pieces, worker of the pieces, pieces in all, batches inside] --- */

static enum fl_error add_pieces(struct fl_batch *batch, const char *prefix, int64_t count,
                                const char *worker)
{
    enum fl_error err = FL_OK;
    for (int64_t i = 1; !err && i <= count; i++) {
        char args[TEXT_BYTES + 64]; /* two numbers more */
        snprintf(args, sizeof args, "[\"%s%" PRId64 "\",%" PRId64 "]", prefix, i, count);
        err = fl_batch_add(batch, &(struct fl_push){.worker = worker, .args = fl_span_from(args)});
    }
    return err;
}

/* With a name that follows from the job, so that a run that comes again makes no second one. */
static enum fl_error start(struct fl_job *job, bool nested, int64_t pieces, const char *worker,
                           const char *wanted)
{
    char bid[15], prefix[TEXT_BYTES];
    struct fl_batch *batch;
    const struct fl_batch_callback callbacks[] = {
        {FL_BATCH_SUCCESS, "SuccessWorker", fl_span_from(wanted), NULL},
        {FL_BATCH_COMPLETE, "CompleteWorker", FL_SPAN(""), NULL},
        {FL_BATCH_DEATH, "DeathWorker", FL_SPAN(""), NULL},
    };
    fl_bid_derive(fl_span_from(fl_job_jid(job)), bid);
    snprintf(prefix, sizeof prefix, "%s-", bid);
    const struct fl_batch_options options = {.bid = bid,
                                             .description = "pieces",
                                             .callbacks = callbacks,
                                             .callback_count = 3,
                                             .nested = nested};
    enum fl_error err = fl_batch_new(job, &options, &batch);
    if (!err) err = add_pieces(batch, nested ? prefix : "", pieces, worker);
    if (!err) err = fl_batch_close(batch);
    fl_batch_free(batch);
    return err == FL_ENOTFOUND ? FL_OK : err; /* this run's job has ended elsewhere */
}

static enum fl_outcome start_perform(struct fl_job *job)
{
    int64_t pieces, all = 0, inside = 0;
    const char *worker;
    char wanted[TEXT_BYTES];
    enum fl_error err = fl_job_int(job, 0, &pieces);
    if (!err) err = fl_job_text(job, 1, &worker);
    if (!err) err = fl_job_int(job, 2, &all);
    if (!err) err = fl_job_int(job, 3, &inside);
    snprintf(wanted, sizeof wanted, "[%" PRId64 ",%" PRId64 "]", all, inside);
    return end_of(job, err ? err : start(job, false, pieces, worker, wanted));
}

/* --- the pieces: [name, count] --- */

static enum fl_outcome piece_perform(struct fl_job *job)
{
    const char *name;
    enum fl_error err = fl_job_text(job, 0, &name);
    return end_of(job, err ? err : note(job, "pieces", name));
}

static enum fl_outcome piece_at_last_perform(struct fl_job *job)
{
    if (fl_job_retry_count(job) < 0)
        return fl_fail(job, FL_TRANSIENT, "RuntimeError", "fails once");
    return piece_perform(job);
}

static enum fl_outcome piece_dead_perform(struct fl_job *job)
{
    return fl_fail(job, FL_TRANSIENT, "RuntimeError", "fails every time");
}

/* Three seconds of items, and interrupted after each: it ends with the third. */
static enum fl_step second(struct fl_job *job, struct fl_iteration *iteration, void *context)
{
    int64_t done = 0;
    (void)context;
    fl_cursor_int(iteration, &done);
    if (done == 3) return FL_STEP_END;
    fl_task_sleep_until(fl_job_tasks(job), fl_clock_deadline_us(fl_job_clock(job), 1000000));
    return fl_cursor_set_int(iteration, done + 1) ? FL_STEP_STUCK : FL_STEP_MORE;
}

static enum fl_outcome piece_in_turns_perform(struct fl_job *job)
{
    static const struct fl_iterable turns = {.each = second, .longest_run_us = 1000000};
    enum fl_outcome outcome = fl_iterate(job, &turns, NULL);
    return outcome == FL_DONE ? piece_perform(job) : outcome;
}

/* Adds two further ones, under a key of its own. */
static enum fl_outcome loader_perform(struct fl_job *job)
{
    const char *name;
    char prefix[TEXT_BYTES];
    struct fl_batch *batch;
    enum fl_error err = fl_job_text(job, 0, &name);
    if (!err) err = fl_batch_reopen(job, name, &batch);
    if (err) return end_of(job, err);
    snprintf(prefix, sizeof prefix, "%s-", name);
    err = add_pieces(batch, prefix, 2, "PieceWorker");
    if (!err) err = fl_batch_close(batch);
    if (err == FL_ENOTFOUND) err = FL_OK;
    fl_batch_free(batch);
    return end_of(job, err ? err : note(job, "pieces", name));
}

/* Starts a batch of two inside its own. */
static enum fl_outcome nest_perform(struct fl_job *job)
{
    const char *name;
    enum fl_error err = fl_job_text(job, 0, &name);
    if (!err) err = start(job, true, 2, "PieceWorker", "[0,0]");
    return end_of(job, err ? err : note(job, "pieces", name));
}

/* --- what runs then: [bid, event, options] --- */

static int64_t wanted(const struct fl_job *job, uint32_t index)
{
    int64_t count = 0;
    struct fl_json_at options = fl_json_element(fl_job_args(job), 2);
    return fl_json_int64(fl_json_element(options, index), &count) ? count : 0;
}

static enum fl_outcome success_perform(struct fl_job *job)
{
    const char *bid;
    int64_t pieces = 0, inside = 0;
    enum fl_error err = fl_job_text(job, 0, &bid);
    if (!err) err = ask(job, "SCARD", "pieces", NULL, &pieces);
    if (!err) err = ask(job, "SCARD", "succeeded", NULL, &inside);
    if (!err && (pieces < wanted(job, 0) || inside < wanted(job, 1))) err = note(job, "early", bid);
    return end_of(job, err ? err : note(job, "succeeded", bid));
}

static enum fl_outcome complete_perform(struct fl_job *job)
{
    const char *bid;
    enum fl_error err = fl_job_text(job, 0, &bid);
    return end_of(job, err ? err : note(job, "completed", bid));
}

static enum fl_outcome death_perform(struct fl_job *job)
{
    const char *bid;
    enum fl_error err = fl_job_text(job, 0, &bid);
    return end_of(job, err ? err : note(job, "died", bid));
}

const struct fl_worker fl_workers[] = {
    {.name = "StartWorker", .perform = start_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "PieceWorker", .perform = piece_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "PieceAtLastWorker", .perform = piece_at_last_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "PieceDeadWorker", .perform = piece_dead_perform, .retry = 1},
    {.name = "PieceInTurnsWorker", .perform = piece_in_turns_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "LoaderWorker", .perform = loader_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "NestWorker", .perform = nest_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "SuccessWorker", .perform = success_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "CompleteWorker", .perform = complete_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "DeathWorker", .perform = death_perform, .retry = FL_RETRY_DEFAULT},
    {0},
};
