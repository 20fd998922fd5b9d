/* The hash of a database is the sum of its keys' hashes, so that it depends on no order and one key
 * can be taken out of it. */
#include "fakes/redis/engine/tracking.h"

#include "core/assert.h"
#include "fakes/redis/engine/session.h"
#include "fakes/redis/values/stream_groups.h"

struct record {
    struct fl_span name; /* the bytes of the dict's key */
    struct record *next_dirty;
    bool dirty;
    uint64_t hash; /* as it stands in the sum; 0: absent */
    int64_t at_us;
    const struct fake_command *command;    /* NULL: no client's */
    char session[FAKE_REDIS_WRITER_BYTES]; /* cut to this length */
};

struct fake_tracked {
    struct fake_heap heap;  /* ours: not the server's memory */
    struct fake_dict names; /* values: struct record */
    struct record *first_dirty;
    uint64_t sum;
    bool incomplete; /* a name could not be kept */
};

bool fake_tracking_start(struct fake_database *db)
{
    db->tracked = calloc(1, sizeof *db->tracked);
    return db->tracked;
}

void fake_tracking_free(struct fake_tracked *tracked)
{
    if (!tracked) return;
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&tracked->names, &i));)
        fake_release(&tracked->heap, entry->value, sizeof(struct record));
    fake_dict_release(&tracked->heap, &tracked->names);
    free(tracked);
}

static struct record *record_of(struct fake_tracked *tracked, struct fl_span name)
{
    struct fake_entry *entry = fake_dict_find(&tracked->names, name);
    if (entry) return entry->value;
    if (tracked->names.count >= FAKE_TRACKED_NAMES_MAX) return NULL;
    struct record *record = fake_alloc_zeroed(&tracked->heap, sizeof *record);
    entry = record ? fake_dict_insert(&tracked->heap, &tracked->names, name) : NULL;
    if (!entry) {
        fake_release(&tracked->heap, record, sizeof *record);
        return NULL;
    }
    entry->value = record;
    record->name = fake_entry_key(entry);
    return record;
}

void fake_tracking_touch(struct fake_database *db, struct fl_span name)
{
    const struct fake_redis *engine = db->engine;
    struct fake_tracked *tracked = db->tracked;
    struct record *record = record_of(tracked, name);
    if (!record) {
        tracked->incomplete = true;
        return;
    }
    const char *session = engine->writer ? engine->writer->name : "";
    record->at_us = engine->now_us;
    record->command = engine->writing;
    size_t length = strnlen(session, sizeof record->session - 1);
    memcpy(record->session, session, length);
    record->session[length] = '\0';
    if (record->dirty) return;
    record->dirty = true;
    record->next_dirty = tracked->first_dirty;
    tracked->first_dirty = record;
}

bool fake_redis_last_writer(const struct fake_redis *engine, unsigned db, struct fl_span key,
                            struct fake_redis_writer *ret_writer)
{
    const struct fake_tracked *tracked =
        db < FAKE_REDIS_DATABASES ? engine->databases[db].tracked : NULL;
    const struct fake_entry *entry = tracked ? fake_dict_find(&tracked->names, key) : NULL;
    if (!entry) return false;
    const struct record *record = entry->value;
    *ret_writer = (struct fake_redis_writer){
        .session_name = record->session,
        .command = record->command ? record->command->name : NULL,
        .at_us = record->at_us,
    };
    return true;
}

/* ---- hashes ---- */

