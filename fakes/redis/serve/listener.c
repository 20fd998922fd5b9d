/* When no descriptor is left, the spare one is closed, the caller accepted and told, and the spare
 * taken again: left alone in the queue it would make the loop spin. */
#include "fakes/redis/serve/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fakes/redis/serve/socket.h"

enum { BACKLOG = 511, ACCEPTS_A_TURN = 1000 };

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un path;
    struct sockaddr_storage storage;
};

static void name_address(const union address *address, char text[FAKE_ADDRESS_BYTES])
{
    char host[INET6_ADDRSTRLEN] = "?";
    if (address->any.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &address->v6.sin6_addr, host, sizeof host);
        snprintf(text, FAKE_ADDRESS_BYTES, "[%s]:%u", host, ntohs(address->v6.sin6_port));
    } else {
        inet_ntop(AF_INET, &address->v4.sin_addr, host, sizeof host);
        snprintf(text, FAKE_ADDRESS_BYTES, "%s:%u", host, ntohs(address->v4.sin_port));
    }
}

/* ---- accepting ---- */

static void take(struct fake_listener *listener, int fd, const union address *peer)
{
    char name[FAKE_ADDRESS_BYTES];
    if (listener->is_unix) {
        snprintf(name, sizeof name, "%.120s:0", listener->address);
    } else {
        name_address(peer, name);
        fake_socket_tune(fd);
    }
    listener->on_connection(listener->context, fd, name);
}

static void refuse_one(struct fake_listener *listener)
{
    close(listener->spare_fd);
    int fd = accept4(listener->watch.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        if (listener->on_refusal) listener->on_refusal(listener->context, fd);
        close(fd);
    }
    listener->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void on_ready(struct fake_watch *watch, unsigned ready)
{
    struct fake_listener *listener = (struct fake_listener *)(void *)watch;
    (void)ready;
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        union address peer;
        socklen_t size = sizeof peer;
        int fd = accept4(watch->fd, &peer.any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            take(listener, fd, &peer);
            continue;
        }
        if (errno == EINTR || errno == ECONNABORTED) continue;
        if ((errno != EMFILE && errno != ENFILE) || listener->spare_fd < 0) return;
        refuse_one(listener);
    }
}

/* ---- opening ---- */

static enum fl_error give_up(struct fake_listener *listener, int fd)
{
    int saved_errno = errno;
    if (fd >= 0) close(fd);
    listener->watch.on_ready = NULL;
    errno = saved_errno;
    return saved_errno == EADDRINUSE ? FL_EEXIST : FL_EIO;
}

static enum fl_error listen_on(struct fake_listener *listener, const union address *address,
                               socklen_t size)
{
    const int on = 1;
    int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return give_up(listener, fd);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, &address->any, size) || listen(fd, BACKLOG)) return give_up(listener, fd);
    listener->watch = (struct fake_watch){fd, FAKE_READY_READ, on_ready};
    listener->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (fake_loop_add(listener->loop, &listener->watch) == FL_OK) return FL_OK;
    if (listener->spare_fd >= 0) close(listener->spare_fd);
    return give_up(listener, fd);
}

enum fl_error fake_listener_open_tcp(struct fake_listener *listener, const char *host,
                                     uint16_t port)
{
    char service[8];
    struct addrinfo *found, hints = {.ai_family = AF_UNSPEC,
                                     .ai_socktype = SOCK_STREAM,
                                     .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    snprintf(service, sizeof service, "%u", port);
    if (getaddrinfo(host, service, &hints, &found) != 0) return FL_EINVAL;
    union address address = {0};
    socklen_t size = found->ai_addrlen;
    memcpy(&address, found->ai_addr, size);
    freeaddrinfo(found);
    enum fl_error err = listen_on(listener, &address, size);
    if (err) return err;
    getsockname(listener->watch.fd, &address.any, &size);
    name_address(&address, listener->address);
    return FL_OK;
}

/* A path that nobody listens on is left over from a process that was killed. */
static void remove_stale(const union address *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    if (connect(fd, &address->any, sizeof address->path) != 0 && errno == ECONNREFUSED)
        unlink(address->path.sun_path);
    close(fd);
}

enum fl_error fake_listener_open_unix(struct fake_listener *listener, const char *path)
{
    union address address = {.path = {.sun_family = AF_UNIX}};
    if (!*path || strlen(path) >= sizeof address.path.sun_path) return FL_EINVAL;
    strcpy(address.path.sun_path, path);
    remove_stale(&address);
    listener->is_unix = true;
    enum fl_error err = listen_on(listener, &address, sizeof address.path);
    if (!err) snprintf(listener->address, sizeof listener->address, "%s", path);
    return err;
}

void fake_listener_close(struct fake_listener *listener)
{
    if (!listener->watch.on_ready) return;
    fake_loop_remove(listener->loop, &listener->watch);
    close(listener->watch.fd);
    if (listener->spare_fd >= 0) close(listener->spare_fd);
    if (listener->is_unix) unlink(listener->address);
    listener->watch.on_ready = NULL;
}
