#include "tests/conformance/generate.h"

static const struct generate_pattern patterns[] = {
    {20, "HSET H <U V>"},
    {6, "HMSET H <U V>"},
    {6, "HSETNX H U V"},
    {10, "HGET H U"},
    {6, "HMGET H <U>"},
    {10, "HGETALL H"},
    {8, "HDEL H <U>"},
    {4, "HEXISTS H U"},
    {4, "HLEN H"},
    {3, "{HKEYS|HVALS} H"},
    {2, "HSTRLEN H U"},
    {8, "HINCRBY H U I"},
    {5, "HINCRBYFLOAT H U F"},
    {2, "HSCAN H 0 [MATCH *a*] COUNT 1000"},
    {2, "HRANDFIELD H {0|1000} [WITHVALUES]"},
};

const struct generate_family generate_hashes = GENERATE_FAMILY(patterns);
