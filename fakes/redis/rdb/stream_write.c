/* A node's listpack begins with how many live and deleted entries it has and with the fields of the
 * first one; then, for each entry, flags, the distance of its id from the node's, its values, with
 * fields and their number when they are others, and how many elements that were. */
#include <stdlib.h>

#include "core/assert.h"
#include "fakes/redis/rdb/listpack.h"
#include "fakes/redis/rdb/stream.h"
#include "fakes/redis/rdb/stream_format.h"
#include "fakes/redis/rdb/writer.h"
#include "fakes/redis/values/name_order.h"
#include "fakes/redis/values/stream_groups.h"
#include "fakes/redis/values/stream_node.h"

static enum fl_error put_raw_id(struct fl_buf *out, struct fake_stream_id id)
{
    enum fl_error err = FL_OK;
    for (int i = 7; !err && i >= 0; i--)
        err = fl_buf_append_char(out, (char)(id.ms >> 8 * i));
    for (int i = 7; !err && i >= 0; i--)
        err = fl_buf_append_char(out, (char)(id.seq >> 8 * i));
    return err;
}

static enum fl_error put_id(struct fl_buf *out, struct fake_stream_id id)
{
    enum fl_error err = fake_rdb_put_length(out, id.ms);
    return err ? err : fake_rdb_put_length(out, id.seq);
}

/* ---- nodes ---- */

static enum fl_error pack_master(struct fl_buf *pack, const struct fake_stream_node *node,
                                 size_t *elements)
{
    const struct fake_stream_entry *master = node->master;
    enum fl_error err = fake_listpack_append_int(pack, node->live);
    if (!err) err = fake_listpack_append_int(pack, node->total - node->live);
    if (!err) err = fake_listpack_append_int(pack, (int64_t)(master->count / 2));
    for (size_t i = 0; !err && i < master->count; i += 2)
        err = fake_listpack_append(pack, master->spans[i]);
    *elements += 4 + master->count / 2;
    return err ? err : fake_listpack_append_int(pack, 0);
}

static enum fl_error pack_entry(struct fl_buf *pack, const struct fake_stream_node *node,
                                const struct fake_stream_entry *entry, bool deleted,
                                size_t *elements)
{
    bool same = fake_stream_node_has_fields(node, entry->spans, entry->count);
    size_t pairs = entry->count / 2, own = same ? pairs + 3 : 2 * pairs + 4;
    enum fl_error err = fake_listpack_append_int(pack, (deleted ? FAKE_RDB_ENTRY_DELETED : 0) |
                                                           (same ? FAKE_RDB_ENTRY_SAME_FIELDS : 0));
    if (!err) err = fake_listpack_append_int(pack, (int64_t)(entry->id.ms - node->first_id.ms));
    if (!err) err = fake_listpack_append_int(pack, (int64_t)(entry->id.seq - node->first_id.seq));
    if (!err && !same) err = fake_listpack_append_int(pack, (int64_t)pairs);
    for (size_t i = same; !err && i < entry->count; i += 1 + same)
        err = fake_listpack_append(pack, entry->spans[i]);
    *elements += own + 1;
    return err ? err : fake_listpack_append_int(pack, (int64_t)own);
}

static int by_id(const void *a, const void *b)
{
    const struct fake_stream_entry *const *left = a, *const *right = b;
    return fake_stream_id_compare((*left)->id, (*right)->id);
}

static enum fl_error pack_entries(struct fl_buf *pack, const struct fake_stream_node *node,
                                  size_t *elements)
{
    const struct fake_stream_entry **sorted = malloc(node->total * sizeof(*sorted));
    enum fl_error err = FL_OK;
    uint32_t live = 0;
    if (!sorted) return FL_ENOMEM;
    for (uint32_t i = 0; i < node->total; i++)
        sorted[i] = node->entries[i];
    qsort(sorted, node->total, sizeof(*sorted), by_id);
    for (uint32_t i = 0; !err && i < node->total; i++) {
        bool deleted = live == node->live || sorted[i] != node->entries[live];
        if (!deleted) live++;
        err = pack_entry(pack, node, sorted[i], deleted, elements);
    }
    free(sorted);
    return err;
}

