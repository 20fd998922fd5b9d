#include "tests/conformance/generate.h"

/* G is a sorted set of places, P a place, D a distance with its unit. */
static const struct generate_pattern patterns[] = {
    {8, "GEOADD G [NX|XX] [CH] P U [P U] [P U]"},
    {2, "GEOADD G P a P b P c P d P e P 1 P 2 P aa"},
    {2, "GEODIST G U U [m|km|mi|ft|FT|x]"},
    {2, "{GEOPOS|GEOHASH} G U [U]"},
    {6, "GEOSEARCH G {FROMLONLAT P|FROMMEMBER U} {BYRADIUS D|BYBOX 300 D|BYBOX 9000 D} [ASC|DESC] "
        "[COUNT 1|COUNT 3|COUNT 2 ANY|COUNT 0|ANY] [WITHDIST] [WITHHASH] [WITHCOORD]"},
    {3, "GEOSEARCHSTORE G G {FROMLONLAT P|FROMMEMBER U} {BYRADIUS D|BYBOX 500 D} [ASC|DESC] "
        "[COUNT 2|COUNT 2 ANY] [STOREDIST] [WITHDIST]"},
    {2, "{GEORADIUS|GEORADIUS_RO} G P D [ASC|DESC] [COUNT 1|COUNT 2 ANY] [WITHDIST] [WITHCOORD]"},
    {2, "{GEORADIUSBYMEMBER|GEORADIUSBYMEMBER_RO} G U D [ASC|DESC] [COUNT 2] [WITHHASH]"},
    {1, "GEORADIUS G P D [COUNT 2] {STORE G|STOREDIST G}"},
    {1, "GEORADIUSBYMEMBER G U D [COUNT 2] {STORE G|STOREDIST G}"},
    {1, "ZADD G F U"},
    {1, "ZREM G U"},
    {1, "ZRANGE G 0 -1 WITHSCORES"},
    {1, "{GEOADD K P U|GEODIST K U U|GEOSEARCH K FROMMEMBER U BYRADIUS D|GEOPOS K U|DEL G}"},
};

static const char *const keys[] = {"g1", "g2", "g3", "z1"};
static const char *const places[] = {
    "13.361389 38.115556",
    "15.087269 37.502669",
    "13.5 37.5",
    "13.583333 37.316667",
    "0 0",
    "2.349 48.8535",
    "-179.9 10",
    "179.9 10",
    "-0.5 -0.1",
    "12.5 80.5",
    "100 -70",
    "-120 67",
    "13.5 37.5",
    "180 85.05112878",
    "-180 -85.05112878",
    "181 0",
    "x 1",
    "1 nan",
};
static const char *const distances[] = {
    "200 km",     "500 km", "1000 mi",  "100000 m", "50 km", "3000 km", "10000 km",
    "1000000 ft", "0 m",    "25000 km", "inf km",   "-1 km", "x km",    "5 x",
};
static const struct generate_words words[] = {
    {'G', GENERATE_COUNT(keys), keys},
    {'P', GENERATE_COUNT(places), places},
    {'D', GENERATE_COUNT(distances), distances},
};

const struct generate_family generate_geo = GENERATE_FAMILY_WITH(patterns, words);
