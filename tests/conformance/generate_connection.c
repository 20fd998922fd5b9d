#include "tests/conformance/generate.h"

/* Also what nobody should send: unknown commands, and known ones with too few arguments. */
static const struct generate_pattern patterns[] = {
    {2, "SELECT {0|1}"}, {2, "PING [V]"},   {2, "ECHO V"},
    {1, "PUBLISH c V"},  {1, "NOSUCH V V"}, {1, "{LPUSH|GET|HSET|ZADD|EXPIRE|LMOVE|EVAL|EXEC 1} K"},
    {1, "RESET"},
};

const struct generate_family generate_connection = GENERATE_FAMILY(patterns);
