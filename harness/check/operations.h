/* harness/check/operations.h - what clients have asked of the keys that claims name, and what they
 * heard: histories for linear.h.
 */
#ifndef HARNESS_CHECK_OPERATIONS_H
#define HARNESS_CHECK_OPERATIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "harness/check/linear.h"
#include "harness/scenario/plan.h"
#include "ports/redis.h"

enum { OPERATIONS_KEYS_MAX = 64 * 1024 };

struct operations; /* opaque: layout in operations.c */

/* Who has asked; texts live as long as the run. */
struct operations_caller {
    const char *client;  /* "a#1", "web": whose thread of control it is */
    const char *process; /* "p1" */
    uint64_t ordinal;    /* of the effect, among the client's */
};

enum operations_end {
    OPERATIONS_ANSWERED,
    OPERATIONS_UNHEARD, /* it may have happened */
    OPERATIONS_REFUSED, /* it has not: an error, or it never arrived */
};

/* *ret_operations is NULL when no claim of the plan asks for any. Borrows the plan. FL_ENOMEM. */
FL_CHECKED enum fl_error operations_new(const struct plan *plan, int64_t start_us,
                                        struct operations **ret_operations);
void operations_free(struct operations *operations); /* NULL is fine */

/* A command is on its way, and is over; `reply` NULL unless it was answered. */
void operations_called(struct operations *operations, const struct operations_caller *caller,
                       const struct fl_command *command, int64_t at_us);
void operations_returned(struct operations *operations, const struct operations_caller *caller,
                         const struct fl_command *command, enum operations_end end,
                         const struct fl_reply *reply, int64_t at_us);
/* The client, or all of the process, has ended: what it holds it will never use. */
void operations_gone(struct operations *operations, const char *client, int64_t at_us);
void operations_died(struct operations *operations, const char *process, int64_t at_us);

/* Of each key that the glob means. False: `found` says what is the case instead. */
bool operations_hold(const struct operations *operations, enum linear_object object,
                     const char *glob, struct fl_buf *found);

#endif
