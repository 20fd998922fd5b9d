/* harness/check/ledger.h - what became of every job, told by what Redis holds.
 *
 * It watches the commands that the fake has executed, not what a client meant by them: a reply that
 * was lost, a script that moved a job, a process that died in between all show in the keys. After
 * each command, in constant time: an accepted job stands in at least one place (queue, private
 * list, schedule, retry, dead set, a basic fetcher's hand) or has ended; in more than one only
 * after a fault that permits it; and nobody acknowledges a job before its work has ended. */
#ifndef HARNESS_CHECK_LEDGER_H
#define HARNESS_CHECK_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/map.h"
#include "core/span.h"
#include "fakes/redis/fake_redis.h"
#include "faultline/worker.h"
#include "harness/fault/fault.h"
#include "harness/scenario/plan.h"

enum {
    LEDGER_JOBS_MAX = 4 * 1024 * 1024,
    LEDGER_KEYS_MAX = 64 * 1024,
    LEDGER_VIOLATION_BYTES = 512,
    LEDGER_STALE_BYTES = 128,
    LEDGER_SESSIONS_MAX = 1024,
};

/* Where a handler can change something. What is changed in one store is no sign of when another has
 * heard of a new owner. */
enum ledger_store {
    LEDGER_REDIS = 1,
    LEDGER_DATABASE = 2,
    LEDGER_OUTSIDE = 4, /* mails and requests */
};

enum ledger_place {
    LEDGER_ELSEWHERE, /* not the queue's key */
    LEDGER_QUEUE,
    LEDGER_PRIVATE,
    LEDGER_SCHEDULE,
    LEDGER_RETRY,
    LEDGER_DEAD,
};

struct ledger_key {
    const char *name;
    enum ledger_place place;
    uint64_t count; /* jobs that stand there, copies counted */
};

struct ledger_stand {
    struct ledger_key *key;
    uint32_t count;
};

/* Whose a delivery's job is. */
enum ledger_tenure {
    LEDGER_HELD,
    LEDGER_SETTLED,   /* its process has moved the job on: acknowledged, stored, given back */
    LEDGER_ABANDONED, /* its process died with it */
    LEDGER_TAKEN,     /* another has taken the job from it, as an orphan */
};

/* One time that a job was handed to a process. */
struct ledger_delivery {
    const char *process;
    int64_t at_us;
    bool taken;     /* a task has begun to work on it */
    bool run_begun; /* its handler was called */
    bool run_ended;
    bool acknowledged;
    bool in_hand; /* popped by a basic fetcher: stands in no key */
    enum ledger_tenure tenure;
    unsigned changed; /* bits of enum ledger_store: where its handler has changed something */
    int64_t begun_us, ended_us;
    enum fl_outcome outcome; /* once run_ended */
};

/* What the client knows of its push. */
enum ledger_push {
    LEDGER_PUSH_UNKNOWN, /* under way, or nobody's of the scenario */
    LEDGER_PUSH_ANSWERED,
    LEDGER_PUSH_REFUSED, /* it never will stand in Redis */
    LEDGER_PUSH_UNHEARD, /* its answer was lost: it may stand there or not */
};

/* What handlers have changed of a job that had been taken from them, once its new owner had changed
 * something in the same store. */
struct ledger_stale {
    uint32_t count;
    uint32_t delivery, successor; /* of the first one, from 1 */
    char first[LEDGER_STALE_BYTES];
};

enum ledger_removal {
    LEDGER_MOVED,
    LEDGER_ACKNOWLEDGED,
    LEDGER_POPPED,
    LEDGER_TRIMMED,
    LEDGER_LOST, /* by an accident of Redis itself: `remover` names it */
};

