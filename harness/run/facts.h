/* harness/run/facts.h - what a run has done, for those who compare runs: its effects, what the
 * outside has got, and how its jobs stand. The final state is the result's own text. */
#ifndef HARNESS_RUN_FACTS_H
#define HARNESS_RUN_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/span.h"

enum {
    RUN_FACTS_BYTES_MAX = 64 * 1024 * 1024,
    RUN_EFFECTS_MAX = 100 * 1000, /* later ones are not listed */
    RUN_STRIKES_MAX = 256,        /* neither */
    RUN_GUARDS_MAX = 256,         /* nor guards */
};

/* What is wanted of a run besides its verdict, as bits. */
enum run_wants {
    RUN_WANTS_NOTHING = 0,
    RUN_WANTS_STATE = 1,     /* the final state, the jobs, and what the outside has got */
    RUN_WANTS_EFFECTS = 2,   /* the list of effects */
    RUN_WANTS_DEEDS = 4,     /* the list without heartbeats, and without polls that moved nothing */
    RUN_WANTS_RECORDING = 8, /* all that a picture shows */
    RUN_WANTS_STRIKES = 16,  /* the effects at which faults struck */
    RUN_WANTS_ALLOCATIONS = 32,  /* how many its process had made by the end of each effect */
    RUN_WANTS_STATICS = 64,      /* which variables of modules handlers have changed */
    RUN_WANTS_GUARDS = 128,      /* keys with a time to live that handlers have left */
    RUN_WANTS_MOMENTS = 256,     /* with the state and the deeds: the world at each of these */
    RUN_WANTS_OVERWRITTEN = 512, /* keys that nobody looks at before they are written */
    RUN_WANTS_ALL = RUN_WANTS_OVERWRITTEN | RUN_WANTS_MOMENTS | RUN_WANTS_GUARDS |
                    RUN_WANTS_STATICS | RUN_WANTS_STATE | RUN_WANTS_EFFECTS | RUN_WANTS_DEEDS |
                    RUN_WANTS_RECORDING | RUN_WANTS_STRIKES | RUN_WANTS_ALLOCATIONS,
};

/* An effect that was closed; a fault addresses it by `who`, `what` and `occurrence`. */
struct run_effect {
    struct fl_span who;           /* "hello#1", "p1/fetch" */
    struct fl_span job;           /* whose delivery it belongs to; empty: a process's own */
    struct fl_span process, role; /* of the task that did it: "p1" "fetch" */
    struct fl_span what;          /* "redis LREM" */
    struct fl_span detail;
    uint64_t ordinal; /* in its context, as it is shown: "hello#1.4" */
    uint32_t occurrence;
    bool applied;
    bool idle;              /* housekeeping that changed nothing */
    uint32_t before, after; /* moments, from 1; 0: not known */
};

/* The world at some time: with the same number, and the same keys of the application, it goes on
 * alike. */
struct run_moment {
    uint64_t alive;             /* as it is */
    uint64_t dead;              /* as it would be without the process that has the effect */
    uint64_t aside, aside_dead; /* the same without what paused processes remember; 0: none is */
    uint64_t memory;            /* of that process: with the same number it asks for more alike */
    uint32_t changes;           /* of keys, by then */
};

/* A key of the application, by a number for its name, holds something else. */
struct run_key_change {
    uint64_t key, value; /* 0: it is gone */
};

/* Where a fault struck, in the words of an address. */
struct run_strike {
    uint32_t line, column; /* of the fault in the scenario */
    bool after;
    struct fl_span job; /* empty: a process's own effect */
    uint32_t delivery;
    struct fl_span process, role; /* empty where a job is named; `web` has no role */
    struct fl_span what;
    uint32_t occurrence;
};

/* What somebody outside has got, and how often: a mail, a request that is no GET. */
struct run_receipt {
    struct fl_span what; /* "mail user7@example.org welcome", "http POST http://..." */
    struct fl_span key;  /* by which a receiver can tell a repeat; empty: by nothing */
    uint32_t count;
};

/* A key with a time to live that a handler has set and left: it may be there to tell a repeat. */
struct run_guard {
    struct fl_span key;
    struct fl_span job;     /* whose handler */
    int64_t at_us, ends_us; /* since the start: when it was set, and when it dies */
    int64_t span_us;        /* for how long a repeat of the job can still come */
    int64_t retries;        /* that the job may have */
};

struct run_job {
    struct fl_span name, state; /* "hello" "done" */
    bool of_plan;
};

struct run_facts { /* zeroed is empty; all texts live in the arenas */
    struct fl_arena arena;
    struct fl_arena names;    /* those of effects, from the run that made them */
    uint64_t end;             /* a digest of the state, of what the outside has got and of how the
                                 jobs ended; where no state was wanted 0 */
    bool same;                /* it ended as the run that was asked about: nothing is listed */
    bool drained;             /* every job has ended, and nobody works */
    bool struck;              /* a fault has */
    uint32_t strikes;         /* how often faults have */
    uint32_t struck_after;    /* effects that had been listed when the first did, */
    uint32_t struck_moment;   /* and moments */
    struct fl_span failed_at; /* the call path of the first allocation that failed; empty: none */
    struct fl_span statics;   /* lines: "counter (4 bytes) in ./workers.so" */
    bool asked_time;          /* a handler that returned has looked at the wall clock */
    bool incomplete; /* there was no memory for some; the run is then a fault of the harness */
    struct run_effect *effects;
    uint32_t effect_count, effect_capacity;
    struct run_strike *struck_at;
    uint32_t struck_at_count;
    struct run_receipt *receipts;
    uint32_t receipt_count;
    struct run_job *jobs;
    uint32_t job_count;
    struct run_guard *guards;
    uint32_t guard_count;
    struct run_moment *moments;
    uint32_t moment_count, moment_capacity;
    struct run_key_change *key_changes;
    uint32_t key_change_count, key_change_capacity;
    uint64_t *overwritten; /* numbers of keys, since the last fault */
    uint32_t overwritten_count;
    uint32_t woke;                 /* the moment at which the first pause ended; 0: none did */
    uint64_t *overwritten_by_wake; /* since the last fault before that */
    uint32_t overwritten_by_wake_count;
};

void run_facts_release(struct run_facts *facts);

#endif
