#include "operate/act.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "queue/client.h"
#include "queue/commands.h"
#include "queue/moves.h"
#include "queue/poller.h"
#include "queue/wire.h"

/* What one script is asked for: it must not hold up the server, and has room for so many words. */
enum { BATCH_MAX = 24, QUEUE_BATCH_MAX = 8, LOST_MAX = 3, SCORE_BYTES = 48 };
static_assert(3 + 2 + 5 * BATCH_MAX <= FL_SCRIPT_FEW_ARGS, "an entry takes up to five words");

/* --- the new bytes --- */

static const struct fl_wire_facts *line_of(const struct fl_payload *payload)
{
    int64_t ms;
    struct fl_json_at created = fl_json_member(fl_json_root(&payload->json), "created_at");
    return fl_wire_facts(fl_json_int64(created, &ms) ? FL_WIRE_8 : FL_WIRE_7);
}

/* The attempt that is not used up, and the queue. */
static enum fl_error edit(const struct fl_payload *payload, enum fl_place_kind from,
                          const char *queue, struct fl_buf *out)
{
    struct fl_buf count = FL_BUF_INIT(32), name = FL_BUF_INIT(8 * FL_QUEUE_NAME_BYTES);
    struct fl_json_at root = fl_json_root(&payload->json);
    struct fl_json_edit edits[2];
    uint32_t edit_count = 0;
    int64_t failures;
    enum fl_error err = FL_OK;
    bool failed = from == FL_PLACE_RETRIES || from == FL_PLACE_DEAD;
    if (failed && fl_json_int64(fl_json_member(root, "retry_count"), &failures) &&
        failures > INT64_MIN) {
        err = fl_json_write_int64(&count, failures - 1);
        edits[edit_count++] = (struct fl_json_edit){"retry_count", fl_buf_span(&count)};
    }
    if (!err && queue) {
        err = fl_json_write_string(&name, fl_span_from(queue));
        edits[edit_count++] = (struct fl_json_edit){"queue", fl_buf_span(&name)};
    }
    if (!err) err = fl_json_edit(root, edits, edit_count, out);
    fl_buf_release(&count);
    fl_buf_release(&name);
    return err;
}

enum fl_error fl_enqueued_payload(const struct fl_payload *payload, enum fl_place_kind from,
                                  const char *queue, int64_t now_us, const char *fresh_jid,
                                  struct fl_buf *out)
{
    struct fl_buf edited = FL_BUF_INIT(FL_PAYLOAD_BYTES_MAX);
    struct fl_payload again;
    if (from == FL_PLACE_QUEUE) return edit(payload, from, queue, out); /* it waits on */
    enum fl_error err = edit(payload, from, queue, &edited);
    if (!err) err = fl_payload_parse(fl_buf_span(&edited), &again);
    if (!err) {
        err = fl_promoted_payload(&again, line_of(payload), now_us, fresh_jid, out);
        fl_payload_release(&again);
    }
    fl_buf_release(&edited);
    return err;
}

/* --- one batch --- */

struct batch {
    const struct fl_actor *actor;
    const struct fl_place *place;
    const struct fl_act *act;
    enum fl_script script;
    struct fl_span keys[2 + BATCH_MAX], args[1 + 4 * BATCH_MAX];
    size_t key_count, arg_count, entry_count;
    char place_key[FL_KEY_BYTES], queue_keys[BATCH_MAX][FL_KEY_BYTES];
    char queues[BATCH_MAX][FL_QUEUE_NAME_BYTES];
    struct fl_buf score, jobs[BATCH_MAX];
};

static void add_entry(struct batch *batch, const struct fl_entry *entry)
{
    batch->args[batch->arg_count++] = entry->bytes;
    batch->args[batch->arg_count++] = entry->score;
    batch->entry_count++;
}

static enum fl_error add_job(struct batch *batch, const struct fl_payload *payload)
{
    size_t i = batch->entry_count;
    char jid[FL_JID_BYTES] = "";
    int64_t now_us = fl_clock_wall_us(batch->actor->reader.clock);
    const char *queue = batch->act->queue;
    if (!*payload->jid) fl_client_fresh_jid(batch->actor->random, jid);
    batch->jobs[i] = FL_BUF_INIT(FL_PAYLOAD_BYTES_MAX);
    enum fl_error err =
        fl_enqueued_payload(payload, batch->place->kind, queue, now_us, jid, &batch->jobs[i]);
    if (!queue) queue = payload->queue ? payload->queue : "default";
    snprintf(batch->queues[i], sizeof(batch->queues[i]), "%s", queue);
    return err;
}

/* No job: *ret_fits is false, and nothing is added. */
static enum fl_error add_to_queue(struct batch *batch, const struct fl_entry *entry, bool *ret_fits)
{
    struct fl_payload payload;
    size_t i = batch->entry_count;
    *ret_fits = false;
    enum fl_error err = fl_payload_parse(entry->bytes, &payload);
    if (err == FL_EPARSE || err == FL_EBOUND) return FL_OK;
    if (err) return err;
    bool named = !payload.queue || strlen(payload.queue) < FL_QUEUE_NAME_BYTES;
    *ret_fits = payload.worker && (named || batch->act->queue);
    if (*ret_fits) err = add_job(batch, &payload);
    fl_payload_release(&payload);
    if (err || !*ret_fits) return err;
    add_entry(batch, entry);
    batch->args[batch->arg_count++] = fl_buf_span(&batch->jobs[i]);
    batch->args[batch->arg_count++] = fl_span_from(batch->queues[i]);
    batch->keys[batch->key_count++] = fl_queue_key(batch->queues[i], batch->queue_keys[i]);
    return FL_OK;
}

