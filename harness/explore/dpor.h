/* harness/explore/dpor.h - the orders of a small world that can make a difference: dynamic partial
 * order reduction, with source sets and sleep sets after Abdulla and others, "Optimal Dynamic
 * Partial Order Reduction".
 *
 * Two orders are equivalent when one becomes the other by exchanging neighbouring steps that do not
 * conflict (choice/access.h). Of each class of equivalent orders at least one is played. What can
 * happen at one instant is explored by itself: time passes only when nobody can go on, so nothing
 * before it can change places with what comes after, and two orders that leave the same state
 * behind have the same future.
 *
 * A node is a run, named by the turn in which it leaves its parent. Runs may be played many at a
 * time and told in any order; what is explored next depends on the order in which they are told. */
#ifndef HARNESS_EXPLORE_DPOR_H
#define HARNESS_EXPLORE_DPOR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"

enum {
    DPOR_RUNS_MAX = 2 * 1024 * 1024,
    DPOR_STEPS_MAX = 64 * 1024 * 1024, /* kept, of all runs */
    DPOR_SHAPES_MAX = 1024 * 1024,     /* different lists of options, or of accesses */
};

struct dpor; /* opaque: layout in dpor.c */

FL_CHECKED enum fl_error dpor_new(struct dpor **ret_dpor);
void dpor_free(struct dpor *dpor); /* NULL is fine */

/* The next run to play; false: none now, perhaps after another dpor_take. */
bool dpor_next(struct dpor *dpor, uint32_t *ret_node);
/* Its choices, as a record; to be asked once. */
FL_CHECKED enum fl_error dpor_write(struct dpor *dpor, uint32_t node, struct fl_buf *out);
/* Its steps, as sim_steps_format lists them. *ret_whole: it went to its end, and was not cut short
 * because another run plays the rest. FL_EPARSE, FL_ENOMEM. */
FL_CHECKED enum fl_error dpor_take(struct dpor *dpor, uint32_t node, struct fl_span steps,
                                   bool *ret_whole);
/* The run ended before it could tell its steps. */
void dpor_cut(struct dpor *dpor);
/* All that can make a difference has been played. */
bool dpor_complete(const struct dpor *dpor);

struct dpor_sums {
    uint32_t runs, cut_short; /* told, and of them those whose rest another plays */
    uint32_t instants;        /* different states at which time passed */
};
struct dpor_sums dpor_sums(const struct dpor *dpor);

#endif
