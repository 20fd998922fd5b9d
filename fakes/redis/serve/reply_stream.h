/* fakes/redis/serve/reply_stream.h - where one reply of a server ends and the next begins, in both
 * protocols. */
#ifndef FAKE_REDIS_SERVE_REPLY_STREAM_H
#define FAKE_REDIS_SERVE_REPLY_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "core/span.h"

enum {
    FAKE_REPLY_LINE_BYTES_MAX = 1024 * 1024, /* of a status, an error, a number, a length */
};

/* How far the first reply has been looked at; zeroed at each reply's beginning. */
struct fake_reply_scan {
    size_t position;
    int64_t left; /* elements still to come; 0: not begun */
};

enum fake_reply_end {
    FAKE_REPLY_WHOLE,  /* *ret_length bytes */
    FAKE_REPLY_MORE,   /* its end is not here yet */
    FAKE_REPLY_BROKEN, /* no server says this */
};

/* `bytes` begins with the same reply as at the last call, and has more of it. */
enum fake_reply_end fake_reply_scan(struct fake_reply_scan *scan, struct fl_span bytes,
                                    size_t *ret_length);
/* The first element of a whole array or push, if it is a bulk string; empty otherwise. */
struct fl_span fake_reply_first_word(struct fl_span reply);

#endif
