/* src/queue/settings.h - a process's options with the defaults filled in and checked. */
#ifndef FL_QUEUE_SETTINGS_H
#define FL_QUEUE_SETTINGS_H

#include "core/error.h"
#include "queue/process.h"
#include "queue/wire.h"

/* A part of the process's queues with a part of its job threads. */
struct fl_capsule {
    const char *name;
    int concurrency;
    int first_thread;   /* of the process's, from 0 */
    size_t first_queue; /* in fl_settings.queues */
    size_t queue_count;
};

struct fl_settings {
    struct fl_process_options options; /* no zero is left that means a default */
    const struct fl_wire_facts *facts;
    struct fl_queue_option queues[FL_QUEUES_MAX]; /* of all capsules; repeats in one are dropped */
    size_t queue_count;
    /* Of a queue that an earlier capsule has too: the name of this one, so that each has a private
     * list of its own. NULL for all others. */
    const char *sharers[FL_QUEUES_MAX];
    struct fl_capsule capsules[1 + FL_CAPSULES_MAX]; /* the first is "default" */
    size_t capsule_count;
    int concurrency; /* of all capsules */
};

/* FL_EINVAL: *ret_problem says which option is out of its range. `settings` must not move. */
FL_CHECKED enum fl_error fl_settings_init(struct fl_settings *settings,
                                          const struct fl_process_options *given,
                                          const char **ret_problem);

#endif
