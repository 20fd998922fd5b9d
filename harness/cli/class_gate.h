/* harness/cli/class_gate.h - judges a line `expect class ...`: plays the matrix of its scenario. */
#ifndef HARNESS_CLI_CLASS_GATE_H
#define HARNESS_CLI_CLASS_GATE_H

#include "core/buf.h"
#include "harness/cli/coordinator.h"

struct class_verdict {
    enum course_outcome outcome;
    uint32_t line;      /* of the claim */
    uint64_t runs;      /* of the matrix */
    struct fl_buf text; /* of a failure: the caller releases it */
};

/* On `jobs` run workers of its own. */
void class_gate_judge(const struct coordinator_scenario *scenario, int jobs,
                      struct class_verdict *ret_verdict);

#endif
