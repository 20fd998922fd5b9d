/* fakes/redis/fake_redis.h - a Redis in memory that answers as Redis 7.0 does: bytes in, bytes out.
 *
 * No sockets, no threads, no clock of its own. A caller opens sessions, feeds them the bytes a
 * client would send and takes the bytes that the server would answer. All of a command happens
 * inside the call that completes it, and everything that follows from it for other sessions (a
 * blocked pop that is served) happens before that call returns: a run is a pure function of the
 * calls and of the clock.
 *
 * Time is the wall time of the options' clock, in milliseconds as Redis counts: a key is dead once
 * now > its expiry, strictly, and no command sees a dead key. The clock is read at the start of
 * each command; nothing happens by the passing of time until fake_redis_advance().
 *
 * Out of memory answers an error that begins with "OOM" or closes the session. Everything that
 * grows has a bound below. Not thread-safe; any number of engines may live side by side. */
#ifndef FAKE_REDIS_H
#define FAKE_REDIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/span.h"
#include "ports/clock.h"

enum {
    FAKE_REDIS_DATABASES = 16,
    FAKE_REDIS_ARGS_MAX = 1024 * 1024,                /* arguments of one command */
    FAKE_REDIS_BULK_BYTES_MAX = 512 * 1024 * 1024,    /* one argument, one string value */
    FAKE_REDIS_INLINE_BYTES_MAX = 64 * 1024,          /* one inline command, one RESP header line */
    FAKE_REDIS_INPUT_BYTES_MAX = 1024 * 1024 * 1024,  /* fed and not yet executed, a session */
    FAKE_REDIS_OUTPUT_BYTES_MAX = 1024 * 1024 * 1024, /* answered and not yet taken, a session */
    FAKE_REDIS_SESSIONS_MAX = 100 * 1000,
    FAKE_REDIS_QUEUED_MAX = 1024 * 1024,        /* commands between MULTI and EXEC */
    FAKE_REDIS_SCRIPTS_MAX = 10 * 1000,         /* scripts in the cache */
    FAKE_REDIS_TRACKED_KEYS_MAX = 1000 * 1000,  /* that CLIENT TRACKING remembers */
    FAKE_REDIS_SUBSCRIPTIONS_MAX = 1024 * 1024, /* channels and patterns of one session */
    /* A subscriber with more unread output is hung up and loses it: with so much at once, or with
     * so much for longer than so many seconds. */
    FAKE_REDIS_SUBSCRIBER_BYTES_MAX = 32 * 1024 * 1024,
    FAKE_REDIS_SUBSCRIBER_SOFT_BYTES = 8 * 1024 * 1024,
    FAKE_REDIS_SUBSCRIBER_SOFT_S = 60,
    FAKE_REDIS_LUA_BYTES_MAX = 256 * 1024 * 1024,
};

struct fake_redis;         /* opaque: layout in engine.h */
struct fake_redis_session; /* opaque: layout in session.h */
struct fake_redis_key;     /* opaque: one key with its value, see "Looking without bytes" */

/* Where a reported command came from. */
enum fake_redis_origin {
    FAKE_REDIS_DIRECT,      /* sent by a client, executed at once */
    FAKE_REDIS_TRANSACTION, /* between MULTI and EXEC; reported when EXEC runs it */
    FAKE_REDIS_SCRIPT,      /* called by a script */
    FAKE_REDIS_SERVED,      /* a blocked pop that another command, a timeout or a state ended */
};

/* The type of the first byte of a reply; those behind the array come in protocol 3 only. */
enum fake_redis_reply {
    FAKE_REDIS_REPLY_NONE, /* the session is blocked: the reply is reported as FAKE_REDIS_SERVED */
    FAKE_REDIS_REPLY_STATUS,
    FAKE_REDIS_REPLY_ERROR,
    FAKE_REDIS_REPLY_INTEGER,
    FAKE_REDIS_REPLY_BULK,
    FAKE_REDIS_REPLY_NIL, /* null bulk or null array */
    FAKE_REDIS_REPLY_ARRAY,
    FAKE_REDIS_REPLY_MAP,
    FAKE_REDIS_REPLY_SET,
    FAKE_REDIS_REPLY_DOUBLE,
    FAKE_REDIS_REPLY_BOOL,
    FAKE_REDIS_REPLY_TEXT, /* a bulk string that tells its format */
    FAKE_REDIS_REPLY_PUSH, /* subscribed or unsubscribed */
};

