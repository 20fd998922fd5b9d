/* harness/check/linear_moment.h - between when and when an operation happens, for the objects. */
#ifndef HARNESS_CHECK_LINEAR_MOMENT_H
#define HARNESS_CHECK_LINEAR_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/check/linear.h"

struct linear_moment {
    int64_t earliest_us, latest_us;
};

static inline bool linear_is_answered(const struct linear_operation *operation)
{
    return operation->returned != LINEAR_UNANSWERED;
}

static inline bool linear_is_refused(const struct linear_operation *operation)
{
    return linear_is_answered(operation) && !operation->answer;
}

static inline int64_t linear_amount(const struct linear_operation *operation)
{
    return operation->amount ? operation->amount : 1;
}

/* One step of LINEAR_LEVEL, as linear_step's; linear_level.c. */
bool linear_level_step(const struct linear_rules *rules, const struct linear_operation *operation,
                       struct linear_moment *moment, struct linear_state *state);

#endif
