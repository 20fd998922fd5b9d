/* fakes/redis/commands/expiry.h - the times at which keys die, as commands write them. */
#ifndef FAKE_REDIS_EXPIRY_H
#define FAKE_REDIS_EXPIRY_H

#include "fakes/redis/table/command.h"

enum fake_time_unit { FAKE_SECONDS, FAKE_MILLISECONDS };
enum fake_time_base { FAKE_RELATIVE, FAKE_ABSOLUTE };

/* For options and SETEX: must be positive. False: the error was written. */
bool fake_expiry_parse_positive(struct fake_call *call, struct fl_span text,
                                enum fake_time_unit unit, enum fake_time_base base,
                                int64_t *ret_when_ms);

#endif
