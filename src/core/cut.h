/* src/core/cut.h - texts put together in an array, cut where it ends: for names, of which so many
 * are made that printf is felt. */
#ifndef FL_CORE_CUT_H
#define FL_CORE_CUT_H

#include "core/span.h"

/* Puts `text` behind the `length` bytes that stand in `out`, with a NUL; the length now. */
static inline size_t fl_cut(char *out, size_t capacity, size_t length, struct fl_span text)
{
    size_t room = capacity - 1 - length;
    size_t count = text.length < room ? text.length : room;
    if (count) memcpy(out + length, text.bytes, count);
    out[length + count] = '\0';
    return length + count;
}

#endif
