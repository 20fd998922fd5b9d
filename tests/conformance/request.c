#include "tests/conformance/request.h"

#include <strings.h>

#include "tests/conformance/item.h"

enum fl_error request_append(struct fl_buf *out, const struct fl_span *args, size_t count)
{
    enum fl_error err = fl_buf_printf(out, "*%zu\r\n", count);
    for (size_t i = 0; !err && i < count; i++) {
        err = fl_buf_printf(out, "$%zu\r\n", args[i].length);
        if (!err) err = fl_buf_append_span(out, args[i]);
        if (!err) err = fl_buf_append_text(out, "\r\n");
    }
    return err;
}

size_t request_split(struct fl_span command, struct fl_span *args)
{
    long count = item_split(command, 1, args);
    if (count < 1 || count == ITEM_ELEMENTS_MAX) return 0;
    for (long i = 0; i < count; i++) {
        size_t header = item_header_length(args[i]);
        args[i] = item_rest(args[i], header);
        args[i].length -= 2;
    }
    return (size_t)count;
}

bool request_is(struct fl_span arg, const char *word)
{
    return arg.length == strlen(word) && strncasecmp(arg.bytes, word, arg.length) == 0;
}

size_t request_timeout(const struct fl_span *args, size_t count)
{
    static const char *const last[] = {"blpop",      "brpop",    "blmove",
                                       "brpoplpush", "bzpopmin", "bzpopmax"};
    for (size_t i = 0; i < sizeof(last) / sizeof(last[0]); i++)
        if (request_is(args[0], last[i])) return count - 1;
    bool first = request_is(args[0], "blmpop") || request_is(args[0], "bzmpop");
    if (first && count > 1) return 1;
    for (size_t i = 1; request_is(args[0], "xread") && i + 1 < count; i++)
        if (request_is(args[i], "block")) return i + 1;
    return 0;
}