static enum fl_error begin(struct batch *batch)
{
    int64_t score_us = batch->act->at_us;
    batch->keys[batch->key_count++] = fl_place_key(batch->place, batch->place_key);
    batch->score = FL_BUF_INIT(SCORE_BYTES);
    switch (batch->act->kind) {
    case FL_ACT_DELETE: batch->script = FL_SCRIPT_DELETE_ENTRIES; return FL_OK;
    case FL_ACT_ENQUEUE:
        batch->script = FL_SCRIPT_ENQUEUE_ENTRIES;
        batch->keys[batch->key_count++] = FL_SPAN(FL_KEY_QUEUES);
        return FL_OK;
    case FL_ACT_KILL:
        batch->script = FL_SCRIPT_KILL_ENTRIES;
        batch->keys[batch->key_count++] = FL_SPAN(FL_KEY_DEAD);
        score_us = fl_clock_wall_us(batch->actor->reader.clock);
        break;
    case FL_ACT_RESCHEDULE: batch->script = FL_SCRIPT_RESCHEDULE_ENTRIES; break;
    }
    enum fl_error err = fl_seconds_format(&batch->score, score_us);
    batch->args[batch->arg_count++] = fl_buf_span(&batch->score);
    return err;
}

static void release(struct batch *batch)
{
    fl_buf_release(&batch->score);
    for (size_t i = 0; i < BATCH_MAX; i++)
        fl_buf_release(&batch->jobs[i]);
}

/* The same again after a lost answer: what the first has moved is not found by the second. */
static enum fl_error send(struct batch *batch, struct fl_act_counts *counts,
                          char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    int64_t moved = 0;
    bool lost = false;
    enum fl_error err;
    for (int attempt = 1;; attempt++) {
        err = fl_script_call(batch->script, batch->actor->reader.redis, batch->actor->reader.clock,
                             batch->keys, batch->key_count, batch->args, batch->arg_count, &moved,
                             ret_error);
        if ((err != FL_ELOST && err != FL_ETIMEDOUT) || attempt == LOST_MAX) break;
        lost = true;
    }
    if (err) return err;
    int64_t rest = (int64_t)batch->entry_count - moved;
    counts->done += moved;
    *(lost ? &counts->perhaps : &counts->gone) += rest;
    return FL_OK;
}

static enum fl_error act_on_some(const struct fl_actor *actor, const struct fl_place *place,
                                 const struct fl_act *act, const struct fl_entry *entries,
                                 size_t count, struct fl_act_counts *counts,
                                 char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    struct batch batch = {.actor = actor, .place = place, .act = act};
    int64_t no_jobs = 0;
    enum fl_error err = begin(&batch);
    for (size_t i = 0; !err && i < count; i++) {
        bool fits = true;
        if (act->kind == FL_ACT_ENQUEUE)
            err = add_to_queue(&batch, &entries[i], &fits);
        else
            add_entry(&batch, &entries[i]);
        no_jobs += !fits;
    }
    if (!err && batch.entry_count) err = send(&batch, counts, ret_error);
    if (!err) counts->no_job += no_jobs;
    release(&batch);
    return err;
}

enum fl_error fl_act_on(const struct fl_actor *actor, const struct fl_place *place,
                        const struct fl_act *act, const struct fl_entry *entries, size_t count,
                        struct fl_act_counts *counts, char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    enum fl_error err = FL_OK;
    bool queue = place->kind == FL_PLACE_QUEUE;
    fl_assert(!(queue && act->kind == FL_ACT_RESCHEDULE));
    fl_assert(!(place->kind == FL_PLACE_DEAD && act->kind == FL_ACT_KILL));
    fl_assert(!(queue && act->kind == FL_ACT_ENQUEUE && !act->queue));
    /* A job of a queue is searched for, an entry of a set is found. */
    size_t batch_max = queue ? QUEUE_BATCH_MAX : BATCH_MAX;
    for (size_t i = 0; !err && i < count; i += batch_max) {
        size_t some = count - i < batch_max ? count - i : batch_max;
        err = act_on_some(actor, place, act, entries + i, some, counts, ret_error);
    }
    return err;
}

/* --- all at once --- */

enum fl_error fl_place_clear(const struct fl_reader *reader, const struct fl_place *place,
                             int64_t *ret_removed, char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    char key[FL_KEY_BYTES];
    struct fl_span name = fl_place_key(place, key);
    bool queue = place->kind == FL_PLACE_QUEUE;
    struct fl_commands batch = {0};
    struct fl_replies replies;
    fl_command_begin(&batch, "MULTI");
    fl_command_begin(&batch, queue ? "LLEN" : "ZCARD");
    fl_command_arg(&batch, name);
    fl_command_begin(&batch, "UNLINK");
    fl_command_arg(&batch, name);
    if (queue) {
        fl_command_begin(&batch, "SREM");
        fl_command_text(&batch, FL_KEY_QUEUES);
        fl_command_text(&batch, place->queue);
    }
    fl_command_begin(&batch, "EXEC");
    enum fl_error err = fl_commands_exec(&batch, reader->redis, reader->clock, 0, &replies);
    if (!err) {
        const struct fl_reply *exec = &replies.items[replies.count - 1];
        bool counted = exec->count && exec->elements[0].type == FL_REPLY_INTEGER;
        if (counted)
            *ret_removed = exec->elements[0].integer;
        else
            err = FL_EPROTOCOL;
    }
    if (err == FL_EREPLY && ret_error)
        snprintf(ret_error, FL_SCRIPT_ERROR_BYTES, "%.*s",
                 FL_SPAN_ARGS(fl_replies_error(&replies)));
    fl_replies_release(&replies);
    fl_commands_release(&batch);
    return err;
}
