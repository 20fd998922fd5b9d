#include "tests/conformance/reply.h"

#include <stdlib.h>
#include <strings.h>

enum { ELEMENTS_MAX = 20000, TIME_SLACK = 5000 };

enum reply_kind reply_kind(const struct fl_span *args, size_t count)
{
    static const struct {
        const char *name;
        enum reply_kind kind;
    } kinds[] = {
        {"smembers", REPLY_SET},    {"sunion", REPLY_SET},       {"sinter", REPLY_SET},
        {"sdiff", REPLY_SET},       {"keys", REPLY_SET},         {"hkeys", REPLY_SET},
        {"hvals", REPLY_SET},       {"hgetall", REPLY_PAIRS},    {"scan", REPLY_SCAN},
        {"sscan", REPLY_SCAN},      {"hscan", REPLY_SCAN_PAIRS}, {"zscan", REPLY_SCAN_PAIRS},
        {"srandmember", REPLY_SET}, {"spop", REPLY_SET},         {"ttl", REPLY_TIME},
        {"pttl", REPLY_TIME},       {"expiretime", REPLY_TIME},  {"pexpiretime", REPLY_TIME},
        {"time", REPLY_ANY},        {"info", REPLY_ANY},         {"config", REPLY_ANY},
        {"memory", REPLY_ANY},
    };
    for (size_t i = 0; count && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (args[0].length == strlen(kinds[i].name) &&
            strncasecmp(args[0].bytes, kinds[i].name, args[0].length) == 0)
            return kinds[i].kind;
    return REPLY_EXACT;
}

/* Bytes of the line with its CRLF; 0: not complete. */
static size_t line_length(struct fl_span text)
{
    const char *newline = text.length ? memchr(text.bytes, '\n', text.length) : NULL;
    return newline ? (size_t)(newline - text.bytes) + 1 : 0;
}

size_t reply_length(struct fl_span text)
{
    size_t length = line_length(text);
    if (!length) return 0;
    long long number = strtoll(text.bytes + 1, NULL, 10);
    if (text.bytes[0] == '$' && number >= 0) {
        length += (size_t)number + 2;
        return length <= text.length ? length : 0;
    }
    for (long long i = 0; text.bytes[0] == '*' && i < number; i++) {
        size_t element = reply_length((struct fl_span){text.bytes + length, text.length - length});
        if (!element) return 0;
        length += element;
    }
    return length;
}

/* Splits an array reply into elements of `group` replies each; -1: no array. */
static long split(struct fl_span reply, size_t group, struct fl_span *elements)
{
    if (!reply.length || reply.bytes[0] != '*') return -1;
    size_t at = line_length(reply);
    long count = 0;
    while (at < reply.length && count < ELEMENTS_MAX) {
        size_t start = at;
        for (size_t i = 0; i < group && at < reply.length; i++)
            at += reply_length((struct fl_span){reply.bytes + at, reply.length - at});
        elements[count++] = (struct fl_span){reply.bytes + start, at - start};
    }
    return count;
}

static int by_bytes(const void *a, const void *b)
{
    return fl_span_compare(*(const struct fl_span *)a, *(const struct fl_span *)b);
}

static bool same_elements(size_t group, struct fl_span a, struct fl_span b)
{
    struct fl_span *left = malloc(ELEMENTS_MAX * 2 * sizeof(*left)), *right = left + ELEMENTS_MAX;
    if (!left) return false;
    long count = split(a, group, left);
    bool same = count >= 0 && count == split(b, group, right);
    if (same) {
        qsort(left, (size_t)count, sizeof(*left), by_bytes);
        qsort(right, (size_t)count, sizeof(*right), by_bytes);
    }
    for (long i = 0; same && i < count; i++)
        same = fl_span_equal(left[i], right[i]);
    free(left);
    return same;
}

static bool same_scan(size_t group, struct fl_span a, struct fl_span b)
{
    struct fl_span left[2], right[2];
    if (a.bytes[0] != '*' || line_length(a) != 4 || a.bytes[1] != '2' || split(a, 1, left) != 2 ||
        split(b, 1, right) != 2)
        return false;
    return fl_span_equal(left[0], right[0]) && same_elements(group, left[1], right[1]);
}

static bool same_time(struct fl_span a, struct fl_span b)
{
    if (a.bytes[0] != ':' || b.bytes[0] != ':') return false;
    long long left = strtoll(a.bytes + 1, NULL, 10), right = strtoll(b.bytes + 1, NULL, 10);
    return left > 0 && right > 0 && llabs(left - right) <= TIME_SLACK;
}

bool reply_is(enum reply_kind kind, struct fl_span a, struct fl_span b)
{
    if (fl_span_equal(a, b)) return true;
    if (!a.length || !b.length) return false;
    switch (kind) {
    case REPLY_EXACT: return false;
    case REPLY_SET: return same_elements(1, a, b);
    case REPLY_PAIRS: return same_elements(2, a, b);
    case REPLY_SCAN: return same_scan(1, a, b);
    case REPLY_SCAN_PAIRS: return same_scan(2, a, b);
    case REPLY_TIME: return same_time(a, b);
    case REPLY_ANY: return a.bytes[0] == b.bytes[0] && a.bytes[0] != '-';
    }
    return false;
}

bool reply_is_exec(const enum reply_kind *kinds, size_t count, struct fl_span a, struct fl_span b)
{
    if (fl_span_equal(a, b)) return true;
    struct fl_span *left = malloc(ELEMENTS_MAX * 2 * sizeof(*left)), *right = left + ELEMENTS_MAX;
    if (!left) return false;
    long found = split(a, 1, left);
    bool same = found == (long)count && split(b, 1, right) == found;
    for (size_t i = 0; same && i < count; i++)
        same = reply_is(kinds[i], left[i], right[i]);
    free(left);
    return same;
}
