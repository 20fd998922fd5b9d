/* harness/cli/matrix_outlet.h - where the reports of a matrix go: --report, as often as given. */
#ifndef HARNESS_CLI_MATRIX_OUTLET_H
#define HARNESS_CLI_MATRIX_OUTLET_H

#include "harness/cli/matrix_report.h"
#include "harness/cli/options.h"

enum { MATRIX_OUTLETS_MAX = 8 };

struct matrix_outlet { /* a form of the matrix's own */
    enum { MATRIX_AS_JSONL, MATRIX_AS_MARKDOWN } form;
    const char *path; /* NULL: the standard output */
};

struct matrix_outlets { /* a zeroed one has none */
    struct report_outlets results;
    struct matrix_outlet own[MATRIX_OUTLETS_MAX];
    uint32_t own_count;
};

/* FORMAT[=FILE], borrowed. Returns the exit code; what is wrong has been told. */
int matrix_outlets_take(struct matrix_outlets *outlets, const struct cli_reader *reader,
                        const char *text);
/* A report stands alone on the standard output: what a person reads goes elsewhere. */
bool matrix_outlets_fill_stdout(const struct matrix_outlets *outlets);
/* False: something could not be written, which has been told. */
bool matrix_outlets_write(struct matrix_outlets *outlets, const struct matrix_report *report,
                          const char *program, FILE *out, FILE *err);

#endif
