/* src/redis/client.c - a group commit for commands.
 *
 * A caller puts its batch into the line. If nobody is exchanging, it takes the line as it stands
 * and exchanges it for all; whoever comes meanwhile waits until its batch is done or it is told to
 * lead the next exchange. Each waits at a seat, of which there are a few: a single place to wait
 * would wake every thread for every reply. A reader thread of its own would cost two task switches
 * a batch, and could not run in a simulation that has no task to spare. No monitor is held across a
 * transport call. */
#include "redis/client.h"

#include <stdlib.h>
#include <string.h>

#include "core/assert.h"

enum { CONNECT_TIMEOUT_US = 1000 * 1000, SEATS = 8 };

struct line {
    struct fl_batch *first, *last;
};

struct blocking {
    struct fl_connection *connection; /* owned; NULL before its first use */
    bool busy;
};

struct fl_redis_client {
    struct fl_redis_options options;
    struct fl_transport transport;
    struct fl_clock clock;
    struct fl_tasks tasks;
    /* Guards line, standings, exchanging, problem and the busy flags; a seat guards what the
     * callers that wait at it are told. */
    struct fl_monitor *monitor;
    struct fl_monitor *seats[SEATS];
    size_t next_seat;
    struct line line;
    bool exchanging; /* a caller uses `shared`, or has been told to */
    struct blocking blocking[FL_REDIS_BLOCKING_MAX];
    char problem[FL_REDIS_PROBLEM_BYTES];
    struct fl_connection shared;
};

static void exchange(struct fl_redis_client *client, struct fl_connection *connection,
                     struct fl_batch *batches)
{
    int64_t open_by_us = FL_NEVER_US; /* an open connection needs no clock */
    if (!connection->stream)
        open_by_us = fl_clock_deadline_us(client->clock, client->options.connect_timeout_us);
    fl_connection_exchange(connection, batches, open_by_us);
}

static void line_append(struct line *line, struct fl_batch *batch)
{
    if (line->last)
        line->last->next = batch;
    else
        line->first = batch;
    line->last = batch;
}

static void line_remove(struct line *line, const struct fl_batch *batch)
{
    struct fl_batch *before = NULL;
    for (struct fl_batch *at = line->first; at != batch; at = at->next)
        before = at;
    if (before)
        before->next = batch->next;
    else
        line->first = batch->next;
    if (line->last == batch) line->last = before;
}

/* The head of the line, up to FL_REDIS_BATCH_MAX commands and at least one batch. */
static struct fl_batch *line_take(struct line *line)
{
    struct fl_batch *first = line->first;
    size_t commands = 0;
    for (struct fl_batch *batch = first;; batch = batch->next) {
        batch->standing = FL_BATCH_TAKEN;
        commands += batch->count;
        if (batch->next && commands + batch->next->count <= FL_REDIS_BATCH_MAX) continue;
        line->first = batch->next;
        if (!line->first) line->last = NULL;
        batch->next = NULL;
        return first;
    }
}

/* The caller may be gone, and its batch with it, as soon as it has been told that it is done. */
static void tell(struct fl_redis_client *client, struct fl_batch *batch, int what)
{
    struct fl_monitor *seat = batch->seat;
    fl_monitor_enter(client->tasks, seat);
    batch->told = what;
    fl_monitor_leave(client->tasks, seat);
    fl_monitor_wake_all(client->tasks, seat);
}

/* By the caller at the head of the line, with `exchanging` set: exchanges what is in the line, and
 * tells everybody what became of it and the new head to lead. */
