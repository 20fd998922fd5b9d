/* harness/explore/shapes.h - lists that come again and again, as small numbers: of the tasks that
 * could have run, and of what a step has touched. */
#ifndef HARNESS_EXPLORE_SHAPES_H
#define HARNESS_EXPLORE_SHAPES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/span.h"
#include "harness/choice/access.h"
#include "harness/choice/names.h"

enum {
    SHAPES_ACTORS_MAX = 64, /* a bit each */
    SHAPES_TASKS_MAX = 4096,
    SHAPES_BYTES_MAX = 256 * 1024 * 1024,
};

struct shape_accesses {
    const struct sim_access *items;
    uint32_t count;
};

struct shape_options {
    const uint32_t *tasks; /* the one that ran first */
    uint32_t count;
    uint64_t actors; /* a bit for the process of each */
};

struct shapes { /* zeroed is empty */
    struct fl_arena arena;
    struct sim_names task_names, actor_names, access_texts, option_texts;
    uint32_t actor_of[SHAPES_TASKS_MAX]; /* by task */
    struct shape_accesses *accesses;
    struct shape_options *options;
    uint32_t access_capacity, option_capacity;
};

void shapes_release(struct shapes *shapes);
/* FL_EBOUND: too many tasks, or processes. */
FL_CHECKED enum fl_error shapes_task(struct shapes *shapes, const char *name, uint32_t *ret_task);
FL_CHECKED enum fl_error shapes_options(struct shapes *shapes, const uint32_t *tasks,
                                        uint32_t count, uint32_t *ret_shape);
/* As "r1f w20", without a blank in front. FL_EPARSE. */
FL_CHECKED enum fl_error shapes_accesses(struct shapes *shapes, struct fl_span text,
                                         uint32_t *ret_shape);
bool shapes_conflict(const struct shapes *shapes, uint32_t a, uint32_t b);
/* The task of that process among the options; it has one. */
uint32_t shapes_task_of(const struct shapes *shapes, uint32_t options, uint32_t actor);

#endif
