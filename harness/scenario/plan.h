/* harness/scenario/plan.h - a scenario, read: who, what, when, which faults, what must hold.
 *
 * Made by parse.h from a file, by hand from C for computed scenarios; printed by format.h.
 * Read-only once made; all of it lives in one arena. Texts have had $NAME replaced and {a..b}
 * expanded. Each item carries its line, because reports and shrinking speak of lines. Absent texts
 * are NULL, absent times -1. */
#ifndef HARNESS_SCENARIO_PLAN_H
#define HARNESS_SCENARIO_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/span.h"
#include "queue/process.h"

enum {
    PLAN_LINES_MAX = 100 * 1000,
    PLAN_BYTES_MAX = 64 * 1024 * 1024,
    PLAN_JOBS_MAX = 1000 * 1000,
    PLAN_FAULTS_MAX = 4096,
    PLAN_PROCESSES_MAX = 32,
    PLAN_CRONS_MAX = 256,
    PLAN_MODULES_MAX = 16,
    PLAN_VARIANTS_MAX = 100,   /* also of `vary`: lines, and values of one */
    PLAN_PAIR_COLUMNS = 65536, /* of a `sweep pairs`, run ROW * COLUMNS + COLUMN: the first strikes
                                  at its place ROW, the second not at all in column 0, and in column
                                  C at its place C - 1 behind that */
    PLAN_CLOCK_RATE_MAX = 1000,
    PLAN_CSV_ROWS_MAX = 100 * 1000 * 1000,
};

#define PLAN_START_DEFAULT_US   INT64_C(1767225600000000) /* 2026-01-01T00:00Z */
#define PLAN_HORIZON_DEFAULT_US INT64_C(34560000000000)   /* 400 days */

struct plan_where { /* for messages: file:line:column */
    uint32_t line, column;
};

struct plan_pair {
    const char *name;
    struct fl_span value;
    enum { PLAN_TEXT, PLAN_INTEGER, PLAN_NULL } type;
    enum { PLAN_EQUAL, PLAN_CONTAINS } op; /* `error~"timeout"` in an expectation */
};

/* --- what Redis or the database hold at a moment: `zcard(retry) = 3` --- */
enum plan_measure {
    PLAN_GAUGE_EXISTS, /* keys */
    PLAN_GAUGE_LLEN,
    PLAN_GAUGE_SCARD,
    PLAN_GAUGE_ZCARD,
    PLAN_GAUGE_HLEN,
    PLAN_GAUGE_STRLEN,
    PLAN_GAUGE_SISMEMBER, /* `sismember(KEY,MEMBER)` */
    PLAN_GAUGE_TTL,       /* a duration: none of a key that is absent, for ever without expiry */
    PLAN_GAUGE_GET,       /* a text: empty when absent */
    PLAN_GAUGE_HGET,      /* `hget(KEY,FIELD)`: a text */
    PLAN_GAUGE_ROWS,      /* `rows(TABLE) COLUMN=VALUE...` */
};

enum plan_relation {
    PLAN_RELATION_EQUAL,
    PLAN_RELATION_UNEQUAL,
    PLAN_RELATION_BELOW,
    PLAN_RELATION_AT_MOST,
    PLAN_RELATION_ABOVE,
    PLAN_RELATION_AT_LEAST,
    PLAN_RELATION_CONTAINS, /* of texts */
};

struct plan_gauge {
    struct plan_where where;
    enum plan_measure measure;
    const char *key;   /* a glob: numbers of all keys that match are added; or a table */
    const char *field; /* HGET, SISMEMBER */
    const struct plan_pair *columns; /* ROWS */
    uint32_t column_count;
    enum plan_relation relation;
    int64_t number;   /* TTL: in us */
    const char *text; /* GET, HGET with a relation of texts; NULL otherwise */
};

/* --- where a fault strikes: conditions joined by `and`; an unset one does not restrict --- */
enum plan_moment { PLAN_BEFORE, PLAN_AFTER, PLAN_BEFORE_AND_AFTER };

