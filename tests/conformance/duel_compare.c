#include "tests/conformance/duel_compare.h"

#include <stdio.h>
#include <string.h>

#include "tests/conformance/heard.h"
#include "tests/conformance/item.h"
#include "tests/conformance/real.h"
#include "tests/conformance/shown.h"

bool duel_differ(struct duel *duel, size_t connection, struct fl_span fake, struct fl_span real)
{
    char left[500], right[500];
    shown(left, sizeof(left), fake);
    shown(right, sizeof(right), real);
    snprintf(duel->why, sizeof(duel->why), "connection %zu\n      fake  %s\n      real  %s",
             connection, left, right);
    return false;
}

bool duel_ask_control(struct duel *duel, struct fl_span command)
{
    struct fl_buf answer = FL_BUF_INIT(DUEL_RECEIVED_MAX);
    bool done = real_ask(duel->control, command, &answer);
    fl_buf_release(&answer);
    return done;
}

bool duel_sync(struct duel *duel)
{
    return duel_ask_control(duel, FL_SPAN("SLOWLOG LEN\r\n")); /* which MONITOR does not show */
}

/* ---- what waits for a reply ---- */

static void drop_pending(struct duel_connection *c)
{
    c->pending_count--;
    memmove(c->pending, c->pending + 1, c->pending_count * sizeof(c->pending[0]));
}

/* False: no command waits for a reply. */
static bool take_pending(struct duel_connection *c, struct duel_pending *ret_first)
{
    while (c->pending_count && c->pending[0].confirmed)
        drop_pending(c);
    if (!c->pending_count) return false;
    *ret_first = c->pending[0];
    drop_pending(c);
    return true;
}

/* One command may have many confirmations. */
static void confirm_pending(struct duel_connection *c)
{
    for (size_t i = 0; i < c->pending_count; i++) {
        if (c->pending[i].confirmed) continue;
        c->pending[i].confirmed = c->pending[i].subscribes;
        return;
    }
}

/* ---- replies ---- */

/* A script that meets a number out of range leaves its mark in errno, and SORT of 7.0.15 then
 * refuses whatever numbers it sorts. */
static bool is_stale_errno(const struct duel *duel, struct fl_span fake, struct fl_span real)
{
    static const char text[] = "scores can't be converted";
    return duel->ran_script && memmem(real.bytes, real.length, text, strlen(text)) &&
           !memmem(fake.bytes, fake.length, text, strlen(text));
}

static bool is_reply_of(const struct duel_connection *c, const struct duel_pending *pending,
                        struct fl_span fake, struct fl_span real)
{
    return pending->is_exec ? reply_is_exec(c->queued, c->queued_count, fake, real)
                            : reply_is(pending->kind, fake, real);
}

/* Of a command that waits for one; those before it may have been told to be silent by CLIENT REPLY.
 */
static bool compare_reply(struct duel *duel, size_t which, struct fl_span fake, struct fl_span real)
{
    struct duel_connection *c = &duel->connections[which];
    struct duel_pending pending;
    if (!take_pending(c, &pending)) /* EXEC with subscriptions answers more than it announces */
        return reply_is_any(c->queued, c->queued_count, fake, real) ||
               duel_differ(duel, which, fake, real);
    bool same = is_reply_of(c, &pending, fake, real);
    while (!same && take_pending(c, &pending))
        same = is_reply_of(c, &pending, fake, real);
    if (pending.is_multi && fl_span_is(fake, "+OK\r\n")) c->queued_count = 0;
    if (fl_span_is(fake, "+QUEUED\r\n") && c->queued_count < DUEL_PENDING_MAX)
        c->queued[c->queued_count++] = pending.kind;
    duel->spoiled |= !same && is_stale_errno(duel, fake, real);
    return same || duel_differ(duel, which, fake, real);
}

/* Waits until `count` whole items have come from the real server; *ret_bytes is their length. */
static bool await_real(struct duel_connection *c, size_t count, size_t *ret_bytes)
{
    *ret_bytes = 0;
    while (count) {
        struct fl_span rest = fl_buf_span(&c->received);
        rest = (struct fl_span){rest.bytes + *ret_bytes, rest.length - *ret_bytes};
        size_t length = item_length(rest);
        if (length) {
            *ret_bytes += length;
            count--;
        } else if (real_receive(c->fd, &c->received, REAL_PATIENCE_MS) != REAL_BYTES) {
            return false;
        }
    }
    return true;
}

