/* harness/run/server.c - sessions of the fake as streams.
 *
 * Time passes for blocked pops when somebody who waits for one wakes: each waits until the earliest
 * of all deadlines and lets the engine advance. Before any command the engine catches up, so that a
 * pop of a paused process has timed out as it would have. */
#include "harness/run/server.h"

#include <stdlib.h>
#include <string.h>

enum { COMMAND_BYTES_MAX = 64 * 1024 * 1024 };

struct server_stream {
    struct server_stream *next;
    struct server_client *client;
    struct fake_redis_session *session;
    struct sim_waiters waiters;
    struct server_weather weather; /* of the batch that was sent last */
    bool ended;                    /* nothing more arrives */
    size_t cleared;                /* bytes of the output that do */
    size_t told;                   /* bytes of the output that the watcher knows */
    bool told_end;
    int64_t asked_us;     /* when the batch was sent last, in run time */
    int64_t prolonged_us; /* its pop lasts so much longer than it asked for */
};

static int64_t wall_us(void *self)
{
    const struct server *server = self;
    return wall_clock_shows_us(&server->clock, sim_world_now_us(server->world));
}

struct fl_clock server_clock(struct server *server)
{
    static const struct fl_clock_ops ops = {.wall_us = wall_us, .mono_us = wall_us};
    return (struct fl_clock){&ops, server};
}

void server_init(struct server *server, struct fake_redis *engine, struct sim_world *world,
                 int64_t start_wall_us)
{
    *server =
        (struct server){.engine = engine, .world = world, .clock = {.start_us = start_wall_us}};
}

static void wire_cut(void *self, uint64_t replies, uint64_t bytes, enum effect_wire_end end)
{
    struct server_weather *next = &((struct server *)self)->next;
    next->cut = true;
    next->ends = end;
    next->replies = replies;
    next->bytes = bytes;
}

static void wire_swallow(void *self, enum effect_wire_end end)
{
    struct server_weather *next = &((struct server *)self)->next;
    next->swallowed = true;
    next->ends = end;
}

static void wire_slice(void *self, uint64_t bytes)
{
    ((struct server *)self)->next.slice = bytes;
}

struct effect_wire server_wire(struct server *server)
{
    return (struct effect_wire){wire_cut, wire_swallow, wire_slice, server};
}

/* --- what the watcher is told --- */

static uint64_t id_of(const struct fake_redis_session *session)
{
    return fake_redis_session_info(session).id;
}

static void tell_end(struct server *server, struct server_stream *stream)
{
    const struct run_watcher *watcher = server->watcher;
    if (!watcher || stream->told_end) return;
    stream->told_end = true;
    watcher->hung_up(watcher->self, id_of(stream->session));
}

static void tell_news(struct server *server, struct server_stream *stream)
{
    const struct run_watcher *watcher = server->watcher;
    struct fl_span output = fake_redis_output(stream->session);
    if (output.length > stream->told)
        watcher->answered(
            watcher->self, id_of(stream->session),
            (struct fl_span){output.bytes + stream->told, output.length - stream->told});
    stream->told = output.length;
    if (fake_redis_closed(stream->session)) tell_end(server, stream);
}

void server_on_output(struct server *server, struct fake_redis_session *session)
{
    for (struct server_stream *at = server->streams; at; at = at->next) {
        if (at->session != session) continue;
        if (server->watcher && !server->executes) tell_news(server, at);
        sim_wake_all(server->world, &at->waiters);
    }
}

/* What was sent is told before what it gave to others, though that comes first. */
static void execute(struct server *server, struct fake_redis_session *session, struct fl_span wire)
{
    const struct run_watcher *watcher = server->watcher;
    server->executes = true;
    fake_redis_feed(session, wire.bytes, wire.length);
    server->executes = false;
    if (!watcher) return;
    watcher->sent(watcher->self, id_of(session), wire);
    for (struct server_stream *at = server->streams; at; at = at->next)
        tell_news(server, at);
}

