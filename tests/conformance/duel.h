/* tests/conformance/duel.h - the same commands to the fake and to the real server, step by step, on
 * several connections at once. */
#ifndef CONFORMANCE_DUEL_H
#define CONFORMANCE_DUEL_H

#include "core/buf.h"
#include "fakes/redis/fake_redis.h"
#include "tests/conformance/illness.h"
#include "tests/conformance/reply.h"
#include "tests/conformance/server.h"

enum {
    DUEL_CONNECTIONS = 5,
    DUEL_PENDING_MAX = 256,
    DUEL_WHY_BYTES = 4096,
    DUEL_RECEIVED_MAX = 64 * 1024 * 1024,
};

struct duel_connection {
    struct fake_redis_session *session;
    int fd;
    uint64_t fake_id, real_id; /* as the servers count */
    struct fl_buf received;    /* from the real server, not yet compared */
    struct duel_pending {      /* a command that has no reply yet */
        enum reply_kind kind;
        bool is_multi, is_exec;
        bool subscribes, confirmed; /* answered by confirmations; by one at least */
    } pending[DUEL_PENDING_MAX];
    size_t pending_count;
    enum reply_kind queued[DUEL_PENDING_MAX]; /* since MULTI */
    size_t queued_count;
    bool closed;
};

struct duel {
    const struct server *server;
    struct fake_redis *fake;
    int64_t offset_us; /* the fake's clock is ahead of the real one by this */
    int control; /* a connection of our own: what it asks comes after all that was sent before */
    struct duel_connection connections[DUEL_CONNECTIONS];
    bool ran_script;        /* since the reset */
    bool spoiled;           /* the real server has shown a fault of its own: compare no further */
    bool listens;           /* somebody may hear without having asked */
    struct illness illness; /* of the real server */
    uint64_t commands;
    char why[DUEL_WHY_BYTES]; /* the first difference */
};

/* Borrows the server. False: could not connect, or out of memory. */
bool duel_open(struct duel *duel, const struct server *server);
void duel_close(struct duel *duel);
/* Both empty, scripts forgotten, all connections fresh. */
bool duel_reset(struct duel *duel);
/* Sends one command on a connection and compares everything that follows. An argument "@2" becomes
 * the id of connection 2, on either side its own. False: they differ, see `why`. */
bool duel_command(struct duel *duel, size_t connection, const struct fl_span *args, size_t count);
/* As above with bytes that may be anything; `replies` of them are expected. */
bool duel_bytes(struct duel *duel, size_t connection, struct fl_span bytes, size_t replies);
/* Compares what connections have got without having asked. */
bool duel_settle(struct duel *duel);
/* The client of a connection goes and another comes. */
bool duel_reconnect(struct duel *duel, size_t connection);
/* The same without a look at what the others hear: a connection that can answer and expects
 * nothing. */
bool duel_refresh(struct duel *duel, size_t connection);
/* Lets every blocked command with a timeout time out on both sides. */
bool duel_time_out(struct duel *duel);
/* Both servers get into the states that illness_begin knows, or become "healthy". */
bool duel_state(struct duel *duel, struct fl_span name);
/* Compares all keys with types, values and whether they expire, and the fake with what follows its
 * writes; every connection of the fake is closed then. */
bool duel_states(struct duel *duel);

#endif
