/* harness/operate/top_frame.h - one picture of `faultline top`, from what was read. Pure. */
#ifndef HARNESS_OPERATE_TOP_FRAME_H
#define HARNESS_OPERATE_TOP_FRAME_H

#include <stdbool.h>
#include <stdio.h>

#include "core/buf.h"
#include "queue/fleet.h"
#include "queue/survey.h"

enum top_sort { TOP_BY_NAME, TOP_BY_SIZE, TOP_BY_LATENCY, TOP_SORTS };

/* Jobs a second, one number for each time that Redis was read, the newest last. */
enum { TOP_RATES_MAX = 120 };
struct top_rates {
    double processed[TOP_RATES_MAX], failed[TOP_RATES_MAX];
    size_t count;
    int64_t last_us; /* monotonic: of the reading before; 0: none */
    int64_t last_processed, last_failed;
};
/* A counter that was set back starts anew. */
void top_rates_add(struct top_rates *rates, const struct fl_survey *survey, int64_t mono_us);

struct top_view {
    const char *where; /* the Redis, without its password */
    const struct fl_survey *survey;
    const struct fl_fleet *fleet;
    const struct fl_work *work;
    const struct top_rates *rates;
    enum top_sort sort;
    size_t selected;     /* of the fleet, for what keys do to a process */
    const char *message; /* the last line; NULL: the keys */
    bool colour;
    size_t columns, rows; /* 0: nothing is cut */
    int64_t now_us;
};

/* Lines that end in \n, at most `rows` of them. FL_ENOMEM. */
FL_CHECKED enum fl_error top_frame(const struct top_view *view, FILE *out);

/* "▁▃█": the last `columns` numbers, the highest of them as high as can be. */
FL_CHECKED enum fl_error top_sparkline(const double *numbers, size_t count, size_t columns,
                                       struct fl_buf *out);

#endif
