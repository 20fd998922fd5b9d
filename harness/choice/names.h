/* harness/choice/names.h - texts as small numbers, given out in the order of their first use. */
#ifndef HARNESS_CHOICE_NAMES_H
#define HARNESS_CHOICE_NAMES_H

#include <stdint.h>

#include "core/error.h"

struct sim_names { /* zeroed is empty */
    char **texts;
    uint64_t *hashes;
    uint32_t count, capacity;
    uint32_t *slots; /* open addressing; 0 is empty, else number + 1 */
    uint32_t slot_count;
};

enum { SIM_NAMES_MAX = 1024 * 1024 };

uint64_t sim_names_hash(const char *text);
/* Copies a text that is new. FL_ENOMEM, FL_EBOUND. */
FL_CHECKED enum fl_error sim_names_put(struct sim_names *names, const char *text,
                                       uint32_t *ret_number);
void sim_names_release(struct sim_names *names);

#endif
