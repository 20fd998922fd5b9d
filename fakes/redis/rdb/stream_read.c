/* Bytes become a stream. Nothing in them is believed: ids ascend, counts fit, whoever is said to
 * have an entry is there. */
#include <stdlib.h>

#include "fakes/redis/rdb/listpack.h"
#include "fakes/redis/rdb/stream.h"
#include "fakes/redis/rdb/stream_format.h"
#include "fakes/redis/values/stream_groups.h"
#include "fakes/redis/values/stream_node.h"

static uint64_t big(const char *bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value = value << 8 | (uint8_t)bytes[i];
    return value;
}

static struct fake_stream_id raw_id(struct fl_span bytes)
{
    return (struct fake_stream_id){big(bytes.bytes), big(bytes.bytes + 8)};
}

static enum fake_rdb_read take_raw_id(struct fake_rdb_reader *reader, struct fake_stream_id *ret_id)
{
    struct fl_span bytes;
    enum fake_rdb_read got = fake_rdb_take(reader, FAKE_RDB_STREAM_ID_BYTES, &bytes);
    if (!got) *ret_id = raw_id(bytes);
    return got;
}

static enum fake_rdb_read take_id(struct fake_rdb_reader *reader, struct fake_stream_id *ret_id)
{
    enum fake_rdb_read got = fake_rdb_take_count(reader, &ret_id->ms);
    return got ? got : fake_rdb_take_count(reader, &ret_id->seq);
}

static enum fake_rdb_read take_time(struct fake_rdb_reader *reader, int64_t *ret_ms)
{
    struct fl_span bytes;
    enum fake_rdb_read got = fake_rdb_take(reader, FAKE_RDB_TIME_BYTES, &bytes);
    if (!got) *ret_ms = fake_rdb_signed_little(bytes);
    return got;
}

/* ---- entries ---- */

/* The fields and values of an entry while they are gathered. */
struct pieces {
    struct fl_span *spans;
    char (*digits)[FAKE_INT_TEXT_BYTES]; /* of those that the listpack holds as integers */
    size_t capacity;
};

static void release_pieces(struct pieces *pieces)
{
    free(pieces->spans);
    free(pieces->digits);
}

static enum fake_rdb_read reserve(struct pieces *pieces, size_t count)
{
    if (count <= pieces->capacity) return FAKE_RDB_OK;
    release_pieces(pieces);
    *pieces = (struct pieces){malloc(count * sizeof(*pieces->spans)),
                              malloc(count * sizeof(*pieces->digits)), count};
    if (pieces->spans && pieces->digits) return FAKE_RDB_OK;
    pieces->capacity = 0;
    return FAKE_RDB_OOM;
}

static enum fake_rdb_read next_piece(struct fake_listpack_reader *pack, struct pieces *pieces,
                                     size_t at)
{
    bool damaged;
    struct fl_span *piece = &pieces->spans[at];
    if (!fake_listpack_next(pack, piece, &damaged)) return FAKE_RDB_DAMAGED;
    if (piece->bytes != pack->text) return FAKE_RDB_OK;
    memcpy(pieces->digits[at], piece->bytes, piece->length);
    piece->bytes = pieces->digits[at];
    return FAKE_RDB_OK;
}

static enum fake_rdb_read next_int(struct fake_listpack_reader *pack, int64_t *ret_value)
{
    bool damaged;
    struct fl_span element;
    if (!fake_listpack_next(pack, &element, &damaged) || !fake_int_parse(element, ret_value))
        return FAKE_RDB_DAMAGED;
    return FAKE_RDB_OK;
}

/* How many pairs; no more than there are elements to come. */
static enum fake_rdb_read next_pairs(struct fake_listpack_reader *pack, struct pieces *pieces,
                                     size_t *ret_pairs)
{
    int64_t pairs;
    enum fake_rdb_read got = next_int(pack, &pairs);
    if (got) return got;
    if (pairs < 1 || (uint64_t)pairs > pack->rest.length) return FAKE_RDB_DAMAGED;
    *ret_pairs = (size_t)pairs;
    return reserve(pieces, 2 * *ret_pairs);
}

