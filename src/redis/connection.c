/* src/redis/connection.c - a failure closes the stream, since the place in it is lost; whatever was
 * not answered by then gets the error. */
#include "redis/connection.h"

#include <stdio.h>
#include <string.h>

#include "redis/encode.h"

void fl_connection_init(struct fl_connection *connection, struct fl_transport transport,
                        const struct fl_redis_login *login)
{
    memset(connection, 0, offsetof(struct fl_connection, in)); /* received into before it is read */
    connection->transport = transport;
    connection->login = login;
    connection->out = FL_BUF_INIT(FL_REDIS_SEND_BYTES_MAX);
}

static void disconnect(struct fl_connection *connection)
{
    if (connection->stream)
        connection->transport.ops->close(connection->transport.self, connection->stream);
    connection->stream = NULL;
    connection->stale = false;
    fl_decoder_release(&connection->decoder);
}

void fl_connection_release(struct fl_connection *connection)
{
    disconnect(connection);
    fl_buf_release(&connection->out);
}

static enum fl_error send_out(struct fl_connection *connection, int64_t deadline_us)
{
    struct fl_buf *out = &connection->out;
    enum fl_error err = connection->transport.ops->send(
        connection->transport.self, connection->stream, out->bytes, out->length, deadline_us);
    fl_buf_truncate(out, 0);
    if (out->capacity > FL_REDIS_SEND_BYTES_KEPT) fl_buf_release(out);
    return err;
}

/* One reply, receiving until it is complete. */
static enum fl_error receive_reply(struct fl_connection *connection, struct fl_arena *arena,
                                   struct fl_reply *slot, int64_t deadline_us)
{
    for (;;) {
        bool complete = false;
        enum fl_error err = fl_decoder_next(&connection->decoder, arena, slot, &complete);
        if (err || complete) return err;
        size_t length = 0;
        err = connection->transport.ops->receive(connection->transport.self, connection->stream,
                                                 connection->in, sizeof connection->in, deadline_us,
                                                 &length);
        if (!err) err = fl_decoder_feed(&connection->decoder, connection->in, length);
        if (err) return err;
    }
}

/* A server that is no primary any more answers so for as long as we stay; a new connection finds
 * the new primary behind the same address, as Sidekiq's client does it. */
static bool says_stale(const struct fl_reply *reply)
{
    return reply->type == FL_REPLY_ERROR && (fl_span_starts(reply->text, FL_SPAN("READONLY")) ||
                                             fl_span_starts(reply->text, FL_SPAN("NOREPLICAS")) ||
                                             fl_span_starts(reply->text, FL_SPAN("UNBLOCKED")));
}

static enum fl_error receive_batch(struct fl_connection *connection, struct fl_batch *batch,
                                   int64_t deadline_us)
{
    struct fl_replies *replies = batch->replies;
    replies->items = batch->items;
    while (replies->count < batch->count) {
        struct fl_reply *slot = &batch->items[replies->count];
        enum fl_error err = receive_reply(connection, &replies->arena, slot, deadline_us);
        if (err) return err;
        if (says_stale(slot)) connection->stale = true;
        replies->count++;
    }
    return FL_OK;
}

static size_t login_commands(const struct fl_redis_login *login, struct fl_command commands[2],
                             struct fl_span args[5], char database[16])
{
    size_t count = 0;
    if (login->password) {
        size_t arg_count = 0;
        args[arg_count++] = FL_SPAN("AUTH");
        if (login->username) args[arg_count++] = fl_span_from(login->username);
        args[arg_count++] = fl_span_from(login->password);
        commands[count++] = (struct fl_command){args, arg_count};
    }
    if (login->database) {
        snprintf(database, 16, "%d", login->database);
        args[3] = FL_SPAN("SELECT");
        args[4] = fl_span_from(database);
        commands[count++] = (struct fl_command){&args[3], 2};
    }
    return count;
}

/* The first refusal in `replies` becomes the connection's problem. */
static enum fl_error judge_login(struct fl_connection *connection, const struct fl_replies *replies)
{
    for (size_t i = 0; i < replies->count; i++) {
        const struct fl_reply *reply = &replies->items[i];
        if (reply->type == FL_REPLY_STATUS) continue;
        snprintf(connection->problem, sizeof connection->problem, "%.*s",
                 FL_SPAN_ARGS(reply->text));
        return FL_ECONNECT;
    }
    connection->problem[0] = '\0';
    return FL_OK;
}

