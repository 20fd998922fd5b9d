/* src/core/arena.h - many small allocations with one end: all are freed together.
 *
 * Zeroed `struct fl_arena` with a bound is ready to use. Blocks are aligned for any type. */
#ifndef FL_CORE_ARENA_H
#define FL_CORE_ARENA_H

#include <stddef.h>

#include "core/error.h"
#include "core/span.h"

struct fl_arena_chunk;
struct fl_arena {
    struct fl_arena_chunk *chunks;
    size_t bytes_used;
    size_t bytes_max; /* 0: no bound of its own; the input that fills it must then be bounded */
};

#define FL_ARENA_INIT(max) ((struct fl_arena){.bytes_max = (max)})

/* Zeroed memory that lives as long as the arena; NULL when memory or the bound is exhausted. */
FL_CHECKED void *fl_arena_alloc(struct fl_arena *arena, size_t bytes);
FL_CHECKED void *fl_arena_alloc_array(struct fl_arena *arena, size_t count, size_t element_bytes);
/* Copies with a NUL behind; NULL as above. */
FL_CHECKED char *fl_arena_copy(struct fl_arena *arena, struct fl_span span);
/* Frees everything; the arena is empty and usable again. */
void fl_arena_release(struct fl_arena *arena);

#endif
