/* XREAD and XREADGROUP, and the reading that they have in common with blocked sessions. */
#include "fakes/redis/commands/streams.h"
#include "fakes/redis/engine/blocking.h"
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/table/command_list.h"

/* The greatest id as the one to read after: a group's new entries (">"). */
#define FAKE_STREAM_ID_NEW FAKE_STREAM_ID_MAX

/* One stream with a reader of it. */
struct reader {
    struct fake_redis *engine;
    struct fake_database *db;
    struct fl_span name;
    struct fake_stream *stream;
    struct fake_group *group; /* NULL: XREAD */
    struct fake_consumer *consumer;
    const struct fake_stream_read *read;
    struct fake_out *out;
};

/* Protocol 3 has a map from names to entries, protocol 2 an array of arrays of two. */
static void begin_stream(struct fake_out *out, struct fl_span name)
{
    if (!out->resp3) fake_reply_array(out, 2);
    fake_reply_bulk(out, name);
}

static void set_stream_count(struct fake_out *out, size_t place, size_t count)
{
    if (out->resp3)
        fake_reply_map_set(out, place, count);
    else
        fake_reply_array_set(out, place, count);
}

/* ---- reading for a group ---- */

/* The consumer has got an entry for the first time. False: out of memory. */
static bool deliver(struct reader *r, struct fake_stream_id id)
{
    if (fake_stream_id_compare(id, r->group->last_id) > 0)
        fake_group_advance(r->stream, r->group, id);
    if (r->read->no_ack) return true;
    struct fake_pending *pending = fake_pending_find(r->group, id);
    if (pending)
        fake_pending_give(pending, r->consumer);
    else
        pending = fake_pending_add(&r->engine->heap, r->group, id, r->consumer);
    if (!pending) return false;
    pending->delivered_ms = r->engine->now_ms;
    pending->deliveries = 1;
    return true;
}

static void reply_new(struct reader *r, struct fake_stream_id after)
{
    size_t place = fake_reply_array_later(r->out);
    uint64_t found = 0;
    if (fake_stream_id_next(&after)) {
        struct fake_stream_place at = fake_stream_seek(r->stream, after);
        const struct fake_stream_entry *entry;
        while ((!r->read->count || found < r->read->count) &&
               (entry = fake_stream_next(r->stream, &at))) {
            if (r->group && !deliver(r, entry->id)) {
                r->out->broken = true;
                break;
            }
            fake_reply_stream_entry(r->out, entry);
            found++;
        }
    }
    fake_reply_array_set(r->out, place, found);
}

/* What the consumer has got already and not acknowledged; a deleted entry is told without fields.
 */
static void reply_history(struct reader *r, struct fake_stream_id after)
{
    size_t place = fake_reply_array_later(r->out);
    uint64_t found = 0;
    uint32_t i =
        fake_stream_id_next(&after) ? fake_pending_seek(r->group, after) : r->group->pending.count;
    for (; i < r->group->pending.count && (!r->read->count || found < r->read->count); i++) {
        struct fake_pending *pending = fake_pending_at(r->group, i);
        if (pending->consumer != r->consumer) continue;
        const struct fake_stream_entry *entry = fake_stream_find(r->stream, pending->id);
        found++;
        if (!entry) {
            fake_reply_array(r->out, 2);
            fake_reply_stream_id(r->out, pending->id);
            fake_reply_nil_array(r->out);
            continue;
        }
        fake_reply_stream_entry(r->out, entry);
        pending->delivered_ms = r->engine->now_ms;
        pending->deliveries++;
    }
    fake_reply_array_set(r->out, place, found);
}

/* The consumer comes into being when it is first served. False: out of memory. */
static bool introduce(struct reader *r, struct fl_span consumer)
{
    r->consumer = fake_consumer_find(r->group, consumer);
    bool is_new = !r->consumer;
    if (is_new)
        r->consumer = fake_consumer_new(&r->engine->heap, r->group, consumer, r->engine->now_ms);
    if (is_new && r->consumer)
        fake_key_notify(r->db, FAKE_NOTIFY_STREAM, "xgroup-createconsumer", r->name);
    if (r->consumer)
        r->consumer->seen_ms = r->engine->now_ms;
    else
        r->out->broken = true;
    return r->consumer;
}

/* ---- the waiting ones ---- */

