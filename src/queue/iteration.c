/* src/queue/iteration.c - the hash it-<jid> of Sidekiq 7.3: ex (runs so far), c (the cursor as
 * JSON), rt (seconds that all runs took), cancelled (since when). It is written only while the job
 * still stands in the private list: who was paused, and taken for dead, would else set back the
 * cursor of the run that has taken over. */
#include "faultline/iterable.h"

#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "core/digits.h"
#include "core/time_text.h"
#include "queue/commands.h"
#include "queue/job.h"
#include "queue/keys.h"
#include "queue/moves.h"
#include "queue/script.h"

enum { RUNTIME_BYTES = 48 };

struct fl_iteration {
    struct fl_job *job;
    const struct fl_iterable *iterable;
    void *context;
    char key[FL_KEY_BYTES];
    struct fl_buf text; /* of the cursor; empty: there is none */
    struct fl_json cursor;
    int64_t executions, runtime_us; /* of earlier runs */
    int64_t started_us, saved_us;   /* monotonic */
    bool is_cancelled;
};

/* --- the cursor --- */

struct fl_json_at fl_cursor(const struct fl_iteration *iteration)
{
    return iteration->text.length ? fl_json_root(&iteration->cursor) : (struct fl_json_at){0};
}

bool fl_cursor_int(const struct fl_iteration *iteration, int64_t *ret_value)
{
    return fl_json_int64(fl_cursor(iteration), ret_value);
}

enum fl_error fl_cursor_set(struct fl_iteration *iteration, struct fl_span json)
{
    struct fl_buf text = FL_BUF_INIT(FL_CURSOR_BYTES_MAX);
    struct fl_json cursor;
    enum fl_error err = fl_buf_append_span(&text, json);
    if (!err) err = fl_json_parse(fl_buf_span(&text), &cursor, NULL);
    if (err) {
        fl_buf_release(&text);
        return err == FL_EPARSE ? FL_EINVAL : err;
    }
    fl_json_release(&iteration->cursor);
    fl_buf_release(&iteration->text);
    iteration->cursor = cursor;
    iteration->text = text;
    return FL_OK;
}

enum fl_error fl_cursor_set_int(struct fl_iteration *iteration, int64_t value)
{
    char digits[FL_DIGITS_BYTES];
    return fl_cursor_set(iteration, fl_digits(value, digits));
}

int64_t fl_iteration_executions(const struct fl_iteration *iteration)
{
    return iteration->executions;
}

/* --- what Redis holds of it --- */

enum field { EXECUTIONS, CURSOR, RUNTIME, CANCELLED, FIELDS };

/* Anything that is no sensible time counts as none. */
static enum fl_error read_runtime(struct fl_span text, int64_t *ret_us)
{
    struct fl_json number;
    double seconds;
    if (!text.length) return FL_OK;
    enum fl_error err = fl_json_parse(text, &number, NULL);
    if (err) return err == FL_ENOMEM ? err : FL_OK;
    bool is_time = fl_json_double(fl_json_root(&number), &seconds) && seconds >= 0 && seconds < 1e9;
    if (is_time) *ret_us = fl_seconds_us(seconds);
    fl_json_release(&number);
    return FL_OK;
}

static enum fl_error read_state(struct fl_iteration *iteration, const struct fl_reply *found)
{
    long long executions = 0;
    const struct fl_reply *fields = found->elements;
    if (found->type != FL_REPLY_ARRAY || found->count != FIELDS) return FL_EPROTOCOL;
    if (fl_span_int64(fields[EXECUTIONS].text, &executions) && executions > 0)
        iteration->executions = executions;
    iteration->is_cancelled = fields[CANCELLED].type == FL_REPLY_STRING;
    enum fl_error err = read_runtime(fields[RUNTIME].text, &iteration->runtime_us);
    if (err || !fields[CURSOR].text.length) return err;
    err = fl_cursor_set(iteration, fields[CURSOR].text);
    return err == FL_EINVAL || err == FL_EBOUND ? FL_EPARSE : err;
}