struct ledger_job {
    const char *name;        /* of the scenario, or made from its parent's: "imp-7.UserWorker" */
    struct fl_span payload;  /* its first bytes, when the ledger keeps them */
    const char *first_queue; /* the key of the list that it entered first; NULL: none yet */
    bool of_plan;            /* a line `enqueue` names it */
    bool by_bytes;           /* it has no jid: known by the bytes that stand in Redis */
    bool accepted;           /* it has stood in Redis */
    bool given_up;           /* its push failed, and it had not stood there by then */
    bool replaced;           /* by another push, which has its lock now */
    bool unexpected;         /* no line, no handler and no clock has pushed it */
    enum ledger_push push;
    int64_t retry_count; /* as it was last stored for a retry; -1: not yet, or not known any more */
    int64_t over_limit;  /* how often it was so, as it was last stored for later */
    bool own_waits;      /* its class says how long it waits for a retry */
    struct ledger_stale stale;
    struct ledger_stand *stands;
    uint32_t stand_count, stand_capacity;
    uint32_t copies; /* sum of the counts */
    uint32_t queued; /* of them in queues and private lists */
    struct ledger_delivery *deliveries;
    uint32_t delivery_count, delivery_capacity;
    uint32_t runs;        /* begun */
    uint64_t start_order; /* of its first run among all jobs' first runs; 0: none yet */
    int64_t changed_us;   /* when it last moved */
    enum plan_job_state state;
    bool ended; /* the state is terminal */
    /* during one command */
    bool touched;
    enum ledger_removal removal;
    const char *remover;
    struct ledger_job *next_touched;
};

/* Whether the clock has enqueued the job of this jid, and its name. */
enum { LEDGER_NAME_BYTES = 160 };
typedef bool ledger_tick_name(void *context, struct fl_span jid, char name[LEDGER_NAME_BYTES]);

struct ledger {
    struct fake_redis *engine;      /* borrowed; for keys that were changed wholesale */
    const struct fault_set *faults; /* borrowed; NULL: nothing is permitted */
    struct fl_arena arena;
    struct fl_map jobs; /* by jid, and by bytes for payloads without one */
    struct fl_map keys;
    struct fl_map sessions;  /* their names, kept beyond their ends */
    char *last_session;      /* the name that was asked for last; NULL: none yet */
    struct ledger_job **all; /* in order of first sight */
    uint32_t count, capacity;
    struct ledger_job *touched;
    ledger_tick_name *tick_name; /* NULL: the clock enqueues nothing */
    void *tick_context;
    const char **next_names; /* of a bulk push under way */
    uint32_t next_count;
    uint32_t bulk_from;               /* in `all`, the first that can be its */
    const struct ledger_actor *actor; /* during one command; NULL: nobody's of the scenario */
    int64_t now_us;
    uint64_t starts;
    uint64_t nameless;
    /* Counters for the run's stages. */
    uint64_t pending; /* accepted jobs that have not ended */
    uint64_t queued;  /* of them, copies in queues, private lists and hands */
    uint64_t working; /* tasks that work on a job */
    uint64_t taken;   /* deliveries whose job was taken from a process that lived */
    uint64_t changes; /* grows with every move of a job */
    int64_t changed_us;
    bool keep_payloads;
    bool failed_for_memory;
    char violation[LEDGER_VIOLATION_BYTES]; /* the first one; "" */
};

FL_CHECKED enum fl_error ledger_new(struct fake_redis *engine, const struct fault_set *faults,
                                    struct ledger **ret_ledger);
void ledger_free(struct ledger *ledger); /* NULL is fine */

/* Names for jobs that are about to be pushed: by jid, by the payload's bytes, or (bulk) in the
 * order in which new jobs appear. NULL: out of memory. `names` is borrowed until used up. */
struct ledger_job *ledger_announce(struct ledger *ledger, const char *name, const char *jid);
struct ledger_job *ledger_announce_raw(struct ledger *ledger, const char *name,
                                       struct fl_span payload);
void ledger_name_ticks(struct ledger *ledger, ledger_tick_name *name, void *context);
void ledger_announce_bulk(struct ledger *ledger, const char **names, uint32_t count);
/* The push has returned; `err` is what the client was told. */
void ledger_push_ends(struct ledger_job *job, enum fl_error err);
void ledger_bulk_ends(struct ledger *ledger, enum fl_error err);

/* Who has sent a command. */
struct ledger_actor {
    const char *job;     /* whose task it is; NULL: none's */
    bool is_clock;       /* the task that pushes periodic jobs */
    int64_t wall_us;     /* by the clock of its process */
    bool jitter_uniform; /* of the wire that its process writes: struct fl_wire_facts */
    bool keeps_time;     /* no fault moves clocks: what it stores for later can be judged */
};

