/* src/queue/client.h - puts jobs on the wire: push, bulk push, in and at (Sidekiq 7.3's client).
 *
 * An immediate job is SADD queues + LPUSH queue:<name> in one batch, a later one ZADD schedule.
 * After FL_ELOST the job may or may not stand in Redis; pushing again with the same jid can enqueue
 * it twice, as with Sidekiq (handlers are idempotent). READONLY, NOREPLICAS and UNBLOCKED are
 * retried once. */
#ifndef FL_QUEUE_CLIENT_H
#define FL_QUEUE_CLIENT_H

#include <stdint.h>

#include "core/error.h"
#include "core/span.h"
#include "ports/clock.h"
#include "ports/random.h"
#include "ports/redis.h"
#include "queue/encryption.h"
#include "queue/process.h"

enum { FL_JID_BYTES = 25, FL_PAYLOAD_BYTES_MAX = 16 * 1024 * 1024, FL_PUSH_SLICE = 1000 };

/* Below this many seconds a time is an interval from now, from it on an instant (Sidekiq's rule).
 */
#define FL_INTERVAL_SECONDS_MAX 1000000000.0

struct fl_client {
    struct fl_clock clock;
    struct fl_random random;
    struct fl_redis redis;
    enum fl_wire wire;
    const struct fl_keyring *keyring; /* NULL: no key */
};

/* What a job carries besides class and arguments; zeroed is the default. */
struct fl_client_job {
    const char *worker;        /* required */
    struct fl_span args;       /* required: a JSON array as text, else FL_EINVAL */
    const char *queue;         /* NULL: "default" */
    const char *jid;           /* NULL: fresh */
    int64_t at_us;             /* wall time; 0 or past: now */
    struct fl_span retry;      /* raw JSON: true, false or a number; empty: true */
    const char *retry_queue;   /* NULL: not written */
    struct fl_span tags;       /* a JSON array of texts; empty: not written */
    int backtrace_lines;       /* 0: not written; -1: true */
    enum fl_dead_setting dead; /* FL_DEAD_DROP writes "dead":false */
    int retry_for_s;           /* 0: not written */
    int expires_in_s;          /* 0: never */
    enum fl_lock lock;
    int lock_ttl_s; /* 0: for ever */
    int lock_limit, lock_timeout_s;
    enum fl_push_conflict on_push_conflict;
    size_t slice;    /* of a bulk push: jobs in one command; 0, or more than 1000: 1000, but with
                        wire 8 100 of those for later */
    bool encrypt;    /* the last argument */
    const char *bid; /* the batch that it belongs to; NULL: none */
};

/* A job with its class's own options, as the class would enqueue it; `retry` keeps a text that the
 * result borrows. `worker` NULL: the class is not known here, the defaults hold. */
enum { FL_RETRY_TEXT_BYTES = 16 };
struct fl_client_job fl_client_job_of(const struct fl_worker *worker, const char *name,
                                      struct fl_span args, char retry[FL_RETRY_TEXT_BYTES]);

/* FL_EINVAL, and FL_ENOTFOUND for want of a key (nothing was sent), FL_EEXIST (the same job holds
 * the lock; nothing was pushed; that it is this very jid is FL_OK, so a repeat after FL_ELOST
 * pushes nothing twice), FL_EREPLY (Redis refused it), or what the redis port returns. ret_jid may
 * be NULL. */
FL_CHECKED enum fl_error fl_client_push(const struct fl_client *client,
                                        const struct fl_client_job *job,
                                        char ret_jid[FL_JID_BYTES]);
/* `count` jobs that differ in their arguments only; one variadic LPUSH (or ZADD) a slice,
 * so the first is run first. Jobs with a lock go one by one, and those that are refused are passed
 * over. job->args and job->jid are ignored. Stops at the first slice that
 * fails; *ret_pushed (may be NULL) counts the jobs of the slices that were answered. */
FL_CHECKED enum fl_error fl_client_push_bulk(const struct fl_client *client,
                                             const struct fl_client_job *job,
                                             const struct fl_span *args, size_t count,
                                             size_t *ret_pushed);
/* One payload, as it is; `at_us` 0: to its queue now. Errors as of fl_client_push. */
FL_CHECKED enum fl_error fl_client_send(const struct fl_client *client, const char *queue,
                                        struct fl_span payload, int64_t at_us);
/* The payload of `job` as it would be pushed. Errors as of fl_client_push
 * before anything is sent. */
FL_CHECKED enum fl_error fl_client_payload(const struct fl_client *client,
                                           const struct fl_client_job *job, const char *jid,
                                           struct fl_buf *out);
/* 24 lower-case hex digits of chance. */
void fl_client_fresh_jid(struct fl_random random, char ret_jid[FL_JID_BYTES]);
/* perform_in/perform_at's reading of a number of seconds; 0 for "now". */
int64_t fl_client_at_us(double seconds, int64_t now_us);

#endif
