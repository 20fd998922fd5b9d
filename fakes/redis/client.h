/* fakes/redis/client.h - what a client may set about its own connection. */
#ifndef FAKE_REDIS_CLIENT_H
#define FAKE_REDIS_CLIENT_H

#include "fakes/redis/command.h"

/* An empty name takes the name away. False: an error was written. */
bool fake_client_set_name(struct fake_call *call, struct fl_span name);

/* Appends the line of CLIENT LIST with its line break. */
void fake_client_describe(struct fake_out *out, const struct fake_redis_session *session);

#endif
