/* harness/explore/path.h - the steps of one run, as it has told them (choice/steps.h). */
#ifndef HARNESS_EXPLORE_PATH_H
#define HARNESS_EXPLORE_PATH_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/span.h"
#include "harness/explore/shapes.h"

enum { PATH_STEPS_MAX = 1024 * 1024 };
#define PATH_NO_CHOICE UINT32_MAX

struct path_step {
    uint32_t choice;            /* of the schedule; PATH_NO_CHOICE: nobody else was ready */
    uint32_t options, accesses; /* shapes */
    bool later;                 /* time has passed before it */
};

struct path { /* zeroed is empty */
    struct path_step *steps;
    uint64_t *before; /* digests of the states at which time passed */
    uint32_t count, capacity, before_capacity;
};

/* In place of what it held. *ret_whole false: the run was cut short, for who could go on slept.
 * FL_EPARSE, FL_EBOUND, FL_ENOMEM. */
FL_CHECKED enum fl_error path_read(struct path *path, struct shapes *shapes, struct fl_span text,
                                   bool *ret_whole);
void path_release(struct path *path);

#endif
