/* src/queue/payload.h - what stands in a job's JSON, and the job as Faultline writes it.
 *
 * Payloads come from anybody: every field may be missing or of another type. */
#ifndef FL_QUEUE_PAYLOAD_H
#define FL_QUEUE_PAYLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/json.h"
#include "core/span.h"

enum fl_retry_kind {
    FL_RETRY_ABSENT, /* missing or null: the worker's own option holds */
    FL_RETRY_OFF,    /* false */
    FL_RETRY_ON,     /* true, "5", 3.7: the process's max_retries hold */
    FL_RETRY_COUNT,  /* an integer */
};

struct fl_payload {
    struct fl_span raw; /* borrowed: the bytes as fetched */
    struct fl_json json;
    struct fl_arena arena;
    const char *worker; /* "class"; NULL when missing, empty or no string */
    const char *jid;    /* "" when missing */
    const char *queue;  /* NULL when missing or empty */
    const char *retry_queue;
    const char *batch; /* "bid"; NULL when missing or no name of a batch */
    enum fl_retry_kind retry_kind;
    int64_t retry_limit; /* of FL_RETRY_COUNT */
    int64_t retry_count; /* -1: has not failed yet, or for the first time and is run by hand */
    bool has_failed;     /* a retry_count stands there: Sidekiq's buttons make -1 of 0 */
    bool backtrace_given;
    int backtrace_lines;               /* 0: none, -1: all */
    bool dead_given;                   /* "dead" is there ... */
    bool dead;                         /* ... and true (anything but false, as in Ruby) */
    struct fl_json_at args, bid, tags; /* for the handler and for log lines */
    struct fl_json_at lock;            /* queue/lock.h reads it, and what belongs to it */
};

/* Borrows `raw` until the release. FL_EPARSE: no JSON object; FL_EBOUND: too deep or too many
 * values; FL_ENOMEM. Nothing is to be released after an error. */
FL_CHECKED enum fl_error fl_payload_parse(struct fl_span raw, struct fl_payload *ret_payload);
/* Past its `expiry`, in seconds, or in milliseconds when the number is too large for that. */
bool fl_payload_has_expired(const struct fl_payload *payload, int64_t now_us);
void fl_payload_release(struct fl_payload *payload);

#endif
