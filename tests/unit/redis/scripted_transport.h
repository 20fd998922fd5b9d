/* tests/unit/redis/scripted_transport.h - a transport that plays a script: each session answers
 * with given bytes, whatever is sent, and then ends in a given way. */
#ifndef TESTS_REDIS_SCRIPTED_TRANSPORT_H
#define TESTS_REDIS_SCRIPTED_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"
#include "redis/transport.h"

enum { SESSIONS_MAX = 4, SENT_BYTES_MAX = 64 * 1024 * 1024 };

struct session {
    enum fl_error open_err; /* instead of a stream */
    enum fl_error send_err;
    const char *answers;
    size_t answers_length; /* 0: strlen */
    bool ends_idle;        /* closed by the peer once its answers are given */
    enum fl_error end_err; /* what a receive after the last answer gives; FL_OK: FL_ETIMEDOUT */
};

struct scripted {
    struct session sessions[SESSIONS_MAX];
    size_t piece_bytes; /* given by one receive at most; 0: no limit */
    size_t opened, closed;
    struct fl_buf sent; /* all sessions' bytes */
};

struct fl_transport scripted_transport(struct scripted *scripted);
void scripted_release(struct scripted *scripted);

#endif
