/* Looking at the keyspace without bytes, and its canonical text. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/assert.h"
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/values/number.h"

uint64_t fake_redis_version_counter(const struct fake_redis *engine)
{
    return engine->version_counter;
}

static int64_t now_ms(const struct fake_redis *engine)
{
    return fl_clock_wall_us(engine->options.clock) / 1000;
}

static int by_name(const void *a, const void *b)
{
    const struct fake_redis_key *const *left = a, *const *right = b;
    return fl_span_compare((*left)->name, (*right)->name);
}

/* Those that live until the given instant at most. */
static const struct fake_redis_key *const *sorted(struct fake_redis *engine, unsigned db,
                                                  int64_t until_ms, size_t *ret_count)
{
    *ret_count = 0;
    if (db >= FAKE_REDIS_DATABASES) return NULL;
    const struct fake_dict *keys = &engine->databases[db].keys;
    if (keys->count > engine->sorted_capacity) {
        const struct fake_redis_key **grown = realloc(engine->sorted, keys->count * sizeof(*grown));
        if (!grown) return NULL;
        engine->sorted = grown;
        engine->sorted_capacity = keys->count;
    }
    int64_t now = now_ms(engine);
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(keys, &i));) {
        const struct fake_redis_key *key = entry->value;
        if (now <= key->expires_ms && key->expires_ms <= until_ms)
            engine->sorted[(*ret_count)++] = key;
    }
    if (*ret_count == 0) return NULL;
    qsort(engine->sorted, *ret_count, sizeof(*engine->sorted), by_name);
    return engine->sorted;
}

const struct fake_redis_key *const *fake_redis_keys(struct fake_redis *engine, unsigned db,
                                                    size_t *ret_count)
{
    return sorted(engine, db, FL_NEVER_US, ret_count);
}

const struct fake_redis_key *const *fake_redis_mortal_keys(struct fake_redis *engine, unsigned db,
                                                           size_t *ret_count)
{
    return sorted(engine, db, FL_NEVER_US - 1, ret_count);
}

const struct fake_redis_key *fake_redis_find(const struct fake_redis *engine, unsigned db,
                                             struct fl_span name)
{
    if (db >= FAKE_REDIS_DATABASES) return NULL;
    return fake_key_peek(&engine->databases[db], name, now_ms(engine));
}

struct fl_span fake_redis_key_name(const struct fake_redis_key *key)
{
    return key->name;
}

enum fake_redis_type fake_redis_key_type(const struct fake_redis_key *key)
{
    return key->type;
}

int64_t fake_redis_key_expires_us(const struct fake_redis_key *key)
{
    bool never = key->expires_ms > FL_NEVER_US / 1000;
    return never ? FL_NEVER_US : key->expires_ms * 1000;
}

size_t fake_redis_length(const struct fake_redis_key *key)
{
    return fake_key_length(key);
}

/* ---- walking ---- */

static bool next_entry(const struct fake_dict *dict, struct fake_redis_cursor *cursor,
                       struct fake_redis_element *element)
{
    uint32_t i = (uint32_t)cursor->position;
    const struct fake_entry *entry = fake_dict_next(dict, &i);
    cursor->position = i;
    if (!entry) return false;
    element->member = fake_entry_key(entry);
    if (entry->value) element->value = fake_str_span(entry->value);
    return true;
}

/* The position holds a cursor: the leaf above, the place in it below. */
static bool next_member(const struct fake_zset *zset, struct fake_redis_cursor *cursor,
                        struct fake_redis_element *element)
{
    struct fake_zcursor at = {.leaf = (uint32_t)((uint64_t)cursor->position >> 32),
                              .place = (uint32_t)cursor->position};
    const struct fake_entry *member = fake_zset_next(zset, &at);
    cursor->position = (size_t)at.leaf << 32 | at.place;
    if (!member) return false;
    element->member = fake_entry_key(member);
    element->score = member->score;
    return true;
}

