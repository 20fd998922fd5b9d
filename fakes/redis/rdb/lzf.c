/* A sequence of runs: 000nnnnn and n+1 bytes as they are, or nnnooooo oooooooo, a copy of n+2 bytes
 * from o+1 bytes back; n == 7 takes another byte for n, before the offset's. */
#include "fakes/redis/rdb/lzf.h"

#include <stdint.h>

enum { LITERAL_MAX = 32, LONG_COPY = 7 };

bool fake_lzf_unpack(struct fl_span packed, char *out, size_t length)
{
    size_t in = 0, at = 0;
    while (in < packed.length) {
        uint8_t code = (uint8_t)packed.bytes[in++];
        size_t count = (size_t)code + 1;
        if (code < LITERAL_MAX) {
            if (count > packed.length - in || count > length - at) return false;
            memcpy(out + at, packed.bytes + in, count);
            in += count;
            at += count;
            continue;
        }
        count = (size_t)code >> 5;
        if (count == LONG_COPY) {
            if (in == packed.length) return false;
            count += (uint8_t)packed.bytes[in++];
        }
        if (in == packed.length) return false;
        size_t back = ((size_t)(code & 31) << 8 | (uint8_t)packed.bytes[in++]) + 1;
        count += 2;
        if (back > at || count > length - at) return false;
        for (size_t i = 0; i < count; i++, at++) /* may overlap, which repeats */
            out[at] = out[at - back];
    }
    return at == length;
}
