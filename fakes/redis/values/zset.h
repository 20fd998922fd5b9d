/* fakes/redis/values/zset.h - the members of a sorted set: by name in constant, by score or rank in
 * logarithmic time. Equal scores order by the members' bytes. */
#ifndef FAKE_REDIS_ZSET_H
#define FAKE_REDIS_ZSET_H

#include <stdint.h>

#include "fakes/redis/values/dict.h"
#include "fakes/redis/values/heap.h"
#include "fakes/redis/values/zorder.h"

/* Zeroed is empty and ready. */
struct fake_zset {
    struct fake_dict members;  /* value: struct fake_znode */
    struct fake_zorder *order; /* NULL while empty from the start */
};

static inline uint32_t fake_zset_count(const struct fake_zset *zset)
{
    return zset->members.count;
}

struct fake_znode *fake_zset_find(const struct fake_zset *zset, struct fl_span member);
/* `member` must be absent, `score` not NaN. NULL: out of memory. */
struct fake_znode *fake_zset_add(struct fake_heap *heap, struct fake_zset *zset,
                                 struct fl_span member, double score);
/* The node stays valid. False: out of memory, and it stays where it is. */
bool fake_zset_move(struct fake_heap *heap, struct fake_zset *zset, struct fake_znode *node,
                    double score);
void fake_zset_remove(struct fake_heap *heap, struct fake_zset *zset, struct fake_znode *node);
void fake_zset_release(struct fake_heap *heap, struct fake_zset *zset);

/* From 0. */
static inline uint32_t fake_zset_rank(const struct fake_zset *zset, const struct fake_znode *node)
{
    return fake_zorder_rank(zset->order, node);
}

/* NULL: beyond. */
static inline struct fake_znode *fake_zset_at(const struct fake_zset *zset, uint32_t rank)
{
    return fake_zorder_at(zset->order, rank);
}

static inline struct fake_znode *fake_zset_first(const struct fake_zset *zset)
{
    return fake_zorder_first(zset->order);
}

static inline struct fake_znode *fake_zset_last(const struct fake_zset *zset)
{
    return fake_zorder_last(zset->order);
}

/* The first node for which `below` is false; NULL: none. `below` must be true for a prefix of the
 * order. */
static inline struct fake_znode *fake_zset_bound(const struct fake_zset *zset,
                                                 bool (*below)(const void *context,
                                                               const struct fake_znode *node),
                                                 const void *context)
{
    return fake_zorder_bound(zset->order, below, context);
}

#endif
