#include "fakes/redis/values/str.h"

struct fake_str *fake_str_new(struct fake_heap *heap, struct fl_span bytes)
{
    struct fake_str *str = fake_alloc(heap, sizeof(*str) + bytes.length);
    if (!str) return NULL;
    str->length = str->capacity = (uint32_t)bytes.length;
    if (bytes.length) memcpy(str->bytes, bytes.bytes, bytes.length);
    return str;
}

void fake_str_free(struct fake_heap *heap, struct fake_str *str)
{
    if (str) fake_release(heap, str, sizeof(*str) + str->capacity);
}

struct fake_str *fake_str_resize(struct fake_heap *heap, struct fake_str *str, size_t length)
{
    if (length > str->capacity) {
        size_t capacity = length + length / 2; /* APPEND in a loop stays linear */
        struct fake_str *grown =
            fake_realloc(heap, str, sizeof(*str) + str->capacity, sizeof(*str) + capacity);
        if (!grown) return NULL;
        str = grown;
        str->capacity = (uint32_t)capacity;
    }
    if (length > str->length) memset(str->bytes + str->length, 0, length - str->length);
    str->length = (uint32_t)length;
    return str;
}