struct plan_address {
    struct plan_where where;
    int64_t at_us;       /* `at +5m`: since the start; then no effect is needed for it to fire */
    int64_t until_us;    /* `until +10m`: not at effects that begin later; 0: no end */
    const char *pattern; /* glob on "label" or "label detail": "redis LPUSH queue:*", "db COMMIT" */
    uint32_t nth;        /* `the 2nd "..."`, `cmd 17` (pattern "redis *"); 0: every one */
    bool each_step;      /* set in every sweep but oom's: one run for each effect that matches the
                            rest; `step *` in a plain fault restricts nothing */
    const char *job;     /* glob on the scenario's job names */
    uint32_t delivery;   /* `imp-1#2`; 0: any */
    uint64_t ordinal;    /* `imp-1#2.7`, `p1/fetch.12`: as traces number them; 0: any */
    const char *process; /* glob: "p1", "p*", "web" (the client that enqueues); `p1/fetch`, `p1` */
    const char *role;    /* glob: "fetch", "heartbeat", "poller", "thread-*" */
    enum plan_moment moment;
    uint32_t chance_of, chance_in; /* `p 1/50`; 0/0: always */
    const char *after_fault;       /* `2s after fault f1` */
    int64_t after_us;
    const struct plan_gauge *gauge; /* holds as the effect begins */
};

/* --- faults --- */
enum plan_verb {
    PLAN_ERROR,    /* `error "READONLY You can't..."` or a short name (readonly loading oom): before
                      apply */
    PLAN_LOSE_ACK, /* applied, the reply is lost and the connection with it */
    PLAN_DELAY,    /* `delay 5s` */
    PLAN_KILL,     /* `kill process-of JOB` | `kill p1` */
    PLAN_OOMKILL,
    PLAN_PAUSE,     /* `pause process-of JOB 90s` */
    PLAN_TERM,      /* `term p1 [grace 10s]` : TERM with the process's own grace period; killed if
                       it lives for so long after */
    PLAN_QUIET,     /* `quiet p1` : TSTP */
    PLAN_RETIRE,    /* `retire p1` : USR2; as quiet, and ends once its jobs have */
    PLAN_RESTART,   /* `restart p1` or, as a tail of kill and its kin, `restart after 5s` */
    PLAN_DEPLOY,    /* `deploy p1|all new.so`: asked to stop, and starts again with that module */
    PLAN_CLOCK,     /* `clock p1|all|redis +1h|-1h|rate 11/10` */
    PLAN_OOM,       /* `oom nth 3 once|forever in p1`; a sweep counts nth up until nothing fails */
    PLAN_HTTP,      /* `http 503|timeout|garbage|refuse` */
    PLAN_DB,        /* `db busy|timeout|disconnect|full` */
    PLAN_DELETED,   /* `deleted imports id=7` : the record vanishes */
    PLAN_DUPLICATE, /* `duplicate JOB` : its payload is pushed once more */
    PLAN_POISON,    /* `poison JOB WAY` : its payload is pushed once more, spoilt in this way */
    PLAN_REORDER,   /* `reorder QUEUE` : the jobs that wait in it stand the other way round */
    PLAN_TEAR,      /* `tear 3` : its process dies inside a database operation, after 3 changes of
                       the disk; a sweep of `tear *` counts them up until there are no more */
    PLAN_MAIL,      /* `mail refuse|timeout|disconnect` */
    /* What happens to one Redis command on its way. */
    PLAN_CUT_REPLY, /* `cut-reply 7` : applied, so many bytes of its reply arrive; a sweep of
                       `cut-reply *` counts them up until all of it does */
    PLAN_SLICE,     /* `slice 1` : the replies arrive in pieces of so many bytes */
    PLAN_STALL,     /* nothing arrives any more, the connection stays open */
    PLAN_RESET,     /* the connection breaks */
    /* What happens to the Redis server. */
    PLAN_REFUSE,        /* `refuse for 5s` : new connections */
    PLAN_REDIS,         /* `redis readonly for 5s` */
    PLAN_FAILOVER,      /* `failover lose 3` */
    PLAN_REDIS_RESTART, /* `redis-restart lose 3|all|aof|rdb|empty` */
    PLAN_EVICT,         /* `evict KEY` */
    PLAN_EXPIRE,        /* `expire KEY` */
    PLAN_SCRIPT_FLUSH,
    PLAN_FLUSHALL,
    PLAN_MAXMEMORY, /* `maxmemory 64KiB for 5s` */
};

