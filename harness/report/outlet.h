/* harness/report/outlet.h - where reports go: opens, writes and closes what --report asks for. What
 * cannot be written is told once, and the rest is still written. */
#ifndef HARNESS_REPORT_OUTLET_H
#define HARNESS_REPORT_OUTLET_H

#include <stdio.h>

#include "harness/report/format.h"

enum {
    REPORT_OUTLETS_MAX = 16,
    REPORT_SUMMARY_BYTES_MAX = 1024 * 1024, /* GitHub's limit for the summary of a step */
};

struct report_outlet {
    const struct report_format *format;
    const char *path; /* NULL: the standard output */
    bool appends;     /* GitHub's step summary, to which others have written */
    FILE *file;
    struct report_document document;
    bool broken;
};

struct report_outlets { /* a zeroed one has none */
    struct report_outlet items[REPORT_OUTLETS_MAX];
    uint32_t count;
    const char *workspace; /* of GitHub's machine; NULL: no such thing */
    FILE *err;             /* set by report_outlets_open */
    bool broken;           /* something could not be written */
};

/* Adds FORMAT or FORMAT=FILE, borrowed. False: *ret_expected says what would have been right. */
bool report_outlets_add(struct report_outlets *outlets, const char *text,
                        const char **ret_expected);
/* On a machine of GitHub Actions (GITHUB_ACTIONS=true) annotations are made unasked; wherever they
 * are made, Markdown is appended to $GITHUB_STEP_SUMMARY. */
void report_outlets_add_github(struct report_outlets *outlets);
/* A report stands alone on the standard output: what a person reads must go elsewhere. Annotations
 * stand among what a person reads. */
bool report_outlets_fill_stdout(const struct report_outlets *outlets);

/* `out` is the standard output, `terminal` where a person reads, `total` the number of results that
 * will come. */
void report_outlets_open(struct report_outlets *outlets, FILE *out, FILE *terminal, FILE *err,
                         const char *program, uint64_t total);
void report_outlets_result(struct report_outlets *outlets, const struct report_run *run,
                           const struct report_failure *failure);
/* Writes the ends, closes all; false: something could not be written. */
bool report_outlets_close(struct report_outlets *outlets, const struct report_sums *sums);

#endif