/* A command that the fake has executed. `actor` NULL: nobody's of the scenario. */
void ledger_observe(struct ledger *ledger, const struct fake_redis_event *event,
                    const struct ledger_actor *actor, int64_t now_us);

/* Something other than commands has changed what Redis holds; `accident` says what, for reports:
 * "failover lose 2". */
void ledger_resync(struct ledger *ledger, const char *accident, int64_t now_us);

/* A task begins and ends to work on a job (set_context); the number of the delivery, 0: unknown. */
struct ledger_job *ledger_task_begins(struct ledger *ledger, const char *jid, const char *process,
                                      uint32_t *ret_delivery);
void ledger_task_ends(struct ledger *ledger, const char *jid, const char *process, int64_t now_us);
/* A job's handler is called, and returns; NULL: a job that the ledger does not know. `number` is
 * that of the delivery, as ledger_task_begins gave it; 0: the newest one of the process. */
void ledger_run_begins(struct ledger *ledger, struct ledger_job *job, const char *process,
                       uint32_t number, int64_t now_us);
void ledger_run_ends(struct ledger *ledger, struct ledger_job *job, const char *process,
                     uint32_t number, enum fl_outcome outcome, int64_t now_us);
void ledger_process_died(struct ledger *ledger, const char *process, int64_t now_us);
/* The handler of a job's delivery (as above) has changed something in a store; `what` is the
 * effect, for a person. */
void ledger_changed(struct ledger *ledger, struct ledger_job *job, const char *process,
                    uint32_t number, enum ledger_store store, const char *what);

/* By its jid, or by the bytes of a payload that has none; NULL: not seen yet. */
struct ledger_job *ledger_find(const struct ledger *ledger, struct fl_span id);
/* The process that the job was last handed to; NULL: none yet. */
const char *ledger_holder(const struct ledger *ledger, const char *name);
/* The scenario's name of a jid that begins `text`; returns its length, 0 when there is none. */
size_t ledger_rename(const struct ledger *ledger, struct fl_span text, const char **ret_name);
/* "done", "waiting in queue:default", "being run by p1": for a person. */
void ledger_describe(const struct ledger_job *job, struct fl_buf *out);
const char *ledger_state_text(enum plan_job_state state);
/* "a#1 (p1) still did redis SADD slept after a#2 (p2) had taken over: 1 effect in all". */
void ledger_describe_stale(const struct ledger_job *job, struct fl_buf *out);

/* For jobs.c, places.c and observe.c. */
struct ledger_job *ledger_job_of(struct ledger *ledger, struct fl_span payload,
                                 const char *session);
/* `fresh` is what `job` has been rewritten to: what is known of it is now `job`'s. */
void ledger_adopt(struct ledger *ledger, struct ledger_job *job, struct ledger_job *fresh);
void ledger_add(struct ledger *ledger, struct ledger_job *job, struct ledger_key *key,
                uint32_t count);
void ledger_remove(struct ledger *ledger, struct ledger_job *job, struct ledger_key *key,
                   uint32_t count, enum ledger_removal removal, const char *session);
void ledger_deliver(struct ledger *ledger, struct ledger_job *job, const char *session,
                    bool in_hand);
struct ledger_delivery *ledger_numbered(struct ledger_job *job, const char *process,
                                        uint32_t number);
/* tenure.c: the session has removed the job from a private list. */
void ledger_leaves_private(struct ledger *ledger, struct ledger_job *job,
                           const struct ledger_key *key, const char *session);
/* retries.c: `payload` has been stored for a retry at `score`. */
void ledger_judge_retry(struct ledger *ledger, struct ledger_job *job, struct fl_span payload,
                        double score, const char *session);
/* The name of a session or process, kept as long as the ledger; NULL: no memory. */
const char *ledger_session(struct ledger *ledger, const char *name);
/* NULL: not a key of the queue's (or no memory). */
struct ledger_key *ledger_key_of(struct ledger *ledger, struct fl_span name);
void ledger_settle(struct ledger *ledger); /* judges all that were touched */
void ledger_violate(struct ledger *ledger, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
