#include "tests/conformance/exchange.h"

#include <stdio.h>

#include "tests/conformance/item.h"
#include "tests/conformance/real.h"

enum { REPLY_BYTES_MAX = 64 * 1024 * 1024 };

static enum fl_error format(struct fl_buf *out, const struct fl_span *args, size_t count)
{
    enum fl_error err = fl_buf_printf(out, "*%zu\r\n", count);
    for (size_t i = 0; !err && i < count; i++) {
        err = fl_buf_printf(out, "$%zu\r\n", args[i].length);
        if (!err) err = fl_buf_append_span(out, args[i]);
        if (!err) err = fl_buf_append_text(out, "\r\n");
    }
    return err;
}

static bool ask_fake(struct fake_redis *fake, struct fl_span command, struct fl_buf *answer)
{
    struct fake_redis_session *session = fake_redis_open(fake, "exchange");
    if (!session) return false;
    fake_redis_feed(session, command.bytes, command.length);
    bool whole = !fl_buf_append_span(answer, fake_redis_output(session));
    fake_redis_close(session);
    return whole;
}

/* Asks one side, and adds its answer. */
static bool ask(struct duel *duel, bool real, const struct fl_span *args, size_t count,
                struct fl_buf *answer)
{
    struct fl_buf command = FL_BUF_INIT(REPLY_BYTES_MAX);
    bool done = !format(&command, args, count) &&
                (real ? real_ask(duel->control, fl_buf_span(&command), answer)
                      : ask_fake(duel->fake, fl_buf_span(&command), answer));
    fl_buf_release(&command);
    return done;
}

/* The string inside of a whole reply; false: it is none. */
static bool unwrap(struct fl_span reply, struct fl_span *ret_string)
{
    size_t header = item_header_length(reply);
    if (!header || reply.bytes[0] != '$' || reply.bytes[1] == '-') return false;
    *ret_string = (struct fl_span){reply.bytes + header, reply.length - header - 2};
    return true;
}

static bool restore(struct duel *duel, bool real, struct fl_span key, struct fl_span payload)
{
    struct fl_span args[] = {FL_SPAN("RESTORE"), key, FL_SPAN("0"), payload, FL_SPAN("REPLACE")};
    struct fl_buf answer = FL_BUF_INIT(REPLY_BYTES_MAX);
    bool done = ask(duel, real, args, 5, &answer);
    bool ok = done && fl_span_is(fl_buf_span(&answer), "+OK\r\n");
    if (!ok)
        snprintf(duel->why, sizeof(duel->why), "the %s server does not restore \"%.*s\": %.*s",
                 real ? "real" : "fake", FL_SPAN_ARGS(key), FL_SPAN_ARGS(fl_buf_span(&answer)));
    fl_buf_release(&answer);
    return ok;
}

bool exchange_value(struct duel *duel, struct fl_span key)
{
    struct fl_span args[] = {FL_SPAN("DUMP"), key}, from_fake, from_real;
    struct fl_buf fake = FL_BUF_INIT(REPLY_BYTES_MAX), real = FL_BUF_INIT(REPLY_BYTES_MAX);
    duel->commands++;
    bool same = ask(duel, false, args, 2, &fake) && ask(duel, true, args, 2, &real);
    bool fake_has = same && unwrap(fl_buf_span(&fake), &from_fake);
    bool real_has = same && unwrap(fl_buf_span(&real), &from_real);
    bool unknown = same && memmem(fake.bytes, fake.length, "does not implement", 18); /* loud */
    if (unknown) {
        fake_has = false;
    } else if (!same || fake_has != real_has) {
        snprintf(duel->why, sizeof(duel->why),
                 "dumping \"%.*s\"\n      fake  %.*s\n      real  %.*s", FL_SPAN_ARGS(key),
                 FL_SPAN_ARGS(fl_buf_span(&fake)), FL_SPAN_ARGS(fl_buf_span(&real)));
        same = false;
    } else if (fake_has) {
        same = restore(duel, true, key, from_fake) && restore(duel, false, key, from_real);
    }
    fl_buf_release(&fake);
    fl_buf_release(&real);
    return same && duel_settle(duel);
}
