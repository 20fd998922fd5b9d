#include "tests/conformance/heard.h"

#include <stdlib.h>

#include "tests/conformance/item.h"

/* Behind the pattern: the channel and the message of a pmessage. */
static struct fl_span behind_pattern(struct fl_span item)
{
    struct fl_span elements[4];
    if (item_elements(item) != 4 || item_split(item, 1, elements) != 4) return item;
    return item_rest(item, (size_t)(elements[2].bytes - item.bytes));
}

static bool runs_on(struct fl_span item, struct fl_span next)
{
    if (!fl_span_equal(item_first_word(item), item_first_word(next))) return false;
    if (item_band(item) == ITEM_CONFIRMATION) return true;
    return fl_span_is(item_first_word(item), "pmessage") &&
           fl_span_equal(behind_pattern(item), behind_pattern(next));
}

size_t heard_run(struct fl_span text, size_t *ret_bytes)
{
    struct fl_span item = {text.bytes, item_length(text)};
    size_t count = 1;
    *ret_bytes = item.length;
    for (;;) {
        struct fl_span next = item_rest(text, *ret_bytes);
        next.length = item_length(next);
        if (!next.length || !runs_on(item, next)) return count;
        *ret_bytes += next.length;
        count++;
    }
}

static int by_bytes(const void *a, const void *b)
{
    return fl_span_compare(*(const struct fl_span *)a, *(const struct fl_span *)b);
}

enum { RUN_MAX = 1024 };

struct run {
    struct fl_span names[RUN_MAX]; /* what is compared in any order */
    struct fl_span rests[RUN_MAX]; /* what is not */
    size_t count;
};

static void read_run(struct fl_span text, struct run *run)
{
    for (run->count = 0; text.length && run->count < RUN_MAX; run->count++) {
        struct fl_span item = {text.bytes, item_length(text)}, parts[4];
        if (item_band(item) == ITEM_CONFIRMATION && item_split(item, 1, parts) == 3) {
            run->names[run->count] = parts[1];
            run->rests[run->count] = parts[2];
        } else {
            run->names[run->count] = item;
            run->rests[run->count] = (struct fl_span){0};
        }
        text = item_rest(text, item.length);
    }
    qsort(run->names, run->count, sizeof(run->names[0]), by_bytes);
}

/* "[0 127.0.0.1:40001]" is another address on the other side. */
static struct fl_span without_address(struct fl_span line)
{
    const char *address = memchr(line.bytes, '[', line.length);
    const char *end =
        address ? memchr(address, ']', line.length - (size_t)(address - line.bytes)) : NULL;
    bool lua = address && end && end - address == 6 && memcmp(end - 3, "lua", 3) == 0;
    return lua || !end ? line : item_rest(line, (size_t)(end - line.bytes));
}

/* Ids of clients differ, and so may payloads of the same value. */
static struct fl_span without_own(struct fl_span line)
{
    static const char *const names[] = {"\"CLIENT\" ", "\"RESTORE\" "};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *found = memmem(line.bytes, line.length, names[i], strlen(names[i]));
        if (found) return (struct fl_span){line.bytes, (size_t)(found - line.bytes)};
    }
    return line;
}

/* In protocol 3; it names a client's id, which the two servers count on their own. */
static bool tells_a_broken_redirection(struct fl_span item)
{
    return fl_span_is(item_first_word(item), "tracking-redir-broken");
}

static bool same_monitor_line(struct fl_span a, struct fl_span b)
{
    const char *left = memchr(a.bytes, '[', a.length), *right = memchr(b.bytes, '[', b.length);
    a = without_own(item_rest(a, (size_t)(left - a.bytes)));
    b = without_own(item_rest(b, (size_t)(right - b.bytes)));
    return strtol(a.bytes + 1, NULL, 10) == strtol(b.bytes + 1, NULL, 10) &&
           fl_span_equal(without_address(a), without_address(b));
}

bool heard_is(struct fl_span a, struct fl_span b)
{
    if (fl_span_equal(a, b)) return true;
    if (item_is_monitor_line(a) && item_is_monitor_line(b)) return same_monitor_line(a, b);
    if (tells_a_broken_redirection(a) && tells_a_broken_redirection(b)) return true;
    if (!a.length || !b.length || !fl_span_equal(item_first_word(a), item_first_word(b)) ||
        a.bytes[0] != b.bytes[0])
        return false;
    struct run *left = malloc(2 * sizeof(*left)), *right = left + 1;
    if (!left) return false;
    read_run(a, left);
    read_run(b, right);
    bool same = left->count == right->count;
    for (size_t i = 0; same && i < left->count; i++)
        same = fl_span_equal(left->names[i], right->names[i]) &&
               fl_span_equal(left->rests[i], right->rests[i]);
    free(left);
    return same;
}
