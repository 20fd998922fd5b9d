/* harness/explore/tree.h - every order in which the ready tasks of a small world can run.
 *
 * With instant calls the task that runs goes on until it waits; a switch is a schedule choice that
 * gives the turn to another. A node is a run, named by its switches; the root has none. Runs come
 * in the order of the number of their switches, so that what has been played is complete up to a
 * number of switches at any time. */
#ifndef HARNESS_EXPLORE_TREE_H
#define HARNESS_EXPLORE_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"

enum {
    TREE_NODES_MAX = 2 * 1024 * 1024,
    TREE_LINES_BYTES_MAX = 512 * 1024 * 1024,
    TREE_SWITCHES_MAX = 1024, /* deeper ones are cut */
};

struct tree; /* opaque: layout in tree.c */
/* `switches_max` 0: as many as there are. */
FL_CHECKED enum fl_error tree_new(uint32_t switches_max, struct tree **ret_tree);
void tree_free(struct tree *tree); /* NULL is fine */

/* The next run to play; false: none now, perhaps after another tree_take. */
bool tree_next(struct tree *tree, uint32_t *ret_node);
/* Its choices, as a record. */
FL_CHECKED enum fl_error tree_write(const struct tree *tree, uint32_t node, struct fl_buf *out);
/* From which schedule choice on its alternatives are wanted. */
uint64_t tree_from(const struct tree *tree, uint32_t node);
/* What else could have run, as sim_choices_list_alternatives lists it. FL_EPARSE, FL_ENOMEM. */
FL_CHECKED enum fl_error tree_take(struct tree *tree, uint32_t node, struct fl_span alternatives);
/* The run ended before it could tell its alternatives. */
void tree_cut(struct tree *tree);

enum tree_extent {
    TREE_OPEN,     /* all orders with at most *ret_switches switches have been played, if any */
    TREE_BOUNDED,  /* all with at most switches_max; there are others */
    TREE_COMPLETE, /* all */
};
/* *ret_switches -1: not even those without a switch. */
enum tree_extent tree_extent(const struct tree *tree, int32_t *ret_switches);

#endif