struct fake_redis_event {
    const char *session_name; /* as given to fake_redis_open */
    unsigned db;              /* selected before the command ran */
    enum fake_redis_origin origin;
    const struct fl_span *args; /* args[0] is the name as the client spelled it */
    size_t count;
    enum fake_redis_reply reply;
    struct fl_span reply_bytes; /* the whole reply as RESP; empty for FAKE_REDIS_REPLY_NONE */
    bool wrote;                 /* the keyspace changed */
};

/* Callbacks must not call the engine, but for the looking functions. All may be NULL. */
struct fake_redis_hooks {
    void *context;
    /* After each executed command that passed its name and arity checks, in order of execution. */
    void (*on_command)(void *context, const struct fake_redis_event *event);
    /* A key is about to go because it is dead. */
    void (*on_expired)(void *context, unsigned db, struct fl_span key);
    /* A session that did not cause it has got output (a served or timed-out pop, a message) or was
     * hung up. Called before the feed or advance that caused it returns. */
    void (*on_output)(void *context, struct fake_redis_session *session);
    /* SHUTDOWN: all sessions are hung up on; whether and with what data the server comes again is
     * the caller's (fake_redis_restart, once the feed has returned). */
    void (*on_shutdown)(void *context);
    /* DEBUG SLEEP: the clock should go on by so much before this returns. NULL: it takes no time.
     */
    void (*on_sleep)(void *context, int64_t us);
};

struct fake_redis_options {
    struct fl_clock clock;
    const char *version;       /* NULL: "7.0.15"; 6.2, 7.0, 7.2 and 7.4 are told apart */
    uint64_t seed;             /* SPOP, SRANDMEMBER, RANDOMKEY, the run id */
    uint64_t writes_kept;      /* so many can be lost, at the cost of a second keyspace; 0: none */
    bool track_keys;           /* keeps the last writer of each key and the hash of all */
    size_t memory_max_bytes;   /* 0: none; above it the commands that need memory answer OOM */
    uint64_t script_steps_max; /* Lua instructions of one script; 0: 50 million */
    bool allows_debug;         /* DEBUG, as with enable-debug-command yes */
    struct fake_redis_hooks hooks;
};

/* Borrows what options point to until the engine is freed. NULL: out of memory. Cheap: a few small
 * allocations; the Lua state is made by the first script. */
struct fake_redis *fake_redis_new(const struct fake_redis_options *options);
/* Closes all sessions. NULL is fine. */
void fake_redis_free(struct fake_redis *engine);
/* As a fresh fake_redis_new(options), except that the Lua state and compiled scripts are kept for
 * speed; a client cannot tell (EVALSHA answers NOSCRIPT again). Closes all sessions. */
void fake_redis_reset(struct fake_redis *engine, const struct fake_redis_options *options);
/* From now on these are called instead of those of the options. */
void fake_redis_set_hooks(struct fake_redis *engine, const struct fake_redis_hooks *hooks);

/* ---- sessions
 * -------------------------------------------------------------------------------------- */

/* Copies `name`, which events carry; one like "127.0.0.1:40001" is the address that clients see.
 * NULL: out of memory or FAKE_REDIS_SESSIONS_MAX reached. */
struct fake_redis_session *fake_redis_open(struct fake_redis *engine, const char *name);
/* The client is gone: leaves every queue, drops MULTI and WATCH, discards unread output. Frees the
 * session. NULL is fine. */
void fake_redis_close(struct fake_redis_session *session);
const char *fake_redis_session_name(const struct fake_redis_session *session);
/* Whatever the caller ties to a session, to find it again in on_output; NULL until it is set. */
void fake_redis_session_attach(struct fake_redis_session *session, void *attached);
void *fake_redis_session_attached(const struct fake_redis_session *session);

struct fake_redis_session_info {
    uint64_t id;                /* as CLIENT ID answers */
    struct fl_span client_name; /* CLIENT SETNAME; empty: none */
    unsigned db;
    const char *last_command; /* its lower-case name; NULL: none yet */
    size_t waiting_bytes;     /* fed and not executed */
};
/* Valid until the next call on the engine. */
struct fake_redis_session_info fake_redis_session_info(const struct fake_redis_session *session);

