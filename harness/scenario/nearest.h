/* harness/scenario/nearest.h - which known word a misspelt one probably means. */
#ifndef HARNESS_SCENARIO_NEAREST_H
#define HARNESS_SCENARIO_NEAREST_H

#include <stdint.h>

#include "core/span.h"

enum { NEAREST_BYTES_MAX = 64 }; /* longer words are not compared */

/* Damerau-Levenshtein (optimal string alignment): insertions, deletions, substitutions and swaps of
 * neighbours. UINT32_MAX when either text is longer than NEAREST_BYTES_MAX. */
uint32_t nearest_distance(struct fl_span a, struct fl_span b);

/* The best of the candidates offered so far; of equals the first one. */
struct nearest {
    struct fl_span text;
    const char *best; /* NULL: none is close enough (a third of the length, at least 1) */
    uint32_t distance;
};
struct nearest nearest_to(struct fl_span text);
void nearest_offer(struct nearest *nearest, const char *candidate);

#endif
