/* harness/choice/turns.h - which ready task runs next when every order is to be as likely as any
 * other: a uniform random walk, after Zhao and others, "Selectively Uniform Concurrency Testing".
 *
 * Who has more turns still to come gets the next one more often: with a probability of his turns to
 * all. Where the numbers are true and nobody waits for anybody, all orders are equally likely; a
 * draw that gives each ready task the same chance prefers orders in which those with little to do
 * have done it early. The numbers are estimates, from a run that nobody disturbed. */
#ifndef HARNESS_CHOICE_TURNS_H
#define HARNESS_CHOICE_TURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/span.h"
#include "harness/choice/names.h"

enum { SIM_TURNS_MAX = 1000 * 1000, SIM_TURNS_TASKS_MAX = 4096 };

struct sim_turns { /* zeroed is empty */
    struct sim_names tasks;
    uint32_t left[SIM_TURNS_TASKS_MAX];
};

/* "turns COUNT TASK". FL_EPARSE, FL_EBOUND, FL_ENOMEM. */
FL_CHECKED enum fl_error sim_turns_read(struct sim_turns *turns, struct fl_span line);
/* The sum of the weights of these tasks: who has no turn left, or is not known, still has one. */
uint64_t sim_turns_sum(struct sim_turns *turns, const char *const *names, size_t count);
/* Whose share of the sum this number, below it, lies in. */
size_t sim_turns_pick(struct sim_turns *turns, const char *const *names, size_t count,
                      uint64_t drawn);
void sim_turns_take(struct sim_turns *turns, const char *name); /* it has had one */
void sim_turns_free(struct sim_turns *turns);                   /* NULL is fine */

#endif