/* The position holds a place: the node above, the entry in it below. */
static bool next_stream_entry(const struct fake_stream *stream, struct fake_redis_cursor *cursor,
                              struct fake_redis_element *element)
{
    struct fake_stream_place place = {.node = (uint32_t)((uint64_t)cursor->position >> 32),
                                      .entry = (uint32_t)cursor->position};
    const struct fake_stream_entry *entry = fake_stream_next(stream, &place);
    cursor->position = (size_t)place.node << 32 | place.entry;
    if (!entry) return false;
    element->id_ms = entry->id.ms;
    element->id_seq = entry->id.seq;
    element->fields = entry->spans;
    element->field_count = entry->count;
    return true;
}

bool fake_redis_next(const struct fake_redis_key *key, struct fake_redis_cursor *cursor,
                     struct fake_redis_element *ret_element)
{
    struct fake_redis_element element = {0};
    bool found = false;
    switch (key->type) {
    case FAKE_REDIS_STRING:
        found = cursor->position++ == 0;
        element.member = fake_str_span(key->string);
        break;
    case FAKE_REDIS_LIST:
        found = fake_redis_list_at(key, cursor->position++, &element.member);
        break;
    case FAKE_REDIS_SET:
    case FAKE_REDIS_HASH: found = next_entry(&key->dict, cursor, &element); break;
    case FAKE_REDIS_ZSET: found = next_member(&key->zset, cursor, &element); break;
    case FAKE_REDIS_STREAM: found = next_stream_entry(key->stream, cursor, &element); break;
    }
    if (found) *ret_element = element;
    return found;
}

bool fake_redis_list_at(const struct fake_redis_key *list, size_t i, struct fl_span *ret_element)
{
    if (!list || list->type != FAKE_REDIS_LIST || i >= list->list.count) return false;
    *ret_element = fake_str_span(*fake_deque_at(&list->list, (uint32_t)i));
    return true;
}

bool fake_redis_hash_get(const struct fake_redis_key *hash, struct fl_span field,
                         struct fl_span *ret_value)
{
    if (!hash || hash->type != FAKE_REDIS_HASH) return false;
    const struct fake_entry *entry = fake_dict_find(&hash->dict, field);
    if (entry) *ret_value = fake_str_span(entry->value);
    return entry;
}

bool fake_redis_set_has(const struct fake_redis_key *set, struct fl_span member)
{
    return set && set->type == FAKE_REDIS_SET && fake_dict_find(&set->dict, member);
}

bool fake_redis_zset_score(const struct fake_redis_key *zset, struct fl_span member,
                           double *ret_score)
{
    if (!zset || zset->type != FAKE_REDIS_ZSET) return false;
    const struct fake_entry *found = fake_zset_find(&zset->zset, member);
    if (found) *ret_score = found->score;
    return found;
}

bool fake_redis_string(const struct fake_redis_key *string, struct fl_span *ret_value)
{
    if (!string || string->type != FAKE_REDIS_STRING) return false;
    *ret_value = fake_str_span(string->string);
    return true;
}

/* ---- the canonical text ---- */

static enum fl_error quote(struct fl_buf *out, struct fl_span text)
{
    enum fl_error err = fl_buf_append_char(out, '"');
    for (size_t i = 0; !err && i < text.length; i++) {
        unsigned char c = (unsigned char)text.bytes[i];
        if (c == '"' || c == '\\')
            err = fl_buf_printf(out, "\\%c", c);
        else if (c < 0x20 || c > 0x7e)
            err = fl_buf_printf(out, "\\x%02x", c);
        else
            err = fl_buf_append_char(out, (char)c);
    }
    return err ? err : fl_buf_append_char(out, '"');
}

static int by_member(const void *a, const void *b)
{
    const struct fake_redis_element *left = a, *right = b;
    return fl_span_compare(left->member, right->member);
}

