/* harness/cli/never.h - what must happen sometimes, in one run at least, and has not yet. */
#ifndef HARNESS_CLI_NEVER_H
#define HARNESS_CLI_NEVER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "harness/run/run.h"

struct never {            /* NEVER_INIT */
    bool told;            /* a run has */
    struct fl_buf claims; /* as in run_result.never; what all runs so far have told */
};
#define NEVER_INIT ((struct never){.claims = FL_BUF_INIT(RUN_NEVER_BYTES_MAX)})

/* What a run has not had either stays. */
FL_CHECKED enum fl_error never_take(struct never *never, struct fl_span told);
/* The first that has not happened, and its line in the scenario; false: all has. */
bool never_first(const struct never *never, uint32_t *ret_line, struct fl_span *ret_claim);
void never_release(struct never *never);

#endif