static enum fl_error write_node(struct fl_buf *out, const struct fake_stream_node *node)
{
    struct fl_buf pack = FL_BUF_INIT(out->length_max);
    size_t elements = 0;
    enum fl_error err = fake_rdb_put_length(out, FAKE_RDB_STREAM_ID_BYTES);
    if (!err) err = put_raw_id(out, node->first_id);
    if (!err) err = fake_listpack_begin(&pack);
    if (!err) err = pack_master(&pack, node, &elements);
    if (!err) err = pack_entries(&pack, node, &elements);
    if (!err) err = fake_rdb_put_listpack(out, &pack, elements);
    fl_buf_release(&pack);
    return err;
}

/* ---- groups ---- */

static enum fl_error write_pending(struct fl_buf *out, const struct fake_group *group)
{
    enum fl_error err = fake_rdb_put_length(out, group->pending.count);
    for (uint32_t i = 0; !err && i < group->pending.count; i++) {
        const struct fake_pending *pending = fake_pending_at(group, i);
        err = put_raw_id(out, pending->id);
        if (!err)
            err = fake_rdb_put_little(out, (uint64_t)pending->delivered_ms, FAKE_RDB_TIME_BYTES);
        if (!err) err = fake_rdb_put_length(out, pending->deliveries);
    }
    return err;
}

static enum fl_error write_consumer(struct fl_buf *out, const struct fake_group *group,
                                    const struct fake_consumer *consumer)
{
    enum fl_error err = fake_rdb_put_string(out, fake_str_span(consumer->name));
    if (!err) err = fake_rdb_put_little(out, (uint64_t)consumer->seen_ms, FAKE_RDB_TIME_BYTES);
    if (!err) err = fake_rdb_put_length(out, consumer->pending);
    for (uint32_t i = 0, left = consumer->pending; !err && left; i++) {
        const struct fake_pending *pending = fake_pending_at(group, i);
        if (pending->consumer != consumer) continue;
        err = put_raw_id(out, pending->id);
        left--;
    }
    return err;
}

static enum fl_error write_group(struct fl_buf *out, const struct fake_group *group)
{
    struct fake_name_order order = {0};
    enum fl_error err = fake_rdb_put_string(out, fake_str_span(group->name));
    if (!err) err = put_id(out, group->last_id);
    if (!err) err = fake_rdb_put_length(out, (uint64_t)group->entries_read);
    if (!err) err = write_pending(out, group);
    if (!err) err = fake_rdb_put_length(out, group->consumers.count);
    if (!err && !fake_name_order_init(&group->consumers, &order)) err = FL_ENOMEM;
    for (size_t i = 0; !err && i < order.count; i++)
        err = write_consumer(out, group, order.values[i]);
    fake_name_order_release(&order);
    return err;
}

static enum fl_error write_groups(struct fl_buf *out, const struct fake_stream *stream)
{
    struct fake_name_order order = {0};
    enum fl_error err = fake_rdb_put_length(out, stream->groups.count);
    if (!err && !fake_name_order_init(&stream->groups, &order)) err = FL_ENOMEM;
    for (size_t i = 0; !err && i < order.count; i++)
        err = write_group(out, order.values[i]);
    fake_name_order_release(&order);
    return err;
}

enum fl_error fake_rdb_write_stream(const struct fake_stream *stream, struct fl_buf *out)
{
    enum fl_error err = fake_rdb_put_type(out, FAKE_RDB_STREAM_2);
    if (!err) err = fake_rdb_put_length(out, stream->node_count);
    for (uint32_t i = 0; !err && i < stream->node_count; i++)
        err = write_node(out, stream->nodes[stream->head + i]);
    if (!err) err = fake_rdb_put_length(out, stream->length);
    if (!err) err = put_id(out, stream->last_id);
    if (!err) err = put_id(out, fake_stream_first_id(stream));
    if (!err) err = put_id(out, stream->max_deleted_id);
    if (!err) err = fake_rdb_put_length(out, stream->entries_added);
    return err ? err : write_groups(out, stream);
}
