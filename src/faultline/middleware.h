/* faultline/middleware.h - functions around every job that a process runs, and around every push of
 * its handlers: two chains, each link of which calls the next. And what is told of each job that
 * dies.
 *
 * A module that has some defines `fl_setup`. Its `configure` is called once for each process,
 * before the first job, in the order in which modules are loaded:
 *
 *     static const struct fl_middleware timing = {.name = "timing", .around_job = time_it};
 *     static enum fl_error configure(struct fl_config *config)
 *     {
 *         return fl_chain_add(fl_config_server(config), &timing);
 *     }
 *     const struct fl_setup fl_setup = {.configure = configure};
 */
#ifndef FAULTLINE_MIDDLEWARE_H
#define FAULTLINE_MIDDLEWARE_H

#include "faultline/worker.h"

struct fl_config; /* of a process that is being made */
struct fl_chain;
struct fl_next_job;  /* the links behind this one, and the handler */
struct fl_next_push; /* the links behind this one, and the push itself */

/* Returns what became of the job: what fl_run_next says, or an end of its own (fl_fail,
 * fl_discard). Who does not call the next passes the job over: with FL_DONE it counts as done. A
 * job of an unknown class reaches no link. */
typedef enum fl_outcome fl_around_job(struct fl_job *job, const struct fl_next_job *next);
/* May change what is pushed: class, arguments, queue, tags and the other options, by texts that
 * live until it returns. Who returns FL_ECANCELED, or FL_OK without having called the next, stops
 * the push: its caller gets FL_ECANCELED. `push->jid` is never NULL here. A job that is promoted
 * from the schedule, retried or recovered is not pushed anew: links see each job once. */
typedef enum fl_error fl_around_push(struct fl_push *push, const struct fl_next_push *next);

struct fl_middleware {
    const char *name;
    fl_around_job *around_job;   /* in the server's chain */
    fl_around_push *around_push; /* in the client's */
};

enum fl_outcome fl_run_next(struct fl_job *job, const struct fl_next_job *next);
FL_CHECKED enum fl_error fl_push_next(struct fl_push *push, const struct fl_next_push *next);

enum { FL_CHAIN_MAX = 32, FL_DEATH_HANDLERS_MAX = 16 };

struct fl_chain *fl_config_server(struct fl_config *config);
struct fl_chain *fl_config_client(struct fl_config *config);

/* Borrows the link for the life of the process. To the end of the chain, or to its beginning; one
 * of that name that stands in it already moves there. FL_EBOUND: the chain is full. FL_EINVAL: the
 * link has no function for this chain. */
FL_CHECKED enum fl_error fl_chain_add(struct fl_chain *chain, const struct fl_middleware *link);
FL_CHECKED enum fl_error fl_chain_prepend(struct fl_chain *chain, const struct fl_middleware *link);
/* Beside the link of the name `anchor`; when there is none, before all others, or behind them. */
FL_CHECKED enum fl_error fl_chain_insert_before(struct fl_chain *chain, const char *anchor,
                                                const struct fl_middleware *link);
FL_CHECKED enum fl_error fl_chain_insert_after(struct fl_chain *chain, const char *anchor,
                                               const struct fl_middleware *link);
void fl_chain_remove(struct fl_chain *chain, const char *name);
void fl_chain_clear(struct fl_chain *chain);
bool fl_chain_has(const struct fl_chain *chain, const char *name);

/* Told of each job that will not run again: retries spent, a permanent failure, `retry: false`, and
 * with wire 8 what a retry_in hook discards. After the class's exhausted hook, before the job is
 * buried; once for a job, or again when the process is killed meanwhile. The error is told by
 * fl_job_error_class and fl_job_error_message. What a handler reports as failed is logged, and the
 * others run. */
typedef void fl_death_handler(struct fl_job *job);
/* FL_EBOUND: there are as many as can be. */
FL_CHECKED enum fl_error fl_config_on_death(struct fl_config *config, fl_death_handler *handler);

struct fl_setup {
    /* Anything but FL_OK keeps the process from starting. */
    enum fl_error (*configure)(struct fl_config *config);
};
extern const struct fl_setup fl_setup;

#endif
