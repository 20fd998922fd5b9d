/* harness/check/resync.c - the keys have changed with no command that could be followed: what they
 * hold now is taken as it is. A job that stood somewhere and does not any more is lost; one that
 * had ended and stands somewhere again is to be done again. */
#include "core/assert.h"
#include "harness/check/ledger.h"

static void forget_places(struct ledger *ledger, const char *accident)
{
    for (uint32_t i = 0; i < ledger->count; i++) {
        struct ledger_job *job = ledger->all[i];
        job->retry_count = -1;
        for (uint32_t k = 0; k < job->stand_count; k++)
            if (job->stands[k].count)
                ledger_remove(ledger, job, job->stands[k].key, job->stands[k].count, LEDGER_LOST,
                              accident);
    }
}

static void look_at(struct ledger *ledger, const struct fake_redis_key *real, const char *accident)
{
    struct ledger_key *key = ledger_key_of(ledger, fake_redis_key_name(real));
    struct fake_redis_cursor cursor = {0};
    struct fake_redis_element element;
    while (key && fake_redis_next(real, &cursor, &element)) {
        struct ledger_job *job = ledger_job_of(ledger, element.member, accident);
        if (job) ledger_add(ledger, job, key, 1);
    }
}

void ledger_resync(struct ledger *ledger, const char *accident, int64_t now_us)
{
    const char *kept = ledger_session(ledger, accident);
    size_t count;
    if (!kept) return;
    ledger->actor = NULL;
    ledger->now_us = now_us;
    forget_places(ledger, kept);
    const struct fake_redis_key *const *keys = fake_redis_keys(ledger->engine, 0, &count);
    for (size_t i = 0; i < count; i++)
        look_at(ledger, keys[i], kept);
    ledger_settle(ledger);
}
