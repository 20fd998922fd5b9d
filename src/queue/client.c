/* src/queue/client.c - a payload is written once, field by field in Sidekiq's order: class options,
 * args and class, then what the client fills in. */
#include "queue/client.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/json.h"
#include "core/time_text.h"
#include "core/utf8.h"
#include "queue/args_check.h"
#include "queue/commands.h"
#include "queue/keys.h"
#include "queue/lock.h"
#include "queue/locked_push.h"
#include "queue/moves.h"
#include "queue/wire.h"

enum { JID_RANDOM_BYTES = 12, SLICE_BYTES_MAX = 512 * 1024 * 1024 };

int64_t fl_client_at_us(double seconds, int64_t now_us)
{
    if (!isfinite(seconds) || fabs(seconds) > 1e12) return 0; /* beyond any calendar */
    int64_t at_us = fl_seconds_us(seconds);
    if (seconds < FL_INTERVAL_SECONDS_MAX) at_us += now_us;
    return at_us > now_us ? at_us : 0;
}

struct fl_client_job fl_client_job_of(const struct fl_worker *worker, const char *name,
                                      struct fl_span args, char retry[FL_RETRY_TEXT_BYTES])
{
    struct fl_client_job job = {.worker = name, .args = args};
    if (!worker) return job;
    job.queue = worker->queue;
    job.backtrace_lines = worker->backtrace_lines;
    job.dead = worker->dead;
    job.retry_for_s = worker->retry_for_s;
    job.expires_in_s = worker->expires_in_s;
    job.lock = worker->lock;
    job.lock_ttl_s = worker->lock_ttl_s;
    job.encrypt = worker->encrypt;
    job.lock_limit = worker->lock_limit;
    job.lock_timeout_s = worker->lock_timeout_s;
    job.on_push_conflict = worker->on_push_conflict;
    if (worker->retry == FL_RETRY_DEFAULT) return job;
    if (worker->retry == FL_RETRY_NEVER)
        snprintf(retry, FL_RETRY_TEXT_BYTES, "false");
    else
        snprintf(retry, FL_RETRY_TEXT_BYTES, "%d", worker->retry);
    job.retry = fl_span_from(retry);
    return job;
}

/* --- what may be pushed --- */

static bool is_text(const char *text, size_t bytes_max)
{
    struct fl_span span = fl_span_from(text);
    return span.length && span.length < bytes_max && fl_utf8_valid_prefix(span) == span.length;
}

static enum fl_error check_args(struct fl_span args)
{
    char problem[FL_ARGS_PROBLEM_BYTES]; /* who wants to know it asks anew */
    return fl_args_check(args, problem);
}

static enum fl_error check_retry(struct fl_span text)
{
    struct fl_json json;
    enum fl_error err = fl_json_parse(text, &json, NULL);
    if (err) return err == FL_EPARSE ? FL_EINVAL : err;
    enum fl_json_type type = fl_json_type(fl_json_root(&json));
    if (type == FL_JSON_ARRAY || type == FL_JSON_OBJECT) err = FL_EINVAL;
    fl_json_release(&json);
    return err;
}

static enum fl_error check_tags(struct fl_span text)
{
    struct fl_json json;
    enum fl_error err = fl_json_parse(text, &json, NULL);
    if (err) return err == FL_EPARSE ? FL_EINVAL : err;
    struct fl_json_at tags = fl_json_root(&json);
    if (fl_json_type(tags) != FL_JSON_ARRAY) err = FL_EINVAL;
    for (uint32_t i = 0; !err && i < fl_json_length(tags); i++)
        if (fl_json_type(fl_json_element(tags, i)) != FL_JSON_STRING) err = FL_EINVAL;
    fl_json_release(&json);
    return err;
}

static const char *queue_of(const struct fl_client_job *job)
{
    return job->queue ? job->queue : "default";
}

static enum fl_error check_options(const struct fl_client_job *job)
{
    if (!is_text(job->worker, FL_PAYLOAD_BYTES_MAX)) return FL_EINVAL;
    if (!is_text(queue_of(job), FL_QUEUE_NAME_BYTES)) return FL_EINVAL;
    if (job->jid && !is_text(job->jid, FL_PAYLOAD_BYTES_MAX)) return FL_EINVAL;
    if (job->encrypt && job->lock != FL_LOCK_NONE) return FL_EINVAL; /* no two texts are alike */
    if (job->retry_queue && !is_text(job->retry_queue, FL_QUEUE_NAME_BYTES)) return FL_EINVAL;
    enum fl_error err = job->tags.length ? check_tags(job->tags) : FL_OK;
    if (!err && job->retry.length) err = check_retry(job->retry);
    return err;
}

