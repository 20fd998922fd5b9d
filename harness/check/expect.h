/* harness/check/expect.h - does an expectation hold at the end of a run, and what was found? */
#ifndef HARNESS_CHECK_EXPECT_H
#define HARNESS_CHECK_EXPECT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "harness/check/ledger.h"
#include "harness/check/linear.h"
#include "harness/check/tally.h"
#include "harness/scenario/plan.h"

/* What is asked of the rest of the run. Errors become a finding of their own. */
struct expect_ops {
    enum fl_error (*rows)(void *self, const char *table, const struct plan_pair *pairs,
                          uint32_t count, int64_t *ret_rows, struct fl_buf *problem);
    enum fl_error (*show_rows)(void *self, const char *table, const struct plan_pair *pairs,
                               uint32_t count, struct fl_buf *out);
    /* The reply of a Redis command as text: "3", "nil", "[a b]". */
    enum fl_error (*redis)(void *self, const char *const *argv, uint32_t argc, struct fl_buf *out);
    /* The value, when it does not hold. */
    bool (*gauge)(void *self, const struct plan_gauge *gauge, struct fl_buf *found);
    /* The statuses with which the process has ended so far, as text: "70, 0"; "" for none. */
    bool (*exited)(void *self, const char *process, int64_t status, struct fl_buf *statuses);
    int64_t (*memory_peak)(void *self, const char *process);
    /* The first lines that differ from the reference, into `out`. */
    bool (*same_state)(void *self, struct fl_buf *out);
    /* One copy of the object explains what was asked of each key of the glob, and answered. */
    bool (*explains)(void *self, enum linear_object object, const char *glob, struct fl_buf *out);
    /* No key of the glob is left that does not end by itself; otherwise which. */
    bool (*released)(void *self, const char *glob, struct fl_buf *out);
    /* No handler has changed a static variable; otherwise which. */
    bool (*stateless)(void *self, struct fl_buf *out);
};

struct expect_sources {
    const struct plan *plan;
    const struct ledger *ledger;
    const struct tally *tally;
    int64_t drained_us; /* -1: it never was */
    const struct expect_ops *ops;
    void *self;
};

/* False: `found` says, in a phrase, what is the case instead. */
bool expect_holds(const struct expect_sources *sources, uint32_t index, struct fl_buf *found);

#endif
