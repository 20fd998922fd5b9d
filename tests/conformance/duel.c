#include "tests/conformance/duel.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 3000, RECEIVE_BYTES = 64 * 1024, RECEIVED_MAX = 64 * 1024 * 1024 };

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
    return (struct fake_redis_options){.clock = {&clock_ops, duel}, .seed = 1};
}

/* ---- text for people ---- */

static void show(char *out, size_t capacity, struct fl_span text)
{
    size_t length = 0;
    for (size_t i = 0; i < text.length && length + 8 < capacity; i++) {
        unsigned char c = (unsigned char)text.bytes[i];
        const char *format = c == '\r'           ? ""
                             : c == '\n'         ? " "
                             : c < 32 || c > 126 ? "\\x%02x"
                                                 : "%c";
        if (c == '\r') continue;
        length +=
            (size_t)(c == '\n'          ? snprintf(out + length, capacity - length, " ")
                     : format[0] == '%' ? snprintf(out + length, capacity - length, "%c", c)
                                        : snprintf(out + length, capacity - length, "\\x%02x", c));
    }
    out[length] = '\0';
}

static bool differ(struct duel *duel, size_t connection, struct fl_span fake, struct fl_span real)
{
    char left[500], right[500];
    show(left, sizeof(left), fake);
    show(right, sizeof(right), real);
    snprintf(duel->why, sizeof(duel->why), "connection %zu\n      fake  %s\n      real  %s",
             connection, left, right);
    return false;
}

/* ---- the real side ---- */

