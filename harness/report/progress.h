/* harness/report/progress.h - how far a session is, how fast, and for how long it may still take.
 */
#ifndef HARNESS_REPORT_PROGRESS_H
#define HARNESS_REPORT_PROGRESS_H

#include <stdint.h>

enum { REPORT_PROGRESS_BYTES = 256 };

struct report_progress {
    const char *what; /* the first scenario that is not finished */
    uint64_t scenarios_done, scenarios;
    uint64_t runs;
    uint64_t runs_total; /* 0: unknown, as nobody knows the length of a sweep before its end */
    int64_t real_us;     /* since the beginning */
};

/* "12/58  4,400 runs, 2,300/s, about 4 s left  import/csv": cut to one column less than `width`, so
 * that the line never wraps. The estimate comes once there is something to go by. */
void report_progress_text(const struct report_progress *progress, int width,
                          char ret_text[REPORT_PROGRESS_BYTES]);
/* Seconds left, rounded up; -1: nothing to go by yet. */
int64_t report_progress_left_s(const struct report_progress *progress);

#endif
