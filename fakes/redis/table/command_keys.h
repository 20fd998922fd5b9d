/* fakes/redis/table/command_keys.h - which arguments of a command are keys, and what it does with
 * them.
 *
 * Works for every command, also where the arguments tell (EVAL, ZUNION, XREAD, SORT STORE,
 * MIGRATE): what COMMAND GETKEYS answers, the checks of ACL, fault rules and recorders all ask
 * here. Allocates nothing, and needs a command whose arity fits (fake_command_arity_fits). */
#ifndef FAKE_REDIS_COMMAND_KEYS_H
#define FAKE_REDIS_COMMAND_KEYS_H

#include "fakes/redis/table/command.h"

/* How a key is used: one of the first four, with any of the others. */
enum fake_key_use {
    FAKE_KEY_READ = 1 << 0,       /* "RO": the value stays */
    FAKE_KEY_READ_WRITE = 1 << 1, /* "RW" */
    FAKE_KEY_OVERWRITE = 1 << 2,  /* "OW": whatever it was */
    FAKE_KEY_REMOVE = 1 << 3,     /* "RM": without a look at the value */
    FAKE_KEY_ACCESS = 1 << 4,     /* the value is told, copied or decides about others */
    FAKE_KEY_UPDATE = 1 << 5,
    FAKE_KEY_INSERT = 1 << 6,
    FAKE_KEY_DELETE = 1 << 7,
    FAKE_KEY_NOT = 1 << 8,        /* a channel of a shard */
    FAKE_KEY_INCOMPLETE = 1 << 9, /* there may be more */
    FAKE_KEY_VARIABLE = 1 << 10,  /* other arguments decide about the use */
};

/* Arguments first, first + step, ... up to last. */
struct fake_key_range {
    size_t first, last, step;
    unsigned use; /* enum fake_key_use */
};

enum { FAKE_KEY_RANGES_MAX = 3 };
struct fake_keys {
    struct fake_key_range ranges[FAKE_KEY_RANGES_MAX];
    size_t count; /* of ranges; none is empty */
};

enum fake_keys_found {
    FAKE_KEYS_FOUND,   /* none for a script without keys */
    FAKE_KEYS_NONE,    /* this command never has keys */
    FAKE_KEYS_INVALID, /* the arguments make no sense, which the command itself will say */
};

/* In the order in which Redis tells them; *ret_keys has no ranges unless FAKE_KEYS_FOUND. */
enum fake_keys_found fake_command_keys(const struct fake_command *command,
                                       const struct fl_span *args, size_t count,
                                       struct fake_keys *ret_keys);

/* Walks the keys: start with a zeroed cursor. The index of the next one, or 0: no more. */
struct fake_key_cursor {
    size_t range, index;
};
size_t fake_keys_next(const struct fake_keys *keys, struct fake_key_cursor *cursor,
                      unsigned *ret_use);

/* ---- key specs, for those who show them ---- */

enum fake_key_begin { FAKE_BEGIN_INDEX, FAKE_BEGIN_KEYWORD, FAKE_BEGIN_UNKNOWN };
enum fake_key_find { FAKE_FIND_RANGE, FAKE_FIND_KEYNUM, FAKE_FIND_UNKNOWN };
struct fake_key_spec {
    unsigned use;
    bool has_note;
    enum fake_key_begin begin;
    int start; /* of BEGIN_INDEX and BEGIN_KEYWORD */
    struct fl_span keyword;
    enum fake_key_find find;
    int last, step, limit; /* of FIND_RANGE */
};
/* Reads the next spec of command_facts.h's text and moves *text behind it. False: no more. */
bool fake_key_spec_next(const char **text, struct fake_key_spec *ret_spec);

#endif