enum plan_kept {
    PLAN_KEPT_ALL,
    PLAN_KEPT_BUT_LAST,
    PLAN_KEPT_AOF,
    PLAN_KEPT_RDB,
    PLAN_KEPT_NOTHING
};

enum plan_target {
    PLAN_TARGET_NONE,
    PLAN_TARGET_PROCESS,
    PLAN_TARGET_PROCESS_OF,
    PLAN_TARGET_ALL,
    PLAN_TARGET_REDIS /* of CLOCK alone */
};

struct plan_fault {
    struct plan_where where;
    const char *name; /* `fault f1: kill ...`; NULL */
    enum plan_verb verb;
    enum plan_target target; /* KILL OOMKILL PAUSE TERM QUIET RESTART CLOCK OOM */
    const char *target_name; /* the process, or the job of `process-of` */
    const char *text;        /* ERROR's line; HTTP/DB/MAIL's word; DELETED's table; DUPLICATE's and
                                POISON's job; REORDER's queue;
                                EVICT's and EXPIRE's key; DEPLOY's module */
    int64_t amount_us;     /* DELAY, PAUSE, CLOCK (signed); how long REFUSE, REDIS, MAXMEMORY last;
                              TERM: until it is killed, 0: it never is */
    int64_t amount_max_us; /* DELAY of a range, `delay 1ms..5s`; 0: exactly amount_us */
    uint32_t rate_of, rate_in; /* CLOCK; 0/0: it jumps */
    uint64_t number; /* bytes of CUT_REPLY, SLICE, MAXMEMORY; writes that FAILOVER, REDIS_RESTART
                        lose; REDIS: enum fake_redis_states; POISON: the way's place in its table;
                        changes that come before TEAR */
    bool counts;     /* CUT_REPLY, POISON, TEAR: a sweep that counts its number up, from 0, at the
                        first place that the address means */
    enum plan_kept kept; /* REDIS_RESTART */
    int http_status;     /* HTTP with a number */
    uint64_t oom_nth;    /* OOM; 0 in a sweep */
    const char *within;  /* OOM: counts what this function asks for, and whom it calls; NULL: all */
    enum { PLAN_ONCE, PLAN_FOREVER } oom_mode;
    const struct plan_pair *match; /* DELETED: column=value */
    uint32_t match_count;
    int64_t restart_after_us; /* a killed process comes back; -1: when healed */
    uint32_t times;           /* how often at most; 0: always. Default 1 */
    bool follows;             /* behind `with`: strikes when and where the fault before it does */
    bool second; /* of a `sweep pairs`: strikes at an effect after that of the sweep before it */
    bool sweep;  /* `sweep` instead of `fault`: multiplies the scenario */
    struct plan_address address;
};

/* --- the world --- */
struct plan_processes { /* `processes 2 concurrency 1 fetch basic queues critical,10 default,3 ...`
                         */
    struct plan_where where;
    uint32_t count;
    struct fl_process_options options; /* queues, concurrency, timeout, fetch, wire, poll, ... */
    int64_t memory_max;
    int connections; /* of its database pool; 0: the default */
};

struct plan_given_row { /* `given db imports id=7 state=pending` */
    struct plan_where where;
    const char *table;
    const struct plan_pair *columns;
    uint32_t column_count;
};

struct plan_http_answer { /* `timeout 30s` | `503` | `200 "body"` | `200 @file`, each with `x2` */
    int status;           /* 0: timeout, after delay_us */
    int64_t delay_us, retry_after_us;
    struct fl_span body;
    uint32_t times; /* the last one of a stub is for ever */
};

struct plan_given_http { /* `given http GET http://host/path -> timeout 30s x2 then 200 "..."` */
    struct plan_where where;
    const char *method, *url; /* url is a glob */
    const struct plan_http_answer *answers;
    uint32_t answer_count;
};

