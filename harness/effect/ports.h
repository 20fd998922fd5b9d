/* harness/effect/ports.h - the ports of one simulated process, each call of them an effect.
 *
 * Clock, random and log are observed, not counted: a new log line moves no address. */
#ifndef HARNESS_EFFECT_PORTS_H
#define HARNESS_EFFECT_PORTS_H

#include "harness/effect/effect.h"
#include "ports/ports.h"

enum { EFFECT_FIBERS_MAX = 1024, EFFECT_BROKEN_MAX = 32, EFFECT_LENT_MAX = 64 };

/* Lets the wrapper cut a connection after so many replies of the next batch; the transport's. */
enum effect_wire_end { EFFECT_WIRE_BREAKS, EFFECT_WIRE_STALLS };
struct effect_wire {
    /* Of the next batch only so many replies arrive, and bytes of the one after them; then the
     * connection breaks, or is silent. */
    void (*cut)(void *self, uint64_t replies, uint64_t bytes, enum effect_wire_end end);
    /* The next batch does not arrive. */
    void (*swallow)(void *self, enum effect_wire_end end);
    /* The replies to the next batch arrive in pieces of so many bytes. */
    void (*slice)(void *self, uint64_t bytes);
    void *self;
};

/* What one fiber works on. */
struct effect_fiber {
    const struct sim_fiber *fiber;
    struct effect_context *context;
    char jid[32];    /* ""; the job it works on */
    uint64_t began;  /* kept by the stage: the job that the task took, */
    uint64_t learnt; /* and what it has heard since */
    uint32_t open;   /* so are effects of it that have begun and are not over */
};

/* A database connection that a fault has broken: it fails until it is returned. */
struct effect_broken {
    const struct fl_db_conn *conn;
    const char *text;
};

/* What a task has been lent and must give back. */
enum effect_loan { EFFECT_LOAN_CONNECTION, EFFECT_LOAN_FILE };
struct effect_lent {
    const void *thing; /* NULL: nothing */
    const struct sim_fiber *fiber;
    enum effect_loan loan;
    bool in_transaction; /* a connection */
    bool dirty;          /* and its transaction has changed something */
};

struct effect_process {
    struct effects *effects;
    struct sim_process *process;
    const char *name;      /* "p1"; lives as long as the run */
    struct fl_ports inner; /* the program's, before wrapping */
    struct effect_wire wire;
    struct effect_fiber *fibers; /* in the identities' arena; kept from life to life */
    uint32_t fiber_count, fiber_capacity;
    uint32_t last_fiber; /* the entry that was asked for last */
    uint32_t passing;    /* fibers whose effect is on its way */
    struct effect_broken broken[EFFECT_BROKEN_MAX];
    struct effect_lent lent[EFFECT_LENT_MAX]; /* what does not fit is not watched */
    uint32_t lent_count;                      /* entries in use, holes counted */
    bool batch_in_pieces;         /* a fault cuts a batch: the connection is its own meanwhile */
    struct sim_waiters for_batch; /* who waits for its end */
};

/* Zeroed before its first life. `inner` may lack ports that its program does not have. */
void effect_process_init(struct effect_process *process, struct effects *effects,
                         struct sim_process *sim, const char *name, const struct fl_ports *inner,
                         struct effect_wire wire);
struct fl_ports effect_ports(struct effect_process *process);
/* The context of the running fiber. */
struct effect_context *effect_process_context(struct effect_process *process);
/* The port that a handler sees leads back to its process; NULL: not one of ours. */
struct effect_process *effect_process_of(struct fl_redis redis);

/* Something that the running fiber has been lent and has not given back, from *cursor on; NULL: no
 * more. */
const struct effect_lent *effect_lent_next(struct effect_process *process, uint32_t *cursor);

/* For this folder, all in harness memory or without any. NULL: not watched. */
void effect_lend(struct effect_process *process, const void *thing, enum effect_loan loan);
struct effect_lent *effect_lent_of(struct effect_process *process, const void *thing);
void effect_give_back(struct effect_process *process, const void *thing);
/* For this folder: the running fiber's entry, made when it is new, and valid until the next call;
 * the context of a role. */
struct effect_fiber *effect_current_fiber(struct effect_process *process);
struct effect_context *effect_role_context(struct effect_process *process, const char *role);
/* One wrapper each; used by effect_ports. */
struct fl_redis effect_redis(struct effect_process *process);
struct fl_db effect_db(struct effect_process *process);
struct fl_http effect_http(struct effect_process *process);
struct fl_mailer effect_mail(struct effect_process *process);
struct fl_statsd effect_statsd(struct effect_process *process);
struct fl_files effect_files(struct effect_process *process);
struct fl_tasks effect_tasks(struct effect_process *process);
struct fl_log effect_log(struct effect_process *process);
struct fl_process_port effect_process_port(struct effect_process *process);

#endif
