/* src/core/map.h - a map from bytes to pointers that iterates in insertion order.
 *
 * Order never depends on addresses or on the hash: entries stand in a dense array, deleted ones
 * leave holes that a later insertion compacts. */
#ifndef FL_CORE_MAP_H
#define FL_CORE_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/span.h"

struct fl_map_entry {
    struct fl_span key; /* owned by the map */
    void *value;        /* borrowed; NULL value with NULL key bytes marks a hole */
    uint64_t hash;
};

struct fl_map {
    struct fl_map_entry *entries;
    uint32_t *slots;
    uint32_t used;  /* entries including holes */
    uint32_t count; /* entries without holes */
    uint32_t entry_capacity, slot_count;
    uint32_t count_max; /* FL_EBOUND beyond it; 0 is refused by an assertion */
};

#define FL_MAP_INIT(max) ((struct fl_map){.count_max = (max)})

/* Copies the key. An existing key keeps its place; *ret_old (may be NULL) gets its former value. */
FL_CHECKED enum fl_error fl_map_put(struct fl_map *map, struct fl_span key, void *value,
                                    void **ret_old);
void *fl_map_get(const struct fl_map *map, struct fl_span key); /* NULL when absent */
void *fl_map_remove(struct fl_map *map, struct fl_span key);    /* the value, NULL when absent */
/* Next entry from *cursor (start with 0), in order; NULL at the end. No insertion meanwhile. */
const struct fl_map_entry *fl_map_next(const struct fl_map *map, uint32_t *cursor);
void fl_map_release(struct fl_map *map); /* frees keys, not values */

#endif
