/* src/queue/job.c - the handler's API: nothing here decides, it hands out and takes down. */
#include "queue/job.h"

#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "core/utf8.h"
#include "queue/client.h"
#include "queue/log_text.h"

void fl_job_init(struct fl_job *job, const struct fl_job_world *world,
                 const struct fl_payload *payload, const char *queue)
{
    fl_assert(payload->worker);
    *job = (struct fl_job){.world = world,
                           .payload = payload,
                           .queue = queue,
                           .retry_count = payload->retry_count,
                           .args = payload->args,
                           .texts = FL_ARENA_INIT(FL_JOB_TEXT_BYTES_MAX),
                           .lending = &job->own_lending};
    fl_lending_init(job->lending, world->ports->db);
}

void fl_job_release(struct fl_job *job)
{
    fl_json_release(&job->plain_json);
    fl_secret_release(&job->plain);
    fl_arena_release(&job->texts);
    fl_failure_clear(&job->failure);
    *job = (struct fl_job){0};
}

/* --- running --- */

static enum fl_outcome fail_unknown(struct fl_job *job)
{
    return fl_fail(job, FL_TRANSIENT, "NameError", "uninitialized constant %s",
                   job->payload->worker);
}

/* Whatever the handler or the hook has kept goes back. */
static void take_back(struct fl_job *job, const char *who)
{
    int count = fl_lending_take_back(job->lending);
    if (count)
        fl_job_log(job, FL_LOG_ERROR, "the %s kept %d database connection%s: taken back", who,
                   count, count == 1 ? "" : "s");
}

enum fl_outcome fl_job_perform(struct fl_job *job, const struct fl_worker *worker)
{
    if (!worker) return fail_unknown(job);
    if (!fl_job_decrypt(job)) return FL_FAILED;
    const struct fl_config *config = job->world->config;
    enum fl_outcome outcome =
        config ? fl_chain_run(&config->server, job, worker) : worker->perform(job);
    take_back(job, "handler");
    switch (outcome) {
    case FL_DONE:
    case FL_DISCARDED: fl_failure_clear(&job->failure); return outcome;
    case FL_FAILED:
        if (job->failure.failed) return FL_FAILED;
        return fl_fail(job, FL_TRANSIENT, "RuntimeError", "the handler failed and gave no reason");
    }
    return fl_fail(job, FL_TRANSIENT, "TypeError", "the handler returned %d, which is no outcome",
                   (int)outcome);
}

/* A hook sees why the job failed, and may report failures of its own. */
struct hook {
    struct fl_failure_record cause;
    int64_t retry_count;
};

static void begin_hook(struct fl_job *job, struct hook *hook, int64_t retry_count)
{
    *hook = (struct hook){job->failure, job->retry_count};
    job->failure = (struct fl_failure_record){0};
    job->cause = &hook->cause;
    job->retry_count = retry_count;
}

static bool end_hook(struct fl_job *job, struct hook *hook, const char *name)
{
    bool failed = job->failure.failed;
    take_back(job, name);
    if (failed)
        fl_job_log(job, FL_LOG_WARN, "the %s hook failed: %s: %s", name, job->failure.error_class,
                   fl_failure_message(&job->failure));
    fl_failure_clear(&job->failure);
    job->failure = hook->cause;
    job->cause = NULL;
    return !failed;
}

void fl_job_exhaust(struct fl_job *job, const struct fl_worker *worker, int64_t retry_count)
{
    struct hook hook;
    if (!worker || !worker->exhausted) return;
    begin_hook(job, &hook, retry_count);
    worker->exhausted(job);
    end_hook(job, &hook, "exhausted");
}

void fl_job_die(struct fl_job *job, int64_t retry_count)
{
    const struct fl_config *config = job->world->config;
    for (size_t i = 0; config && i < config->death_handler_count; i++) {
        struct hook hook;
        begin_hook(job, &hook, retry_count);
        config->death_handlers[i](job);
        job->retry_count = hook.retry_count;
        end_hook(job, &hook, "death");
    }
}

int64_t fl_job_retry_in(struct fl_job *job, const struct fl_worker *worker, int64_t retry_count)
{
    struct hook hook;
    if (!worker || !worker->retry_in) return 0;
    begin_hook(job, &hook, retry_count);
    int64_t seconds = worker->retry_in(job, retry_count);
    job->retry_count = hook.retry_count;
    if (!end_hook(job, &hook, "retry_in")) return 0;
    if (seconds == FL_RETRY_IN_DISCARD || seconds == FL_RETRY_IN_KILL) return seconds;
    if (seconds < 0) return 0;
    return seconds < FL_RETRY_IN_S_MAX ? seconds : FL_RETRY_IN_S_MAX;
}

/* --- what the job is --- */

const char *fl_job_jid(const struct fl_job *job)
{
    return job->payload->jid;
}

const char *fl_job_class(const struct fl_job *job)
{
    return job->payload->worker;
}

const char *fl_job_queue(const struct fl_job *job)
{
    return job->queue;
}

int fl_job_retry_count(const struct fl_job *job)
{
    return job->retry_count > INT32_MAX ? INT32_MAX : (int)job->retry_count;
}

void fl_job_set_value(struct fl_job *job, int64_t value)
{
    job->value = value;
}

