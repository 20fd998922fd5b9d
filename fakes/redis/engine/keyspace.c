#include "fakes/redis/engine/keyspace.h"

#include "core/assert.h"
#include "fakes/redis/engine/blocking.h"
#include "fakes/redis/engine/caching.h"
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/frequency.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/engine/tracking.h"
#include "fakes/redis/engine/watch.h"

static struct fake_heap *heap_of(struct fake_database *db)
{
    return &db->engine->heap;
}

static bool is_dead(const struct fake_redis_key *key, int64_t now_ms)
{
    return now_ms > key->expires_ms;
}

static void release_hash(struct fake_heap *heap, struct fake_dict *hash)
{
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(hash, &i));)
        fake_str_free(heap, entry->value);
    fake_dict_release(heap, hash);
}

void fake_key_release_value(struct fake_heap *heap, struct fake_redis_key *key)
{
    switch (key->type) {
    case FAKE_REDIS_STRING: fake_str_free(heap, key->string); break;
    case FAKE_REDIS_LIST: fake_deque_release(heap, &key->list); break;
    case FAKE_REDIS_SET: fake_dict_release(heap, &key->dict); break;
    case FAKE_REDIS_HASH: release_hash(heap, &key->dict); break;
    case FAKE_REDIS_ZSET: fake_zset_release(heap, &key->zset); break;
    case FAKE_REDIS_STREAM: fake_stream_free(heap, key->stream); break;
    }
}

static void empty_value(struct fake_redis_key *key, enum fake_redis_type type, int64_t now_ms)
{
    *key = (struct fake_redis_key){.name = key->name,
                                   .expires_ms = FL_NEVER_US,
                                   .type = type,
                                   .accessed_ms = now_ms,
                                   .frequency = FAKE_FREQUENCY_FIRST};
}

struct fake_redis_key *fake_key_peek(const struct fake_database *db, struct fl_span name,
                                     int64_t now_ms)
{
    struct fake_entry *entry = fake_dict_find(&db->keys, name);
    if (!entry || is_dead(entry->value, now_ms)) return NULL;
    return entry->value;
}

static void bury(struct fake_database *db, struct fake_redis_key *key)
{
    const struct fake_redis_hooks *hooks = &db->engine->options.hooks;
    if (hooks->on_expired) hooks->on_expired(hooks->context, db->id, key->name);
    db->engine->stats.expired_keys++;
    fake_key_notify(db, FAKE_NOTIFY_EXPIRED, "expired", key->name);
    struct fake_redis_session *toucher = db->engine->toucher;
    db->engine->toucher = NULL; /* it is time that changes the key */
    fake_key_delete(db, key);
    db->engine->toucher = toucher;
}

struct fake_redis_key *fake_key_look(struct fake_database *db, struct fl_span name)
{
    struct fake_entry *entry = fake_dict_find(&db->keys, name);
    if (!entry) return NULL;
    if (!is_dead(entry->value, db->engine->now_ms)) return entry->value;
    bury(db, entry->value);
    return NULL;
}

struct fake_redis_key *fake_key_find(struct fake_database *db, struct fl_span name)
{
    struct fake_redis_key *key = fake_key_look(db, name);
    if (!key) return NULL;
    if (__builtin_expect(db->engine->counts_accesses, 0)) fake_frequency_count(db->engine, key);
    key->accessed_ms = db->engine->now_ms;
    return key;
}

struct fake_redis_key *fake_key_create(struct fake_database *db, struct fl_span name,
                                       enum fake_redis_type type)
{
    struct fake_redis_key *key = fake_key_create_quietly(db, name, type);
    if (!key) return NULL;
    fake_key_notify(db, FAKE_NOTIFY_NEW, "new", name);
    fake_key_touch(db, name);
    return key;
}

struct fake_redis_key *fake_key_create_quietly(struct fake_database *db, struct fl_span name,
                                               enum fake_redis_type type)
{
    struct fake_redis_key *key = fake_alloc(heap_of(db), sizeof(*key));
    if (!key) return NULL;
    struct fake_entry *entry = fake_dict_insert(heap_of(db), &db->keys, name);
    if (!entry) {
        fake_release(heap_of(db), key, sizeof(*key));
        return NULL;
    }
    entry->value = key;
    key->name = fake_entry_key(entry);
    empty_value(key, type, db->engine->now_ms);
    fake_blocking_key_ready(db, key);
    return key;
}

