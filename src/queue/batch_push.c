/* src/queue/batch_push.c - jobs are written as they come, and sent by one script. */
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/digits.h"
#include "core/time_text.h"
#include "core/utf8.h"
#include "queue/batch.h"
#include "queue/client.h"
#include "queue/job.h"
#include "queue/job_push.h"
#include "queue/keys.h"
#include "queue/lock.h"
#include "queue/script.h"
#include "queue/wire.h"

enum {
    HEAD_WORDS = 12,
    WORDS_EACH = 4, /* of a callback, of a job */
    JOBS_AT_FIRST = 16,
    TIME_BYTES = 48,
};

struct fl_batch {
    struct fl_job *job;
    struct fl_batch_options options; /* of a new one */
    bool is_new;
    const char *key; /* of an addition; may be NULL */
    char bid[FL_BID_BYTES + 1];
    struct fl_arena arena;
    struct fl_span *words; /* of the jobs */
    size_t count, capacity;
};

/* --- beginning --- */

static bool is_text(const char *text)
{
    struct fl_span span = fl_span_from(text);
    return span.length < FL_BATCH_TEXT_BYTES && fl_utf8_valid_prefix(span) == span.length;
}

static bool makes_sense(const struct fl_job *job, const struct fl_batch_options *options)
{
    if (options->bid && !fl_bid_is_valid(options->bid)) return false;
    if (!is_text(options->description)) return false;
    if (options->callback_count > FL_BATCH_CALLBACKS_MAX) return false;
    for (size_t i = 0; i < options->callback_count; i++)
        if (!fl_batch_event_word(options->callbacks[i].event)) return false;
    if (options->expires_in_s < 0 || options->expires_in_s > FL_LOCK_TTL_S_MAX) return false;
    if (options->linger_s && options->linger_s < FL_BATCH_LINGER_S_MIN) return false;
    return options->linger_s <= FL_LOCK_TTL_S_MAX && (!options->nested || job->payload->batch);
}

static struct fl_batch *allocate(struct fl_job *job)
{
    struct fl_batch *batch = calloc(1, sizeof(*batch));
    if (!batch) return NULL;
    batch->job = job;
    batch->arena = FL_ARENA_INIT(FL_BATCH_BYTES_MAX);
    return batch;
}

enum fl_error fl_batch_new(struct fl_job *job, const struct fl_batch_options *options,
                           struct fl_batch **ret_batch)
{
    char jid[FL_JID_BYTES];
    *ret_batch = NULL;
    if (!makes_sense(job, options)) return FL_EINVAL;
    struct fl_batch *batch = allocate(job);
    if (!batch) return FL_ENOMEM;
    batch->options = *options;
    batch->is_new = true;
    if (options->bid) {
        memcpy(batch->bid, options->bid, strlen(options->bid) + 1);
    } else {
        fl_client_fresh_jid(job->world->ports->random, jid);
        fl_bid_of_jid(jid, batch->bid);
    }
    *ret_batch = batch;
    return FL_OK;
}

enum fl_error fl_batch_reopen(struct fl_job *job, const char *key, struct fl_batch **ret_batch)
{
    *ret_batch = NULL;
    if (!job->payload->batch || !is_text(key)) return FL_EINVAL;
    struct fl_batch *batch = allocate(job);
    if (!batch) return FL_ENOMEM;
    batch->key = key;
    memcpy(batch->bid, job->payload->batch, strlen(job->payload->batch) + 1);
    *ret_batch = batch;
    return FL_OK;
}

void fl_batch_free(struct fl_batch *batch)
{
    if (!batch) return;
    fl_arena_release(&batch->arena);
    free(batch->words);
    free(batch);
}

const char *fl_batch_bid(const struct fl_batch *batch)
{
    return batch->bid;
}

/* --- one job --- */

static enum fl_wire wire_of(const struct fl_job_world *world)
{
    return world->wire ? world->wire : FL_WIRE_7;
}

static enum fl_error keep(struct fl_batch *batch, struct fl_span bytes, struct fl_span *ret_kept)
{
    if (batch->arena.bytes_used + bytes.length >= FL_BATCH_BYTES_MAX) return FL_EBOUND;
    const char *copy = fl_arena_copy(&batch->arena, bytes);
    if (!copy) return FL_ENOMEM;
    *ret_kept = (struct fl_span){copy, bytes.length};
    return FL_OK;
}

