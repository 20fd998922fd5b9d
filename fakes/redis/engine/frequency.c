#include "fakes/redis/engine/frequency.h"

#include "fakes/redis/table/config.h"

void fake_frequency_follow_policy(struct fake_redis *engine)
{
    char number[FAKE_CONFIG_TEXT_BYTES];
    struct fl_span policy =
        fake_config_text(engine, fake_config_find(FL_SPAN("maxmemory-policy")), number);
    engine->counts_accesses =
        fl_span_is(policy, "allkeys-lfu") || fl_span_is(policy, "volatile-lfu");
}

/* One step down for each so many minutes in which nobody asked. */
uint8_t fake_frequency_now(const struct fake_redis *engine, const struct fake_redis_key *key)
{
    static const int64_t minute_ms = 60 * 1000;
    int64_t decay = fake_config_number(engine, "lfu-decay-time");
    if (decay == 0) return key->frequency;
    int64_t steps = (engine->now_ms / minute_ms - key->accessed_ms / minute_ms) / decay;
    return (uint8_t)(steps < 0                ? key->frequency
                     : steps > key->frequency ? 0
                                              : key->frequency - steps);
}

/* The higher, the less likely is a step up. */
void fake_frequency_count(struct fake_redis *engine, struct fake_redis_key *key)
{
    uint8_t frequency = fake_frequency_now(engine, key);
    uint64_t above = frequency > FAKE_FREQUENCY_FIRST ? frequency - FAKE_FREQUENCY_FIRST : 0;
    uint64_t sides = above * (uint64_t)fake_config_number(engine, "lfu-log-factor") + 1;
    if (frequency < UINT8_MAX && fake_dice_roll(&engine->dice) % sides == 0) frequency++;
    key->frequency = frequency;
}
