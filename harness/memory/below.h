/* harness/memory/below.h - the allocator under ours: the C library's, a sanitizer's or Memcheck's.
 */
#ifndef HARNESS_MEMORY_BELOW_H
#define HARNESS_MEMORY_BELOW_H

#include <stdbool.h>
#include <stddef.h>

struct sim_below {
    void *(*malloc)(size_t bytes);
    void *(*calloc)(size_t count, size_t bytes);
    void *(*realloc)(void *block, size_t bytes);
    void (*free)(void *block);
    bool tracks_undefined; /* Memcheck: fresh memory must not be written to, or it counts as set */
    bool is_plain;         /* the C library's: nobody watches the single allocation */
};

extern const struct sim_below *sim_below_found; /* NULL before the first call */
const struct sim_below *sim_below_find(void);
/* Found at the first call, which may come before any constructor; asked several times a block. */
static inline const struct sim_below *sim_below(void)
{
    return sim_below_found ? sim_below_found : sim_below_find();
}

#endif
