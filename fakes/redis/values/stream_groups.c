#include "fakes/redis/values/stream_groups.h"

#include <string.h>

#include "core/assert.h"

static void consumers_release(struct fake_heap *heap, struct fake_dict *consumers)
{
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(consumers, &i));)
        fake_release(heap, entry->value, sizeof(struct fake_consumer));
    fake_dict_release(heap, consumers);
}

static void group_free(struct fake_heap *heap, struct fake_group *group)
{
    consumers_release(heap, &group->consumers);
    fake_release(heap, group->pending.items,
                 group->pending.capacity * sizeof(*group->pending.items));
    fake_release(heap, group, sizeof(*group));
}

void fake_groups_release(struct fake_heap *heap, struct fake_dict *groups)
{
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(groups, &i));)
        group_free(heap, entry->value);
    fake_dict_release(heap, groups);
}

struct fake_group *fake_group_find(const struct fake_stream *stream, struct fl_span name)
{
    const struct fake_entry *entry = fake_dict_find(&stream->groups, name);
    return entry ? entry->value : NULL;
}

static struct fake_group *add_group(struct fake_heap *heap, struct fake_dict *groups,
                                    struct fl_span name)
{
    struct fake_group *group = fake_alloc_zeroed(heap, sizeof(*group));
    if (!group) return NULL;
    struct fake_entry *entry = fake_dict_insert(heap, groups, name);
    if (!entry) {
        fake_release(heap, group, sizeof(*group));
        return NULL;
    }
    entry->value = group;
    group->name = entry->key;
    group->entries_read = FAKE_ENTRIES_READ_UNKNOWN;
    return group;
}

struct fake_group *fake_group_new(struct fake_heap *heap, struct fake_stream *stream,
                                  struct fl_span name)
{
    return add_group(heap, &stream->groups, name);
}

void fake_group_delete(struct fake_heap *heap, struct fake_stream *stream, struct fake_group *group)
{
    struct fake_entry *entry = fake_dict_find(&stream->groups, fake_str_span(group->name));
    group_free(heap, group);
    fake_dict_remove(heap, &stream->groups, entry);
}

struct fake_consumer *fake_consumer_find(const struct fake_group *group, struct fl_span name)
{
    const struct fake_entry *entry = fake_dict_find(&group->consumers, name);
    return entry ? entry->value : NULL;
}

struct fake_consumer *fake_consumer_new(struct fake_heap *heap, struct fake_group *group,
                                        struct fl_span name, int64_t now_ms)
{
    struct fake_consumer *consumer = fake_alloc_zeroed(heap, sizeof(*consumer));
    if (!consumer) return NULL;
    struct fake_entry *entry = fake_dict_insert(heap, &group->consumers, name);
    if (!entry) {
        fake_release(heap, consumer, sizeof(*consumer));
        return NULL;
    }
    entry->value = consumer;
    consumer->name = entry->key;
    consumer->seen_ms = now_ms;
    return consumer;
}

uint32_t fake_consumer_delete(struct fake_heap *heap, struct fake_group *group,
                              struct fake_consumer *consumer)
{
    struct fake_pending_list *list = &group->pending;
    uint32_t kept = 0, pending = consumer->pending;
    for (uint32_t i = 0; i < list->count; i++) {
        struct fake_pending *item = fake_pending_at(group, i);
        if (item->consumer != consumer) *fake_pending_at(group, kept++) = *item;
    }
    list->count = kept;
    fake_dict_remove(heap, &group->consumers,
                     fake_dict_find(&group->consumers, fake_str_span(consumer->name)));
    fake_release(heap, consumer, sizeof(*consumer));
    return pending;
}

/* ---- pending entries ---- */

struct fake_pending *fake_pending_at(const struct fake_group *group, uint32_t i)
{
    return &group->pending.items[group->pending.head + i];
}

