/* src/queue/burial.h - what a burial says besides the job: its score, and what the dead set keeps.
 */
#ifndef FL_QUEUE_BURIAL_H
#define FL_QUEUE_BURIAL_H

#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/span.h"

struct fl_burial {
    struct fl_buf now, oldest;
    char rank[24];
    /* Score now, the oldest score that is kept, and the rank from which on jobs are dropped:
     * Sidekiq's ZREMRANGEBYRANK dead 0 -max leaves max-1. */
    struct fl_span words[3];
};

/* Nothing is to be released after an error. `burial` must not move. */
FL_CHECKED enum fl_error fl_burial_init(struct fl_burial *burial, int64_t now_us,
                                        int64_t dead_max_jobs, int64_t dead_timeout_us);
void fl_burial_release(struct fl_burial *burial);

#endif
