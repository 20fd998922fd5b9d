/* harness/picture/page.h - the picture of a run: one HTML file that needs nothing else.
 *
 * Complete without its script, which adds a cursor: at each event what Redis, the jobs, the
 * database and the outside held. */
#ifndef HARNESS_PICTURE_PAGE_H
#define HARNESS_PICTURE_PAGE_H

#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/span.h"

enum {
    PICTURE_BYTES_MAX = 32 * 1024 * 1024,
    PICTURE_EDITS_BYTES_MAX = 4 * 1024 * 1024, /* of what the cursor shows; it ends there */
};

struct picture_about {    /* what the recording does not tell; absent texts are empty or NULL */
    const char *path;     /* of the scenario */
    uint32_t failed_line; /* 0: none */
    uint64_t seed;
    struct fl_span
        text; /* "expected  ...\nfound     ...\n" and what follows them, as a report has it */
    struct fl_span swept_at;
    struct fl_span replay; /* the command */
};

/* Appends. FL_EPARSE: not a recording. */
FL_CHECKED enum fl_error picture_write(const struct picture_about *about, struct fl_span recording,
                                       struct fl_buf *out);

#endif
