/* A line of a crontab: any text has a next time after each, on a whole minute, or a sentence that
 * says what is wrong. */
#include <stdint.h>
#include <string.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "ports/clock.h"
#include "queue/cron.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct fl_cron cron;
    const char *problem = NULL;
    int64_t at_us = INT64_C(1795451428120701);
    if (fl_cron_parse((struct fl_span){(const char *)bytes, length}, &cron, &problem)) {
        fl_assert(problem && *problem);
        return 0;
    }
    for (int i = 0; i < 4; i++) {
        int64_t next_us = fl_cron_next_us(&cron, NULL, at_us);
        if (next_us == FL_NEVER_US) break; /* 29 February, and a Sunday */
        fl_assert(next_us > at_us && next_us % FL_MINUTE_US == 0);
        at_us = next_us;
    }
    return 0;
}
