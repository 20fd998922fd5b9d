#include "tests/conformance/duel.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tests/conformance/client_lines.h"
#include "tests/conformance/heard.h"
#include "tests/conformance/item.h"
#include "tests/conformance/real.h"
#include "tests/conformance/shown.h"

enum { RECEIVED_MAX = 64 * 1024 * 1024, WRITES_KEPT = 8 };

static int64_t wall_us(void *self)
{
    const struct duel *duel = self;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000 + duel->offset_us;
}

static const struct fl_clock_ops clock_ops = {.wall_us = wall_us, .mono_us = wall_us};

static struct fake_redis_options options_of(struct duel *duel)
{
    return (struct fake_redis_options){
        .clock = {&clock_ops, duel}, .seed = 1, .writes_kept = WRITES_KEPT, .track_keys = true};
}

/* ---- text for people ---- */

static bool differ(struct duel *duel, size_t connection, struct fl_span fake, struct fl_span real)
{
    char left[500], right[500];
    shown(left, sizeof(left), fake);
    shown(right, sizeof(right), real);
    snprintf(duel->why, sizeof(duel->why), "connection %zu\n      fake  %s\n      real  %s",
             connection, left, right);
    return false;
}

static bool ask_control(struct duel *duel, struct fl_span command)
{
    struct fl_buf answer = FL_BUF_INIT(RECEIVED_MAX);
    bool done = real_ask(duel->control, command, &answer);
    fl_buf_release(&answer);
    return done;
}

/* Makes sure that the real server has done all that was sent before. */
static bool sync_real(struct duel *duel)
{
    return ask_control(duel, FL_SPAN("SLOWLOG LEN\r\n")); /* which MONITOR does not show */
}

/* ---- comparing ---- */

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
               differ(duel, which, fake, real);
    bool same = is_reply_of(c, &pending, fake, real);
    while (!same && take_pending(c, &pending))
        same = is_reply_of(c, &pending, fake, real);
    if (pending.is_multi && fl_span_is(fake, "+OK\r\n")) c->queued_count = 0;
    if (fl_span_is(fake, "+QUEUED\r\n") && c->queued_count < DUEL_PENDING_MAX)
        c->queued[c->queued_count++] = pending.kind;
    duel->spoiled |= !same && is_stale_errno(duel, fake, real);
    return same || differ(duel, which, fake, real);
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
        return differ(duel, which, fake, got.length ? got : FL_SPAN("(no answer)"));
    }
    struct fl_span real = {c->received.bytes, real_length};
    if (band == ITEM_CONFIRMATION) confirm_pending(c);
    if (band == ITEM_REPLY) {
        if (!compare_reply(duel, which, fake, real)) return false;
    } else if (!heard_is(fake, real)) {
        return differ(duel, which, fake, real);
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
            return differ(duel, which, FL_SPAN("(closed)"), fl_buf_span(&c->received));
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
        return differ(duel, which, half.length ? half : FL_SPAN("(nothing)"),
                      got == REAL_END ? FL_SPAN("(closed)") : real);
    fake_redis_consume(c->session, half.length); /* the rest will never come */
    fl_buf_consume(&c->received, real.length);
    return true;
}

static bool any_blocked(const struct duel *duel)
{
    for (size_t i = 0; i < DUEL_CONNECTIONS; i++)
        if (fake_redis_blocked(duel->connections[i].session)) return true;
    return false;
}

static bool compare_all(struct duel *duel, bool look_for_more)
{
    for (size_t i = 0; i < DUEL_CONNECTIONS; i++)
        if (!compare_connection(duel, i)) return false;
    if (!look_for_more) return true;
    if (!sync_real(duel)) return differ(duel, 0, FL_SPAN("(alive)"), FL_SPAN("(control is dead)"));
    for (size_t i = 0; i < DUEL_CONNECTIONS; i++)
        if (!nothing_more(duel, i)) return false;
    return true;
}

bool duel_settle(struct duel *duel)
{
    return compare_all(duel, true);
}

/* ---- steps ---- */

