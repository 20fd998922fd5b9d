/* harness/effect/pattern.h - does "redis LPUSH queue:*" mean this effect?
 *
 * A glob on the label, or on "label detail". Most effects are told apart by the label alone; that
 * answer is remembered by label. */
#ifndef HARNESS_EFFECT_PATTERN_H
#define HARNESS_EFFECT_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/span.h"
#include "harness/effect/identity.h"

enum effect_pattern_answer {
    EFFECT_PATTERN_UNKNOWN,
    EFFECT_NEVER,
    EFFECT_ALWAYS,
    EFFECT_BY_DETAIL
};

struct effect_pattern {
    struct fl_span glob;                /* borrowed; empty: every effect */
    uint8_t answers[EFFECT_LABELS_MAX]; /* of the enum, by label id */
};

void effect_pattern_init(struct effect_pattern *pattern, const char *glob); /* NULL: every effect */
bool effect_pattern_matches(struct effect_pattern *pattern, const struct effect_label *label,
                            struct fl_span detail);

#endif
