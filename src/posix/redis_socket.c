/* src/posix/redis_socket.c - non-blocking sockets; every wait is a poll until the deadline. */
#include "posix/redis_socket.h"

#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct fl_stream {
    int fd;
};

/* Rounded up: a poll that ends early would spin. */
static int poll_timeout_ms(struct fl_clock clock, int64_t deadline_us)
{
    if (deadline_us == FL_NEVER_US) return -1;
    int64_t left_us = deadline_us - fl_clock_mono_us(clock);
    if (left_us <= 0) return 0;
    int64_t left_ms = (left_us + 999) / 1000;
    return left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}

/* FL_OK: something can be done or has gone wrong; the next call on the socket says which. */
static enum fl_error await(struct fl_clock clock, int fd, short events, int64_t deadline_us)
{
    struct pollfd entry = {.fd = fd, .events = events};
    int ready;
    do
        ready = poll(&entry, 1, poll_timeout_ms(clock, deadline_us));
    while (ready < 0 && errno == EINTR);
    if (ready < 0) return FL_ELOST;
    return ready == 0 ? FL_ETIMEDOUT : FL_OK;
}

static enum fl_error connect_by(struct fl_clock clock, int fd, const struct sockaddr *address,
                                socklen_t length, int64_t deadline_us)
{
    if (connect(fd, address, length) == 0) return FL_OK;
    if (errno != EINPROGRESS && errno != EINTR) return FL_ECONNECT;
    enum fl_error err = await(clock, fd, POLLOUT, deadline_us);
    if (err) return err;
    int failure = 0;
    socklen_t size = sizeof failure;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size) || failure) return FL_ECONNECT;
    return FL_OK;
}

static enum fl_error open_address(struct fl_clock clock, const struct sockaddr *address,
                                  socklen_t length, int64_t deadline_us, int *ret_fd)
{
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return FL_ECONNECT;
    enum fl_error err = connect_by(clock, fd, address, length, deadline_us);
    if (err) {
        close(fd);
        return err;
    }
    *ret_fd = fd;
    return FL_OK;
}

static enum fl_error open_unix(const struct fl_redis_socket *self, int64_t deadline_us, int *ret_fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(self->url->path) >= sizeof address.sun_path) return FL_ECONNECT;
    strcpy(address.sun_path, self->url->path);
    return open_address(self->clock, (const struct sockaddr *)&address, sizeof address, deadline_us,
                        ret_fd);
}

/* Replies are small and waited for, and a peer that vanished without a word must be noticed. */
static void tune_tcp(int fd)
{
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

static enum fl_error open_tcp(const struct fl_redis_socket *self, int64_t deadline_us, int *ret_fd)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    if (getaddrinfo(self->url->host, self->url->port, &hints, &found)) return FL_ECONNECT;
    enum fl_error err = FL_ECONNECT;
    for (const struct addrinfo *at = found; at && err; at = at->ai_next)
        err = open_address(self->clock, at->ai_addr, at->ai_addrlen, deadline_us, ret_fd);
    freeaddrinfo(found);
    if (!err) tune_tcp(*ret_fd);
    return err;
}

static enum fl_error stream_open(void *self, int64_t deadline_us, struct fl_stream **ret_stream)
{
    const struct fl_redis_socket *transport = self;
    struct fl_stream *stream = malloc(sizeof *stream);
    if (!stream) return FL_ENOMEM;
    enum fl_error err = transport->url->path ? open_unix(transport, deadline_us, &stream->fd)
                                             : open_tcp(transport, deadline_us, &stream->fd);
    if (err) {
        free(stream);
        return err;
    }
    *ret_stream = stream;
    return FL_OK;
}

static enum fl_error stream_send(void *self, struct fl_stream *stream, const void *bytes,
                                 size_t length, int64_t deadline_us)
{
    const struct fl_redis_socket *transport = self;
    const char *at = bytes;
    while (length > 0) {
        ssize_t sent = send(stream->fd, at, length, MSG_NOSIGNAL);
        if (sent >= 0) {
            at += sent;
            length -= (size_t)sent;
            continue;
        }
        if (errno == EINTR) continue;
        if (errno != EAGAIN) return FL_ELOST;
        enum fl_error err = await(transport->clock, stream->fd, POLLOUT, deadline_us);
        if (err) return err;
    }
    return FL_OK;
}

static enum fl_error stream_receive(void *self, struct fl_stream *stream, void *bytes,
                                    size_t capacity, int64_t deadline_us, size_t *ret_length)
{
    const struct fl_redis_socket *transport = self;
    for (;;) {
        ssize_t got = recv(stream->fd, bytes, capacity, 0);
        if (got > 0) {
            *ret_length = (size_t)got;
            return FL_OK;
        }
        if (got < 0 && errno == EINTR) continue;
        if (got == 0 || errno != EAGAIN) return FL_ELOST;
        enum fl_error err = await(transport->clock, stream->fd, POLLIN, deadline_us);
        if (err) return err;
    }
}

/* Nothing is awaited: bytes that are there are a farewell. */
static bool stream_ended(void *self, struct fl_stream *stream)
{
    char byte;
    (void)self;
    return recv(stream->fd, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT) >= 0 ||
           (errno != EAGAIN && errno != EINTR);
}

static void stream_close(void *self, struct fl_stream *stream)
{
    (void)self;
    close(stream->fd);
    free(stream);
}

static const struct fl_transport_ops ops = {
    .open = stream_open,
    .send = stream_send,
    .receive = stream_receive,
    .ended = stream_ended,
    .close = stream_close,
};

struct fl_transport fl_redis_socket_transport(struct fl_redis_socket *socket)
{
    return (struct fl_transport){&ops, socket};
}
