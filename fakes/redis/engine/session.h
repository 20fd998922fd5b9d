/* fakes/redis/engine/session.h - one client's connection as the server sees it. */
#ifndef FAKE_REDIS_SESSION_H
#define FAKE_REDIS_SESSION_H

#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/input.h"
#include "fakes/redis/engine/out.h"
#include "fakes/redis/engine/pubsub.h"

struct fake_queued {
    struct fake_queued *next;
    const struct fake_command *command;
    size_t bytes; /* of this block */
    size_t count;
    struct fl_span args[]; /* into the same block */
};

struct fake_watched {
    struct fake_database *db;
    struct fake_str *name;
};

struct fake_redis_session {
    struct fake_redis *engine;
    struct fake_redis_session *previous, *next;
    char *name;     /* the harness's; owned */
    void *attached; /* the harness's; borrowed */
    uint64_t id;
    struct fake_str *client_name;                    /* CLIENT SETNAME; NULL: none */
    struct fake_str *library_name, *library_version; /* CLIENT SETINFO; NULL: none */
    int64_t opened_us, active_us;
    bool is_client;                      /* else it runs the commands of scripts */
    const struct fake_call *script_call; /* what runs the script; NULL: is_client */
    struct fake_input input;
    struct fake_out output;
    unsigned db;
    bool closed;
    bool is_cut;                /* closed, and what it has not read is lost */
    struct fake_acl_user *user; /* NULL: the default user */
    bool is_stranger;           /* came when a password was needed, and has given none */
    const struct fake_command *last_command;

    bool in_multi;
    bool asking;      /* ASKING was the last command */
    bool abort_exec;  /* a command could not be queued */
    bool watch_fired; /* a watched key has changed */
    unsigned queued_flags_any, queued_flags_all;
    struct fake_queued *first_queued, *last_queued;
    size_t queued_count;
    size_t executing_count; /* by EXEC, now */
    struct fake_watched *watched;
    size_t watched_count, watched_capacity;

    struct fake_block *block; /* NULL: not blocked */
    struct fake_redis_session *previous_blocked, *next_blocked;
    struct fake_wakeup_place wakeups[FAKE_WAKEUPS];
    bool is_postponed; /* by CLIENT PAUSE */
    struct fake_redis_session *next_postponed;

    bool is_silent, skips_next; /* CLIENT REPLY OFF; CLIENT REPLY SKIP was the last command */
    bool stays;                 /* CLIENT NO-EVICT ON */
    bool monitors;
    struct fake_caching *caching; /* NULL: off */

    struct fake_dict subscribed[FAKE_TOPIC_KINDS]; /* name -> its struct fake_subscriber */
    uint32_t subscription_count;
    int64_t lagging_since_us; /* its output is over the soft limit; 0: it is not */
};

/* Executes one command of a client: checks, queues or runs it, then serves whom it made ready. */
void fake_session_execute(struct fake_redis_session *session, const struct fl_span *args,
                          size_t count);
/* Runs a command that passed its checks, and reports it. */
void fake_session_call(struct fake_redis_session *session, const struct fake_command *command,
                       const struct fl_span *args, size_t count, enum fake_redis_origin origin);
/* Reports a command whose reply begins at `mark` bytes of pending output. */
void fake_session_report(struct fake_redis_session *session, const struct fl_span *args,
                         size_t count, enum fake_redis_origin origin, size_t mark,
                         uint64_t version_before, unsigned db);
static inline size_t fake_session_mark(const struct fake_redis_session *session)
{
    return session->output.length - session->output.consumed;
}
enum fake_hang_up {
    FAKE_HANG_UP_AFTER_OUTPUT, /* what it was answered still arrives */
    FAKE_HANG_UP_AT_ONCE,
};
/* Closes a session from within the engine, whoever is running: it takes no more part in anything,
 * and leaves every queue before the harness gets control again. */
void fake_session_hang_up(struct fake_redis_session *session, enum fake_hang_up how);
/* Executes input that waited; a closed session leaves every queue. */
void fake_session_go_on(struct fake_redis_session *session);
/* Frees what the session holds, in every queue. */
void fake_session_release(struct fake_redis_session *session);

/* transactions.c */
void fake_transaction_queue(struct fake_redis_session *session, const struct fake_command *command,
                            const struct fl_span *args, size_t count);
void fake_transaction_discard(struct fake_redis_session *session);
/* EXEC was refused for `error`. */
void fake_transaction_abort(struct fake_redis_session *session, const char *error);

#endif
