/* harness/report/result.h - what a report tells of, whatever its form: a scenario's outcome, its
 * failure, and the sums of them all. Everything is borrowed. */
#ifndef HARNESS_REPORT_RESULT_H
#define HARNESS_REPORT_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/span.h"

enum report_verdict {
    REPORT_PASSED,
    REPORT_FAILED,
    REPORT_STUCK,
    REPORT_CRASHED,
    REPORT_BAD_INPUT,
    REPORT_NONDETERMINISM,
    REPORT_HARNESS_FAULT,
    REPORT_INDETERMINATE, /* nothing failed, but of some runs nobody can know how they ended */
    REPORT_SKIPPED,       /* not tried, since another scenario could not be read */
};
/* "passed" ... "bad-input" ...: what machines read. */
const char *report_verdict_word(enum report_verdict verdict);
/* It speaks against something: neither passed, nor left open, nor not tried. */
bool report_verdict_fails(enum report_verdict verdict);

struct report_run { /* one scenario's runs, or a replay */
    const char *id, *path;
    const char *title; /* NULL: unknown */
    enum report_verdict verdict;
    uint64_t trace_hash[2]; /* of all runs together; of one alone, its own */
    uint64_t runs, failed, indeterminate;
    const char *unit; /* "seed", "sweep", "run" */
    bool stopped;     /* not all were run */
    uint64_t effects;
    int64_t virtual_us;
    int64_t real_us; /* that one run worker spent on it */
};

/* `text` is lines: "expected  ...", "found     ...", "struck    ...", each with its continuation
 * lines, which begin with a blank; then the last events, each beginning with '+'. */
struct report_failure {
    uint32_t line; /* of the scenario; 0: none */
    struct fl_span text, swept_at;
    uint64_t seed;
    int64_t sweep; /* the point of the sweep that failed, from 0; -1: there is none */
    const char
        *unpictured_folder; /* where a picture should have been; NULL: it is, or need not be */
    const char *picture;    /* the path of an HTML file; NULL: there is none */
    const char *replay;     /* the path of a replay file; NULL: there is none */
    const char *minimal;    /* the path of the minimal scenario; NULL: there is none */
    uint32_t minimal_lines;
    const char *unwritable_folder; /* where it should have been; NULL: it is, or need not be */
};

struct report_sums {
    uint64_t passed, failed, skipped; /* scenarios */
    uint64_t indeterminate;           /* of those that count as skipped */
    uint64_t runs, effects;
    int64_t virtual_us, real_us;
};

/* What stands in a failure's text behind `label`, to the end of its continuation lines; empty:
 * there is no such line. */
struct fl_span report_part(struct fl_span text, const char *label);
/* The text before the first event, and from it on; without line ends behind. */
struct fl_span report_claims(struct fl_span text);
struct fl_span report_events(struct fl_span text);

#endif