/* Executes every command that is complete and appends the replies to the session's output; keeps an
 * incomplete rest. While the session is blocked, bytes wait. After the server has closed the
 * session (fake_redis_closed) bytes are ignored. Borrows the bytes for the call. */
void fake_redis_feed(struct fake_redis_session *session, const void *bytes, size_t length);
/* What the server has answered and nobody has consumed; valid until the next call on the engine. */
struct fl_span fake_redis_output(const struct fake_redis_session *session);
void fake_redis_consume(struct fake_redis_session *session, size_t count);
/* The server hung up (QUIT, a protocol error, a bound): what is in the output still arrives. */
bool fake_redis_closed(const struct fake_redis_session *session);
bool fake_redis_blocked(const struct fake_redis_session *session);

/* ---- time
 * ------------------------------------------------------------------------------------------ */

/* The earliest instant at which a blocked session times out, or CLIENT PAUSE holds no more, as wall
 * time of the engine's clock (ask again after that clock was stepped); FL_NEVER_US when none will.
 */
int64_t fake_redis_next_deadline_us(const struct fake_redis *engine);
/* The clock has moved: times out blocked sessions whose deadline is now or earlier, in the order of
 * their deadlines, and removes dead keys. */
void fake_redis_advance(struct fake_redis *engine);
/* As above, but dead keys are left to whoever looks at them: for a caller to whom real time passes
 * all the while, since finding them may mean a walk over all keys. */
void fake_redis_time_out(struct fake_redis *engine);
/* When this blocked session times out, as above, and another such instant: for a caller that knows
 * of the time until then that nothing happens in it. */
int64_t fake_redis_blocked_until_us(const struct fake_redis_session *session);
void fake_redis_block_until(struct fake_redis_session *session, int64_t until_us);
/* No key dies before this instant, as wall time; FL_NEVER_US: none will. */
int64_t fake_redis_next_expiry_us(const struct fake_redis *engine);

/* The i-th key of a command, counted from 0, as the command table tells where keys are. False: it
 * has no such key, or nobody knows the command. */
bool fake_redis_key_of(const struct fl_span *args, size_t count, size_t i, struct fl_span *ret_key);

/* ---- faults
 * ---------------------------------------------------------------------------------------- */

enum fake_redis_states {
    FAKE_REDIS_OOM = 1, /* commands that may need memory are refused */
    /* writes are refused; when it begins, blocked sessions get UNBLOCKED and are hung up */
    FAKE_REDIS_READONLY = 2,
    FAKE_REDIS_LOADING = 4,       /* all but the few that work while loading are refused */
    FAKE_REDIS_NOREPLICAS = 8,    /* writes are refused for want of replicas */
    FAKE_REDIS_MASTERDOWN = 16,   /* a replica without a master that serves no old data */
    FAKE_REDIS_MISCONF = 32,      /* saving fails: writes and PING are refused */
    FAKE_REDIS_BUSY = 64,         /* somebody's script runs on and on; SCRIPT KILL ends it */
    FAKE_REDIS_UNKILLABLE = 128,  /* with BUSY: that script has written, SCRIPT KILL is refused */
    FAKE_REDIS_CLUSTERDOWN = 256, /* whatever has a key is refused */
};
/* Replaces the set of states (a bit set of the enum; 0: healthy). */
void fake_redis_set_states(struct fake_redis *engine, unsigned states);
unsigned fake_redis_states(const struct fake_redis *engine);

enum { FAKE_REDIS_SLOTS = 16384, FAKE_REDIS_NODE_BYTES = 64 };
enum fake_redis_slots_state {
    FAKE_REDIS_SLOTS_HERE,
    FAKE_REDIS_SLOTS_MOVED,     /* served by `node` */
    FAKE_REDIS_SLOTS_MIGRATING, /* here, and keys that are gone already are asked of `node` */
    FAKE_REDIS_SLOTS_IMPORTING, /* still served by `node`, but here for who says ASKING */
};
struct fake_redis_slots {
    unsigned first, last; /* below FAKE_REDIS_SLOTS; last is included */
    enum fake_redis_slots_state state;
    char node[FAKE_REDIS_NODE_BYTES]; /* "127.0.0.1:7001" */
};
/* The engine becomes a node of a cluster that sees slots so; what is in no range nobody serves.
 * Copies the ranges; none: no cluster any more. FL_EINVAL: not a range of slots; FL_EBOUND,
 * FL_ENOMEM: nothing has changed. */