static enum fl_error make_room(struct fl_batch *batch)
{
    if (batch->count == (size_t)FL_BATCH_JOBS_MAX * WORDS_EACH) return FL_EBOUND;
    if (batch->count < batch->capacity) return FL_OK;
    size_t capacity = batch->capacity ? 2 * batch->capacity : JOBS_AT_FIRST * WORDS_EACH;
    struct fl_span *words = realloc(batch->words, capacity * sizeof(*words));
    if (!words) return FL_ENOMEM;
    batch->words = words;
    batch->capacity = capacity;
    return FL_OK;
}

static enum fl_error score_of(struct fl_batch *batch, int64_t at_us, struct fl_span *ret_score)
{
    struct fl_buf score = FL_BUF_INIT(TIME_BYTES);
    *ret_score = FL_SPAN("");
    if (at_us <= fl_clock_wall_us(fl_job_clock(batch->job))) return FL_OK;
    enum fl_error err = fl_seconds_format(&score, at_us);
    if (!err) err = keep(batch, fl_buf_span(&score), ret_score);
    fl_buf_release(&score);
    return err;
}

static enum fl_error write_job(struct fl_batch *batch, const struct fl_client_job *job,
                               const char *jid, struct fl_span words[WORDS_EACH])
{
    const struct fl_client client = fl_job_client(batch->job->world);
    struct fl_buf payload = FL_BUF_INIT(FL_PAYLOAD_BYTES_MAX);
    enum fl_error err = fl_client_payload(&client, job, jid, &payload);
    if (!err) err = keep(batch, fl_span_from(job->queue ? job->queue : "default"), &words[0]);
    if (!err) err = score_of(batch, job->at_us, &words[1]);
    if (!err) err = keep(batch, fl_span_from(jid), &words[2]);
    if (!err) err = keep(batch, fl_buf_span(&payload), &words[3]);
    fl_buf_release(&payload);
    return err;
}

static enum fl_error add_last(void *context, const struct fl_push *push)
{
    struct fl_batch *batch = context;
    char retry[FL_RETRY_TEXT_BYTES];
    struct fl_client_job job = fl_job_describe_push(batch->job->world, push, retry);
    job.bid = batch->bid;
    if (fl_lock_is_taken_at_push(job.lock)) return FL_EINVAL;
    enum fl_error err = make_room(batch);
    if (!err) err = write_job(batch, &job, push->jid, batch->words + batch->count);
    if (!err) batch->count += WORDS_EACH;
    return err;
}

enum fl_error fl_batch_add(struct fl_batch *batch, const struct fl_push *push)
{
    const struct fl_chain *chain = fl_job_chain(batch->job->world);
    struct fl_push named = *push;
    char fresh[FL_JID_BYTES];
    if (!push->jid) {
        fl_client_fresh_jid(batch->job->world->ports->random, fresh);
        named.jid = fresh;
    }
    return chain ? fl_chain_push(chain, &named, add_last, batch) : add_last(batch, &named);
}

/* --- closing --- */

/* What a script sends once it knows the time: all but the value of the last member and its brace.
 */
static enum fl_error write_head(const struct fl_client *client, const struct fl_client_job *job,
                                const char *jid, struct fl_buf *out)
{
    struct fl_client_job later = *job;
    later.at_us = fl_clock_wall_us(client->clock) + FL_SECOND_US; /* not in its queue yet */
    later.expires_in_s = 0;
    later.lock = FL_LOCK_NONE;
    enum fl_error err = fl_client_payload(client, &later, jid, out);
    if (err) return err;
    fl_buf_truncate(out, out->length - 1);
    return fl_buf_append_text(out, ",\"enqueued_at\":");
}

static enum fl_error write_args(const struct fl_batch *batch,
                                const struct fl_batch_callback *callback, struct fl_buf *out)
{
    struct fl_json_writer array = fl_json_begin_array(out);
    fl_json_put_string(&array, NULL, fl_span_from(batch->bid));
    fl_json_put_string(&array, NULL, fl_span_from(fl_batch_event_word(callback->event)));
    fl_json_put_raw(&array, NULL, callback->options.length ? callback->options : FL_SPAN("{}"));
    return fl_json_end(&array);
}

/* The same callback has the same jid, whoever closes the batch. */
static enum fl_error jid_of(const struct fl_batch *batch, size_t index, char ret_jid[25])
{
    struct fl_buf name = FL_BUF_INIT(FL_BATCH_TEXT_BYTES);
    enum fl_error err = fl_buf_printf(&name, "callback %zu of %s", index, batch->bid);
    if (!err) fl_jid_derive(fl_buf_span(&name), ret_jid);
    fl_buf_release(&name);
    return err;
}