static uint64_t mix(uint64_t hash)
{
    hash = (hash ^ (hash >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    hash = (hash ^ (hash >> 27)) * UINT64_C(0x94d049bb133111eb);
    return hash ^ (hash >> 31);
}

static uint64_t add_word(uint64_t hash, uint64_t word)
{
    return mix(hash ^ (word + UINT64_C(0x9e3779b97f4a7c15)));
}

static uint64_t add_bytes(uint64_t hash, struct fl_span bytes)
{
    hash = add_word(hash, bytes.length);
    while (bytes.length) {
        uint64_t word = 0;
        size_t length = bytes.length < sizeof word ? bytes.length : sizeof word;
        memcpy(&word, bytes.bytes, length);
        hash = add_word(hash, word);
        bytes = (struct fl_span){bytes.bytes + length, bytes.length - length};
    }
    return hash;
}

static uint64_t element_hash(const struct fake_redis_element *element)
{
    uint64_t score;
    double plain = element->score == 0 ? 0 : element->score; /* 0 and -0 are the same score */
    memcpy(&score, &plain, sizeof score);
    uint64_t hash = add_word(add_bytes(1, element->member), score);
    hash = add_bytes(hash, element->value);
    hash = add_word(add_word(hash, element->id_ms), element->id_seq);
    for (size_t i = 0; i < element->field_count; i++)
        hash = add_bytes(hash, element->fields[i]);
    return hash;
}

static uint64_t add_id(uint64_t hash, struct fake_stream_id id)
{
    return add_word(add_word(hash, id.ms), id.seq);
}

static uint64_t group_hash(const struct fake_group *group)
{
    uint64_t consumers = 0;
    uint32_t at = 0;
    uint64_t hash = add_id(add_bytes(1, fake_str_span(group->name)), group->last_id);
    hash = add_word(hash, (uint64_t)group->entries_read);
    for (struct fake_entry *entry; (entry = fake_dict_next(&group->consumers, &at));) {
        const struct fake_consumer *consumer = entry->value;
        consumers += add_word(add_bytes(2, fake_entry_key(entry)), (uint64_t)consumer->seen_ms);
    }
    for (uint32_t i = 0; i < group->pending.count; i++) {
        const struct fake_pending *pending = fake_pending_at(group, i);
        hash = add_bytes(add_id(hash, pending->id), fake_str_span(pending->consumer->name));
        hash = add_word(add_word(hash, (uint64_t)pending->delivered_ms), pending->deliveries);
    }
    return add_word(hash, consumers);
}

/* What a stream knows beside its entries. */
static uint64_t add_stream(uint64_t hash, const struct fake_stream *stream)
{
    uint64_t groups = 0;
    uint32_t at = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&stream->groups, &at));)
        groups += group_hash(entry->value);
    hash = add_id(add_id(hash, stream->last_id), stream->max_deleted_id);
    return add_word(add_word(hash, stream->entries_added), groups);
}

static uint64_t key_hash(const struct fake_redis_key *key)
{
    uint64_t hash =
        add_bytes(add_word((uint64_t)key->type + 1, (uint64_t)key->expires_ms), key->name);
    bool unordered = key->type == FAKE_REDIS_SET || key->type == FAKE_REDIS_HASH;
    uint64_t sum = 0;
    struct fake_redis_cursor cursor = {0};
    struct fake_redis_element element = {0};
    while (fake_redis_next(key, &cursor, &element)) {
        if (unordered)
            sum += element_hash(&element);
        else
            hash = add_word(hash, element_hash(&element));
    }
    hash = add_word(hash, sum);
    if (key->type == FAKE_REDIS_STREAM) hash = add_stream(hash, key->stream);
    return hash ? hash : 1;
}

static uint64_t sum_of_keys(const struct fake_database *db, bool dead_ones, int64_t now_ms)
{
    uint64_t sum = 0;
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&db->keys, &i));) {
        const struct fake_redis_key *key = entry->value;
        if ((now_ms > key->expires_ms) == dead_ones) sum += key_hash(key);
    }
    return sum;
}

/* The sum over what is stored, dead or not. */
static uint64_t tracked_sum(const struct fake_database *db)
{
    struct fake_tracked *tracked = db->tracked;
    while (tracked->first_dirty) {
        struct record *record = tracked->first_dirty;
        const struct fake_entry *entry = fake_dict_find(&db->keys, record->name);
        uint64_t hash = entry ? key_hash(entry->value) : 0;
        tracked->first_dirty = record->next_dirty;
        record->dirty = false;
        tracked->sum += hash - record->hash;
        record->hash = hash;
    }
    return tracked->sum;
}

static uint64_t database_sum(const struct fake_database *db, bool afresh, int64_t now_ms)
{
    if (afresh || !db->tracked || db->tracked->incomplete) return sum_of_keys(db, false, now_ms);
    uint64_t sum = tracked_sum(db);
    return now_ms > db->expires_hint_ms ? sum - sum_of_keys(db, true, now_ms) : sum;
}

static uint64_t hash_of_all(const struct fake_redis *engine, bool afresh)
{
    int64_t now_ms = fl_clock_wall_us(engine->options.clock) / 1000;
    uint64_t hash = 0;
    for (unsigned i = 0; i < FAKE_REDIS_DATABASES; i++) {
        uint64_t sum = database_sum(&engine->databases[i], afresh, now_ms);
        if (sum) hash += add_word(i, sum);
    }
    return hash;
}

uint64_t fake_redis_state_hash(const struct fake_redis *engine)
{
    return hash_of_all(engine, false);
}

uint64_t fake_redis_state_hash_afresh(const struct fake_redis *engine)
{
    return hash_of_all(engine, true);
}
