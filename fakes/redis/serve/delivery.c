#include "fakes/redis/serve/delivery.h"

#include <stdlib.h>

#include "core/assert.h"
#include "ports/clock.h"

enum { TIDY_BYTES = 64 * 1024 };

struct fake_delivery fake_delivery_make(void)
{
    return (struct fake_delivery){.bytes = FL_BUF_INIT(FAKE_DELIVERY_BYTES_MAX)};
}

static void pop(struct fake_delivery *delivery)
{
    struct fake_reply *first = delivery->first;
    delivery->gone += first->length - first->sent;
    delivery->first = first->next;
    if (!first->next) delivery->last = NULL;
    delivery->count--;
    free(first);
}

void fake_delivery_release(struct fake_delivery *delivery)
{
    while (delivery->first)
        pop(delivery);
    fl_buf_release(&delivery->bytes);
}

static struct fake_reply *push(struct fake_delivery *delivery)
{
    struct fake_reply *reply = calloc(1, sizeof *reply);
    if (!reply) return NULL;
    fl_assert(!delivery->last || delivery->last->is_whole);
    *(delivery->last ? &delivery->last->next : &delivery->first) = reply;
    delivery->last = reply;
    delivery->count++;
    return reply;
}

static bool is_plain(const struct fake_wire_decision *decision)
{
    return decision->ending == FAKE_WIRE_WHOLE && !decision->reply_delay_us &&
           !decision->slice_bytes;
}

/* Replies about which nothing was decided go out as one: a pipeline costs one write. */
enum fl_error fake_delivery_begin(struct fake_delivery *delivery,
                                  const struct fake_wire_decision *decision, int64_t now_us)
{
    struct fake_reply *last = delivery->last;
    if (last && !last->breaks && is_plain(&last->decision) && is_plain(decision)) {
        last->is_whole = false;
        return FL_OK;
    }
    if (delivery->count == FAKE_DELIVERY_REPLIES_MAX) return FL_EBOUND;
    struct fake_reply *reply = push(delivery);
    if (!reply) return FL_ENOMEM;
    reply->decision = *decision;
    if (__builtin_add_overflow(now_us, decision->reply_delay_us, &reply->due_us))
        reply->due_us = FL_NEVER_US;
    return FL_OK;
}

/* What has left makes room first. */
static void tidy(struct fake_delivery *delivery)
{
    if (delivery->gone < TIDY_BYTES && delivery->gone < delivery->bytes.length) return;
    fl_buf_consume(&delivery->bytes, delivery->gone);
    delivery->gone = 0;
}

enum fl_error fake_delivery_append(struct fake_delivery *delivery, struct fl_span bytes)
{
    if (delivery->is_mute) return FL_OK;
    tidy(delivery);
    enum fl_error err = fl_buf_append_span(&delivery->bytes, bytes);
    if (!err) delivery->last->length += bytes.length;
    return err;
}

void fake_delivery_end(struct fake_delivery *delivery)
{
    delivery->last->is_whole = true;
}

enum fl_error fake_delivery_break(struct fake_delivery *delivery)
{
    struct fake_reply *reply = push(delivery);
    if (!reply) return FL_ENOMEM;
    reply->decision.reply_bytes_max = SIZE_MAX;
    reply->breaks = reply->is_whole = true;
    return FL_OK;
}

/* The first reply is through, or must not go on. */
static enum fake_delivery_step end_first(struct fake_delivery *delivery)
{
    const struct fake_reply *first = delivery->first;
    if (first->breaks) return FAKE_DELIVERY_RESETS;
    switch (first->decision.ending) {
    case FAKE_WIRE_WHOLE: break;
    case FAKE_WIRE_CLOSES: return FAKE_DELIVERY_CLOSES;
    case FAKE_WIRE_RESETS: return FAKE_DELIVERY_RESETS;
    case FAKE_WIRE_STALLS: delivery->is_mute = true; break;
    }
    return FAKE_DELIVERY_WAITS;
}

static void lose_whole(struct fake_delivery *delivery)
{
    while (delivery->first && delivery->first->is_whole)
        pop(delivery);
    tidy(delivery);
}

enum fake_delivery_step fake_delivery_next(struct fake_delivery *delivery, int64_t now_us,
                                           struct fl_span *ret_piece, int64_t *ret_due_us)
{
    struct fake_reply *first;
    *ret_due_us = FL_NEVER_US;
    while ((first = delivery->first) && !delivery->is_mute) {
        size_t available = first->length - first->sent;
        size_t piece = fake_wire_piece(&first->decision, first->sent, available);
        if (!available && !first->is_whole) return FAKE_DELIVERY_WAITS;
        if (now_us < first->due_us) {
            *ret_due_us = first->due_us;
            return FAKE_DELIVERY_WAITS;
        }
        if (piece) {
            *ret_piece = (struct fl_span){delivery->bytes.bytes + delivery->gone, piece};
            return FAKE_DELIVERY_SENDS;
        }
        enum fake_delivery_step step = end_first(delivery);
        if (step != FAKE_DELIVERY_WAITS) return step;
        if (!delivery->is_mute) pop(delivery);
    }
    if (delivery->is_mute) lose_whole(delivery);
    return FAKE_DELIVERY_WAITS;
}

void fake_delivery_sent(struct fake_delivery *delivery, size_t count, int64_t now_us)
{
    struct fake_reply *first = delivery->first;
    first->sent += count;
    delivery->gone += count;
    if (!first->decision.slice_bytes || !count) return;
    if (first->is_whole && first->sent == first->length) return; /* nothing is left to come apart */
    if (__builtin_add_overflow(now_us, first->decision.slice_pause_us, &first->due_us))
        first->due_us = FL_NEVER_US;
}
