/* src/queue/script.h - the Lua scripts: each changes what it finds, and only if it is still as it
 * was: a job that is moved, a right that is held.
 *
 * None edits JSON: new bytes are made here and sent as an argument. Each is called by its SHA-1 and
 * loaded when Redis does not know it (first use, restart, SCRIPT FLUSH). */
#ifndef FL_QUEUE_SCRIPT_H
#define FL_QUEUE_SCRIPT_H

#include "core/error.h"
#include "core/span.h"
#include "ports/clock.h"
#include "ports/redis.h"

enum fl_script {
    /* KEYS private queue, ARGV job -> 1 moved, 0 not there. To the tail: it is taken next. */
    FL_SCRIPT_GIVE_BACK,
    /* KEYS private retry, ARGV job new-job score */
    FL_SCRIPT_RETRY,
    /* KEYS private dead, ARGV job new-job score oldest-score rank-from-the-end */
    FL_SCRIPT_BURY,
    /* KEYS zset queues queue, ARGV member new-job queue-name */
    FL_SCRIPT_PROMOTE,
    /* KEYS zset dead, ARGV member score oldest-score rank-from-the-end */
    FL_SCRIPT_BURY_MEMBER,
    /* KEYS heartbeat fetchers dead schedule, then private queue for each of its queues; ARGV
     * identity forced forget recoveries-max score oldest-score rank-from-the-end count-seconds
     * apart-seconds -> jobs moved (-1 when it lives and nothing is forced), then those that were
     * recovered too often and went to the dead set, or are gone. recoveries-max 0: that is not
     * counted. From the second recovery on jobs go to the schedule, so many seconds apart. Newest
     * first to the tail, so that the oldest is taken next. The lists are empty then; `forget`
     * removes the entry. */
    FL_SCRIPT_RECOVER,
    /* KEYS leader, ARGV identity lease-seconds -> 1 leads, 0 another does */
    FL_SCRIPT_LEAD,
    /* KEYS leader, ARGV identity */
    FL_SCRIPT_RESIGN,
    /* KEYS leader last-tick queues queue [lock digests], ARGV identity tick job queue-name
     * keep-seconds [jid ttl-ms digest-score limit] -> 1 enqueued, 2 not, as others hold the lock; 0
     * this tick or a later one had been before, -1 does not lead */
    FL_SCRIPT_FIRE,
    /* KEYS lock digests queues queue-or-schedule, ARGV jid now ttl-ms job queue-name score ("": to
     * the queue) digest-score limit -> 1 pushed, or had been with this jid; 0 others hold the lock
     */
    FL_SCRIPT_PUSH_LOCKED,
    /* The same, in the place of the oldest that holds it. KEYS also queue schedule retry, in which
     * that one is looked for, ARGV also jobs-max -> 0 there are more in them */
    FL_SCRIPT_PUSH_REPLACING,
    /* KEYS lock digests private [lock given back], ARGV jid now ttl-ms job limit -> 1 held, 0
     * others have it, -1 the job is not there any more; job "": that is not asked */
    FL_SCRIPT_LOCK,
    /* KEYS private lock... digests, ARGV job jid -> 1 given back, -1 as above */
    FL_SCRIPT_UNLOCK,
    /* The moves of a job that gives back locks on its way. KEYS private lock... digests, ARGV job
     * jid -> 1 acknowledged */
    FL_SCRIPT_ACKNOWLEDGE_LOCKED,
    /* KEYS private retry lock... digests, ARGV job new-job score ttl-ms now limit jid. With a ttl
     * ("0": for ever) the locks are taken anew where there is room; "": they are given back */
    FL_SCRIPT_RETRY_LOCKED,
    /* KEYS private dead lock... digests, ARGV job new-job score oldest-score rank-from-the-end jid
     */
    FL_SCRIPT_BURY_LOCKED,
    /* KEYS digests expiring suspects queues fetchers processes schedule retry, ARGV now locks-max
     * jobs-max -> locks freed, -1: too many jobs to look through */
    FL_SCRIPT_REAP_LOCKS,
    /* KEYS the batch's hash, ARGV bid new ("1") now seconds own-jid batch-around ("") key ("")
     * expires-s linger-s depth-max description, the count of callbacks, for each event queue jid
     * payload-up-to-its-time, for each job queue score ("": now) jid payload -> 1 added, 0 that was
     * done before, -1 own-jid is not open in the batch (around), -2 nested too deep */
    FL_SCRIPT_BATCH_ADD,
    /* KEYS the batch's hash, ARGV bid -> 0 it, or one around it, is not valid any more */
    FL_SCRIPT_BATCH_VALID,
    /* KEYS the batch's hash -> 0 there is none */
    FL_SCRIPT_BATCH_INVALIDATE,
    /* A move with all that may hang on a job. KEYS private set-or-queue digests lock..., ARGV job
     * new-job score ("": to the head of a queue) oldest-score ("": not to `dead`) rank-from-the-end
     * ttl-ms ("": locks are given back) now-s jid bid ("") step now forget-cursor ("") limit */
    FL_SCRIPT_TOGETHER,
    /* KEYS iteration private, ARGV job ("": nobody owns it) runs cursor seconds keep-seconds -> 1
     * saved, 2 saved, and it has been cancelled, -1 the job is not there any more */
    FL_SCRIPT_SAVE_ITERATION,
    /* Limits: KEYS state, ARGV size period-us used token -> 0 taken, else microseconds until it is
     * worth asking again */
    FL_SCRIPT_LIMIT_CONCURRENT,
    FL_SCRIPT_LIMIT_BUCKET,
    FL_SCRIPT_LIMIT_WINDOW,
    FL_SCRIPT_LIMIT_LEAKY,
    /* KEYS state, ARGV size period-us more (or less, below 0) */
    FL_SCRIPT_LIMIT_CORRECT,
    /* What operators do with entries. KEYS[1] is where they stand; each entry is its bytes and its
     * score as Redis prints it ("": KEYS[1] is a queue). Only what stands there with exactly that
     * score is touched. -> entries moved */
    /* KEYS place, ARGV entry... */
    FL_SCRIPT_DELETE_ENTRIES,
    /* KEYS place queues, then each entry's queue, ARGV (entry new-job queue-name)... */
    FL_SCRIPT_ENQUEUE_ENTRIES,
    /* KEYS place dead, ARGV score entry... Trims nothing: whoever buries the next job does. */
    FL_SCRIPT_KILL_ENTRIES,
    /* KEYS set, ARGV new-score entry... */
    FL_SCRIPT_RESCHEDULE_ENTRIES,
    FL_SCRIPT_COUNT
};

