/* fakes/redis/values/zorder.h - the members of a dict in the order of their scores, equal ones by
 * their bytes: insert, remove, find by order or by rank, walk.
 *
 * Members are entries of `members`, which holds their scores; the order knows them by their places
 * in that dict, and must be told when these change. */
#ifndef FAKE_REDIS_ZORDER_H
#define FAKE_REDIS_ZORDER_H

#include <stdint.h>

#include "fakes/redis/values/dict.h"
#include "fakes/redis/values/heap.h"

struct fake_zorder; /* opaque: layout in zorder.c; NULL is an empty one, in what follows */

/* Stands between two members, before the first or behind the last. Dies with any change. */
struct fake_zcursor {
    uint32_t leaf, place;
};

/* `member` is in the dict, with its score, and not yet in the order. False: out of memory, and
 * nothing has changed. */
bool fake_zorder_insert(struct fake_heap *heap, struct fake_zorder **order,
                        const struct fake_dict *members, const struct fake_entry *member);
/* Before the dict forgets it. */
void fake_zorder_remove(struct fake_heap *heap, struct fake_zorder *order,
                        const struct fake_dict *members, const struct fake_entry *member);
/* Gives a member another score. False: out of memory, and it stays where it is. */
bool fake_zorder_move(struct fake_heap *heap, struct fake_zorder *order,
                      const struct fake_dict *members, struct fake_entry *member, double score);
/* What stood at i in the dict stands at places[i] now. */
void fake_zorder_renumber(struct fake_zorder *order, const uint32_t *places);
void fake_zorder_free(struct fake_heap *heap, struct fake_zorder *order);

struct fake_zcursor fake_zorder_end(const struct fake_zorder *order);
/* Before the member of this rank, from 0; at the end when there is none. */
struct fake_zcursor fake_zorder_seek(struct fake_zorder *order, uint32_t rank);
/* Before the member. */
struct fake_zcursor fake_zorder_place(const struct fake_zorder *order,
                                      const struct fake_dict *members,
                                      const struct fake_entry *member);
/* Before the first member for which `below` is false. `below` is true for a prefix of the order. */
struct fake_zcursor
fake_zorder_bound(const struct fake_zorder *order, const struct fake_dict *members,
                  bool (*below)(const void *context, const struct fake_entry *member),
                  const void *context);
/* How many members are before the cursor. */
uint32_t fake_zorder_rank(struct fake_zorder *order, struct fake_zcursor cursor);
/* The member that the cursor passes, forwards and backwards; NULL: there is none. */
struct fake_entry *fake_zorder_next(const struct fake_zorder *order,
                                    const struct fake_dict *members, struct fake_zcursor *cursor);
struct fake_entry *fake_zorder_previous(const struct fake_zorder *order,
                                        const struct fake_dict *members,
                                        struct fake_zcursor *cursor);

#endif
