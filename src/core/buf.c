#include "core/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"

enum { CAPACITY_MIN = 64 };

/* The NUL needs a byte of its own, so a buffer at its bound has a capacity of bound + 1. */
enum fl_error fl_buf_reserve(struct fl_buf *buf, size_t extra)
{
    fl_assert(buf->length <= buf->length_max);
    if (extra > buf->length_max - buf->length || buf->length_max == SIZE_MAX) return FL_EBOUND;
    size_t needed = buf->length + extra + 1;
    if (needed <= buf->capacity) return FL_OK;

    size_t capacity = buf->capacity < CAPACITY_MIN ? CAPACITY_MIN : buf->capacity;
    while (capacity < needed)
        capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
    if (capacity > buf->length_max + 1) capacity = buf->length_max + 1;

    char *bytes = realloc(buf->bytes, capacity);
    if (!bytes) return FL_ENOMEM;
    buf->bytes = bytes;
    buf->capacity = capacity;
    buf->bytes[buf->length] = '\0';
    return FL_OK;
}

enum fl_error fl_buf_append(struct fl_buf *buf, const void *bytes, size_t length)
{
    bool fits = length < buf->capacity - buf->length; /* the capacity keeps to the bound */
    enum fl_error err = fits ? FL_OK : fl_buf_reserve(buf, length);
    if (err) return err;
    if (length) memcpy(buf->bytes + buf->length, bytes, length);
    buf->length += length;
    buf->bytes[buf->length] = '\0';
    return FL_OK;
}

enum fl_error fl_buf_append_span(struct fl_buf *buf, struct fl_span span)
{
    return fl_buf_append(buf, span.bytes, span.length);
}

enum fl_error fl_buf_append_text(struct fl_buf *buf, const char *text)
{
    return fl_buf_append_span(buf, fl_span_from(text));
}

enum fl_error fl_buf_append_char(struct fl_buf *buf, char c)
{
    if (buf->capacity - buf->length > 1) {
        buf->bytes[buf->length++] = c;
        buf->bytes[buf->length] = '\0';
        return FL_OK;
    }
    return fl_buf_append(buf, &c, 1);
}

enum fl_error fl_buf_vprintf(struct fl_buf *buf, const char *format, va_list args)
{
    size_t room = buf->capacity - (buf->bytes ? buf->length : 0); /* it may fit already */
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(buf->bytes ? buf->bytes + buf->length : NULL, room, format, again);
    va_end(again);
    enum fl_error err = FL_OK;
    if (length < 0)
        err = FL_EINVAL; /* a wide character that has no encoding */
    else if ((size_t)length >= room)
        err = fl_buf_reserve(buf, (size_t)length);
    if (err) {
        if (buf->bytes) buf->bytes[buf->length] = '\0';
        return err;
    }
    if ((size_t)length >= room)
        vsnprintf(buf->bytes + buf->length, (size_t)length + 1, format, args);
    buf->length += (size_t)length;
    return FL_OK;
}

enum fl_error fl_buf_printf(struct fl_buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    enum fl_error err = fl_buf_vprintf(buf, format, args);
    va_end(args);
    return err;
}

void fl_buf_truncate(struct fl_buf *buf, size_t length)
{
    fl_assert(length <= buf->length);
    buf->length = length;
    if (buf->bytes) buf->bytes[length] = '\0';
}

void fl_buf_consume(struct fl_buf *buf, size_t count)
{
    fl_assert(count <= buf->length);
    if (count == 0) return;
    buf->length -= count;
    memmove(buf->bytes, buf->bytes + count, buf->length + 1);
}

void fl_buf_release(struct fl_buf *buf)
{
    free(buf->bytes);
    *buf = FL_BUF_INIT(buf->length_max);
}
