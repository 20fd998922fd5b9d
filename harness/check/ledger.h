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
    LEDGER_SESSIONS_MAX = 1024,
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

/* One time that a job was handed to a process. */
struct ledger_delivery {
    const char *process;
    int64_t at_us;
    bool taken;     /* a task has begun to work on it */
    bool run_begun; /* its handler was called */
    bool run_ended;
    bool acknowledged;
    bool in_hand; /* popped by a basic fetcher: stands in no key */
    int64_t begun_us, ended_us;
    enum fl_outcome outcome; /* once run_ended */
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
    bool given_up;           /* its push failed: it never will */
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

struct ledger {
    struct fake_redis *engine;      /* borrowed; for keys that were changed wholesale */
    const struct fault_set *faults; /* borrowed; NULL: nothing is permitted */
    struct fl_arena arena;
    struct fl_map jobs; /* by jid, and by bytes for payloads without one */
    struct fl_map keys;
    struct fl_map sessions;  /* their names, kept beyond their ends */
    struct ledger_job **all; /* in order of first sight */
    uint32_t count, capacity;
    struct ledger_job *touched;
    const char **next_names; /* of a bulk push under way */
    uint32_t next_count;
    const char *acting; /* during one command: the job whose task sent it, or NULL */
    int64_t now_us;
    uint64_t starts;
    uint64_t nameless;
    /* Counters for the run's stages. */
    uint64_t pending; /* accepted jobs that have not ended */
    uint64_t queued;  /* of them, copies in queues, private lists and hands */
    uint64_t working; /* tasks that work on a job */
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
void ledger_announce_bulk(struct ledger *ledger, const char **names, uint32_t count);
void ledger_give_up(struct ledger_job *job);

/* A command that the fake has executed. `acting`: the job whose task sent it, or NULL. */
void ledger_observe(struct ledger *ledger, const struct fake_redis_event *event, const char *acting,
                    int64_t now_us);

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

/* By its jid, or by the bytes of a payload that has none; NULL: not seen yet. */
struct ledger_job *ledger_find(const struct ledger *ledger, struct fl_span id);
/* The process that the job was last handed to; NULL: none yet. */
const char *ledger_holder(const struct ledger *ledger, const char *name);
/* The scenario's name of a jid that begins `text`; returns its length, 0 when there is none. */
size_t ledger_rename(const struct ledger *ledger, struct fl_span text, const char **ret_name);
/* "done", "waiting in queue:default", "being run by p1": for a person. */
void ledger_describe(const struct ledger_job *job, struct fl_buf *out);
const char *ledger_state_text(enum plan_job_state state);

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
/* The name of a session or process, kept as long as the ledger; NULL: no memory. */
const char *ledger_session(struct ledger *ledger, const char *name);
/* NULL: not a key of the queue's (or no memory). */
struct ledger_key *ledger_key_of(struct ledger *ledger, struct fl_span name);
void ledger_settle(struct ledger *ledger); /* judges all that were touched */
void ledger_violate(struct ledger *ledger, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
