#include "fakes/redis/serve/link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fakes/redis/fake_redis.h"
#include "fakes/redis/serve/socket.h"

/* One more command after the bound was found to be kept. */
#define TO_SERVER_BYTES_MAX ((size_t)FAKE_LINK_TO_SERVER_BYTES_MAX + FAKE_REDIS_INPUT_BYTES_MAX)

static int64_t now_us(const struct fake_link *link)
{
    return link->links->face->clock.now_us;
}

/* ---- the real server as the carrier's server ---- */

static void must(struct fake_link *link, enum fl_error err)
{
    if (err) link->is_over = true;
}

static bool is(struct fl_span word, const char *name)
{
    return word.length == strlen(name) && strncasecmp(word.bytes, name, word.length) == 0;
}

static void note(char name[FAKE_LINK_NAME_BYTES], struct fl_span text)
{
    snprintf(name, FAKE_LINK_NAME_BYTES, "%.*s",
             (int)(text.length < FAKE_LINK_NAME_BYTES ? text.length : FAKE_LINK_NAME_BYTES),
             text.bytes);
}

/* CLIENT SETNAME n, CLIENT SETINFO lib-name n, HELLO 3 ... SETNAME n. */
static void note_names(struct fake_link *link, const struct fl_span *args, size_t count)
{
    if (count == 3 && is(args[0], "client") && is(args[1], "setname")) note(link->name, args[2]);
    if (count == 4 && is(args[0], "client") && is(args[1], "setinfo") && is(args[2], "lib-name"))
        note(link->library, args[3]);
    if (!is(args[0], "hello")) return;
    for (size_t i = 2; i + 1 < count; i++)
        if (is(args[i], "setname")) note(link->name, args[i + 1]);
}

static void hand_over(void *context, struct fl_span command, const struct fl_span *args,
                      size_t count)
{
    struct fake_link *link = context;
    enum fake_expects expects = FAKE_EXPECTS_NOTHING;
    note_names(link, args, count);
    must(link, fl_buf_append_span(&link->to_server, command));
    must(link, fake_expectations_add(&link->expectations, args, count,
                                     link->links->face->record.is_on, &expects));
    if (expects == FAKE_EXPECTS_NOTHING)
        fake_carrier_reply(&link->carrier, (struct fl_span){0}, true, now_us(link));
}

static void hand_over_raw(void *context, struct fl_span bytes)
{
    struct fake_link *link = context;
    must(link, fl_buf_append_span(&link->to_server, bytes));
}

static bool is_busy(void *context)
{
    const struct fake_link *link = context;
    return link->to_server.length > FAKE_LINK_TO_SERVER_BYTES_MAX;
}

static struct fl_span names(void *context)
{
    struct fake_link *link = context;
    char *text = link->links->names;
    snprintf(text, FAKE_CARRIER_NAMES_BYTES_MAX, "%s %s %s", link->address, link->name,
             link->library);
    return fl_span_from(text);
}

/* ---- replies ---- */

static void record(struct fake_link *link, struct fl_span reply)
{
    const struct fake_expected *expected = link->expectations.first;
    if (!expected->count) return;
    fake_record_add(&link->links->face->record, &(struct fake_recorded){.now_us = now_us(link),
                                                                        .client = link->address,
                                                                        .db = -1,
                                                                        .by = "client",
                                                                        .args = expected->args,
                                                                        .count = expected->count,
                                                                        .reply = reply});
}

static void take_reply(struct fake_link *link, struct fl_span reply)
{
    switch (fake_expectations_match(&link->expectations, reply)) {
    case FAKE_WHOSE_NOBODYS: fake_carrier_push(&link->carrier, reply, now_us(link)); break;
    case FAKE_WHOSE_PART: fake_carrier_reply(&link->carrier, reply, false, now_us(link)); break;
    case FAKE_WHOSE_LAST:
        record(link, reply);
        fake_expectations_pop(&link->expectations);
        fake_carrier_reply(&link->carrier, reply, true, now_us(link));
        break;
    }
}

static void take_replies(struct fake_link *link)
{
    struct fl_buf *in = &link->from_server;
    size_t taken = 0, length;
    enum fake_reply_end end = FAKE_REPLY_WHOLE;
    while (!link->is_over && taken < in->length) {
        struct fl_span rest = {in->bytes + taken, in->length - taken};
        end = fake_reply_scan(&link->scan, rest, &length);
        if (end != FAKE_REPLY_WHOLE) break;
        take_reply(link, (struct fl_span){rest.bytes, length});
        taken += length;
    }
    fl_buf_consume(in, taken);
    if (end == FAKE_REPLY_BROKEN) link->server_is_gone = true; /* that is no Redis */
}

/* ---- life ---- */

