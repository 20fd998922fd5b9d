/* fakes/redis/commands/geo.h - what the commands on places have in common. */
#ifndef FAKE_REDIS_GEO_H
#define FAKE_REDIS_GEO_H

#include "fakes/redis/table/command.h"
#include "fakes/redis/values/geohash.h"

/* Each answers false after writing its error. */
/* Longitude and latitude from argument `i` on. */
bool fake_geo_parse_point(struct fake_call *call, size_t i, struct fake_geo_point *ret_point);
bool fake_geo_parse_unit(struct fake_call *call, struct fl_span text, double *ret_meters);
/* The place of a member. An absent key has none. False: there is none, and nothing was written. */
bool fake_geo_find(const struct fake_redis_key *zset, struct fl_span member,
                   struct fake_geo_point *ret_point);

void fake_geo_reply_point(struct fake_out *out, struct fake_geo_point point);
/* With four digits, as text in both protocols. */
void fake_geo_reply_distance(struct fake_out *out, double distance);

#endif
