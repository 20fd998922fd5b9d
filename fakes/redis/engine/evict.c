#include "fakes/redis/engine/evict.h"

#include "core/assert.h"
#include "fakes/redis/table/config.h"

enum order { BY_NOTHING, BY_CHANCE, BY_USE, BY_LIFE };

struct policy {
    enum order order;
    bool volatile_only; /* keys that will die */
};

static struct policy policy_of(const struct fake_redis *engine)
{
    char buffer[FAKE_CONFIG_TEXT_BYTES];
    const struct fake_config_row *row = fake_config_find(FL_SPAN("maxmemory-policy"));
    struct fl_span text = fake_config_text(engine, row, buffer);
    struct policy policy = {.volatile_only = fl_span_starts(text, FL_SPAN("volatile-"))};
    if (fl_span_is(text, "volatile-ttl"))
        policy.order = BY_LIFE;
    else if (fl_span_glob(FL_SPAN("*-random"), text))
        policy.order = BY_CHANCE;
    else if (!fl_span_is(text, "noeviction"))
        policy.order = BY_USE;
    return policy;
}

struct choice {
    struct fake_database *db;
    const struct fake_redis_key *key;
    uint64_t seen; /* candidates so far */
};

static bool is_better(struct fake_redis *engine, const struct policy *policy,
                      const struct choice *choice, const struct fake_redis_key *key)
{
    switch (policy->order) {
    case BY_NOTHING: return false;
    case BY_CHANCE: return fake_dice_roll(&engine->dice) % choice->seen == 0;
    case BY_USE: return !choice->key || key->accessed_ms < choice->key->accessed_ms;
    case BY_LIFE: return !choice->key || key->expires_ms < choice->key->expires_ms;
    }
    return false;
}

static void choose(struct fake_database *db, const struct policy *policy, struct choice *choice)
{
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&db->keys, &i));) {
        const struct fake_redis_key *key = entry->value;
        if (policy->volatile_only && key->expires_ms == FL_NEVER_US) continue;
        choice->seen++;
        if (!is_better(db->engine, policy, choice, key)) continue;
        choice->db = db;
        choice->key = key;
    }
}

/* False: there is no such key, or no memory to name it. */
static bool evict_one(struct fake_redis *engine, const struct policy *policy)
{
    struct choice choice = {0};
    for (unsigned i = 0; i < FAKE_REDIS_DATABASES; i++)
        choose(&engine->databases[i], policy, &choice);
    if (!choice.key) return false;
    struct fake_str *name = fake_str_new(&engine->heap, choice.key->name);
    if (!name) return false;
    (void)fake_redis_evict(engine, choice.db->id, fake_str_span(name)); /* or it is dead and gone */
    fake_str_free(&engine->heap, name);
    return true;
}

void fake_evict(struct fake_redis *engine)
{
    struct policy policy = policy_of(engine);
    while (policy.order != BY_NOTHING && fake_engine_over_limit(engine))
        if (!evict_one(engine, &policy)) return;
}
