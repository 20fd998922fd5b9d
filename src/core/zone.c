#include "core/zone.h"

#include <stdlib.h>

#include "core/zone_parts.h"

void fl_zone_free(struct fl_zone *zone)
{
    free(zone);
}

enum fl_error fl_zone_from_rule(struct fl_span text, struct fl_zone **ret_zone)
{
    struct fl_zone_rule rule;
    enum fl_error err = fl_zone_rule_parse(text, &rule);
    if (err) return err;
    struct fl_zone *zone = calloc(1, sizeof(*zone));
    if (!zone) return FL_ENOMEM;
    zone->has_rule = true;
    zone->rule = rule;
    *ret_zone = zone;
    return FL_OK;
}

/* How many steps have been taken at that instant. */
static uint32_t steps_taken(const struct fl_zone *zone, int64_t instant_s)
{
    uint32_t low = 0, high = zone->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (zone->steps[middle].at_s <= instant_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct fl_zone_stretch at(const struct fl_zone *zone, int64_t instant_s)
{
    if (!zone) return (struct fl_zone_stretch){0, INT64_MAX};
    uint32_t taken = steps_taken(zone, instant_s);
    if (taken == zone->count && zone->has_rule) return fl_zone_rule_at(&zone->rule, instant_s);
    return (struct fl_zone_stretch){
        .offset_s = taken ? zone->steps[taken - 1].offset_s : zone->first_s,
        .until_s = taken < zone->count ? zone->steps[taken].at_s : INT64_MAX,
    };
}

int32_t fl_zone_offset_s(const struct fl_zone *zone, int64_t instant_s)
{
    return at(zone, instant_s).offset_s;
}

/* Goes through the stretches from before any clock can show that time. */
int64_t fl_zone_instant_s(const struct fl_zone *zone, int64_t local_s)
{
    int64_t from_s = local_s - FL_ZONE_OFFSET_MAX_S;
    for (;;) {
        struct fl_zone_stretch stretch = at(zone, from_s);
        int64_t instant_s = local_s - stretch.offset_s;
        if (instant_s <= from_s) return from_s; /* it was skipped, or begins the stretch */
        if (instant_s < stretch.until_s) return instant_s;
        from_s = stretch.until_s;
    }
}
