/* fakes/redis/values/dict.h - a hash table from byte strings to pointers that iterates in insertion
 * order.
 *
 * Entries stand in a dense array in the order in which they came; removed ones leave holes. Each
 * entry carries a sequence number that never repeats, so that a scan can stop and go on after any
 * change. */
#ifndef FAKE_REDIS_DICT_H
#define FAKE_REDIS_DICT_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "fakes/redis/values/heap.h"
#include "fakes/redis/values/str.h"

enum {
    FAKE_DICT_ENTRIES_MAX = 1 << 28,
    FAKE_DICT_SHORT_MAX = 11, /* bytes of a key that an entry has room for */
};

/* What an entry's `form` says; anything between is one more than the bytes of a short key. */
enum { FAKE_ENTRY_HOLE = 0, FAKE_ENTRY_LONG = UINT8_MAX };

struct fake_entry {
    union {
        struct fake_str *key; /* owned by the dict; only of FAKE_ENTRY_LONG */
        struct {
            char short_key[FAKE_DICT_SHORT_MAX];
            uint8_t form;
            uint32_t hash;
        };
    };
    union { /* the caller's */
        void *value;
        double score;
    };
    uint64_t sequence; /* from 1, ascending along the array */
};
static_assert(sizeof(struct fake_entry) == 32, "two share a line of the cache");

/* Zeroed is empty and ready. */
struct fake_dict {
    struct fake_entry *entries;
    uint32_t *slots; /* index + 1 into entries, 0 is free; NULL while the dict is small */
    uint32_t used;   /* entries with holes */
    uint32_t count;  /* entries without holes */
    uint32_t capacity;
    uint32_t slot_mask;
    bool keeps_short; /* short keys stand in their entries, and move with them */
    uint64_t last_sequence;
};

static inline struct fl_span fake_entry_key(const struct fake_entry *entry)
{
    if (entry->form == FAKE_ENTRY_LONG) return fake_str_span(entry->key);
    return (struct fl_span){entry->short_key, entry->form - 1U};
}

/* NULL when absent. Pointers to entries die with the next insertion. */
struct fake_entry *fake_dict_find(const struct fake_dict *dict, struct fl_span key);
/* `key` must be absent; copies it. NULL: out of memory or FAKE_DICT_ENTRIES_MAX; nothing changed
 * then. */
struct fake_entry *fake_dict_insert(struct fake_heap *heap, struct fake_dict *dict,
                                    struct fl_span key);
/* Frees the key; the value must have been taken care of. Moves no other entry. */
void fake_dict_remove(struct fake_heap *heap, struct fake_dict *dict, struct fake_entry *entry);
/* Whether the next insertion would close the holes first, and so give entries other places. */
bool fake_dict_closes_holes(const struct fake_dict *dict);
/* Does so now. `moved` (may be NULL) is called once: what stood at i stands at places[i] now, in
 * the same order. */
void fake_dict_close_holes(struct fake_dict *dict,
                           void (*moved)(void *context, const uint32_t *places), void *context);
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
