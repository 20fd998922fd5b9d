/* faultline/batch.h - jobs that belong together, and what runs once all of them have.
 *
 * A handler collects jobs, and closing pushes all of them, with all that is noted of the batch, in
 * one step:
 *
 *     static const struct fl_batch_callback callbacks[] = {
 *         {FL_BATCH_SUCCESS, "ReportReadyWorker", FL_SPAN("{\"report\":7}"), NULL}};
 *     const struct fl_batch_options options = {
 *         .description = "report 7", .callbacks = callbacks, .callback_count = 1};
 *     struct fl_batch *batch;
 *     enum fl_error err = fl_batch_new(job, &options, &batch);
 *     for (int page = 1; !err && page <= 9; page++) err = fl_batch_add(batch, &push_of(page));
 *     if (!err) err = fl_batch_close(batch);
 *     fl_batch_free(batch);
 *
 * A callback is an ordinary job: of the class that is named, with the arguments
 * [bid, "success", options]. It is enqueued once, in the step in which the last job ends, however
 * often jobs run and answers are lost; like every job it may run more than once.
 *
 * A batch inside a job's own batch (`nested`) ends before it: its callbacks are jobs of the batch
 * around it, which they may reopen. Unlike Sidekiq Pro's, they count in that batch's total. */
#ifndef FAULTLINE_BATCH_H
#define FAULTLINE_BATCH_H

#include <stdint.h>

#include "faultline/worker.h"

enum {
    FL_BID_BYTES = 64,         /* a longer name is FL_EINVAL; letters, digits, - and _ */
    FL_BATCH_JOBS_MAX = 10000, /* in one step; a job of the batch may add further ones */
    FL_BATCH_BYTES_MAX = 64 * 1024 * 1024,
    FL_BATCH_CALLBACKS_MAX = 16,
    FL_BATCH_DEPTH_MAX = 16,         /* batches in batches */
    FL_BATCH_TEXT_BYTES = 256,       /* a description, a key of additions */
    FL_BATCH_EXPIRES_S = 30 * 86400, /* after its creation it is forgotten, whatever is open */
    FL_BATCH_LINGER_S = 86400,       /* after its success */
    FL_BATCH_LINGER_S_MIN = 30,
    FL_BATCH_FAILED_MAX = 100, /* failed jobs that a status names */
};

enum fl_batch_event {
    FL_BATCH_SUCCESS,  /* every job has succeeded, and every batch inside */
    FL_BATCH_COMPLETE, /* every job has run, and succeeded or failed; so have those inside */
    FL_BATCH_DEATH,    /* the first of its jobs has died: no run is left, it may stand in `dead` */
};

struct fl_batch_callback {
    enum fl_batch_event event;
    const char *worker;
    struct fl_span options; /* JSON for its third argument; empty: {} */
    const char *queue;      /* NULL: the worker's, as in struct fl_push */
};

struct fl_batch_options {
    /* NULL: a fresh one, so that a run that comes again makes another batch. With a name of its own
     * (fl_bid_derive) a batch is made once. */
    const char *bid;
    const char *description; /* may be NULL */
    const struct fl_batch_callback *callbacks;
    size_t callback_count;
    bool nested;          /* it is part of the job's own batch */
    int64_t expires_in_s; /* 0: FL_BATCH_EXPIRES_S */
    int64_t linger_s;     /* 0: FL_BATCH_LINGER_S; at least FL_BATCH_LINGER_S_MIN */
};

struct fl_batch; /* what is collected; nothing is sent before it is closed */

/* Borrows `job` and the texts of `options` until it is freed. FL_EINVAL: an option is not
 * well-formed, or `nested` in a job that is in no batch. FL_ENOMEM. */
FL_CHECKED enum fl_error fl_batch_new(struct fl_job *job, const struct fl_batch_options *options,
                                      struct fl_batch **ret_batch);
/* To add jobs to the batch that the job belongs to. What has been added under `key` is not added
 * again when the job comes again; NULL: it is. FL_EINVAL: the job is in no batch. */
FL_CHECKED enum fl_error fl_batch_reopen(struct fl_job *job, const char *key,
                                         struct fl_batch **ret_batch);
/* Copies all that `push` says, once the client's middleware has let it pass: FL_ECANCELED when it
 * has not, and the job does not count. FL_EINVAL: it is not well-formed, or its class takes a lock
 * at the push; FL_EBOUND: too many; FL_ENOMEM. */
FL_CHECKED enum fl_error fl_batch_add(struct fl_batch *batch, const struct fl_push *push);
/* All or nothing. FL_OK also when it was made, or added, before. FL_ENOTFOUND: the batch that the
 * job belongs to is gone, or has no place for it any more: the job has ended elsewhere. FL_EBOUND:
 * nested too deep. After FL_ELOST it may be repeated. A batch without jobs succeeds at once. */
FL_CHECKED enum fl_error fl_batch_close(struct fl_batch *batch);
void fl_batch_free(struct fl_batch *batch); /* NULL is fine */
const char *fl_batch_bid(const struct fl_batch *batch);

/* 14 characters that depend on nothing but `key`. */
void fl_bid_derive(struct fl_span key, char ret_bid[15]);
/* The batch that the job belongs to; "": none. */
const char *fl_job_bid(const struct fl_job *job);

struct fl_batch_status {
    int64_t total, pending, failures; /* pending: without success yet; failures: of them */
    int64_t dead;                     /* of the failures */
    bool is_complete, is_successful, has_died, is_valid;
    char description[FL_BATCH_TEXT_BYTES];
    char parent[FL_BID_BYTES + 1];
    char failed[FL_BATCH_FAILED_MAX][25]; /* jids of failures, in no order */
    size_t failed_count;
};
/* FL_ENOTFOUND: it never was, or has been forgotten. Else what fl_redis_exec returns. */
FL_CHECKED enum fl_error fl_batch_ask(struct fl_job *job, const char *bid,
                                      struct fl_batch_status *ret_status);
/* Its jobs, and those of the batches inside, should not do their work any more; each looks itself.
 * FL_ENOTFOUND as above. */
FL_CHECKED enum fl_error fl_batch_invalidate(struct fl_job *job, const char *bid);
/* Whether the job's own batch, and those around it, are valid: true without one. */
FL_CHECKED enum fl_error fl_batch_is_valid(struct fl_job *job, bool *ret_valid);

#endif