struct fake_redis_key *fake_key_create_anew(struct fake_database *db, struct fl_span name,
                                            enum fake_redis_type type)
{
    struct fake_redis_key *key = fake_key_look(db, name);
    if (!key) return fake_key_create(db, name, type);
    fake_key_release_value(heap_of(db), key);
    empty_value(key, type, db->engine->now_ms);
    fake_blocking_key_ready(db, key);
    fake_key_notify(db, FAKE_NOTIFY_NEW, "new", name);
    fake_key_touch(db, name);
    return key;
}

void fake_key_overwrite(struct fake_database *db, struct fake_redis_key *key,
                        enum fake_redis_type type)
{
    if (key->type == FAKE_REDIS_STREAM) fake_blocking_key_ready(db, key);
    fake_key_release_value(heap_of(db), key);
    empty_value(key, type, db->engine->now_ms);
    fake_key_touch(db, key->name);
}

/* The entry is gone with the key's bytes; watchers are told first, while the name is alive. */
static void forget(struct fake_database *db, struct fake_redis_key *key)
{
    if (key->type == FAKE_REDIS_STREAM) fake_blocking_key_ready(db, key);
    fake_key_touch(db, key->name);
    struct fake_entry *entry = fake_dict_find(&db->keys, key->name);
    fl_assert(entry && entry->value == key);
    fake_dict_remove(heap_of(db), &db->keys, entry);
    fake_release(heap_of(db), key, sizeof(*key));
}

void fake_key_delete(struct fake_database *db, struct fake_redis_key *key)
{
    fake_key_release_value(heap_of(db), key);
    forget(db, key);
}

size_t fake_key_length(const struct fake_redis_key *key)
{
    switch (key->type) {
    case FAKE_REDIS_STRING: return key->string->length;
    case FAKE_REDIS_LIST: return key->list.count;
    case FAKE_REDIS_SET:
    case FAKE_REDIS_HASH: return key->dict.count;
    case FAKE_REDIS_ZSET: return fake_zset_count(&key->zset);
    case FAKE_REDIS_STREAM: return key->stream->length;
    }
    fl_panic("a key of no type");
}

bool fake_key_delete_empty(struct fake_database *db, struct fake_redis_key *key)
{
    bool stays = key->type == FAKE_REDIS_STRING || key->type == FAKE_REDIS_STREAM;
    if (stays || fake_key_length(key) > 0) return false;
    fake_key_notify(db, FAKE_NOTIFY_GENERIC, "del", key->name);
    fake_key_delete(db, key);
    return true;
}

void fake_key_alter(struct fake_database *db, struct fl_span name)
{
    db->engine->version_counter++;
    if (db->tracked) fake_tracking_touch(db, name);
}

void fake_key_touch(struct fake_database *db, struct fl_span name)
{
    fake_key_alter(db, name);
    if (db->engine->watchers) fake_watch_touch(db, name);
    if (db->engine->cached) fake_caching_touch(db->engine, name);
}

void fake_key_expire_at(struct fake_database *db, struct fake_redis_key *key, int64_t when_ms)
{
    key->expires_ms = when_ms;
    if (when_ms < db->expires_hint_ms) db->expires_hint_ms = when_ms;
}

struct fake_redis_key *fake_key_rename(struct fake_database *db, struct fake_redis_key *source,
                                       struct fake_database *target, struct fl_span name)
{
    struct fake_redis_key *key = fake_key_look(target, name);
    if (key)
        fake_key_release_value(heap_of(target), key);
    else
        key = fake_key_create_quietly(target, name, source->type);
    if (!key) return NULL;
    struct fl_span own = key->name;
    *key = *source;
    key->name = own;
    fake_key_expire_at(target, key, key->expires_ms);
    fake_blocking_key_ready(target, key);
    fake_key_notify(target, FAKE_NOTIFY_NEW, "new", name);
    forget(db, source);
    fake_key_touch(target, name);
    return key;
}

