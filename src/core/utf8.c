#include "core/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static const char REPLACEMENT[] = "\xEF\xBF\xBD"; /* U+FFFD */

/* How many bytes at the start form a sequence or the beginning of one; *ret_complete says which.
 * The second byte carries the rules: it excludes overlong forms, surrogates and what lies beyond
 * U+10FFFF. */
static size_t scan(struct fl_span text, bool *ret_complete)
{
    const unsigned char *s = (const unsigned char *)text.bytes;
    unsigned char low = 0x80, high = 0xBF;
    size_t length;

    *ret_complete = false;
    if (text.length == 0) return 0;
    if (s[0] < 0x80) {
        *ret_complete = true;
        return 1;
    }
    if (s[0] < 0xC2 || s[0] > 0xF4) return 0;
    length = s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    if (s[0] == 0xE0) low = 0xA0;
    if (s[0] == 0xED) high = 0x9F;
    if (s[0] == 0xF0) low = 0x90;
    if (s[0] == 0xF4) high = 0x8F;
    for (size_t i = 1; i < length; i++) {
        if (i == text.length || s[i] < low || s[i] > high) return i;
        low = 0x80;
        high = 0xBF;
    }
    *ret_complete = true;
    return length;
}

size_t fl_utf8_sequence(struct fl_span text)
{
    bool complete;
    size_t length = scan(text, &complete);
    return complete ? length : 0;
}

size_t fl_utf8_valid_prefix(struct fl_span text)
{
    size_t at = 0;
    while (at < text.length) {
        uint64_t word;
        if (text.length - at >= sizeof word) { /* eight ASCII bytes at a time */
            memcpy(&word, text.bytes + at, sizeof word);
            if (!(word & UINT64_C(0x8080808080808080))) {
                at += sizeof word;
                continue;
            }
        }
        size_t length = fl_utf8_sequence((struct fl_span){text.bytes + at, text.length - at});
        if (length == 0) break;
        at += length;
    }
    return at;
}

enum fl_error fl_utf8_append_scrubbed(struct fl_buf *out, struct fl_span text,
                                      size_t characters_max)
{
    size_t start = out->length;
    if (text.length <= characters_max && fl_utf8_valid_prefix(text) == text.length)
        return fl_buf_append_span(out, text);
    for (size_t at = 0; at < text.length && characters_max > 0; characters_max--) {
        bool complete;
        size_t length = scan((struct fl_span){text.bytes + at, text.length - at}, &complete);
        enum fl_error err = complete ? fl_buf_append(out, text.bytes + at, length)
                                     : fl_buf_append_text(out, REPLACEMENT);
        if (err) {
            fl_buf_truncate(out, start);
            return err;
        }
        at += length ? length : 1;
    }
    return FL_OK;
}
