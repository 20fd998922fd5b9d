/* tests/conformance/each.h - a line of a table that stands for many: every choice of alternatives
 * is run, one after the other.
 *
 *     !each DEL l ; RPUSH l a b ; LREM {l|none} {0|-1|x} a [more] ; LRANGE l 0 -1
 *
 * runs four commands for each of the twelve choices: {a|b} is one of these, [a|b] nothing or one of
 * these; steps stand between semicolons that are words of their own. */
#ifndef CONFORMANCE_EACH_H
#define CONFORMANCE_EACH_H

#include <stdbool.h>

#include "core/span.h"

enum { EACH_GROUPS_MAX = 16, EACH_CHOICES_MAX = 20 * 1000 };

struct duel;
struct line;
/* `text` is what stands behind "!each". False: a difference, duel->why begins with the step; or
 * more groups or choices than the bounds above. */
bool each_run(struct duel *duel, struct fl_span text, struct line *scratch);

#endif
