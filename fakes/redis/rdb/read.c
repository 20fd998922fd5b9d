/* Bytes become values. Encodings are chosen as the real server chooses them when it loads. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "fakes/redis/rdb/format.h"
#include "fakes/redis/rdb/listpack.h"
#include "fakes/redis/rdb/lzf.h"
#include "fakes/redis/rdb/value.h"
#include "fakes/redis/values/number.h"

/* What is read, and into what. */
struct reader {
    struct fake_heap *heap;
    struct fl_span rest;
    struct fake_redis_key *value;
};

/* A string that was read: it stands in the payload, in `text`, or in memory of its own. */
struct text {
    struct fl_span span;
    char integer[FAKE_INT_TEXT_BYTES];
    char *owned; /* NULL: none; span.length bytes */
};

static void release_text(struct text *text)
{
    free(text->owned);
    text->owned = NULL;
}

/* ---- primitives: FAKE_RDB_OK or what is wrong ---- */

static enum fake_rdb_read take(struct reader *reader, size_t bytes, struct fl_span *ret_bytes)
{
    if (bytes > reader->rest.length) return FAKE_RDB_DAMAGED;
    *ret_bytes = (struct fl_span){reader->rest.bytes, bytes};
    reader->rest = (struct fl_span){reader->rest.bytes + bytes, reader->rest.length - bytes};
    return FAKE_RDB_OK;
}

static enum fake_rdb_read take_big(struct reader *reader, size_t bytes, uint64_t *ret_value)
{
    struct fl_span span;
    enum fake_rdb_read got = take(reader, bytes, &span);
    uint64_t value = 0;
    for (size_t i = 0; !got && i < bytes; i++)
        value = value << 8 | (uint8_t)span.bytes[i];
    *ret_value = value;
    return got;
}

static uint64_t little(struct fl_span bytes)
{
    uint64_t value = 0;
    for (size_t i = bytes.length; i-- > 0;)
        value = value << 8 | (uint8_t)bytes.bytes[i];
    return value;
}

static int64_t signed_little(struct fl_span bytes)
{
    unsigned unused = 64 - 8 * (unsigned)bytes.length;
    return (int64_t)(little(bytes) << unused) >> unused;
}

/* *ret_encoded: it is no length but one of the encodings of strings. */
static enum fake_rdb_read take_length(struct reader *reader, uint64_t *ret_length,
                                      bool *ret_encoded)
{
    uint64_t first, second = 0;
    enum fake_rdb_read got = take_big(reader, 1, &first);
    *ret_encoded = (first & 0xc0) == FAKE_RDB_ENCODED;
    *ret_length = first & 0x3f;
    if (got || *ret_encoded || first < FAKE_RDB_LENGTH_14) return got;
    if (first == FAKE_RDB_LENGTH_32) return take_big(reader, 4, ret_length);
    if (first == FAKE_RDB_LENGTH_64) return take_big(reader, 8, ret_length);
    if (first > FAKE_RDB_LENGTH_32) return FAKE_RDB_DAMAGED;
    got = take_big(reader, 1, &second);
    *ret_length = (first & 0x3f) << 8 | second;
    return got;
}

static enum fake_rdb_read take_count(struct reader *reader, uint64_t *ret_count)
{
    bool encoded;
    enum fake_rdb_read got = take_length(reader, ret_count, &encoded);
    return !got && encoded ? FAKE_RDB_DAMAGED : got;
}

static enum fake_rdb_read take_packed(struct reader *reader, struct text *text)
{
    uint64_t packed_length, length;
    struct fl_span packed;
    enum fake_rdb_read got = take_count(reader, &packed_length);
    if (!got) got = take_count(reader, &length);
    if (!got) got = take(reader, packed_length, &packed);
    if (got) return got;
    if (!length || length > FAKE_REDIS_BULK_BYTES_MAX) return FAKE_RDB_DAMAGED;
    text->owned = malloc(length);
    if (!text->owned) return FAKE_RDB_OOM;
    if (!fake_lzf_unpack(packed, text->owned, length)) {
        release_text(text);
        return FAKE_RDB_DAMAGED;
    }
    text->span = (struct fl_span){text->owned, length};
    return FAKE_RDB_OK;
}

