/* fakes/redis/serve/socket.h - what is done to a connected socket that does not block. */
#ifndef FAKE_REDIS_SERVE_SOCKET_H
#define FAKE_REDIS_SERVE_SOCKET_H

#include <stdbool.h>

#include "core/span.h"

/* Small replies leave at once, and a peer that vanished without a word is noticed. */
void fake_socket_tune(int fd);
/* Sends what the kernel takes, in one call. False: the peer is gone. */
bool fake_socket_send(int fd, struct fl_span bytes, size_t *ret_sent);
/* Closes it with an orderly end: what was sent arrives, even when the peer has sent more than was
 * read. */
void fake_socket_close(int fd);
/* Closes it so that the peer sees "connection reset" (a unix socket: the end). */
void fake_socket_reset(int fd);

#endif
