/* fakes/redis/engine/keyspace.h - databases of keys with values and expiries; who must hear of a
 * change does.
 *
 * Every lookup removes a dead key first, so no command ever sees one. After changing a value a
 * command calls fake_key_touch(); creating and deleting report themselves to blocked sessions and
 * watchers. Of the events that subscribers hear (notify.h), "new", "expired" and the "del" of what
 * was emptied are announced here, all others by the commands. */
#ifndef FAKE_REDIS_KEYSPACE_H
#define FAKE_REDIS_KEYSPACE_H

#include "fakes/redis/fake_redis.h"
#include "fakes/redis/values/deque.h"
#include "fakes/redis/values/dict.h"
#include "fakes/redis/values/stream.h"
#include "fakes/redis/values/zset.h"

/* Bounds of the compact encodings, beyond which SCAN pages and OBJECT ENCODING differs. */
enum {
    FAKE_HASH_LISTPACK_ENTRIES_MAX = 512,
    FAKE_ZSET_LISTPACK_ENTRIES_MAX = 128,
    FAKE_LISTPACK_VALUE_BYTES_MAX = 64,
    FAKE_INTSET_ENTRIES_MAX = 512,
};

struct fake_redis_key {
    struct fl_span name; /* the bytes of the dict's key */
    int64_t expires_ms;  /* FL_NEVER_US: never */
    enum fake_redis_type type;
    bool large;  /* was once too big for a compact encoding, a set: is no intset and no small one */
    bool mixed;  /* a set: holds a member that is no integer */
    bool raw;    /* a string: was edited in place */
    bool text;   /* a string: stays text though it may read as an integer */
    bool copied; /* a string: COPY made it, so that it is no shared integer */
    uint8_t frequency;   /* of use, see frequency.h */
    int64_t accessed_ms; /* by the last fake_key_find */
    union {
        struct fake_str *string;
        struct fake_deque list;
        struct fake_dict dict; /* sets (no values) and hashes (values: struct fake_str) */
        struct fake_zset zset;
        struct fake_stream *stream;
    };
};

/* Classes of keyspace events, as notify-keyspace-events names them by letters. */
enum fake_notify {
    FAKE_NOTIFY_KEYSPACE = 1 << 0, /* K: to __keyspace@db__:key */
    FAKE_NOTIFY_KEYEVENT = 1 << 1, /* E: to __keyevent@db__:event */
    FAKE_NOTIFY_GENERIC = 1 << 2,  /* g */
    FAKE_NOTIFY_STRING = 1 << 3,   /* $ */
    FAKE_NOTIFY_LIST = 1 << 4,     /* l */
    FAKE_NOTIFY_SET = 1 << 5,      /* s */
    FAKE_NOTIFY_HASH = 1 << 6,     /* h */
    FAKE_NOTIFY_ZSET = 1 << 7,     /* z */
    FAKE_NOTIFY_EXPIRED = 1 << 8,  /* x */
    FAKE_NOTIFY_EVICTED = 1 << 9,  /* e */
    FAKE_NOTIFY_STREAM = 1 << 10,  /* t */
    FAKE_NOTIFY_MISS = 1 << 11,    /* m, not part of A */
    FAKE_NOTIFY_NEW = 1 << 12,     /* n, not part of A */
    FAKE_NOTIFY_MODULE = 1 << 13,  /* d: never happens here */
};

struct fake_waiters; /* the sessions that wait for a key, see blocking.h */

struct fake_database {
    struct fake_redis *engine;
    unsigned id;
    struct fake_dict keys;        /* values: struct fake_redis_key */
    struct fake_dict waiting;     /* values: struct fake_waiters */
    int64_t expires_hint_ms;      /* no key of this database dies before it */
    struct fake_tracked *tracked; /* see tracking.h; NULL: not */
};

/* NULL: absent. */
struct fake_redis_key *fake_key_look(struct fake_database *db, struct fl_span name);
/* As fake_key_look for those who use the value, so that it is not idle. */
struct fake_redis_key *fake_key_find(struct fake_database *db, struct fl_span name);
/* As fake_key_look for those who may change nothing: a dead key is just not seen. */
struct fake_redis_key *fake_key_peek(const struct fake_database *db, struct fl_span name,
                                     int64_t now_ms);
/* A new key with an empty value; `name` must be absent. A new string or stream is NULL and must get
 * its value at once. NULL: out of memory. */
struct fake_redis_key *fake_key_create(struct fake_database *db, struct fl_span name,
                                       enum fake_redis_type type);
/* As above, but the caller announces "new", and touches it. */
struct fake_redis_key *fake_key_create_quietly(struct fake_database *db, struct fl_span name,
                                               enum fake_redis_type type);
/* As fake_key_create, and whatever was there is gone. NULL: out of memory, nothing changed. */
struct fake_redis_key *fake_key_create_anew(struct fake_database *db, struct fl_span name,
                                            enum fake_redis_type type);
/* Frees the value and makes it an empty one of `type` without expiry, as SET does to any old value.
 */
void fake_key_overwrite(struct fake_database *db, struct fake_redis_key *key,
                        enum fake_redis_type type);
void fake_key_delete(struct fake_database *db, struct fake_redis_key *key);
/* Deletes a list, set, hash or sorted set without elements, and announces "del"; true when it did.
 */
bool fake_key_delete_empty(struct fake_database *db, struct fake_redis_key *key);
size_t fake_key_length(const struct fake_redis_key *key);
/* Something has changed that neither WATCH nor CLIENT TRACKING takes for a change of the value: who
 * reads a stream, what is pending. */
void fake_key_alter(struct fake_database *db, struct fl_span name);
/* The value has changed. */
void fake_key_touch(struct fake_database *db, struct fl_span name);
/* FL_NEVER_US: no expiry any more. */
void fake_key_expire_at(struct fake_database *db, struct fake_redis_key *key, int64_t when_ms);
/* Moves the value and expiry of `source` to another key `name`, whose own value is gone, here or in
 * another database; `source` is gone. NULL: out of memory, nothing changed. */
struct fake_redis_key *fake_key_rename(struct fake_database *db, struct fake_redis_key *source,
                                       struct fake_database *target, struct fl_span name);
/* Copies the contents into an empty value. False: out of memory; the copy is partial. */
bool fake_key_copy_value(struct fake_database *db, struct fake_redis_key *target,
                         const struct fake_redis_key *source);

/* An empty value becomes `value`, whose contents are the key's then. */
void fake_key_take_value(struct fake_redis_key *key, const struct fake_redis_key *value);
/* Frees the contents of a value that is in no database. */
void fake_key_release_value(struct fake_heap *heap, struct fake_redis_key *value);

/* Removes keys that died before now. */
void fake_database_expire(struct fake_database *db);
/* Removes everything; watchers of existing keys notice, and the caller tells those who track keys.
 */
void fake_database_flush(struct fake_database *db);
/* All databases of `target` hold what those of `source` do, to which watchers are deaf. False: out
 * of memory, nothing changed. */
bool fake_keyspace_copy(struct fake_redis *target, const struct fake_redis *source);
/* Frees all storage; tells nobody. */
void fake_database_release(struct fake_database *db);

#endif
