/* src/queue/retry.h - decides when a failed job runs again, and when it is buried. Pure. */
#ifndef FL_QUEUE_RETRY_H
#define FL_QUEUE_RETRY_H

#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "faultline/worker.h"
#include "queue/failure.h"
#include "queue/payload.h"
#include "queue/wire.h"

enum fl_fate {
    FL_FATE_RETRIED,
    FL_FATE_BURIED,    /* exhausted hook, then the dead set */
    FL_FATE_EXHAUSTED, /* exhausted hook, then gone: dead is false */
    FL_FATE_DROPPED,   /* gone: retry is false */
};

struct fl_verdict {
    enum fl_fate fate;
    int64_t retry_count; /* what is written into the payload: 0 at the first failure */
    /* The worker's own option, when the payload has none: Sidekiq writes it down. "": nothing to
     * write. */
    char retry_to_write[16];
    int backtrace_lines;
    bool is_told; /* when it will not run again: to the death handlers */
};

/* `worker` is NULL for an unknown class. What the payload says about retry, dead and backtrace wins
 * over the worker's table. A class that is neither known nor says anything of retry is retried:
 * Sidekiq would lose it. In line 8 the time of a retry_for is the only limit. */
void fl_retry_decide(const struct fl_payload *payload, const struct fl_worker *worker,
                     enum fl_failure failure, int max_retries, const struct fl_wire_facts *facts,
                     struct fl_verdict *ret_verdict);

/* It has been failing for longer than its retry_for allows; what the payload says wins. */
bool fl_retry_is_too_late(const struct fl_payload *payload, const struct fl_worker *worker,
                          int64_t now_us);
/* No further run: buried, or exhausted where `dead` is false. */
void fl_retry_give_up(const struct fl_payload *payload, const struct fl_worker *worker,
                      struct fl_verdict *verdict);

/* Seconds to wait after `retry_count` earlier retries, without jitter: count^4 + 15. */
int64_t fl_retry_delay_s(int64_t retry_count);
/* What is drawn for the jitter, and the seconds that a draw means. */
uint64_t fl_retry_jitter_bound(const struct fl_wire_facts *facts, int64_t retry_count);
int64_t fl_retry_jitter_s(const struct fl_wire_facts *facts, int64_t retry_count, uint64_t draw);

/* The payload with the failure written into it; all else stays byte for byte. */
FL_CHECKED enum fl_error
fl_retry_payload(const struct fl_payload *payload, const struct fl_verdict *verdict,
                 const struct fl_failure_record *failure, const char *fetched_queue,
                 const struct fl_wire_facts *facts, int64_t now_us, struct fl_buf *out);

#endif
