/* harness/choice/points.h - the places at which choices are made: (kind, stream, label), each with
 * its count of occurrences, and the generator of each (kind, stream). */
#ifndef HARNESS_CHOICE_POINTS_H
#define HARNESS_CHOICE_POINTS_H

#include <stdint.h>

#include "harness/choice/choices.h"
#include "harness/choice/names.h"

struct sim_generator { /* xoshiro256** */
    uint64_t state[4];
};

struct sim_point {
    uint64_t hash;
    enum sim_choice_kind kind;
    uint32_t stream, label; /* numbers in `names` */
    uint32_t generator;
    uint32_t occurrences;               /* draws so far */
    uint32_t recorded, recorded_behind; /* a replay's choices for this point: next, and the end */
};

struct sim_points { /* zeroed, but for the seed, is empty */
    uint64_t seed;
    struct sim_names names;
    struct sim_point *points;
    struct sim_generator *generators;
    uint64_t *generator_hashes; /* of (kind, stream) */
    uint32_t count, capacity, generator_count;
    uint32_t *slots;
    uint32_t slot_count;
};

enum { SIM_POINTS_MAX = 256 * 1024 };

/* The number of the point, made at its first use. FL_ENOMEM, FL_EBOUND. */
FL_CHECKED enum fl_error sim_points_find(struct sim_points *points, enum sim_choice_kind kind,
                                         const char *stream, const char *label,
                                         uint32_t *ret_point);
uint64_t sim_generator_next(struct sim_generator *generator);
void sim_points_release(struct sim_points *points);

#endif