static enum fl_error load(struct fl_iteration *iteration)
{
    const struct fl_ports *ports = iteration->job->world->ports;
    const struct fl_span args[] = {FL_SPAN("HMGET"), fl_span_from(iteration->key),
                                   FL_SPAN("ex"),    FL_SPAN("c"),
                                   FL_SPAN("rt"),    FL_SPAN("cancelled")};
    struct fl_replies replies;
    enum fl_error err = fl_command_exec(&(struct fl_command){args, FL_COUNT(args)}, ports->redis,
                                        ports->clock, &replies);
    if (!err) err = read_state(iteration, &replies.items[0]);
    fl_replies_release(&replies);
    return err;
}

/* What the job was taken by; empty where nobody owns it. */
static struct fl_span owned_bytes(const struct fl_job *job)
{
    bool owned = job->moves && job->moves->fetch == FL_FETCH_RELIABLE;
    return owned ? job->delivery->bytes : FL_SPAN("");
}

static struct fl_span list_of(const struct fl_job *job, char out[FL_KEY_BYTES])
{
    if (!owned_bytes(job).length) return FL_SPAN("");
    return fl_private_key(job->moves->identity, job->moves->queues[job->delivery->queue].name, out);
}

enum answer { NOT_MINE = -1, SAVED = 1, SAVED_AND_CANCELLED = 2 };

static enum fl_error save(struct fl_iteration *iteration, int64_t *ret_answer)
{
    const struct fl_ports *ports = iteration->job->world->ports;
    char list[FL_KEY_BYTES], executions[FL_DIGITS_BYTES], kept[FL_DIGITS_BYTES];
    struct fl_buf runtime = FL_BUF_INIT(RUNTIME_BYTES);
    int64_t now_us = fl_clock_mono_us(ports->clock);
    enum fl_error err =
        fl_seconds_format(&runtime, iteration->runtime_us + now_us - iteration->started_us);
    if (!err) {
        const struct fl_span keys[] = {fl_span_from(iteration->key), list_of(iteration->job, list)};
        const struct fl_span args[] = {
            owned_bytes(iteration->job), fl_digits(iteration->executions, executions),
            iteration->text.length ? fl_buf_span(&iteration->text) : FL_SPAN("null"),
            fl_buf_span(&runtime), fl_digits(FL_ITERATION_KEPT_S, kept)};
        err = fl_script_call(FL_SCRIPT_SAVE_ITERATION, ports->redis, ports->clock, keys,
                             FL_COUNT(keys), args, FL_COUNT(args), ret_answer, NULL);
    }
    fl_buf_release(&runtime);
    iteration->saved_us = now_us;
    return err;
}

/* --- one run --- */

enum course { GOES_ON, INTERRUPTED, CANCELLED_HERE };

static void hook(struct fl_iteration *iteration, fl_iteration_hook *run, const char *name)
{
    struct fl_job *job = iteration->job;
    if (!run) return;
    run(job, iteration->context);
    if (job->failure.failed)
        fl_job_log(job, FL_LOG_WARN, "the %s hook failed: %s: %s", name, job->failure.error_class,
                   fl_failure_message(&job->failure));
    fl_failure_clear(&job->failure);
}

static bool must_stop(const struct fl_iteration *iteration, int64_t now_us)
{
    int64_t longest_us = iteration->iterable->longest_run_us;
    return fl_job_stopping(iteration->job) ||
           (longest_us && now_us - iteration->started_us >= longest_us);
}

/* While Redis does not answer the work goes on; it is saved when it does. */
static enum course look_up(struct fl_iteration *iteration)
{
    int64_t now_us = fl_clock_mono_us(fl_job_clock(iteration->job));
    bool stops = must_stop(iteration, now_us);
    int64_t answer = SAVED;
    if (iteration->is_cancelled) return CANCELLED_HERE;
    if (!stops && now_us - iteration->saved_us < FL_ITERATION_SAVED_S * FL_SECOND_US)
        return GOES_ON;
    enum fl_error err = save(iteration, &answer);
    if (err)
        fl_job_log(iteration->job, FL_LOG_WARN, "the cursor could not be saved: %s",
                   fl_error_text(err));
    else if (answer == NOT_MINE)
        stops = true;
    else if (answer == SAVED_AND_CANCELLED)
        return CANCELLED_HERE;
    return stops ? INTERRUPTED : GOES_ON;
}

static enum fl_outcome interrupted(struct fl_iteration *iteration)
{
    hook(iteration, iteration->iterable->on_stop, "on_stop");
    return fl_fail(iteration->job, FL_INTERRUPTED, "Sidekiq::Job::Interrupted", "interrupted");
}