/* --- the payload --- */

void fl_client_fresh_jid(struct fl_random random, char ret_jid[FL_JID_BYTES])
{
    unsigned char bytes[JID_RANDOM_BYTES];
    fl_random_bytes(random, "jid", bytes, sizeof(bytes));
    for (size_t i = 0; i < sizeof(bytes); i++)
        snprintf(ret_jid + 2 * i, 3, "%02x", bytes[i]);
}

static void put_time(struct fl_json_writer *object, const struct fl_wire_facts *facts,
                     const char *key, int64_t wall_us)
{
    fl_json_key(object, key);
    if (!object->err) object->err = fl_wire_write_time(facts, object->out, wall_us);
}

static void put_options(struct fl_json_writer *object, const struct fl_client_job *job)
{
    fl_json_put_raw(object, "retry", job->retry.length ? job->retry : FL_SPAN("true"));
    fl_json_put_string(object, "queue", fl_span_from(queue_of(job)));
    if (job->backtrace_lines > 0)
        fl_json_put_int64(object, "backtrace", job->backtrace_lines);
    else if (job->backtrace_lines < 0)
        fl_json_put_bool(object, "backtrace", true);
    if (job->dead == FL_DEAD_DROP) fl_json_put_bool(object, "dead", false);
    if (job->retry_queue) fl_json_put_string(object, "retry_queue", fl_span_from(job->retry_queue));
    if (job->tags.length) fl_json_put_raw(object, "tags", job->tags);
    if (job->retry_for_s > 0) fl_json_put_int64(object, "retry_for", job->retry_for_s);
    if (job->lock != FL_LOCK_NONE)
        fl_json_put_string(object, "lock", fl_span_from(fl_lock_name(job->lock)));
    if (job->lock_ttl_s > 0) fl_json_put_int64(object, "lock_ttl", job->lock_ttl_s);
    if (job->lock_limit > 0) fl_json_put_int64(object, "lock_limit", job->lock_limit);
    if (job->lock_timeout_s > 0) fl_json_put_int64(object, "lock_timeout", job->lock_timeout_s);
    if (job->encrypt) fl_json_put_bool(object, "encrypt", true);
    if (job->bid) fl_json_put_string(object, "bid", fl_span_from(job->bid));
}

static enum fl_error digest_of(const struct fl_client_job *job, struct fl_span args,
                               char ret_digest[FL_LOCK_DIGEST_BYTES])
{
    struct fl_json json;
    enum fl_error err = fl_json_parse(args, &json, NULL);
    if (err) return err;
    err = fl_lock_digest(job->worker, queue_of(job), fl_json_root(&json), ret_digest);
    fl_json_release(&json);
    return err;
}

/* It is told from when it is due; in seconds in every version. */
static void put_expiry(struct fl_json_writer *object, const struct fl_client_job *job,
                       int64_t due_us)
{
    fl_json_put_int64(object, "expires_in", job->expires_in_s);
    fl_json_key(object, "expiry");
    if (!object->err)
        object->err = fl_seconds_format(object->out, due_us + job->expires_in_s * FL_SECOND_US);
}

/* `now_us` stands in enqueued_at too, unless the job is for later. */
static enum fl_error write_plain(const struct fl_client *client, const struct fl_client_job *job,
                                 struct fl_span args, const char *jid, int64_t now_us, bool later,
                                 struct fl_buf *out)
{
    const struct fl_wire_facts *facts = fl_wire_facts(client->wire ? client->wire : FL_WIRE_7);
    char digest[FL_LOCK_DIGEST_BYTES] = "";
    enum fl_error err = job->lock != FL_LOCK_NONE ? digest_of(job, args, digest) : FL_OK;
    if (err) return err;
    struct fl_json_writer object = fl_json_begin_object(out);
    put_options(&object, job);
    if (*digest) fl_json_put_string(&object, "lock_digest", fl_span_from(digest));
    fl_json_put_raw(&object, "args", args);
    fl_json_put_string(&object, "class", fl_span_from(job->worker));
    fl_json_put_string(&object, "jid", fl_span_from(jid));
    put_time(&object, facts, "created_at", now_us);
    if (!later) put_time(&object, facts, "enqueued_at", now_us);
    if (job->expires_in_s > 0) put_expiry(&object, job, later ? job->at_us : now_us);
    return fl_json_end(&object);
}

static enum fl_error write_payload(const struct fl_client *client, const struct fl_client_job *job,
                                   struct fl_span args, const char *jid, int64_t now_us, bool later,
                                   struct fl_buf *out)
{
    struct fl_buf sealed = FL_BUF_INIT(FL_PAYLOAD_BYTES_MAX);
    if (!job->encrypt) return write_plain(client, job, args, jid, now_us, later, out);
    const struct fl_encrypted_for whose = {job->worker, jid};
    enum fl_error err = fl_encrypt_args(client->keyring, client->random, whose, args, &sealed);
    if (!err) err = write_plain(client, job, fl_buf_span(&sealed), jid, now_us, later, out);
    fl_buf_release(&sealed);
    return err;
}

