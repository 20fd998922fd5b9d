/* fakes/redis/zset.h - the members of a sorted set: by name in constant, by score or rank in
 * logarithmic time. Equal scores order by the members' bytes. */
#ifndef FAKE_REDIS_ZSET_H
#define FAKE_REDIS_ZSET_H

#include <stdint.h>

#include "fakes/redis/dict.h"
#include "fakes/redis/heap.h"

enum { FAKE_ZSET_LEVELS_MAX = 32 };

struct fake_znode {
    const struct fake_str *member; /* the dict's key */
    double score;
    struct fake_znode *backward; /* NULL for the first */
    uint32_t levels;
    struct fake_zlink {
        struct fake_znode *forward;
        uint32_t span; /* ranks from here to `forward` */
    } links[];
};

/* Zeroed is empty and ready. */
struct fake_zset {
    struct fake_dict members;  /* value: struct fake_znode */
    struct fake_znode *header; /* NULL while empty from the start */
    struct fake_znode *tail;
    uint32_t levels;
};

static inline uint32_t fake_zset_count(const struct fake_zset *zset)
{
    return zset->members.count;
}

struct fake_znode *fake_zset_find(const struct fake_zset *zset, struct fl_span member);
/* `member` must be absent, `score` not NaN; `random` decides the level. NULL: out of memory. */
struct fake_znode *fake_zset_add(struct fake_heap *heap, struct fake_zset *zset,
                                 struct fl_span member, double score, uint64_t random);
/* The node stays valid. */
void fake_zset_move(struct fake_zset *zset, struct fake_znode *node, double score);
void fake_zset_remove(struct fake_heap *heap, struct fake_zset *zset, struct fake_znode *node);
void fake_zset_release(struct fake_heap *heap, struct fake_zset *zset);

uint32_t fake_zset_rank(const struct fake_zset *zset, const struct fake_znode *node); /* from 0 */
struct fake_znode *fake_zset_at(const struct fake_zset *zset, uint32_t rank); /* NULL: beyond */
static inline struct fake_znode *fake_zset_first(const struct fake_zset *zset)
{
    return zset->header ? zset->header->links[0].forward : NULL;
}

/* The first node for which `below` is false; NULL: none. `below` must be true for a prefix of the
 * order. */
struct fake_znode *fake_zset_bound(const struct fake_zset *zset,
                                   bool (*below)(const void *context,
                                                 const struct fake_znode *node),
                                   const void *context);

#endif
