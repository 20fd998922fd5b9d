#include "harness/cli/never.h"

#include <stdlib.h>
#include <string.h>

static struct fl_span first_line(struct fl_span text)
{
    const char *end = text.length ? memchr(text.bytes, '\n', text.length) : NULL;
    return (struct fl_span){text.bytes, end ? (size_t)(end - text.bytes) + 1 : text.length};
}

static bool has_line(struct fl_span text, struct fl_span line)
{
    while (text.length) {
        struct fl_span first = first_line(text);
        if (fl_span_equal(first, line)) return true;
        text = (struct fl_span){text.bytes + first.length, text.length - first.length};
    }
    return false;
}

enum fl_error never_take(struct never *never, struct fl_span told)
{
    if (!never->told) {
        never->told = true;
        return fl_buf_append_span(&never->claims, told);
    }
    size_t at = 0, kept = 0;
    while (at < never->claims.length) {
        struct fl_span rest = {never->claims.bytes + at, never->claims.length - at};
        struct fl_span line = first_line(rest);
        at += line.length;
        if (!has_line(told, line)) continue;
        memmove(never->claims.bytes + kept, line.bytes, line.length);
        kept += line.length;
    }
    fl_buf_truncate(&never->claims, kept);
    return FL_OK;
}

bool never_first(const struct never *never, uint32_t *ret_line, struct fl_span *ret_claim)
{
    if (never->claims.length == 0) return false;
    struct fl_span line = first_line(fl_buf_span(&never->claims));
    const char *claim = (const char *)memchr(line.bytes, ' ', line.length) + 1;
    *ret_line = (uint32_t)strtoul(line.bytes, NULL, 10);
    *ret_claim = (struct fl_span){claim, (size_t)(line.bytes + line.length - 1 - claim)};
    return true;
}

void never_release(struct never *never)
{
    fl_buf_release(&never->claims);
    never->told = false;
}
