/* src/queue/cron.h - when a line of a crontab is due, in a time zone.
 *
 * Five fields: minute, hour, day of the month, month, weekday (0 and 7 are Sunday); each *,
 * numbers, ranges, steps of those (0-30/10) and lists; months and weekdays by name too. Or @hourly,
 * @daily,
 * @midnight, @weekly, @monthly, @yearly, @annually. Where both days are restricted, either will do,
 * as in every cron. */
#ifndef FL_QUEUE_CRON_H
#define FL_QUEUE_CRON_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/span.h"
#include "core/zone.h"

enum { FL_CRON_BYTES_MAX = 256 };

/* A bit for each value at which it is due. */
struct fl_cron {
    uint64_t minutes;
    uint32_t hours, days, months;
    uint8_t weekdays;
    bool any_day, any_weekday; /* the field begins with a star */
};

/* FL_EINVAL: *ret_problem says which field is wrong, or that no day is ever meant (31 February). */
FL_CHECKED enum fl_error fl_cron_parse(struct fl_span text, struct fl_cron *ret_cron,
                                       const char **ret_problem);
/* The first time after `after_us` at which it is due. Every minute that a wall clock of the zone
 * shows comes once: one that comes twice in autumn counts the first time only, one that is skipped
 * in spring counts at the jump, and several of them count as one. FL_NEVER_US: not in this or the
 * next eight years. */
int64_t fl_cron_next_us(const struct fl_cron *cron, const struct fl_zone *zone, int64_t after_us);

#endif
