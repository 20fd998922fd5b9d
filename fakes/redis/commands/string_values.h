/* fakes/redis/commands/string_values.h - writing strings, for the three files of commands that do.
 */
#ifndef FAKE_REDIS_STRING_VALUES_H
#define FAKE_REDIS_STRING_VALUES_H

#include "fakes/redis/table/command.h"

/* Each answers false after writing its error. */
/* Whatever the key was, it is this string now, without expiry. */
bool fake_string_store(struct fake_call *call, struct fl_span name, struct fl_span bytes);
/* A string gets another value and keeps its expiry. */
bool fake_string_replace(struct fake_call *call, struct fake_redis_key *key, struct fl_span bytes);
/* A string, made when absent, of at least `length` bytes, to be edited in place. */
bool fake_string_extend(struct fake_call *call, struct fl_span name, size_t length,
                        struct fake_redis_key **ret_key);

#endif
