#include "fakes/redis/engine/replication.h"

#include "fakes/redis/engine/dice.h"
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/table/config.h"

void fake_replication_id(const struct fake_redis *engine, enum fake_id what,
                         char hex[static FAKE_REPLICATION_ID_BYTES + 1])
{
    struct fake_dice dice = {engine->options.seed + (uint64_t)what};
    for (int i = 0; i < FAKE_REPLICATION_ID_BYTES; i++)
        hex[i] = "0123456789abcdef"[fake_dice_roll(&dice) >> 60];
    hex[FAKE_REPLICATION_ID_BYTES] = '\0';
}

void fake_replication_apply(struct fake_redis *engine)
{
    unsigned states = engine->states & ~(unsigned)(FAKE_REDIS_READONLY | FAKE_REDIS_MASTERDOWN);
    if (engine->master_host && fake_config_is_on(engine, "replica-read-only"))
        states |= FAKE_REDIS_READONLY;
    if (engine->master_host && !fake_config_is_on(engine, "replica-serve-stale-data"))
        states |= FAKE_REDIS_MASTERDOWN;
    if (states != engine->states) fake_redis_set_states(engine, states);
}
