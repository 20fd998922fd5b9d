/* Entries with their texts in one block each; those of a node in one array of pointers. */
#include "fakes/redis/values/stream_node.h"

#include <string.h>

#include "fakes/redis/values/listpack_size.h"

static struct fake_stream_entry *entry_new(struct fake_heap *heap, struct fake_stream_id id,
                                           const struct fl_span *spans, size_t count)
{
    size_t bytes = sizeof(struct fake_stream_entry) + count * sizeof(*spans);
    for (size_t i = 0; i < count; i++)
        bytes += spans[i].length;
    struct fake_stream_entry *entry = fake_alloc(heap, bytes);
    if (!entry) return NULL;
    entry->id = id;
    entry->bytes = bytes;
    entry->count = count;
    char *text = (char *)(entry->spans + count);
    for (size_t i = 0; i < count; i++) {
        entry->spans[i] = (struct fl_span){text, spans[i].length};
        if (spans[i].length) memcpy(text, spans[i].bytes, spans[i].length);
        text += spans[i].length;
    }
    return entry;
}

static void entry_free(struct fake_heap *heap, struct fake_stream_entry *entry)
{
    if (entry) fake_release(heap, entry, entry->bytes);
}

static size_t text_bytes(const struct fl_span *spans, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += spans[i].length;
    return bytes;
}

bool fake_stream_node_has_fields(const struct fake_stream_node *node, const struct fl_span *spans,
                                 size_t count)
{
    const struct fake_stream_entry *master = node->master;
    if (master->count != count) return false;
    for (size_t i = 0; i < count; i += 2)
        if (!fl_span_equal(master->spans[i], spans[i])) return false;
    return true;
}

/* Flags, the id's distance to the node's first (unsigned, kept as it wraps), fields or not, values,
 * and how many elements that were. */
static size_t entry_listpack_bytes(const struct fake_stream_node *node, struct fake_stream_id id,
                                   const struct fl_span *spans, size_t count)
{
    bool same = fake_stream_node_has_fields(node, spans, count);
    size_t pairs = count / 2, elements = same ? pairs + 3 : 2 * pairs + 4;
    size_t bytes = fake_listpack_int_bytes(same ? 2 : 0) +
                   fake_listpack_int_bytes((int64_t)(id.ms - node->first_id.ms)) +
                   fake_listpack_int_bytes((int64_t)(id.seq - node->first_id.seq)) +
                   fake_listpack_int_bytes((int64_t)elements);
    if (!same) bytes += fake_listpack_int_bytes((int64_t)pairs);
    for (size_t i = same; i < count; i += 1 + same)
        bytes += fake_listpack_text_bytes(spans[i]);
    return bytes;
}

/* The header, then entries, deleted ones, fields, and a zero that ends the master entry. */
static size_t master_listpack_bytes(const struct fl_span *spans, size_t count)
{
    size_t bytes = FAKE_LISTPACK_EMPTY_BYTES + 3 * fake_listpack_int_bytes(0) +
                   fake_listpack_int_bytes((int64_t)(count / 2));
    for (size_t i = 0; i < count; i += 2)
        bytes += fake_listpack_text_bytes(spans[i]);
    return bytes;
}

void fake_stream_node_free(struct fake_heap *heap, struct fake_stream_node *node)
{
    if (!node) return;
    for (uint32_t i = 0; i < node->total; i++)
        entry_free(heap, node->entries[i]);
    entry_free(heap, node->master);
    fake_release(heap, node->entries, node->capacity * sizeof(struct fake_stream_entry *));
    fake_release(heap, node, sizeof(*node));
}

struct fake_stream_node *fake_stream_node_new(struct fake_heap *heap, struct fake_stream_id id,
                                              const struct fl_span *spans, size_t count)
{
    struct fake_stream_node *node = fake_alloc_zeroed(heap, sizeof(*node));
    if (!node) return NULL;
    node->first_id = id;
    node->master = entry_new(heap, id, spans, count);
    node->listpack_bytes = master_listpack_bytes(spans, count);
    if (node->master) return node;
    fake_stream_node_free(heap, node);
    return NULL;
}

bool fake_stream_node_add(struct fake_heap *heap, struct fake_stream_node *node,
                          struct fake_stream_id id, const struct fl_span *spans, size_t count)
{
    if (node->total == node->capacity) {
        uint32_t capacity = node->capacity ? node->capacity * 2 : 4;
        struct fake_stream_entry **entries = fake_realloc(
            heap, node->entries, node->capacity * sizeof(*entries), capacity * sizeof(*entries));
        if (!entries) return false;
        node->entries = entries;
        node->capacity = capacity;
    }
    struct fake_stream_entry *entry = entry_new(heap, id, spans, count);
    if (!entry) return false;
    if (node->live < node->total) node->entries[node->total] = node->entries[node->live];
    node->entries[node->live++] = entry; /* the first deleted one has made room */
    node->total++;
    node->listpack_bytes += entry_listpack_bytes(node, id, spans, count);
    return true;
}

static void reverse(struct fake_stream_entry **entries, uint32_t count)
{
    for (uint32_t i = 0; i < count / 2; i++) {
        struct fake_stream_entry *entry = entries[i];
        entries[i] = entries[count - 1 - i];
        entries[count - 1 - i] = entry;
    }
}

/* Two neighbours change places when each is reversed, and then both together. */
void fake_stream_node_delete(struct fake_stream_node *node, uint32_t first, uint32_t count)
{
    uint32_t behind = node->live - first - count;
    reverse(node->entries + first, count);
    reverse(node->entries + first + count, behind);
    reverse(node->entries + first, count + behind);
    node->live -= count;
}

struct fake_stream_node *fake_stream_node_copy(struct fake_heap *heap,
                                               const struct fake_stream_node *source)
{
    const struct fake_stream_entry *master = source->master;
    struct fake_stream_node *node =
        fake_stream_node_new(heap, source->first_id, master->spans, master->count);
    for (uint32_t i = 0; node && i < source->total; i++) {
        const struct fake_stream_entry *entry = source->entries[i];
        if (fake_stream_node_add(heap, node, entry->id, entry->spans, entry->count)) continue;
        fake_stream_node_free(heap, node);
        return NULL;
    }
    if (node) node->live = source->live;
    return node;
}

bool fake_stream_node_is_full(const struct fake_stream_node *node, const struct fl_span *spans,
                              size_t count)
{
    return node->total >= FAKE_STREAM_NODE_ENTRIES_MAX ||
           node->listpack_bytes + text_bytes(spans, count) >= FAKE_STREAM_NODE_BYTES_MAX;
}
