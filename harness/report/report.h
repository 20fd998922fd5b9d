/* harness/report/report.h - what a person reads: a line for each scenario, the story of a failure,
 * the sums. */
#ifndef HARNESS_REPORT_REPORT_H
#define HARNESS_REPORT_REPORT_H

#include <stdio.h>

#include "core/buf.h"
#include "harness/report/progress.h"
#include "harness/report/result.h"

enum report_colour { REPORT_AUTO, REPORT_ALWAYS, REPORT_NEVER };
/* Failures and the sums only; a line for each scenario; and what each has cost below it. */
enum report_detail { REPORT_USUAL, REPORT_QUIET, REPORT_VERBOSE };
enum { REPORT_CLOSING_BYTES_MAX = 1024 * 1024 };

struct report {
    FILE *out;
    const char *program; /* as it was called, for commands to be typed */
    bool colour;
    bool live; /* a terminal: one line shows the progress */
    bool line_shown;
    int width; /* of the terminal, in columns */
    enum report_detail detail;
    uint64_t told;         /* scenarios */
    struct fl_buf closing; /* the failing scenarios, once more, for the end */
};

/* auto, always or never; false: none of them. */
bool report_colour_parse(const char *text, enum report_colour *ret_colour);
/* Colour: the option, then NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE, then whether `out` is a
 * terminal. */
struct report report_init(FILE *out, const char *program, enum report_colour colour);
void report_release(struct report *report);

void report_run(struct report *report, const struct report_run *run);
/* Below report_run; its last line is the command that replays the run. */
void report_failure(struct report *report, const struct report_run *run,
                    const struct report_failure *failure);
/* Replaces the live line, if there is one. */
void report_progress(struct report *report, const struct report_progress *progress);
void report_clear(struct report *report);

/* The failing scenarios, when there was more than one scenario; the statistics; and the last line:
 * N passed, N failed, N skipped. */
void report_sums(struct report *report, const struct report_sums *sums);

/* "4,400" "1.4 M" "312 virtual days" */
enum { REPORT_NUMBER_BYTES = 48 };
const char *report_count_text(uint64_t number, char text[REPORT_NUMBER_BYTES]);
const char *report_rate_text(uint64_t per_second, char text[REPORT_NUMBER_BYTES]);
const char *report_virtual_text(int64_t us, char text[REPORT_NUMBER_BYTES]);

#endif