/* The text is to be released after FAKE_RDB_OK. */
static enum fake_rdb_read take_text(struct reader *reader, struct text *text)
{
    uint64_t length;
    bool encoded;
    struct fl_span bytes;
    enum fake_rdb_read got = take_length(reader, &length, &encoded);
    text->owned = NULL;
    if (got) return got;
    if (!encoded) return take(reader, length, &text->span);
    if (length == FAKE_RDB_LZF) return take_packed(reader, text);
    if (length > FAKE_RDB_INT32) return FAKE_RDB_DAMAGED;
    got = take(reader, (size_t)1 << length, &bytes);
    if (got) return got;
    text->span =
        (struct fl_span){text->integer, fake_int_format(text->integer, signed_little(bytes))};
    return FAKE_RDB_OK;
}

/* ---- one element more; a duplicate is damage ---- */

static enum fake_rdb_read push(struct reader *reader, struct fl_span element)
{
    struct fake_str *copy = fake_str_new(reader->heap, element);
    if (copy && fake_deque_push(reader->heap, &reader->value->list, FAKE_RIGHT, copy))
        return FAKE_RDB_OK;
    fake_str_free(reader->heap, copy);
    return FAKE_RDB_OOM;
}

static enum fake_rdb_read add_member(struct reader *reader, struct fl_span member)
{
    struct fake_redis_key *set = reader->value;
    int64_t integer;
    if (fake_dict_find(&set->dict, member)) return FAKE_RDB_DAMAGED;
    if (!fake_dict_insert(reader->heap, &set->dict, member)) return FAKE_RDB_OOM;
    if (!fake_int_parse(member, &integer)) set->mixed = true;
    if (set->mixed || set->dict.count > FAKE_INTSET_ENTRIES_MAX) set->large = true;
    return FAKE_RDB_OK;
}

static enum fake_rdb_read put_field(struct reader *reader, struct fl_span field,
                                    struct fl_span value)
{
    struct fake_dict *hash = &reader->value->dict;
    if (fake_dict_find(hash, field)) return FAKE_RDB_DAMAGED;
    struct fake_str *copy = fake_str_new(reader->heap, value);
    struct fake_entry *entry = copy ? fake_dict_insert(reader->heap, hash, field) : NULL;
    if (!entry) {
        fake_str_free(reader->heap, copy);
        return FAKE_RDB_OOM;
    }
    entry->value = copy;
    return FAKE_RDB_OK;
}

static enum fake_rdb_read put_score(struct reader *reader, struct fl_span member, double score)
{
    struct fake_zset *zset = &reader->value->zset;
    if (isnan(score) || fake_zset_find(zset, member)) return FAKE_RDB_DAMAGED;
    return fake_zset_add(reader->heap, zset, member, score) ? FAKE_RDB_OK : FAKE_RDB_OOM;
}

/* ---- values of strings one behind the other ---- */

static enum fake_rdb_read read_string(struct reader *reader)
{
    struct text text;
    enum fake_rdb_read got = take_text(reader, &text);
    if (got) return got;
    reader->value->string = fake_str_new(reader->heap, text.span);
    release_text(&text);
    return reader->value->string ? FAKE_RDB_OK : FAKE_RDB_OOM;
}

static enum fake_rdb_read read_elements(struct reader *reader,
                                        enum fake_rdb_read (*add)(struct reader *reader,
                                                                  struct fl_span element))
{
    uint64_t count;
    struct text text;
    enum fake_rdb_read got = take_count(reader, &count);
    for (uint64_t i = 0; !got && i < count; i++) {
        got = take_text(reader, &text);
        if (got) break;
        got = add(reader, text.span);
        release_text(&text);
    }
    return got;
}

static bool is_long(struct fl_span text)
{
    return text.length > FAKE_LISTPACK_VALUE_BYTES_MAX;
}

static enum fake_rdb_read read_field(struct reader *reader)
{
    struct text field, value;
    enum fake_rdb_read got = take_text(reader, &field);
    if (got) return got;
    got = take_text(reader, &value);
    if (!got) {
        got = put_field(reader, field.span, value.span);
        if (is_long(field.span) || is_long(value.span)) reader->value->large = true;
        release_text(&value);
    }
    release_text(&field);
    return got;
}

