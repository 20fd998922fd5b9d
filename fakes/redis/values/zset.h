/* fakes/redis/values/zset.h - the members of a sorted set: by name in constant, by score or rank in
 * logarithmic time. Equal scores order by the members' bytes.
 *
 * A member is a fake_entry: fake_entry_key() is its name, `score` its score. Pointers to members
 * die with the next fake_zset_add(). */
#ifndef FAKE_REDIS_ZSET_H
#define FAKE_REDIS_ZSET_H

#include <stdint.h>

#include "fakes/redis/values/dict.h"
#include "fakes/redis/values/heap.h"
#include "fakes/redis/values/zorder.h"

/* Zeroed is empty and ready. */
struct fake_zset {
    struct fake_dict members;  /* by name; only to be read */
    struct fake_zorder *order; /* NULL while empty from the start */
};

static inline uint32_t fake_zset_count(const struct fake_zset *zset)
{
    return zset->members.count;
}

struct fake_entry *fake_zset_find(const struct fake_zset *zset, struct fl_span name);
/* `name` must be absent, `score` not NaN. NULL: out of memory. */
struct fake_entry *fake_zset_add(struct fake_heap *heap, struct fake_zset *zset,
                                 struct fl_span name, double score);
/* The member's place in the dict stays. False: out of memory, and its score too. */
bool fake_zset_move(struct fake_heap *heap, struct fake_zset *zset, struct fake_entry *member,
                    double score);
void fake_zset_remove(struct fake_heap *heap, struct fake_zset *zset, struct fake_entry *member);
void fake_zset_release(struct fake_heap *heap, struct fake_zset *zset);
/* As fake_dict_pick(): may move members. */
struct fake_entry *fake_zset_pick(struct fake_zset *zset, uint64_t random);

/* A zeroed cursor stands before all members. */
static inline struct fake_zcursor fake_zset_end(const struct fake_zset *zset)
{
    return fake_zorder_end(zset->order);
}

static inline struct fake_zcursor fake_zset_seek(const struct fake_zset *zset, uint32_t rank)
{
    return fake_zorder_seek(zset->order, rank);
}

static inline struct fake_zcursor fake_zset_bound(const struct fake_zset *zset,
                                                  bool (*below)(const void *context,
                                                                const struct fake_entry *member),
                                                  const void *context)
{
    return fake_zorder_bound(zset->order, &zset->members, below, context);
}

/* The member behind the cursor, which moves behind that; NULL: the end. */
static inline struct fake_entry *fake_zset_next(const struct fake_zset *zset,
                                                struct fake_zcursor *cursor)
{
    return fake_zorder_next(zset->order, &zset->members, cursor);
}

/* The member before the cursor, which moves before that; NULL: the beginning. */
static inline struct fake_entry *fake_zset_previous(const struct fake_zset *zset,
                                                    struct fake_zcursor *cursor)
{
    return fake_zorder_previous(zset->order, &zset->members, cursor);
}

/* The next one, or the one before. */
static inline struct fake_entry *fake_zset_step(const struct fake_zset *zset,
                                                struct fake_zcursor *cursor, bool reversed)
{
    return reversed ? fake_zset_previous(zset, cursor) : fake_zset_next(zset, cursor);
}

/* NULL when empty. */
static inline struct fake_entry *fake_zset_first(const struct fake_zset *zset)
{
    struct fake_zcursor cursor = {0};
    return fake_zset_next(zset, &cursor);
}

static inline struct fake_entry *fake_zset_last(const struct fake_zset *zset)
{
    struct fake_zcursor cursor = fake_zset_end(zset);
    return fake_zset_previous(zset, &cursor);
}

/* Of what stands behind the cursor, from 0. */
static inline uint32_t fake_zset_rank(const struct fake_zset *zset, struct fake_zcursor cursor)
{
    return fake_zorder_rank(zset->order, cursor);
}

/* The cursor before the member. */
static inline struct fake_zcursor fake_zset_place(const struct fake_zset *zset,
                                                  const struct fake_entry *member)
{
    return fake_zorder_place(zset->order, &zset->members, member);
}

#endif
