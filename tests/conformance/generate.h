/* tests/conformance/generate.h - a family of commands that the generator may send, as patterns.
 *
 * A new family is a file generate_<family>.c, which looks as its neighbours do, a row in
 * GENERATE_FAMILIES below, and a line in meson.build. In a pattern
 *     L S H Z T K   the name of a list, set, hash, sorted set, string, or of any key
 *     X             a sorted set whose scores are all the same
 *     Y             a stream
 *     V I F         a value, a small integer, a float or a bound of scores
 *     U             an element of a small set of names
 *     [a|b]         nothing or one of these
 *     {a|b}         one of these
 *     <p q>         one to three times
 * where each letter stands alone, between blanks and bars. Inside double quotes nothing has a
 * meaning. A family may have letters of its own: a list of words each, of which the first two
 * thirds are usual and the rest is not. For a key of a new type add its letter to key_kinds in
 * generator.c; its lower case is the name. What Redis leaves open is not asked, or its order is
 * made not to matter in reply.c. */
#ifndef CONFORMANCE_GENERATE_H
#define CONFORMANCE_GENERATE_H

#include <stddef.h>

/* The family, and how many of its commands are among the sum of this column: a job system pushes,
 * pops, schedules and keeps its books in hashes; all else is seldom. */
#define GENERATE_FAMILIES(X)                                                                       \
    X(lists, 220)                                                                                  \
    X(zsets, 180)                                                                                  \
    X(hashes, 110)                                                                                 \
    X(strings, 110)                                                                                \
    X(keys, 90)                                                                                    \
    X(sets, 80)                                                                                    \
    X(streams, 60)                                                                                 \
    X(transactions, 50)                                                                            \
    X(scripts, 45)                                                                                 \
    X(libraries, 20)                                                                               \
    X(sort, 24)                                                                                    \
    X(geo, 20)                                                                                     \
    X(hyperloglog, 20)                                                                             \
    X(clients, 40)                                                                                 \
    X(silence, 3)                                                                                  \
    X(pubsub, 40)                                                                                  \
    X(connection, 12)

struct generate_pattern {
    unsigned weight; /* among its family */
    const char *pattern;
};

struct generate_words {
    char letter;
    size_t count;
    const char *const *words;
};

struct generate_family {
    const struct generate_pattern *patterns;
    size_t pattern_count;
    const struct generate_words *words;
    size_t word_count;
};

#define GENERATE_COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define GENERATE_FAMILY(patterns)                                                                  \
    {                                                                                              \
        (patterns), GENERATE_COUNT(patterns), NULL, 0                                              \
    }
/* With letters of its own. */
#define GENERATE_FAMILY_WITH(patterns, words)                                                      \
    {                                                                                              \
        (patterns), GENERATE_COUNT(patterns), (words), GENERATE_COUNT(words)                       \
    }

#define GENERATE_DECLARE(name, share) extern const struct generate_family generate_##name;
GENERATE_FAMILIES(GENERATE_DECLARE)
#undef GENERATE_DECLARE

#endif
