#include "tests/conformance/generate.h"

/* X is a sorted set whose scores are all the same, without which BYLEX means nothing. */
static const struct generate_pattern patterns[] = {
    {4, "{BZPOPMIN|BZPOPMAX} {Z|Z Z} 0"},
    {3, "BZMPOP 0 {1 Z|2 Z Z} {MIN|MAX} [COUNT 2]"},
    {24, "ZADD Z [NX|XX] [GT|LT] [CH] <F U>"},
    {5, "ZADD Z [NX|XX|GT|LT] INCR F U"},
    {12, "ZREM Z <U>"},
    {6, "ZSCORE Z U"},
    {3, "ZMSCORE Z <U>"},
    {6, "ZINCRBY Z F U"},
    {5, "{ZRANK|ZREVRANK} Z U"},
    {5, "ZCARD Z"},
    {5, "ZCOUNT Z F F"},
    {12, "ZRANGE Z I I [REV] [WITHSCORES]"},
    {10, "ZRANGE Z F F BYSCORE [REV] [LIMIT 0 1|LIMIT 1 -1|LIMIT -1 2] [WITHSCORES]"},
    {4, "ZRANGE X {-|[a|(a|[b|(1} {+|[c|(b|[1} BYLEX [REV] [LIMIT 0 2]"},
    {10, "ZRANGEBYSCORE Z F F [WITHSCORES] [LIMIT 0 1|LIMIT 0 0|LIMIT 1 5]"},
    {5, "ZREVRANGEBYSCORE Z F F [WITHSCORES] [LIMIT 0 1]"},
    {4, "ZREVRANGE Z I I [WITHSCORES]"},
    {2, "{ZRANGEBYLEX|ZREVRANGEBYLEX} X {-|[a|+} {+|[c|-} [LIMIT 0 1]"},
    {2, "ZLEXCOUNT X {-|[a|(b} {+|[c|(c}"},
    {2, "ZRANGESTORE Z Z F F BYSCORE [REV] [LIMIT 0 2]"},
    {2, "ZRANGESTORE Z Z I I [REV]"},
    {6, "ZREMRANGEBYSCORE Z F F"},
    {5, "ZREMRANGEBYRANK Z I I"},
    {2, "ZREMRANGEBYLEX X {-|[a|(b} {+|[c|(c}"},
    {8, "{ZPOPMIN|ZPOPMAX} Z [1|2|0|-1]"},
    {4, "ZMPOP {1 Z|2 Z Z} {MIN|MAX} [COUNT 2]"},
    {6, "ZADD X [NX|XX] 0 U 0 U 0 U"},
    {2, "ZREM X U"},
    {2, "ZSCAN Z 0 [MATCH a*] COUNT 1000"},
    {3, "{ZUNION|ZINTER} {1 Z|2 Z Z|2 Z S|3 Z Z Z|2 K Z|0 Z} [WEIGHTS F F|WEIGHTS F F F|WEIGHTS 2 "
        "0.5] [AGGREGATE MIN|AGGREGATE MAX|AGGREGATE SUM] [WITHSCORES]"},
    {3, "{ZUNIONSTORE|ZINTERSTORE} Z {1 Z|2 Z Z|2 Z S|3 Z Z Z|2 K Z|0 Z} [WEIGHTS F F|WEIGHTS F F "
        "F|WEIGHTS 2 0.5] [AGGREGATE MIN|AGGREGATE MAX|AGGREGATE SUM]"},
    {2, "ZDIFF {1 Z|2 Z Z|2 Z S|3 Z Z Z|2 K Z|0 Z} [WITHSCORES]"},
    {1, "ZDIFFSTORE Z {1 Z|2 Z Z|2 S Z|3 Z Z Z}"},
    {2, "ZINTERCARD {1 Z|2 Z Z|2 Z S|0 Z} [LIMIT I]"},
    {2, "ZRANDMEMBER Z {0|1000} [WITHSCORES]"},
};

const struct generate_family generate_zsets = GENERATE_FAMILY(patterns);