/* A stream has changed: answers a session that waits for entries behind the one it has seen. */
static bool answer_waiter(struct fake_database *db, struct fake_redis_key *key,
                          const struct fake_block_request *request, const struct fl_span *args,
                          size_t index, struct fake_out *out)
{
    const struct fake_stream_read *read = &request->read;
    struct fake_stream_id after = request->after[index];
    struct reader r = {.engine = db->engine,
                       .db = db,
                       .name = key->name,
                       .stream = key->stream,
                       .read = read,
                       .out = out};
    if (read->group) {
        r.group = fake_group_find(key->stream, args[read->group]);
        if (!r.group) {
            fake_reply_error(out, "NOGROUP the consumer group this client was blocked on no longer "
                                  "exists");
            return true;
        }
        after = r.group->last_id;
    }
    if (fake_stream_id_compare(key->stream->last_id, after) <= 0) return false;
    if (read->group && !introduce(&r, args[read->group + 1])) return false;
    set_stream_count(out, fake_reply_array_later(out), 1);
    begin_stream(out, key->name);
    reply_new(&r, after);
    if (r.group) fake_key_alter(db, key->name);
    return true;
}

static const struct fake_block_kind reads = {
    .type = FAKE_REDIS_STREAM, .answer = answer_waiter, .only_looks = true};
static const struct fake_block_kind group_reads = {.type = FAKE_REDIS_STREAM,
                                                   .answer = answer_waiter,
                                                   .when_gone =
                                                       "UNBLOCKED the stream key no longer exists",
                                                   .behind_key = ">"};

/* ---- the commands ---- */

struct request {
    struct fake_stream_read read;
    int64_t block_ms; /* -1: does not wait */
    size_t first_key, key_count;
};

static bool refuse(struct fake_call *call, const char *error)
{
    fake_reply_error(call->out, error);
    return false;
}

static bool parse_block(struct fake_call *call, struct fl_span text, int64_t *ret_block_ms)
{
    if (!fake_call_int_range(call, text, INT64_MIN, INT64_MAX,
                             "ERR timeout is not an integer or out of range", ret_block_ms))
        return false;
    return *ret_block_ms >= 0 || refuse(call, "ERR timeout is negative");
}

static bool parse_streams(struct fake_call *call, size_t first, bool groups,
                          struct request *request)
{
    size_t rest = call->count - first;
    request->first_key = first;
    request->key_count = rest / 2;
    if (rest % 2 == 0) return true;
    fake_reply_errorf(call->out,
                      "ERR Unbalanced %s list of streams: for each stream key an ID or '%s' must "
                      "be specified.",
                      groups ? "XREADGROUP" : "XREAD", groups ? ">" : "$");
    return false;
}

static bool refuse_option(struct fake_call *call, const char *name)
{
    fake_reply_errorf(call->out,
                      "ERR The %s option is only supported by XREADGROUP. You called XREAD "
                      "instead.",
                      name);
    return false;
}

static bool refuse_block(struct fake_call *call)
{
    fake_reply_errorf(call->out, "ERR %.*s command is not allowed with BLOCK option from scripts",
                      FL_SPAN_ARGS(call->args[0]));
    return false;
}

static bool parse_request(struct fake_call *call, bool groups, struct request *ret_request)
{
    struct request request = {.block_ms = -1};
    for (size_t i = 1; i < call->count && !request.key_count; i++) {
        size_t rest = call->count - i - 1;
        int64_t count;
        if (fake_arg_is(call->args[i], "block") && rest >= 1) {
            if (call->engine->in_script) return refuse_block(call);
            if (!parse_block(call, call->args[++i], &request.block_ms)) return false;
        } else if (fake_arg_is(call->args[i], "count") && rest >= 1) {
            if (!fake_call_int(call, call->args[++i], &count)) return false;
            request.read.count = count < 0 ? 0 : (uint64_t)count;
        } else if (fake_arg_is(call->args[i], "streams") && rest >= 1) {
            if (!parse_streams(call, i + 1, groups, &request)) return false;
        } else if (fake_arg_is(call->args[i], "group") && rest >= 2) {
            if (!groups) return refuse_option(call, "GROUP");
            request.read.group = i + 1;
            i += 2;
        } else if (fake_arg_is(call->args[i], "noack")) {
            if (!groups) return refuse_option(call, "NOACK");
            request.read.no_ack = true;
        } else {
            break;
        }
    }
    if (!request.key_count) {
        fake_call_syntax_error(call);
        return false;
    }
    if (groups && !request.read.group)
        return refuse(call, "ERR Missing GROUP option for XREADGROUP");
    *ret_request = request;
    return true;
}

