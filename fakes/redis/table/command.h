/* fakes/redis/table/command.h - what a command is: one row of the table, and one call of a handler.
 */
#ifndef FAKE_REDIS_COMMAND_H
#define FAKE_REDIS_COMMAND_H

#include <stdint.h>

#include "fakes/redis/engine/keyspace.h"
#include "fakes/redis/engine/out.h"
#include "fakes/redis/engine/versions.h"

enum fake_command_flags {
    FAKE_CMD_READ = 1 << 0,
    FAKE_CMD_WRITE = 1 << 1,
    FAKE_CMD_DENYOOM = 1 << 2, /* refused when memory is out */
    FAKE_CMD_ADMIN = 1 << 3,
    FAKE_CMD_PUBSUB = 1 << 4,
    FAKE_CMD_NOSCRIPT = 1 << 5, /* not callable by scripts */
    FAKE_CMD_BLOCKING = 1 << 6,
    FAKE_CMD_LOADING = 1 << 7, /* works while loading */
    FAKE_CMD_STALE = 1 << 8,   /* works while the link to the master is down */
    FAKE_CMD_NO_ASYNC_LOADING = 1 << 9,
    FAKE_CMD_ALLOW_BUSY = 1 << 10, /* works while a script runs too long */
    FAKE_CMD_NO_AUTH = 1 << 11,    /* works before AUTH */
    FAKE_CMD_NO_MULTI = 1 << 12,
    FAKE_CMD_MOVABLE_KEYS = 1 << 13, /* the arguments tell where keys are */
    FAKE_CMD_NO_MANDATORY_KEYS = 1 << 14,
    FAKE_CMD_SKIP_MONITOR = 1 << 15,
    FAKE_CMD_SKIP_SLOWLOG = 1 << 16,
    FAKE_CMD_ASKING = 1 << 17,
    FAKE_CMD_FAST = 1 << 18,
    /* No flags of Redis's: */
    FAKE_CMD_DANGEROUS = 1 << 19, /* of that ACL category without being for administrators */
    FAKE_CMD_UNQUEUED = 1 << 20,  /* runs at once between MULTI and EXEC */
    FAKE_CMD_CONTAINER = 1 << 21, /* args[1] names a row "name|subcommand" */
    FAKE_CMD_FOR_ADMIN = 1 << 22, /* of the categories of FAKE_CMD_ADMIN without that flag */
};

/* What a command is about: the ACL category of its own, and the file that it stands in. */
enum fake_family {
    FAKE_FAMILY_SERVER,
    FAKE_FAMILY_CONNECTION,
    FAKE_FAMILY_KEYSPACE,
    FAKE_FAMILY_STRING,
    FAKE_FAMILY_BITMAP,
    FAKE_FAMILY_HYPERLOGLOG,
    FAKE_FAMILY_LIST,
    FAKE_FAMILY_HASH,
    FAKE_FAMILY_SET,
    FAKE_FAMILY_ZSET,
    FAKE_FAMILY_SORT, /* of lists, sets and sorted sets */
    FAKE_FAMILY_GEO,
    FAKE_FAMILY_STREAM,
    FAKE_FAMILY_TRANSACTION,
    FAKE_FAMILY_SCRIPTING,
    FAKE_FAMILY_PUBSUB,
};

struct fake_call {
    struct fake_redis *engine;
    struct fake_redis_session *session;
    struct fake_database *db;
    const struct fake_command *command;
    const struct fl_span *args; /* args[0] is the name */
    size_t count;
    struct fake_out *out;
};

struct fake_command {
    const char *name; /* lower case; "client|setname" for a subcommand */
    enum fake_family family;
    int arity; /* with the name; negative: at least */
    unsigned flags;
    int first_key, last_key, key_step; /* last_key < 0 counts from the end; first_key 0: no keys */
    void (*run)(struct fake_call *call);
};

/* The row of a name in any case; NULL: unknown, here and below to the version that is asked for. */
const struct fake_command *fake_command_find(enum fake_version version, struct fl_span name);
/* The same for the version of an engine, which keeps those that it was asked for at hand. */
const struct fake_command *fake_command_find_recent(struct fake_redis *engine, struct fl_span name);
/* The row of a container's subcommand. */
const struct fake_command *fake_command_find_sub(enum fake_version version,
                                                 const struct fake_command *container,
                                                 struct fl_span name);
size_t fake_command_count(void);
const struct fake_command *fake_command_at(size_t i); /* in the order of names; i < count */
static inline bool fake_command_arity_fits(const struct fake_command *command, size_t count)
{
    return command->arity >= 0 ? count == (size_t)command->arity : count >= (size_t)-command->arity;
}

/* ---- what handlers share ---- */

/* False: a reply of WRONGTYPE was written. Otherwise *ret_key is NULL when the key is absent. */
bool fake_call_find(struct fake_call *call, struct fl_span name, enum fake_redis_type type,
                    struct fake_redis_key **ret_key);
/* As above for what a command that writes only reads: who asks for it hears of a key that is
 * absent, as for every key of a command that only reads. */
bool fake_call_find_source(struct fake_call *call, struct fl_span name, enum fake_redis_type type,
                           struct fake_redis_key **ret_key);
/* As fake_call_find, and an absent key is made. False: an error was written (WRONGTYPE or OOM). */
bool fake_call_find_or_create(struct fake_call *call, struct fl_span name,
                              enum fake_redis_type type, struct fake_redis_key **ret_key);
/* False: "ERR value is not an integer or out of range" was written. */
bool fake_call_int(struct fake_call *call, struct fl_span text, int64_t *ret_value);
/* Both ends inclusive. `error` is written for anything else; NULL: what Redis says where nothing
 * special is. */
bool fake_call_int_range(struct fake_call *call, struct fl_span text, int64_t low, int64_t high,
                         const char *error, int64_t *ret_value);
/* Case-insensitive. */
bool fake_arg_is(struct fl_span arg, const char *word);
struct fake_heap *fake_call_heap(struct fake_call *call);
void fake_call_syntax_error(struct fake_call *call);
void fake_call_arity_error(struct fake_call *call);
void fake_call_oom(struct fake_call *call);
/* Negative indices count from the end; clamps to [0, length). False: the range is empty. */
bool fake_range_clamp(int64_t *start, int64_t *stop, size_t length);

#endif
