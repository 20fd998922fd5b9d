#include "tests/conformance/generate.h"

static const struct generate_pattern patterns[] = {
    {30, "LPUSH L <V>"},
    {20, "RPUSH L <V>"},
    {6, "LPUSHX L <V>"},
    {4, "RPUSHX L V"},
    {12, "LPOP L"},
    {14, "RPOP L"},
    {4, "{LPOP|RPOP} L I"},
    {16, "LREM L I V"},
    {10, "LRANGE L I I"},
    {6, "LLEN L"},
    {5, "LINDEX L I"},
    {4, "LSET L I V"},
    {5, "LTRIM L I I"},
    {4, "LINSERT L {BEFORE|AFTER} V V"},
    {5, "LPOS L V [RANK 1|RANK -1|RANK 2|RANK 0] [COUNT 0|COUNT 2] [MAXLEN 0|MAXLEN 2]"},
    {14, "LMOVE L L {LEFT|RIGHT} {LEFT|RIGHT}"},
    {6, "RPOPLPUSH L L"},
    {5, "LMPOP {1 L|2 L L|3 L L L|0 L} {LEFT|RIGHT} [COUNT 2|COUNT 1|COUNT 0]"},
    {12, "BRPOP {L|L L|L L L} 0"},
    {10, "BLPOP {L|L L|L L L} 0"},
    {8, "BLMOVE L L {LEFT|RIGHT} {LEFT|RIGHT} 0"},
    {4, "BRPOPLPUSH L L 0"},
    {3, "BLMPOP 0 {1 L|2 L L} {LEFT|RIGHT} [COUNT 2]"},
};

const struct generate_family generate_lists = GENERATE_FAMILY(patterns);
