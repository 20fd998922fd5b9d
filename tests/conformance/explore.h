/* tests/conformance/explore.h - random sequences against both servers, and the shortest that still
 * differs. */
#ifndef CONFORMANCE_EXPLORE_H
#define CONFORMANCE_EXPLORE_H

#include "tests/conformance/duel.h"
#include "tests/conformance/line.h"

enum { EXPLORE_LINES_MAX = 100 };

enum explored { EXPLORE_SAME, EXPLORE_DIFFERENT, EXPLORE_BROKEN };

/* One sequence by its seed. Prints a difference as a table that shows it again. */
enum explored explore_sequence(struct duel *duel, uint64_t seed, struct line *scratch);

#endif