static void lead(struct fl_redis_client *client, const struct fl_batch *own)
{
    struct fl_connection *shared = &client->shared;
    fl_monitor_enter(client->tasks, client->monitor);
    struct fl_batch *taken = line_take(&client->line);
    fl_monitor_leave(client->tasks, client->monitor);
    fl_assert(taken == own);
    exchange(client, shared, taken);
    fl_monitor_enter(client->tasks, client->monitor);
    memcpy(client->problem, shared->problem, sizeof client->problem);
    struct fl_batch *heir = client->line.first;
    if (heir) heir->standing = FL_BATCH_TAKEN; /* it may not leave the line any more */
    client->exchanging = heir != NULL;
    fl_monitor_leave(client->tasks, client->monitor);
    for (struct fl_batch *batch = taken->next, *next; batch; batch = next) {
        next = batch->next;
        tell(client, batch, FL_BATCH_DONE);
    }
    if (heir) tell(client, heir, FL_BATCH_LEAD);
}

/* True: the caller is to lead. */
static bool join_line(struct fl_redis_client *client, struct fl_batch *batch)
{
    fl_monitor_enter(client->tasks, client->monitor);
    bool leads = !client->exchanging;
    client->exchanging = true;
    batch->seat = client->seats[client->next_seat++ % SEATS];
    line_append(&client->line, batch);
    fl_monitor_leave(client->tasks, client->monitor);
    return leads;
}

/* False: the batch is being exchanged, or is to lead, and will be told. */
static bool quit_line(struct fl_redis_client *client, struct fl_batch *batch)
{
    fl_monitor_enter(client->tasks, client->monitor);
    bool quits = batch->standing == FL_BATCH_IN_LINE;
    if (quits) line_remove(&client->line, batch);
    fl_monitor_leave(client->tasks, client->monitor);
    return quits;
}

/* FL_ETIMEDOUT at the instant; told is something else than FL_BATCH_WAIT otherwise. */
static enum fl_error wait_at_seat(struct fl_redis_client *client, const struct fl_batch *batch,
                                  int64_t until_us)
{
    enum fl_error err = FL_OK;
    fl_monitor_enter(client->tasks, batch->seat);
    while (batch->told == FL_BATCH_WAIT && err != FL_ETIMEDOUT)
        err = fl_monitor_wait(client->tasks, batch->seat, until_us);
    if (batch->told != FL_BATCH_WAIT) err = FL_OK;
    fl_monitor_leave(client->tasks, batch->seat);
    return err;
}

static enum fl_error exec_shared(struct fl_redis_client *client, struct fl_batch *batch)
{
    bool leads = join_line(client, batch);
    if (!leads && wait_at_seat(client, batch, batch->deadline_us)) {
        if (quit_line(client, batch)) return FL_ECONNECT; /* nothing was sent */
        /* The exchange's own deadline ends this wait. */
        enum fl_error err = wait_at_seat(client, batch, FL_NEVER_US);
        fl_assert(err == FL_OK);
    }
    if (leads || batch->told == FL_BATCH_LEAD) lead(client, batch);
    return batch->err;
}

static struct blocking *free_place(struct fl_redis_client *client)
{
    for (size_t i = 0; i < FL_REDIS_BLOCKING_MAX; i++)
        if (!client->blocking[i].busy) return &client->blocking[i];
    return NULL;
}

/* NULL when no place became free before the deadline. */
static struct blocking *occupy(struct fl_redis_client *client, int64_t deadline_us)
{
    struct blocking *place;
    enum fl_error err = FL_OK;
    fl_monitor_enter(client->tasks, client->monitor);
    while (!(place = free_place(client)) && err != FL_ETIMEDOUT)
        err = fl_monitor_wait(client->tasks, client->monitor, deadline_us);
    if (place) place->busy = true;
    fl_monitor_leave(client->tasks, client->monitor);
    return place;
}

static void vacate(struct fl_redis_client *client, struct blocking *place)
{
    fl_monitor_enter(client->tasks, client->monitor);
    place->busy = false;
    fl_monitor_wake_all(client->tasks, client->monitor);
    fl_monitor_leave(client->tasks, client->monitor);
}

