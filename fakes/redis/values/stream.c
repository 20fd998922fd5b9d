/* Nodes of at most a hundred entries in a sorted array: a search is two binary searches, deleting
 * moves at most a node's pointers, trimming takes whole nodes from the front. */
#include "fakes/redis/values/stream.h"

#include <string.h>

#include "core/assert.h"
#include "fakes/redis/values/stream_groups.h"
#include "fakes/redis/values/stream_node.h"

static struct fake_stream_node *node_at(const struct fake_stream *stream, uint32_t i)
{
    return stream->nodes[stream->head + i];
}

/* ---- nodes ---- */

static bool make_node_room(struct fake_heap *heap, struct fake_stream *stream)
{
    if (stream->head + stream->node_count < stream->capacity) return true;
    if (stream->head > stream->node_count) { /* more free in front than used */
        memmove(stream->nodes, stream->nodes + stream->head,
                stream->node_count * sizeof(*stream->nodes));
        stream->head = 0;
        return true;
    }
    uint32_t capacity = stream->capacity ? stream->capacity * 2 : 4;
    if (capacity > FAKE_STREAM_NODES_MAX) return false;
    struct fake_stream_node **nodes = fake_realloc(
        heap, stream->nodes, stream->capacity * sizeof(*nodes), capacity * sizeof(*nodes));
    if (!nodes) return false;
    stream->nodes = nodes;
    stream->capacity = capacity;
    return true;
}

bool fake_stream_push_node(struct fake_heap *heap, struct fake_stream *stream,
                           struct fake_stream_node *node)
{
    if (!make_node_room(heap, stream)) return false;
    stream->nodes[stream->head + stream->node_count++] = node;
    return true;
}

static void remove_node(struct fake_heap *heap, struct fake_stream *stream, uint32_t i)
{
    fake_stream_node_free(heap, node_at(stream, i));
    if (i == 0) {
        stream->head++;
    } else {
        struct fake_stream_node **at = stream->nodes + stream->head + i;
        memmove(at, at + 1, (stream->node_count - i - 1) * sizeof(*at));
    }
    stream->node_count--;
    if (!stream->node_count) stream->head = 0;
}

/* ---- the stream ---- */

struct fake_stream *fake_stream_new(struct fake_heap *heap)
{
    return fake_alloc_zeroed(heap, sizeof(struct fake_stream));
}

void fake_stream_free(struct fake_heap *heap, struct fake_stream *stream)
{
    if (!stream) return;
    for (uint32_t i = 0; i < stream->node_count; i++)
        fake_stream_node_free(heap, node_at(stream, i));
    fake_release(heap, stream->nodes, stream->capacity * sizeof(*stream->nodes));
    fake_groups_release(heap, &stream->groups);
    fake_release(heap, stream, sizeof(*stream));
}

struct fake_stream *fake_stream_copy(struct fake_heap *heap, const struct fake_stream *source)
{
    struct fake_stream *copy = fake_stream_new(heap);
    if (!copy) return NULL;
    for (uint32_t i = 0; i < source->node_count; i++) {
        struct fake_stream_node *node = fake_stream_node_copy(heap, node_at(source, i));
        if (!node || !fake_stream_push_node(heap, copy, node)) {
            fake_stream_node_free(heap, node);
            goto fail;
        }
    }
    copy->length = source->length;
    copy->last_id = source->last_id;
    copy->max_deleted_id = source->max_deleted_id;
    copy->entries_added = source->entries_added;
    if (fake_groups_copy(heap, &copy->groups, &source->groups)) return copy;
fail:
    fake_stream_free(heap, copy);
    return NULL;
}

bool fake_stream_append(struct fake_heap *heap, struct fake_stream *stream,
                        struct fake_stream_id id, const struct fl_span *spans, size_t count)
{
    fl_assert(fake_stream_id_compare(id, stream->last_id) > 0);
    struct fake_stream_node *last =
        stream->node_count ? node_at(stream, stream->node_count - 1) : NULL;
    if (last && !fake_stream_node_is_full(last, spans, count)) {
        if (!fake_stream_node_add(heap, last, id, spans, count)) return false;
    } else {
        struct fake_stream_node *node = fake_stream_node_new(heap, id, spans, count);
        if (!node || !fake_stream_node_add(heap, node, id, spans, count) ||
            !fake_stream_push_node(heap, stream, node)) {
            fake_stream_node_free(heap, node);
            return false;
        }
    }
    stream->length++;
    stream->entries_added++;
    stream->last_id = id;
    return true;
}

