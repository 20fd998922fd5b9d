#include "fakes/redis/serve/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

enum { UNREAD_BYTES_MAX = 16 * 1024 * 1024 };

/* Neither is known to a unix socket, nor needed there. */
void fake_socket_tune(int fd)
{
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

bool fake_socket_send(int fd, struct fl_span bytes, size_t *ret_sent)
{
    *ret_sent = 0;
    if (!bytes.length) return true;
    ssize_t sent = send(fd, bytes.bytes, bytes.length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) return errno == EAGAIN || errno == EINTR || errno == ENOBUFS;
    *ret_sent = (size_t)sent;
    return true;
}

/* Closing with bytes unread would reset the connection. */
void fake_socket_close(int fd)
{
    char bytes[16 * 1024];
    size_t read_bytes = 0;
    ssize_t got;
    shutdown(fd, SHUT_WR);
    while (read_bytes < UNREAD_BYTES_MAX && (got = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
        read_bytes += (size_t)got;
    close(fd);
}

void fake_socket_reset(int fd)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
}
