/* XGROUP, XACK and XPENDING. */
#include "fakes/redis/commands/streams.h"
#include "fakes/redis/engine/blocking.h"
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/values/name_order.h"

/* ---- XGROUP ---- */

static bool refuse(struct fake_call *call, const char *error)
{
    fake_reply_error(call->out, error);
    return false;
}

/* False: an error was written; *ret_key is NULL when the key is absent and `may_create`. */
static bool find_stream(struct fake_call *call, bool may_create, struct fake_redis_key **ret_key)
{
    if (!fake_call_find(call, call->args[2], FAKE_REDIS_STREAM, ret_key)) return false;
    if (*ret_key || may_create) return true;
    return refuse(call, "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE "
                        "you may want to use the MKSTREAM option to create an empty stream "
                        "automatically.");
}

/* False: an error was written. */
static bool find_group(struct fake_call *call, struct fake_redis_key **ret_key,
                       struct fake_group **ret_group)
{
    if (!find_stream(call, false, ret_key)) return false;
    *ret_group = fake_group_find((*ret_key)->stream, call->args[3]);
    if (*ret_group) return true;
    fake_reply_errorf(call->out, "NOGROUP No such consumer group '%.*s' for key name '%.*s'",
                      FL_SPAN_ARGS(call->args[3]), FL_SPAN_ARGS(call->args[2]));
    return false;
}

static void announce(struct fake_call *call, struct fake_redis_key *key, const char *event)
{
    fake_key_alter(call->db, key->name);
    fake_key_notify(call->db, FAKE_NOTIFY_STREAM, event, key->name);
}

struct group_options {
    bool make_stream;
    int64_t entries_read;
};

static bool parse_group_options(struct fake_call *call, bool creates, struct group_options *options)
{
    *options = (struct group_options){.entries_read = FAKE_ENTRIES_READ_UNKNOWN};
    for (size_t i = 5; i < call->count; i++) {
        if (creates && fake_arg_is(call->args[i], "mkstream")) {
            options->make_stream = true;
        } else if (fake_arg_is(call->args[i], "entriesread") && i + 1 < call->count) {
            if (!fake_call_int(call, call->args[++i], &options->entries_read)) return false;
            if (options->entries_read < FAKE_ENTRIES_READ_UNKNOWN)
                return refuse(call, "ERR value for ENTRIESREAD must be positive or -1");
        } else {
            fake_reply_errorf(call->out,
                              "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try "
                              "XGROUP HELP.",
                              FL_SPAN_ARGS(call->args[1]));
            return false;
        }
    }
    return true;
}

/* "$" is the stream's end. */
static bool parse_start(struct fake_call *call, const struct fake_stream *stream,
                        struct fake_stream_id *ret_id)
{
    if (!fl_span_is(call->args[4], "$")) return fake_call_stream_id(call, call->args[4], 0, ret_id);
    *ret_id = stream ? stream->last_id : FAKE_STREAM_ID_MIN;
    return true;
}

void fake_cmd_xgroup_create(struct fake_call *call)
{
    struct group_options options;
    struct fake_redis_key *key;
    struct fake_stream_id id;
    if (!parse_group_options(call, true, &options) ||
        !find_stream(call, options.make_stream, &key) ||
        !parse_start(call, key ? key->stream : NULL, &id))
        return;
    bool created = !key;
    if (created && !fake_call_stream_create(call, call->args[2], &key)) return;
    if (fake_group_find(key->stream, call->args[3])) {
        fake_reply_error(call->out, "BUSYGROUP Consumer Group name already exists");
        return;
    }
    struct fake_group *group = fake_group_new(fake_call_heap(call), key->stream, call->args[3]);
    if (!group) {
        if (created) fake_key_delete(call->db, key);
        fake_call_oom(call);
        return;
    }
    group->last_id = id;
    group->entries_read = options.entries_read;
    fake_reply_ok(call->out);
    announce(call, key, "xgroup-create");
}

void fake_cmd_xgroup_setid(struct fake_call *call)
{
    struct group_options options;
    struct fake_redis_key *key;
    struct fake_group *group;
    if (!parse_group_options(call, false, &options) || !find_group(call, &key, &group) ||
        !parse_start(call, key->stream, &group->last_id))
        return;
    group->entries_read = options.entries_read;
    fake_reply_ok(call->out);
    announce(call, key, "xgroup-setid");
}

void fake_cmd_xgroup_destroy(struct fake_call *call)
{
    struct fake_redis_key *key;
    if (!find_stream(call, false, &key)) return;
    struct fake_group *group = fake_group_find(key->stream, call->args[3]);
    bool existed = group;
    if (existed) fake_group_delete(fake_call_heap(call), key->stream, group);
    fake_reply_int(call->out, existed);
    if (!existed) return;
    announce(call, key, "xgroup-destroy");
    fake_blocking_key_ready(call->db, key); /* who waits for the group hears of it */
}

void fake_cmd_xgroup_createconsumer(struct fake_call *call)
{
    struct fake_redis_key *key;
    struct fake_group *group;
    if (!find_group(call, &key, &group)) return;
    if (fake_consumer_find(group, call->args[4])) {
        fake_reply_int(call->out, 0);
        return;
    }
    if (!fake_consumer_new(fake_call_heap(call), group, call->args[4], call->engine->now_ms)) {
        fake_call_oom(call);
        return;
    }
    announce(call, key, "xgroup-createconsumer");
    fake_reply_int(call->out, 1);
}

