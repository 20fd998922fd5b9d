#include "fakes/redis/serve/clients.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fakes/redis/serve/carried.h"
#include "fakes/redis/serve/socket.h"

enum fl_error fake_clients_init(struct fake_clients *clients, size_t count_max)
{
    clients->count_max = count_max;
    clients->read_buffer = malloc(FAKE_SERVE_READ_BYTES);
    return clients->read_buffer ? FL_OK : FL_ENOMEM;
}

void fake_clients_release(struct fake_clients *clients)
{
    while (clients->first)
        fake_clients_drop(clients->first);
    free(clients->read_buffer);
    clients->read_buffer = NULL;
}

/* ---- writing ---- */

void fake_clients_touch(struct fake_client *client)
{
    struct fake_clients *clients = client->clients;
    if (client->is_dirty) return;
    client->is_dirty = true;
    client->next_dirty = clients->first_dirty;
    clients->first_dirty = client;
}

void fake_clients_touch_all(struct fake_clients *clients)
{
    for (struct fake_client *client = clients->first; client; client = client->next)
        fake_clients_touch(client);
}

void fake_clients_on_output(void *context, struct fake_redis_session *session)
{
    struct fake_client *client = fake_redis_session_attached(session);
    (void)context;
    if (client) fake_clients_touch(client);
}

static void forget_dirty(struct fake_client *client)
{
    struct fake_client **at = &client->clients->first_dirty;
    while (*at != client)
        at = &(*at)->next_dirty;
    *at = client->next_dirty;
}

void fake_clients_drop(struct fake_client *client)
{
    struct fake_clients *clients = client->clients;
    if (client->is_dirty) forget_dirty(client);
    fake_loop_remove(clients->loop, &client->watch);
    if (client->is_reset)
        fake_socket_reset(client->watch.fd);
    else if (client->carrier)
        fake_socket_close(client->watch.fd);
    else
        close(client->watch.fd); /* as Redis does, whatever has not been read */
    fake_carried_end(client);
    *(client->previous ? &client->previous->next : &clients->first) = client->next;
    *(client->next ? &client->next->previous : &clients->last) = client->previous;
    clients->count--;
    clients->unread_bytes -= client->unread_bytes;
    fake_redis_close(client->session);
    free(client);
}

static unsigned wanted(const struct fake_client *client)
{
    if (client->clients->is_paused) return 0;
    return FAKE_READY_READ | (client->unread_bytes ? FAKE_READY_WRITE : 0u);
}

static void note_unread(struct fake_client *client, size_t unread)
{
    client->clients->unread_bytes += unread - client->unread_bytes; /* may wrap and come back */
    client->unread_bytes = unread;
}

/* False: the peer is gone. */
static bool write_output(struct fake_client *client)
{
    struct fl_span output = fake_redis_output(client->session);
    size_t sent;
    if (!fake_socket_send(client->watch.fd, output, &sent)) return false;
    if (sent) fake_redis_consume(client->session, sent);
    note_unread(client, output.length - sent);
    return true;
}

static bool reads_too_slowly(const struct fake_client *client)
{
    return client->unread_bytes > FAKE_SERVE_UNREAD_BYTES_MAX ||
           (client->unread_bytes &&
            client->clients->unread_bytes > FAKE_SERVE_UNREAD_SUM_BYTES_MAX);
}

/* False: it is to be dropped. */
static bool write_some(struct fake_client *client)
{
    if (client->carrier) {
        size_t unread;
        if (!fake_carried_write(client, &unread)) return false;
        note_unread(client, unread);
    } else {
        if (!write_output(client)) return false;
        if (!client->unread_bytes && fake_redis_closed(client->session)) return false;
    }
    return !reads_too_slowly(client);
}

static void serve(struct fake_client *client)
{
    if (!write_some(client) ||
        fake_loop_want(client->clients->loop, &client->watch, wanted(client)) != FL_OK)
        fake_clients_drop(client);
}

void fake_clients_flush(struct fake_clients *clients)
{
    if (clients->is_paused) return;
    struct fake_client *client;
    while ((client = clients->first_dirty)) {
        clients->first_dirty = client->next_dirty;
        client->is_dirty = false;
        serve(client);
    }
}

/* ---- reading ---- */