struct plan_given_command { /* `given redis HSET settings colour red` */
    struct plan_where where;
    const struct fl_span *args;
    uint32_t count;
};

struct plan_given_file { /* `given file NAME "text"` | `@path` (beside the scenario) | `rows 100000`
                          */
    struct plan_where where;
    const char *name;
    struct fl_span bytes;  /* text; empty otherwise */
    const char *real_path; /* resolved; read on demand, never held whole */
    int64_t csv_rows;      /* generated: a header `name,email` and so many rows; -1 */
};

enum plan_enqueue_kind { PLAN_PUSH, PLAN_PUSH_RAW };

struct plan_job { /* `enqueue imp-7 ImportProcessorWorker [7] in 5m queue low_priority retry 3 dead
                     false` */
    struct plan_where where;
    const char *name;
    enum plan_enqueue_kind kind; /* `enqueue bad raw queue default "not json"` */
    const char *worker;
    struct fl_span args;  /* JSON array, or the raw payload */
    const char *queue;    /* NULL: the worker's own */
    struct fl_span retry; /* raw JSON; empty: the worker's own */
    enum fl_dead_setting dead;
    int64_t when_us; /* `when +10m`: the moment of the push; 0: the start */
    int64_t in_us;   /* `in 5m`; -1 */
    int64_t at_us;   /* `at +1h`: perform_at, since the start; -1 */
    bool bulk;       /* `enqueue-bulk`: consecutive ones that differ in name and arguments only are
                        one bulk push */
};

struct plan_cron { /* `cron nightly ImportWorker [7] "0 3 * * *" tz Europe/Berlin queue low` */
    struct plan_where where;
    const char *name; /* its jobs are named nightly:2026-03-29T03:00 */
    const char *worker;
    struct fl_span args; /* empty: [] */
    const char *when;    /* five fields */
    const char *zone;    /* NULL: the scenario's */
    const char *queue;   /* NULL: the worker's own */
};

/* --- what must hold --- */
enum plan_expect_kind {
    PLAN_EXPECT_JOB,  /* `expect JOB done|dead|discarded|lost|dropped|retrying|scheduled|waiting` */
    PLAN_EXPECT_RUNS, /* `expect runs of JOB = 6` : runs begun */
    PLAN_EXPECT_DELIVERIES, /* `expect deliveries of JOB >= 2` */
    PLAN_EXPECT_GAP,    /* `expect gap of JOB 1..2 in 15s..40s` : from the end of a run to the next
                           start */
    PLAN_EXPECT_STARTS, /* `expect JOB starts in 5m..5m30s` : since the start of the scenario */
    PLAN_EXPECT_ENDS,   /* `expect JOB ends in 19d..23d` : its last run, since the start */
    PLAN_EXPECT_ORDER,  /* `expect JOB starts before JOB` */
    PLAN_EXPECT_EFFECT, /* `expect effect "mail a@b*" exactly 1 [for each job]` : applied effects */
    PLAN_EXPECT_DB,     /* `expect db imports id=7 state=failed error~"..."` and/or `count 3` */
    PLAN_EXPECT_LOG,    /* `expect log "text" exactly 1` : a substring of message or ctx */
    PLAN_EXPECT_REDIS,  /* `expect redis ZCARD dead = 0` : a command's reply as text, at the end */
    PLAN_EXPECT_STATE,  /* `expect state same-as reference` */
    PLAN_EXPECT_EXIT,   /* `expect p1 exits 0` */
    PLAN_EXPECT_DRAINED, /* `expect drained within 5m` */
    PLAN_EXPECT_MEMORY,  /* `expect memory of p1 at most 8MiB` : high-water mark */
    PLAN_EXPECT_GAUGE,   /* `expect zcard(retry) = 0`; `expect always ...`: after each effect */
    PLAN_EXPECT_ACCOUNT, /* `expect jobs lost = 0` : of all jobs, by what became of them */
    PLAN_EXPECT_JOBS,    /* `expect jobs of nightly:* = 2` : how many there have been */
    PLAN_EXPECT_LINEARIZABLE, /* `expect linearizable "lock:*"` : one copy explains the answers */
    PLAN_EXPECT_EXCLUSIVE,    /* `expect exclusive "lock:*"` : never two who believe to hold it */
    PLAN_EXPECT_RELEASED,  /* `expect released "lock:*"` : gone at the end, or it ends by itself */
    PLAN_EXPECT_STATELESS, /* `expect stateless` : no static variable has been changed */
    PLAN_EXPECT_CLASS,     /* `expect class effectively-once` : of the first job's handler, by a
                              matrix; a single run says nothing about it */
};

