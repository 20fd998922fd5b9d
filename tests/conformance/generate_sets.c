#include "tests/conformance/generate.h"

static const struct generate_pattern patterns[] = {
    {20, "SADD S <V>"},
    {10, "SREM S <V>"},
    {5, "SCARD S"},
    {8, "SMEMBERS S"},
    {6, "SISMEMBER S V"},
    {4, "SMISMEMBER S <V>"},
    {6, "SMOVE S S V"},
    {3, "{SINTER|SUNION|SDIFF} S [S] [S]"},
    {3, "{SINTERSTORE|SUNIONSTORE|SDIFFSTORE} S S [S]"},
    {2, "SINTERCARD {1 S|2 S S|0 S} [LIMIT 1|LIMIT 0|LIMIT -1]"},
    {3, "SRANDMEMBER S 1000"},
    {2, "SPOP S {1000|0|-1}"},
    {2, "SSCAN S 0 [MATCH a*|MATCH *] COUNT 1000"},
};

const struct generate_family generate_sets = GENERATE_FAMILY(patterns);