static void feed(struct fake_client *client, struct fl_span bytes)
{
    if (fake_carried_is_due(client)) {
        fake_carried_receive(client, bytes);
        return;
    }
    fake_redis_feed(client->session, bytes.bytes, bytes.length);
    if (fake_redis_output(client->session).length || fake_redis_closed(client->session))
        fake_clients_touch(client);
}

/* False: there was nothing to read. */
static bool read_once(struct fake_client *client, bool *ret_ended)
{
    struct fake_clients *clients = client->clients;
    ssize_t got = recv(client->watch.fd, clients->read_buffer, FAKE_SERVE_READ_BYTES, MSG_DONTWAIT);
    *ret_ended = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
    if (got <= 0) return false;
    fake_serve_clock_refresh(clients->clock);
    feed(client, (struct fl_span){clients->read_buffer, (size_t)got});
    return true;
}

/* What it has sent before it hung up counts; what it would have read does not. */
static void read_to_the_end(struct fake_client *client)
{
    bool ended;
    while (read_once(client, &ended) && !fake_redis_closed(client->session))
        continue;
    if (!ended) return;
    write_some(client);
    fake_clients_drop(client);
}

static void on_ready(struct fake_watch *watch, unsigned ready)
{
    struct fake_client *client = (struct fake_client *)(void *)watch;
    bool ended = false;
    if (client->clients->is_paused) return;
    if (ready & FAKE_READY_HANGUP) {
        read_to_the_end(client);
        return;
    }
    if (ready & FAKE_READY_READ) read_once(client, &ended);
    if (ended)
        fake_clients_drop(client);
    else if (ready & FAKE_READY_WRITE)
        fake_clients_touch(client);
}

/* ---- coming ---- */

static struct fake_client *new_client(struct fake_clients *clients, int fd, const char *peer)
{
    struct fake_client *client = calloc(1, sizeof *client);
    if (!client) return NULL;
    *client = (struct fake_client){.watch = {fd, FAKE_READY_READ, on_ready}, .clients = clients};
    if (clients->is_paused) client->watch.wanted = 0;
    client->session = fake_redis_open(clients->engine, peer);
    if (client->session && fake_loop_add(clients->loop, &client->watch) == FL_OK) return client;
    fake_redis_close(client->session);
    free(client);
    return NULL;
}

void fake_clients_refuse(void *context, int fd)
{
    static const char answer[] = "-ERR max number of clients reached\r\n";
    (void)context;
    /* Best effort, as Redis does: the peer may be gone already. */
    if (send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) return;
}

void fake_clients_accept(void *context, int fd, const char *peer)
{
    struct fake_clients *clients = context;
    fake_serve_clock_refresh(clients->clock);
    if (fake_wire_refuses(clients->wire, fl_span_from(peer), clients->clock->now_us)) {
        fake_socket_reset(fd);
        return;
    }
    struct fake_client *client =
        clients->count < clients->count_max ? new_client(clients, fd, peer) : NULL;
    if (!client) {
        fake_clients_refuse(clients, fd);
        close(fd);
        return;
    }
    fake_redis_session_attach(client->session, client);
    client->previous = clients->last;
    *(clients->last ? &clients->last->next : &clients->first) = client;
    clients->last = client;
    clients->count++;
}

/* ---- rules ---- */

int64_t fake_clients_due_us(const struct fake_clients *clients)
{
    int64_t due_us = FL_NEVER_US;
    const struct fake_client *client = clients->is_paused ? NULL : clients->first_carried;
    for (; client; client = client->next_carried)
        if (client->due_us < due_us) due_us = client->due_us;
    return due_us;
}

void fake_clients_go_on(struct fake_clients *clients)
{
    struct fake_client *client = clients->first_carried;
    for (; client; client = client->next_carried)
        if (client->due_us <= clients->clock->now_us) fake_clients_touch(client);
}

/* ---- standing still ---- */

static void want_all(struct fake_clients *clients)
{
    struct fake_client *next;
    for (struct fake_client *client = clients->first; client; client = next) {
        next = client->next;
        if (fake_loop_want(clients->loop, &client->watch, wanted(client)) != FL_OK)
            fake_clients_drop(client);
    }
}

void fake_clients_pause(struct fake_clients *clients)
{
    clients->is_paused = true;
    want_all(clients);
}

void fake_clients_resume(struct fake_clients *clients)
{
    clients->is_paused = false;
    want_all(clients);
}