static enum fake_rdb_read read_fields(struct reader *reader)
{
    uint64_t count;
    enum fake_rdb_read got = take_count(reader, &count);
    for (uint64_t i = 0; !got && i < count; i++)
        got = read_field(reader);
    return got;
}

static enum fake_rdb_read read_scores(struct reader *reader)
{
    uint64_t count;
    enum fake_rdb_read got = take_count(reader, &count);
    for (uint64_t i = 0; !got && i < count; i++) {
        struct text member;
        struct fl_span bytes;
        double score;
        got = take_text(reader, &member);
        if (got) break;
        got = take(reader, sizeof(score), &bytes);
        if (!got) {
            uint64_t bits = little(bytes);
            memcpy(&score, &bits, sizeof(score));
            got = put_score(reader, member.span, score);
            if (is_long(member.span)) reader->value->large = true;
        }
        release_text(&member);
    }
    return got;
}

/* ---- compact values ---- */

static enum fake_rdb_read read_intset(struct reader *reader)
{
    struct text text;
    enum fake_rdb_read got = take_text(reader, &text);
    if (got) return got;
    struct reader ints = {reader->heap, text.span, reader->value};
    struct fl_span width_bytes, count_bytes, integer;
    got = take(&ints, 4, &width_bytes);
    if (!got) got = take(&ints, 4, &count_bytes);
    uint64_t width = got ? 0 : little(width_bytes), count = got ? 0 : little(count_bytes);
    if (!got && ((width != 2 && width != 4 && width != 8) || ints.rest.length != width * count))
        got = FAKE_RDB_DAMAGED;
    for (uint64_t i = 0; !got && i < count; i++) {
        char digits[FAKE_INT_TEXT_BYTES];
        got = take(&ints, width, &integer);
        if (got) break;
        got = add_member(&ints,
                         (struct fl_span){digits, fake_int_format(digits, signed_little(integer))});
    }
    release_text(&text);
    return got;
}

static enum fake_rdb_read put_score_text(struct reader *reader, struct fl_span member,
                                         struct fl_span text)
{
    double score;
    if (!fake_double_parse(text, &score)) return FAKE_RDB_DAMAGED;
    return put_score(reader, member, score);
}

/* Elements in twos: the first is copied, as it may stand in the pack's scratch. */
static enum fake_rdb_read unpack_pairs(struct reader *reader, struct fake_listpack_reader *pack)
{
    enum fake_rdb_read got = FAKE_RDB_OK;
    struct fl_span first, second;
    bool damaged;
    while (!got && fake_listpack_next(pack, &first, &damaged)) {
        char digits[FAKE_INT_TEXT_BYTES];
        if (first.bytes == pack->text) {
            memcpy(digits, first.bytes, first.length);
            first.bytes = digits;
        }
        if (!fake_listpack_next(pack, &second, &damaged)) return FAKE_RDB_DAMAGED;
        got = reader->value->type == FAKE_REDIS_ZSET ? put_score_text(reader, first, second)
                                                     : put_field(reader, first, second);
    }
    return !got && damaged ? FAKE_RDB_DAMAGED : got;
}

static enum fake_rdb_read unpack_elements(struct reader *reader, struct fake_listpack_reader *pack)
{
    enum fake_rdb_read got = FAKE_RDB_OK;
    struct fl_span element;
    bool damaged;
    while (!got && fake_listpack_next(pack, &element, &damaged))
        got = push(reader, element);
    return !got && damaged ? FAKE_RDB_DAMAGED : got;
}

static enum fake_rdb_read read_listpack(
    struct reader *reader,
    enum fake_rdb_read (*unpack)(struct reader *reader, struct fake_listpack_reader *pack))
{
    struct text text;
    struct fake_listpack_reader pack;
    enum fake_rdb_read got = take_text(reader, &text);
    if (got) return got;
    got = fake_listpack_open(text.span, &pack) ? unpack(reader, &pack) : FAKE_RDB_DAMAGED;
    release_text(&text);
    return got;
}

