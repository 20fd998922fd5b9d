#include "tests/conformance/generate.h"

/* P is a HyperLogLog, now and then a string that is none. */
static const struct generate_pattern patterns[] = {
    {8, "PFADD P V [V] [V] [V]"},
    {2, "PFADD P"},
    {3, "EVAL \"for i=1,ARGV[1] do redis.call('PFADD',KEYS[1],i*ARGV[2]) end return 1\" 1 P "
        "{50|700|1500} {1|3|7}"},
    {4, "PFCOUNT P [P] [P]"},
    {4, "PFMERGE P [P] [P]"},
    {4, "GET P"},
    {1, "{STRLEN|PERSIST|OBJECT ENCODING} P"},
    {1, "{SET P V|APPEND P V|RENAME P P|COPY P P|EXPIRE P 100}"},
    {2, "DEL P"},
    {1, "PFDEBUG {ENCODING|DECODE|TODENSE} P"},
    {1, "{PFADD|PFCOUNT|PFMERGE} K"},
};

static const char *const sketches[] = {"p1", "p2", "p3", "t1"};
static const struct generate_words words[] = {{'P', GENERATE_COUNT(sketches), sketches}};

const struct generate_family generate_hyperloglog = GENERATE_FAMILY_WITH(patterns, words);
