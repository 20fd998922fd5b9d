#include "tests/conformance/stream_times.h"

#include <stdlib.h>

enum { SLACK_MS = 5000 };

static struct fl_span take_line(struct fl_span *text)
{
    const char *newline = text->length ? memchr(text->bytes, '\n', text->length) : NULL;
    size_t length = newline ? (size_t)(newline - text->bytes) + 1 : text->length;
    struct fl_span line = {text->bytes, length};
    *text = (struct fl_span){text->bytes + length, text->length - length};
    return line;
}

static bool is_integer(struct fl_span line)
{
    return line.length && line.bytes[0] == ':';
}

/* A time stands before a count of deliveries, or behind its name. */
static bool is_time(struct fl_span before, struct fl_span behind)
{
    return is_integer(behind) || fl_span_is(before, "idle\r\n") ||
           fl_span_is(before, "seen-time\r\n");
}

bool stream_times_equal(struct fl_span a, struct fl_span b)
{
    struct fl_span before = {0};
    while (a.length && b.length) {
        struct fl_span left = take_line(&a), right = take_line(&b), rest = a;
        bool times = is_integer(left) && is_integer(right) && is_time(before, take_line(&rest));
        long long difference =
            times ? strtoll(left.bytes + 1, NULL, 10) - strtoll(right.bytes + 1, NULL, 10) : 0;
        if (!fl_span_equal(left, right) && (!times || llabs(difference) > SLACK_MS)) return false;
        before = left;
    }
    return !a.length && !b.length;
}
