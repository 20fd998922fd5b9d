/* src/posix/alert_setting.h - when a worker's leader calls somebody, as its YAML file has it:
 *
 *   alerts:
 *     failure_rate: 20         # per cent of the jobs of the window; failure_jobs: at least so many
 *     queue_latency: 120       # seconds that the next job of a queue has waited
 *     dead_growth: 50          # jobs that have died within the window
 *     missing_heartbeats: 1    # processes that have gone without a farewell
 *     processes: 2             # fewer than that beat
 *     window: 300              # seconds
 *     webhook: https://ops.example/hooks/queue
 */
#ifndef FL_POSIX_ALERT_SETTING_H
#define FL_POSIX_ALERT_SETTING_H

#include <stddef.h>

#include "core/arena.h"
#include "posix/yaml_tree.h"

/* 0 and NULL: not given. */
struct fl_alert_setting {
    size_t key_count; /* how many of the others are */
    int failure_rate, failure_jobs, queue_latency, dead_growth, missing_heartbeats, processes;
    int window;
    const char *webhook;
};

/* The webhook is copied into the arena. False: refused, with the place. */
bool fl_alert_setting_read(struct fl_yaml *yaml, const yaml_node_t *node, struct fl_arena *arena,
                           struct fl_alert_setting *ret_setting);

#endif