static bool exchange(struct duel *duel, size_t which, struct fl_span to_fake,
                     struct fl_span to_real)
{
    struct duel_connection *c = &duel->connections[which];
    bool was_blocked = any_blocked(duel);
    duel->commands++;
    if (c->closed) return true;
    fake_redis_feed(c->session, to_fake.bytes, to_fake.length);
    if (!real_send(c->fd, to_real)) return differ(duel, which, to_real, FL_SPAN("(cannot send)"));
    bool same = compare_all(duel, duel->listens || was_blocked || any_blocked(duel));
    if (!fake_redis_blocked(c->session)) c->pending_count = 0; /* CLIENT REPLY may have none */
    return same;
}

static bool is_word(struct fl_span arg, const char *word)
{
    return arg.length == strlen(word) && strncasecmp(arg.bytes, word, arg.length) == 0;
}

static bool is_any(struct fl_span arg, const char *const *words)
{
    for (; *words; words++)
        if (is_word(arg, *words)) return true;
    return false;
}

static void expect_reply(struct duel *duel, struct duel_connection *c, const struct fl_span *args,
                         size_t count)
{
    static const char *const subscribing[] = {
        "subscribe",  "unsubscribe",  "psubscribe", "punsubscribe",
        "ssubscribe", "sunsubscribe", NULL};
    static const char *const scripts[] = {"eval",  "evalsha",  "eval_ro", "evalsha_ro",
                                          "fcall", "fcall_ro", NULL};
    static const char *const listening[] = {"monitor", "client", "config", NULL};
    bool subscribes = is_any(args[0], subscribing);
    duel->listens |= subscribes || is_any(args[0], listening);
    duel->ran_script |= is_any(args[0], scripts);
    if (c->pending_count == DUEL_PENDING_MAX) return;
    c->pending[c->pending_count++] = (struct duel_pending){
        .kind = reply_kind(args, count),
        .is_multi = count == 1 && is_word(args[0], "multi"),
        .is_exec = count == 1 && is_word(args[0], "exec"),
        .subscribes = subscribes,
    };
}

/* "@2" is the id of connection 2. */
static struct fl_span resolve(const struct duel *duel, struct fl_span arg, bool real, char *text)
{
    if (arg.length != 2 || arg.bytes[0] != '@') return arg;
    size_t which = (size_t)(arg.bytes[1] - '0');
    if (which >= DUEL_CONNECTIONS) return arg;
    const struct duel_connection *c = &duel->connections[which];
    int length = sprintf(text, "%llu", (unsigned long long)(real ? c->real_id : c->fake_id));
    return (struct fl_span){text, (size_t)length};
}

static enum fl_error format(const struct duel *duel, const struct fl_span *args, size_t count,
                            bool real, struct fl_buf *bytes)
{
    char id[24];
    enum fl_error err = fl_buf_printf(bytes, "*%zu\r\n", count);
    for (size_t i = 0; !err && i < count; i++) {
        struct fl_span arg = resolve(duel, args[i], real, id);
        err = fl_buf_printf(bytes, "$%zu\r\n", arg.length);
        if (!err) err = fl_buf_append_span(bytes, arg);
        if (!err) err = fl_buf_append_text(bytes, "\r\n");
    }
    return err;
}

bool duel_command(struct duel *duel, size_t which, const struct fl_span *args, size_t count)
{
    struct fl_buf to_fake = FL_BUF_INIT(RECEIVED_MAX), to_real = FL_BUF_INIT(RECEIVED_MAX);
    enum fl_error err = format(duel, args, count, false, &to_fake);
    if (!err) err = format(duel, args, count, true, &to_real);
    expect_reply(duel, &duel->connections[which], args, count);
    bool same = !err && exchange(duel, which, fl_buf_span(&to_fake), fl_buf_span(&to_real));
    fl_buf_release(&to_fake);
    fl_buf_release(&to_real);
    return same;
}

bool duel_bytes(struct duel *duel, size_t which, struct fl_span bytes, size_t replies)
{
    struct duel_connection *c = &duel->connections[which];
    for (size_t i = 0; i < replies && c->pending_count < DUEL_PENDING_MAX; i++)
        c->pending[c->pending_count++] = (struct duel_pending){0};
    return exchange(duel, which, bytes, bytes);
}

bool duel_time_out(struct duel *duel)
{
    int64_t deadline_us;
    while ((deadline_us = fake_redis_next_deadline_us(duel->fake)) != FL_NEVER_US) {
        int64_t now_us = wall_us(duel);
        if (deadline_us > now_us) duel->offset_us += deadline_us - now_us;
        fake_redis_advance(duel->fake);
    }
    return compare_all(duel, true);
}

