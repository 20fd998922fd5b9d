/* XINFO: a stream, its groups and their consumers, told as maps. */
#include "fakes/redis/commands/streams.h"
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/values/name_order.h"

enum { FULL_COUNT_DEFAULT = 10 };

/* False: an error was written. */
static bool find(struct fake_call *call, struct fake_stream **ret_stream)
{
    if (!fake_call_stream(call, call->args[2], ret_stream)) return false;
    if (*ret_stream) return true;
    fake_reply_error(call->out, "ERR no such key");
    return false;
}

static void reply_number(struct fake_out *out, const char *name, int64_t value)
{
    fake_reply_bulk_text(out, name);
    fake_reply_int(out, value);
}

static void reply_id(struct fake_out *out, const char *name, struct fake_stream_id id)
{
    fake_reply_bulk_text(out, name);
    fake_reply_stream_id(out, id);
}

/* The seven lines that both forms of XINFO STREAM begin with. */
static void reply_head(struct fake_out *out, const struct fake_stream *stream)
{
    reply_number(out, "length", (int64_t)stream->length);
    reply_number(out, "radix-tree-keys", stream->node_count);
    reply_number(out, "radix-tree-nodes", (int64_t)fake_stream_radix_nodes(stream));
    reply_id(out, "last-generated-id", stream->last_id);
    reply_id(out, "max-deleted-entry-id", stream->max_deleted_id);
    reply_number(out, "entries-added", (int64_t)stream->entries_added);
    reply_id(out, "recorded-first-entry-id", fake_stream_first_id(stream));
}

static void reply_end_entry(struct fake_out *out, const char *name,
                            const struct fake_stream_entry *entry)
{
    fake_reply_bulk_text(out, name);
    if (entry)
        fake_reply_stream_entry(out, entry);
    else
        fake_reply_nil(out);
}

static void reply_stream(struct fake_out *out, const struct fake_stream *stream)
{
    struct fake_stream_place first = {0, 0}, last = fake_stream_end(stream);
    fake_reply_map(out, 10);
    reply_head(out, stream);
    reply_number(out, "groups", stream->groups.count);
    reply_end_entry(out, "first-entry", fake_stream_next(stream, &first));
    reply_end_entry(out, "last-entry", fake_stream_previous(stream, &last));
}

/* How far the group has read and how much is left, as far as that can be known. */
static void reply_progress(struct fake_out *out, const struct fake_stream *stream,
                           const struct fake_group *group)
{
    int64_t read = group->entries_read, lag = FAKE_ENTRIES_READ_UNKNOWN;
    fake_reply_bulk_text(out, "entries-read");
    if (read == FAKE_ENTRIES_READ_UNKNOWN)
        fake_reply_nil(out);
    else
        fake_reply_int(out, read);
    if (read == FAKE_ENTRIES_READ_UNKNOWN || fake_stream_has_gap(stream, group->last_id))
        read = fake_stream_count_to(stream, group->last_id);
    if (!stream->entries_added)
        lag = 0;
    else if (read != FAKE_ENTRIES_READ_UNKNOWN)
        lag = (int64_t)stream->entries_added - read;
    fake_reply_bulk_text(out, "lag");
    if (!stream->entries_added || read != FAKE_ENTRIES_READ_UNKNOWN)
        fake_reply_int(out, lag);
    else
        fake_reply_nil(out);
}

/* ---- XINFO STREAM key FULL ---- */

static uint32_t shown(uint32_t count, int64_t limit)
{
    return limit && limit < count ? (uint32_t)limit : count;
}

static void reply_group_pending(struct fake_out *out, const struct fake_group *group, int64_t limit)
{
    uint32_t count = shown(group->pending.count, limit);
    reply_number(out, "pel-count", group->pending.count);
    fake_reply_bulk_text(out, "pending");
    fake_reply_array(out, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct fake_pending *pending = fake_pending_at(group, i);
        fake_reply_array(out, 4);
        fake_reply_stream_id(out, pending->id);
        fake_reply_bulk(out, fake_str_span(pending->consumer->name));
        fake_reply_int(out, pending->delivered_ms);
        fake_reply_int(out, (int64_t)pending->deliveries);
    }
}

static void reply_full_consumer(struct fake_out *out, const struct fake_group *group,
                                const struct fake_consumer *consumer, int64_t limit)
{
    uint32_t left = shown(consumer->pending, limit);
    fake_reply_map(out, 4);
    fake_reply_bulk_text(out, "name");
    fake_reply_bulk(out, fake_str_span(consumer->name));
    reply_number(out, "seen-time", consumer->seen_ms);
    reply_number(out, "pel-count", consumer->pending);
    fake_reply_bulk_text(out, "pending");
    fake_reply_array(out, left);
    for (uint32_t i = 0; left; i++) {
        const struct fake_pending *pending = fake_pending_at(group, i);
        if (pending->consumer != consumer) continue;
        fake_reply_array(out, 3);
        fake_reply_stream_id(out, pending->id);
        fake_reply_int(out, pending->delivered_ms);
        fake_reply_int(out, (int64_t)pending->deliveries);
        left--;
    }
}