static enum fake_rdb_read next_spans(struct fake_listpack_reader *pack,
                                     const struct fake_stream_node *node, bool same,
                                     struct pieces *pieces, size_t *ret_count)
{
    size_t pairs = node->master->count / 2;
    enum fake_rdb_read got = same ? reserve(pieces, 2 * pairs) : next_pairs(pack, pieces, &pairs);
    for (size_t i = 0; !got && i < 2 * pairs; i++) {
        if (same && i % 2 == 0)
            pieces->spans[i] = node->master->spans[i];
        else
            got = next_piece(pack, pieces, i);
    }
    *ret_count = 2 * pairs;
    return got;
}

static enum fake_rdb_read read_entry(struct fake_rdb_reader *reader,
                                     struct fake_listpack_reader *pack, struct pieces *pieces,
                                     struct fake_stream_node *node, struct fake_stream_id *last_id)
{
    int64_t flags, ms, seq, elements;
    size_t count = 0;
    enum fake_rdb_read got = next_int(pack, &flags);
    if (!got) got = next_int(pack, &ms);
    if (!got) got = next_int(pack, &seq);
    if (!got) got = next_spans(pack, node, flags & FAKE_RDB_ENTRY_SAME_FIELDS, pieces, &count);
    if (!got) got = next_int(pack, &elements);
    if (got) return got;
    struct fake_stream_id id = {node->first_id.ms + (uint64_t)ms,
                                node->first_id.seq + (uint64_t)seq};
    if (fake_stream_id_compare(id, *last_id) <= 0) return FAKE_RDB_DAMAGED;
    *last_id = id;
    if (!fake_stream_node_add(reader->heap, node, id, pieces->spans, count)) return FAKE_RDB_OOM;
    if (flags & FAKE_RDB_ENTRY_DELETED) fake_stream_node_delete(node, node->live - 1, 1);
    return FAKE_RDB_OK;
}

/* ---- nodes ---- */

/* The live and deleted entries that a node says it has, and its fields. */
static enum fake_rdb_read read_master(struct fake_rdb_reader *reader,
                                      struct fake_listpack_reader *pack, struct pieces *pieces,
                                      struct fake_stream_id id, uint64_t *ret_live,
                                      uint64_t *ret_total, struct fake_stream_node **ret_node)
{
    int64_t live, deleted, zero;
    size_t pairs = 0;
    enum fake_rdb_read got = next_int(pack, &live);
    if (!got) got = next_int(pack, &deleted);
    if (!got) got = next_pairs(pack, pieces, &pairs);
    for (size_t i = 0; !got && i < pairs; i++) {
        got = next_piece(pack, pieces, 2 * i);
        pieces->spans[2 * i + 1] = (struct fl_span){0};
    }
    if (!got) got = next_int(pack, &zero);
    if (got) return got;
    if (live < 1 || deleted < 0 || zero) return FAKE_RDB_DAMAGED;
    *ret_live = (uint64_t)live;
    *ret_total = (uint64_t)live + (uint64_t)deleted;
    *ret_node = fake_stream_node_new(reader->heap, id, pieces->spans, 2 * pairs);
    return *ret_node ? FAKE_RDB_OK : FAKE_RDB_OOM;
}

static enum fake_rdb_read unpack_node(struct fake_rdb_reader *reader,
                                      struct fake_listpack_reader *pack, struct fake_stream *stream,
                                      struct fake_stream_id id, struct fake_stream_id *last_id)
{
    struct pieces pieces = {0};
    struct fake_stream_node *node = NULL;
    uint64_t live = 0, total = 0;
    struct fl_span rest;
    bool damaged = false;
    enum fake_rdb_read got = read_master(reader, pack, &pieces, id, &live, &total, &node);
    for (uint64_t i = 0; !got && i < total; i++)
        got = read_entry(reader, pack, &pieces, node, last_id);
    if (!got && (fake_listpack_next(pack, &rest, &damaged) || damaged || node->live != live))
        got = FAKE_RDB_DAMAGED;
    if (!got && !fake_stream_push_node(reader->heap, stream, node)) got = FAKE_RDB_OOM;
    if (got)
        fake_stream_node_free(reader->heap, node);
    else
        stream->length += live;
    release_pieces(&pieces);
    return got;
}

