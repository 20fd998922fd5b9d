#include "fakes/redis/serve/save.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "fakes/redis/engine/engine.h"
#include "fakes/redis/rdb/crc64.h"
#include "fakes/redis/rdb/value.h"

static const char first_line[] = "faultline keyspace 1\n";

/* ---- writing ---- */

static enum fl_error format_key(unsigned db, const struct fake_redis_key *key, struct fl_buf *value,
                                struct fl_buf *out)
{
    fl_buf_truncate(value, 0);
    enum fl_error err = fake_rdb_write(key, value);
    if (!err) err = fl_buf_printf(out, "key %u ", db);
    if (!err && key->expires_ms == FL_NEVER_US) err = fl_buf_append_char(out, '-');
    if (!err && key->expires_ms != FL_NEVER_US)
        err = fl_buf_printf(out, "%" PRId64, key->expires_ms);
    if (!err) err = fl_buf_printf(out, " %zu %zu\n", key->name.length, value->length);
    if (!err) err = fl_buf_append_span(out, key->name);
    if (!err) err = fl_buf_append_span(out, fl_buf_span(value));
    return err ? err : fl_buf_append_char(out, '\n');
}

/* fake_redis_keys tells no keys from no memory to list them. */
static bool has_live_keys(const struct fake_redis *engine, unsigned db)
{
    const struct fake_dict *keys = &engine->databases[db].keys;
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(keys, &i));) {
        const struct fake_redis_key *key = entry->value;
        if (key->expires_ms >= engine->now_ms) return true;
    }
    return false;
}

static enum fl_error format_keys(struct fake_redis *engine, struct fl_buf *out, size_t *ret_count)
{
    struct fl_buf value = FL_BUF_INIT(FAKE_SAVE_BYTES_MAX);
    enum fl_error err = FL_OK;
    *ret_count = 0;
    for (unsigned db = 0; !err && db < FAKE_REDIS_DATABASES; db++) {
        size_t count;
        const struct fake_redis_key *const *keys = fake_redis_keys(engine, db, &count);
        if (!count && has_live_keys(engine, db)) err = FL_ENOMEM;
        for (size_t i = 0; !err && i < count; i++)
            err = format_key(db, keys[i], &value, out);
        *ret_count += count;
    }
    fl_buf_release(&value);
    return err;
}

enum fl_error fake_save_format(struct fake_redis *engine, int64_t now_us, struct fl_buf *out)
{
    size_t count;
    enum fl_error err = fl_buf_printf(out, "%sclock %" PRId64 "\n", first_line, now_us);
    if (!err) err = format_keys(engine, out, &count);
    if (err) return err;
    return fl_buf_printf(out, "end %zu %016" PRIx64 "\n", count, fake_crc64(fl_buf_span(out)));
}

/* ---- reading ---- */

enum { WORDS_MAX = 5 };

struct reader {
    struct fl_span rest;
    struct fl_span words[WORDS_MAX]; /* of the line that was read last */
    size_t count;
    enum fl_error err;
    const char *problem; /* a constant */
};

static bool wrong(struct reader *reader, const char *problem)
{
    reader->err = FL_EPARSE;
    reader->problem = problem;
    return false;
}

static bool out_of_memory(struct reader *reader)
{
    reader->err = FL_ENOMEM;
    reader->problem = fl_error_text(FL_ENOMEM);
    return false;
}

static bool read_line(struct reader *reader)
{
    const char *newline = memchr(reader->rest.bytes, '\n', reader->rest.length);
    if (!reader->rest.length || !newline) return wrong(reader, "it ends too early");
    struct fl_span line = {reader->rest.bytes, (size_t)(newline - reader->rest.bytes)};
    reader->rest = (struct fl_span){newline + 1, reader->rest.length - line.length - 1};
    for (reader->count = 0; reader->count < WORDS_MAX; reader->count++) {
        const char *blank = line.length ? memchr(line.bytes, ' ', line.length) : NULL;
        size_t length = blank ? (size_t)(blank - line.bytes) : line.length;
        reader->words[reader->count] = (struct fl_span){line.bytes, length};
        if (!blank) {
            reader->count++;
            return true;
        }
        line = (struct fl_span){blank + 1, line.length - length - 1};
    }
    return wrong(reader, "a line has too many words");
}

static bool number(struct fl_span word, long long high, long long *ret_number)
{
    return fl_span_int64(word, ret_number) && *ret_number >= 0 && *ret_number <= high;
}

static struct fl_span take(struct reader *reader, size_t length)
{
    struct fl_span taken = {reader->rest.bytes, length};
    reader->rest = (struct fl_span){reader->rest.bytes + length, reader->rest.length - length};
    return taken;
}