static enum fl_error dump_stream_entry(const struct fake_redis_element *element, struct fl_buf *out)
{
    enum fl_error err =
        fl_buf_printf(out, "%" PRIu64 "-%" PRIu64 "{", element->id_ms, element->id_seq);
    for (size_t i = 0; !err && i < element->field_count; i++) {
        if (i) err = fl_buf_append_char(out, i % 2 ? ':' : ',');
        if (!err) err = quote(out, element->fields[i]);
    }
    return err ? err : fl_buf_append_char(out, '}');
}

static enum fl_error dump_element(const struct fake_redis_element *element,
                                  enum fake_redis_type type, struct fl_buf *out)
{
    char score[FAKE_DOUBLE_TEXT_BYTES];
    enum fl_error err = FL_OK;
    if (type == FAKE_REDIS_STREAM) return dump_stream_entry(element, out);
    if (type == FAKE_REDIS_ZSET) err = fl_buf_append_char(out, '(');
    if (!err) err = quote(out, element->member);
    if (!err && type == FAKE_REDIS_HASH) err = fl_buf_append_char(out, ':');
    if (!err && type == FAKE_REDIS_HASH) err = quote(out, element->value);
    if (!err && type == FAKE_REDIS_ZSET)
        err = fl_buf_printf(out, ",%.*s)", (int)fake_double_format(score, element->score), score);
    return err;
}

static enum fl_error dump_value(const struct fake_redis_key *key, struct fl_buf *out)
{
    size_t length = fake_key_length(key), count = 0;
    bool unordered = key->type == FAKE_REDIS_SET || key->type == FAKE_REDIS_HASH;
    if (key->type == FAKE_REDIS_STRING) return quote(out, fake_str_span(key->string));
    struct fake_redis_element *elements = malloc(length * sizeof(*elements));
    if (!elements) return FL_ENOMEM;
    struct fake_redis_cursor cursor = {0};
    while (count < length && fake_redis_next(key, &cursor, &elements[count]))
        count++;
    if (unordered) qsort(elements, count, sizeof(*elements), by_member);
    enum fl_error err = fl_buf_append_char(out, unordered ? '{' : '[');
    for (size_t i = 0; !err && i < count; i++) {
        if (i) err = fl_buf_append_char(out, ',');
        if (!err) err = dump_element(&elements[i], key->type, out);
    }
    free(elements);
    return err ? err : fl_buf_append_char(out, unordered ? '}' : ']');
}

static const char *ttl_class(int64_t left_ms)
{
    if (left_ms < 60 * INT64_C(1000)) return "seconds";
    if (left_ms < 60 * 60 * INT64_C(1000)) return "minutes";
    return left_ms < 24 * 60 * 60 * INT64_C(1000) ? "hours" : "days";
}

static enum fl_error dump_key(unsigned db, const struct fake_redis_key *key, int64_t now,
                              struct fl_buf *out)
{
    static const char *const names[] = {"string", "list", "set", "zset", "hash", "stream"};
    enum fl_error err = fl_buf_printf(out, "db%u %s ", db, names[key->type]);
    if (!err) err = quote(out, key->name);
    if (!err) err = fl_buf_append_char(out, ' ');
    if (!err && key->expires_ms != FL_NEVER_US)
        err = fl_buf_printf(out, "ttl %s ", ttl_class(key->expires_ms - now));
    if (!err) err = dump_value(key, out);
    return err ? err : fl_buf_append_char(out, '\n');
}

enum fl_error fake_redis_dump(struct fake_redis *engine, struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    for (unsigned db = 0; !err && db < FAKE_REDIS_DATABASES; db++) {
        size_t count;
        const struct fake_redis_key *const *keys = fake_redis_keys(engine, db, &count);
        for (size_t i = 0; !err && i < count; i++)
            err = dump_key(db, keys[i], now_ms(engine), out);
    }
    return err;
}
