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

/* `room` is a multiple of SIM_SPARE_STEP and at most SIM_SPARE_ROOM_MAX. NULL: none is kept. */
void *sim_spare_take(size_t room);
/* False: not kept, the caller frees it. */
bool sim_spare_give(void *start, size_t room);

#endif
