#include "fakes/redis/serve/expected.h"

#include <stdlib.h>
#include <strings.h>

#include "core/assert.h"
#include "fakes/redis/serve/reply_stream.h"

void fake_expectations_pop(struct fake_expectations *expectations)
{
    struct fake_expected *first = expectations->first;
    expectations->first = first->next;
    if (!first->next) expectations->last = NULL;
    free(first);
}

void fake_expectations_release(struct fake_expectations *expectations)
{
    while (expectations->first)
        fake_expectations_pop(expectations);
}

/* ---- commands ---- */

static bool is(struct fl_span word, const char *name)
{
    return word.length == strlen(name) && strncasecmp(word.bytes, name, word.length) == 0;
}

static bool is_one_of(struct fl_span word, const char *const *names)
{
    for (; *names; names++)
        if (is(word, *names)) return true;
    return false;
}

static const char *const subscriptions[] = {
    "subscribe", "psubscribe", "ssubscribe", "unsubscribe", "punsubscribe", "sunsubscribe", NULL};
static const char *const unsubscriptions[] = {"unsubscribe", "punsubscribe", "sunsubscribe", NULL};
static const char *const messages[] = {"message", "pmessage", "smessage", NULL};

/* NULL: out of memory. */
static struct fake_expected *new_expected(const struct fl_span *args, size_t count)
{
    size_t bytes = sizeof(struct fake_expected) + count * sizeof(struct fl_span);
    size_t head_bytes = bytes;
    for (size_t i = 0; i < count; i++)
        bytes += args[i].length;
    struct fake_expected *expected = calloc(1, bytes);
    if (!expected) return NULL;
    char *at = (char *)expected + head_bytes;
    for (size_t i = 0; i < count; i++) {
        if (args[i].length) memcpy(at, args[i].bytes, args[i].length);
        expected->args[i] = (struct fl_span){at, args[i].length};
        at += args[i].length;
    }
    expected->count = count;
    return expected;
}

/* CLIENT REPLY decides about itself as well. True: this command is not answered. */
static bool is_unanswered(struct fake_expectations *expectations, const struct fl_span *args,
                          size_t count)
{
    bool unanswered = expectations->is_silent || expectations->skips_one;
    expectations->skips_one = false;
    if (count != 3 || !is(args[0], "client") || !is(args[1], "reply")) return unanswered;
    if (is(args[2], "on")) {
        expectations->is_silent = false;
        return false;
    }
    if (is(args[2], "off")) {
        expectations->is_silent = true;
        return true;
    }
    if (!is(args[2], "skip")) return unanswered;
    expectations->skips_one = !expectations->is_silent;
    return true;
}

enum fl_error fake_expectations_add(struct fake_expectations *expectations,
                                    const struct fl_span *args, size_t count, bool keeps_args,
                                    enum fake_expects *ret_expects)
{
    fl_assert(count > 0);
    *ret_expects = FAKE_EXPECTS_NOTHING;
    if (is_unanswered(expectations, args, count)) return FL_OK;
    struct fake_expected *expected = new_expected(args, keeps_args ? count : 0);
    if (!expected) return FL_ENOMEM;
    expected->is_subscription = is_one_of(args[0], subscriptions);
    expected->is_monitor = is(args[0], "monitor");
    expected->replies_left = expected->is_subscription && count > 1 ? count - 1 : 1;
    if (expected->is_subscription) expectations->is_subscribed = true;
    *(expectations->last ? &expectations->last->next : &expectations->first) = expected;
    expectations->last = expected;
    *ret_expects = FAKE_EXPECTS_REPLIES;
    return FL_OK;
}

/* ---- replies ---- */

/* +1700000000.123456 [0 127.0.0.1:4711] "PING" */
static bool is_monitor_line(struct fl_span reply)
{
    return reply.length > 2 && reply.bytes[0] == '+' && reply.bytes[1] >= '0' &&
           reply.bytes[1] <= '9' && memchr(reply.bytes, '[', reply.length);
}

/* The last confirmation of all: *3 unsubscribe CHANNEL :0. */
static bool says_none_left(struct fl_span word, struct fl_span reply)
{
    const struct fl_span none = FL_SPAN(":0\r\n");
    if (!is_one_of(word, unsubscriptions) || reply.length < none.length) return false;
    return memcmp(reply.bytes + reply.length - none.length, none.bytes, none.length) == 0;
}

enum fake_whose fake_expectations_match(struct fake_expectations *expectations,
                                        struct fl_span reply)
{
    struct fake_expected *first = expectations->first;
    struct fl_span word = {0};
    bool pushed = reply.length && reply.bytes[0] == '>';
    if (pushed || expectations->is_subscribed) word = fake_reply_first_word(reply);
    bool confirms = is_one_of(word, subscriptions);
    if (confirms && says_none_left(word, reply)) expectations->is_subscribed = false;
    if (!first || is_one_of(word, messages)) return FAKE_WHOSE_NOBODYS;
    if ((pushed || confirms) && !(confirms && first->is_subscription)) return FAKE_WHOSE_NOBODYS;
    if (expectations->is_monitor && is_monitor_line(reply)) return FAKE_WHOSE_NOBODYS;
    if (first->is_monitor) expectations->is_monitor = reply.bytes[0] == '+';
    if (confirms && --first->replies_left > 0) return FAKE_WHOSE_PART;
    return FAKE_WHOSE_LAST; /* an error or QUEUED is the only reply, whatever was expected */
}
