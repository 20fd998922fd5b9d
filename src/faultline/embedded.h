/* faultline/embedded.h - a worker process inside another program, which keeps its main, its signals
 * and its end to itself.
 *
 * In Redis it is a process as any other, shown as embedded; the buttons that quiet and stop others
 * do nothing to it. */
#ifndef FAULTLINE_EMBEDDED_H
#define FAULTLINE_EMBEDDED_H

#include <stddef.h>

#include "core/error.h"
#include "faultline/middleware.h"
#include "faultline/worker.h"

enum { FL_EMBEDDED_PROBLEM_BYTES = 1600, FL_EMBEDDED_QUEUES_MAX = 64 };

struct fl_embedded_queue {
    const char *name;
    int weight; /* all 0: asked in this order; else drawn by weight, 0 counts as 1 */
};

/* Borrowed, with all it points to, until it has been stopped; NULL and 0 mean what stands behind.
 */
struct fl_embedded_options {
    const struct fl_worker *workers;        /* required; a row without a name ends the table */
    const struct fl_setup *setup;           /* middleware and event handlers; NULL: none */
    const struct fl_embedded_queue *queues; /* "default" */
    size_t queue_count;
    int concurrency;       /* job threads; 2, as Sidekiq's */
    int timeout_s;         /* grace of a stop; 25 */
    const char *redis_url; /* redis://localhost:6379/0 */
    const char *database;  /* the SQLite file that handlers use; none */
    const char *smtp_url, *statsd, *tag;
    int log_fd; /* JSON lines; 2, standard error */
};

struct fl_embedded; /* opaque: layout in embedded.c */

/* Its threads run from here on, with the caller's mask of signals: block what they are not to
 * handle before. SIGPIPE is the program's to ignore. FL_EINVAL, FL_ECONNECT, FL_ENOMEM, ...:
 * nothing runs, and `ret_problem` says why. */
FL_CHECKED enum fl_error fl_embedded_start(const struct fl_embedded_options *options,
                                           struct fl_embedded **ret_embedded,
                                           char ret_problem[FL_EMBEDDED_PROBLEM_BYTES]);
void fl_embedded_quiet(struct fl_embedded *embedded); /* it takes no more jobs; from any thread */
/* Waits for its end, at most the grace, by the thread that started it; then it is freed. FL_OK.
 * FL_ETIMEDOUT: jobs outlived the grace. They are given back and run again elsewhere, but their
 * threads go on: what they bring about for the job is void, and the memory of the process stays.
 * FL_EIO: it could not start, or has failed by itself before (logged). */
FL_CHECKED enum fl_error fl_embedded_stop(struct fl_embedded *embedded);

#endif
