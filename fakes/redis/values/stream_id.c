#include "fakes/redis/values/stream_id.h"

#include <ctype.h>
#include <string.h>

#include "fakes/redis/values/number.h"

/* Longer texts are no ids. */
enum { TEXT_BYTES_MAX = 127 };

bool fake_stream_id_next(struct fake_stream_id *id)
{
    if (id->seq < UINT64_MAX) {
        id->seq++;
        return true;
    }
    if (id->ms == UINT64_MAX) return false;
    *id = (struct fake_stream_id){id->ms + 1, 0};
    return true;
}

bool fake_stream_id_previous(struct fake_stream_id *id)
{
    if (id->seq > 0) {
        id->seq--;
        return true;
    }
    if (id->ms == 0) return false;
    *id = (struct fake_stream_id){id->ms - 1, UINT64_MAX};
    return true;
}

/* As Redis reads the halves of an id: what strtoull takes, with blanks and a sign in front, but no
 * plain negative number. */
static bool parse_uint64(struct fl_span text, uint64_t *ret_value)
{
    int64_t canonical;
    uint64_t value = 0;
    size_t i = 0;
    if (fake_int_parse(text, &canonical) && canonical < 0) return false;
    while (i < text.length && isspace((unsigned char)text.bytes[i]))
        i++;
    bool negative = i < text.length && text.bytes[i] == '-';
    if (i < text.length && (negative || text.bytes[i] == '+')) i++;
    if (i == text.length) return false;
    for (; i < text.length; i++) {
        unsigned char c = (unsigned char)text.bytes[i];
        if (c < '0' || c > '9') return false;
        if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
            __builtin_add_overflow(value, (uint64_t)(c - '0'), &value))
            return false;
    }
    *ret_value = negative ? 0 - value : value;
    return true;
}

static struct fl_span before(struct fl_span text, const char *dash)
{
    return (struct fl_span){text.bytes, (size_t)(dash - text.bytes)};
}

static struct fl_span behind(struct fl_span text, const char *dash)
{
    return (struct fl_span){dash + 1, text.length - (size_t)(dash - text.bytes) - 1};
}

bool fake_stream_id_parse(struct fl_span text, uint64_t missing_seq, struct fake_stream_id *ret_id)
{
    struct fake_stream_id id = {.seq = missing_seq};
    if (text.length > TEXT_BYTES_MAX) return false;
    const char *dash = text.length ? memchr(text.bytes, '-', text.length) : NULL;
    if (!dash) {
        if (!parse_uint64(text, &id.ms)) return false;
    } else if (!parse_uint64(before(text, dash), &id.ms) ||
               !parse_uint64(behind(text, dash), &id.seq)) {
        return false;
    }
    *ret_id = id;
    return true;
}

bool fake_stream_id_parse_end(struct fl_span text, uint64_t missing_seq,
                              struct fake_stream_id *ret_id)
{
    if (fl_span_is(text, "-")) {
        *ret_id = FAKE_STREAM_ID_MIN;
        return true;
    }
    if (fl_span_is(text, "+")) {
        *ret_id = FAKE_STREAM_ID_MAX;
        return true;
    }
    return fake_stream_id_parse(text, missing_seq, ret_id);
}

bool fake_stream_id_parse_ms(struct fl_span text, uint64_t *ret_ms)
{
    if (text.length < 3 || text.length > TEXT_BYTES_MAX || text.bytes[text.length - 1] != '*' ||
        text.bytes[text.length - 2] != '-')
        return false;
    return parse_uint64((struct fl_span){text.bytes, text.length - 2}, ret_ms);
}

static size_t format_uint64(char *text, uint64_t value)
{
    char digits[20];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    for (size_t i = 0; i < count; i++)
        text[i] = digits[count - 1 - i];
    return count;
}

size_t fake_stream_id_format(char text[static FAKE_STREAM_ID_TEXT_BYTES], struct fake_stream_id id)
{
    size_t length = format_uint64(text, id.ms);
    text[length++] = '-';
    return length + format_uint64(text + length, id.seq);
}