int64_t fl_job_value(const struct fl_job *job)
{
    return job->value;
}

const char *fl_job_error_class(const struct fl_job *job)
{
    return job->cause ? job->cause->error_class : "";
}

const char *fl_job_error_message(const struct fl_job *job)
{
    return job->cause ? fl_failure_message(job->cause) : "";
}

struct fl_json_at fl_job_args(const struct fl_job *job)
{
    return job->args;
}

/* As Sidekiq splats them: a missing list is empty, a bare value is the only argument. */
static struct fl_json_at argument(const struct fl_job *job, uint32_t index)
{
    struct fl_json_at args = job->args;
    if (fl_json_type(args) == FL_JSON_ARRAY) return fl_json_element(args, index);
    bool only = index == 0 && fl_json_type(args) != FL_JSON_NULL;
    return only ? args : (struct fl_json_at){0};
}

enum fl_error fl_job_int(const struct fl_job *job, uint32_t index, int64_t *ret_value)
{
    return fl_json_int64(argument(job, index), ret_value) ? FL_OK : FL_EINVAL;
}

enum fl_error fl_job_text(struct fl_job *job, uint32_t index, const char **ret_text)
{
    struct fl_buf text = FL_BUF_INIT(FL_PAYLOAD_BYTES_MAX);
    enum fl_error err = fl_json_string(argument(job, index), &text);
    if (!err && text.length && memchr(text.bytes, '\0', text.length)) err = FL_EINVAL;
    if (!err) {
        const char *copy = fl_arena_copy(&job->texts, fl_buf_span(&text));
        if (copy)
            *ret_text = copy;
        else
            err = FL_ENOMEM;
    }
    fl_buf_release(&text);
    return err;
}

bool fl_job_stopping(const struct fl_job *job)
{
    const struct fl_control *control = job->world->control;
    return control && fl_control_phase(control) >= FL_PHASE_STOPPING;
}

/* --- its end --- */

enum fl_outcome fl_job_fail_at(struct fl_job *job, enum fl_failure failure, const char *error_class,
                               const char *function, const char *file, int line, const char *format,
                               ...)
{
    va_list args;
    va_start(args, format);
    fl_failure_set(&job->failure, failure, error_class, function, file, line, format, args);
    va_end(args);
    return FL_FAILED;
}

enum fl_outcome fl_discard(struct fl_job *job, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(job->discard_reason, sizeof(job->discard_reason), format, args);
    va_end(args);
    return FL_DISCARDED;
}

/* --- the ports --- */

struct fl_clock fl_job_clock(const struct fl_job *job)
{
    return job->world->ports->clock;
}

struct fl_tasks fl_job_tasks(const struct fl_job *job)
{
    return job->world->ports->tasks;
}

struct fl_db fl_job_db(const struct fl_job *job)
{
    return fl_lending_port(job->lending);
}

struct fl_http fl_job_http(const struct fl_job *job)
{
    return job->world->ports->http;
}

struct fl_mailer fl_job_mailer(const struct fl_job *job)
{
    return job->world->ports->mail;
}

struct fl_statsd fl_job_statsd(const struct fl_job *job)
{
    return job->world->ports->statsd;
}

struct fl_files fl_job_files(const struct fl_job *job)
{
    return job->world->ports->files;
}

struct fl_redis fl_job_redis(const struct fl_job *job)
{
    return job->world->ports->redis;
}

/* --- log lines --- */

size_t fl_job_log_context(const struct fl_payload *payload,
                          struct fl_log_field ret_fields[FL_JOB_LOG_FIELDS])
{
    size_t count = 0;
    ret_fields[count++] = fl_log_text("class", payload->worker);
    ret_fields[count++] = fl_log_text("jid", payload->jid);
    if (fl_json_type(payload->bid) == FL_JSON_STRING)
        ret_fields[count++] =
            (struct fl_log_field){"bid", fl_json_raw(payload->bid), FL_LOG_RAW_JSON};
    if (fl_json_type(payload->tags) == FL_JSON_ARRAY)
        ret_fields[count++] =
            (struct fl_log_field){"tags", fl_json_raw(payload->tags), FL_LOG_RAW_JSON};
    return count;
}

void fl_job_log(const struct fl_job *job, enum fl_log_level level, const char *format, ...)
{
    char text[FL_LOG_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    fl_job_log_fields(job, level, text, NULL, 0);
}

void fl_job_log_fields(const struct fl_job *job, enum fl_log_level level, const char *message,
                       const struct fl_log_field *fields, size_t count)
{
    struct fl_log_field all[FL_JOB_LOG_FIELDS_MAX];
    size_t used = fl_job_log_context(job->payload, all);
    all[used++] = fl_log_text("queue", job->queue);
    for (size_t i = 0; i < count && used < FL_COUNT(all); i++)
        all[used++] = fields[i];
    fl_log_write(job->world->ports->log, &(struct fl_log_line){.level = level,
                                                               .message = fl_span_from(message),
                                                               .fields = all,
                                                               .field_count = used});
}

/* --- enqueueing, and a test's seam --- */

const void *fl_job_command(const struct fl_job *job, const char *name, const void *standard)
{
    for (size_t i = 0; i < job->world->override_count; i++)
        if (strcmp(job->world->overrides[i].name, name) == 0) return job->world->overrides[i].ops;
    return standard;
}
