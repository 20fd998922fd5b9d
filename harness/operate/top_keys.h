/* harness/operate/top_keys.h - what keys mean to `faultline top`. Pure. */
#ifndef HARNESS_OPERATE_TOP_KEYS_H
#define HARNESS_OPERATE_TOP_KEYS_H

#include "core/span.h"
#include "harness/operate/top_frame.h"

struct top_keys {
    enum top_sort sort;
    size_t selected; /* a process */
    bool asking;     /* whether it is to be quiet: the next key says so */
};

enum top_wish { TOP_NOTHING, TOP_REDRAW, TOP_QUIET, TOP_END };

/* What has been typed, as a terminal sends it; the strongest wish of it. `processes` is how many
 * there are to choose from. */
enum top_wish top_keys_typed(struct top_keys *keys, struct fl_span typed, size_t processes);

#endif