enum plan_compare { PLAN_EXACTLY, PLAN_AT_MOST, PLAN_AT_LEAST };

enum plan_job_state {
    PLAN_STATE_DONE,
    PLAN_STATE_DISCARDED,
    PLAN_STATE_DEAD,
    PLAN_STATE_DROPPED, /* failed for good without a dead entry: retry false, or dead false */
    PLAN_STATE_LOST,
    PLAN_STATE_RETRYING,
    PLAN_STATE_SCHEDULED,
    PLAN_STATE_WAITING,
};

/* How jobs are counted at the end. The ends come first, in the order of a report. */
enum plan_account {
    PLAN_ACCOUNT_PUSHED,
    PLAN_ACCOUNT_DONE,
    PLAN_ACCOUNT_DISCARDED,
    PLAN_ACCOUNT_DEAD,
    PLAN_ACCOUNT_DROPPED,
    PLAN_ACCOUNT_LOST,     /* also: the client was told that it was stored, and it never was */
    PLAN_ACCOUNT_OPEN,     /* waiting, retrying, scheduled */
    PLAN_ACCOUNT_UNPUSHED, /* its push failed: it never stood in Redis */
    /* Facts beside the ends. */
    PLAN_ACCOUNT_DUPLICATED,    /* run to its end more than once */
    PLAN_ACCOUNT_RECOVERED,     /* ended, though a process had died or stood still with it */
    PLAN_ACCOUNT_UNEXPECTED,    /* nobody has pushed it */
    PLAN_ACCOUNT_INDETERMINATE, /* the answer to its push was lost */
    PLAN_ACCOUNT_STALE,         /* a former owner has changed something after its successor */
};
enum { PLAN_ACCOUNTS = PLAN_ACCOUNT_STALE + 1 };

/* What a handler is, by what became of it wherever it was disturbed. */
enum plan_class {
    PLAN_CLASS_EFFECTIVELY_ONCE,
    PLAN_CLASS_AT_LEAST_ONCE_SAFE,
    PLAN_CLASS_AT_LEAST_ONCE,
    PLAN_CLASS_AT_MOST_ONCE,
    PLAN_CLASS_LOSSY,
    PLAN_CLASS_CORRUPTING,
    PLAN_CLASS_STICKING,
    PLAN_CLASS_CRASHING,
};

struct plan_expect {
    struct plan_where where;
    const char *source; /* the line as written, for reports */
    enum plan_expect_kind kind;
    bool fair;      /* `expect fair ...`: not judged where the program's draws are nobody's */
    bool sometimes; /* `sometimes` instead of `expect`: in one run of the scenario at least */
    const char *job, *other_job; /* globs */
    enum plan_job_state state;
    enum plan_class class;
    enum plan_account account;
    enum plan_compare compare;
    int64_t number; /* count, status, bytes */
    uint32_t gap_from, gap_to;
    int64_t low_us, high_us;
    const char *text; /* pattern, log text, table, redis reply, process */
    bool for_each_job;
    const char *const *argv; /* REDIS */
    uint32_t argc;
    const struct plan_pair *columns; /* DB */
    uint32_t column_count;
    bool has_count;
    bool always;                    /* GAUGE */
    const struct plan_gauge *gauge; /* GAUGE */
};

/* --- what a file stands for besides this plan --- */
enum plan_strategy {
    PLAN_EXPLORE_NOTHING,
    PLAN_EXPLORE_RANDOM,
    PLAN_EXPLORE_PCT,
    PLAN_EXPLORE_URW,
    PLAN_EXPLORE_DFS,
    PLAN_EXPLORE_DPOR,
    PLAN_EXPLORE_GUIDED,
    PLAN_EXPLORE_SMALL,
};
enum {
    PLAN_EXPLORE_DEPTH_MAX = 16,
    PLAN_EXPLORE_RUNS_MAX = 1000 * 1000 * 1000,
};

