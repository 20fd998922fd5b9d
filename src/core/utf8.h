/* src/core/utf8.h - what is valid UTF-8 (RFC 3629: no overlong forms, no surrogates), and mending
 * it. */
#ifndef FL_CORE_UTF8_H
#define FL_CORE_UTF8_H

#include "core/buf.h"
#include "core/span.h"

/* Length in bytes of the valid sequence at the start of `text`, 0 when there is none. */
size_t fl_utf8_sequence(struct fl_span text);
/* Offset of the first invalid byte, or text.length when all is valid. */
size_t fl_utf8_valid_prefix(struct fl_span text);
/* Appends at most `characters_max` characters. A bad byte, or the beginning of a sequence that does
 * not go on, becomes one U+FFFD (Ruby's scrub). */
FL_CHECKED enum fl_error fl_utf8_append_scrubbed(struct fl_buf *out, struct fl_span text,
                                                 size_t characters_max);

#endif