/* The first item of the fake's output, or a run of what nobody asked for. */
static bool compare_front(struct duel *duel, size_t which, struct fl_span fake)
{
    struct duel_connection *c = &duel->connections[which];
    enum item_band band = item_band((struct fl_span){fake.bytes, item_length(fake)});
    size_t count = 1, real_length;
    if (band == ITEM_REPLY)
        fake.length = item_length(fake);
    else
        count = heard_run(fake, &fake.length);
    if (!await_real(c, count, &real_length)) {
        struct fl_span got = fl_buf_span(&c->received);
        return duel_differ(duel, which, fake, got.length ? got : FL_SPAN("(no answer)"));
    }
    struct fl_span real = {c->received.bytes, real_length};
    if (band == ITEM_CONFIRMATION) confirm_pending(c);
    if (band == ITEM_REPLY) {
        if (!compare_reply(duel, which, fake, real)) return false;
    } else if (!heard_is(fake, real)) {
        return duel_differ(duel, which, fake, real);
    }
    fake_redis_consume(c->session, fake.length);
    fl_buf_consume(&c->received, real_length);
    return true;
}

/* What EXEC has answered when CLIENT REPLY has cut it off: less than it announces. */
static bool is_same_half(const struct duel_connection *c, struct fl_span fake, struct fl_span real)
{
    if (fl_span_equal(fake, real)) return true;
    size_t header = item_header_length(fake);
    if (!header || header != item_header_length(real) || memcmp(fake.bytes, real.bytes, header))
        return false;
    fake = item_rest(fake, header);
    real = item_rest(real, header);
    while (fake.length || real.length) {
        struct fl_span a = {fake.bytes, item_length(fake)}, b = {real.bytes, item_length(real)};
        if (!a.length || !b.length || !reply_is_any(c->queued, c->queued_count, a, b)) return false;
        fake = item_rest(fake, a.length);
        real = item_rest(real, b.length);
    }
    return true;
}

/* ---- connections ---- */

/* Takes from the real server as many replies as the fake has given. */
static bool compare_connection(struct duel *duel, size_t which)
{
    struct duel_connection *c = &duel->connections[which];
    while (item_length(fake_redis_output(c->session)))
        if (!compare_front(duel, which, fake_redis_output(c->session))) return false;
    if (fake_redis_closed(c->session) && !c->closed) {
        c->closed = true;
        struct fl_span cut = fake_redis_output(c->session); /* half a reply, or nothing */
        enum real_got got = REAL_BYTES;
        while (got == REAL_BYTES)
            got = real_receive(c->fd, &c->received, REAL_PATIENCE_MS);
        if (got != REAL_END || !is_same_half(c, cut, fl_buf_span(&c->received)))
            return duel_differ(duel, which, FL_SPAN("(closed)"), fl_buf_span(&c->received));
    }
    return true;
}

/* But for half a reply, which may be all that CLIENT REPLY has let through. */
static bool nothing_more(struct duel *duel, size_t which)
{
    struct duel_connection *c = &duel->connections[which];
    if (c->closed) return true;
    enum real_got got = real_receive(c->fd, &c->received, 0);
    struct fl_span half = fake_redis_output(c->session), real = fl_buf_span(&c->received);
    if (got == REAL_END || !is_same_half(c, half, real))
        return duel_differ(duel, which, half.length ? half : FL_SPAN("(nothing)"),
                           got == REAL_END ? FL_SPAN("(closed)") : real);
    fake_redis_consume(c->session, half.length); /* the rest will never come */
    fl_buf_consume(&c->received, real.length);
    return true;
}

bool duel_compare(struct duel *duel, bool look_for_more)
{
    for (size_t i = 0; i < DUEL_CONNECTIONS; i++)
        if (!compare_connection(duel, i)) return false;
    if (!look_for_more) return true;
    if (!duel_sync(duel))
        return duel_differ(duel, 0, FL_SPAN("(alive)"), FL_SPAN("(control is dead)"));
    for (size_t i = 0; i < DUEL_CONNECTIONS; i++)
        if (!nothing_more(duel, i)) return false;
    return true;
}
