/* harness/bench/plot.h - a history as a picture: one SVG file, a panel for each figure, that needs
 * nothing from outside. */
#ifndef HARNESS_BENCH_PLOT_H
#define HARNESS_BENCH_PLOT_H

#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"

enum {
    PLOT_PANELS_MAX = 64,
    PLOT_POINTS_MAX = 200, /* in a panel: the last ones */
    PLOT_BYTES_MAX = 16 * 1024 * 1024
};

/* Appends the picture of the lines that `faultline bench --history` has written; others are passed
 * over. FL_EPARSE: line *ret_line is not JSON, or not such a line; FL_EBOUND: more figures than
 * PLOT_PANELS_MAX, or a file past PLOT_BYTES_MAX. */
FL_CHECKED enum fl_error bench_plot(struct fl_span history, struct fl_buf *out, uint32_t *ret_line);

#endif
