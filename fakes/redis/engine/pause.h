/* fakes/redis/engine/pause.h - CLIENT PAUSE: commands that have to wait until the pause is over. */
#ifndef FAKE_REDIS_PAUSE_H
#define FAKE_REDIS_PAUSE_H

#include "fakes/redis/table/command.h"

enum fake_pause_kind { FAKE_PAUSE_NONE, FAKE_PAUSE_WRITES, FAKE_PAUSE_ALL };

struct fake_pause {
    enum fake_pause_kind kind;
    int64_t until_us;
    struct fake_redis_session *first, *last; /* who waits, in the order of coming */
};

/* The command has to wait: its session reads no more input, and begins with it once the pause is
 * over. Only while engine->pause.kind is set. */
bool fake_pause_postpones(struct fake_redis_session *session, const struct fake_command *command,
                          const struct fl_span *args);
/* The session waits no more. */
void fake_pause_leave(struct fake_redis_session *session);
/* Time has passed. */
void fake_pause_expire(struct fake_redis *engine);

#endif
