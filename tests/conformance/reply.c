#include "tests/conformance/reply.h"

#include <stdlib.h>
#include <strings.h>

#include "tests/conformance/about_server.h"
#include "tests/conformance/client_lines.h"
#include "tests/conformance/item.h"
#include "tests/conformance/stream_times.h"

enum { TIME_SLACK = 5000 };

static bool is_word(struct fl_span arg, const char *word)
{
    return arg.length == strlen(word) && strncasecmp(arg.bytes, word, arg.length) == 0;
}

enum reply_kind reply_kind(const struct fl_span *args, size_t count)
{
    static const struct {
        const char *name, *subcommand; /* NULL: any, or none */
        enum reply_kind kind;
    } kinds[] = {
        {"smembers", NULL, REPLY_SET},
        {"sunion", NULL, REPLY_SET},
        {"sinter", NULL, REPLY_SET},
        {"sdiff", NULL, REPLY_SET},
        {"keys", NULL, REPLY_SET},
        {"hkeys", NULL, REPLY_SET},
        {"hvals", NULL, REPLY_SET},
        {"hrandfield", NULL, REPLY_SET},
        {"hgetall", NULL, REPLY_PAIRS},
        {"scan", NULL, REPLY_SCAN},
        {"sscan", NULL, REPLY_SCAN},
        {"hscan", NULL, REPLY_SCAN_PAIRS},
        {"zscan", NULL, REPLY_SCAN_PAIRS},
        {"srandmember", NULL, REPLY_SET},
        {"spop", NULL, REPLY_SET},
        {"ttl", NULL, REPLY_TIME},
        {"pttl", NULL, REPLY_TIME},
        {"expiretime", NULL, REPLY_TIME},
        {"pexpiretime", NULL, REPLY_TIME},
        {"time", NULL, REPLY_ANY},
        {"info", NULL, REPLY_INFO},
        {"config", "get", REPLY_PAIRS},
        {"acl", "getuser", REPLY_WORDS},
        {"acl", "list", REPLY_WORDS},
        {"acl", "cat", REPLY_SET},
        {"acl", "log", REPLY_ANY},
        {"acl", "genpass", REPLY_ANY},
        {"memory", NULL, REPLY_ANY},
        {"latency", "doctor", REPLY_ANY},
        {"lastsave", NULL, REPLY_ANY},
        {"hello", NULL, REPLY_HELLO},
        {"command", "info", REPLY_COMMANDS},
        {"command", "list", REPLY_SET},
        {"client", "id", REPLY_ANY},
        {"client", "getredir", REPLY_ANY},
        {"client", "trackinginfo", REPLY_TRACKING},
        {"client", "list", REPLY_CLIENTS},
        {"client", "info", REPLY_CLIENTS},
        {"xpending", NULL, REPLY_STREAM_TIMES},
        {"xinfo", NULL, REPLY_STREAM_TIMES},
        {"pubsub", "channels", REPLY_SET},
        {"pubsub", "shardchannels", REPLY_SET},
    };
    if (count == 2 && is_word(args[1], "help")) return REPLY_HELP;
    for (size_t i = 0; count && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (is_word(args[0], kinds[i].name) &&
            (!kinds[i].subcommand || (count > 1 && is_word(args[1], kinds[i].subcommand))))
            return kinds[i].kind;
    return REPLY_EXACT;
}

static int by_bytes(const void *a, const void *b)
{
    return fl_span_compare(*(const struct fl_span *)a, *(const struct fl_span *)b);
}

static bool same_elements(size_t group, struct fl_span a, struct fl_span b)
{
    struct fl_span *left = malloc(ITEM_ELEMENTS_MAX * 2 * sizeof(*left)),
                   *right = left + ITEM_ELEMENTS_MAX;
    if (!left) return false;
    long count = item_split(a, group, left);
    bool same = count >= 0 && a.bytes[0] == b.bytes[0] && count == item_split(b, group, right);
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
    if (a.bytes[0] != '*' || item_header_length(a) != 4 || a.bytes[1] != '2' ||
        item_split(a, 1, left) != 2 || item_split(b, 1, right) != 2)
        return false;
    return fl_span_equal(left[0], right[0]) && same_elements(group, left[1], right[1]);
}

static bool same_time(struct fl_span a, struct fl_span b)
{
    if (a.bytes[0] != ':' || b.bytes[0] != ':') return false;
    long long left = strtoll(a.bytes + 1, NULL, 10), right = strtoll(b.bytes + 1, NULL, 10);
    return left > 0 && right > 0 && llabs(left - right) <= TIME_SLACK;
}

static bool is_id(struct fl_span element)
{
    return element.bytes[0] == ':' && strtoll(element.bytes + 1, NULL, 10) > 0;
}

/* An array or map of `count` elements of which the one at `id` is a client's. */
static bool same_but_id(struct fl_span a, struct fl_span b, long count, long id)
{
    enum { COUNT_MAX = 14 };
    struct fl_span left[COUNT_MAX], right[COUNT_MAX];
    if (!memchr("*%", a.bytes[0], 2) || item_header_length(a) != item_header_length(b))
        return false;
    if (!fl_span_equal((struct fl_span){a.bytes, item_header_length(a)},
                       (struct fl_span){b.bytes, item_header_length(b)}))
        return false;
    if (item_elements(a) != count || count > COUNT_MAX) return false;
    (void)item_split(a, 1, left);
    (void)item_split(b, 1, right);
    for (long i = 0; i < count; i++)
        if (!fl_span_equal(left[i], right[i]) && !(i == id && is_id(left[i]) && is_id(right[i])))
            return false;
    return true;
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
    case REPLY_STREAM_TIMES: return stream_times_equal(a, b);
    case REPLY_TIME: return same_time(a, b);
    case REPLY_ANY: return a.bytes[0] == b.bytes[0] && a.bytes[0] != '-';
    case REPLY_HELLO: return same_but_id(a, b, 14, 7);
    case REPLY_TRACKING: return same_but_id(a, b, 6, 3);
    case REPLY_COMMANDS: return command_info_equal(a, b);
    case REPLY_WORDS: return words_equal(a, b);
    case REPLY_INFO: return info_equal(a, b);
    case REPLY_HELP: return help_equal(a, b);
    case REPLY_CLIENTS: return client_lines_equal(a, b);
    }
    return false;
}

bool reply_is_any(const enum reply_kind *kinds, size_t count, struct fl_span a, struct fl_span b)
{
    if (fl_span_equal(a, b)) return true;
    for (size_t i = 0; i < count; i++)
        if (reply_is(kinds[i], a, b)) return true;
    return false;
}

static bool has_confirmation(const struct fl_span *elements, long count)
{
    for (long i = 0; i < count; i++)
        if (item_band(elements[i]) == ITEM_CONFIRMATION) return true;
    return false;
}

bool reply_is_exec(const enum reply_kind *kinds, size_t count, struct fl_span a, struct fl_span b)
{
    if (fl_span_equal(a, b)) return true;
    struct fl_span *left = malloc(ITEM_ELEMENTS_MAX * 2 * sizeof(*left)),
                   *right = left + ITEM_ELEMENTS_MAX;
    if (!left) return false;
    long found = item_split(a, 1, left);
    bool same = found == (long)count && item_split(b, 1, right) == found;
    bool shifted = same && has_confirmation(left, found);
    for (size_t i = 0; same && i < count; i++)
        same = shifted ? reply_is_any(kinds, count, left[i], right[i])
                       : reply_is(kinds[i], left[i], right[i]);
    free(left);
    return same;
}
