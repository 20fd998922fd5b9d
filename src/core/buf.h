/* src/core/buf.h - a byte buffer that grows up to a bound its owner names, and refuses beyond it.
 */
#ifndef FL_CORE_BUF_H
#define FL_CORE_BUF_H

#include <stdarg.h>
#include <stddef.h>

#include "core/error.h"
#include "core/span.h"

struct fl_buf {
    char *bytes; /* owned; NUL-terminated after every append, the NUL is not counted */
    size_t length;
    size_t capacity;
    size_t length_max; /* bytes; an append past it gives FL_EBOUND and changes nothing */
};

#define FL_BUF_INIT(max) ((struct fl_buf){.length_max = (max)})

/* Every append either adds all of its bytes or, with FL_ENOMEM or FL_EBOUND, none. */
FL_CHECKED enum fl_error fl_buf_append(struct fl_buf *buf, const void *bytes, size_t length);
FL_CHECKED enum fl_error fl_buf_append_span(struct fl_buf *buf, struct fl_span span);
FL_CHECKED enum fl_error fl_buf_append_text(struct fl_buf *buf, const char *text);
FL_CHECKED enum fl_error fl_buf_append_char(struct fl_buf *buf, char c);
FL_CHECKED enum fl_error fl_buf_printf(struct fl_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
FL_CHECKED enum fl_error fl_buf_vprintf(struct fl_buf *buf, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
/* Room for `extra` more bytes, so that appends of that many cannot fail. */
FL_CHECKED enum fl_error fl_buf_reserve(struct fl_buf *buf, size_t extra);
/* Forget the last bytes (length <= buf->length) or the first; capacity stays. */
void fl_buf_truncate(struct fl_buf *buf, size_t length);
void fl_buf_consume(struct fl_buf *buf, size_t count);
/* Frees the bytes and leaves an empty buffer with the same bound; a zeroed one is fine. */
void fl_buf_release(struct fl_buf *buf);

static inline struct fl_span fl_buf_span(const struct fl_buf *buf)
{
    return (struct fl_span){buf->bytes, buf->length};
}

#endif
