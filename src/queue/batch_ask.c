/* src/queue/batch_ask.c - what is known of a batch, and the mark that its jobs should look at. */
#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "queue/batch.h"
#include "queue/commands.h"
#include "queue/job.h"
#include "queue/keys.h"
#include "queue/script.h"

const char *fl_job_bid(const struct fl_job *job)
{
    return job->payload->batch ? job->payload->batch : "";
}

/* In the order of the command below. */
enum field { LINGER, DESCRIPTION, PARENT, COMPLETE_AT, SUCCESS_AT, DEATH_AT, INVALIDATED, TOTAL };

static void ask(struct fl_commands *batch, const char *bid)
{
    static const char *const fields[] = {"linger",     "description", "parent_bid",  "complete_at",
                                         "success_at", "death_at",    "invalidated", "total"};
    static const char *const counted[] = {"jids", "failed", "died"};
    fl_command_begin(batch, "HMGET");
    fl_command_printf(batch, FL_KEY_BATCH_PREFIX "%s", bid);
    for (size_t i = 0; i < FL_COUNT(fields); i++)
        fl_command_text(batch, fields[i]);
    for (size_t i = 0; i < FL_COUNT(counted); i++) {
        fl_command_begin(batch, "SCARD");
        fl_command_printf(batch, FL_KEY_BATCH_PREFIX "%s-%s", bid, counted[i]);
    }
    fl_command_begin(batch, "SSCAN");
    fl_command_printf(batch, FL_KEY_BATCH_PREFIX "%s-failed", bid);
    fl_command_text(batch, "0");
    fl_command_text(batch, "COUNT");
    fl_command_int64(batch, FL_BATCH_FAILED_MAX);
}

static void copy(char *out, size_t bytes, const struct fl_reply *reply)
{
    if (reply->type == FL_REPLY_STRING) snprintf(out, bytes, "%.*s", FL_SPAN_ARGS(reply->text));
}

static bool is_there(const struct fl_reply *reply)
{
    return reply->type == FL_REPLY_STRING;
}

static void read_failed(const struct fl_reply *scanned, struct fl_batch_status *status)
{
    if (scanned->type != FL_REPLY_ARRAY || scanned->count != 2) return;
    const struct fl_reply *jids = &scanned->elements[1];
    for (size_t i = 0; i < jids->count && status->failed_count < FL_BATCH_FAILED_MAX; i++)
        copy(status->failed[status->failed_count++], sizeof(status->failed[0]), &jids->elements[i]);
}

static enum fl_error read_status(const struct fl_reply *items, struct fl_batch_status *status)
{
    long long total = 0;
    const struct fl_reply *hash = items[0].elements;
    if (items[0].type != FL_REPLY_ARRAY || items[0].count != TOTAL + 1) return FL_EPROTOCOL;
    if (!is_there(&hash[LINGER])) return FL_ENOTFOUND;
    copy(status->description, sizeof(status->description), &hash[DESCRIPTION]);
    copy(status->parent, sizeof(status->parent), &hash[PARENT]);
    status->is_complete = is_there(&hash[COMPLETE_AT]);
    status->is_successful = is_there(&hash[SUCCESS_AT]);
    status->has_died = is_there(&hash[DEATH_AT]);
    status->is_valid = !is_there(&hash[INVALIDATED]);
    if (is_there(&hash[TOTAL]) && fl_span_int64(hash[TOTAL].text, &total)) status->total = total;
    status->pending = items[1].integer;
    status->failures = items[2].integer;
    status->dead = items[3].integer;
    read_failed(&items[4], status);
    return FL_OK;
}

enum fl_error fl_batch_ask(struct fl_job *job, const char *bid, struct fl_batch_status *ret_status)
{
    const struct fl_ports *ports = job->world->ports;
    struct fl_commands batch = {0};
    struct fl_replies replies;
    *ret_status = (struct fl_batch_status){0};
    if (!fl_bid_is_valid(bid)) return FL_ENOTFOUND;
    ask(&batch, bid);
    enum fl_error err = fl_commands_exec(&batch, ports->redis, ports->clock, 0, &replies);
    if (!err) err = read_status(replies.items, ret_status);
    fl_replies_release(&replies);
    fl_commands_release(&batch);
    return err;
}

enum fl_error fl_batch_invalidate(struct fl_job *job, const char *bid)
{
    const struct fl_ports *ports = job->world->ports;
    char key[FL_BATCH_KEY_BYTES];
    int64_t found;
    if (!fl_bid_is_valid(bid)) return FL_ENOTFOUND;
    struct fl_span hash = fl_batch_key(bid, key);
    enum fl_error err = fl_script_call(FL_SCRIPT_BATCH_INVALIDATE, ports->redis, ports->clock,
                                       &hash, 1, NULL, 0, &found, NULL);
    return !err && !found ? FL_ENOTFOUND : err;
}

enum fl_error fl_batch_is_valid(struct fl_job *job, bool *ret_valid)
{
    const struct fl_ports *ports = job->world->ports;
    char key[FL_BATCH_KEY_BYTES];
    int64_t valid = 1;
    enum fl_error err = FL_OK;
    if (job->payload->batch) {
        struct fl_span bid = fl_span_from(job->payload->batch);
        struct fl_span hash = fl_batch_key(bid.bytes, key);
        err = fl_script_call(FL_SCRIPT_BATCH_VALID, ports->redis, ports->clock, &hash, 1, &bid, 1,
                             &valid, NULL);
    }
    if (!err) *ret_valid = valid != 0;
    return err;
}
