/* src/queue/health.h - whether a process lives and may be given work, and the numbers that it
 * shows. */
#ifndef FL_QUEUE_HEALTH_H
#define FL_QUEUE_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "queue/control.h"

enum {
    FL_HEALTH_STUCK_S = 60, /* a heartbeat task that has not come round for so long is stuck */
    FL_HEALTH_BYTES_MAX = 64 * 1024,
};

struct fl_health {
    enum fl_phase phase;
    int64_t turn_age_us; /* since the heartbeat task came round, whatever Redis said; 0: not yet */
    int64_t beat_age_us; /* since Redis last took a heartbeat; FL_NEVER_US: it never has */
    int64_t rtt_us, rss_kib;
    int64_t processed, failed; /* by this process */
    int busy, concurrency;
};

/* Its tasks move. Redis may be away: no restart would bring it back. */
bool fl_health_is_live(const struct fl_health *health);
/* NULL: it takes jobs. Else what keeps it from that. */
const char *fl_health_obstacle(const struct fl_health *health);
/* One line for people: "3 of 25 busy", with the obstacle. */
FL_CHECKED enum fl_error fl_health_status(const struct fl_health *health, struct fl_buf *out);
/* Prometheus's text format, 0.0.4. */
FL_CHECKED enum fl_error fl_health_metrics(const struct fl_health *health, struct fl_buf *out);

#endif