static bool send_all(int fd, struct fl_span bytes)
{
    while (bytes.length) {
        ssize_t sent = send(fd, bytes.bytes, bytes.length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        bytes = (struct fl_span){bytes.bytes + sent, bytes.length - (size_t)sent};
    }
    return true;
}

enum got { GOT_BYTES, GOT_NOTHING, GOT_END };

static enum got receive(int fd, struct fl_buf *received, int patience_ms)
{
    char bytes[RECEIVE_BYTES];
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    if (poll(&ready, 1, patience_ms) != 1) return GOT_NOTHING;
    ssize_t got = recv(fd, bytes, sizeof(bytes), 0);
    if (got <= 0) return GOT_END;
    return fl_buf_append(received, bytes, (size_t)got) ? GOT_END : GOT_BYTES;
}

/* Makes sure that the real server has done all that was sent before. */
static bool sync_real(struct duel *duel)
{
    struct fl_buf pong = FL_BUF_INIT(1024);
    bool done = send_all(duel->control, FL_SPAN("PING\r\n"));
    while (done && !reply_length(fl_buf_span(&pong)))
        done = receive(duel->control, &pong, PATIENCE_MS) == GOT_BYTES;
    fl_buf_release(&pong);
    return done;
}

static bool ask_control(struct duel *duel, struct fl_span command)
{
    struct fl_buf answer = FL_BUF_INIT(RECEIVED_MAX);
    bool done = send_all(duel->control, command);
    while (done && !reply_length(fl_buf_span(&answer)))
        done = receive(duel->control, &answer, PATIENCE_MS) == GOT_BYTES;
    fl_buf_release(&answer);
    return done;
}

/* ---- comparing ---- */

static struct duel_pending take_pending(struct duel_connection *c)
{
    struct duel_pending first = c->pending_count ? c->pending[0] : (struct duel_pending){0};
    if (c->pending_count) c->pending_count--;
    memmove(c->pending, c->pending + 1, c->pending_count * sizeof(c->pending[0]));
    return first;
}

static bool compare_reply(struct duel *duel, size_t which, struct fl_span fake, struct fl_span real)
{
    struct duel_connection *c = &duel->connections[which];
    struct duel_pending pending = take_pending(c);
    bool same = pending.is_exec ? reply_is_exec(c->queued, c->queued_count, fake, real)
                                : reply_is(pending.kind, fake, real);
    if (pending.is_multi && fl_span_is(fake, "+OK\r\n")) c->queued_count = 0;
    if (fl_span_is(fake, "+QUEUED\r\n") && c->queued_count < DUEL_PENDING_MAX)
        c->queued[c->queued_count++] = pending.kind;
    return same || differ(duel, which, fake, real);
}

/* Takes from the real server as many replies as the fake has given. */
static bool compare_connection(struct duel *duel, size_t which)
{
    struct duel_connection *c = &duel->connections[which];
    for (;;) {
        struct fl_span fake = fake_redis_output(c->session);
        fake.length = reply_length(fake);
        if (!fake.length) break;
        size_t real_length;
        while (!(real_length = reply_length(fl_buf_span(&c->received))))
            if (receive(c->fd, &c->received, PATIENCE_MS) != GOT_BYTES)
                return differ(duel, which, fake, FL_SPAN("(no answer)"));
        struct fl_span real = {c->received.bytes, real_length};
        if (!compare_reply(duel, which, fake, real)) return false;
        fake_redis_consume(c->session, fake.length);
        fl_buf_consume(&c->received, real_length);
    }
    if (fake_redis_closed(c->session) && !c->closed) {
        c->closed = true;
        if (c->received.length || receive(c->fd, &c->received, PATIENCE_MS) != GOT_END)
            return differ(duel, which, FL_SPAN("(closed)"), fl_buf_span(&c->received));
    }
    return true;
}

static bool nothing_more(struct duel *duel, size_t which)
{
    struct duel_connection *c = &duel->connections[which];
    if (c->closed) return true;
    enum got got = c->received.length ? GOT_BYTES : receive(c->fd, &c->received, 0);
    if (got == GOT_NOTHING) return true;
    return differ(duel, which, FL_SPAN("(nothing)"),
                  got == GOT_END ? FL_SPAN("(closed)") : fl_buf_span(&c->received));
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

/* ---- steps ---- */

static bool exchange(struct duel *duel, size_t which, struct fl_span bytes)
{
    struct duel_connection *c = &duel->connections[which];
    bool was_blocked = any_blocked(duel);
    duel->commands++;
    if (c->closed) return true;
    fake_redis_feed(c->session, bytes.bytes, bytes.length);
    if (!send_all(c->fd, bytes)) return differ(duel, which, bytes, FL_SPAN("(cannot send)"));
    return compare_all(duel, was_blocked || any_blocked(duel));
}

static bool is_alone(const struct fl_span *args, size_t count, const char *name)
{
    return count == 1 && args[0].length == strlen(name) &&
           strncasecmp(args[0].bytes, name, args[0].length) == 0;
}

bool duel_command(struct duel *duel, size_t which, const struct fl_span *args, size_t count)
{
    struct duel_connection *c = &duel->connections[which];
    struct fl_buf bytes = FL_BUF_INIT(RECEIVED_MAX);
    enum fl_error err = fl_buf_printf(&bytes, "*%zu\r\n", count);
    for (size_t i = 0; !err && i < count; i++) {
        err = fl_buf_printf(&bytes, "$%zu\r\n", args[i].length);
        if (!err) err = fl_buf_append_span(&bytes, args[i]);
        if (!err) err = fl_buf_append_text(&bytes, "\r\n");
    }
    if (c->pending_count < DUEL_PENDING_MAX)
        c->pending[c->pending_count++] = (struct duel_pending){
            reply_kind(args, count), is_alone(args, count, "multi"), is_alone(args, count, "exec")};
    bool same = !err && exchange(duel, which, fl_buf_span(&bytes));
    fl_buf_release(&bytes);
    return same;
}

bool duel_bytes(struct duel *duel, size_t which, struct fl_span bytes, size_t replies)
{
    struct duel_connection *c = &duel->connections[which];
    for (size_t i = 0; i < replies && c->pending_count < DUEL_PENDING_MAX; i++)
        c->pending[c->pending_count++] = (struct duel_pending){0};
    return exchange(duel, which, bytes);
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

static bool heal_real(struct duel *duel)
{
    return ask_control(duel, FL_SPAN("CONFIG SET maxmemory 0 min-replicas-to-write 0\r\n")) &&
           ask_control(duel, FL_SPAN("REPLICAOF NO ONE\r\n"));
}

bool duel_state(struct duel *duel, struct fl_span name)
{
    static const struct {
        const char *name, *command;
        unsigned states;
    } known[] = {
        {"oom", "CONFIG SET maxmemory 1\r\n", FAKE_REDIS_OOM},
        {"readonly", "REPLICAOF 127.0.0.1 1\r\n", FAKE_REDIS_READONLY},
        {"noreplicas", "CONFIG SET min-replicas-to-write 1\r\n", FAKE_REDIS_NOREPLICAS},
    };
    bool done = heal_real(duel);
    unsigned states = 0;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (!fl_span_is(name, known[i].name)) continue;
        states = known[i].states;
        done = done && ask_control(duel, fl_span_from(known[i].command));
    }
    duel->is_ill = states;
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
    }
    return false;
}

/* Connection 0 must be able to answer; the others are let go. */
static bool free_connection(struct duel *duel, size_t which)
{
    struct duel_connection *c = &duel->connections[which];
    if (c->fd >= 0) close(c->fd);
    fake_redis_close(c->session);
    fl_buf_release(&c->received);
    *c = (struct duel_connection){.fd = server_connect(duel->server),
                                  .received = FL_BUF_INIT(RECEIVED_MAX),
                                  .session = fake_redis_open(duel->fake, "duel")};
    return c->fd >= 0 && c->session;
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
    return true;
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
    if (duel->is_ill && !heal_real(duel)) return false;
    duel->is_ill = false;
    if (!ask_control(duel, FL_SPAN("FLUSHALL\r\n")) ||
        !ask_control(duel, FL_SPAN("SCRIPT FLUSH\r\n")))
        return false;
    for (size_t i = 0; i < DUEL_CONNECTIONS; i++)
        if (!free_connection(duel, i)) return false;
    return true;
}

bool duel_open(struct duel *duel, const struct server *server)
{
    *duel = (struct duel){.server = server, .control = server_connect(server)};
    for (size_t i = 0; i < DUEL_CONNECTIONS; i++)
        duel->connections[i].fd = -1;
    struct fake_redis_options options = options_of(duel);
    duel->fake = fake_redis_new(&options);
    return duel->control >= 0 && duel->fake && duel_reset(duel);
}

void duel_close(struct duel *duel)
{
    for (size_t i = 0; i < DUEL_CONNECTIONS; i++) {
        if (duel->connections[i].fd >= 0) close(duel->connections[i].fd);
        fl_buf_release(&duel->connections[i].received);
    }
    if (duel->control >= 0) close(duel->control);
    fake_redis_free(duel->fake);
}