struct plan_explore { /* `explore pct depth 3 runs 500`: a campaign, where the scenario is played */
    enum plan_strategy strategy;
    uint32_t depth;    /* 0: as the strategy has it */
    uint64_t runs;     /* 0: as many as without a word about it */
    int64_t budget_us; /* of real time; 0: none */
    bool swarm;
};

struct plan_varied { /* `vary size 1 10 100` */
    const char *name;
    const char *const *values;
    uint32_t count;
};

enum plan_choice_kind { /* as enum sim_choice_kind */
                        PLAN_CHOICE_SCHEDULE,
                        PLAN_CHOICE_DELAY,
                        PLAN_CHOICE_RANDOM,
                        PLAN_CHOICE_FAULT,
};
enum { PLAN_CHOICES_MAX = 1024 * 1024 };

/* `choice schedule world next 36 p2/fetch`: a choice of the run that is made already. */
struct plan_choice {
    enum plan_choice_kind kind;
    const char *stream, *label;
    uint32_t occurrence;
    const char *name; /* of a schedule; else `number` is chosen */
    uint64_t number;
};

struct plan {
    struct fl_arena arena;
    const char *path; /* of the scenario file, as given */
    const char *title, *why;
    uint64_t seed_first, seed_last; /* `seeds 1..100`; both 1 by default */
    int64_t start_us;               /* `start 2026-03-29T00:30Z`; 2026-01-01T00:00Z by default */
    const char *zone;   /* `start ... tz Europe/Berlin`: of libc and of `cron`; NULL: UTC */
    int64_t horizon_us; /* `horizon 60d`: the run must have drained by then; 400 days by default */
    bool fold_idle;     /* `idle exact` clears it */
    bool fifo;          /* `schedule fifo`: who runs next, and for how long, is not drawn */
    bool instant; /* `schedule instant`: calls take no time, and a task goes on until it waits */
    struct plan_explore explore;
    const struct plan_choice *choices; /* with these, or `instant`, nothing is drawn at all */
    uint32_t choice_count;
    const char *const *modules;             /* `module demo.so`; none: the shipped workers.so */
    const struct plan_where *module_wheres; /* as many; NULL in a plan made by hand */
    uint32_t module_count;
    const struct plan_processes
        *processes; /* p1, p2, ... numbered through; none: one default process */
    uint32_t processes_count;
    const struct plan_given_row *rows;
    uint32_t row_count;
    const struct plan_given_http *https;
    uint32_t http_count;
    const struct plan_given_command *commands;
    uint32_t command_count;
    const struct plan_given_file *files;
    uint32_t file_count;
    const struct plan_job *jobs;
    uint32_t job_count;
    const struct plan_cron *crons;
    uint32_t cron_count;
    struct fl_alert_options alerts; /* `alerts latency 60s webhook URL` */
    bool has_alerts;
    const struct plan_fault *faults; /* with the sweeps */
    uint32_t fault_count;
    const struct plan_expect *expects;
    uint32_t expect_count;
    const char *const *volatiles; /* `volatile db imports.updated_at`: "imports.updated_at", a
                                     glob; not compared */
    uint32_t volatile_count;
    const char *const *variants; /* `variant NAME`: all of the file; this plan is of one of them */
    uint32_t variant_count;
    const struct plan_varied *varied; /* this plan has one value of each */
    uint32_t varied_count;
    bool tolerates; /* `tolerates 1 down`: what strikes by chance, or always, spares the others */
    uint32_t down_max;            /* while so many processes are dead or stand still */
    int64_t heal_us;              /* `heal at +1h`; -1: by itself (fault_set_spent), or as below */
    const char *heal_after_fault; /* `heal 5s after fault f1`, once it strikes no more; NULL */
    int64_t heal_after_us;
    const struct plan_gauge *heal_when; /* `heal when zcard(dead) = 1`; NULL */
};

#endif
