/* src/operate/act.h - what an operator does with entries: delete, put into a queue, kill,
 * reschedule.
 *
 * Each is one step in Redis: a job is never in two places nor in none, and only the very entry that
 * was read is touched, with its bytes and its score. Who comes too late changes nothing. */
#ifndef FL_OPERATE_ACT_H
#define FL_OPERATE_ACT_H

#include "core/error.h"
#include "operate/place.h"
#include "ports/random.h"
#include "queue/payload.h"
#include "queue/script.h"

enum fl_act_kind {
    FL_ACT_DELETE,
    /* From `retry` and `dead` as Sidekiq's retry: it does not use up an attempt. From `schedule`:
     * it is due now. From a queue to another one. */
    FL_ACT_ENQUEUE,
    FL_ACT_KILL,       /* to the dead set, with its bytes as they are */
    FL_ACT_RESCHEDULE, /* in a set: due at another time */
};

struct fl_act {
    enum fl_act_kind kind;
    const char *queue; /* FL_ACT_ENQUEUE: NULL is the job's own */
    int64_t at_us;     /* FL_ACT_RESCHEDULE: wall time */
};

struct fl_actor {
    struct fl_reader reader;
    struct fl_random random; /* a job without a jid gets one when it is enqueued */
};

struct fl_act_counts {
    int64_t done;
    int64_t gone;    /* was not there any more */
    int64_t perhaps; /* an answer was lost, and it is not there now: done, or gone before */
    int64_t no_job;  /* cannot be enqueued: no JSON object, or without a class */
};

/* Adds to *counts. After an error some entries may have been done, each of them wholly; the call
 * may be repeated. Answers that are lost are asked for again. FL_EREPLY: ret_error has the server's
 * words. */
FL_CHECKED enum fl_error fl_act_on(const struct fl_actor *actor, const struct fl_place *place,
                                   const struct fl_act *act, const struct fl_entry *entries,
                                   size_t count, struct fl_act_counts *counts,
                                   char ret_error[FL_SCRIPT_ERROR_BYTES]);

/* Removes all that stands there in one step; a queue is taken out of the list of queues too. */
FL_CHECKED enum fl_error fl_place_clear(const struct fl_reader *reader,
                                        const struct fl_place *place, int64_t *ret_removed,
                                        char ret_error[FL_SCRIPT_ERROR_BYTES]);

/* The bytes that FL_ACT_ENQUEUE writes. Times are in the unit that the job itself uses. */
FL_CHECKED enum fl_error fl_enqueued_payload(const struct fl_payload *payload,
                                             enum fl_place_kind from, const char *queue,
                                             int64_t now_us, const char *fresh_jid,
                                             struct fl_buf *out);

#endif
