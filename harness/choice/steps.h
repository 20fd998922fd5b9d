/* harness/choice/steps.h - the steps of a run: who ran, who else could have, what it touched; and
 * whose turn it must not be.
 *
 * A step is what one task does from one wait to the next. Who takes turns are the processes: the
 * tasks of one run in the order in which they became ready, so that a process goes on in the same
 * way whatever others do that it does not notice. A process may be asleep from some step on: it
 * gets no turn until a step touches what its next one will. When all that can run are asleep the
 * run ends, for another has played, or will play, what it would. (explore/dpor.h decides who
 * sleeps.) */
#ifndef HARNESS_CHOICE_STEPS_H
#define HARNESS_CHOICE_STEPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "harness/choice/access.h"

enum {
    SIM_STEPS_MAX = 1024 * 1024,
    SIM_ACTORS_MAX = 64,
    SIM_ACCESSES_MAX = 8 * 1024 * 1024,
    SIM_STEP_NAME_BYTES = 128,
};

struct sim_steps; /* opaque: layout in steps.c */

FL_CHECKED enum fl_error sim_steps_new(struct sim_steps **ret_steps);
void sim_steps_free(struct sim_steps *steps); /* NULL is fine */
/* "asleep STEP ACTOR ACCESS...", without its end: from before that step, counted from 0. All lines
 * are of one step. False: it is no such line. */
bool sim_steps_read_sleeper(struct sim_steps *steps, struct fl_span line);
/* The length of the process's name in a task's: "p1/fetch" is p1's, "planned" its own. */
size_t sim_steps_actor_length(const char *task);

/* --- while the run is played --- */
/* The last step is over, and one of these tasks is next, at this time. False: all are asleep. */
bool sim_steps_begin(struct sim_steps *steps, const char *const *tasks, size_t count,
                     int64_t now_us);
/* Whose turn it is when nobody says otherwise: an index into the tasks that the step began with. */
size_t sim_steps_default(const struct sim_steps *steps);
/* Who got the turn; by which schedule choice, or SIM_STEP_NO_CHOICE. */
#define SIM_STEP_NO_CHOICE UINT64_MAX
void sim_steps_run(struct sim_steps *steps, size_t chosen, uint64_t choice);
/* The step is over: what comes now is no task's doing. */
void sim_steps_end(struct sim_steps *steps);
/* Nobody is left to run, and time is to pass: what is now, given that `state` is a digest of what
 * the steps know nothing of. */
void sim_steps_time_passes(struct sim_steps *steps, uint64_t state);

/* The present step touches it. Without a step: nothing. */
void sim_steps_touch(struct sim_steps *steps, uint64_t object, enum sim_touch touch);
/* The same of an object whose contents are in nobody's digest: the order of those who write it is
 * kept in their place. */
void sim_steps_touch_unseen(struct sim_steps *steps, uint64_t object, enum sim_touch touch);
/* The present task will touch it in every step until it lets go. */
void sim_steps_hold(struct sim_steps *steps, uint64_t object, enum sim_touch touch);
void sim_steps_let_go(struct sim_steps *steps);
/* The present step's process has learnt this: equal processes have learnt the same. */
void sim_steps_learn(struct sim_steps *steps, uint64_t what);
/* The present step wakes a task. One of another process learns of it, and conflicts. */
void sim_steps_wake(struct sim_steps *steps, const char *task);

/* --- afterwards ---
 * Lines: "name TASK" gives a task its number, from 0; "step CHOICE TASK,TASK... ACCESS..." (CHOICE
 * "-": none; the first task ran, the others are the next of processes that could have; ACCESS a
 * letter r, a or w and a digest in hex); "time DIGEST" between steps; "asleep" at the end when all
 * were. FL_ENOMEM, FL_EBOUND: also of a failure to log. */
FL_CHECKED enum fl_error sim_steps_format(const struct sim_steps *steps, struct fl_buf *out);
bool sim_steps_are_asleep(const struct sim_steps *steps);

#endif
