/* fakes/redis/engine/admission.h - may this command of a client run, or be queued, now? */
#ifndef FAKE_REDIS_ADMISSION_H
#define FAKE_REDIS_ADMISSION_H

#include "fakes/redis/engine/session.h"

/* The command's row. NULL: it may not, and an error was answered. */
const struct fake_command *fake_admit(struct fake_redis_session *session,
                                      const struct fl_span *args, size_t count);

#endif
