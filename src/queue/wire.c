/* src/queue/wire.c - one table; every other module asks it, none compares versions. */
#include "queue/wire.h"

#include <inttypes.h>
#include <string.h>

#include "core/assert.h"
#include "core/time_text.h"

static const struct fl_wire_facts lines[] = {
    {
        .wire = FL_WIRE_6, /* 6.4.1 */
        .presence_command = "HMSET",
        .work_suffix = ":workers",
        .beat_us = 5 * FL_SECOND_US,
        .stats_every_beat = true,
        .time_unit = FL_TIME_FLOAT_SECONDS,
        .base64_lines = true,
        .scheduled_slice = 1000,
        .poll_spread = 1,
    },
    {
        .wire = FL_WIRE_7, /* 7.3 */
        .version = "7.3.10",
        .metrics = FL_METRICS_OF_7,
        .presence_command = "HSET",
        .work_suffix = ":work",
        .beat_us = 10 * FL_SECOND_US,
        .time_unit = FL_TIME_FLOAT_SECONDS,
        .scheduled_slice = 1000,
        .poll_spread = 1,
    },
    {
        .wire = FL_WIRE_8, /* 8.1 */
        .version = "8.1.7",
        .metrics = FL_METRICS_OF_8,
        .presence_command = "HSET",
        .work_suffix = ":work",
        .beat_us = 10 * FL_SECOND_US,
        .time_unit = FL_TIME_MILLISECONDS,
        .jitter_uniform = true,
        .scheduled_slice = 100,
        .poll_spread = 2,
        .discard_is_death = true,
        .retry_for_alone = true,
        .concurrency_is_field = true,
    },
};

const struct fl_wire_facts *fl_wire_facts(enum fl_wire wire)
{
    for (size_t i = 0; i < FL_COUNT(lines); i++)
        if (lines[i].wire == wire) return &lines[i];
    fl_panic("there is no wire version %d", (int)wire);
}

enum fl_error fl_wire_write_time(const struct fl_wire_facts *facts, struct fl_buf *out,
                                 int64_t wall_us)
{
    switch (facts->time_unit) {
    case FL_TIME_FLOAT_SECONDS: return fl_seconds_format(out, wall_us);
    case FL_TIME_MILLISECONDS: return fl_json_write_int64(out, wall_us / 1000);
    }
    fl_panic("time unit %d", (int)facts->time_unit);
}

bool fl_wire_read_time(struct fl_json_at at, int64_t *ret_wall_us)
{
    int64_t ms;
    if (fl_json_int64(at, &ms)) {
        if (ms > INT64_MAX / 1000 || ms < INT64_MIN / 1000) return false;
        *ret_wall_us = ms * 1000;
        return true;
    }
    double seconds;
    if (!fl_json_double(at, &seconds)) return false;
    if (!(seconds > -9e12 && seconds < 9e12))
        return false; /* beyond what int64 microseconds hold */
    *ret_wall_us = fl_seconds_us(seconds);
    return true;
}
