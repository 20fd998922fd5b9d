/* src/queue/keys.h - the names of everything that the job system keeps in Redis.
 *
 * Sidekiq's own, and two of Faultline's for reliable fetch:
 *   queue:fl|<identity>|<queue>  list: jobs that the process has taken and not yet acknowledged,
 *                                newest at the head; |<capsule> behind it for the second capsule
 *                                that has the queue, and the third
 *   faultline:fetchers           hash: identity -> JSON array of the queues it has such lists for,
 *                                [queue, capsule] for one of those
 */
#ifndef FL_QUEUE_KEYS_H
#define FL_QUEUE_KEYS_H

#include "queue/process.h"

#define FL_KEY_QUEUES          "queues"
#define FL_KEY_QUEUE_PREFIX    "queue:"
#define FL_KEY_SCHEDULE        "schedule"
#define FL_KEY_RETRY           "retry"
#define FL_KEY_DEAD            "dead"
#define FL_KEY_PROCESSES       "processes"
#define FL_KEY_PROCESS_CLEANUP "process_cleanup"
#define FL_KEY_PAUSED          "paused"
#define FL_KEY_SIGNALS_SUFFIX  "-signals"
#define FL_KEY_STAT_PROCESSED  "stat:processed"
#define FL_KEY_STAT_FAILED     "stat:failed"
#define FL_KEY_LIMITER_PREFIX  "lmtr:"
#define FL_KEY_BATCH_PREFIX    "b-"
#define FL_KEY_BATCHES         "batches"
#define FL_KEY_BATCHES_DIED    "batch-died"
#define FL_KEY_ITERATION       "it-"
#define FL_KEY_LEADER          "dear-leader"
#define FL_KEY_LOCK_DIGESTS    "uniquejobs:digests"
#define FL_KEY_LOCK_EXPIRING   "uniquejobs:expiring_digests"
#define FL_KEY_LOCK_REAPER     "uniquejobs:reaper"
#define FL_KEY_LOCK_SUSPECTS   "faultline:lock-suspects"
#define FL_KEY_FETCHERS        "faultline:fetchers"
#define FL_KEY_PERIODIC_PREFIX "faultline:periodic:"
#define FL_KEY_ALERTS          "faultline:alerts"
#define FL_KEY_PRIVATE_PREFIX  "queue:fl|"

enum { FL_KEY_BYTES = FL_IDENTITY_BYTES + FL_QUEUE_NAME_BYTES + FL_CAPSULE_NAME_BYTES + 16 };

#endif
