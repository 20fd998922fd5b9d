/* src/workers/clean_up_worker.h - the job that removes what is old: messages that were sent, and
 * the files of documents. Arguments: [days]. Enqueued by the clock, once a night.
 *
 * A run removes a bounded number and, when more is left, enqueues the next under a jid that follows
 * from its own. A file goes first, then its row says so: a kill in between removes nothing twice
 * that matters. */
#ifndef WORKERS_CLEAN_UP_WORKER_H
#define WORKERS_CLEAN_UP_WORKER_H

#include "faultline/worker.h"

enum {
    CLEAN_UP_CHUNK_ROWS = 1000, /* messages in one transaction */
    CLEAN_UP_CHUNKS_MAX = 10,   /* in one run */
    CLEAN_UP_FILES_MAX = 100,   /* in one run */
};

enum fl_outcome clean_up_perform(struct fl_job *job);

#endif
