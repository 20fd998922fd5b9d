/* fakes/redis/commands/object.h - how Redis would store a value. */
#ifndef FAKE_REDIS_OBJECT_H
#define FAKE_REDIS_OBJECT_H

#include "fakes/redis/engine/keyspace.h"

/* As OBJECT ENCODING tells it. */
const char *fake_object_encoding(const struct fake_redis_key *key);

#endif
