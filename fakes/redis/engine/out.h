/* fakes/redis/engine/out.h - the bytes that a session will receive, and how replies are written
 * into them.
 *
 * Handlers never see the wire: they call fake_reply_...(), and the protocol of the session decides
 * the form. A failed append breaks the output for good; the session is closed then. */
#ifndef FAKE_REDIS_OUT_H
#define FAKE_REDIS_OUT_H

#include <stdarg.h>
#include <stdint.h>

#include "core/span.h"

struct fake_out {
    char *bytes; /* owned */
    size_t length, capacity;
    size_t consumed; /* bytes at the front that were taken already */
    bool broken;     /* out of memory, or more than FAKE_REDIS_OUTPUT_BYTES_MAX */
    bool resp3;      /* the client has asked for protocol 3 */
    bool muted;      /* the client wants no replies: what is written now is dropped */
    bool shortest;   /* doubles in the fewest digits, as from Redis 7.2 on */
};

void fake_out_append(struct fake_out *out, const void *bytes, size_t length);
void fake_out_consume(struct fake_out *out, size_t count);
void fake_out_release(struct fake_out *out);

void fake_reply_status(struct fake_out *out, const char *text);
/* Line breaks become blanks. */
void fake_reply_status_span(struct fake_out *out, struct fl_span text);
/* "+OK". */
void fake_reply_ok(struct fake_out *out);
/* `text` with its code word, without "-": "ERR syntax error"; line breaks become blanks. */
void fake_reply_error(struct fake_out *out, const char *text);
void fake_reply_errorf(struct fake_out *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void fake_reply_error_span(struct fake_out *out, struct fl_span text);
void fake_reply_int(struct fake_out *out, int64_t value);
void fake_reply_bulk(struct fake_out *out, struct fl_span bytes);
void fake_reply_bulk_text(struct fake_out *out, const char *text);
void fake_reply_bulk_int(struct fake_out *out, int64_t value);
/* A bulk string that protocol 3 marks as text for people, as INFO is. */
void fake_reply_text(struct fake_out *out, struct fl_span text);
/* As above with any format of three letters. */
void fake_reply_verbatim(struct fake_out *out, const char *format, struct fl_span text);
/* Digits of any number of places. Protocol 2: a bulk string. */
void fake_reply_big_number(struct fake_out *out, struct fl_span digits);
/* Protocol 2: a bulk string. */
void fake_reply_double(struct fake_out *out, double value);
/* A bulk string in both protocols, as ZSCAN has scores. */
void fake_reply_bulk_double(struct fake_out *out, double value);
/* One that is text already, with more digits. */
void fake_reply_double_text(struct fake_out *out, struct fl_span text);
/* Protocol 2: 1 or 0. */
void fake_reply_bool(struct fake_out *out, bool value);
/* Protocol 2 tells a null bulk string from a null array, protocol 3 knows one null. */
void fake_reply_nil(struct fake_out *out);
void fake_reply_nil_array(struct fake_out *out);
/* The elements follow; a map takes twice as many. Protocol 2 has arrays for all of them. */
void fake_reply_array(struct fake_out *out, size_t count);
void fake_reply_map(struct fake_out *out, size_t pairs);
void fake_reply_set(struct fake_out *out, size_t count);
/* What a client has not asked for: messages, invalidations. */
void fake_reply_push(struct fake_out *out, size_t count);
/* Members with scores, fields with values: one flat array in protocol 2, an array of arrays of two
 * in protocol 3, where fake_reply_pair() begins each. */
void fake_reply_pairs(struct fake_out *out, size_t pairs);
void fake_reply_pair(struct fake_out *out);
/* For an array whose length is known only when it has been written: the place, then the length. */
size_t fake_reply_array_later(struct fake_out *out);
void fake_reply_array_set(struct fake_out *out, size_t place, size_t count);
/* As above for a map and for a set. */
void fake_reply_map_set(struct fake_out *out, size_t place, size_t pairs);
void fake_reply_set_set(struct fake_out *out, size_t place, size_t count);

#endif
