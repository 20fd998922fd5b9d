/* src/queue/lock.h - which jobs exclude each other, and from when until when.
 *
 * The locks of sidekiq-unique-jobs: the same class, queue and arguments have the same digest, and
 * the hash `<digest>:LOCKED` holds the jid of the job that waits, `<digest>:RUN:LOCKED` of the one
 * that runs. Only who stands in a hash is taken out of it, so a release by a job that has lost its
 * lock, or never had it, changes nothing. Pure but for the memory that a digest needs. */
#ifndef FL_QUEUE_LOCK_H
#define FL_QUEUE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/json.h"
#include "core/span.h"
#include "faultline/worker.h"
#include "queue/batch.h"
#include "queue/payload.h"

enum { FL_LOCK_RESCHEDULE_S = 5, FL_LOCK_LIMIT_MAX = 1000, FL_LOCK_LOOK_MAX = 1000 };
enum { FL_LOCK_DIGEST_BYTES = 256, FL_LOCK_KEY_BYTES = FL_LOCK_DIGEST_BYTES + 16 };

struct fl_job_lock {
    enum fl_lock kind;
    enum fl_conflict on_conflict;
    int64_t ttl_ms;                                              /* 0: for ever */
    int64_t limit;                                               /* so many may hold it */
    int64_t timeout_us;                                          /* how long it may be waited for */
    char waiting[FL_LOCK_KEY_BYTES], running[FL_LOCK_KEY_BYTES]; /* the hashes */
};

/* "until_executed", as payloads have it; NULL for FL_LOCK_NONE. */
const char *fl_lock_name(enum fl_lock lock);
/* For a log line: "it goes to the dead set". */
const char *fl_conflict_text(enum fl_conflict conflict);
/* Under which sorted set its digest stands: those that only time ends have one of their own. */
struct fl_span fl_lock_digests_key(enum fl_lock lock);
/* Its score there: when it was taken, or when it ends. */
int64_t fl_lock_digest_score_s(enum fl_lock lock, int64_t now_s, int64_t ttl_ms);
/* What FL_LOCK_UNTIL_... holds from the push on. */
bool fl_lock_is_taken_at_push(enum fl_lock lock);
/* From 1 to FL_LOCK_LIMIT_MAX, whatever is said. */
int64_t fl_lock_limit(int64_t limit);
/* Made from class, queue and arguments as sidekiq-unique-jobs does. FL_ENOMEM, FL_EBOUND. */
FL_CHECKED enum fl_error fl_lock_digest(const char *worker, const char *queue,
                                        struct fl_json_at args,
                                        char ret_digest[FL_LOCK_DIGEST_BYTES]);
/* What the payload says of locks wins over the worker's table (NULL: the class is not known). Kind
 * FL_LOCK_NONE: there is none. Errors as of fl_lock_digest. */
FL_CHECKED enum fl_error fl_lock_of(const struct fl_payload *payload,
                                    const struct fl_worker *worker, const char *queue,
                                    struct fl_job_lock *ret_lock);

/* What a job leaves when it moves on, in the same step: locks, its place in a batch, how far it had
 * come. Zeroed: nothing. */
enum { FL_LOCK_KEYS_MAX = 2 };
struct fl_release {
    struct fl_span jid;
    struct fl_span bid; /* of the step */
    enum fl_batch_step step;
    bool forgets_cursor;                   /* of an iteration that is over */
    struct fl_span keys[FL_LOCK_KEYS_MAX]; /* hashes, borrowed from the lock */
    size_t count;
    bool again;     /* they are taken anew, unless somebody else has them by now ... */
    int64_t ttl_ms; /* ... for so long */
    int64_t limit;  /* ... so many may have them */
};

enum fl_lock_end {
    FL_LOCK_END_DONE,  /* it ran, or will never run again */
    FL_LOCK_END_RETRY, /* it failed and will run again */
};
struct fl_release fl_lock_release(const struct fl_job_lock *lock, const char *jid,
                                  enum fl_lock_end end);

#endif