static enum fl_outcome completed(struct fl_iteration *iteration)
{
    struct fl_job *job = iteration->job;
    hook(iteration, iteration->iterable->on_stop, "on_stop");
    hook(iteration, iteration->iterable->on_complete, "on_complete");
    job->has_iterated = true;
    return FL_DONE;
}

/* The failure stands; a cursor that cannot be saved costs some repetition. */
static enum fl_outcome failed(struct fl_iteration *iteration)
{
    int64_t ignored;
    enum fl_error err = save(iteration, &ignored);
    if (err)
        fl_job_log(iteration->job, FL_LOG_WARN, "the cursor could not be saved: %s",
                   fl_error_text(err));
    return FL_FAILED;
}

static enum fl_outcome stuck(struct fl_iteration *iteration)
{
    fl_fail(iteration->job, FL_SYSTEM, "NoMemoryError", "no place for the cursor");
    return failed(iteration);
}

static enum fl_outcome go(struct fl_iteration *iteration)
{
    const struct fl_iterable *iterable = iteration->iterable;
    for (;;) {
        switch (look_up(iteration)) {
        case GOES_ON: break;
        case INTERRUPTED: return interrupted(iteration);
        case CANCELLED_HERE:
            fl_job_log(iteration->job, FL_LOG_INFO, "cancelled");
            hook(iteration, iterable->on_cancel, "on_cancel");
            return completed(iteration);
        }
        switch (iterable->each(iteration->job, iteration, iteration->context)) {
        case FL_STEP_MORE: break;
        case FL_STEP_END: return completed(iteration);
        case FL_STEP_FAILED: return failed(iteration);
        case FL_STEP_STUCK: return stuck(iteration);
        }
    }
}

static enum fl_outcome begin(struct fl_iteration *iteration)
{
    const struct fl_iterable *iterable = iteration->iterable;
    struct fl_job *job = iteration->job;
    enum fl_error err = load(iteration);
    if (err == FL_ENOMEM)
        return fl_fail(job, FL_SYSTEM, "NoMemoryError", "failed to allocate memory");
    if (err) return fl_fail(job, FL_TRANSIENT, "RedisError", "no cursor: %s", fl_error_text(err));
    iteration->executions++;
    if (iteration->executions == 1)
        hook(iteration, iterable->on_start, "on_start");
    else
        hook(iteration, iterable->on_resume, "on_resume");
    return go(iteration);
}

static bool name_state(const char *jid, char out[FL_KEY_BYTES])
{
    int length = snprintf(out, FL_KEY_BYTES, FL_KEY_ITERATION "%s", jid);
    return *jid && length < FL_KEY_BYTES;
}

enum fl_outcome fl_iterate(struct fl_job *job, const struct fl_iterable *iterable, void *context)
{
    int64_t now_us = fl_clock_mono_us(fl_job_clock(job));
    struct fl_iteration iteration = {.job = job,
                                     .iterable = iterable,
                                     .context = context,
                                     .started_us = now_us,
                                     .saved_us = now_us};
    if (!name_state(job->payload->jid, iteration.key))
        return fl_fail(job, FL_PERMANENT, "ArgumentError", "an iterable job needs a jid");
    enum fl_outcome outcome = begin(&iteration);
    fl_json_release(&iteration.cursor);
    fl_buf_release(&iteration.text);
    return outcome;
}

enum fl_error fl_iteration_cancel(struct fl_job *job, const char *jid)
{
    const struct fl_ports *ports = job->world->ports;
    char key[FL_KEY_BYTES];
    struct fl_commands batch = {0};
    struct fl_replies replies;
    if (!name_state(jid, key)) return FL_EINVAL;
    fl_command_begin(&batch, "HSETNX");
    fl_command_text(&batch, key);
    fl_command_text(&batch, "cancelled");
    fl_command_int64(&batch, fl_clock_wall_us(ports->clock) / FL_SECOND_US);
    fl_command_begin(&batch, "EXPIRE");
    fl_command_text(&batch, key);
    fl_command_int64(&batch, FL_ITERATION_KEPT_S);
    enum fl_error err = fl_commands_exec(&batch, ports->redis, ports->clock, 0, &replies);
    fl_replies_release(&replies);
    fl_commands_release(&batch);
    return err;
}