enum fl_error server_ask(struct server *server, const char *name, struct fl_span wire,
                         struct fl_buf *reply)
{
    const struct run_watcher *watcher = server->watcher;
    struct fake_redis_session *session = fake_redis_open(server->engine, name);
    if (!session) return FL_ENOMEM;
    uint64_t id = id_of(session);
    execute(server, session, wire);
    struct fl_span output = fake_redis_output(session);
    enum fl_error err = reply ? fl_buf_append_span(reply, output) : FL_OK;
    if (watcher && output.length) watcher->answered(watcher->self, id, output);
    fake_redis_close(session);
    if (watcher) watcher->hung_up(watcher->self, id);
    return err;
}

enum fl_error server_ask_command(struct server *server, const char *name,
                                 const struct fl_span *args, uint32_t count, struct fl_buf *reply)
{
    struct fl_buf wire = FL_BUF_INIT(COMMAND_BYTES_MAX);
    enum fl_error err = fl_buf_printf(&wire, "*%u\r\n", count);
    for (uint32_t i = 0; i < count && !err; i++) {
        err = fl_buf_printf(&wire, "$%zu\r\n", args[i].length);
        if (!err) err = fl_buf_append_span(&wire, args[i]);
        if (!err) err = fl_buf_append_text(&wire, "\r\n");
    }
    if (!err) err = server_ask(server, name, fl_buf_span(&wire), reply);
    fl_buf_release(&wire);
    return err;
}

int64_t server_next_end_us(const struct server *server)
{
    int64_t end_us = fake_redis_next_deadline_us(server->engine);
    return end_us == FL_NEVER_US ? FL_NEVER_US : wall_clock_when_us(&server->clock, end_us);
}

/* --- streams --- */

static struct fl_stream *as_stream(struct server_stream *stream)
{
    return (struct fl_stream *)(void *)stream;
}

static struct server_stream *of_stream(struct fl_stream *stream)
{
    return (struct server_stream *)(void *)stream;
}

static void catch_up(struct server *server)
{
    if (fake_redis_next_deadline_us(server->engine) <= wall_us(server))
        fake_redis_advance(server->engine);
}

/* Who waits looks at the time anew. */
static void clock_has_changed(struct server *server)
{
    catch_up(server);
    for (struct server_stream *at = server->streams; at; at = at->next)
        sim_wake_all(server->world, &at->waiters);
}

void server_clock_jump(struct server *server, int64_t delta_us)
{
    wall_clock_jump(&server->clock, delta_us);
    clock_has_changed(server);
}

void server_clock_rate(struct server *server, uint32_t rate_of, uint32_t rate_in)
{
    wall_clock_run(&server->clock, sim_world_now_us(server->world), rate_of, rate_in);
    clock_has_changed(server);
}

static enum fl_error stream_open(void *self, int64_t deadline_us, struct fl_stream **ret_stream)
{
    struct server_client *client = self;
    struct server *server = client->server;
    (void)deadline_us;
    if (sim_world_now_us(server->world) < server->refuses_until_us) {
        server->next = (struct server_weather){0};
        return FL_ECONNECT;
    }
    struct sim_memory *owner = sim_memory_switch(NULL);
    struct server_stream *stream = calloc(1, sizeof *stream);
    if (stream) stream->session = fake_redis_open(server->engine, client->name);
    if (stream && stream->session) {
        stream->client = client;
        stream->next = server->streams;
        server->streams = stream;
        *ret_stream = as_stream(stream);
    } else {
        free(stream);
        stream = NULL;
    }
    sim_memory_switch(owner);
    return stream ? FL_OK : FL_ECONNECT;
}

static void stream_free(struct server *server, struct server_stream *stream)
{
    struct server_stream **link = &server->streams;
    while (*link != stream)
        link = &(*link)->next;
    *link = stream->next;
    tell_end(server, stream);
    fake_redis_close(stream->session);
    free(stream);
}

