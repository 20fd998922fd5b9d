/* src/workers/remote_call.h - one change asked of another's HTTP API, and what its answer means for
 * the job.
 *
 * The call carries an idempotency key that must follow from what is to happen, never from the
 * attempt: the other side drops a repeat by it. */
#ifndef WORKERS_REMOTE_CALL_H
#define WORKERS_REMOTE_CALL_H

#include "faultline/worker.h"

struct remote_call {
    const char *method, *url;
    const char *idempotency_key;
    struct fl_span json;
};

/* 2xx: FL_DONE. The job has failed otherwise: for good at 4xx; until its next run at 408, 425, 429
 * and 5xx, and when no answer came within ten seconds. After a Retry-After the job's value is its
 * seconds, for remote_call_retry_in. */
enum fl_outcome remote_call_make(struct fl_job *job, const struct remote_call *call);
/* A `retry_in` of the worker's table: as long as the other side has asked for, an hour at most. */
int64_t remote_call_retry_in(struct fl_job *job, int64_t retry_count);

#endif
