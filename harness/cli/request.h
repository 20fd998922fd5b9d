/* harness/cli/request.h - what the coordinator asks of a run worker, and what it answers; one line
 * of JSON each. */
#ifndef HARNESS_CLI_REQUEST_H
#define HARNESS_CLI_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/buf.h"
#include "harness/choice/priorities.h"
#include "harness/run/run.h"
#include "harness/scenario/parse.h"

enum {
    REQUEST_RUNS_MAX = 64,
    REQUEST_SETTINGS_MAX = 1024,
    REQUEST_TEXT_BYTES_MAX = 16 * 1024 * 1024, /* of one trace or list of choices */
};

enum request_choices {
    REQUEST_SEEDED,      /* from the seed of each run */
    REQUEST_RECORDED,    /* from `choices` */
    REQUEST_THEN_SEEDED, /* from `choices`, and what they lack from the seed */
    REQUEST_BY_PRIORITY, /* from the seed, but tasks run by their priorities */
};

/* Runs seeds [seed, seed + seeds) and, of each, the sweep points [sweep, sweep + points). Either
 * seeds or points is 1. */
struct run_request {
    const char *path;
    const struct scenario_setting *settings;
    uint32_t setting_count;
    uint64_t seed;
    uint32_t seeds;
    int32_t sweep; /* -1: no sweep, one point */
    uint32_t points;
    bool record; /* the whole trace, and the choices, come back */
    enum request_choices source;
    struct fl_span choices;
    uint32_t depth; /* of REQUEST_BY_PRIORITY, as is the horizon: choice/priorities.h */
    uint64_t horizon;
    bool tells_choices;              /* each item has its choices, even without `record` */
    bool tells_alternatives;         /* and what else could have run, */
    uint64_t alternatives_from;      /* from this schedule choice on */
    struct scenario_changes changes; /* of the file, for this request alone */
    /* One run of `seed` for each, with these lines instead of the changes' extra ones; at most
     * REQUEST_RUNS_MAX, and seeds and points are 1. */
    const struct fl_span *variants;
    uint32_t variant_count;
    uint64_t effects_max; /* of a run, which fails past them; 0: no bound */
    unsigned wants;       /* bits of enum run_wants: what an item tells besides */
    bool may_be_same;     /* but of an end with this digest only that it is the same */
    uint64_t same_as;
};

/* One run's result as it travels. Texts are empty where there is nothing to say. */
struct run_item {
    uint64_t seed;
    int32_t sweep;
    enum run_verdict verdict;
    uint64_t trace_hash[2];
    uint64_t effects;
    int64_t virtual_us;
    uint64_t misses;    /* recorded choices that were not possible any more */
    bool indeterminate; /* as run_result has it */
    uint32_t failed_line;
    uint64_t scheduled; /* how often several tasks could have run next */
    struct fl_span text, swept_at, trace, choices;
    struct fl_span alternatives; /* as sim_choices_list_alternatives writes them */
    struct fl_span steps;        /* as sim_steps_format does, of choices that log them */
    struct fl_span state;        /* RUN_WANTS_STATE: sorted lines, without what is volatile */
    struct fl_span allocations;  /* RUN_WANTS_ALLOCATIONS: "p1 57 j#1.2 mail\n" for each effect */
    struct fl_span recording;    /* RUN_WANTS_RECORDING */
    struct fl_span never;        /* claims of lines `sometimes` that do not hold: "LINE CLAIM\n" */
    const struct run_facts *facts; /* NULL: none were wanted; its arena is the answer's */
};

struct run_answer {
    struct fl_arena arena; /* owns the items and their texts */
    const struct run_item *items;
    uint32_t item_count;
    int64_t took_us;   /* of real time */
    int64_t used_us;   /* of the processor's; 0: not told */
    const char *error; /* the worker could not even begin; NULL: it could */
};

FL_CHECKED enum fl_error run_request_write(const struct run_request *request, struct fl_buf *out);
/* Texts are copied into the arena. */
FL_CHECKED enum fl_error run_request_read(struct fl_span line, struct fl_arena *arena,
                                          struct run_request *ret_request);

/* An answer in the making: items are written as they come. */
struct run_answer_writer {
    struct fl_buf *out;
    bool has_items;
    int64_t used_us;   /* of the processor's time: told at the end, where it is set */
    enum fl_error err; /* sticks */
};
struct run_answer_writer run_answer_begin(struct fl_buf *out);
void run_answer_add(struct run_answer_writer *writer, const struct run_item *item);
FL_CHECKED enum fl_error run_answer_end(struct run_answer_writer *writer, int64_t took_us);
FL_CHECKED enum fl_error run_answer_error(struct fl_buf *out, const char *text);
/* On FL_OK the caller releases the answer. FL_EPARSE: not an answer; FL_ENOMEM. */
FL_CHECKED enum fl_error run_answer_read(struct fl_span line, struct run_answer *ret_answer);
void run_answer_release(struct run_answer *answer);

/* "3f9c..." in 32 hex digits. */
enum { RUN_HASH_TEXT_BYTES = 33 };
void run_hash_text(const uint64_t hash[2], char ret_text[RUN_HASH_TEXT_BYTES]);
bool run_hash_parse(const char *text, uint64_t ret_hash[2]);

#endif
