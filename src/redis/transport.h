/* src/redis/transport.h - a stream of bytes to a Redis: a socket, or a fake's session. The codec
 * (client.h) is compiled once over it. */
#ifndef FL_REDIS_TRANSPORT_H
#define FL_REDIS_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

struct fl_stream; /* opaque, the transport's */

struct fl_transport_ops {
    /* FL_ECONNECT or FL_ETIMEDOUT: nothing was sent. */
    enum fl_error (*open)(void *self, int64_t deadline_us, struct fl_stream **ret_stream);
    /* All bytes or an error; FL_ELOST when the peer is gone. */
    enum fl_error (*send)(void *self, struct fl_stream *stream, const void *bytes, size_t length,
                          int64_t deadline_us);
    /* At least one byte, FL_ETIMEDOUT at the deadline, FL_ELOST when the peer has closed. */
    enum fl_error (*receive)(void *self, struct fl_stream *stream, void *bytes, size_t capacity,
                             int64_t deadline_us, size_t *ret_length);
    /* The peer has closed a stream on which no answer is awaited: what is sent now would be lost.
     */
    bool (*ended)(void *self, struct fl_stream *stream);
    void (*close)(void *self, struct fl_stream *stream);
};

struct fl_transport {
    const struct fl_transport_ops *ops;
    void *self;
};

#endif
