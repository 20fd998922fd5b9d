#include "tests/conformance/item.h"

#include <ctype.h>
#include <stdlib.h>

size_t item_header_length(struct fl_span text)
{
    const char *newline = text.length ? memchr(text.bytes, '\n', text.length) : NULL;
    return newline ? (size_t)(newline - text.bytes) + 1 : 0;
}

long long item_elements(struct fl_span header)
{
    if (!memchr("*~%>", header.bytes[0], 4)) return 0;
    long long number = strtoll(header.bytes + 1, NULL, 10);
    return header.bytes[0] == '%' ? number * 2 : number;
}

size_t item_length(struct fl_span text)
{
    size_t length = item_header_length(text);
    if (!length) return 0;
    if (memchr("$=!", text.bytes[0], 3)) {
        long long number = strtoll(text.bytes + 1, NULL, 10);
        if (number >= 0) length += (size_t)number + 2;
        return length <= text.length ? length : 0;
    }
    for (long long left = item_elements(text); left > 0;) {
        struct fl_span rest = item_rest(text, length);
        size_t element = item_length(rest);
        if (!element) return 0;
        rest.length = element;
        if (item_band(rest) != ITEM_MESSAGE) left--;
        length += element;
    }
    return length;
}

struct fl_span item_first_word(struct fl_span item)
{
    struct fl_span none = {0};
    size_t header = item_header_length(item);
    if (!header || !memchr("*>", item.bytes[0], 2) || item_elements(item) < 1) return none;
    struct fl_span word = item_rest(item, header);
    if (!word.length || word.bytes[0] != '$') return none;
    size_t skipped = item_header_length(word);
    long long length = strtoll(word.bytes + 1, NULL, 10);
    if (!skipped || length < 0 || skipped + (size_t)length > word.length) return none;
    return (struct fl_span){word.bytes + skipped, (size_t)length};
}

bool item_is_monitor_line(struct fl_span item)
{
    size_t i = 1;
    if (!item.length || item.bytes[0] != '+') return false;
    while (i < item.length && (isdigit((unsigned char)item.bytes[i]) || item.bytes[i] == '.'))
        i++;
    return i > 8 && i + 1 < item.length && item.bytes[i] == ' ' && item.bytes[i + 1] == '[';
}

enum item_band item_band(struct fl_span item)
{
    static const char *const confirmations[] = {"subscribe",    "unsubscribe", "psubscribe",
                                                "punsubscribe", "ssubscribe",  "sunsubscribe"};
    static const char *const messages[] = {"message", "pmessage", "smessage", "invalidate",
                                           "tracking-redir-broken"};
    enum { PUSHED_ELEMENTS_MAX = 4 }; /* a reply may begin with one of these words, too */
    if (item_is_monitor_line(item)) return ITEM_MESSAGE;
    if (item_elements(item) > PUSHED_ELEMENTS_MAX) return ITEM_REPLY;
    struct fl_span word = item_first_word(item);
    for (size_t i = 0; word.length && i < sizeof(confirmations) / sizeof(confirmations[0]); i++)
        if (fl_span_is(word, confirmations[i])) return ITEM_CONFIRMATION;
    for (size_t i = 0; word.length && i < sizeof(messages) / sizeof(messages[0]); i++)
        if (fl_span_is(word, messages[i])) return ITEM_MESSAGE;
    return ITEM_REPLY;
}

long item_split(struct fl_span reply, size_t group, struct fl_span *elements)
{
    if (!reply.length || !memchr("*~%>", reply.bytes[0], 4)) return -1;
    size_t at = item_header_length(reply);
    long count = 0;
    while (at < reply.length && count < ITEM_ELEMENTS_MAX) {
        size_t start = at;
        for (size_t i = 0; i < group && at < reply.length;) {
            struct fl_span element = item_rest(reply, at);
            element.length = item_length(element);
            if (item_band(element) != ITEM_MESSAGE)
                i++;
            else if (i == 0)
                start = at + element.length;
            at += element.length;
        }
        if (at > start) elements[count++] = (struct fl_span){reply.bytes + start, at - start};
    }
    return count;
}