void fake_cmd_xgroup_delconsumer(struct fake_call *call)
{
    struct fake_redis_key *key;
    struct fake_group *group;
    if (!find_group(call, &key, &group)) return;
    struct fake_consumer *consumer = fake_consumer_find(group, call->args[4]);
    if (!consumer) {
        fake_reply_int(call->out, 0);
        return;
    }
    int64_t pending = fake_consumer_delete(fake_call_heap(call), group, consumer);
    announce(call, key, "xgroup-delconsumer");
    fake_reply_int(call->out, pending);
}

/* ---- XACK ---- */

void fake_cmd_xack(struct fake_call *call)
{
    struct fake_stream *stream;
    struct fake_stream_id id;
    int64_t acknowledged = 0;
    if (!fake_call_stream(call, call->args[1], &stream)) return;
    struct fake_group *group = stream ? fake_group_find(stream, call->args[2]) : NULL;
    for (size_t i = 3; group && i < call->count; i++)
        if (!fake_call_stream_id(call, call->args[i], 0, &id)) return;
    for (size_t i = 3; group && i < call->count; i++) {
        (void)fake_stream_id_parse(call->args[i], 0, &id);
        struct fake_pending *pending = fake_pending_find(group, id);
        if (!pending) continue;
        fake_pending_remove(group, pending);
        acknowledged++;
    }
    if (acknowledged) fake_key_alter(call->db, call->args[1]);
    fake_reply_int(call->out, acknowledged);
}

/* ---- XPENDING ---- */

static void reply_summary(struct fake_call *call, const struct fake_group *group)
{
    uint32_t count = group->pending.count, shown = 0;
    fake_reply_array(call->out, 4);
    fake_reply_int(call->out, count);
    if (!count) {
        fake_reply_nil(call->out);
        fake_reply_nil(call->out);
        fake_reply_nil_array(call->out);
        return;
    }
    fake_reply_stream_id(call->out, fake_pending_at(group, 0)->id);
    fake_reply_stream_id(call->out, fake_pending_at(group, count - 1)->id);
    size_t place = fake_reply_array_later(call->out);
    struct fake_name_order order;
    if (!fake_stream_sort(call, &group->consumers, &order)) return;
    for (size_t i = 0; i < order.count; i++) {
        const struct fake_consumer *consumer = order.values[i];
        if (!consumer->pending) continue;
        fake_reply_array(call->out, 2);
        fake_reply_bulk(call->out, fake_str_span(consumer->name));
        fake_reply_bulk_int(call->out, consumer->pending);
        shown++;
    }
    fake_name_order_release(&order);
    fake_reply_array_set(call->out, place, shown);
}

/* What more arguments follow a consumer is not looked at. */
enum { QUERY_ARGS_MAX = 9 };

struct pending_query {
    struct fake_stream_id start, end;
    int64_t count, idle_ms;
    bool by_consumer;
    struct fl_span consumer;
};

/* [IDLE ms] start end count [consumer]. False: an error was written. */
static bool parse_query(struct fake_call *call, struct pending_query *query)
{
    size_t at = 3;
    *query = (struct pending_query){0};
    bool by_idle = call->count >= 6 && fake_arg_is(call->args[3], "idle");
    if (call->count < (by_idle ? 8 : 6) || call->count > QUERY_ARGS_MAX) {
        fake_call_syntax_error(call);
        return false;
    }
    if (by_idle) {
        if (!fake_call_int(call, call->args[4], &query->idle_ms)) return false;
        at = 5;
    }
    if (!fake_call_int(call, call->args[at + 2], &query->count)) return false;
    if (query->count < 0) query->count = 0;
    query->by_consumer = call->count > at + 3;
    if (query->by_consumer) query->consumer = call->args[at + 3];
    return fake_call_stream_range(call, call->args[at], call->args[at + 1], &query->start,
                                  &query->end);
}

static void reply_pending(struct fake_call *call, const struct fake_group *group,
                          const struct pending_query *query)
{
    size_t place = fake_reply_array_later(call->out);
    int64_t found = 0;
    uint32_t i = fake_pending_seek(group, query->start);
    for (; i < group->pending.count && found < query->count; i++) {
        const struct fake_pending *pending = fake_pending_at(group, i);
        int64_t idle_ms = call->engine->now_ms - pending->delivered_ms;
        struct fl_span name = fake_str_span(pending->consumer->name);
        if (fake_stream_id_compare(pending->id, query->end) > 0) break;
        if (query->by_consumer && !fl_span_equal(name, query->consumer)) continue;
        if (query->idle_ms && idle_ms < query->idle_ms) continue;
        fake_reply_array(call->out, 4);
        fake_reply_stream_id(call->out, pending->id);
        fake_reply_bulk(call->out, name);
        fake_reply_int(call->out, idle_ms < 0 ? 0 : idle_ms);
        fake_reply_int(call->out, (int64_t)pending->deliveries);
        found++;
    }
    fake_reply_array_set(call->out, place, (size_t)found);
}

void fake_cmd_xpending(struct fake_call *call)
{
    struct pending_query query;
    struct fake_stream *stream;
    if (call->count != 3 && !parse_query(call, &query)) return;
    if (!fake_call_stream(call, call->args[1], &stream)) return;
    const struct fake_group *group = stream ? fake_group_find(stream, call->args[2]) : NULL;
    if (!group)
        fake_reply_no_group(call, call->args[1], call->args[2], "");
    else if (call->count == 3)
        reply_summary(call, group);
    else
        reply_pending(call, group, &query);
}