static enum fake_rdb_read read_node(struct reader *reader)
{
    uint64_t kind;
    struct text text;
    enum fake_rdb_read got = take_count(reader, &kind);
    if (got) return got;
    if (kind == FAKE_RDB_NODE_LISTPACK) return read_listpack(reader, unpack_elements);
    if (kind != FAKE_RDB_NODE_PLAIN) return FAKE_RDB_DAMAGED;
    got = take_text(reader, &text);
    if (got) return got;
    got = push(reader, text.span);
    release_text(&text);
    return got;
}

static enum fake_rdb_read read_nodes(struct reader *reader)
{
    uint64_t count;
    enum fake_rdb_read got = take_count(reader, &count);
    for (uint64_t i = 0; !got && i < count; i++)
        got = read_node(reader);
    return got;
}

/* ---- whole values ---- */

static enum fake_rdb_read read_value(struct reader *reader, enum fake_rdb_type type)
{
    static const enum fake_redis_type types[] = {
        [FAKE_RDB_STRING] = FAKE_REDIS_STRING,
        [FAKE_RDB_LIST] = FAKE_REDIS_LIST,
        [FAKE_RDB_SET] = FAKE_REDIS_SET,
        [FAKE_RDB_HASH] = FAKE_REDIS_HASH,
        [FAKE_RDB_ZSET] = FAKE_REDIS_ZSET,
        [FAKE_RDB_SET_INTSET] = FAKE_REDIS_SET,
        [FAKE_RDB_HASH_LISTPACK] = FAKE_REDIS_HASH,
        [FAKE_RDB_ZSET_LISTPACK] = FAKE_REDIS_ZSET,
        [FAKE_RDB_LIST_NODES] = FAKE_REDIS_LIST,
    };
    if (type < sizeof(types) / sizeof(types[0])) reader->value->type = types[type];
    switch (type) {
    case FAKE_RDB_STRING: return read_string(reader);
    case FAKE_RDB_LIST: return read_elements(reader, push);
    case FAKE_RDB_SET: return read_elements(reader, add_member);
    case FAKE_RDB_HASH: return read_fields(reader);
    case FAKE_RDB_ZSET: return read_scores(reader);
    case FAKE_RDB_SET_INTSET: return read_intset(reader);
    case FAKE_RDB_HASH_LISTPACK:
    case FAKE_RDB_ZSET_LISTPACK: return read_listpack(reader, unpack_pairs);
    case FAKE_RDB_LIST_NODES: return read_nodes(reader);
    case FAKE_RDB_ZSET_TEXT:
    case FAKE_RDB_HASH_ZIPMAP:
    case FAKE_RDB_LIST_ZIPLIST:
    case FAKE_RDB_ZSET_ZIPLIST:
    case FAKE_RDB_HASH_ZIPLIST:
    case FAKE_RDB_LIST_QUICKLIST:
    case FAKE_RDB_STREAM:
    case FAKE_RDB_STREAM_2: return FAKE_RDB_FOREIGN;
    }
    return FAKE_RDB_DAMAGED;
}

static void choose_encoding(struct fake_redis_key *value)
{
    size_t count = fake_key_length(value);
    if (value->type == FAKE_REDIS_HASH && count > FAKE_HASH_LISTPACK_ENTRIES_MAX)
        value->large = true;
    if (value->type == FAKE_REDIS_ZSET && count > FAKE_ZSET_LISTPACK_ENTRIES_MAX)
        value->large = true;
    if (value->type != FAKE_REDIS_ZSET || value->large) return;
    struct fake_zcursor at = {0};
    for (struct fake_entry *member; (member = fake_zset_next(&value->zset, &at));)
        if (member->score == 0) member->score = 0; /* a listpack holds -0 as the integer 0 */
}

enum fake_rdb_read fake_rdb_read(struct fake_heap *heap, struct fl_span bytes,
                                 struct fake_redis_key *value)
{
    struct reader reader = {heap, bytes, value};
    uint64_t type;
    enum fake_rdb_read got = take_big(&reader, 1, &type);
    if (!got) got = read_value(&reader, (enum fake_rdb_type)type);
    if (!got && value->type != FAKE_REDIS_STRING && fake_key_length(value) == 0)
        got = FAKE_RDB_DAMAGED;
    if (got)
        fake_key_release_value(heap, value);
    else
        choose_encoding(value);
    return got;
}
