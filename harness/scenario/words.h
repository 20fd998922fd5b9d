/* harness/scenario/words.h - the words of the scenario language, as tables that do three things:
 * drive the parser, suggest the nearest word in an error, and print docs/reference/scenario.md. */
#ifndef HARNESS_SCENARIO_WORDS_H
#define HARNESS_SCENARIO_WORDS_H

#include <stddef.h>

#include "core/span.h"

struct word {
    const char *text;
    int value;          /* of the enum that the table stands for */
    const char *syntax; /* what the reference page shows; NULL: the word alone */
    const char *means;  /* one sentence without a stop */
};

struct words {
    const char *expected; /* what an error asks for: "a statement" */
    const char *title;    /* the section of the reference page; NULL: not a section */
    const struct word *rows;
    size_t count;
};

enum word_statement {
    WORD_SCENARIO,
    WORD_WHY,
    WORD_SET,
    WORD_VARY,
    WORD_VARIANT,
    WORD_REPEAT,
    WORD_END,
    WORD_SEED,
    WORD_SEEDS,
    WORD_START,
    WORD_HORIZON,
    WORD_TOLERATES,
    WORD_IDLE,
    WORD_SCHEDULE,
    WORD_CHOICE,
    WORD_EXPLORE,
    WORD_MODULE,
    WORD_PROCESSES,
    WORD_GIVEN,
    WORD_ENQUEUE,
    WORD_ENQUEUE_BULK,
    WORD_CRON,
    WORD_ALERTS,
    WORD_FAULT,
    WORD_SWEEP,
    WORD_HEAL,
    WORD_EXPECT,
    WORD_SOMETIMES,
    WORD_VOLATILE,
};

enum word_explore {
    WORD_EXPLORE_DEPTH,
    WORD_EXPLORE_RUNS,
    WORD_EXPLORE_BUDGET,
    WORD_EXPLORE_SWARM
};

enum word_process {
    WORD_CONCURRENCY,
    WORD_FETCH,
    WORD_QUEUES,
    WORD_TIMEOUT,
    WORD_WIRE,
    WORD_POLL,
    WORD_POOL,
    WORD_MEMORY,
    WORD_MAX_RETRIES,
    WORD_RELIABLE_PUSH,
    WORD_DEAD_MAX,
    WORD_DEAD_TIMEOUT,
    WORD_CAPSULE,
    WORD_METRICS,
};

enum word_given { WORD_GIVEN_DB, WORD_GIVEN_REDIS, WORD_GIVEN_HTTP, WORD_GIVEN_FILE };

enum word_enqueue {
    WORD_PUSH_IN,
    WORD_PUSH_AT,
    WORD_PUSH_WHEN,
    WORD_PUSH_QUEUE,
    WORD_PUSH_RETRY,
    WORD_PUSH_DEAD,
};

enum word_cron { WORD_CRON_TZ, WORD_CRON_QUEUE };

enum word_alerts {
    WORD_ALERTS_FAILURE_RATE,
    WORD_ALERTS_FAILURE_JOBS,
    WORD_ALERTS_LATENCY,
    WORD_ALERTS_DEAD,
    WORD_ALERTS_SILENT,
    WORD_ALERTS_PROCESSES,
    WORD_ALERTS_WINDOW,
    WORD_ALERTS_WEBHOOK,
};

enum word_clause { /* what may follow a fault's verb */
                   WORD_CLAUSE_WHEN,
                   WORD_CLAUSE_AT,
                   WORD_CLAUSE_UNTIL,
                   WORD_CLAUSE_AFTER_FAULT,
                   WORD_CLAUSE_CHANCE,
                   WORD_CLAUSE_BEFORE,
                   WORD_CLAUSE_AFTER,
                   WORD_CLAUSE_BEFORE_AFTER,
                   WORD_CLAUSE_TIMES,
                   WORD_CLAUSE_RESTART,
                   WORD_CLAUSE_AND,
                   WORD_CLAUSE_WITH,
};

enum word_condition {
    WORD_COND_STEP,
    WORD_COND_THE,
    WORD_COND_CMD,
};

enum word_expect {
    WORD_EXPECT_ALWAYS,
    WORD_EXPECT_FAIR,
    WORD_EXPECT_RUNS,
    WORD_EXPECT_DELIVERIES,
    WORD_EXPECT_GAP,
    WORD_EXPECT_EFFECT,
    WORD_EXPECT_DB,
    WORD_EXPECT_LOG,
    WORD_EXPECT_REDIS,
    WORD_EXPECT_STATE,
    WORD_EXPECT_DRAINED,
    WORD_EXPECT_MEMORY,
    WORD_EXPECT_JOBS,
    WORD_EXPECT_LINEARIZABLE,
    WORD_EXPECT_EXCLUSIVE,
    WORD_EXPECT_RELEASED,
    WORD_EXPECT_STATELESS,
    WORD_EXPECT_CLASS,
};

enum word_job_claim {
    WORD_JOB_STARTS = 100,
    WORD_JOB_ENDS,
    WORD_JOB_EXITS
}; /* beside enum plan_job_state */

extern const struct words words_statements;
extern const struct words words_choices;    /* enum plan_choice_kind */
extern const struct words words_strategies; /* enum plan_strategy */
extern const struct words words_explore;    /* enum word_explore */
extern const struct words words_process;
extern const struct words words_given;
extern const struct words words_enqueue;
extern const struct words words_cron;       /* enum word_cron */
extern const struct words words_alerts;     /* enum word_alerts */
extern const struct words words_verbs;      /* enum plan_verb */
extern const struct words words_clauses;    /* enum word_clause */
extern const struct words words_sweeps;     /* for editors: pairs, then */
extern const struct words words_conditions; /* enum word_condition */
extern const struct words words_gauges;     /* enum plan_measure */
extern const struct words words_relations;  /* enum plan_relation */
extern const struct words words_expects;    /* enum word_expect */
extern const struct words words_states;     /* enum plan_job_state and enum word_job_claim */
extern const struct words words_compares;   /* enum plan_compare */
extern const struct words words_fetches;    /* enum fl_fetch */
extern const struct words words_booleans;   /* 0 and 1 */
extern const struct words words_oom_modes;  /* once, forever */
extern const struct words words_errors;     /* short names of Redis errors; `means` is the line */
extern const struct words words_http;       /* ways in which HTTP fails without a status */
extern const struct words words_db;
extern const struct words words_mail;
extern const struct words words_redis_states; /* values: enum fake_redis_states */
extern const struct words words_redis_kept;
extern const struct words words_poisons;  /* the place of a row is the way's number */
extern const struct words words_calendar; /* values: seconds since 1970 */
extern const struct words words_classes;  /* enum plan_class */
extern const struct words words_accounts; /* enum plan_account */
/* All tables with a title, in the order of the reference page; ended by NULL. */
extern const struct words *const words_sections[];

/* NULL when the table has no such word. */
const struct word *words_find(const struct words *words, struct fl_span text);
/* The word of a value that the table has. */
const char *words_text(const struct words *words, int value);
/* The word most like `text`; NULL when none is close. */
const char *words_nearest(const struct words *words, struct fl_span text);

#endif
