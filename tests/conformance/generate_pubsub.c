#include "tests/conformance/generate.h"

static const struct generate_pattern patterns[] = {
    {8, "SUBSCRIBE <C>"},
    {6, "UNSUBSCRIBE [C|C C]"},
    {5, "PSUBSCRIBE P [P]"},
    {4, "PUNSUBSCRIBE [P]"},
    {3, "SSUBSCRIBE C"},
    {2, "SUNSUBSCRIBE [C]"},
    {14, "PUBLISH C V"},
    {3, "SPUBLISH C V"},
    {1, "PUBSUB {CHANNELS|SHARDCHANNELS} [P]"},
    {1, "PUBSUB {NUMSUB|SHARDNUMSUB} <C>"},
    {1, "PUBSUB NUMPAT"},
    {1, "EVAL \"return redis.call('PUBLISH',KEYS[1],ARGV[1])\" 1 C V"},
    {4, "RESET"},
    {3, "HELLO {2|3}"},
    {1, "!reconnect"},
};

static const char *const channels[] = {"c1", "c2", "c3", "d", "\"\""};
static const char *const channel_patterns[] = {"c*", "c[12]", "c1", "?1", "d*", "x*"};

static const struct generate_words words[] = {
    {'C', GENERATE_COUNT(channels), channels},
    {'P', GENERATE_COUNT(channel_patterns), channel_patterns},
};

const struct generate_family generate_pubsub = GENERATE_FAMILY_WITH(patterns, words);
