/* harness/run/swarm.h - options of one run that are drawn, beside what its plan says: a swarm of
 * worlds instead of one.
 *
 * Each is a choice of the stream `swarm`, so that a record repeats it; 0 is what the plan says. */
#ifndef HARNESS_RUN_SWARM_H
#define HARNESS_RUN_SWARM_H

#include "core/arena.h"
#include "core/buf.h"
#include "harness/choice/choices.h"
#include "harness/scenario/plan.h"

enum { SWARM_TEXT_BYTES_MAX = 4096 };

struct swarm {
    struct plan plan;      /* the varied one; its lists live in the arena, or are the original's */
    int64_t latency_times; /* calls take so many times as long */
    struct fl_buf text;    /* what was drawn, for a person: "2 processes more, threads 1" */
};

/* Which options there are depends on the plan: more processes and other numbers of threads; other
 * weights where queues have any; other polls where no claim is about times; slower calls; a start
 * before a day on which calendars trap, where the plan names none; and each kind of fault by chance
 * may be off. FL_ENOMEM. On FL_OK the caller releases the text. */
FL_CHECKED enum fl_error swarm_draw(const struct plan *plan, struct sim_choices *choices,
                                    struct fl_arena *arena, struct swarm *ret_swarm);

#endif
