#include "fakes/redis/engine/engine.h"

#include <stdio.h>

#include "core/digits.h"
#include "fakes/redis/acl/acl_log.h"
#include "fakes/redis/engine/blocking.h"
#include "fakes/redis/engine/caching.h"
#include "fakes/redis/engine/cluster.h"
#include "fakes/redis/engine/journal.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/engine/session.h"
#include "fakes/redis/engine/tracking.h"
#include "fakes/redis/lua/script.h"
#include "fakes/redis/table/config.h"

void fake_engine_read_clock(struct fake_redis *engine)
{
    engine->now_us = fl_clock_wall_us(engine->options.clock);
    engine->now_ms = engine->now_us / 1000;
}

bool fake_engine_out_of_memory(const struct fake_redis *engine)
{
    return (engine->states & FAKE_REDIS_OOM) || fake_engine_over_limit(engine);
}

bool fake_engine_over_limit(const struct fake_redis *engine)
{
    return engine->memory_max_bytes &&
           engine->heap.used_bytes + FAKE_ENGINE_BASE_BYTES > engine->memory_max_bytes;
}

/* From an all-zero engine, or one that keeps only its scripts. False: no memory for what follows
 * it. */
static bool start(struct fake_redis *engine, const struct fake_redis_options *options)
{
    engine->options = *options;
    if (!engine->options.version) engine->options.version = "7.0.15";
    engine->version = fake_version_parse(engine->options.version);
    engine->memory_max_bytes = options->memory_max_bytes;
    engine->dice.state = options->seed;
    for (unsigned i = 0; i < FAKE_REDIS_DATABASES; i++) {
        engine->databases[i].engine = engine;
        engine->databases[i].id = i;
        engine->databases[i].expires_hint_ms = FL_NEVER_US;
    }
    fake_engine_read_clock(engine);
    engine->started_us = engine->saved_us = engine->now_us;
    for (unsigned i = 0; i < FAKE_REDIS_DATABASES && options->track_keys; i++)
        if (!fake_tracking_start(&engine->databases[i])) return false;
    if (!engine->options.writes_kept) return true;
    engine->journal = fake_journal_new(engine);
    return engine->journal;
}

struct fake_redis *fake_redis_new(const struct fake_redis_options *options)
{
    struct fake_redis *engine = calloc(1, sizeof(*engine));
    if (!engine || start(engine, options)) return engine;
    fake_redis_free(engine);
    return NULL;
}

void fake_redis_set_hooks(struct fake_redis *engine, const struct fake_redis_hooks *hooks)
{
    engine->options.hooks = *hooks;
}

static void release(struct fake_redis *engine)
{
    while (engine->first_session)
        fake_redis_close(engine->first_session);
    fake_config_free(engine);
    fake_acl_free(engine);
    fake_acl_log_trim(engine, 0);
    fake_slowlog_trim(engine, 0);
    fake_str_free(&engine->heap, engine->master_host);
    for (unsigned i = 0; i < FAKE_REDIS_DATABASES; i++) {
        fake_database_release(&engine->databases[i]);
        fake_dict_release(&engine->heap, &engine->databases[i].waiting);
        fake_tracking_free(engine->databases[i].tracked);
    }
    for (int kind = 0; kind < FAKE_TOPIC_KINDS; kind++)
        fake_dict_release(&engine->heap, &engine->topics[kind]);
    fake_cached_free(engine);
    fake_out_release(&engine->scratch);
    free(engine->sorted);
    fake_cluster_free(engine->cluster);
    fake_journal_free(engine->journal);
}

void fake_redis_free(struct fake_redis *engine)
{
    if (!engine) return;
    release(engine);
    fake_scripts_free(engine->scripts);
    free(engine);
}

void fake_redis_reset(struct fake_redis *engine, const struct fake_redis_options *options)
{
    struct fake_redis_options copy = *options; /* may be the engine's own */
    release(engine);
    struct fake_scripts *scripts = engine->scripts;
    *engine = (struct fake_redis){.scripts = scripts};
    (void)start(engine, &copy); /* without a journal a failover says that memory was out */
    if (!scripts || fake_scripts_restart(scripts, engine->options.version)) return;
    fake_scripts_free(scripts);
    engine->scripts = NULL;
}

void fake_redis_advance(struct fake_redis *engine)
{
    fake_engine_read_clock(engine);
    if (engine->first_blocked) fake_blocking_expire(engine);
    fake_pubsub_drop_laggards(engine);
    fake_pause_expire(engine);
    for (unsigned i = 0; i < FAKE_REDIS_DATABASES; i++)
        fake_database_expire(&engine->databases[i]);
    fake_wakeups_run(engine);
}

void fake_redis_time_out(struct fake_redis *engine)
{
    fake_engine_read_clock(engine);
    if (engine->first_blocked) fake_blocking_expire(engine);
    fake_pubsub_drop_laggards(engine);
    fake_pause_expire(engine);
    fake_wakeups_run(engine);
}

int64_t fake_redis_next_expiry_us(const struct fake_redis *engine)
{
    int64_t next_ms = FL_NEVER_US, next_us;
    for (unsigned i = 0; i < FAKE_REDIS_DATABASES; i++)
        if (engine->databases[i].expires_hint_ms < next_ms)
            next_ms = engine->databases[i].expires_hint_ms;
    /* At its very millisecond it is alive still. */
    if (next_ms == FL_NEVER_US || __builtin_mul_overflow(next_ms + 1, 1000, &next_us))
        return FL_NEVER_US;
    return next_us;
}

/* ---- faults ---- */

void fake_redis_set_memory_max(struct fake_redis *engine, size_t bytes)
{
    engine->memory_max_bytes = bytes;
}

void fake_redis_script_flush(struct fake_redis *engine)
{
    if (engine->scripts) fake_scripts_forget(engine->scripts);
}

void fake_redis_flush_all(struct fake_redis *engine)
{
    for (unsigned i = 0; i < FAKE_REDIS_DATABASES; i++)
        fake_database_flush(&engine->databases[i]);
    fake_caching_flushed(engine);
    fake_journal_add_words(engine, 0, "FLUSHALL", (struct fl_span){0}, (struct fl_span){0});
}

bool fake_redis_evict(struct fake_redis *engine, unsigned db, struct fl_span name)
{
    if (db >= FAKE_REDIS_DATABASES) return false;
    fake_engine_read_clock(engine);
    struct fake_redis_key *key = fake_key_find(&engine->databases[db], name);
    if (!key) return false;
    fake_journal_add_words(engine, db, "DEL", name, (struct fl_span){0});
    fake_key_delete(&engine->databases[db], key);
    engine->stats.evicted_keys++;
    fake_key_notify(&engine->databases[db], FAKE_NOTIFY_EVICTED, "evicted", name);
    fake_wakeups_run(engine);
    return true;
}

bool fake_redis_shift_ttl(struct fake_redis *engine, unsigned db, struct fl_span name,
                          int64_t delta_us)
{
    if (db >= FAKE_REDIS_DATABASES) return false;
    fake_engine_read_clock(engine);
    struct fake_redis_key *key = fake_key_find(&engine->databases[db], name);
    if (!key || key->expires_ms == FL_NEVER_US) return false;
    int64_t when_ms;
    if (__builtin_add_overflow(key->expires_ms, delta_us / 1000, &when_ms)) return false;
    char when[FL_DIGITS_BYTES];
    fake_journal_add_words(engine, db, "PEXPIREAT", name, fl_digits(when_ms, when));
    fake_key_expire_at(&engine->databases[db], key, when_ms);
    fake_key_touch(&engine->databases[db], name);
    return true;
}
