/* The new keys are made beside the old ones, so that a copy is whole or has not happened. */
#include "fakes/redis/engine/engine.h"

static bool copy_key(struct fake_database *target, const struct fake_redis_key *source)
{
    struct fake_redis_key *key = fake_key_create(target, source->name, source->type);
    if (!key || !fake_key_copy_value(target, key, source)) return false;
    key->copied = source->copied;
    key->accessed_ms = source->accessed_ms;
    fake_key_expire_at(target, key, source->expires_ms);
    return true;
}

static bool copy_database(struct fake_database *target, const struct fake_database *source)
{
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&source->keys, &i));)
        if (!copy_key(target, entry->value)) return false;
    return true;
}

/* A string that has got no bytes is what a failed copy leaves. */
static void discard(struct fake_database *fresh)
{
    for (unsigned i = 0; i < FAKE_REDIS_DATABASES; i++)
        fake_database_release(&fresh[i]);
}

static void touch_all(struct fake_database *db)
{
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&db->keys, &i));)
        fake_key_touch(db, fake_entry_key(entry));
}

bool fake_keyspace_copy(struct fake_redis *target, const struct fake_redis *source)
{
    struct fake_database fresh[FAKE_REDIS_DATABASES] = {0};
    for (unsigned i = 0; i < FAKE_REDIS_DATABASES; i++)
        fresh[i] =
            (struct fake_database){.engine = target, .id = i, .expires_hint_ms = FL_NEVER_US};
    for (unsigned i = 0; i < FAKE_REDIS_DATABASES; i++) {
        if (copy_database(&fresh[i], &source->databases[i])) continue;
        discard(fresh);
        return false;
    }
    for (unsigned i = 0; i < FAKE_REDIS_DATABASES; i++) {
        struct fake_database *db = &target->databases[i];
        fake_database_flush(db);
        db->keys = fresh[i].keys;
        db->expires_hint_ms = fresh[i].expires_hint_ms;
        touch_all(db);
    }
    target->version_counter++;
    return true;
}
