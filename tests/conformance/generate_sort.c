#include "tests/conformance/generate.h"

/* Equals of a set come in the order of a hash table. So what is not given an order is sorted from
 * keys that never are sets: Q is a list that nothing else touches. */
static const struct generate_pattern patterns[] = {
    {6, "{RPUSH|LPUSH} Q <V>"},
    {2, "{RPUSH|LPUSH} Q 1 2 3 1 2 a b"},
    {2, "{LREM|LRANGE} Q I 1"},
    {6, "{SORT|SORT_RO} Q [BY t*|BY nosort|BY h*->a|BY *] [ALPHA] [DESC|ASC] [LIMIT I I] "
        "[GET t*|GET h*->a|GET #] [GET #|GET *|GET t*]"},
    {3, "SORT Q [BY t*|BY nosort|BY h*->a] [ALPHA] [DESC] [LIMIT I I] [GET t*|GET #] STORE {L|Q}"},
    {2, "SORT {Z|S} [DESC] [LIMIT I I] [GET t*] [STORE L]"},
    {2, "SORT {Z|S} ALPHA [DESC] [LIMIT I I] STORE L"},
    {3, "{SORT|SORT_RO} X BY nosort [DESC] [LIMIT I I] [GET t*]"},
    {2, "SORT S BY nosort [DESC] [LIMIT I I] STORE L"},
    {1, "{SORT|SORT_RO} K {FOO|LIMIT 1|GET|BY|STORE}"},
};

static const char *const lists[] = {"q1", "q2"};
static const struct generate_words words[] = {{'Q', GENERATE_COUNT(lists), lists}};

const struct generate_family generate_sort = GENERATE_FAMILY_WITH(patterns, words);
