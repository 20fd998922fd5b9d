/* fakes/redis/table/command_facts.h - what a command is known for beyond what its execution needs:
 * when it came, how it uses its keys, which categories of ACL it belongs to. */
#ifndef FAKE_REDIS_COMMAND_FACTS_H
#define FAKE_REDIS_COMMAND_FACTS_H

#include "fakes/redis/table/command.h"

struct fake_command_facts {
    const char *name;
    const char *since, *group; /* as COMMAND DOCS tells; empty for what is no command of Redis's */
    const char *keys;          /* key specs, see command_facts_list.h */
    const char *tips;          /* separated by blanks */
};

const struct fake_command_facts *fake_command_facts(const struct fake_command *command);

/* False: not of that version, or no command at all, like the words with which HTTP begins. */
bool fake_command_is_listed(enum fake_version version, const struct fake_command *command);
/* As "get" or "client|setname", in any case; NULL: not known. */
const struct fake_command *fake_command_find_path(enum fake_version version, struct fl_span path);

/* X(NAME, name), in the order in which Redis lists them. */
#define FAKE_CATEGORY_LIST(X)                                                                      \
    X(KEYSPACE, "keyspace")                                                                        \
    X(READ, "read")                                                                                \
    X(WRITE, "write")                                                                              \
    X(SET, "set")                                                                                  \
    X(ZSET, "sortedset")                                                                           \
    X(LIST, "list")                                                                                \
    X(HASH, "hash")                                                                                \
    X(STRING, "string")                                                                            \
    X(BITMAP, "bitmap")                                                                            \
    X(HYPERLOGLOG, "hyperloglog")                                                                  \
    X(GEO, "geo")                                                                                  \
    X(STREAM, "stream")                                                                            \
    X(PUBSUB, "pubsub")                                                                            \
    X(ADMIN, "admin")                                                                              \
    X(FAST, "fast")                                                                                \
    X(SLOW, "slow")                                                                                \
    X(BLOCKING, "blocking")                                                                        \
    X(DANGEROUS, "dangerous")                                                                      \
    X(CONNECTION, "connection")                                                                    \
    X(TRANSACTION, "transaction")                                                                  \
    X(SCRIPTING, "scripting")

#define FAKE_CATEGORY_ENUM(name, text) FAKE_CATEGORY_##name,
enum fake_category { FAKE_CATEGORY_LIST(FAKE_CATEGORY_ENUM) FAKE_CATEGORIES };
#undef FAKE_CATEGORY_ENUM

/* A bit for each category: 1 << enum fake_category. */
unsigned fake_command_categories(const struct fake_command *command);
const char *fake_category_name(enum fake_category category);
/* In any case of letters, without "@". False: unknown. */
bool fake_category_find(struct fl_span name, enum fake_category *ret_category);

#endif
