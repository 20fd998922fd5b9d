/* fakes/redis/values/str.h - the byte strings that keys, members and values are made of. */
#ifndef FAKE_REDIS_STR_H
#define FAKE_REDIS_STR_H

#include <stdint.h>

#include "core/span.h"
#include "fakes/redis/values/heap.h"

struct fake_str {
    uint32_t length;
    uint32_t capacity; /* bytes allocated behind the header */
    char bytes[];
};

/* NULL: out of memory, here and below. */
struct fake_str *fake_str_new(struct fake_heap *heap, struct fl_span bytes);
void fake_str_free(struct fake_heap *heap, struct fake_str *str); /* NULL is fine */
/* Changes the length; new bytes are zero. May move: the old pointer is dead unless NULL comes back.
 */
struct fake_str *fake_str_resize(struct fake_heap *heap, struct fake_str *str, size_t length);

static inline struct fl_span fake_str_span(const struct fake_str *str)
{
    return (struct fl_span){str->bytes, str->length};
}

#endif
