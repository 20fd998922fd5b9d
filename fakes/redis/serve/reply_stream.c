/* Whether a reply is whole depends on how many elements are still to come, however they nest: one
 * number is enough. */
#include "fakes/redis/serve/reply_stream.h"

/* More elements than any server sends: a sum of such numbers cannot overflow in the bytes there
 * are.
 */
#define ELEMENTS_MAX INT64_C(4294967296)

/* The line at the position, without its end. */
static enum fake_reply_end read_line(const struct fake_reply_scan *scan, struct fl_span bytes,
                                     struct fl_span *ret_line)
{
    struct fl_span rest = {bytes.bytes + scan->position, bytes.length - scan->position};
    const char *newline = memchr(rest.bytes, '\n', rest.length);
    if (!newline)
        return rest.length > FAKE_REPLY_LINE_BYTES_MAX ? FAKE_REPLY_BROKEN : FAKE_REPLY_MORE;
    size_t length = (size_t)(newline - rest.bytes);
    if (length < 2 || rest.bytes[length - 1] != '\r') return FAKE_REPLY_BROKEN;
    *ret_line = (struct fl_span){rest.bytes, length - 1};
    return FAKE_REPLY_WHOLE;
}

/* Of a "$3" or "*2"; -1 is a null and has nothing behind it. */
static bool read_count(struct fl_span line, int64_t *ret_count)
{
    long long count;
    struct fl_span digits = {line.bytes + 1, line.length - 1};
    if (!fl_span_int64(digits, &count) || count < -1 || count > ELEMENTS_MAX) return false;
    *ret_count = count;
    return true;
}

/* What follows the line: bytes of its own, and elements. False: no server says this. */
static bool follow(struct fl_span line, size_t *ret_bytes, int64_t *ret_elements)
{
    int64_t count = 0;
    *ret_bytes = 0;
    *ret_elements = 0;
    if (strchr("+-:_,#(", line.bytes[0])) return line.bytes[0] != '\0';
    if (!strchr("$=!*~>%|", line.bytes[0]) || !line.bytes[0] || !read_count(line, &count))
        return false;
    switch (line.bytes[0]) {
    case '*':
    case '~':
    case '>': *ret_elements = count > 0 ? count : 0; return true;
    case '%': *ret_elements = count > 0 ? 2 * count : 0; return true;
    case '|': *ret_elements = 2 * (count > 0 ? count : 0) + 1; return true; /* and what it is of */
    default: *ret_bytes = count >= 0 ? (size_t)count + 2 : 0; return true;
    }
}

enum fake_reply_end fake_reply_scan(struct fake_reply_scan *scan, struct fl_span bytes,
                                    size_t *ret_length)
{
    if (scan->position == 0) scan->left = 1;
    while (scan->left > 0) {
        struct fl_span line;
        size_t own_bytes;
        int64_t elements;
        if (scan->position >= bytes.length) return FAKE_REPLY_MORE;
        enum fake_reply_end end = read_line(scan, bytes, &line);
        if (end != FAKE_REPLY_WHOLE) return end;
        if (!follow(line, &own_bytes, &elements)) return FAKE_REPLY_BROKEN;
        size_t need = line.length + 2 + own_bytes;
        if (bytes.length - scan->position < need) return FAKE_REPLY_MORE;
        scan->position += need;
        scan->left += elements - 1;
        if (scan->left > ELEMENTS_MAX) return FAKE_REPLY_BROKEN;
    }
    *ret_length = scan->position;
    *scan = (struct fake_reply_scan){0};
    return FAKE_REPLY_WHOLE;
}

struct fl_span fake_reply_first_word(struct fl_span reply)
{
    struct fake_reply_scan scan = {0};
    struct fl_span line;
    int64_t count;
    if (!reply.length || !strchr("*>", reply.bytes[0])) return (struct fl_span){0};
    if (read_line(&scan, reply, &line) != FAKE_REPLY_WHOLE) return (struct fl_span){0};
    scan.position = line.length + 2;
    if (scan.position >= reply.length || reply.bytes[scan.position] != '$' ||
        read_line(&scan, reply, &line) != FAKE_REPLY_WHOLE || !read_count(line, &count))
        return (struct fl_span){0};
    scan.position += line.length + 2;
    if (count < 0 || reply.length - scan.position < (size_t)count) return (struct fl_span){0};
    return (struct fl_span){reply.bytes + scan.position, (size_t)count};
}