enum fl_error fl_client_payload(const struct fl_client *client, const struct fl_client_job *job,
                                const char *jid, struct fl_buf *out)
{
    enum fl_error err = check_options(job);
    if (!err) err = check_args(job->args);
    if (err) return err;
    int64_t now_us = fl_clock_wall_us(client->clock);
    return write_payload(client, job, job->args, jid, now_us, job->at_us > now_us, out);
}

/* --- the slice: some payloads, sent together --- */

struct slice {
    struct fl_buf bytes;
    size_t ends[FL_PUSH_SLICE];
    size_t count;
};

static enum fl_error slice_add(struct slice *slice, const struct fl_client *client,
                               const struct fl_client_job *job, struct fl_span args,
                               const char *jid, int64_t now_us, bool later)
{
    enum fl_error err = check_args(args);
    size_t start = slice->bytes.length;
    if (!err) err = write_payload(client, job, args, jid, now_us, later, &slice->bytes);
    if (!err && slice->bytes.length - start > FL_PAYLOAD_BYTES_MAX) err = FL_EINVAL;
    if (!err) slice->ends[slice->count++] = slice->bytes.length;
    return err;
}

static struct fl_span slice_payload(const struct slice *slice, size_t i)
{
    size_t start = i ? slice->ends[i - 1] : 0;
    return (struct fl_span){slice->bytes.bytes + start, slice->ends[i] - start};
}

static void add_pushes(struct fl_commands *batch, const struct slice *slice, const char *queue,
                       bool with_queue)
{
    if (with_queue) {
        fl_command_begin(batch, "SADD");
        fl_command_text(batch, FL_KEY_QUEUES);
        fl_command_text(batch, queue);
    }
    fl_command_begin(batch, "LPUSH");
    fl_command_printf(batch, FL_KEY_QUEUE_PREFIX "%s", queue);
    for (size_t i = 0; i < slice->count; i++)
        fl_command_arg(batch, slice_payload(slice, i));
}

static void add_schedules(struct fl_commands *batch, const struct slice *slice, struct fl_span at)
{
    fl_command_begin(batch, "ZADD");
    fl_command_text(batch, FL_KEY_SCHEDULE);
    for (size_t i = 0; i < slice->count; i++) {
        fl_command_arg(batch, at);
        fl_command_arg(batch, slice_payload(slice, i));
    }
}

enum attempt { FIRST_ATTEMPT, REPEAT_ALL, REPEAT_LAST };

/* A failover refuses all writes from some instant on: what was answered well is not sent again. */
static enum fl_error attempt(const struct fl_client *client, const struct slice *slice,
                             const char *queue, struct fl_span at, enum attempt which,
                             enum attempt *ret_next)
{
    struct fl_commands batch = {0};
    struct fl_replies replies;
    if (at.length)
        add_schedules(&batch, slice, at);
    else
        add_pushes(&batch, slice, queue, which != REPEAT_LAST);
    enum fl_error err = fl_commands_exec(&batch, client->redis, client->clock, 0, &replies);
    *ret_next = FIRST_ATTEMPT;
    if (err == FL_EREPLY) {
        const struct fl_reply *first = &replies.items[0], *last = first + replies.count - 1;
        if (fl_reply_is_failover(first))
            *ret_next = last->type == FL_REPLY_ERROR ? REPEAT_ALL : FIRST_ATTEMPT;
        else if (first->type != FL_REPLY_ERROR && fl_reply_is_failover(last))
            *ret_next = REPEAT_LAST;
    }
    fl_replies_release(&replies);
    fl_commands_release(&batch);
    return err;
}

static enum fl_error slice_send(const struct fl_client *client, const struct slice *slice,
                                const char *queue, int64_t at_us)
{
    struct fl_buf at = FL_BUF_INIT(FL_KEY_BYTES);
    enum attempt next = FIRST_ATTEMPT;
    enum fl_error err = at_us ? fl_seconds_format(&at, at_us) : FL_OK;
    if (!err) err = attempt(client, slice, queue, fl_buf_span(&at), FIRST_ATTEMPT, &next);
    if (err == FL_EREPLY && next != FIRST_ATTEMPT)
        err = attempt(client, slice, queue, fl_buf_span(&at), next, &next);
    fl_buf_release(&at);
    return err;
}

