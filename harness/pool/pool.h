/* harness/pool/pool.h - long-lived run workers: requests go out, answers or deaths come back.
 *
 * A run worker is this program again (fork and exec, with a hidden argument), so that each has its
 * own address layout, environment size, poison byte and stack offset. A request and its answer are
 * one line of JSON each; the pool does not look into them. A worker that dies on a signal, calls
 * _exit or makes no progress for its limit of real time gives a death as the answer and is
 * replaced. What a worker prints goes to standard error; its standard input is empty. */
#ifndef HARNESS_POOL_POOL_H
#define HARNESS_POOL_POOL_H

#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/span.h"

enum {
    POOL_WORKERS_MAX = 256,
    POOL_LINE_BYTES_MAX = 64 * 1024 * 1024,
    POOL_NOTE_BYTES = 512,
    POOL_REQUESTS_MAX = 1024 * 1024, /* queued and not answered yet */
    POOL_EXIT_FORBIDDEN = 86,        /* a worker's status when a handler called what it must not */
};

/* What a worker says of itself in shared memory while it runs; readable after its death. */
struct pool_note {
    uint64_t progress;            /* incremented at each effect */
    char effect[POOL_NOTE_BYTES]; /* "imp-1#2.7 redis LREM" */
    char symbol[POOL_NOTE_BYTES]; /* a forbidden call and its callers, innermost first: "exit
                                     (called by give_up < welcome)"; or "" */
    char remedy[POOL_NOTE_BYTES]; /* what is to be done instead of it; or "" */
    char where[POOL_NOTE_BYTES]; /* the module's function in which a signal found it, or hung; "" */
    int signal;                  /* set by the worker's own handler */
    int stack_overflow;          /* the fault address lay in a fiber's guard page */
};

enum pool_death { POOL_ANSWERED, POOL_CRASHED, POOL_HUNG };

struct pool_answer {
    uint64_t ticket;
    enum pool_death death;
    int worker; /* 0.. */
    int signal; /* of a crash; 0: it exited, with `status` */
    int status;
    struct fl_span line;   /* the answer; borrowed until the next pool_next */
    struct pool_note note; /* of a death */
};

struct pool;
/* `hang_limit_us`: real time without progress. */
FL_CHECKED enum fl_error pool_new(int workers, int64_t hang_limit_us, struct pool **ret_pool);
void pool_free(struct pool *pool);
int pool_workers(const struct pool *pool);
/* Queues a request for one given worker, or any (-1). */
FL_CHECKED enum fl_error pool_submit(struct pool *pool, int worker, struct fl_span line,
                                     uint64_t *ret_ticket);
/* Waits for the next answer; FL_ENOTFOUND when nothing is outstanding. */
FL_CHECKED enum fl_error pool_next(struct pool *pool, struct pool_answer *ret_answer);

/* The worker's side: main calls this when argv asks for it. `serve` answers one request; it may
 * append many lines' worth of text but no newline. Returns the exit status. */
typedef void pool_serve(void *context, struct fl_span request, struct fl_buf *answer);
int pool_worker_main(int argc, char **argv, pool_serve *serve, void *context);
/* Whether argv is a run worker's. */
int pool_is_worker(int argc, char **argv);
/* The calling worker's note; a private dummy outside a worker. Never NULL. */
struct pool_note *pool_worker_note(void);

#endif
