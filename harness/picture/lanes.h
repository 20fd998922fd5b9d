/* harness/picture/lanes.h - the lanes of a picture, and where in them an event stands. */
#ifndef HARNESS_PICTURE_LANES_H
#define HARNESS_PICTURE_LANES_H

#include "harness/picture/rows.h"

/* Threads beyond it share the last lane of their kind. */
enum { PICTURE_LANES_MAX = 40, PICTURE_NO_LANE = PICTURE_LANES_MAX };

enum picture_lane_kind {
    PICTURE_LANE_CLIENT, /* whoever enqueues */
    PICTURE_LANE_REDIS,
    PICTURE_LANE_THREAD, /* of a worker process */
    PICTURE_LANE_DATABASE,
    PICTURE_LANE_HTTP,
    PICTURE_LANE_MAIL,
    PICTURE_LANE_FILES,
    PICTURE_LANE_STATSD,
};

struct picture_lane {
    enum picture_lane_kind kind;
    struct fl_span process; /* of a thread or client; empty otherwise */
    struct fl_span name;
};

struct picture_lanes {
    struct picture_lane lanes[PICTURE_LANES_MAX];
    uint32_t count;
};

/* Only those in which something stands. Names are borrowed from the events. */
void picture_lanes_find(const struct picture_events *events, const struct picture_rows *rows,
                        struct picture_lanes *ret_lanes);
/* Who acts, and on what; PICTURE_NO_LANE: nobody (it befalls a whole process, or all). */
uint32_t picture_lane_from(const struct picture_lanes *lanes, const struct picture_event *event);
uint32_t picture_lane_to(const struct picture_lanes *lanes, const struct picture_event *event);

/* An attempt: a handler's run, from its beginning to its end or to its process's death. */
struct picture_box {
    uint32_t first_row, last_row, lane, delivery;
    struct fl_span job,
        outcome; /* "done", "failed", "discarded", "killed", "" when it never ended */
};

/* Boxes live in the arena, in the order in which they begin. */
FL_CHECKED enum fl_error
picture_boxes_find(const struct picture_events *events, const struct picture_rows *rows,
                   const struct picture_lanes *lanes, struct fl_arena *arena,
                   const struct picture_box **ret_boxes, uint32_t *ret_count);

#endif
