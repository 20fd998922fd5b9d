/* harness/report/report.h - what a person reads: a line for each scenario, the story of a failure,
 * the sums. */
#ifndef HARNESS_REPORT_REPORT_H
#define HARNESS_REPORT_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/span.h"

enum report_colour { REPORT_AUTO, REPORT_ALWAYS, REPORT_NEVER };

struct report {
    FILE *out;
    const char *program; /* as it was called, for commands to be typed */
    bool colour;
    bool live; /* a terminal: one line shows the progress */
    bool line_shown;
};

/* auto, always or never; false: none of them. */
bool report_colour_parse(const char *text, enum report_colour *ret_colour);
/* Colour: the option, then NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE, then whether `out` is a
 * terminal. */
struct report report_init(FILE *out, const char *program, enum report_colour colour);

struct report_run { /* one scenario's runs, or a replay */
    const char *id, *path;
    bool passed;
    uint64_t trace_hash[2]; /* of all runs together; of one alone, its own */
    uint64_t runs, failed;
    const char *unit; /* "seed", "sweep", "run" */
    bool stopped;     /* not all were run */
};

struct report_failure {
    uint32_t line; /* of the scenario; 0: none */
    struct fl_span text, swept_at;
    uint64_t seed;
    const char *replay; /* the path of a replay file; NULL: there is none */
    const char
        *unwritable_folder; /* where it should have been written; NULL: it was, or need not */
};

void report_run(struct report *report, const struct report_run *run);
/* Below report_run; its last line is the command that replays the run. */
void report_failure(struct report *report, const struct report_run *run,
                    const struct report_failure *failure);
/* Replaces the live line, if there is one. */
void report_progress(struct report *report, const char *what, uint64_t runs);
void report_clear(struct report *report);

struct report_sums {
    uint64_t passed, failed, skipped; /* scenarios */
    uint64_t runs, effects;
    int64_t virtual_us, real_us;
};
/* The statistics, and the last line: N passed, N failed, N skipped. */
void report_sums(struct report *report, const struct report_sums *sums);

/* "4,400" "1.4 M" "312 virtual days" */
enum { REPORT_NUMBER_BYTES = 48 };
const char *report_count_text(uint64_t number, char text[REPORT_NUMBER_BYTES]);
const char *report_rate_text(uint64_t per_second, char text[REPORT_NUMBER_BYTES]);
const char *report_virtual_text(int64_t us, char text[REPORT_NUMBER_BYTES]);

#endif
