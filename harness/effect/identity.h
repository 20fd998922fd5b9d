/* harness/effect/identity.h - the names of effects: context, label, occurrence.
 *
 * A context is a job's delivery ("imp-1#2"), or a process and a role ("p1/fetch"; the client that
 * enqueues is just "web"). Contexts and labels are interned for the length of a run, so they are
 * compared and stored as pointers. */
#ifndef HARNESS_EFFECT_IDENTITY_H
#define HARNESS_EFFECT_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/map.h"
#include "core/span.h"

enum {
    EFFECT_LABELS_MAX = 4096,
    EFFECT_CONTEXTS_MAX = 8 * 1024 * 1024,
    EFFECT_LABEL_BYTES = 96,
    EFFECT_DETAIL_BYTES = 200, /* longer ones are cut */
    EFFECT_LAST_BYTES = 64,
    EFFECT_COMMANDS_AT_HAND = 64,
};

struct effect_label {
    const char *text; /* "redis LREM", "db COMMIT", "mail" */
    uint32_t id;      /* 0, 1, ... in order of appearance */
};

struct effect_seen {
    uint32_t count;       /* effects begun */
    uint32_t delay_place; /* of the choice how long they take */
};

/* The newest effect of a job's delivery, for a report of what it waits for. */
struct effect_last {
    const struct effect_label *label; /* NULL: none yet */
    bool is_open;
    size_t detail_length; /* of what is kept of it */
    char detail[EFFECT_LAST_BYTES];
};

struct effect_context {
    const char *name; /* "imp-1#2", "p1/fetch" */
    const char *job;  /* "imp-1"; NULL: not a job's */
    uint32_t delivery;
    const char *process, *role;
    uint64_t ordinal;         /* effects begun so far */
    struct effect_seen *seen; /* by label id */
    uint32_t seen_capacity;
    struct effect_last last;
    uint64_t *faults; /* bits of the plan's faults whose conditions on who acts hold here; NULL:
                         not asked yet */
};

struct effect_identities {
    struct fl_arena arena;
    struct fl_map labels, contexts;
    uint32_t label_count;
    const struct effect_label *commands[EFFECT_COMMANDS_AT_HAND]; /* by their names; NULL: none */
};

void effect_identities_init(struct effect_identities *identities);
void effect_identities_release(struct effect_identities *identities);

/* The same pointer for the same text; NULL: out of memory, or too many. Texts are copied. */
const struct effect_label *effect_label(struct effect_identities *identities, struct fl_span text);
/* That of a command of Redis which is called by its name alone: "redis LREM". */
const struct effect_label *effect_label_of_command(struct effect_identities *identities,
                                                   struct fl_span name);
/* `job` NULL: the context of a process's role. */
struct effect_context *effect_context(struct effect_identities *identities, const char *process,
                                      const char *role, const char *job, uint32_t delivery);
/* Counts one more effect of this label; the occurrence, from 1. 0: out of memory. */
uint32_t effect_context_count(struct effect_identities *identities, struct effect_context *context,
                              const struct effect_label *label);

#endif