static void drop(struct fake_link *link)
{
    struct fake_links *links = link->links;
    fake_loop_remove(&links->face->loop, &link->client);
    fake_loop_remove(&links->face->loop, &link->server);
    if (link->is_reset)
        fake_socket_reset(link->client.fd);
    else
        fake_socket_close(link->client.fd);
    close(link->server.fd);
    *(link->previous ? &link->previous->next : &links->first) = link->next;
    if (link->next) link->next->previous = link->previous;
    links->count--;
    fake_carrier_release(&link->carrier);
    fake_expectations_release(&link->expectations);
    fl_buf_release(&link->to_server);
    fl_buf_release(&link->from_server);
    free(link);
}

static void send_to_server(struct fake_link *link)
{
    size_t sent;
    if (link->is_connecting || link->server_is_gone) return;
    if (!fake_socket_send(link->server.fd, fl_buf_span(&link->to_server), &sent))
        link->server_is_gone = true;
    fl_buf_consume(&link->to_server, sent);
}

/* True: the client's socket takes no more now. */
static bool send_to_client(struct fake_link *link)
{
    struct fake_delivery *delivery = &link->carrier.delivery;
    struct fl_span piece;
    size_t sent;
    while (!link->is_over) {
        switch (fake_delivery_next(delivery, now_us(link), &piece, &link->due_us)) {
        case FAKE_DELIVERY_WAITS: return false;
        case FAKE_DELIVERY_RESETS: link->is_reset = true; /* fall through */
        case FAKE_DELIVERY_CLOSES: link->is_over = true; break;
        case FAKE_DELIVERY_SENDS:
            if (!fake_socket_send(link->client.fd, piece, &sent)) {
                link->client_is_gone = delivery->is_mute = true;
                return false;
            }
            fake_delivery_sent(delivery, sent, now_us(link));
            if (sent < piece.length) return true;
        }
    }
    return false;
}

static void want(struct fake_link *link, bool client_is_full)
{
    struct fake_loop *loop = &link->links->face->loop;
    bool paused = link->links->is_paused;
    unsigned client = client_is_full ? FAKE_READY_WRITE : 0, server = 0;
    if (link->to_server.length < FAKE_LINK_TO_SERVER_BYTES_MAX) client |= FAKE_READY_READ;
    if (link->client_is_gone) client = 0;
    if (!link->server_is_gone &&
        fake_delivery_unsent(&link->carrier.delivery) < FAKE_LINK_TO_CLIENT_BYTES_MAX)
        server |= FAKE_READY_READ;
    if (link->is_connecting || (link->to_server.length && !link->server_is_gone))
        server |= FAKE_READY_WRITE;
    must(link, fake_loop_want(loop, &link->client, paused ? 0 : client));
    must(link, fake_loop_want(loop, &link->server, paused ? 0 : server));
}

/* Hanging up on the server at once would be a reset, and what it has not read yet would be lost. */
static void finish(struct fake_link *link)
{
    if (!link->client_is_gone || link->is_finishing || link->is_connecting) return;
    if (link->to_server.length || link->carrier.awaited >= FAKE_CARRIER_AWAITED_MAX) return;
    link->is_finishing = true;
    if (shutdown(link->server.fd, SHUT_WR) != 0) link->server_is_gone = true;
}

static bool has_ended(const struct fake_link *link)
{
    if (link->carrier.has_failed) return true;
    return link->server_is_gone && (link->client_is_gone || !link->carrier.delivery.first);
}

/* Sends what there is to send, or drops the link, which is gone then. */
static void settle(struct fake_link *link)
{
    fake_carrier_go_on(&link->carrier, now_us(link));
    send_to_server(link);
    bool client_is_full = send_to_client(link);
    finish(link);
    if (has_ended(link)) link->is_over = true;
    if (!link->is_over) want(link, client_is_full);
    if (link->is_over) {
        drop(link);
        return;
    }
    int64_t request_due_us = fake_carrier_due_us(&link->carrier, now_us(link));
    if (request_due_us < link->due_us) link->due_us = request_due_us;
}

/* ---- sockets ---- */