static enum fl_error slice_new(struct slice **ret_slice)
{
    struct slice *slice = calloc(1, sizeof(*slice));
    if (!slice) return FL_ENOMEM;
    slice->bytes = FL_BUF_INIT(SLICE_BYTES_MAX);
    *ret_slice = slice;
    return FL_OK;
}

static void slice_free(struct slice *slice)
{
    if (!slice) return;
    fl_buf_release(&slice->bytes);
    free(slice);
}

enum fl_error fl_client_send(const struct fl_client *client, const char *queue,
                             struct fl_span payload, int64_t at_us)
{
    struct slice *slice;
    enum fl_error err = slice_new(&slice);
    if (err) return err;
    err = fl_buf_append_span(&slice->bytes, payload);
    slice->ends[slice->count++] = slice->bytes.length;
    if (!err) err = slice_send(client, slice, queue, at_us);
    slice_free(slice);
    return err;
}

static enum fl_error push_one(const struct fl_client *client, const struct fl_client_job *job,
                              const char *jid)
{
    struct slice *slice;
    enum fl_error err = slice_new(&slice);
    if (err) return err;
    int64_t now_us = fl_clock_wall_us(client->clock);
    bool later = job->at_us > now_us;
    err = slice_add(slice, client, job, job->args, jid, now_us, later);
    if (!err) err = slice_send(client, slice, queue_of(job), later ? job->at_us : 0);
    slice_free(slice);
    return err;
}

enum fl_error fl_client_push(const struct fl_client *client, const struct fl_client_job *job,
                             char ret_jid[FL_JID_BYTES])
{
    char fresh[FL_JID_BYTES];
    enum fl_error err = check_options(job);
    if (!err && ret_jid && job->jid && strlen(job->jid) >= FL_JID_BYTES) err = FL_EINVAL;
    if (err) return err;
    if (!job->jid) fl_client_fresh_jid(client->random, fresh);
    const char *jid = job->jid ? job->jid : fresh;
    if (fl_lock_is_taken_at_push(job->lock))
        err = fl_locked_push(client, job, jid);
    else
        err = push_one(client, job, jid);
    if (!err && ret_jid) memcpy(ret_jid, jid, strlen(jid) + 1);
    return err;
}

static enum fl_error push_slice(const struct fl_client *client, const struct fl_client_job *job,
                                const struct fl_span *args, size_t count, struct slice *slice)
{
    enum fl_error err = FL_OK;
    char jid[FL_JID_BYTES];
    int64_t now_us = fl_clock_wall_us(client->clock);
    bool later = job->at_us > now_us;
    slice->count = 0;
    fl_buf_truncate(&slice->bytes, 0);
    for (size_t i = 0; !err && i < count; i++) {
        fl_client_fresh_jid(client->random, jid);
        err = slice_add(slice, client, job, args[i], jid, now_us, later);
    }
    return err ? err : slice_send(client, slice, queue_of(job), later ? job->at_us : 0);
}

/* One by one: each has a lock of its own. */
static enum fl_error push_locked(const struct fl_client *client, const struct fl_client_job *job,
                                 const struct fl_span *args, size_t count, size_t *pushed)
{
    struct fl_client_job one = *job;
    enum fl_error err = FL_OK;
    one.jid = NULL;
    for (; !err && *pushed < count; *pushed += !err) {
        one.args = args[*pushed];
        err = fl_client_push(client, &one, NULL);
        if (err == FL_EEXIST) err = FL_OK;
    }
    return err;
}

static size_t slice_size(const struct fl_client *client, const struct fl_client_job *job)
{
    const struct fl_wire_facts *facts = fl_wire_facts(client->wire ? client->wire : FL_WIRE_7);
    bool later = job->at_us > fl_clock_wall_us(client->clock);
    if (job->slice > 0 && job->slice <= FL_PUSH_SLICE) return job->slice;
    return later ? facts->scheduled_slice : FL_PUSH_SLICE;
}

enum fl_error fl_client_push_bulk(const struct fl_client *client, const struct fl_client_job *job,
                                  const struct fl_span *args, size_t count, size_t *ret_pushed)
{
    struct slice *slice = NULL;
    size_t pushed = 0;
    enum fl_error err = check_options(job);
    if (!err && fl_lock_is_taken_at_push(job->lock))
        err = push_locked(client, job, args, count, &pushed);
    if (!err && pushed < count) err = slice_new(&slice);
    while (!err && pushed < count) {
        size_t most = slice_size(client, job);
        size_t size = count - pushed < most ? count - pushed : most;
        err = push_slice(client, job, args + pushed, size, slice);
        if (!err) pushed += size;
    }
    slice_free(slice);
    if (ret_pushed) *ret_pushed = pushed;
    return err;
}