bool duel_state(struct duel *duel, struct fl_span name)
{
    unsigned states;
    bool done = illness_begin(&duel->illness, name, &states);
    fake_redis_set_states(duel->fake, states);
    return done && compare_all(duel, true);
}

/* ---- what they hold ---- */

static bool ask(struct duel *duel, const char *command, struct fl_span key, const char *rest)
{
    struct fl_span args[4] = {fl_span_from(command), key};
    size_t count = 2;
    char copy[64];
    snprintf(copy, sizeof(copy), "%s", rest);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        args[count++] = fl_span_from(word);
    return duel_command(duel, 0, args, count);
}

static bool compare_key(struct duel *duel, struct fl_span name, enum fake_redis_type type)
{
    if (!ask(duel, "TYPE", name, "") || !ask(duel, "PTTL", name, "")) return false;
    switch (type) {
    case FAKE_REDIS_STRING: return ask(duel, "GET", name, "");
    case FAKE_REDIS_LIST: return ask(duel, "LRANGE", name, "0 -1");
    case FAKE_REDIS_SET: return ask(duel, "SMEMBERS", name, "");
    case FAKE_REDIS_HASH: return ask(duel, "HGETALL", name, "");
    case FAKE_REDIS_ZSET: return ask(duel, "ZRANGE", name, "0 -1") && ask(duel, "ZCARD", name, "");
    case FAKE_REDIS_STREAM: return ask(duel, "XRANGE", name, "- +");
    }
    return false;
}

/* The reply is an integer. */
static bool ask_id(struct duel_connection *c)
{
    struct fl_buf answer = FL_BUF_INIT(1024);
    struct fl_span question = FL_SPAN("CLIENT ID\r\n");
    fake_redis_feed(c->session, question.bytes, question.length);
    struct fl_span fake = fake_redis_output(c->session);
    c->fake_id = fake.length ? strtoull(fake.bytes + 1, NULL, 10) : 0;
    fake_redis_consume(c->session, fake.length);
    bool done = real_ask(c->fd, question, &answer);
    c->real_id = done ? strtoull(answer.bytes + 1, NULL, 10) : 0;
    fl_buf_release(&answer);
    return done;
}

/* A connection that can answer and expects nothing. */
static bool free_connection(struct duel *duel, size_t which)
{
    struct duel_connection *c = &duel->connections[which];
    if (c->fd >= 0) close(c->fd);
    fake_redis_close(c->session);
    fl_buf_release(&c->received);
    *c = (struct duel_connection){.fd = server_connect(duel->server),
                                  .received = FL_BUF_INIT(RECEIVED_MAX),
                                  .session = fake_redis_open(duel->fake, "duel")};
    return c->fd >= 0 && c->session && ask_id(c);
}

/* The real server has noticed that the old one is gone when it answers the new one. */
bool duel_reconnect(struct duel *duel, size_t which)
{
    if (!free_connection(duel, which))
        return differ(duel, which, FL_SPAN("(alive)"), FL_SPAN("(dead)"));
    return compare_all(duel, true);
}

/* SORT, which is no write, makes a sorted set one that may hold -0: a replica has 0 there. */
static void drop_minus_zeros(struct fl_buf *dump)
{
    size_t kept = 0;
    for (size_t i = 0; i < dump->length; i++) {
        bool minus_zero = i + 3 < dump->length && memcmp(dump->bytes + i, ",-0)", 4) == 0;
        dump->bytes[kept++] = dump->bytes[i];
        i += minus_zero;
    }
    dump->length = kept;
}

/* What follows the writes of the fake holds what the fake does: a failover changes nothing. */
static bool is_followed(struct duel *duel)
{
    struct fl_buf before = FL_BUF_INIT(RECEIVED_MAX), after = FL_BUF_INIT(RECEIVED_MAX);
    bool hashed = fake_redis_state_hash(duel->fake) == fake_redis_state_hash_afresh(duel->fake);
    if (!hashed) return differ(duel, 0, FL_SPAN("(the hash of what changed)"), FL_SPAN("(afresh)"));
    enum fl_error err = fake_redis_dump(duel->fake, &before);
    if (!err) err = fake_redis_failover(duel->fake, 0, NULL);
    if (!err) err = fake_redis_dump(duel->fake, &after);
    if (!err) drop_minus_zeros(&before);
    if (!err) drop_minus_zeros(&after);
    bool same = !err && fl_span_equal(fl_buf_span(&before), fl_buf_span(&after)) &&
                fake_redis_state_hash(duel->fake) == fake_redis_state_hash_afresh(duel->fake);
    if (!same) differ(duel, 0, fl_buf_span(&before), fl_buf_span(&after));
    fl_buf_release(&before);
    fl_buf_release(&after);
    return same;
}