/* False: nothing more comes. */
static bool read_some(int fd, char *bytes, size_t *ret_length)
{
    ssize_t got = recv(fd, bytes, FAKE_LINK_READ_BYTES, MSG_DONTWAIT);
    *ret_length = got > 0 ? (size_t)got : 0;
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

static void on_client(struct fake_watch *watch, unsigned ready)
{
    struct fake_link *link = (struct fake_link *)(void *)watch;
    char *bytes = link->links->read_buffer;
    size_t length = 0;
    fake_serve_clock_refresh(&link->links->face->clock);
    do {
        if (!(ready & (FAKE_READY_READ | FAKE_READY_HANGUP))) break;
        if (!read_some(watch->fd, bytes, &length)) link->client_is_gone = true;
        if (length)
            fake_carrier_receive(&link->carrier, (struct fl_span){bytes, length}, now_us(link));
    } while ((ready & FAKE_READY_HANGUP) && length);
    settle(link);
}

static void finish_connecting(struct fake_link *link)
{
    int failure = 0;
    socklen_t size = sizeof failure;
    if (getsockopt(link->server.fd, SOL_SOCKET, SO_ERROR, &failure, &size) || failure) {
        link->is_over = link->is_reset = true; /* nobody is there */
        return;
    }
    link->is_connecting = false;
}

static void on_server(struct fake_watch *watch, unsigned ready)
{
    struct fake_link *link =
        (struct fake_link *)(void *)((char *)watch - offsetof(struct fake_link, server));
    char *bytes = link->links->read_buffer;
    size_t length = 0;
    fake_serve_clock_refresh(&link->links->face->clock);
    if (link->is_connecting) finish_connecting(link);
    if (!link->is_over && (ready & (FAKE_READY_READ | FAKE_READY_HANGUP))) {
        if (!read_some(watch->fd, bytes, &length)) link->server_is_gone = true;
        must(link, fl_buf_append(&link->from_server, bytes, length));
        take_replies(link);
    }
    settle(link);
}

/* ---- coming ---- */

static int connect_to(const struct fake_upstream *upstream, bool *ret_is_connecting)
{
    const struct sockaddr *address = &upstream->address.any;
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    fake_socket_tune(fd);
    *ret_is_connecting = connect(fd, address, upstream->size) != 0;
    if (!*ret_is_connecting || errno == EINPROGRESS) return fd;
    close(fd);
    return -1;
}

static struct fake_link *new_link(struct fake_links *links, int fd, const char *peer)
{
    struct fake_link *link = calloc(1, sizeof *link);
    if (!link) return NULL;
    *link = (struct fake_link){.client = {fd, FAKE_READY_READ, on_client},
                               .server = {-1, FAKE_READY_READ | FAKE_READY_WRITE, on_server},
                               .links = links,
                               .due_us = FL_NEVER_US,
                               .to_server = FL_BUF_INIT(TO_SERVER_BYTES_MAX),
                               .from_server = FL_BUF_INIT(FAKE_LINK_REPLY_BYTES_MAX)};
    link->carrier = (struct fake_carrier){.wire = links->face->wire,
                                          .hand_over = hand_over,
                                          .hand_over_raw = hand_over_raw,
                                          .is_busy = is_busy,
                                          .names = names,
                                          .context = link};
    fake_carrier_init(&link->carrier);
    snprintf(link->address, sizeof link->address, "%s", peer);
    link->server.fd = connect_to(links->upstream, &link->is_connecting);
    if (link->server.fd >= 0) return link;
    free(link);
    return NULL;
}

/* False: the kernel has no room; the caller drops it. */
static bool begin(struct fake_link *link)
{
    struct fake_links *links = link->links;
    struct fake_loop *loop = &links->face->loop;
    link->next = links->first;
    if (link->next) link->next->previous = link;
    links->first = link;
    links->count++;
    if (links->is_paused) link->client.wanted = link->server.wanted = 0;
    enum fl_error err = fake_loop_add(loop, &link->client);
    return !err && fake_loop_add(loop, &link->server) == FL_OK;
}

void fake_links_refuse(void *context, int fd)
{
    static const char answer[] = "-ERR max number of clients reached\r\n";
    size_t sent;
    (void)context;
    fake_socket_send(fd, (struct fl_span){answer, sizeof answer - 1}, &sent);
}

void fake_links_accept(void *context, int fd, const char *peer)
{
    struct fake_links *links = context;
    fake_serve_clock_refresh(&links->face->clock);
    if (links->count >= links->count_max) {
        fake_links_refuse(links, fd);
        close(fd);
        return;
    }
    bool refused =
        fake_wire_refuses(links->face->wire, fl_span_from(peer), links->face->clock.now_us);
    struct fake_link *link = refused ? NULL : new_link(links, fd, peer);
    if (!link)
        fake_socket_reset(fd);
    else if (!begin(link))
        drop(link);
}

/* ---- all of them ---- */

enum fl_error fake_links_init(struct fake_links *links)
{
    links->read_buffer = malloc(FAKE_LINK_READ_BYTES);
    return links->read_buffer ? FL_OK : FL_ENOMEM;
}

void fake_links_release(struct fake_links *links)
{
    while (links->first)
        drop(links->first);
    free(links->read_buffer);
    links->read_buffer = NULL;
}

int64_t fake_links_due_us(const struct fake_links *links)
{
    int64_t due_us = FL_NEVER_US;
    const struct fake_link *link = links->is_paused ? NULL : links->first;
    for (; link; link = link->next)
        if (link->due_us < due_us) due_us = link->due_us;
    return due_us;
}

void fake_links_go_on(struct fake_links *links)
{
    struct fake_link *next, *link = links->is_paused ? NULL : links->first;
    for (; link; link = next) {
        next = link->next;
        if (link->due_us <= now_us(link)) settle(link);
    }
}

void fake_links_pause(struct fake_links *links, bool pause)
{
    struct fake_link *next;
    links->is_paused = pause;
    for (struct fake_link *link = links->first; link; link = next) {
        next = link->next;
        settle(link);
    }
}
