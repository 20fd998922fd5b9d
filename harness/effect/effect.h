/* harness/effect/effect.h - one effect: named, delayed, struck by faults, performed, traced.
 *
 * The wrapper ports (effect/ports.h) do for each call of the program: open (name it and ask the
 * plan), act before, the inner port, act after, close. All functions here run in harness memory
 * and in a fiber of the process; those that say so may not return, because a fault has killed it.
 */
#ifndef HARNESS_EFFECT_EFFECT_H
#define HARNESS_EFFECT_EFFECT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/span.h"
#include "harness/choice/access.h"
#include "harness/effect/identity.h"
#include "harness/fault/fault.h"
#include "harness/memory/memory.h"
#include "harness/pool/pool.h"
#include "harness/trace/trace.h"
#include "harness/world/world.h"
#include "ports/ports.h"

/* What the rest of the run does for effects. */
struct effect;
struct effect_outcome;
struct effect_stage_ops {
    /* Carries out a fault that is not the effect's own outcome (kill, pause, clock, ...). May not
     * return. `context` NULL: it struck by time. */
    void (*perform)(void *self, const struct plan_fault *fault,
                    const struct effect_context *context);
    /* A strike of any kind, told before it is carried out; `at` says where, for a person. `effect`
     * NULL: it struck by time, or in a process's memory. */
    void (*struck)(void *self, const struct fault_strike *strike, const struct effect *effect,
                   const char *at);
    /* A server has accepted the message; false: it knows its key already. */
    bool (*mailed)(void *self, const struct fl_mail *mail);
    /* An effect has been applied; a mail whose key is known is none. */
    void (*applied)(void *self, const struct effect_context *context,
                    const struct effect_label *label, struct fl_span detail);
    /* Faults may act before an effect now, nothing of it has happened; only where `tells_arrivals`
     * is set. */
    void (*arrived)(void *self, struct effect *effect);
    /* An effect is over, applied or not. */
    void (*closed)(void *self, const struct effect *effect, const struct effect_outcome *outcome);
    /* A Redis command has been named, and is over; only where `follows_commands` is set. `reply`
     * NULL: there was none, and `arrived` tells whether the command may have been executed. */
    void (*commanded)(void *self, const struct effect *effect, const struct fl_command *command);
    void (*replied)(void *self, const struct effect *effect, const struct fl_command *command,
                    const struct fl_reply *reply, bool arrived);
    /* A task begins to work on a job: the scenario's name for it and the number of the delivery. */
    void (*job_begins)(void *self, const char *process, const char *jid, const char **ret_name,
                       uint32_t *ret_delivery);
    void (*job_ends)(void *self, const char *process, const char *jid);
    void (*logged)(void *self, const struct effect_context *context, struct fl_span text);
    /* The name of the script with this SHA1, or NULL. */
    const char *(*script_name)(void *self, struct fl_span sha);
};

struct effect_stage {
    const struct effect_stage_ops *ops;
    void *self;
};

struct effects { /* of one run; all borrowed but the identities */
    struct sim_world *world;
    struct trace *trace;
    struct fault_set *faults;
    struct effect_stage stage;
    bool follows_commands, tells_arrivals;
    struct pool_note *note; /* where the current effect is told to the coordinator */
    struct effect_identities identities;
    int64_t latency_times; /* calls take so many times as long; 1 */
    uint64_t count;        /* effects closed so far */
    uint64_t begun;        /* and opened */
};

void effects_init(struct effects *effects, struct sim_world *world, struct trace *trace,
                  struct fault_set *faults, struct effect_stage stage, struct pool_note *note);
void effects_release(struct effects *effects);
/* Something has begun: these parts, one behind the other, are what the coordinator tells of it. */
void effects_tell(struct effects *effects, const struct fl_span *parts, size_t count);

struct effect_process; /* one simulated process, as its effects see it: ports.h */

struct effect {
    struct effect_context *context;
    const struct effect_label *label;
    uint64_t ordinal;
    uint32_t occurrence;
    uint32_t moment; /* whatever `arrived` has set; 0 */
    size_t detail_length;
    char detail[EFFECT_DETAIL_BYTES];
    struct fault_strikes strikes;
};

struct effect_outcome {
    bool applied;
    bool idle;           /* changed nothing and answered nothing */
    bool changes;        /* something outside Redis is not what it was, and stays so */
    struct fl_span text; /* "1", "FL_ELOST" */
    uint64_t request, reply;
};

/* Does nothing: it is called before each effect, for a debugger to stop in. `number` counts the
 * effects of the run. */
void effect_begins(const char *who, uint64_t ordinal, const char *label, uint64_t number);
/* Names the effect and asks the plan. */
void effect_open(struct effect_process *process, struct fl_span label, struct fl_span detail,
                 struct effect *ret_effect);
/* With a label that has been found already (NULL is a panic), and not told: of several that begin
 * at once the coordinator is told the last one. */
void effect_open_as(struct effect_process *process, const struct effect_label *label,
                    struct fl_span detail, struct effect *ret_effect);
void effect_tell(struct effect_process *process, const struct effect *effect);
/* Its first half has passed; called before anything acts, of a batch for all of its effects. */
void effect_arrives(struct effect_process *process, struct effect *effect);
/* Carries out the strikes of that moment which are not the effect's own outcome; may not return. */
void effect_act(struct effect_process *process, const struct effect *effect,
                enum plan_moment moment);
bool effect_has_act(const struct effect *effect, enum plan_moment moment);
/* The fault that takes the place of performing it (error, http, db, mail); NULL: perform it. */
const struct plan_fault *effect_refused(const struct effect *effect);
/* A Redis command that does not arrive, and all behind it (stall or reset, before); NULL: it does.
 */
const struct plan_fault *effect_barred(const struct effect *effect);
/* Performed, but its caller must not hear of it, or not to the end (lose-ack, cut-reply, and stall
 * or reset after); NULL: it may. */
const struct plan_fault *effect_unheard(const struct effect *effect);
/* The bytes that its reply arrives in at a time; 0: as they come. */
uint64_t effect_slice(const struct effect *effect);
void effect_close(struct effect_process *process, const struct effect *effect,
                  const struct effect_outcome *outcome);

/* For steps.h, where steps are logged: the effect is about to be performed, perhaps in several
 * steps; it is over. A command of Redis tells by itself what it touches. */
void effect_touches(struct effect_process *process, const struct effect *effect);
void effect_is_counted(struct effect_process *process); /* by a fault: others' come before it */
void effect_has_touched(struct effect_process *process, const struct effect *effect,
                        const struct effect_outcome *outcome);
/* What such an effect touches; false: nothing that others could notice. */
bool effect_access(struct fl_span label, struct fl_span detail, struct sim_access *ret_access);

/* A virtual time in [low, high) is chosen; the first half passes now, the second half is returned,
 * to pass (effect_pass) when the effect has been performed. May not return. */
int64_t effect_latency(struct effect_process *process, const struct effect *effect, int64_t low_us,
                       int64_t high_us);
void effect_pass(struct effect_process *process, int64_t delay_us);

#endif
