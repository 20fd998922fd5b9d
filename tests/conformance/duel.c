#include "tests/conformance/duel.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tests/conformance/client_lines.h"
#include "tests/conformance/duel_compare.h"
#include "tests/conformance/real.h"

enum { WRITES_KEPT = 8 };

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

/* ---- steps ---- */

static bool any_blocked(const struct duel *duel)
{
    for (size_t i = 0; i < DUEL_CONNECTIONS; i++)
        if (fake_redis_blocked(duel->connections[i].session)) return true;
    return false;
}

bool duel_settle(struct duel *duel)
{
    return duel_compare(duel, true);
}

static bool exchange(struct duel *duel, size_t which, struct fl_span to_fake,
                     struct fl_span to_real)
{
    struct duel_connection *c = &duel->connections[which];
    bool was_blocked = any_blocked(duel);
    duel->commands++;
    if (c->closed) return true;
    fake_redis_feed(c->session, to_fake.bytes, to_fake.length);
    if (!real_send(c->fd, to_real))
        return duel_differ(duel, which, to_real, FL_SPAN("(cannot send)"));
    bool same = duel_compare(duel, duel->listens || was_blocked || any_blocked(duel));
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
    struct fl_buf to_fake = FL_BUF_INIT(DUEL_RECEIVED_MAX),
                  to_real = FL_BUF_INIT(DUEL_RECEIVED_MAX);
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
    return duel_compare(duel, true);
}

bool duel_state(struct duel *duel, struct fl_span name)
{
    unsigned states;
    bool done = illness_begin(&duel->illness, name, &states);
    fake_redis_set_states(duel->fake, states);
    return done && duel_compare(duel, true);
}

/* ---- connections ---- */

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

bool duel_refresh(struct duel *duel, size_t which)
{
    struct duel_connection *c = &duel->connections[which];
    if (c->fd >= 0) close(c->fd);
    fake_redis_close(c->session);
    fl_buf_release(&c->received);
    *c = (struct duel_connection){.fd = server_connect(duel->server),
                                  .received = FL_BUF_INIT(DUEL_RECEIVED_MAX),
                                  .session = fake_redis_open(duel->fake, "duel")};
    return c->fd >= 0 && c->session && ask_id(c);
}

/* The real server has noticed that the old one is gone when it answers the new one. */
bool duel_reconnect(struct duel *duel, size_t which)
{
    if (!duel_refresh(duel, which))
        return duel_differ(duel, which, FL_SPAN("(alive)"), FL_SPAN("(dead)"));
    return duel_compare(duel, true);
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
        (!duel_ask_control(duel, FL_SPAN("CLIENT UNPAUSE\r\n")) ||
         !duel_ask_control(duel, FL_SPAN("CONFIG SET notify-keyspace-events \"\"\r\n"))))
        return false;
    duel->listens = duel->ran_script = duel->spoiled = false;
    if (!duel_ask_control(duel, FL_SPAN("ACL SETUSER default on nopass\r\n")) ||
        !duel_ask_control(duel, FL_SPAN("FLUSHALL\r\n")) ||
        !duel_ask_control(duel, FL_SPAN("SCRIPT FLUSH\r\n")) ||
        !duel_ask_control(duel, FL_SPAN("FUNCTION FLUSH\r\n")))
        return false;
    for (size_t i = 0; i < DUEL_CONNECTIONS; i++)
        if (!duel_refresh(duel, i)) return false;
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
           duel_ask_control(duel, FL_SPAN("CLIENT SETNAME " CLIENT_LINES_CONTROL "\r\n")) &&
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
