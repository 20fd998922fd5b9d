/* fakes/redis/serve/listener.h - a socket that others connect to: TCP, or a path in the file
 * system.
 */
#ifndef FAKE_REDIS_SERVE_LISTENER_H
#define FAKE_REDIS_SERVE_LISTENER_H

#include <stdbool.h>
#include <stdint.h>

#include "fakes/redis/serve/loop.h"

enum { FAKE_ADDRESS_BYTES = 128 };

struct fake_listener {
    struct fake_watch watch;
    struct fake_loop *loop; /* borrowed */
    int spare_fd; /* given up for a moment when descriptors run out, so that the caller hears it */
    char address[FAKE_ADDRESS_BYTES]; /* "127.0.0.1:6379" or the path */
    bool is_unix;
    /* Takes the connected descriptor, which does not block; `peer` is "127.0.0.1:4711", or the
     * path with ":0" as Redis shows it. */
    void (*on_connection)(void *context, int fd, const char *peer);
    /* Says no to a peer for whom there is no descriptor; NULL: hangs up on it. */
    void (*on_refusal)(void *context, int fd);
    void *context;
};

/* Both listen when they return FL_OK; the caller has filled in loop and callbacks. FL_EINVAL: no
 * such address, or a path too long; FL_EEXIST: somebody listens there; FL_EIO: errno says why.
 * Port 0 takes a free one, which is in ->address. */
FL_CHECKED enum fl_error fake_listener_open_tcp(struct fake_listener *listener, const char *host,
                                                uint16_t port);
FL_CHECKED enum fl_error fake_listener_open_unix(struct fake_listener *listener, const char *path);
/* One that was never opened (zeroed) is fine. Removes the path. */
void fake_listener_close(struct fake_listener *listener);

#endif