static enum fake_rdb_read read_node(struct fake_rdb_reader *reader, struct fake_stream *stream,
                                    struct fake_stream_id *last_id)
{
    struct fake_rdb_text key, text;
    struct fake_listpack_reader pack;
    enum fake_rdb_read got = fake_rdb_take_text(reader, &key);
    if (got) return got;
    struct fake_stream_id id = {0};
    if (key.span.length == FAKE_RDB_STREAM_ID_BYTES)
        id = raw_id(key.span);
    else
        got = FAKE_RDB_DAMAGED;
    fake_rdb_release_text(&key);
    if (!got) got = fake_rdb_take_text(reader, &text);
    if (got) return got;
    got = fake_listpack_open(text.span, &pack) ? unpack_node(reader, &pack, stream, id, last_id)
                                               : FAKE_RDB_DAMAGED;
    fake_rdb_release_text(&text);
    return got;
}

static enum fake_rdb_read read_nodes(struct fake_rdb_reader *reader, struct fake_stream *stream,
                                     struct fake_stream_id *ret_last_id)
{
    uint64_t count;
    struct fake_stream_id last_id = {0};
    enum fake_rdb_read got = fake_rdb_take_count(reader, &count);
    for (uint64_t i = 0; !got && i < count; i++)
        got = read_node(reader, stream, &last_id);
    *ret_last_id = last_id;
    return got;
}

/* ---- what the stream counts ---- */

static enum fake_rdb_read read_counts(struct fake_rdb_reader *reader, enum fake_rdb_type type,
                                      struct fake_stream *stream, struct fake_stream_id last_id)
{
    uint64_t length;
    struct fake_stream_id first_id;
    enum fake_rdb_read got = fake_rdb_take_count(reader, &length);
    if (!got) got = take_id(reader, &stream->last_id);
    stream->entries_added = stream->length;
    if (!got && type == FAKE_RDB_STREAM_2) {
        got = take_id(reader, &first_id);
        if (!got) got = take_id(reader, &stream->max_deleted_id);
        if (!got) got = fake_rdb_take_count(reader, &stream->entries_added);
    }
    if (got) return got;
    bool fits = length == stream->length && fake_stream_id_compare(last_id, stream->last_id) <= 0;
    return fits ? FAKE_RDB_OK : FAKE_RDB_DAMAGED;
}

/* ---- groups ---- */

static enum fake_rdb_read read_pending(struct fake_rdb_reader *reader, struct fake_group *group)
{
    uint64_t count;
    enum fake_rdb_read got = fake_rdb_take_count(reader, &count);
    for (uint64_t i = 0; !got && i < count; i++) {
        struct fake_stream_id id;
        int64_t delivered_ms = 0;
        uint64_t deliveries = 0;
        got = take_raw_id(reader, &id);
        if (!got) got = take_time(reader, &delivered_ms);
        if (!got) got = fake_rdb_take_count(reader, &deliveries);
        if (got) break;
        if (fake_pending_find(group, id)) return FAKE_RDB_DAMAGED;
        struct fake_pending *pending = fake_pending_add(reader->heap, group, id, NULL);
        if (!pending) return FAKE_RDB_OOM;
        pending->delivered_ms = delivered_ms;
        pending->deliveries = deliveries;
    }
    return got;
}

