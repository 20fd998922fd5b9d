/* A time zone: any bytes are a zone whose clocks stay within a day or so of UTC, or none. */
#include <stdint.h>
#include <stdlib.h>

#include "core/assert.h"
#include "core/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void look(const struct fl_zone *zone)
{
    for (int64_t at_s = -INT64_C(4000000000); at_s < INT64_C(6000000000); at_s += 123456789) {
        fl_assert(labs(fl_zone_offset_s(zone, at_s)) <= FL_ZONE_OFFSET_MAX_S);
        int64_t instant_s = fl_zone_instant_s(zone, at_s);
        fl_assert(instant_s + fl_zone_offset_s(zone, instant_s) >= at_s);
        fl_assert(instant_s - 1 + fl_zone_offset_s(zone, instant_s - 1) < at_s);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct fl_span span = {(const char *)bytes, length};
    struct fl_zone *zone;
    if (!fl_zone_from_file(span, &zone) || !fl_zone_from_rule(span, &zone)) {
        look(zone);
        fl_zone_free(zone);
    }
    return 0;
}
