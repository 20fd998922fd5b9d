/* harness/cli/variations.h - the plans that a scenario file stands for: one for each variant and
 * each value of what it varies. Each is the file with settings that choose it. */
#ifndef HARNESS_CLI_VARIATIONS_H
#define HARNESS_CLI_VARIATIONS_H

#include "core/arena.h"
#include "harness/cli/discover.h"
#include "harness/scenario/parse.h"

enum { VARIATIONS_MAX = 100 * 1000 };

struct variation {
    const char *path;
    const char *id; /* "import/late[weekly,size=10]" */
    const struct scenario_setting *settings;
    uint32_t setting_count;
};

struct variations { /* zeroed but for the arena, in which all lives */
    struct fl_arena *arena;
    struct variation *items;
    uint32_t count, capacity;
};

/* Adds all of a file, in the order of its lines; what the given settings choose is not varied. A
 * file that cannot be read is one, for whoever reads it to tell. FL_EBOUND, FL_ENOMEM. */
FL_CHECKED enum fl_error variations_add(struct variations *variations,
                                        const struct discovered_file *file,
                                        const struct scenario_setting *settings, uint32_t count);

#endif
