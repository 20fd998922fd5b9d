/* harness/scenario/reading.h - a plan in the making, and how its words, numbers and times are read.
 *
 * Every reader takes tokens of the current line. One that returns false has reported its problem
 * (or set reading->err) and the statement is given up; nothing else ends the reading of a file. */
#ifndef HARNESS_SCENARIO_READING_H
#define HARNESS_SCENARIO_READING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/map.h"
#include "harness/scenario/line.h"
#include "harness/scenario/plan.h"
#include "harness/scenario/problems.h"
#include "harness/scenario/words.h"

struct list { /* grows by doubling in the plan's arena; zeroed is empty */
    void *items;
    uint32_t count, capacity;
};

struct repetition {               /* of a `repeat` that is open */
    struct line_setting *setting; /* the number, as lines see it; NULL: none is open */
    struct plan_where where;
    uint64_t number, last, step;
    struct fl_span body; /* the text behind its line, and that line's number */
    uint32_t body_line;
    bool begun, ended; /* by the line that has just been read */
};

struct reading {
    struct plan *plan;
    struct problems problems;
    struct line line;
    struct line_setting *settings;  /* newest first */
    struct line_setting *overrides; /* of the command line */
    struct fl_buf scratch;
    enum fl_error err;       /* FL_ENOMEM or FL_EBOUND: ends the reading */
    bool bare;               /* claims are not wanted */
    uint64_t seen;           /* statements that may stand once: bit 1 << enum word_statement */
    struct fl_map job_names; /* name -> struct plan_where */
    struct list references;  /* struct reference: names that some line must have made */
    struct list modules, module_wheres, processes, rows, https, commands, files, jobs, crons,
        faults, expects, volatiles, variants, varied, choices;
    struct repetition repetition;
    const uint32_t *places; /* of the lines in the JSON that they were made of; NULL: no JSON */
    uint32_t place_count;
    bool of_another_variant; /* the line belongs to a variant that is not read */
};

enum reference_kind { REFERENCE_JOB, REFERENCE_PROCESS, REFERENCE_FAULT };

struct reference {
    struct plan_where where;
    enum reference_kind kind;
    const char *name; /* a glob of a job or process; the name of a fault */
};

/* A zeroed new item at the end; NULL (err set) when memory or `max` is exhausted. */
void *reading_add(struct reading *r, struct list *list, size_t item_bytes, uint32_t max);
/* Copies into the plan; NULL with err set. */
char *reading_copy(struct reading *r, struct fl_span text);

/* --- problems: all return false --- */
bool reading_problem(struct reading *r, const struct token *at, const char *expected);
bool reading_problem_among(struct reading *r, const struct token *at, const struct words *words);
bool reading_problem_note(struct reading *r, const struct token *at, const char *expected,
                          const char *note);

struct plan_where reading_where(const struct reading *r, const struct token *token);

/* --- words --- */
bool reading_expect(struct reading *r, const char *word);
/* The line ends here; what else could have followed is suggested from `words` (may be NULL). */
bool reading_end(struct reading *r, const struct words *words);
/* A bare word of the table. */
bool reading_word(struct reading *r, const struct words *words, int *ret_value);
/* The same for options: each at most once; `seen` has a bit for each value. */
bool reading_option(struct reading *r, const struct words *words, uint32_t *seen, int *ret_value);
/* Any text without NUL bytes; not empty. */
bool reading_text(struct reading *r, const char *what, const char **ret_text);
/* A name of letters, digits and - _ . ; with `glob` also * ? [ ] ^ . */
enum reading_name { READING_NAME, READING_GLOB };
bool reading_name(struct reading *r, const char *what, enum reading_name kind,
                  const char **ret_name);
bool reading_is_name(struct fl_span text, enum reading_name kind);

/* "web", "p1", or a glob that can mean nothing but processes: "p*", "p[12]". */
bool reading_is_process(struct fl_span text);
/* A glob of jobs or of processes, remembered for check_plan. */
bool reading_job(struct reading *r, const char **ret_job);
bool reading_process(struct reading *r, const char **ret_process);
bool reading_refer(struct reading *r, const struct token *at, enum reference_kind kind,
                   const char *name);

/* A name that no other job has, to be known from now on. */
bool reading_new_job(struct reading *r, struct plan_where *ret_where, const char **ret_name);
/* A JSON array. */
bool reading_args(struct reading *r, struct fl_span *ret_args);
/* The name or rule of a time zone; whether there is such a one, the run will say. */
bool reading_zone(struct reading *r, const char **ret_zone);