FL_CHECKED enum fl_error fake_redis_set_slots(struct fake_redis *engine,
                                              const struct fake_redis_slots *slots, size_t count);

/* Each command that is lost, oldest first, as it was executed: those of a script and a transaction
 * one by one, which together are one write. */
struct fake_redis_losses {
    void *context;
    void (*on_lost)(void *context, unsigned db, const struct fl_span *args, size_t count);
};
/* As when a replica takes over that lacks the last writes: the keyspace is what it was before
 * them, all connections are closed, scripts and states are gone. Fewer are lost when fewer have
 * been written since the last such accident. `losses` may be NULL. FL_EINVAL: more than the options
 * keep; FL_ENOMEM: nothing has changed, or a write could not be kept. */
FL_CHECKED enum fl_error fake_redis_failover(struct fake_redis *engine, uint64_t lose,
                                             const struct fake_redis_losses *losses);
enum fake_redis_kept {
    FAKE_REDIS_KEPT_ALL,
    FAKE_REDIS_KEPT_AOF, /* appendfsync everysec: whole seconds since the start, but at most the
                            options' number of writes is lost */
    FAKE_REDIS_KEPT_RDB, /* the last save: by SAVE, or 3600 s after a write, 300 s after the last
                            save and 100 writes, 60 s and 10,000 writes */
    FAKE_REDIS_KEPT_NOTHING,
};
/* As when the server dies and starts again with what it had kept; otherwise as a failover.
 * FL_EINVAL for AOF and RDB when the options keep no writes. */
FL_CHECKED enum fl_error fake_redis_restart(struct fake_redis *engine, enum fake_redis_kept kept,
                                            const struct fake_redis_losses *losses);
/* As CONFIG SET maxmemory by somebody else; 0: no limit. */
void fake_redis_set_memory_max(struct fake_redis *engine, size_t bytes);
/* As SCRIPT FLUSH by somebody else. */
void fake_redis_script_flush(struct fake_redis *engine);
/* The n-th block of memory that scripts ask for from now on is refused, as when memory is out; 0:
 * none is. False: memory is out for scripts altogether. */
bool fake_redis_script_memory_fails(struct fake_redis *engine, uint64_t nth);
/* As FLUSHALL by somebody else, or as a restart that lost its data (watchers notice). */
void fake_redis_flush_all(struct fake_redis *engine);
/* Deletes one key as eviction does. False: it was not there. */
bool fake_redis_evict(struct fake_redis *engine, unsigned db, struct fl_span key);
/* Moves the expiry of one key; false: absent, or without expiry. It dies when the new instant is
 * past. */
bool fake_redis_shift_ttl(struct fake_redis *engine, unsigned db, struct fl_span key,
                          int64_t delta_us);

/* ---- looking without bytes: sees live keys only, changes nothing
 * ------------------------------------ */

enum fake_redis_type {
    FAKE_REDIS_STRING,
    FAKE_REDIS_LIST,
    FAKE_REDIS_SET,
    FAKE_REDIS_ZSET,
    FAKE_REDIS_HASH,
    FAKE_REDIS_STREAM,
};

/* Grows with every change of the keyspace: equal values mean an equal keyspace (but for expiry). */
uint64_t fake_redis_version_counter(const struct fake_redis *engine);
/* Pointers and spans below stay valid until the engine runs another command or time advances. */
/* The live keys of a database ordered by their bytes; an array that the engine owns and reuses with
 * the next call. NULL with *ret_count == 0 when there are none or memory is out. */
const struct fake_redis_key *const *fake_redis_keys(struct fake_redis *engine, unsigned db,
                                                    size_t *ret_count);
/* The same of those that have a time to live. */
const struct fake_redis_key *const *fake_redis_mortal_keys(struct fake_redis *engine, unsigned db,
                                                           size_t *ret_count);
const struct fake_redis_key *fake_redis_find(const struct fake_redis *engine, unsigned db,
                                             struct fl_span key); /* NULL: absent or dead */
