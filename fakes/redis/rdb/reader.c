#include "fakes/redis/rdb/reader.h"

#include <stdlib.h>

#include "fakes/redis/fake_redis.h"
#include "fakes/redis/rdb/format.h"
#include "fakes/redis/rdb/lzf.h"

void fake_rdb_release_text(struct fake_rdb_text *text)
{
    free(text->owned);
    text->owned = NULL;
}

enum fake_rdb_read fake_rdb_take(struct fake_rdb_reader *reader, size_t bytes,
                                 struct fl_span *ret_bytes)
{
    if (bytes > reader->rest.length) return FAKE_RDB_DAMAGED;
    *ret_bytes = (struct fl_span){reader->rest.bytes, bytes};
    reader->rest = (struct fl_span){reader->rest.bytes + bytes, reader->rest.length - bytes};
    return FAKE_RDB_OK;
}

enum fake_rdb_read fake_rdb_take_big(struct fake_rdb_reader *reader, size_t bytes,
                                     uint64_t *ret_value)
{
    struct fl_span span;
    enum fake_rdb_read got = fake_rdb_take(reader, bytes, &span);
    uint64_t value = 0;
    for (size_t i = 0; !got && i < bytes; i++)
        value = value << 8 | (uint8_t)span.bytes[i];
    *ret_value = value;
    return got;
}

uint64_t fake_rdb_little(struct fl_span bytes)
{
    uint64_t value = 0;
    for (size_t i = bytes.length; i-- > 0;)
        value = value << 8 | (uint8_t)bytes.bytes[i];
    return value;
}

int64_t fake_rdb_signed_little(struct fl_span bytes)
{
    unsigned unused = 64 - 8 * (unsigned)bytes.length;
    return (int64_t)(fake_rdb_little(bytes) << unused) >> unused;
}

/* *ret_encoded: it is no length but one of the encodings of strings. */
static enum fake_rdb_read take_length(struct fake_rdb_reader *reader, uint64_t *ret_length,
                                      bool *ret_encoded)
{
    uint64_t first, second = 0;
    enum fake_rdb_read got = fake_rdb_take_big(reader, 1, &first);
    *ret_encoded = (first & 0xc0) == FAKE_RDB_ENCODED;
    *ret_length = first & 0x3f;
    if (got || *ret_encoded || first < FAKE_RDB_LENGTH_14) return got;
    if (first == FAKE_RDB_LENGTH_32) return fake_rdb_take_big(reader, 4, ret_length);
    if (first == FAKE_RDB_LENGTH_64) return fake_rdb_take_big(reader, 8, ret_length);
    if (first > FAKE_RDB_LENGTH_32) return FAKE_RDB_DAMAGED;
    got = fake_rdb_take_big(reader, 1, &second);
    *ret_length = (first & 0x3f) << 8 | second;
    return got;
}

enum fake_rdb_read fake_rdb_take_count(struct fake_rdb_reader *reader, uint64_t *ret_count)
{
    bool encoded;
    enum fake_rdb_read got = take_length(reader, ret_count, &encoded);
    return !got && encoded ? FAKE_RDB_DAMAGED : got;
}

static enum fake_rdb_read take_packed(struct fake_rdb_reader *reader, struct fake_rdb_text *text)
{
    uint64_t packed_length, length;
    struct fl_span packed;
    enum fake_rdb_read got = fake_rdb_take_count(reader, &packed_length);
    if (!got) got = fake_rdb_take_count(reader, &length);
    if (!got) got = fake_rdb_take(reader, packed_length, &packed);
    if (got) return got;
    if (!length || length > FAKE_REDIS_BULK_BYTES_MAX) return FAKE_RDB_DAMAGED;
    text->owned = malloc(length);
    if (!text->owned) return FAKE_RDB_OOM;
    if (!fake_lzf_unpack(packed, text->owned, length)) {
        fake_rdb_release_text(text);
        return FAKE_RDB_DAMAGED;
    }
    text->span = (struct fl_span){text->owned, length};
    return FAKE_RDB_OK;
}

enum fake_rdb_read fake_rdb_take_text(struct fake_rdb_reader *reader, struct fake_rdb_text *text)
{
    uint64_t length;
    bool encoded;
    struct fl_span bytes;
    enum fake_rdb_read got = take_length(reader, &length, &encoded);
    text->owned = NULL;
    if (got) return got;
    if (!encoded) return fake_rdb_take(reader, length, &text->span);
    if (length == FAKE_RDB_LZF) return take_packed(reader, text);
    if (length > FAKE_RDB_INT32) return FAKE_RDB_DAMAGED;
    got = fake_rdb_take(reader, (size_t)1 << length, &bytes);
    if (got) return got;
    text->span = (struct fl_span){text->integer,
                                  fake_int_format(text->integer, fake_rdb_signed_little(bytes))};
    return FAKE_RDB_OK;
}
