/* harness/explore/guided.h - which runs are worth varying: those in which a command followed
 * another as it had not before, without a fault or after one.
 *
 * A variation keeps the beginning of such a run's choices and draws the rest. */
#ifndef HARNESS_EXPLORE_GUIDED_H
#define HARNESS_EXPLORE_GUIDED_H

#include "core/buf.h"
#include "harness/explore/seen.h"

enum { GUIDED_KEPT_MAX = 256, GUIDED_CHOICES_BYTES_MAX = 16 * 1024 * 1024 };

struct guided { /* zeroed is empty */
    struct seen pairs;
    struct fl_buf kept[GUIDED_KEPT_MAX]; /* choices; the oldest gives way */
    uint32_t kept_count;                 /* that have ever been kept */
};

/* An effect's kind (a redis command, a statement, ...) followed one; the first of a run follows
 * the empty kind. *ret_new is set when that had not been seen, and left alone otherwise. */
FL_CHECKED enum fl_error guided_note(struct guided *guided, struct fl_span previous,
                                     struct fl_span kind, bool struck, bool *ret_new);
/* Copies the choices of a run. */
FL_CHECKED enum fl_error guided_keep(struct guided *guided, struct fl_span choices);
/* The beginning of a kept run's choices, drawn by `seed`; empty: a fresh run, as is every fourth
 * and all before anything has been kept. Borrowed until the next guided_keep. */
struct fl_span guided_vary(const struct guided *guided, uint64_t seed);
void guided_release(struct guided *guided);

#endif
