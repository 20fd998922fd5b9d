/* harness/cli/report_option.h - the option --report of a command that plays. */
#ifndef HARNESS_CLI_REPORT_OPTION_H
#define HARNESS_CLI_REPORT_OPTION_H

#include "harness/cli/options.h"
#include "harness/report/outlet.h"

/* FORMAT[=FILE], borrowed. Returns the exit code; what is wrong has been told. */
int report_option_take(struct report_outlets *outlets, const struct cli_reader *reader,
                       const char *text);
/* Opens all, with those that a machine of GitHub wants unasked; where a person is to read. */
FILE *report_option_open(struct report_outlets *outlets, const char *program, uint64_t total,
                         FILE *out, FILE *err);

#endif
