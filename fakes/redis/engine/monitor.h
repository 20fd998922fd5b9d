/* fakes/redis/engine/monitor.h - what MONITOR shows of each executed command. */
#ifndef FAKE_REDIS_MONITOR_H
#define FAKE_REDIS_MONITOR_H

#include "fakes/redis/table/command.h"

/* Shows a command to all that monitor, as one line: the time, the database selected now, who sent
 * it
 * ("lua": a script), the arguments in quotes, secrets left out. */
void fake_monitor_show(const struct fake_call *call);
/* The same of a command that has run, unless it is not for their eyes. */
static inline bool fake_monitor_shows(const struct fake_command *command)
{
    return !(command->flags & (FAKE_CMD_ADMIN | FAKE_CMD_SKIP_MONITOR));
}
/* The session monitors no more. */
void fake_monitor_leave(struct fake_redis_session *session);
/* Who monitors must not touch keys, as if it were a replica. */
bool fake_monitor_forbids(const struct fake_redis_session *session,
                          const struct fake_command *command, const struct fl_span *args);

#endif
