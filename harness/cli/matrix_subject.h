/* harness/cli/matrix_subject.h - what a scenario says to a matrix: whom to disturb, and what its
 * handler is claimed to be. */
#ifndef HARNESS_CLI_MATRIX_SUBJECT_H
#define HARNESS_CLI_MATRIX_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/cli/matrix_run.h"
#include "harness/scenario/parse.h"

enum { MATRIX_JOB_BYTES = 256 };

struct matrix_subject {
    const char *path; /* borrowed, as are the settings */
    const struct scenario_setting *settings;
    uint32_t setting_count;
    char job[MATRIX_JOB_BYTES]; /* the first of the scenario; "": it has none */
    uint64_t seed;
    uint32_t processes;
    bool adds_process; /* the scenario names no processes: two, so that one may stall */
    bool has_class;
    enum plan_class class;
    uint32_t class_line;
};

void matrix_subject_of(const struct plan *plan, struct matrix_subject *ret_subject);
/* Lines that stand in every run. */
struct fl_span matrix_subject_always(const struct matrix_subject *subject);
/* All modes, single faults, each twice. */
struct matrix_order matrix_subject_order(const struct matrix_subject *subject, struct pool *pool);
bool matrix_claims_class(const struct plan *plan);

#endif