bool duel_states(struct duel *duel)
{
    for (size_t i = 0; i < DUEL_CONNECTIONS; i++)
        if (!free_connection(duel, i))
            return differ(duel, i, FL_SPAN("(alive)"), FL_SPAN("(dead)"));
    if (!sync_real(duel)) return false; /* the real server has noticed that they are gone */
    for (unsigned db = 0; db < 2; db++) {
        struct fl_span select[] = {FL_SPAN("SELECT"), db ? FL_SPAN("1") : FL_SPAN("0")};
        if (!duel_command(duel, 0, select, 2) || !ask(duel, "KEYS", FL_SPAN("*"), "")) return false;
        size_t count;
        const struct fake_redis_key *const *keys = fake_redis_keys(duel->fake, db, &count);
        struct fl_span *names = malloc((count + 1) * sizeof(*names));
        enum fake_redis_type *types = malloc((count + 1) * sizeof(*types));
        bool same = names && types;
        for (size_t i = 0; same && i < count; i++) {
            names[i] = fake_redis_key_name(keys[i]);
            types[i] = fake_redis_key_type(keys[i]);
        }
        for (size_t i = 0; same && i < count; i++)
            same = compare_key(duel, names[i], types[i]);
        free(names);
        free(types);
        if (!same) return false;
    }
    return is_followed(duel);
}

/* ---- life ---- */

bool duel_reset(struct duel *duel)
{
    struct fake_redis_options options = options_of(duel);
    duel->offset_us = 0;
    for (size_t i = 0; i < DUEL_CONNECTIONS; i++) {
        if (duel->connections[i].fd >= 0) close(duel->connections[i].fd);
        fl_buf_release(&duel->connections[i].received);
        duel->connections[i] = (struct duel_connection){.fd = -1};
    }
    fake_redis_reset(duel->fake, &options);
    if (!illness_end(&duel->illness)) return false;
    if (duel->listens &&
        (!ask_control(duel, FL_SPAN("CLIENT UNPAUSE\r\n")) ||
         !ask_control(duel, FL_SPAN("CONFIG SET notify-keyspace-events \"\"\r\n"))))
        return false;
    duel->listens = duel->ran_script = duel->spoiled = false;
    if (!ask_control(duel, FL_SPAN("ACL SETUSER default on nopass\r\n")) ||
        !ask_control(duel, FL_SPAN("FLUSHALL\r\n")) ||
        !ask_control(duel, FL_SPAN("SCRIPT FLUSH\r\n")) ||
        !ask_control(duel, FL_SPAN("FUNCTION FLUSH\r\n")))
        return false;
    for (size_t i = 0; i < DUEL_CONNECTIONS; i++)
        if (!free_connection(duel, i)) return false;
    return true;
}

bool duel_open(struct duel *duel, const struct server *server)
{
    *duel = (struct duel){.server = server, .control = server_connect(server)};
    illness_init(&duel->illness, server, duel->control);
    for (size_t i = 0; i < DUEL_CONNECTIONS; i++)
        duel->connections[i].fd = -1;
    struct fake_redis_options options = options_of(duel);
    duel->fake = fake_redis_new(&options);
    return duel->control >= 0 && duel->fake &&
           ask_control(duel, FL_SPAN("CLIENT SETNAME " CLIENT_LINES_CONTROL "\r\n")) &&
           duel_reset(duel);
}

void duel_close(struct duel *duel)
{
    for (size_t i = 0; i < DUEL_CONNECTIONS; i++) {
        if (duel->connections[i].fd >= 0) close(duel->connections[i].fd);
        fl_buf_release(&duel->connections[i].received);
    }
    illness_end(&duel->illness);
    if (duel->control >= 0) close(duel->control);
    fake_redis_free(duel->fake);
}
