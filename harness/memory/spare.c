/* A list for each size, newest first, linked through the allocations themselves. Each thread has
 * lists of its own, as malloc's callers may be any. */
#include "harness/memory/spare.h"

_Thread_local struct sim_shelf sim_shelves[SIM_SPARE_ROOM_MAX / SIM_SPARE_STEP + 1];

void sim_spare_clear(void (*give_back)(void *start))
{
    for (size_t i = 0; i < sizeof sim_shelves / sizeof *sim_shelves; i++) {
        while (sim_shelves[i].first) {
            struct sim_spare *spare = sim_shelves[i].first;
            sim_shelves[i].first = spare->next;
            give_back(spare);
        }
        sim_shelves[i].bytes = 0;
    }
}
