/* fakes/redis/engine/states.h - whom the server's state refuses, in Redis's words and order of
 * checks. */
#ifndef FAKE_REDIS_STATES_H
#define FAKE_REDIS_STATES_H

#include "fakes/redis/engine/session.h"

/* A client's command that passed its name and arity checks. NULL: it may run or be queued. */
const char *fake_states_refusal(const struct fake_redis_session *session,
                                const struct fake_command *command, const struct fl_span *args);

/* The command's flags; a script that declares what it does counts as a command that does that. */
unsigned fake_states_flags(const struct fake_redis *engine, const struct fake_command *command,
                           const struct fl_span *args);
/* No write by its flags, and yet it may reach replicas: messages, scripts that promise nothing. */
bool fake_states_may_replicate(const struct fake_redis *engine, const struct fake_command *command,
                               const struct fl_span *args);
/* A script as a whole, before it runs; `flags` are enum fake_script_flags. */
const char *fake_states_script_refusal(const struct fake_redis *engine, unsigned flags);
/* A write that a script is about to do, but for want of memory. */
const char *fake_states_write_refusal(const struct fake_redis *engine);
/* The server knows its data to be old, and only what is flagged "stale" may run. */
bool fake_states_is_stale(const struct fake_redis *engine);

/* The words of one state's refusal. */
const char *fake_states_text(enum fake_redis_states state);

#endif
