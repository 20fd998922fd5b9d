/* src/posix/periodic_setting.h - one job that the clock enqueues, as a worker's YAML file has it:
 *
 *   periodic:
 *     - {cron: "30 2 * * *", tz: Europe/Berlin, class: NightlyWorker, args: [7], queue: low}
 *
 * `name` tells two of one class apart. */
#ifndef FL_POSIX_PERIODIC_SETTING_H
#define FL_POSIX_PERIODIC_SETTING_H

#include <stdbool.h>

#include "core/arena.h"
#include "posix/yaml_tree.h"

enum { FL_PERIODIC_ARGS_BYTES_MAX = 64 * 1024 };

/* NULL: not given. Whether a cron line or a zone makes sense is not asked here. */
struct fl_periodic_setting {
    const char *cron, *zone, *worker, *queue, *name;
    const char *args; /* a JSON array */
};

/* Texts are copied into the arena. False: refused, with the place. */
bool fl_periodic_setting_read(struct fl_yaml *yaml, const yaml_node_t *node, struct fl_arena *arena,
                              struct fl_periodic_setting *ret_setting);

#endif
