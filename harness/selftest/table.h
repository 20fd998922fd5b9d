/* harness/selftest/table.h - prints what became of each planted bug: a line for a person, and the
 * page of docs/reference. */
#ifndef HARNESS_SELFTEST_TABLE_H
#define HARNESS_SELFTEST_TABLE_H

#include <stdio.h>

#include "harness/selftest/trial.h"

void table_line(FILE *out, const struct mutant *mutant, const struct trial_report *report);

/* The page holds nothing that is measured in real time: a difference between two is one of the
 * code.
 */
void table_begin_page(FILE *out);
void table_row(FILE *out, const struct mutant *mutant, const struct trial_report *report);
void table_end_page(FILE *out, const char *const *handlers, uint32_t count);

#endif