static void stream_close(void *self, struct fl_stream *stream)
{
    struct server_client *client = self;
    struct sim_memory *owner = sim_memory_switch(NULL);
    stream_free(client->server, of_stream(stream));
    sim_memory_switch(owner);
}

void server_close_all(struct server_client *client)
{
    struct server *server = client->server;
    struct server_stream *next;
    for (struct server_stream *at = server->streams; at; at = next) {
        next = at->next;
        if (at->client == client) stream_free(server, at);
    }
}

/* What has been arranged for the next batch becomes the stream's. False: the stream is broken. */
static bool meets_weather(struct server_stream *stream)
{
    struct server *server = stream->client->server;
    struct server_weather next = server->next;
    server->next = (struct server_weather){0};
    if (fake_redis_closed(stream->session)) return false;
    bool lasts = stream->ended || (stream->weather.cut && !next.cut && !next.swallowed);
    if (!lasts) stream->weather = next;
    if (stream->weather.swallowed) stream->ended = true;
    return !stream->ended || stream->weather.ends == EFFECT_WIRE_STALLS;
}

static enum fl_error stream_send(void *self, struct fl_stream *opaque, const void *bytes,
                                 size_t length, int64_t deadline_us)
{
    struct server *server = ((struct server_client *)self)->server;
    struct server_stream *stream = of_stream(opaque);
    (void)deadline_us;
    if (!meets_weather(stream)) return FL_ELOST;
    if (stream->weather.swallowed) return FL_OK;
    struct sim_memory *owner = sim_memory_switch(NULL);
    catch_up(server);
    stream->asked_us = sim_world_now_us(server->world);
    stream->prolonged_us = 0;
    execute(server, stream->session, (struct fl_span){bytes, length});
    sim_memory_switch(owner);
    return FL_OK;
}

/* The length of the RESP2 value at the start of `bytes`; 0 when it is not whole. */
static size_t reply_length(struct fl_span bytes)
{
    const char *newline = bytes.length ? memchr(bytes.bytes, '\n', bytes.length) : NULL;
    if (!newline) return 0;
    size_t length = (size_t)(newline - bytes.bytes) + 1;
    char type = bytes.bytes[0];
    if (type != '$' && type != '*') return length;
    long count = strtol(bytes.bytes + 1, NULL, 10);
    if (count < 0) return length;
    if (type == '$') {
        length += (size_t)count + 2;
        return length <= bytes.length ? length : 0;
    }
    for (long i = 0; i < count; i++) {
        size_t element =
            reply_length((struct fl_span){bytes.bytes + length, bytes.length - length});
        if (!element) return 0;
        length += element;
    }
    return length;
}

/* Counts the replies that arrive, as far as they are there, and what of the next one does. */
static void clear_replies(struct server *server, struct server_stream *stream,
                          struct fl_span output)
{
    struct server_weather *weather = &stream->weather;
    while (!stream->ended) {
        size_t one = reply_length(
            (struct fl_span){output.bytes + stream->cleared, output.length - stream->cleared});
        if (!one) return;
        stream->ended = weather->replies == 0;
        bool whole = !stream->ended || weather->bytes >= one;
        server->has_cut_short |= !whole;
        stream->cleared += whole ? one : (size_t)weather->bytes;
        if (!stream->ended) weather->replies--;
    }
}

/* What may be handed on; *ret_broken once nothing will be any more. */
static struct fl_span visible(struct server *server, struct server_stream *stream, bool *ret_broken)
{
    struct fl_span output = fake_redis_output(stream->session);
    const struct server_weather *weather = &stream->weather;
    if (weather->cut) clear_replies(server, stream, output);
    if (weather->cut || stream->ended) output.length = stream->cleared;
    *ret_broken = stream->ended && !output.length && weather->ends == EFFECT_WIRE_BREAKS;
    if (weather->slice && output.length > weather->slice) output.length = (size_t)weather->slice;
    return output;
}

