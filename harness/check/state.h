/* harness/check/state.h - the final state of a run, cell by cell, and what differs from another's.
 *
 * A fact is a path and a value: a row of the database (its cells without the volatile columns), a
 * key of the application in Redis with its TTL class, a mail by its key. Facts are sorted, so two
 * states compare line by line, whatever the order in which they came about. Which paths are
 * volatile is learnt from two undisturbed runs with other seeds and another start time. */
#ifndef HARNESS_CHECK_STATE_H
#define HARNESS_CHECK_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/map.h"
#include "core/span.h"

enum { STATE_FACTS_MAX = 4 * 1024 * 1024, STATE_DIFFERENCES_SHOWN = 6 };

/* One cell: "db imports" with column "state"; "redis notes" with column "". */
struct state_cell {
    const char *group; /* "db imports", "redis notes", "mail" */
    const char *column;
    struct fl_span value;
};

struct state { /* zeroed is ready */
    struct fl_arena arena;
    struct state_cell *cells; /* in the order they were added; rows are runs of one group */
    uint32_t *rows;           /* index of each row's first cell */
    uint32_t cell_count, cell_capacity, row_count, row_capacity;
};

/* Copies all. */
FL_CHECKED enum fl_error state_begin_row(struct state *state, const char *group);
FL_CHECKED enum fl_error state_add(struct state *state, const char *column, struct fl_span value);
void state_release(struct state *state);

/* The set of "group.column" that are not compared. */
struct state_volatiles { /* STATE_VOLATILES_INIT */
    struct fl_map paths;
};
#define STATE_VOLATILES_INIT ((struct state_volatiles){.paths = FL_MAP_INIT(64 * 1024)})
void state_volatiles_release(struct state_volatiles *volatiles);
/* `path` as a line `volatile` has it: "db imports.updated_at". */
FL_CHECKED enum fl_error state_volatiles_add(struct state_volatiles *volatiles, const char *path);
/* Adds every column whose sorted values differ between the two. */
FL_CHECKED enum fl_error state_learn(struct state_volatiles *volatiles, const struct state *a,
                                     const struct state *b);
/* One fact a line, sorted, without the volatile columns. */
FL_CHECKED enum fl_error state_format(const struct state *state,
                                      const struct state_volatiles *volatiles, struct fl_buf *out);
/* Compares two formatted states. False: the first differing lines, "- " of the reference, "+ " of
 * the run, go into `out`. */
bool state_same(struct fl_span reference, struct fl_span found, struct fl_buf *out);

#endif
