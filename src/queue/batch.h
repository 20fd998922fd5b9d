/* src/queue/batch.h - what a job's end means for the batch that it belongs to.
 *
 * A batch counts by sets of jids: who is taken out of a set twice, or was never in it, changes
 * nothing. Its keys are b-<bid> (a hash) and, with a suffix, -jids (without success yet), -failed
 * and -died (of them), -kids and -kids-running (batches inside that have not succeeded, have not
 * completed), -on-<event> (callbacks: queue, jid, and the payload up to its last time) and -added
 * (keys under which jobs were added). All end with the hash. */
#ifndef FL_QUEUE_BATCH_H
#define FL_QUEUE_BATCH_H

#include <stdbool.h>

#include "core/span.h"
#include "faultline/batch.h"

enum fl_batch_step {
    FL_BATCH_NO_STEP,
    FL_BATCH_STEP_SUCCEEDED, /* done, or as good as done */
    FL_BATCH_STEP_FAILED,    /* it has run, and will again */
    FL_BATCH_STEP_DIED,      /* it has failed for good */
};

/* The word that scripts know a step by. */
struct fl_span fl_batch_step_word(enum fl_batch_step step);
const char *fl_batch_event_word(enum fl_batch_event event);
/* From 1 to FL_BID_BYTES letters, digits, - and _. */
bool fl_bid_is_valid(const char *bid);
/* "b-<bid>". */
enum { FL_BATCH_KEY_BYTES = FL_BID_BYTES + 4 };
struct fl_span fl_batch_key(const char *bid, char out[FL_BATCH_KEY_BYTES]);
/* 14 characters of Base64 for the first 20 digits. */
void fl_bid_of_jid(const char jid[25], char ret_bid[15]);

#endif