struct fl_span fake_redis_key_name(const struct fake_redis_key *key);
enum fake_redis_type fake_redis_key_type(const struct fake_redis_key *key);
/* Wall time, whole milliseconds; FL_NEVER_US: none. */
int64_t fake_redis_key_expires_us(const struct fake_redis_key *key);
/* Elements, members, fields or entries; bytes of a string. */
size_t fake_redis_length(const struct fake_redis_key *key);

/* One element: lists and strings fill `member`, hashes `member` (the field) and `value`, sorted
 * sets `member` and `score`, streams the id and the fields with their values in turn. */
struct fake_redis_element {
    struct fl_span member, value;
    double score;
    uint64_t id_ms, id_seq;
    const struct fl_span *fields;
    size_t field_count; /* with the values */
};
/* Walks lists from the left, sorted sets by score, streams by id, hashes and sets in order of
 * insertion, a string once. */
struct fake_redis_cursor {
    size_t position; /* start from a zeroed cursor */
};
bool fake_redis_next(const struct fake_redis_key *key, struct fake_redis_cursor *cursor,
                     struct fake_redis_element *ret_element);
/* Direct reads; false or an empty span when the key is absent, of another type, or has no such
 * element. */
bool fake_redis_list_at(const struct fake_redis_key *list, size_t index,
                        struct fl_span *ret_element);
bool fake_redis_hash_get(const struct fake_redis_key *hash, struct fl_span field,
                         struct fl_span *ret_value);
bool fake_redis_set_has(const struct fake_redis_key *set, struct fl_span member);
bool fake_redis_zset_score(const struct fake_redis_key *zset, struct fl_span member,
                           double *ret_score);
bool fake_redis_string(const struct fake_redis_key *string, struct fl_span *ret_value);

/* Who has changed a key last, also when it is gone. */
enum { FAKE_REDIS_WRITER_BYTES = 48 };
struct fake_redis_writer {
    const char *session_name; /* as given to fake_redis_open, cut to FAKE_REDIS_WRITER_BYTES */
    const char *command; /* "lpush", of a script the one that it called; NULL: no client's, but time
                            or an accident */
    int64_t at_us;       /* wall time of the engine's clock */
};
/* False: it was never changed, or options.track_keys is off. */
bool fake_redis_last_writer(const struct fake_redis *engine, unsigned db, struct fl_span key,
                            struct fake_redis_writer *ret_writer);
/* A number for all that the live keys hold, with types and expiries: the same contents, the same
 * number, in whatever order they were written. What streams and their consumer groups remember, and
 * when it was, is in it. Costs what has changed since it was last asked when options.track_keys is
 * on, else the whole keyspace, as the second one always does. */
uint64_t fake_redis_state_hash(const struct fake_redis *engine);
uint64_t fake_redis_state_hash_afresh(const struct fake_redis *engine);

/* The keyspace as text, the same for the same contents: databases in order, keys by bytes, a line
 * for each key, sets and hashes sorted. A key that will die shows how long it has still to live, by
 * the unit that a person would say it in: seconds (less than a minute), minutes, hours, days.
 *   db0 list "queue:default" ["b","a"]
 *   db0 hash "p1" ttl seconds {"beat":"1"}
 *   db0 zset "retry" [("x",1.5)]
 *   db0 stream "events" [1700000000000-0{"k":"v"}]
 * FL_ENOMEM; FL_EBOUND as `out` says. */
FL_CHECKED enum fl_error fake_redis_dump(struct fake_redis *engine, struct fl_buf *out);
/* What has changed from one dump to another, a line for each key: "+" has come, "-" is gone, "~" is
 * another. Of a changed value only what differs is shown, with how many elements before and behind
 * are the same where they have an order:
 *   + db0 string "k" "v"
 *   ~ db0 list "q" =2 -"a" +"b" =1
 *   ~ db0 hash "h" ttl none->hours -"f":"1" +"f":"2"
 * Nothing when they are equal. FL_EPARSE: not two dumps; FL_ENOMEM; FL_EBOUND as `out` says. */
FL_CHECKED enum fl_error fake_redis_diff(struct fl_span before, struct fl_span after,
                                         struct fl_buf *out);

#endif
