/* src/core/zone_parts.h - how a zone is kept; for the files that make one. */
#ifndef FL_CORE_ZONE_PARTS_H
#define FL_CORE_ZONE_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/span.h"

/* A day of a year, and the local time at which clocks change on it. */
struct fl_zone_change {
    enum { FL_ZONE_NTH_WEEKDAY, FL_ZONE_DAY_WITHOUT_LEAP, FL_ZONE_DAY_OF_YEAR } kind;
    int month, week, weekday; /* week 5: the last */
    int day;
    int32_t time_s; /* may be negative, or beyond a day */
};

struct fl_zone_rule {
    int32_t standard_s, summer_s; /* ahead of UTC */
    bool has_summer;
    struct fl_zone_change begins, ends; /* of summer time */
};

struct fl_zone_step {
    int64_t at_s;
    int32_t offset_s; /* from then on */
};

struct fl_zone {
    int32_t first_s; /* before all steps */
    bool has_rule;   /* after the last one */
    struct fl_zone_rule rule;
    uint32_t count;
    struct fl_zone_step steps[];
};

/* The offset at an instant and the first later instant at which it may be another one; INT64_MAX:
 * none. */
struct fl_zone_stretch {
    int32_t offset_s;
    int64_t until_s;
};

FL_CHECKED enum fl_error fl_zone_rule_parse(struct fl_span text, struct fl_zone_rule *ret_rule);
struct fl_zone_stretch fl_zone_rule_at(const struct fl_zone_rule *rule, int64_t instant_s);

#endif
