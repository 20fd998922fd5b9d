/* fakes/redis/values/dict.h - a hash table from byte strings to pointers that iterates in insertion
 * order.
 *
 * Entries stand in a dense array in the order in which they came; removed ones leave holes. Each
 * entry carries a sequence number that never repeats, so that a scan can stop and go on after any
 * change. */
#ifndef FAKE_REDIS_DICT_H
#define FAKE_REDIS_DICT_H

#include <stdint.h>

#include "fakes/redis/values/heap.h"
#include "fakes/redis/values/str.h"

enum { FAKE_DICT_ENTRIES_MAX = 1 << 28 };

struct fake_entry {
    struct fake_str *key; /* owned by the dict; NULL: a hole */
    void *value;          /* the caller's */
    uint64_t sequence;    /* from 1, ascending along the array */
    uint32_t hash;
};

/* Zeroed is empty and ready. */
struct fake_dict {
    struct fake_entry *entries;
    uint32_t *slots; /* index + 1 into entries, 0 is free; NULL while the dict is small */
    uint32_t used;   /* entries with holes */
    uint32_t count;  /* entries without holes */
    uint32_t capacity;
    uint32_t slot_mask;
    uint64_t last_sequence;
};

/* NULL when absent. Pointers to entries die with the next insertion. */
struct fake_entry *fake_dict_find(const struct fake_dict *dict, struct fl_span key);
/* `key` must be absent; copies it. NULL: out of memory or FAKE_DICT_ENTRIES_MAX; nothing changed
 * then. */
struct fake_entry *fake_dict_insert(struct fake_heap *heap, struct fake_dict *dict,
                                    struct fl_span key);
/* Frees the key; the value must have been taken care of. Moves no other entry. */
void fake_dict_remove(struct fake_heap *heap, struct fake_dict *dict, struct fake_entry *entry);
/* Any live entry, by the random number given; the dict must not be empty. May move entries. */
struct fake_entry *fake_dict_pick(struct fake_dict *dict, uint64_t random);
/* The live entry at *index or behind it, and moves *index behind that; NULL at the end. Entries may
 * be removed meanwhile, not inserted. */
struct fake_entry *fake_dict_next(const struct fake_dict *dict, uint32_t *index);
/* The live entry with the greatest sequence <= `sequence`; NULL when there is none. */
struct fake_entry *fake_dict_before(const struct fake_dict *dict, uint64_t sequence);
/* Frees keys and tables; values must have been taken care of. Empty and usable again. */
void fake_dict_release(struct fake_heap *heap, struct fake_dict *dict);

#endif
