/* fakes/redis/values/intset_order.h - sets of integers as an intset holds them: in ascending order.
 * Larger sets, and those with other members, have the order of a hash table, which nobody can rely
 * on. */
#ifndef FAKE_REDIS_INTSET_ORDER_H
#define FAKE_REDIS_INTSET_ORDER_H

#include "fakes/redis/engine/keyspace.h"

/* Fills in the set's entries, ascending. False: not all are integers, or too many. */
bool fake_intset_order(const struct fake_dict *set,
                       const struct fake_entry *entries[static FAKE_INTSET_ENTRIES_MAX]);

#endif
