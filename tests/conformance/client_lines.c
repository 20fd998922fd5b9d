#include "tests/conformance/client_lines.h"

#include <stdlib.h>

enum { AGE_SLACK_S = 5 };

/* Takes what stands before `end` from the front. */
static struct fl_span take(struct fl_span *text, char end)
{
    const char *found = text->length ? memchr(text->bytes, end, text->length) : NULL;
    size_t length = found ? (size_t)(found - text->bytes) : text->length;
    struct fl_span taken = {text->bytes, length};
    size_t skipped = found ? length + 1 : length;
    *text = (struct fl_span){text->bytes + skipped, text->length - skipped};
    return taken;
}

static struct fl_span take_line(struct fl_span *text)
{
    for (;;) {
        struct fl_span line = take(text, '\n');
        if (!memmem(line.bytes, line.length, " name=" CLIENT_LINES_CONTROL " ",
                    strlen(" name=" CLIENT_LINES_CONTROL " ")))
            return line;
    }
}

static bool is_open(struct fl_span name)
{
    static const char *const open[] = {"id",        "addr",     "laddr",     "fd",      "qbuf",
                                       "qbuf-free", "argv-mem", "multi-mem", "rbs",     "rbp",
                                       "obl",       "oll",      "omem",      "tot-mem", "events"};
    for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
        if (fl_span_is(name, open[i])) return true;
    return false;
}

/* U says that the client came over a Unix socket, as those of the real server do. */
static bool same_flags(struct fl_span a, struct fl_span b)
{
    char kept[16] = "";
    size_t length = 0;
    for (size_t i = 0; i < b.length && length + 1 < sizeof(kept); i++)
        if (b.bytes[i] != 'U') kept[length++] = b.bytes[i];
    return fl_span_is(a, length ? kept : "N");
}

static bool same_value(struct fl_span name, struct fl_span a, struct fl_span b)
{
    if (fl_span_equal(a, b) || is_open(name)) return true;
    if (fl_span_is(name, "flags")) return same_flags(a, b);
    long left = a.length ? strtol(a.bytes, NULL, 10) : 0;
    long right = b.length ? strtol(b.bytes, NULL, 10) : 0;
    if (fl_span_is(name, "age") || fl_span_is(name, "idle"))
        return labs(left - right) <= AGE_SLACK_S;
    return fl_span_is(name, "redir") && (left > 0) == (right > 0); /* ids differ */
}

static bool same_line(struct fl_span a, struct fl_span b)
{
    while (a.length || b.length) {
        struct fl_span left = take(&a, ' '), right = take(&b, ' ');
        struct fl_span name = take(&left, '=');
        if (!fl_span_equal(name, take(&right, '=')) || !same_value(name, left, right)) return false;
    }
    return true;
}

/* The length, and the format that protocol 3 names. */
static void skip_header(struct fl_span *reply)
{
    (void)take(reply, '\n');
    if (fl_span_starts(*reply, FL_SPAN("txt:"))) (void)take(reply, ':');
}

bool client_lines_equal(struct fl_span a, struct fl_span b)
{
    if (a.bytes[0] != b.bytes[0] || a.bytes[0] == '-') return false;
    skip_header(&a);
    skip_header(&b);
    while (a.length || b.length)
        if (!same_line(take_line(&a), take_line(&b))) return false;
    return true;
}
