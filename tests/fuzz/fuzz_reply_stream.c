/* What a server says to the proxy: any bytes are split into replies or refused, and how they are
 * cut into pieces does not change where a reply ends. */
#include <stdint.h>

#include "core/assert.h"
#include "fakes/redis/serve/reply_stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct fake_reply_scan at_once = {0}, in_pieces = {0};
    struct fl_span all = {(const char *)bytes, length};
    size_t whole = 0, found = 0;
    enum fake_reply_end end = fake_reply_scan(&at_once, all, &whole);
    enum fake_reply_end piecewise = FAKE_REPLY_MORE;
    for (size_t i = 1; i <= length && piecewise == FAKE_REPLY_MORE; i++)
        piecewise = fake_reply_scan(&in_pieces, (struct fl_span){all.bytes, i}, &found);
    fl_assert(end == piecewise);
    if (end != FAKE_REPLY_WHOLE) return 0;
    fl_assert(whole == found && whole <= length);
    struct fl_span word = fake_reply_first_word((struct fl_span){all.bytes, whole});
    fl_assert(word.length < whole);
    return 0;
}
