/* harness/memory/spare.h - small freed allocations, kept for the next of their size.
 *
 * A simulated run makes and frees thousands of blocks, most of them for SQLite and for replies;
 * what the C library keeps at hand for each size is soon used up. Only over the plain C library: a
 * sanitizer and Memcheck must see every allocation, in its true size. */
#ifndef HARNESS_MEMORY_SPARE_H
#define HARNESS_MEMORY_SPARE_H

#include <stdbool.h>
#include <stddef.h>

enum {
    SIM_SPARE_STEP = 16,
    SIM_SPARE_ROOM_MAX = 8192,       /* bytes of one allocation */
    SIM_SPARE_BYTES_MAX = 64 * 1024, /* kept of one size, by each thread */
};

struct sim_spare {
    struct sim_spare *next;
};

struct sim_shelf { /* those of one size */
    struct sim_spare *first;
    size_t bytes;
};

extern _Thread_local struct sim_shelf sim_shelves[SIM_SPARE_ROOM_MAX / SIM_SPARE_STEP + 1];

/* `room` is a multiple of SIM_SPARE_STEP and at most SIM_SPARE_ROOM_MAX. NULL: none is kept. Here,
 * since a call would cost as much. */
static inline void *sim_spare_take(size_t room)
{
    struct sim_shelf *shelf = &sim_shelves[room / SIM_SPARE_STEP];
    struct sim_spare *spare = shelf->first;
    if (!spare) return NULL;
    shelf->first = spare->next;
    shelf->bytes -= room;
    return spare;
}

/* False: not kept, the caller frees it. */
static inline bool sim_spare_give(void *start, size_t room)
{
    struct sim_shelf *shelf = &sim_shelves[room / SIM_SPARE_STEP];
    struct sim_spare *spare = (struct sim_spare *)start;
    if (shelf->bytes + room > SIM_SPARE_BYTES_MAX) return false;
    spare->next = shelf->first;
    shelf->first = spare;
    shelf->bytes += room;
    return true;
}

/* Gives back all that this thread keeps. */
void sim_spare_clear(void (*give_back)(void *start));

#endif
