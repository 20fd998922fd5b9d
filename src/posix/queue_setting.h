/* src/posix/queue_setting.h - queues with their weights, and capsules of them, as flags and a
 * worker's file say them. */
#ifndef FL_POSIX_QUEUE_SETTING_H
#define FL_POSIX_QUEUE_SETTING_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "posix/yaml_tree.h"

enum {
    FL_QUEUE_SETTINGS_MAX = 64,
    FL_QUEUE_SETTING_BYTES = 128, /* of a name and its NUL */
    FL_CAPSULE_SETTING_BYTES = 64,
    FL_CAPSULE_CONCURRENCY_MAX = 256,
};

struct fl_queue_setting {
    const char *name;
    int weight; /* 0: none given */
};

struct fl_queue_settings {
    struct fl_queue_setting items[FL_QUEUE_SETTINGS_MAX];
    size_t count;
};

struct fl_capsule_setting {
    const char *name;
    int concurrency; /* 0: none given */
    struct fl_queue_settings queues;
};

/* "name" or "name,weight" appended; false: `problem` says why. `text` is borrowed when it has no
 * weight, else its name is copied into the arena. */
bool fl_queue_setting_add(struct fl_queue_settings *queues, struct fl_arena *arena,
                          const char *text, char problem[FL_YAML_PROBLEM_BYTES]);
/* A list of names, "name,weight" and [name, weight], or one of them. Names are copied into the
 * arena. False: refused, with the place. */
bool fl_queue_settings_read(struct fl_yaml *yaml, const yaml_node_t *node, struct fl_arena *arena,
                            struct fl_queue_settings *queues);
/* `name` and its keys, as in {concurrency: 1, queues: [a, b]}. */
bool fl_capsule_setting_read(struct fl_yaml *yaml, const yaml_node_t *name, const yaml_node_t *node,
                             struct fl_arena *arena, struct fl_capsule_setting *ret_setting);

#endif
