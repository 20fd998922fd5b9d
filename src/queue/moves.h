/* src/queue/moves.h - the ways in which a job changes its place. Each is one atomic step.
 *
 * With reliable fetch a move takes the job's bytes out of the private list and, only if they were
 * there, puts it to its new place: FL_MOVE_NOT_OWNER says that somebody else has taken the job over
 * (this process was taken for dead). A repeat after FL_ELOST is safe: when the first was applied,
 * the repeat finds nothing. With basic fetch nobody owns a job: a repeat may add it twice.
 *
 * Two jobs with the very same bytes (a push that was applied twice) may stand in one private list;
 * a repeat can then take the other's bytes. Its own move finds nothing, and the job, which has been
 * settled, is not run again. */
#ifndef FL_QUEUE_MOVES_H
#define FL_QUEUE_MOVES_H

#include <stdint.h>

#include "core/error.h"
#include "core/span.h"
#include "ports/clock.h"
#include "ports/redis.h"
#include "queue/delivery.h"
#include "queue/keys.h"
#include "queue/lock.h"
#include "queue/process.h"
#include "queue/script.h"

enum fl_move { FL_MOVE_DONE, FL_MOVE_NOT_OWNER };

struct fl_moves {
    struct fl_redis redis;
    struct fl_clock clock;
    enum fl_fetch fetch;
    enum fl_wire wire; /* for the times of batches */
    int64_t dead_max_jobs, dead_timeout_us;
    const char *identity; /* names the private lists */
    const struct fl_queue_option *queues;
    const char *const *sharers; /* by queue (queue/settings.h); NULL: none is shared */
};

/* "queue:<name>", and the list of the jobs of it that this process has taken. */
struct fl_span fl_queue_key(const char *queue, char out[FL_KEY_BYTES]);
struct fl_span fl_private_key(const char *identity, const char *queue, char out[FL_KEY_BYTES]);
/* The same of a queue that an earlier capsule of the process has too. */
struct fl_span fl_shared_private_key(const char *identity, const char *queue, const char *capsule,
                                     char out[FL_KEY_BYTES]);
struct fl_span fl_moves_private_key(const struct fl_moves *moves, uint32_t queue,
                                    char out[FL_KEY_BYTES]);

/* `release` holds the locks that are given back in the same step (with basic fetch: after it);
 * NULL: none. All: FL_EREPLY fills ret_error with the server's words; else what fl_redis_exec
 * returns. */
FL_CHECKED enum fl_error fl_move_acknowledge(const struct fl_moves *moves,
                                             const struct fl_delivery *delivery,
                                             const struct fl_release *release,
                                             enum fl_move *ret_move,
                                             char ret_error[FL_SCRIPT_ERROR_BYTES]);
/* Many in one batch; *ret_missing counts those that were not there. */
FL_CHECKED enum fl_error fl_move_acknowledge_all(const struct fl_moves *moves,
                                                 struct fl_delivery *const *deliveries,
                                                 size_t count, size_t *ret_missing);
/* To the retry set, or to that of scheduled jobs. */
FL_CHECKED enum fl_error fl_move_to_set(const struct fl_moves *moves,
                                        const struct fl_delivery *delivery, const char *set,
                                        struct fl_span job, int64_t at_us,
                                        const struct fl_release *release, enum fl_move *ret_move,
                                        char ret_error[FL_SCRIPT_ERROR_BYTES]);
/* Trims the dead set as Sidekiq does: what is older than the timeout, and all but max-1 jobs. */
FL_CHECKED enum fl_error fl_move_to_dead(const struct fl_moves *moves,
                                         const struct fl_delivery *delivery, struct fl_span job,
                                         const struct fl_release *release, enum fl_move *ret_move,
                                         char ret_error[FL_SCRIPT_ERROR_BYTES]);
/* To the head of its queue: it is the last to be taken. */
FL_CHECKED enum fl_error fl_move_to_queue(const struct fl_moves *moves,
                                          const struct fl_delivery *delivery, struct fl_span job,
                                          const struct fl_release *release, enum fl_move *ret_move,
                                          char ret_error[FL_SCRIPT_ERROR_BYTES]);
/* Original bytes to the tail of its queue: it is the next to be taken. */
FL_CHECKED enum fl_error fl_move_back(const struct fl_moves *moves,
                                      const struct fl_delivery *delivery, enum fl_move *ret_move,
                                      char ret_error[FL_SCRIPT_ERROR_BYTES]);
/* A due member of `set` becomes `job` in `queue`; NOT_OWNER: another process has promoted it. */
FL_CHECKED enum fl_error fl_move_promote(const struct fl_moves *moves, const char *set,
                                         struct fl_span member, struct fl_span job,
                                         const char *queue, enum fl_move *ret_move,
                                         char ret_error[FL_SCRIPT_ERROR_BYTES]);
/* A due member that is no job goes to the dead set as it is. */
FL_CHECKED enum fl_error fl_move_member_to_dead(const struct fl_moves *moves, const char *set,
                                                struct fl_span member, enum fl_move *ret_move,
                                                char ret_error[FL_SCRIPT_ERROR_BYTES]);

#endif