void fake_key_take_value(struct fake_redis_key *key, const struct fake_redis_key *value)
{
    struct fl_span name = key->name;
    int64_t expires_ms = key->expires_ms, accessed_ms = key->accessed_ms;
    uint8_t frequency = key->frequency;
    *key = *value;
    key->name = name;
    key->expires_ms = expires_ms;
    key->accessed_ms = accessed_ms;
    key->frequency = frequency;
}

static bool copy_dict(struct fake_heap *heap, struct fake_dict *target,
                      const struct fake_dict *source)
{
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(source, &i));) {
        struct fake_entry *copy = fake_dict_insert(heap, target, fake_entry_key(entry));
        if (!copy) return false;
        if (!entry->value) continue; /* a set */
        copy->value = fake_str_new(heap, fake_str_span(entry->value));
        if (!copy->value) return false;
    }
    return true;
}

static bool copy_list(struct fake_heap *heap, struct fake_deque *target,
                      const struct fake_deque *source)
{
    for (uint32_t i = 0; i < source->count; i++) {
        struct fake_str *copy = fake_str_new(heap, fake_str_span(*fake_deque_at(source, i)));
        if (copy && fake_deque_push(heap, target, FAKE_RIGHT, copy)) continue;
        fake_str_free(heap, copy);
        return false;
    }
    return true;
}

static bool copy_zset(struct fake_database *db, struct fake_zset *target,
                      const struct fake_zset *source)
{
    struct fake_zcursor at = {0};
    for (const struct fake_entry *member; (member = fake_zset_next(source, &at));)
        if (!fake_zset_add(heap_of(db), target, fake_entry_key(member), member->score))
            return false;
    return true;
}

bool fake_key_copy_value(struct fake_database *db, struct fake_redis_key *target,
                         const struct fake_redis_key *source)
{
    fl_assert(target->type == source->type);
    target->large = source->large;
    target->mixed = source->mixed;
    target->raw = source->raw;
    target->text = source->text;
    target->copied = true;
    switch (source->type) {
    case FAKE_REDIS_STRING:
        target->string = fake_str_new(heap_of(db), fake_str_span(source->string));
        return target->string;
    case FAKE_REDIS_LIST: return copy_list(heap_of(db), &target->list, &source->list);
    case FAKE_REDIS_SET:
    case FAKE_REDIS_HASH: return copy_dict(heap_of(db), &target->dict, &source->dict);
    case FAKE_REDIS_ZSET: return copy_zset(db, &target->zset, &source->zset);
    case FAKE_REDIS_STREAM:
        target->stream = fake_stream_copy(heap_of(db), source->stream);
        return target->stream;
    }
    fl_panic("a key of no type");
}

void fake_database_expire(struct fake_database *db)
{
    int64_t now_ms = db->engine->now_ms;
    if (now_ms <= db->expires_hint_ms || db->engine->keeps_dead_keys) return;
    int64_t next_ms = FL_NEVER_US;
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&db->keys, &i));) {
        struct fake_redis_key *key = entry->value;
        if (is_dead(key, now_ms))
            bury(db, key);
        else if (key->expires_ms < next_ms)
            next_ms = key->expires_ms;
    }
    db->expires_hint_ms = next_ms;
}

void fake_database_flush(struct fake_database *db)
{
    struct fake_cached *cached = db->engine->cached;
    db->engine->cached = NULL; /* that all is gone is told in one message, by the caller */
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&db->keys, &i));)
        fake_key_delete(db, entry->value);
    db->engine->cached = cached;
    fake_dict_release(heap_of(db), &db->keys);
    db->expires_hint_ms = FL_NEVER_US;
}

void fake_database_release(struct fake_database *db)
{
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&db->keys, &i));) {
        fake_key_release_value(heap_of(db), entry->value);
        fake_release(heap_of(db), entry->value, sizeof(struct fake_redis_key));
    }
    fake_dict_release(heap_of(db), &db->keys);
}
