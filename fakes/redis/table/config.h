/* fakes/redis/table/config.h - the server's parameters: their values as texts, and what follows
 * from them.
 *
 * All are known, checked and kept; which of them change what the fake does is said in
 * docs/internals/fake-redis.md. */
#ifndef FAKE_REDIS_CONFIG_H
#define FAKE_REDIS_CONFIG_H

#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/out.h"
#include "fakes/redis/values/number.h"

enum { FAKE_CONFIG_TEXT_BYTES = 32 };

enum fake_config_kind {
    FAKE_CONFIG_FIXED,  /* by the command line only */
    FAKE_CONFIG_SWITCH, /* yes or no */
    FAKE_CONFIG_NUMBER,
    FAKE_CONFIG_BYTES,   /* with or without a unit: 1mb */
    FAKE_CONFIG_PERCENT, /* bytes, or a part of maxmemory: 5% */
    FAKE_CONFIG_CHOICE,
    FAKE_CONFIG_TEXT,
    FAKE_CONFIG_ALIAS,     /* an older name of another one */
    FAKE_CONFIG_PROTECTED, /* as enable-protected-configs says */
    FAKE_CONFIG_SAVE,      /* seconds and changes, in pairs */
    FAKE_CONFIG_LIMITS,    /* of output buffers, four words a class of clients */
    FAKE_CONFIG_SCORES,
    FAKE_CONFIG_PERCENTILES,
    FAKE_CONFIG_EVENTS, /* letters of keyspace events */
    FAKE_CONFIG_HOSTNAME,
};

struct fake_config_row {
    const char *name;
    enum fake_config_kind kind;
    const char *value, *limits;
};

size_t fake_config_count(void);
const struct fake_config_row *fake_config_at(size_t i); /* in the order of names */
/* In any case; NULL: unknown. An alias is not resolved. */
const struct fake_config_row *fake_config_find(struct fl_span name);
/* The row that an alias stands for, or the row itself. */
const struct fake_config_row *fake_config_resolve(const struct fake_config_row *row);

/* As CONFIG GET tells it, until the next change. */
struct fl_span fake_config_text(const struct fake_redis *engine, const struct fake_config_row *row,
                                char buffer[static FAKE_CONFIG_TEXT_BYTES]);
/* Of a NUMBER or BYTES; `name` is known. */
int64_t fake_config_number(const struct fake_redis *engine, const char *name);
bool fake_config_is_on(const struct fake_redis *engine, const char *name);

/* Checks a value and appends it as CONFIG GET will tell it. NULL: fine; else why not. */
const char *fake_config_check(const struct fake_redis *engine, const struct fake_config_row *row,
                              struct fl_span value, struct fake_out *ret_canonical);
/* Takes `value`, which passed the check, and does what follows from it. False: out of memory. */
bool fake_config_set(struct fake_redis *engine, const struct fake_config_row *row,
                     struct fake_str *value);
void fake_config_free(struct fake_redis *engine);

#endif