uint32_t fake_pending_seek(const struct fake_group *group, struct fake_stream_id id)
{
    uint32_t low = 0, high = group->pending.count; /* items below `low` are less than `id` */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (fake_stream_id_compare(fake_pending_at(group, middle)->id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct fake_pending *fake_pending_find(const struct fake_group *group, struct fake_stream_id id)
{
    uint32_t i = fake_pending_seek(group, id);
    if (i == group->pending.count) return NULL;
    struct fake_pending *pending = fake_pending_at(group, i);
    return fake_stream_id_compare(pending->id, id) == 0 ? pending : NULL;
}

static bool make_room(struct fake_heap *heap, struct fake_pending_list *list)
{
    if (list->head + list->count < list->capacity) return true;
    if (list->head > list->count) {
        memmove(list->items, list->items + list->head, list->count * sizeof(*list->items));
        list->head = 0;
        return true;
    }
    uint32_t capacity = list->capacity ? list->capacity * 2 : 8;
    if (capacity > FAKE_PENDING_MAX) return false;
    struct fake_pending *items =
        fake_realloc(heap, list->items, list->capacity * sizeof(*items), capacity * sizeof(*items));
    if (!items) return false;
    list->items = items;
    list->capacity = capacity;
    return true;
}

struct fake_pending *fake_pending_add(struct fake_heap *heap, struct fake_group *group,
                                      struct fake_stream_id id, struct fake_consumer *consumer)
{
    struct fake_pending_list *list = &group->pending;
    if (!make_room(heap, list)) return NULL;
    uint32_t i = fake_pending_seek(group, id);
    struct fake_pending *at = fake_pending_at(group, i);
    memmove(at + 1, at, (list->count - i) * sizeof(*at));
    list->count++;
    *at = (struct fake_pending){.id = id, .consumer = consumer, .deliveries = 1};
    if (consumer) consumer->pending++;
    return at;
}

void fake_pending_remove(struct fake_group *group, struct fake_pending *pending)
{
    struct fake_pending_list *list = &group->pending;
    uint32_t i = (uint32_t)(pending - fake_pending_at(group, 0));
    fl_assert(i < list->count);
    pending->consumer->pending--;
    list->count--;
    if (i == 0)
        list->head = list->count ? list->head + 1 : 0;
    else
        memmove(pending, pending + 1, (list->count - i) * sizeof(*pending));
}

void fake_pending_give(struct fake_pending *pending, struct fake_consumer *consumer)
{
    if (pending->consumer) pending->consumer->pending--;
    pending->consumer = consumer;
    consumer->pending++;
}

/* ---- copying ---- */

static bool copy_group(struct fake_heap *heap, struct fake_dict *groups,
                       const struct fake_group *source)
{
    struct fake_group *group = add_group(heap, groups, fake_str_span(source->name));
    if (!group) return false;
    group->last_id = source->last_id;
    group->entries_read = source->entries_read;
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&source->consumers, &i));) {
        const struct fake_consumer *consumer = entry->value;
        if (!fake_consumer_new(heap, group, fake_entry_key(entry), consumer->seen_ms)) return false;
    }
    for (uint32_t at = 0; at < source->pending.count; at++) {
        const struct fake_pending *from = fake_pending_at(source, at);
        struct fake_consumer *consumer =
            fake_consumer_find(group, fake_str_span(from->consumer->name));
        struct fake_pending *to = fake_pending_add(heap, group, from->id, consumer);
        if (!to) return false;
        to->delivered_ms = from->delivered_ms;
        to->deliveries = from->deliveries;
    }
    return true;
}

bool fake_groups_copy(struct fake_heap *heap, struct fake_dict *groups,
                      const struct fake_dict *source)
{
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(source, &i));)
        if (!copy_group(heap, groups, entry->value)) return false;
    return true;
}

/* ---- how far a group has read ---- */

bool fake_stream_has_gap(const struct fake_stream *stream, struct fake_stream_id from)
{
    struct fake_stream_id deleted = stream->max_deleted_id;
    return stream->length && !fake_stream_id_is_zero(deleted) &&
           fake_stream_id_compare(from, deleted) <= 0 &&
           fake_stream_id_compare(fake_stream_first_id(stream), deleted) <= 0;
}

int64_t fake_stream_count_to(const struct fake_stream *stream, struct fake_stream_id id)
{
    int64_t added = (int64_t)stream->entries_added;
    int to_last = fake_stream_id_compare(id, stream->last_id);
    if (!added) return 0;
    if (to_last == 0 || (to_last < 0 && !stream->length)) return added;
    if (to_last > 0) return FAKE_ENTRIES_READ_UNKNOWN;
    struct fake_stream_id first = fake_stream_first_id(stream);
    int to_first = fake_stream_id_compare(id, first);
    bool gap_ahead = !fake_stream_id_is_zero(stream->max_deleted_id) &&
                     fake_stream_id_compare(stream->max_deleted_id, first) >= 0;
    if (gap_ahead || to_first > 0) return FAKE_ENTRIES_READ_UNKNOWN;
    return added - (int64_t)stream->length + (to_first == 0);
}

void fake_group_advance(const struct fake_stream *stream, struct fake_group *group,
                        struct fake_stream_id id)
{
    if (group->entries_read != FAKE_ENTRIES_READ_UNKNOWN && !fake_stream_has_gap(stream, id))
        group->entries_read++;
    else if (stream->entries_added)
        group->entries_read = fake_stream_count_to(stream, id);
    group->last_id = id;
}
