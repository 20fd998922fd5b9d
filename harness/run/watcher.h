/* harness/run/watcher.h - who is told all that the server of a run hears, says and suffers, in
 * order: enough to ask another server the same.
 *
 * A watcher changes nothing. What it is given is borrowed for the call, which must not call the
 * engine, but for the looking functions. */
#ifndef HARNESS_RUN_WATCHER_H
#define HARNESS_RUN_WATCHER_H

#include <stddef.h>
#include <stdint.h>

#include "core/span.h"
#include "fakes/redis/fake_redis.h"

struct run_watcher {
    void *self;
    /* The server has executed these whole commands of a connection, but for what stands behind a
     * blocked pop. Every key that they found dead has been told before, what they gave to others is
     * told after. */
    void (*sent)(void *self, uint64_t connection, struct fl_span bytes);
    void (*answered)(void *self, uint64_t connection, struct fl_span bytes);
    /* By either side. */
    void (*hung_up)(void *self, uint64_t connection);
    void (*expired)(void *self, unsigned db, struct fl_span key);
    /* From now on these states (enum fake_redis_states) and this limit; 0: none. Told before
     * anybody notices, and again when nothing has changed. */
    void (*ailed)(void *self, unsigned states, size_t memory_max_bytes);
    void (*scripts_forgotten)(void *self);
    /* A fault has changed keys: the server holds what the engine does. */
    void (*keys_replaced)(void *self, struct fake_redis *engine);
    /* The run is judged; here the engine may be called. Dead keys are gone. */
    void (*ended)(void *self, struct fake_redis *engine);
};

#endif
