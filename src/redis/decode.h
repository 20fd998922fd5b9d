/* src/redis/decode.h - turns the bytes of a server into replies that live in an arena. */
#ifndef FL_REDIS_DECODE_H
#define FL_REDIS_DECODE_H

#include <stdbool.h>

#include "core/arena.h"
#include "core/error.h"
#include "ports/redis.h"

/* A reply larger than this is refused; Redis itself allows 512 MiB for a string. */
enum { FL_REDIS_REPLY_BYTES_MAX = 64 * 1024 * 1024, FL_REDIS_READER_BYTES_KEPT = 256 * 1024 };
/* So is an array that claims more elements: its places are made before the first one comes. */
enum { FL_REDIS_REPLY_ELEMENTS_MAX = 1024 * 1024 };

struct redisReader;
struct fl_decoder {
    struct redisReader *reader; /* owned; keeps what was fed and not yet decoded */
    struct fl_arena *arena;     /* borrowed during fl_decoder_next */
    struct fl_reply *slot;      /* where the current reply is written */
    bool grown;                 /* the reader's buffer has grown past FL_REDIS_READER_BYTES_KEPT */
    bool oversized;             /* the last failure was an array beyond the bound */
};

/* FL_ENOMEM. Release a decoder after any error: its place in the stream is lost. */
FL_CHECKED enum fl_error fl_decoder_init(struct fl_decoder *decoder);
void fl_decoder_release(struct fl_decoder *decoder); /* a zeroed one is fine */
FL_CHECKED enum fl_error fl_decoder_feed(struct fl_decoder *decoder, const void *bytes,
                                         size_t length);
/* The next reply into *slot with all that it points to in `arena`; *ret_complete false: more bytes
 * are needed, call again with the same slot and arena after feeding. FL_EPROTOCOL: not RESP2;
 * FL_ENOMEM; FL_EBOUND: larger than one of the bounds above. */
FL_CHECKED enum fl_error fl_decoder_next(struct fl_decoder *decoder, struct fl_arena *arena,
                                         struct fl_reply *slot, bool *ret_complete);

#endif
