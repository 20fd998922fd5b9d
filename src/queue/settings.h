/* src/queue/settings.h - a process's options with the defaults filled in and checked. */
#ifndef FL_QUEUE_SETTINGS_H
#define FL_QUEUE_SETTINGS_H

#include "core/error.h"
#include "queue/process.h"
#include "queue/wire.h"

struct fl_settings {
    struct fl_process_options options; /* no zero is left that means a default */
    const struct fl_wire_facts *facts;
    struct fl_queue_option queues[FL_QUEUES_MAX]; /* repeats dropped; options.queues points here */
};

/* FL_EINVAL: *ret_problem says which option is out of its range. `settings` must not move. */
FL_CHECKED enum fl_error fl_settings_init(struct fl_settings *settings,
                                          const struct fl_process_options *given,
                                          const char **ret_problem);

#endif