static enum fl_error exec_blocking(struct fl_redis_client *client, struct fl_batch *batch)
{
    struct blocking *place = occupy(client, batch->deadline_us);
    if (!place) return FL_ECONNECT;
    if (!place->connection) {
        place->connection = malloc(sizeof *place->connection);
        if (place->connection)
            fl_connection_init(place->connection, client->transport, &client->options.login);
    }
    if (place->connection)
        exchange(client, place->connection, batch);
    else
        batch->err = FL_ENOMEM;
    vacate(client, place);
    return batch->err;
}

static bool blocks(const struct fl_command *command)
{
    static const char *const names[] = {"BLMOVE",   "BRPOP",    "BLPOP",  "BRPOPLPUSH",
                                        "BZPOPMIN", "BZPOPMAX", "BLMPOP", "BZMPOP"};
    if (command->count == 0 || !fl_span_starts(command->args[0], FL_SPAN("B"))) return false;
    for (size_t i = 0; i < FL_COUNT(names); i++)
        if (fl_span_is(command->args[0], names[i])) return true;
    return false;
}

static enum fl_error exec(void *self, const struct fl_command *commands, size_t count,
                          int64_t deadline_us, struct fl_replies *ret_replies)
{
    struct fl_redis_client *client = self;
    *ret_replies = (struct fl_replies){.arena = FL_ARENA_INIT(FL_REDIS_REPLY_BYTES_MAX)};
    if (count == 0) return FL_OK;
    if (count > FL_REDIS_BATCH_MAX) return FL_EBOUND;
    struct fl_batch batch = {
        .commands = commands,
        .count = count,
        .deadline_us = deadline_us,
        .replies = ret_replies,
        .items = fl_arena_alloc_array(&ret_replies->arena, count, sizeof *batch.items),
    };
    if (!batch.items) return FL_ENOMEM;
    return blocks(&commands[count - 1]) ? exec_blocking(client, &batch)
                                        : exec_shared(client, &batch);
}

static const struct fl_redis_ops ops = {.exec = exec};

struct fl_redis fl_redis_client_port(struct fl_redis_client *client)
{
    return (struct fl_redis){&ops, client};
}

enum fl_error fl_redis_client_new(const struct fl_redis_options *options,
                                  struct fl_transport transport, struct fl_clock clock,
                                  struct fl_tasks tasks, struct fl_redis_client **ret_client)
{
    struct fl_redis_client *client = malloc(sizeof *client);
    if (!client) return FL_ENOMEM;
    memset(client, 0, offsetof(struct fl_redis_client, shared));
    client->options = *options;
    if (!client->options.connect_timeout_us)
        client->options.connect_timeout_us = CONNECT_TIMEOUT_US;
    client->transport = transport;
    client->clock = clock;
    client->tasks = tasks;
    fl_connection_init(&client->shared, transport, &client->options.login);
    enum fl_error err = fl_monitor_new(tasks, "redis", &client->monitor);
    for (size_t i = 0; !err && i < SEATS; i++)
        err = fl_monitor_new(tasks, "redis reply", &client->seats[i]);
    if (err) {
        fl_redis_client_free(client);
        return err;
    }
    *ret_client = client;
    return FL_OK;
}

void fl_redis_client_free(struct fl_redis_client *client)
{
    if (!client) return;
    for (size_t i = 0; i < FL_REDIS_BLOCKING_MAX; i++) {
        if (!client->blocking[i].connection) continue;
        fl_connection_release(client->blocking[i].connection);
        free(client->blocking[i].connection);
    }
    fl_connection_release(&client->shared);
    for (size_t i = 0; i < SEATS; i++)
        fl_monitor_free(client->tasks, client->seats[i]);
    fl_monitor_free(client->tasks, client->monitor);
    free(client);
}

void fl_redis_client_problem(struct fl_redis_client *client, char ret_text[FL_REDIS_PROBLEM_BYTES])
{
    fl_monitor_enter(client->tasks, client->monitor);
    memcpy(ret_text, client->problem, FL_REDIS_PROBLEM_BYTES);
    fl_monitor_leave(client->tasks, client->monitor);
}
