/* src/posix/status_server.c - libmicrohttpd was rejected: it brings a TLS library for three texts.
 * A probe's request is one packet, so one connection after the other is enough. */
#include "posix/status_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ports/clock.h"
#include "posix/clock.h"

enum { LISTEN_AGAIN_MS = 1000 };

/* --- listening --- */

static enum fl_error start_listening(struct fl_status_server *server)
{
    const int yes = 1;
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)server->port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return FL_EIO;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
        listen(fd, FL_STATUS_WAITING_MAX) == 0) {
        server->listen_fd = fd;
        return FL_OK;
    }
    enum fl_error err = errno == EADDRINUSE ? FL_EEXIST : FL_EIO;
    close(fd);
    return err;
}

enum fl_error fl_status_server_init(struct fl_status_server *server, int port,
                                    fl_status_answer *answer, void *context)
{
    *server = (struct fl_status_server){
        .listen_fd = -1, .port = port, .answer = answer, .context = context};
    server->end_fd = eventfd(0, EFD_CLOEXEC);
    if (server->end_fd < 0) return FL_EIO;
    enum fl_error err = start_listening(server);
    if (err && err != FL_EEXIST) fl_status_server_release(server);
    return err;
}

void fl_status_server_end(struct fl_status_server *server)
{
    const uint64_t one = 1;
    while (write(server->end_fd, &one, sizeof one) < 0 && errno == EINTR)
        continue;
}

void fl_status_server_release(struct fl_status_server *server)
{
    if (server->listen_fd >= 0) close(server->listen_fd);
    if (server->end_fd >= 0) close(server->end_fd);
    server->listen_fd = server->end_fd = -1;
}

/* --- one connection --- */

/* Ready within the connection's time. */
static bool wait_for(int fd, short events, int64_t until_us)
{
    for (;;) {
        int64_t left_us = until_us - fl_clock_mono_us(fl_posix_clock());
        struct pollfd entry = {.fd = fd, .events = events};
        if (left_us <= 0) return false;
        int ready = poll(&entry, 1, (int)(left_us / 1000) + 1);
        if (ready > 0) return true;
        if (ready == 0 || errno != EINTR) return false;
    }
}

/* Up to the empty line behind the head; what follows is nobody's concern. */
static bool read_head(int fd, int64_t until_us, char head[FL_STATUS_REQUEST_BYTES])
{
    size_t length = 0;
    while (length < FL_STATUS_REQUEST_BYTES - 1) {
        if (!wait_for(fd, POLLIN, until_us)) return false;
        ssize_t count = recv(fd, head + length, FL_STATUS_REQUEST_BYTES - 1 - length, 0);
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (count <= 0) return false;
        length += (size_t)count;
        head[length] = '\0';
        if (strstr(head, "\r\n\r\n") || strstr(head, "\n\n")) return true;
    }
    return false;
}

static void send_all(int fd, int64_t until_us, struct fl_span bytes)
{
    while (bytes.length && wait_for(fd, POLLOUT, until_us)) {
        ssize_t count = send(fd, bytes.bytes, bytes.length, MSG_NOSIGNAL);
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (count <= 0) return;
        bytes.bytes += count;
        bytes.length -= (size_t)count;
    }
}

static const char *reason(int status)
{
    switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 503: return "Service Unavailable";
    default: return "Internal Server Error";
    }
}

static void refuse(struct fl_status_reply *reply, int status)
{
    fl_buf_truncate(&reply->body, 0);
    reply->status = status;
    reply->type = "text/plain";
    if (fl_buf_printf(&reply->body, "%s\n", reason(status))) fl_buf_truncate(&reply->body, 0);
}

/* "GET /ready?x HTTP/1.1": the path, cut out of `head`. */
static const char *cut_path(char *head, bool *ret_get)
{
    char *space = strchr(head, ' '), *path = space ? space + 1 : NULL;
    if (!path || *path != '/') return NULL;
    *ret_get = strncmp(head, "GET ", 4) == 0 || strncmp(head, "HEAD ", 5) == 0;
    path[strcspn(path, " ?\r\n")] = '\0';
    return path;
}

static void answer(const struct fl_status_server *server, char *head, struct fl_status_reply *reply)
{
    bool get = false;
    const char *path = cut_path(head, &get);
    if (!path)
        refuse(reply, 400);
    else if (!get)
        refuse(reply, 405);
    else if (server->answer(server->context, path, reply))
        refuse(reply, 500);
}

static void serve(const struct fl_status_server *server, int fd)
{
    char head[FL_STATUS_REQUEST_BYTES], line[256];
    int64_t until_us = fl_clock_mono_us(fl_posix_clock()) + FL_STATUS_CONNECTION_US;
    struct fl_status_reply reply = {
        .status = 200, .type = "text/plain", .body = FL_BUF_INIT(FL_STATUS_BODY_BYTES_MAX)};
    if (read_head(fd, until_us, head)) {
        bool head_only = strncmp(head, "HEAD ", 5) == 0;
        answer(server, head, &reply);
        int length = snprintf(line, sizeof line,
                              "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
                              "Connection: close\r\n\r\n",
                              reply.status, reason(reply.status), reply.type, reply.body.length);
        send_all(fd, until_us, (struct fl_span){line, (size_t)length});
        if (!head_only) send_all(fd, until_us, fl_buf_span(&reply.body));
    }
    fl_buf_release(&reply.body);
}

/* --- the task --- */

static void accept_one(const struct fl_status_server *server)
{
    int fd = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    serve(server, fd);
    close(fd);
}

void fl_status_server_run(void *server)
{
    struct fl_status_server *s = server;
    for (;;) {
        if (s->listen_fd < 0 && start_listening(s)) s->listen_fd = -1;
        struct pollfd entries[] = {{.fd = s->end_fd, .events = POLLIN},
                                   {.fd = s->listen_fd, .events = POLLIN}};
        if (poll(entries, 2, s->listen_fd < 0 ? LISTEN_AGAIN_MS : -1) < 0) continue;
        if (entries[0].revents) return;
        if (s->listen_fd >= 0 && entries[1].revents) accept_one(s);
    }
}
