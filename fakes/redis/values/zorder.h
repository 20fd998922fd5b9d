/* fakes/redis/values/zorder.h - nodes in the order of their scores, equal ones by their members'
 * bytes: insert, remove, find by order or by rank. */
#ifndef FAKE_REDIS_ZORDER_H
#define FAKE_REDIS_ZORDER_H

#include <stdint.h>

#include "fakes/redis/values/heap.h"
#include "fakes/redis/values/str.h"

struct fake_znode {
    const struct fake_str *member;      /* the dict's key */
    double score;                       /* no NaN */
    struct fake_znode *previous, *next; /* NULL at the ends */
};

struct fake_zorder; /* opaque: layout in zorder.c */

/* Makes sure that the next insertion of this score and member needs no memory. *order may be NULL
 * before. False: out of memory; what is there stays as it is. */
bool fake_zorder_reserve(struct fake_heap *heap, struct fake_zorder **order, double score,
                         struct fl_span member);
/* After fake_zorder_reserve() for it. */
void fake_zorder_insert(struct fake_zorder *order, struct fake_znode *node);
void fake_zorder_remove(struct fake_heap *heap, struct fake_zorder *order, struct fake_znode *node);
/* Gives a node of the order another score. False: out of memory, and it stays where it is. */
bool fake_zorder_move(struct fake_heap *heap, struct fake_zorder *order, struct fake_znode *node,
                      double score);
/* Frees the order, not the nodes. NULL is fine, here and below. */
void fake_zorder_free(struct fake_heap *heap, struct fake_zorder *order);

struct fake_znode *fake_zorder_first(const struct fake_zorder *order);
struct fake_znode *fake_zorder_last(const struct fake_zorder *order);
uint32_t fake_zorder_rank(struct fake_zorder *order, const struct fake_znode *node);
struct fake_znode *fake_zorder_at(struct fake_zorder *order, uint32_t rank); /* NULL: beyond */
/* The first node for which `below` is false; NULL: none. `below` is true for a prefix of the order.
 */
struct fake_znode *fake_zorder_bound(const struct fake_zorder *order,
                                     bool (*below)(const void *context,
                                                   const struct fake_znode *node),
                                     const void *context);

#endif