static enum fl_error write_callback(struct fl_batch *batch, size_t index,
                                    struct fl_span words[WORDS_EACH])
{
    const struct fl_batch_callback *callback = &batch->options.callbacks[index];
    const struct fl_job_world *world = batch->job->world;
    const struct fl_client client = fl_job_client(world);
    const struct fl_worker *worker = fl_registry_find(world->registry, callback->worker);
    struct fl_buf args = FL_BUF_INIT(FL_PAYLOAD_BYTES_MAX), head = args;
    char retry[FL_RETRY_TEXT_BYTES], jid[FL_JID_BYTES];
    enum fl_error err = write_args(batch, callback, &args);
    struct fl_client_job job =
        fl_client_job_of(worker, callback->worker, fl_buf_span(&args), retry);
    if (callback->queue) job.queue = callback->queue;
    if (batch->options.nested) job.bid = batch->job->payload->batch;
    if (!err) err = jid_of(batch, index, jid);
    if (!err) err = write_head(&client, &job, jid, &head);
    words[0] = fl_span_from(fl_batch_event_word(callback->event));
    words[1] = fl_span_from(job.queue ? job.queue : "default");
    if (!err) err = keep(batch, fl_span_from(jid), &words[2]);
    if (!err) err = keep(batch, fl_buf_span(&head), &words[3]);
    fl_buf_release(&args);
    fl_buf_release(&head);
    return err;
}

/* The numbers of a call, and the instant at which it is made. */
struct figures {
    char seconds[FL_DIGITS_BYTES], expires[FL_DIGITS_BYTES], linger[FL_DIGITS_BYTES];
    char depth[FL_DIGITS_BYTES], callbacks[FL_DIGITS_BYTES];
    struct fl_buf now;
};

static enum fl_error write_words(struct fl_batch *batch, struct figures *figures,
                                 struct fl_span *words)
{
    const struct fl_batch_options *options = &batch->options;
    int64_t now_us = fl_clock_wall_us(fl_job_clock(batch->job));
    const char *around = options->nested ? batch->job->payload->batch : NULL;
    int64_t expires_s = options->expires_in_s ? options->expires_in_s : FL_BATCH_EXPIRES_S;
    int64_t linger_s = options->linger_s ? options->linger_s : FL_BATCH_LINGER_S;
    enum fl_error err =
        fl_wire_write_time(fl_wire_facts(wire_of(batch->job->world)), &figures->now, now_us);
    const struct fl_span head[HEAD_WORDS] = {
        fl_span_from(batch->bid),
        batch->is_new ? FL_SPAN("1") : FL_SPAN("0"),
        fl_buf_span(&figures->now),
        fl_digits(now_us / FL_SECOND_US, figures->seconds),
        fl_span_from(batch->job->payload->jid),
        fl_span_from(around),
        fl_span_from(batch->key),
        fl_digits(expires_s, figures->expires),
        fl_digits(linger_s, figures->linger),
        fl_digits(FL_BATCH_DEPTH_MAX, figures->depth),
        fl_span_from(options->description),
        fl_digits((int64_t)options->callback_count, figures->callbacks)};
    memcpy(words, head, sizeof(head));
    words += HEAD_WORDS;
    for (size_t i = 0; !err && i < options->callback_count; i++, words += WORDS_EACH)
        err = write_callback(batch, i, words);
    if (!err && batch->count) memcpy(words, batch->words, batch->count * sizeof(*words));
    return err;
}

static enum fl_error meaning_of(int64_t answer)
{
    if (answer == -1) return FL_ENOTFOUND;
    return answer == -2 ? FL_EBOUND : FL_OK;
}

enum fl_error fl_batch_close(struct fl_batch *batch)
{
    const struct fl_ports *ports = batch->job->world->ports;
    size_t count = HEAD_WORDS + batch->options.callback_count * WORDS_EACH + batch->count;
    char key[FL_BATCH_KEY_BYTES];
    struct fl_span hash = fl_batch_key(batch->bid, key);
    struct figures figures = {.now = FL_BUF_INIT(TIME_BYTES)};
    int64_t answer = 0;
    struct fl_span *words = malloc(count * sizeof(*words));
    if (!words) return FL_ENOMEM;
    enum fl_error err = write_words(batch, &figures, words);
    if (!err)
        err = fl_script_call(FL_SCRIPT_BATCH_ADD, ports->redis, ports->clock, &hash, 1, words,
                             count, &answer, NULL);
    fl_buf_release(&figures.now);
    free(words);
    return err ? err : meaning_of(answer);
}