/* The name of a new setting. */
bool reading_setting_name(struct reading *r, const char **ret_name);

/* --- numbers and times --- */
bool reading_number(struct reading *r, const char *what, int64_t low, int64_t high,
                    int64_t *ret_number);
bool reading_duration(struct reading *r, const char *what, int64_t *ret_us);
/* +5m: an instant since the start. */
bool reading_offset(struct reading *r, int64_t *ret_us);
/* +1h or -1h. */
bool reading_jump(struct reading *r, int64_t *ret_us);
/* 15s..40s */
bool reading_span(struct reading *r, int64_t *ret_low_us, int64_t *ret_high_us);
/* 11/10: both numbers from 1 to `max` */
bool reading_ratio(struct reading *r, const char *what, int64_t max, uint32_t *ret_of,
                   uint32_t *ret_in);
/* 64MiB, 512KiB, 1GiB, 4096 */
bool reading_size(struct reading *r, int64_t *ret_bytes);
/* exactly N, = N, at most N, <= N, at least N, >= N; N a number, or a size if `sizes`. */
enum reading_amount { READING_COUNTS, READING_SIZES };
bool reading_compare(struct reading *r, enum reading_amount amount, enum plan_compare *ret_compare,
                     int64_t *ret_number);
/* Two numbers with .. between them. */
bool reading_split_range(struct fl_span text, struct fl_span *ret_low, struct fl_span *ret_high);

/* zcard(retry) = 3 */
bool reading_at_gauge(const struct reading *r);
bool read_gauge(struct reading *r, const struct plan_gauge **ret_gauge);

/* --- structured values --- */
/* JSON of any type; a problem inside it is reported at its own column. */
bool reading_json(struct reading *r, const char *what, struct fl_span *ret_json);
/* COLUMN=VALUE..., and COLUMN~TEXT if `contains`; stops at the first token that is neither. */
enum reading_pairs { READING_PAIRS_EQUAL, READING_PAIRS_CONTAIN };
bool reading_pairs(struct reading *r, enum reading_pairs kind, const struct plan_pair **ret_pairs,
                   uint32_t *ret_count);
/* What follows a verb that strikes Redis or the wire to it. */
bool read_redis_arguments(struct reading *r, struct plan_fault *fault);
/* The path that `@FILE` names: beside the scenario, or from a --set as given. */
bool reading_path(struct reading *r, const struct token *token, const char **ret_path);

/* --- statements: each reads its line after the first word --- */
bool read_scenario(struct reading *r);
bool read_why(struct reading *r); /* of the raw line */
bool read_set(struct reading *r);
bool read_vary(struct reading *r);
bool read_variant(struct reading *r);
bool read_repeat(struct reading *r);
bool read_end(struct reading *r);
bool read_seed(struct reading *r);
bool read_seeds(struct reading *r);
bool read_start(struct reading *r);
bool read_horizon(struct reading *r);
bool read_tolerates(struct reading *r);
bool read_idle(struct reading *r);
bool read_schedule(struct reading *r);
bool read_choice(struct reading *r);
bool read_explore(struct reading *r);
bool read_module(struct reading *r);
bool read_heal(struct reading *r);
bool read_volatile(struct reading *r);
bool read_processes(struct reading *r);
bool read_given(struct reading *r);
bool read_enqueue(struct reading *r);
bool read_enqueue_bulk(struct reading *r);
bool read_cron(struct reading *r);
bool read_alerts(struct reading *r);
bool read_fault(struct reading *r);
bool read_sweep(struct reading *r);
bool read_expect(struct reading *r);
bool read_sometimes(struct reading *r);

/* A fault is added: `VERB ...`; and with its parts, `VERB ... [with VERB ...]`. */
bool read_fault_verb(struct reading *r, bool sweep);
bool read_fault_parts(struct reading *r, bool sweep);
/* The clauses, which are of all faults from `first` on. */
bool read_fault_rest(struct reading *r, uint32_t first);

/* Reads the clauses behind a fault's verb to the end of the line. */
bool read_clauses(struct reading *r, struct plan_fault *fault);

/* Behind each line: *text goes back to the begin of a repetition that goes on. */
void repeat_follow(struct reading *r, struct fl_span *text);
/* Behind the last line. */
void repeat_check(struct reading *r);

/* What only the whole file can tell: names that nothing has, lines that are missing. */
void check_plan(struct reading *r);

#endif
