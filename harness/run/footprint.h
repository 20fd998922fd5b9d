/* harness/run/footprint.h - what an executed command of Redis touches: whole keys, as it turned
 * out. */
#ifndef HARNESS_RUN_FOOTPRINT_H
#define HARNESS_RUN_FOOTPRINT_H

#include "fakes/redis/fake_redis.h"
#include "harness/choice/access.h"

enum { FOOTPRINT_WAITING_MAX = 1024 };

/* Who stands in line for a list, as of the commands that have come by; zeroed is nobody. */
struct footprint {
    uint64_t waiting[FOOTPRINT_WAITING_MAX]; /* digests of session and keys, first come first */
    uint32_t waiting_count;
    uint64_t scripts; /* a digest of those that have been loaded */
    bool watched;     /* somebody has said WATCH: what an EXEC looks at is not known any more */
};

typedef void footprint_sink(void *context, uint64_t object, enum sim_touch touch);
/* Each key that the command has, and changed or only looked at. A command that had nothing to do
 * looked: a pop from an empty list is no write, but one that waits is. Of a script and a
 * transaction each command is told by itself. Commands on the whole keyspace, on clients or on the
 * server touch everything, as does whatever is not known here. In which order KEYS and SCAN list
 * keys counts as chance: whoever makes two keys makes them in any order. */
void footprint_command(struct footprint *footprint, const struct fake_redis_event *event,
                       footprint_sink *sink, void *context);
/* Such a command counts as no change of the keyspace. */
bool footprint_changes_an_expiry(const struct fake_redis_event *event);
/* An accident has befallen the server: what is known of its scripts is not what was. */
void footprint_forget(struct footprint *footprint);
/* What the keyspace does not show of the server's state. */
uint64_t footprint_digest(const struct footprint *footprint);

#endif
