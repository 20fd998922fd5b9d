/* src/workers/publish_worker.h - the job that makes an import's rows the current ones of its
 * account, a thousand at a time. Arguments: [import id].
 *
 * Each chunk is one transaction: a bulk upsert and the row to go on with. A run that comes again
 * goes on there; a process that is asked to stop hands over between two chunks. */
#ifndef WORKERS_PUBLISH_WORKER_H
#define WORKERS_PUBLISH_WORKER_H

#include "faultline/worker.h"

enum { PUBLISH_CHUNK_ROWS = 1000 };

enum fl_outcome publish_perform(struct fl_job *job);

#endif
