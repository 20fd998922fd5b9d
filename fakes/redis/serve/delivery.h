/* fakes/redis/serve/delivery.h - what one client is to receive, when, in which pieces, and how it
 * ends.
 *
 * Replies stand in a row, each with its decision (wire.h); none overtakes another. */
#ifndef FAKE_REDIS_SERVE_DELIVERY_H
#define FAKE_REDIS_SERVE_DELIVERY_H

#include "core/buf.h"
#include "fakes/redis/wire/wire.h"

enum {
    FAKE_DELIVERY_BYTES_MAX = 256 * 1024 * 1024, /* not yet gone */
    FAKE_DELIVERY_REPLIES_MAX = 1024 * 1024,
};

struct fake_reply {
    struct fake_reply *next;
    struct fake_wire_decision decision; /* its answer is not used */
    size_t length, sent;
    int64_t due_us; /* nothing of it goes before */
    bool is_whole;  /* nothing will be appended any more */
    bool breaks;    /* not a reply: the connection is reset here */
};

struct fake_delivery {
    struct fl_buf bytes; /* of all replies; those that are gone stand in front until it is tidied */
    size_t gone;
    struct fake_reply *first, *last; /* owned */
    size_t count;
    bool is_mute; /* it stalls: whatever comes is lost */
};

enum fake_delivery_step {
    FAKE_DELIVERY_WAITS, /* for more bytes, or until *ret_due_us */
    FAKE_DELIVERY_SENDS,
    FAKE_DELIVERY_CLOSES,
    FAKE_DELIVERY_RESETS,
};

struct fake_delivery fake_delivery_make(void);
void fake_delivery_release(struct fake_delivery *delivery);
/* A reply begins; the one before it is whole. FL_ENOMEM, FL_EBOUND. */
FL_CHECKED enum fl_error fake_delivery_begin(struct fake_delivery *delivery,
                                             const struct fake_wire_decision *decision,
                                             int64_t now_us);
/* More bytes of the last reply. */
FL_CHECKED enum fl_error fake_delivery_append(struct fake_delivery *delivery, struct fl_span bytes);
void fake_delivery_end(struct fake_delivery *delivery);
/* Here the connection is reset. */
FL_CHECKED enum fl_error fake_delivery_break(struct fake_delivery *delivery);
/* What to do now. SENDS: *ret_piece, in one go. */
enum fake_delivery_step fake_delivery_next(struct fake_delivery *delivery, int64_t now_us,
                                           struct fl_span *ret_piece, int64_t *ret_due_us);
/* So much of the piece has left. */
void fake_delivery_sent(struct fake_delivery *delivery, size_t count, int64_t now_us);
static inline size_t fake_delivery_unsent(const struct fake_delivery *delivery)
{
    return delivery->bytes.length - delivery->gone;
}

#endif
