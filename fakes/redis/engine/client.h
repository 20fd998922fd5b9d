/* fakes/redis/engine/client.h - what CLIENT shows of a connection, and what a client may set about
 * its own.
 */
#ifndef FAKE_REDIS_CLIENT_H
#define FAKE_REDIS_CLIENT_H

#include "fakes/redis/engine/session.h"
#include "fakes/redis/table/command.h"

enum { FAKE_CLIENT_ADDRESS_BYTES = 128 };

/* An empty name takes the name away. False: an error was written. */
bool fake_client_set_name(struct fake_call *call, struct fl_span name);
/* "host:port": the session's name when that is one, else one that is made up. */
const char *fake_client_address(const struct fake_redis_session *session,
                                char buffer[static FAKE_CLIENT_ADDRESS_BYTES]);
/* The line that CLIENT LIST shows. */
void fake_client_describe(struct fake_out *out, const struct fake_redis_session *session);
/* NULL: there is no such client. */
struct fake_redis_session *fake_client_find(const struct fake_redis *engine, int64_t id);

enum fake_client_type {
    FAKE_CLIENT_NORMAL,
    FAKE_CLIENT_MASTER,
    FAKE_CLIENT_REPLICA,
    FAKE_CLIENT_PUBSUB,
};
enum fake_client_type fake_client_type(const struct fake_redis_session *session);
/* False: an error was written. */
bool fake_client_parse_type(struct fake_call *call, struct fl_span name,
                            enum fake_client_type *ret_type);

/* A command with its reply is over: CLIENT REPLY SKIP counts for one. */
static inline void fake_client_command_done(struct fake_redis_session *session)
{
    if (!session->output.muted && !session->skips_next) return;
    session->output.muted = session->is_silent || session->skips_next;
    session->skips_next = false;
}

#endif