static enum fake_rdb_read give_pending(struct fake_rdb_reader *reader,
                                       const struct fake_group *group,
                                       struct fake_consumer *consumer)
{
    uint64_t count;
    enum fake_rdb_read got = fake_rdb_take_count(reader, &count);
    for (uint64_t i = 0; !got && i < count; i++) {
        struct fake_stream_id id;
        got = take_raw_id(reader, &id);
        if (got) break;
        struct fake_pending *pending = fake_pending_find(group, id);
        if (!pending || pending->consumer) return FAKE_RDB_DAMAGED;
        fake_pending_give(pending, consumer);
    }
    return got;
}

static enum fake_rdb_read read_consumer(struct fake_rdb_reader *reader, struct fake_group *group)
{
    struct fake_rdb_text name;
    struct fake_consumer *consumer = NULL;
    int64_t seen_ms;
    enum fake_rdb_read got = fake_rdb_take_text(reader, &name);
    if (got) return got;
    got = take_time(reader, &seen_ms);
    if (!got && fake_consumer_find(group, name.span)) got = FAKE_RDB_DAMAGED;
    if (!got) {
        consumer = fake_consumer_new(reader->heap, group, name.span, seen_ms);
        if (!consumer) got = FAKE_RDB_OOM;
    }
    fake_rdb_release_text(&name);
    return got ? got : give_pending(reader, group, consumer);
}

static enum fake_rdb_read read_consumers(struct fake_rdb_reader *reader, struct fake_group *group)
{
    uint64_t count;
    enum fake_rdb_read got = fake_rdb_take_count(reader, &count);
    for (uint64_t i = 0; !got && i < count; i++)
        got = read_consumer(reader, group);
    for (uint32_t i = 0; !got && i < group->pending.count; i++)
        if (!fake_pending_at(group, i)->consumer) got = FAKE_RDB_DAMAGED;
    return got;
}

static enum fake_rdb_read new_group(struct fake_rdb_reader *reader, struct fake_stream *stream,
                                    struct fake_group **ret_group)
{
    struct fake_rdb_text name;
    enum fake_rdb_read got = fake_rdb_take_text(reader, &name);
    if (got) return got;
    if (fake_group_find(stream, name.span)) {
        got = FAKE_RDB_DAMAGED;
    } else {
        *ret_group = fake_group_new(reader->heap, stream, name.span);
        if (!*ret_group) got = FAKE_RDB_OOM;
    }
    fake_rdb_release_text(&name);
    return got;
}

static enum fake_rdb_read read_group(struct fake_rdb_reader *reader, enum fake_rdb_type type,
                                     struct fake_stream *stream)
{
    struct fake_group *group = NULL;
    uint64_t entries_read;
    enum fake_rdb_read got = new_group(reader, stream, &group);
    if (!got) got = take_id(reader, &group->last_id);
    if (got) return got;
    if (type == FAKE_RDB_STREAM_2) {
        got = fake_rdb_take_count(reader, &entries_read);
        if (!got) group->entries_read = (int64_t)entries_read;
    } else {
        group->entries_read = fake_stream_count_to(stream, group->last_id);
    }
    if (!got) got = read_pending(reader, group);
    return got ? got : read_consumers(reader, group);
}

static enum fake_rdb_read read_groups(struct fake_rdb_reader *reader, enum fake_rdb_type type,
                                      struct fake_stream *stream)
{
    uint64_t count;
    enum fake_rdb_read got = fake_rdb_take_count(reader, &count);
    for (uint64_t i = 0; !got && i < count; i++)
        got = read_group(reader, type, stream);
    return got;
}

enum fake_rdb_read fake_rdb_read_stream(struct fake_rdb_reader *reader, enum fake_rdb_type type,
                                        struct fake_stream **ret_stream)
{
    struct fake_stream_id last_id;
    struct fake_stream *stream = fake_stream_new(reader->heap);
    if (!stream) return FAKE_RDB_OOM;
    enum fake_rdb_read got = read_nodes(reader, stream, &last_id);
    if (!got) got = read_counts(reader, type, stream, last_id);
    if (!got) got = read_groups(reader, type, stream);
    if (got)
        fake_stream_free(reader->heap, stream);
    else
        *ret_stream = stream;
    return got;
}