struct fl_span fl_script_text(enum fl_script script);
struct fl_span fl_script_sha(enum fl_script script); /* 40 hex digits */

enum { FL_SCRIPT_FEW_ARGS = 3 + 4 + 2 * 64 + 9 }; /* need no memory of their own */
enum { FL_SCRIPT_ERROR_BYTES = 160 };

/* One call; *ret_moved is the script's integer. FL_EREPLY: Redis refused it, ret_error (may be
 * NULL) holds the beginning of its words. Else what fl_redis_exec returns. */
FL_CHECKED enum fl_error fl_script_call(enum fl_script script, struct fl_redis redis,
                                        struct fl_clock clock, const struct fl_span *keys,
                                        size_t key_count, const struct fl_span *args,
                                        size_t arg_count, int64_t *ret_moved,
                                        char ret_error[FL_SCRIPT_ERROR_BYTES]);
/* The same for a script that answers with more than an integer; the caller releases *ret_replies in
 * every case. */
FL_CHECKED enum fl_error fl_script_ask(enum fl_script script, struct fl_redis redis,
                                       struct fl_clock clock, const struct fl_span *keys,
                                       size_t key_count, const struct fl_span *args,
                                       size_t arg_count, struct fl_replies *ret_replies,
                                       char ret_error[FL_SCRIPT_ERROR_BYTES]);

#endif
