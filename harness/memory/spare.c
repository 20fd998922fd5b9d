/* A list for each size, newest first, linked through the allocations themselves. Each thread has
 * lists of its own, as malloc's callers may be any. */
#include "harness/memory/spare.h"

struct spare {
    struct spare *next;
};

struct shelf {
    struct spare *first;
    size_t bytes;
};

static _Thread_local struct shelf shelves[SIM_SPARE_ROOM_MAX / SIM_SPARE_STEP + 1];

void *sim_spare_take(size_t room)
{
    struct shelf *shelf = &shelves[room / SIM_SPARE_STEP];
    struct spare *spare = shelf->first;
    if (!spare) return NULL;
    shelf->first = spare->next;
    shelf->bytes -= room;
    return spare;
}

bool sim_spare_give(void *start, size_t room)
{
    struct shelf *shelf = &shelves[room / SIM_SPARE_STEP];
    struct spare *spare = start;
    if (shelf->bytes + room > SIM_SPARE_BYTES_MAX) return false;
    spare->next = shelf->first;
    shelf->first = spare;
    shelf->bytes += room;
    return true;
}