/* ---- places ---- */

/* The last node whose first id is <= `id`, else the first node. */
static uint32_t node_of(const struct fake_stream *stream, struct fake_stream_id id)
{
    uint32_t low = 0, high = stream->node_count; /* nodes below `low` begin at or before `id` */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (fake_stream_id_compare(node_at(stream, middle)->first_id, id) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? low - 1 : 0;
}

static uint32_t entry_of(const struct fake_stream_node *node, struct fake_stream_id id)
{
    uint32_t low = 0, high = node->live; /* entries below `low` are less than `id` */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (fake_stream_id_compare(node->entries[middle]->id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct fake_stream_place fake_stream_seek(const struct fake_stream *stream,
                                          struct fake_stream_id id)
{
    if (!stream->node_count) return (struct fake_stream_place){0, 0};
    uint32_t node = node_of(stream, id);
    return (struct fake_stream_place){node, entry_of(node_at(stream, node), id)};
}

struct fake_stream_place fake_stream_end(const struct fake_stream *stream)
{
    return (struct fake_stream_place){stream->node_count, 0};
}

const struct fake_stream_entry *fake_stream_next(const struct fake_stream *stream,
                                                 struct fake_stream_place *place)
{
    while (place->node < stream->node_count) {
        const struct fake_stream_node *node = node_at(stream, place->node);
        if (place->entry < node->live) return node->entries[place->entry++];
        place->node++;
        place->entry = 0;
    }
    return NULL;
}

const struct fake_stream_entry *fake_stream_previous(const struct fake_stream *stream,
                                                     struct fake_stream_place *place)
{
    while (place->entry == 0) {
        if (place->node == 0) return NULL;
        place->node--;
        place->entry = node_at(stream, place->node)->live;
    }
    return node_at(stream, place->node)->entries[--place->entry];
}

const struct fake_stream_entry *fake_stream_find(const struct fake_stream *stream,
                                                 struct fake_stream_id id)
{
    struct fake_stream_place place = fake_stream_seek(stream, id);
    const struct fake_stream_entry *entry = fake_stream_next(stream, &place);
    return entry && fake_stream_id_compare(entry->id, id) == 0 ? entry : NULL;
}

struct fake_stream_id fake_stream_first_id(const struct fake_stream *stream)
{
    struct fake_stream_place place = {0, 0};
    const struct fake_stream_entry *entry = fake_stream_next(stream, &place);
    return entry ? entry->id : FAKE_STREAM_ID_MIN;
}

/* ---- deleting and trimming ---- */

static void remove_entries(struct fake_heap *heap, struct fake_stream *stream, uint32_t node_index,
                           uint32_t first, uint32_t count)
{
    struct fake_stream_node *node = node_at(stream, node_index);
    stream->length -= count;
    if (count == node->live)
        remove_node(heap, stream, node_index);
    else
        fake_stream_node_delete(node, first, count);
}

bool fake_stream_delete(struct fake_heap *heap, struct fake_stream *stream,
                        struct fake_stream_id id)
{
    if (!stream->node_count) return false;
    uint32_t i = node_of(stream, id);
    const struct fake_stream_node *node = node_at(stream, i);
    uint32_t at = entry_of(node, id);
    if (at == node->live || fake_stream_id_compare(node->entries[at]->id, id) != 0) return false;
    remove_entries(heap, stream, i, at, 1);
    return true;
}

/* How many of the first node's entries must go. */
static uint32_t excess(const struct fake_stream *stream, const struct fake_stream_trim *trim)
{
    const struct fake_stream_node *node = node_at(stream, 0);
    if (trim->by == FAKE_TRIM_MINID) return entry_of(node, trim->min_id);
    if (stream->length <= trim->length_max) return 0;
    uint64_t surplus = stream->length - trim->length_max;
    return surplus < node->live ? (uint32_t)surplus : node->live;
}

uint64_t fake_stream_trim(struct fake_heap *heap, struct fake_stream *stream,
                          const struct fake_stream_trim *trim)
{
    uint64_t trimmed = 0;
    if (trim->by == FAKE_TRIM_NOTHING) return 0;
    while (stream->node_count) {
        uint32_t live = node_at(stream, 0)->live, count = excess(stream, trim);
        if (!count || (trim->whole_nodes && count < live)) break;
        if (trim->whole_nodes && trim->limit && trimmed + live > trim->limit) break;
        remove_entries(heap, stream, 0, 0, count);
        trimmed += count;
        if (count < live) break;
    }
    return trimmed;
}
