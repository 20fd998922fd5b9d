/* harness/check/tally.h - counts what the plan's expectations ask about: applied effects by pattern
 * (in all, and for each job), and log lines by a text they contain. Nothing is stored but counts.
 */
#ifndef HARNESS_CHECK_TALLY_H
#define HARNESS_CHECK_TALLY_H

#include <stdint.h>

#include "core/error.h"
#include "core/span.h"
#include "harness/effect/identity.h"
#include "harness/scenario/plan.h"

struct tally; /* opaque: layout in tally.c */

/* Borrows the plan. FL_ENOMEM. */
FL_CHECKED enum fl_error tally_new(const struct plan *plan, struct tally **ret_tally);
void tally_free(struct tally *tally); /* NULL is fine */
void tally_effect(struct tally *tally, const struct effect_context *context,
                  const struct effect_label *label, struct fl_span detail);
void tally_log(struct tally *tally, struct fl_span line);
/* `index` is the expectation's in the plan. */
int64_t tally_count(const struct tally *tally, uint32_t index);
int64_t tally_count_of_job(const struct tally *tally, uint32_t index, const char *job);

#endif
