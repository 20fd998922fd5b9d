/* src/posix/redis_socket.h - the byte transport to a Redis over TCP or a unix socket. */
#ifndef FL_POSIX_REDIS_SOCKET_H
#define FL_POSIX_REDIS_SOCKET_H

#include "ports/clock.h"
#include "posix/redis_url.h"
#include "redis/transport.h"

struct fl_redis_socket {
    const struct fl_redis_url *url; /* borrowed */
    struct fl_clock clock;
};

/* Borrows `socket`. The host is looked up at each opening, so that a failover by name is followed;
 * the look-up itself is the system's and knows no deadline. */
struct fl_transport fl_redis_socket_transport(struct fl_redis_socket *socket);

#endif
