/* harness/run/server.h - the fake Redis as processes of a world reach it: a transport in process.
 *
 * The bytes of the real codec go in and out of sessions of the fake. A call never waits but for a
 * blocked pop. The connections of a process close with it. */
#ifndef HARNESS_RUN_SERVER_H
#define HARNESS_RUN_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "fakes/redis/fake_redis.h"
#include "harness/world/world.h"
#include "redis/transport.h"

struct server_stream;

struct server {
    struct fake_redis *engine; /* borrowed */
    struct sim_world *world;   /* borrowed */
    int64_t start_wall_us;
    struct server_stream *streams; /* open ones, newest first */
    bool cut; /* the next batch to be sent loses its replies after `cut_after` */
    uint64_t cut_after;
};

/* One process's way to the server; storage of the caller, as long as the process. */
struct server_client {
    struct server *server;
    struct sim_process *process;
    const char *name; /* of its sessions: the process's */
    struct fl_clock clock;
};

void server_init(struct server *server, struct fake_redis *engine, struct sim_world *world,
                 int64_t start_wall_us);
/* The server's own wall clock; for the engine's options. */
struct fl_clock server_clock(struct server *server);
struct fl_transport server_transport(struct server_client *client);
/* The process is dead, or the run over: its connections close. */
void server_close_all(struct server_client *client);
/* The engine's on_output hook. */
void server_on_output(struct server *server, struct fake_redis_session *session);
/* As struct effect_wire wants it: of the next batch only so many replies arrive, then the
 * connection breaks. */
void server_lose_after(void *server, uint64_t replies);

#endif
