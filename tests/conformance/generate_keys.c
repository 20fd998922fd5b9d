#include "tests/conformance/generate.h"

/* DBSIZE is not asked: it counts keys that are dead and not yet touched. SWAPDB neither: it serves
 * those who wait for several keys in the order of a hash table. */
static const struct generate_pattern patterns[] = {
    {14, "DEL <K>"},
    {4, "UNLINK K"},
    {8, "EXISTS <K>"},
    {6, "TYPE K"},
    {2, "TOUCH <K>"},
    {8, "{EXPIRE K 100|PEXPIRE K 100000|EXPIREAT K 9999999999|PEXPIREAT K 9999999999999} "
        "[NX|XX|GT|LT]"},
    {3, "{PEXPIREAT K 1|EXPIRE K -1|PEXPIRE K 0|EXPIRE K x}"},
    {6, "{TTL|PTTL|EXPIRETIME|PEXPIRETIME} K"},
    {4, "PERSIST K"},
    {5, "RENAME K K"},
    {3, "RENAMENX K K"},
    {4, "COPY K K [REPLACE] [DB 1|DB 0]"},
    {2, "MOVE K 1"},
    {4, "KEYS {*|l*|?1|[lz]*}"},
    {2, "SCAN 0 COUNT 1000 [MATCH l*] [TYPE list|TYPE zset]"},
    {2, "OBJECT ENCODING K"},
    {1, "FLUSHDB"},
    {3, "!exchange K"},
};

const struct generate_family generate_keys = GENERATE_FAMILY(patterns);