static size_t hand_on(struct server_stream *stream, struct fl_span output, void *bytes,
                      size_t capacity)
{
    size_t length = output.length < capacity ? output.length : capacity;
    memcpy(bytes, output.bytes, length);
    if (stream->weather.cut) stream->cleared -= length;
    if (stream->told) stream->told -= length;
    struct sim_memory *owner = sim_memory_switch(NULL);
    fake_redis_consume(stream->session, length);
    sim_memory_switch(owner);
    return length;
}

/* Until there is output, at most until the deadline, and not past the end of any blocked pop. */
static enum fl_error wait(struct server_client *client, struct server_stream *stream,
                          int64_t deadline_us)
{
    struct server *server = client->server;
    int64_t now_us = sim_world_now_us(server->world);
    int64_t until_us = FL_NEVER_US;
    if (deadline_us != FL_NEVER_US)
        until_us = now_us + (deadline_us - fl_clock_mono_us(client->clock)) + stream->prolonged_us;
    int64_t pop_at_us = server_next_end_us(server);
    if (pop_at_us < until_us) {
        sim_wait(server->world, &stream->waiters, pop_at_us > now_us ? pop_at_us : now_us,
                 "a job in Redis");
    } else if (sim_wait(server->world, &stream->waiters, until_us, "a job in Redis")) {
        return FL_ETIMEDOUT;
    }
    struct sim_memory *owner = sim_memory_switch(NULL);
    catch_up(server);
    sim_memory_switch(owner);
    return FL_OK;
}

static enum fl_error stream_receive(void *self, struct fl_stream *opaque, void *bytes,
                                    size_t capacity, int64_t deadline_us, size_t *ret_length)
{
    struct server_client *client = self;
    struct server_stream *stream = of_stream(opaque);
    for (;;) {
        bool broken;
        struct fl_span output = visible(client->server, stream, &broken);
        if (broken) return FL_ELOST;
        if (output.length) {
            *ret_length = hand_on(stream, output, bytes, capacity);
            return FL_OK;
        }
        if (fake_redis_closed(stream->session)) return FL_ELOST;
        enum fl_error err = wait(client, stream, deadline_us);
        if (err) return err;
    }
}

static bool stream_ended(void *self, struct fl_stream *opaque)
{
    (void)self;
    return fake_redis_closed(of_stream(opaque)->session);
}

/* --- pops that last --- */

static bool is_plain_pop(const struct server_stream *stream)
{
    const struct server_weather *weather = &stream->weather;
    return stream->waiters.first && !stream->prolonged_us && fake_redis_blocked(stream->session) &&
           !weather->swallowed && !weather->cut && !stream->ended;
}

bool server_next_pop(const struct server *server, struct server_pop *pop)
{
    struct server_stream *stream = pop->stream ? pop->stream->next : server->streams;
    while (stream && !is_plain_pop(stream))
        stream = stream->next;
    if (!stream) return false;
    const struct sim_fiber *caller = stream->waiters.first;
    *pop = (struct server_pop){
        stream, stream->client->process, sim_fiber_role(caller), stream->asked_us,
        wall_clock_when_us(&server->clock, fake_redis_blocked_until_us(stream->session))};
    return true;
}

void server_pop_rest(struct server *server, const struct server_pop *pop)
{
    sim_wait_until(server->world, &pop->stream->waiters, FL_NEVER_US);
}

void server_pop_prolong(struct server *server, const struct server_pop *pop, int64_t until_us)
{
    pop->stream->prolonged_us = until_us - pop->until_us;
    fake_redis_block_until(pop->stream->session, wall_clock_shows_us(&server->clock, until_us));
}

void server_pop_resume(struct server *server, const struct server_pop *pop)
{
    sim_wait_until(server->world, &pop->stream->waiters, server_next_end_us(server));
}

struct fl_transport server_transport(struct server_client *client)
{
    static const struct fl_transport_ops ops = {
        .open = stream_open,
        .send = stream_send,
        .receive = stream_receive,
        .ended = stream_ended,
        .close = stream_close,
    };
    return (struct fl_transport){&ops, client};
}
