/* fakes/redis/values/stream_groups.h - consumer groups of a stream: how far each has read, and
 * which entries its consumers have got and not acknowledged. */
#ifndef FAKE_REDIS_STREAM_GROUPS_H
#define FAKE_REDIS_STREAM_GROUPS_H

#include "fakes/redis/values/stream.h"

enum { FAKE_ENTRIES_READ_UNKNOWN = -1, FAKE_PENDING_MAX = 1 << 28 };

struct fake_consumer {
    const struct fake_str *name; /* the dict's key */
    int64_t seen_ms;
    uint32_t pending;
};

/* An entry that was delivered and not acknowledged. */
struct fake_pending {
    struct fake_stream_id id;
    struct fake_consumer *consumer;
    int64_t delivered_ms;
    uint64_t deliveries;
};

/* Sorted by id; mostly appended to, and taken from the front. */
struct fake_pending_list {
    struct fake_pending *items; /* owned; the first is items[head] */
    uint32_t head, count, capacity;
};

struct fake_group {
    const struct fake_str *name; /* the dict's key */
    struct fake_stream_id last_id;
    int64_t entries_read; /* FAKE_ENTRIES_READ_UNKNOWN: not to be told */
    struct fake_pending_list pending;
    struct fake_dict consumers; /* values: struct fake_consumer */
};

void fake_groups_release(struct fake_heap *heap, struct fake_dict *groups);
/* Into an empty dict. False: out of memory; what was made is the dict's. */
bool fake_groups_copy(struct fake_heap *heap, struct fake_dict *groups,
                      const struct fake_dict *source);

struct fake_group *fake_group_find(const struct fake_stream *stream, struct fl_span name);
/* `name` must be absent. NULL: out of memory, here and below. */
struct fake_group *fake_group_new(struct fake_heap *heap, struct fake_stream *stream,
                                  struct fl_span name);
void fake_group_delete(struct fake_heap *heap, struct fake_stream *stream,
                       struct fake_group *group);

struct fake_consumer *fake_consumer_find(const struct fake_group *group, struct fl_span name);
struct fake_consumer *fake_consumer_new(struct fake_heap *heap, struct fake_group *group,
                                        struct fl_span name, int64_t now_ms);
/* Its pending entries go with it; how many that were. */
uint32_t fake_consumer_delete(struct fake_heap *heap, struct fake_group *group,
                              struct fake_consumer *consumer);

/* The index of the first pending entry with an id >= `id`; may be the count. */
uint32_t fake_pending_seek(const struct fake_group *group, struct fake_stream_id id);
struct fake_pending *fake_pending_at(const struct fake_group *group, uint32_t i);
/* NULL: not pending. */
struct fake_pending *fake_pending_find(const struct fake_group *group, struct fake_stream_id id);
/* `id` must not be pending. Without a consumer (NULL) until it is given to one. The pointer dies
 * with the next insertion or removal. */
struct fake_pending *fake_pending_add(struct fake_heap *heap, struct fake_group *group,
                                      struct fake_stream_id id, struct fake_consumer *consumer);
void fake_pending_remove(struct fake_group *group, struct fake_pending *pending);
void fake_pending_give(struct fake_pending *pending, struct fake_consumer *consumer);

/* Was an entry at `from` or later deleted that had entries before it? */
bool fake_stream_has_gap(const struct fake_stream *stream, struct fake_stream_id from);
/* How many entries were ever added up to `id`; FAKE_ENTRIES_READ_UNKNOWN when deletions make it
 * unknowable. */
int64_t fake_stream_count_to(const struct fake_stream *stream, struct fake_stream_id id);
/* The group has read `id`, the next one behind its last: moves last_id and entries_read. */
void fake_group_advance(const struct fake_stream *stream, struct fake_group *group,
                        struct fake_stream_id id);

#endif