static enum fl_error log_in(struct fl_connection *connection, int64_t deadline_us)
{
    struct fl_command commands[2];
    struct fl_span args[5];
    char database[16];
    struct fl_reply items[2];
    struct fl_replies replies = {.arena = FL_ARENA_INIT(FL_REDIS_RECEIVE_BYTES)};
    struct fl_batch batch = {
        .commands = commands,
        .count = login_commands(connection->login, commands, args, database),
        .replies = &replies,
        .items = items,
    };
    if (batch.count == 0) return FL_OK;
    enum fl_error err = fl_redis_encode(commands, batch.count, &connection->out);
    if (!err) err = send_out(connection, deadline_us);
    if (!err) err = receive_batch(connection, &batch, deadline_us);
    if (!err) err = judge_login(connection, &replies);
    fl_arena_release(&replies.arena);
    return err;
}

/* FL_OK with an open stream; otherwise an error that says that nothing was sent. `out` must be
 * empty. */
static enum fl_error connect_and_log_in(struct fl_connection *connection, int64_t deadline_us)
{
    enum fl_error err = fl_decoder_init(&connection->decoder);
    if (err) return err;
    err = connection->transport.ops->open(connection->transport.self, deadline_us,
                                          &connection->stream);
    if (!err) err = log_in(connection, deadline_us);
    if (!err) return FL_OK;
    disconnect(connection);
    return err == FL_ENOMEM ? FL_ENOMEM : FL_ECONNECT;
}

/* Once something was sent, the only honest words are those for "perhaps". */
static enum fl_error after_sending(enum fl_error err)
{
    return err == FL_ETIMEDOUT || err == FL_EPROTOCOL ? err : FL_ELOST;
}

static int64_t earlier(int64_t a_us, int64_t b_us)
{
    return a_us < b_us ? a_us : b_us;
}

/* Encodes batches from *first on, while they fit; returns the first that did not go in. One that
 * cannot be encoded is ended with its error. *ret_deadline_us is the earliest of those encoded. */
static struct fl_batch *encode_some(struct fl_connection *connection, struct fl_batch *first,
                                    int64_t *ret_deadline_us)
{
    struct fl_buf *out = &connection->out;
    struct fl_batch *batch = first;
    for (; batch; batch = batch->next) {
        if (out->length >= FL_REDIS_COMBINED_BYTES) break;
        enum fl_error err = fl_redis_encode(batch->commands, batch->count, out);
        if (err == FL_EBOUND && out->length > 0) break; /* alone, it may fit */
        batch->err = err;
        if (!err) *ret_deadline_us = earlier(*ret_deadline_us, batch->deadline_us);
    }
    return batch;
}

/* The err of every batch before `end` that has none yet. */
static void fail_from(struct fl_batch *batch, const struct fl_batch *end, enum fl_error err)
{
    for (; batch != end; batch = batch->next)
        if (!batch->err) batch->err = err;
}

/* Sends what is encoded, then reads the replies of the batches from `first` to before `end`. */
static void send_and_receive(struct fl_connection *connection, struct fl_batch *first,
                             const struct fl_batch *end, int64_t deadline_us)
{
    enum fl_error err = send_out(connection, deadline_us);
    for (struct fl_batch *batch = first; batch != end; batch = batch->next) {
        if (batch->err) continue;
        if (!err) err = receive_batch(connection, batch, deadline_us);
        if (!err) continue;
        disconnect(connection);
        fail_from(batch, end, after_sending(err));
        return;
    }
    if (connection->stale) disconnect(connection);
}

static bool has_ended(struct fl_connection *connection)
{
    return connection->transport.ops->ended(connection->transport.self, connection->stream);
}

void fl_connection_exchange(struct fl_connection *connection, struct fl_batch *batches,
                            int64_t open_by_us)
{
    /* A server that was restarted meanwhile is found again before anything is lost to the old one.
     */
    if (connection->stream && has_ended(connection)) disconnect(connection);
    while (batches) {
        if (!connection->stream) {
            enum fl_error err =
                connect_and_log_in(connection, earlier(open_by_us, batches->deadline_us));
            if (err) {
                fail_from(batches, NULL, err);
                return;
            }
        }
        int64_t deadline_us = INT64_MAX;
        struct fl_batch *rest = encode_some(connection, batches, &deadline_us);
        if (connection->out.length > 0) send_and_receive(connection, batches, rest, deadline_us);
        batches = rest;
    }
}
