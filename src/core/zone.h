/* src/core/zone.h - a time zone: what wall clocks show at an instant, and when they show a time.
 *
 * Instants are seconds since 1970 (UTC); local times are written as seconds too, as if the wall
 * clock stood in UTC. libc's functions keep one zone for the whole program and read it from the
 * environment; here a zone is a value. NULL is UTC for every function. */
#ifndef FL_CORE_ZONE_H
#define FL_CORE_ZONE_H

#include <stdint.h>

#include "core/error.h"
#include "core/span.h"

enum {
    FL_ZONE_BYTES_MAX = 64 * 1024, /* of a file */
    FL_ZONE_RULE_BYTES_MAX = 256,
    FL_ZONE_OFFSET_MAX_S = 26 * 3600,
};

struct fl_zone; /* opaque: layout in zone_parts.h */

/* A file of the IANA database (TZif, RFC 9636). FL_EPARSE: it is none, or it counts leap seconds;
 * FL_EBOUND: too large; FL_ENOMEM. */
FL_CHECKED enum fl_error fl_zone_from_file(struct fl_span bytes, struct fl_zone **ret_zone);
/* A rule of POSIX that holds for ever: "CET-1CEST,M3.5.0,M10.5.0/3", "UTC0". Daylight saving time
 * must say when it begins and ends. FL_EPARSE, FL_EBOUND, FL_ENOMEM. */
FL_CHECKED enum fl_error fl_zone_from_rule(struct fl_span text, struct fl_zone **ret_zone);
void fl_zone_free(struct fl_zone *zone);

/* How far the wall clocks are ahead of UTC. */
int32_t fl_zone_offset_s(const struct fl_zone *zone, int64_t instant_s);
/* The first instant at which wall clocks show `local_s` or something later: the first pass of an
 * hour that comes twice; the jump itself for a time that is skipped. */
int64_t fl_zone_instant_s(const struct fl_zone *zone, int64_t local_s);

#endif