static void reply_full_group(struct fake_call *call, const struct fake_stream *stream,
                             const struct fake_group *group, int64_t limit)
{
    struct fake_out *out = call->out;
    struct fake_name_order order;
    fake_reply_map(out, 7);
    fake_reply_bulk_text(out, "name");
    fake_reply_bulk(out, fake_str_span(group->name));
    reply_id(out, "last-delivered-id", group->last_id);
    reply_progress(out, stream, group);
    reply_group_pending(out, group, limit);
    fake_reply_bulk_text(out, "consumers");
    if (!fake_stream_sort(call, &group->consumers, &order)) return;
    fake_reply_array(out, order.count);
    for (size_t i = 0; i < order.count; i++)
        reply_full_consumer(out, group, order.values[i], limit);
    fake_name_order_release(&order);
}

static void reply_full(struct fake_call *call, const struct fake_stream *stream, int64_t limit)
{
    struct fake_name_order order;
    fake_reply_map(call->out, 9);
    reply_head(call->out, stream);
    fake_reply_bulk_text(call->out, "entries");
    fake_reply_stream_range(call->out, stream, FAKE_STREAM_ID_MIN, FAKE_STREAM_ID_MAX,
                            (uint64_t)limit);
    fake_reply_bulk_text(call->out, "groups");
    if (!fake_stream_sort(call, &stream->groups, &order)) return;
    fake_reply_array(call->out, order.count);
    for (size_t i = 0; i < order.count; i++)
        reply_full_group(call, stream, order.values[i], limit);
    fake_name_order_release(&order);
}

/* FULL [COUNT n]; anything else is an error, which was written. */
static bool parse_full(struct fake_call *call, int64_t *ret_limit)
{
    *ret_limit = FULL_COUNT_DEFAULT;
    bool full = fake_arg_is(call->args[3], "full");
    bool counted = call->count == 6 && fake_arg_is(call->args[4], "count");
    if (!full || (call->count != 4 && !counted)) {
        fake_reply_errorf(call->out,
                          "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try "
                          "XINFO HELP.",
                          FL_SPAN_ARGS(call->args[1]));
        return false;
    }
    if (!counted) return true;
    if (!fake_call_int(call, call->args[5], ret_limit)) return false;
    if (*ret_limit < 0) *ret_limit = FULL_COUNT_DEFAULT;
    return true;
}

void fake_cmd_xinfo_stream(struct fake_call *call)
{
    struct fake_stream *stream;
    int64_t limit;
    if (!find(call, &stream)) return;
    if (call->count == 3)
        reply_stream(call->out, stream);
    else if (parse_full(call, &limit))
        reply_full(call, stream, limit);
}

void fake_cmd_xinfo_groups(struct fake_call *call)
{
    struct fake_stream *stream;
    struct fake_name_order order;
    if (!find(call, &stream) || !fake_stream_sort(call, &stream->groups, &order)) return;
    fake_reply_array(call->out, order.count);
    for (size_t i = 0; i < order.count; i++) {
        const struct fake_group *group = order.values[i];
        fake_reply_map(call->out, 6);
        fake_reply_bulk_text(call->out, "name");
        fake_reply_bulk(call->out, fake_str_span(group->name));
        reply_number(call->out, "consumers", group->consumers.count);
        reply_number(call->out, "pending", group->pending.count);
        reply_id(call->out, "last-delivered-id", group->last_id);
        reply_progress(call->out, stream, group);
    }
    fake_name_order_release(&order);
}

void fake_cmd_xinfo_consumers(struct fake_call *call)
{
    struct fake_stream *stream;
    struct fake_name_order order;
    if (!find(call, &stream)) return;
    const struct fake_group *group = fake_group_find(stream, call->args[3]);
    if (!group) {
        fake_reply_errorf(call->out, "NOGROUP No such consumer group '%.*s' for key name '%.*s'",
                          FL_SPAN_ARGS(call->args[3]), FL_SPAN_ARGS(call->args[2]));
        return;
    }
    if (!fake_stream_sort(call, &group->consumers, &order)) return;
    fake_reply_array(call->out, order.count);
    for (size_t i = 0; i < order.count; i++) {
        const struct fake_consumer *consumer = order.values[i];
        int64_t idle_ms = call->engine->now_ms - consumer->seen_ms;
        fake_reply_map(call->out, 3);
        fake_reply_bulk_text(call->out, "name");
        fake_reply_bulk(call->out, fake_str_span(consumer->name));
        reply_number(call->out, "pending", consumer->pending);
        reply_number(call->out, "idle", idle_ms < 0 ? 0 : idle_ms);
    }
    fake_name_order_release(&order);
}
