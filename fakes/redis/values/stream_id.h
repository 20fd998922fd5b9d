/* fakes/redis/values/stream_id.h - the ids of stream entries, and how clients write them. */
#ifndef FAKE_REDIS_STREAM_ID_H
#define FAKE_REDIS_STREAM_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/span.h"

enum { FAKE_STREAM_ID_TEXT_BYTES = 48 };

struct fake_stream_id {
    uint64_t ms, seq;
};

#define FAKE_STREAM_ID_MIN ((struct fake_stream_id){0, 0})
#define FAKE_STREAM_ID_MAX ((struct fake_stream_id){UINT64_MAX, UINT64_MAX})

/* Negative, 0 or positive. */
static inline int fake_stream_id_compare(struct fake_stream_id a, struct fake_stream_id b)
{
    if (a.ms != b.ms) return a.ms < b.ms ? -1 : 1;
    return a.seq < b.seq ? -1 : a.seq > b.seq;
}

static inline bool fake_stream_id_is_zero(struct fake_stream_id id)
{
    return id.ms == 0 && id.seq == 0;
}

/* The neighbour; false: there is none, and *id is untouched. */
bool fake_stream_id_next(struct fake_stream_id *id);
bool fake_stream_id_previous(struct fake_stream_id *id);

/* "ms-seq", or "ms" alone with `missing_seq`. Untouched when false, here and below. */
bool fake_stream_id_parse(struct fl_span text, uint64_t missing_seq, struct fake_stream_id *ret_id);
/* As above, and "-" and "+" for the least and the greatest. */
bool fake_stream_id_parse_end(struct fl_span text, uint64_t missing_seq,
                              struct fake_stream_id *ret_id);
/* "ms-*": the client leaves the sequence number to the server. */
bool fake_stream_id_parse_ms(struct fl_span text, uint64_t *ret_ms);
/* Returns the length; no NUL. */
size_t fake_stream_id_format(char text[static FAKE_STREAM_ID_TEXT_BYTES], struct fake_stream_id id);

#endif