static bool put(struct fake_redis *engine, struct reader *reader, struct fake_database *db,
                struct fl_span name, struct fl_span bytes, int64_t expires_ms)
{
    struct fake_redis_key value = {0};
    if (fake_key_find(db, name)) return wrong(reader, "a key comes twice");
    switch (fake_rdb_read(&engine->heap, bytes, &value)) {
    case FAKE_RDB_OK: break;
    case FAKE_RDB_DAMAGED: return wrong(reader, "a value is damaged");
    case FAKE_RDB_FOREIGN: return wrong(reader, "a value is of a type that cannot be read");
    case FAKE_RDB_OOM: return out_of_memory(reader);
    }
    struct fake_redis_key *key = fake_key_create(db, name, value.type);
    if (!key) {
        fake_key_release_value(&engine->heap, &value);
        return out_of_memory(reader);
    }
    fake_key_take_value(key, &value);
    fake_key_expire_at(db, key, expires_ms);
    return true;
}

/* The line of a key is read; its bytes follow. */
static bool read_key(struct fake_redis *engine, struct reader *reader)
{
    long long db, expires_ms = FL_NEVER_US, name_bytes, value_bytes;
    bool forever = fl_span_is(reader->words[2], "-");
    if (reader->count != WORDS_MAX || !number(reader->words[1], FAKE_REDIS_DATABASES - 1, &db) ||
        (!forever && !number(reader->words[2], FL_NEVER_US - 1, &expires_ms)) ||
        !number(reader->words[3], FAKE_REDIS_BULK_BYTES_MAX, &name_bytes) ||
        !number(reader->words[4], FAKE_SAVE_BYTES_MAX, &value_bytes))
        return wrong(reader, "the line of a key is none");
    if ((size_t)name_bytes + (size_t)value_bytes >= reader->rest.length)
        return wrong(reader, "it ends too early");
    struct fl_span name = take(reader, (size_t)name_bytes);
    struct fl_span value = take(reader, (size_t)value_bytes);
    if (take(reader, 1).bytes[0] != '\n')
        return wrong(reader, "a value does not end where it should");
    return put(engine, reader, &engine->databases[db], name, value, expires_ms);
}

static bool read_end(struct reader *reader, struct fl_span all, const char *line, size_t keys)
{
    char want[64];
    struct fl_span before = {all.bytes, (size_t)(line - all.bytes)};
    int length = snprintf(want, sizeof want, "end %zu %016" PRIx64 "\n", keys, fake_crc64(before));
    struct fl_span found = {line, all.length - before.length};
    return fl_span_equal(found, (struct fl_span){want, (size_t)length}) ||
           wrong(reader, "its checksum is wrong");
}

static bool read_all(struct fake_redis *engine, struct reader *reader, struct fl_span all)
{
    size_t keys = 0;
    long long now_us;
    if (!fl_span_starts(all, FL_SPAN("faultline keyspace ")))
        return wrong(reader, "that is no saved keyspace");
    if (!fl_span_starts(all, fl_span_from(first_line)))
        return wrong(reader, "it was saved by another version");
    if (!read_line(reader) || !read_line(reader)) return false;
    if (reader->count != 2 || !fl_span_is(reader->words[0], "clock") ||
        !number(reader->words[1], FL_NEVER_US - 1, &now_us))
        return wrong(reader, "the line of the clock is none");
    for (;; keys++) {
        const char *line = reader->rest.bytes;
        if (!read_line(reader)) return false;
        if (fl_span_is(reader->words[0], "end")) return read_end(reader, all, line, keys);
        if (!fl_span_is(reader->words[0], "key")) return wrong(reader, "the line of a key is none");
        if (!read_key(engine, reader)) return false;
    }
}

enum fl_error fake_save_parse(struct fake_redis *engine, struct fl_span bytes,
                              char problem[FAKE_SAVE_PROBLEM_BYTES])
{
    struct reader reader = {.rest = bytes};
    if (read_all(engine, &reader, bytes)) return FL_OK;
    snprintf(problem, FAKE_SAVE_PROBLEM_BYTES, "%s", reader.problem);
    return reader.err;
}

bool fake_save_clock(struct fl_span bytes, int64_t *ret_now_us)
{
    struct reader reader = {.rest = bytes};
    long long now_us;
    if (!fl_span_starts(bytes, fl_span_from(first_line)) || !read_line(&reader) ||
        !read_line(&reader) || reader.count != 2 || !fl_span_is(reader.words[0], "clock") ||
        !number(reader.words[1], FL_NEVER_US - 1, &now_us))
        return false;
    *ret_now_us = now_us;
    return true;
}
