/* fakes/redis/values/listpack_size.h - how many bytes an element takes in a listpack of Redis 7.0:
 * what a client can see of it is where streams begin new nodes. */
#ifndef FAKE_REDIS_LISTPACK_SIZE_H
#define FAKE_REDIS_LISTPACK_SIZE_H

#include "fakes/redis/values/number.h"

enum { FAKE_LISTPACK_EMPTY_BYTES = 7 };

/* Each element is followed by its own length, backwards readable. */
static inline size_t fake_listpack_element_bytes(size_t encoded)
{
    return encoded + (encoded <= 127 ? 1 : encoded < 16383 ? 2 : encoded < 2097151 ? 3 : 4);
}

static inline size_t fake_listpack_int_bytes(int64_t value)
{
    size_t encoded = value >= 0 && value <= 127                 ? 1
                     : value >= -4096 && value <= 4095          ? 2
                     : value >= INT16_MIN && value <= INT16_MAX ? 3
                     : value >= -8388608 && value <= 8388607    ? 4
                     : value >= INT32_MIN && value <= INT32_MAX ? 5
                                                                : 9;
    return fake_listpack_element_bytes(encoded);
}

/* A text that is a canonical integer is kept as one. */
static inline size_t fake_listpack_text_bytes(struct fl_span text)
{
    int64_t value;
    if (text.length < FAKE_INT_TEXT_BYTES && fake_int_parse(text, &value))
        return fake_listpack_int_bytes(value);
    size_t header = text.length < 64 ? 1 : text.length < 4096 ? 2 : 5;
    return fake_listpack_element_bytes(header + text.length);
}

#endif
