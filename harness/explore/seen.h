/* harness/explore/seen.h - which digests have come by, and how many different ones. */
#ifndef HARNESS_EXPLORE_SEEN_H
#define HARNESS_EXPLORE_SEEN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/span.h"

enum { SEEN_MAX = 4 * 1024 * 1024 };

struct seen {        /* zeroed is empty */
    uint64_t *slots; /* open addressing; 0 is empty */
    uint32_t slot_count, count;
};

uint64_t seen_digest(struct fl_span text);
uint64_t seen_mix(uint64_t number);
/* FL_EBOUND: SEEN_MAX others have come by. FL_ENOMEM. */
FL_CHECKED enum fl_error seen_add(struct seen *seen, uint64_t digest, bool *ret_new);
void seen_release(struct seen *seen);

#endif