/* The id behind which to read. False: an error was written. */
static bool parse_after(struct fake_call *call, const struct fake_stream *stream,
                        struct fl_span text, bool groups, struct fake_stream_id *ret_after)
{
    if (fl_span_is(text, "$")) {
        if (groups)
            return refuse(call,
                          "ERR The $ ID is meaningless in the context of XREADGROUP: you want to "
                          "read the history of this consumer by specifying a proper ID, or use the "
                          "> ID to get new messages. The $ ID would just return an empty result "
                          "set.");
        *ret_after = stream ? stream->last_id : FAKE_STREAM_ID_MIN;
        return true;
    }
    if (!fl_span_is(text, ">")) return fake_call_stream_id(call, text, 0, ret_after);
    if (!groups)
        return refuse(call, "ERR The > ID can be specified only when calling XREADGROUP using the "
                            "GROUP <group> <consumer> option.");
    *ret_after = FAKE_STREAM_ID_NEW;
    return true;
}

static bool parse_ids(struct fake_call *call, const struct request *request,
                      struct fake_stream_id *ids)
{
    for (size_t i = 0; i < request->key_count; i++) {
        size_t at = request->first_key + i;
        struct fake_stream *stream;
        if (!fake_call_stream(call, call->args[at], &stream)) return false;
        if (request->read.group &&
            (!stream || !fake_group_find(stream, call->args[request->read.group]))) {
            fake_reply_no_group(call, call->args[at], call->args[request->read.group],
                                " in XREADGROUP with GROUP option");
            return false;
        }
        if (!parse_after(call, stream, call->args[at + request->key_count], request->read.group,
                         &ids[i]))
            return false;
    }
    return true;
}

/* Is there an answer at once? History always is one. */
static bool has_entries(const struct reader *r, struct fake_stream_id after)
{
    bool is_new = fake_stream_id_compare(after, FAKE_STREAM_ID_NEW) == 0;
    if (r->group && !is_new) return true;
    struct fake_stream_place end = fake_stream_end(r->stream);
    const struct fake_stream_entry *last = fake_stream_previous(r->stream, &end);
    return last && fake_stream_id_compare(last->id, r->group ? r->group->last_id : after) > 0;
}

/* One stream of the reply. False: there is nothing in it. */
static bool reply_stream(struct fake_call *call, const struct request *request, size_t i,
                         struct fake_stream_id after)
{
    struct fl_span name = call->args[request->first_key + i];
    struct fake_redis_key *key = fake_key_find(call->db, name);
    if (!key) {
        fake_key_missed(call->db, name);
        return false;
    }
    struct reader r = {.engine = call->engine,
                       .db = call->db,
                       .name = key->name,
                       .stream = key->stream,
                       .read = &request->read,
                       .out = call->out};
    if (request->read.group)
        r.group = fake_group_find(key->stream, call->args[request->read.group]);
    if (!has_entries(&r, after)) return false;
    begin_stream(call->out, name);
    if (r.group && !introduce(&r, call->args[request->read.group + 1])) return false;
    if (r.group && fake_stream_id_compare(after, FAKE_STREAM_ID_NEW) != 0)
        reply_history(&r, after);
    else
        reply_new(&r, r.group ? r.group->last_id : after);
    if (r.group) fake_key_alter(call->db, name);
    return true;
}

static void wait_or_nil(struct fake_call *call, const struct request *request,
                        const struct fake_stream_id *ids)
{
    if (request->block_ms < 0 || fake_blocking_denied(call)) {
        fake_reply_nil_array(call->out);
        return;
    }
    struct fake_block_request block = {
        .kind = request->read.group ? &group_reads : &reads,
        .first_key = request->first_key,
        .key_count = request->key_count,
        .deadline_us = fake_blocking_deadline_us(call->engine, request->block_ms),
        .read = request->read,
        .after = ids,
    };
    fake_blocking_wait(call, &block);
}

static void read_streams(struct fake_call *call, bool groups)
{
    struct request request;
    if (!parse_request(call, groups, &request)) return;
    size_t bytes = request.key_count * sizeof(struct fake_stream_id), found = 0;
    struct fake_stream_id *ids = fake_alloc(fake_call_heap(call), bytes);
    if (!ids) {
        fake_call_oom(call);
        return;
    }
    if (parse_ids(call, &request, ids)) {
        size_t place = 0;
        for (size_t i = 0; i < request.key_count; i++) {
            if (!found) place = fake_reply_array_later(call->out); /* behind what was missed */
            found += reply_stream(call, &request, i, ids[i]);
        }
        if (found)
            set_stream_count(call->out, place, found);
        else
            wait_or_nil(call, &request, ids);
    }
    fake_release(fake_call_heap(call), ids, bytes);
}

void fake_cmd_xread(struct fake_call *call)
{
    read_streams(call, false);
}

void fake_cmd_xreadgroup(struct fake_call *call)
{
    read_streams(call, true);
}
