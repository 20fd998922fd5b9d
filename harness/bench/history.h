/* harness/bench/history.h - measurements of earlier days, a JSON object a line: added at the end of
 * a file, and found again. */
#ifndef HARNESS_BENCH_HISTORY_H
#define HARNESS_BENCH_HISTORY_H

#include "core/buf.h"
#include "core/error.h"
#include "harness/bench/sample.h"

enum { HISTORY_BYTES_MAX = 64 * 1024 * 1024 };

/* One figure of one benchmark. What is compared has the same `bench`, `subject` and `name`. */
struct bench_metric {
    const char *bench;   /* "sim" */
    const char *subject; /* "import/csv-import-completes"; "10 threads" */
    const char *name;    /* "runs" */
    const char *unit;    /* "/s", "us" */
    enum sample_aim aim;
    struct sample sample;
    bool limit; /* what the machine can do, not what we do: worse is told, but no failure */
};

/* Appends a line. `at_us` is the wall clock's. */
FL_CHECKED enum fl_error history_append(struct fl_buf *out, const struct bench_metric *metric,
                                        int64_t at_us);
/* The last SAMPLE_EARLIER_MAX samples of the metric in `text`, in their order. Lines of other kinds
 * are passed over; FL_EPARSE: *ret_line is not JSON, or not such a line. */
FL_CHECKED enum fl_error history_find(struct fl_span text, const struct bench_metric *metric,
                                      struct sample ret_earlier[SAMPLE_EARLIER_MAX],
                                      uint32_t *ret_count, uint32_t *ret_line);

struct history_line { /* the texts are borrowed during the call */
    struct fl_span bench, subject, name, unit, at;
    struct sample sample;
};
/* Shows every line of a history, in their order, until one is not taken. Errors are as above, or
 * what `take` returns. */
FL_CHECKED enum fl_error history_each(struct fl_span text,
                                      enum fl_error (*take)(void *context,
                                                            const struct history_line *line),
                                      void *context, uint32_t *ret_line);

#endif
