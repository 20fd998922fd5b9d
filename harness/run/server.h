/* harness/run/server.h - the fake Redis as processes of a world reach it: a transport in process.
 *
 * The bytes of the real codec go in and out of sessions of the fake. A call never waits but for a
 * blocked pop. The connections of a process close with it. */
#ifndef HARNESS_RUN_SERVER_H
#define HARNESS_RUN_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "fakes/redis/fake_redis.h"
#include "harness/effect/ports.h"
#include "harness/run/watcher.h"
#include "harness/world/wall_clock.h"
#include "harness/world/world.h"
#include "redis/transport.h"

struct server_stream;

/* What happens on the way to one batch of commands, and back. */
struct server_weather {
    bool swallowed;            /* it does not arrive */
    bool cut;                  /* `replies` arrive and `bytes` of the next one; it ends then */
    enum effect_wire_end ends; /* of a swallowed or cut one */
    uint64_t replies, bytes;
    uint64_t slice; /* so many bytes arrive at a time; 0: all that is there */
};

struct server {
    struct fake_redis *engine; /* borrowed */
    struct sim_world *world;   /* borrowed */
    struct wall_clock clock;
    struct server_stream *streams;     /* open ones, newest first */
    struct server_weather next;        /* of the batch that is sent next */
    int64_t refuses_until_us;          /* no connection is accepted before, in the world's time */
    const struct run_watcher *watcher; /* borrowed; NULL: nobody */
    bool has_cut_short;                /* a reply, of which not all has arrived */
    bool executes;                     /* between a feed and its telling */
};

/* One process's way to the server; storage of the caller, as long as the process. */
struct server_client {
    struct server *server;
    struct sim_process *process;
    const char *name; /* of its sessions: the process's */
    struct fl_clock clock;
};

/* A pop whose caller waits for a job, undisturbed on its way and on its way back. */
struct server_pop {
    struct server_stream *stream; /* NULL: before the first one */
    struct sim_process *process;  /* its caller */
    const char *role;
    int64_t asked_us, until_us; /* in run time; it was asked once and has not been prolonged */
};

void server_init(struct server *server, struct fake_redis *engine, struct sim_world *world,
                 int64_t start_wall_us);
/* The server's own wall clock; for the engine's options. */
struct fl_clock server_clock(struct server *server);
struct fl_transport server_transport(struct server_client *client);
/* The process is dead, or the run over: its connections close. */
void server_close_all(struct server_client *client);
/* When the first of all pops ends without a job, in run time; FL_NEVER_US: nobody waits. */
int64_t server_next_end_us(const struct server *server);
/* The next such pop; false: there are no more. */
bool server_next_pop(const struct server *server, struct server_pop *pop);
/* Its caller hears nothing of the time; until server_prolong. */
void server_pop_rest(struct server *server, const struct server_pop *pop);
/* It ends then, as if it had been asked again and again, with nothing each time. */
void server_pop_prolong(struct server *server, const struct server_pop *pop, int64_t until_us);
/* Those whose callers rest are woken by time again. */
void server_pop_resume(struct server *server, const struct server_pop *pop);
/* One conversation on a connection of its own, named so: commands as bytes, and what they are
 * answered at once is appended to `reply` (may be NULL). In harness memory. */
FL_CHECKED enum fl_error server_ask(struct server *server, const char *name, struct fl_span wire,
                                    struct fl_buf *reply);
/* The same of one command. */
FL_CHECKED enum fl_error server_ask_command(struct server *server, const char *name,
                                            const struct fl_span *args, uint32_t count,
                                            struct fl_buf *reply);
/* The engine's on_output hook. */
void server_on_output(struct server *server, struct fake_redis_session *session);
/* Its clock jumps, or runs at another rate: what is due by it happens now. In harness memory. */
void server_clock_jump(struct server *server, int64_t delta_us);
void server_clock_rate(struct server *server, uint32_t rate_of, uint32_t rate_in);
struct effect_wire server_wire(struct server *server);

#endif
