/* Bytes become values. Encodings are chosen as the real server chooses them when it loads. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "fakes/redis/rdb/format.h"
#include "fakes/redis/rdb/listpack.h"
#include "fakes/redis/rdb/reader.h"
#include "fakes/redis/rdb/stream.h"
#include "fakes/redis/rdb/value.h"
#include "fakes/redis/values/number.h"

/* What is read, and into what. */
struct reader {
    struct fake_rdb_reader in;
    struct fake_redis_key *value;
};

/* ---- one element more; a duplicate is damage ---- */

static enum fake_rdb_read push(struct reader *reader, struct fl_span element)
{
    struct fake_str *copy = fake_str_new(reader->in.heap, element);
    if (copy && fake_deque_push(reader->in.heap, &reader->value->list, FAKE_RIGHT, copy))
        return FAKE_RDB_OK;
    fake_str_free(reader->in.heap, copy);
    return FAKE_RDB_OOM;
}

static enum fake_rdb_read add_member(struct reader *reader, struct fl_span member)
{
    struct fake_redis_key *set = reader->value;
    int64_t integer;
    if (fake_dict_find(&set->dict, member)) return FAKE_RDB_DAMAGED;
    if (!fake_dict_insert(reader->in.heap, &set->dict, member)) return FAKE_RDB_OOM;
    if (!fake_int_parse(member, &integer)) set->mixed = true;
    if (set->mixed || set->dict.count > FAKE_INTSET_ENTRIES_MAX) set->large = true;
    return FAKE_RDB_OK;
}

static enum fake_rdb_read put_field(struct reader *reader, struct fl_span field,
                                    struct fl_span value)
{
    struct fake_dict *hash = &reader->value->dict;
    if (fake_dict_find(hash, field)) return FAKE_RDB_DAMAGED;
    struct fake_str *copy = fake_str_new(reader->in.heap, value);
    struct fake_entry *entry = copy ? fake_dict_insert(reader->in.heap, hash, field) : NULL;
    if (!entry) {
        fake_str_free(reader->in.heap, copy);
        return FAKE_RDB_OOM;
    }
    entry->value = copy;
    return FAKE_RDB_OK;
}

static enum fake_rdb_read put_score(struct reader *reader, struct fl_span member, double score)
{
    struct fake_zset *zset = &reader->value->zset;
    if (isnan(score) || fake_zset_find(zset, member)) return FAKE_RDB_DAMAGED;
    return fake_zset_add(reader->in.heap, zset, member, score) ? FAKE_RDB_OK : FAKE_RDB_OOM;
}

/* ---- values of strings one behind the other ---- */

static enum fake_rdb_read read_string(struct reader *reader)
{
    struct fake_rdb_text text;
    enum fake_rdb_read got = fake_rdb_take_text(&reader->in, &text);
    if (got) return got;
    reader->value->string = fake_str_new(reader->in.heap, text.span);
    fake_rdb_release_text(&text);
    return reader->value->string ? FAKE_RDB_OK : FAKE_RDB_OOM;
}

static enum fake_rdb_read read_elements(struct reader *reader,
                                        enum fake_rdb_read (*add)(struct reader *reader,
                                                                  struct fl_span element))
{
    uint64_t count;
    struct fake_rdb_text text;
    enum fake_rdb_read got = fake_rdb_take_count(&reader->in, &count);
    for (uint64_t i = 0; !got && i < count; i++) {
        got = fake_rdb_take_text(&reader->in, &text);
        if (got) break;
        got = add(reader, text.span);
        fake_rdb_release_text(&text);
    }
    return got;
}

static bool is_long(struct fl_span text)
{
    return text.length > FAKE_LISTPACK_VALUE_BYTES_MAX;
}

static enum fake_rdb_read read_field(struct reader *reader)
{
    struct fake_rdb_text field, value;
    enum fake_rdb_read got = fake_rdb_take_text(&reader->in, &field);
    if (got) return got;
    got = fake_rdb_take_text(&reader->in, &value);
    if (!got) {
        got = put_field(reader, field.span, value.span);
        if (is_long(field.span) || is_long(value.span)) reader->value->large = true;
        fake_rdb_release_text(&value);
    }
    fake_rdb_release_text(&field);
    return got;
}

static enum fake_rdb_read read_fields(struct reader *reader)
{
    uint64_t count;
    enum fake_rdb_read got = fake_rdb_take_count(&reader->in, &count);
    for (uint64_t i = 0; !got && i < count; i++)
        got = read_field(reader);
    return got;
}

static enum fake_rdb_read read_scores(struct reader *reader)
{
    uint64_t count;
    enum fake_rdb_read got = fake_rdb_take_count(&reader->in, &count);
    for (uint64_t i = 0; !got && i < count; i++) {
        struct fake_rdb_text member;
        struct fl_span bytes;
        double score;
        got = fake_rdb_take_text(&reader->in, &member);
        if (got) break;
        got = fake_rdb_take(&reader->in, sizeof(score), &bytes);
        if (!got) {
            uint64_t bits = fake_rdb_little(bytes);
            memcpy(&score, &bits, sizeof(score));
            got = put_score(reader, member.span, score);
            if (is_long(member.span)) reader->value->large = true;
        }
        fake_rdb_release_text(&member);
    }
    return got;
}

/* ---- compact values ---- */

static enum fake_rdb_read read_intset(struct reader *reader)
{
    struct fake_rdb_text text;
    enum fake_rdb_read got = fake_rdb_take_text(&reader->in, &text);
    if (got) return got;
    struct reader ints = {{reader->in.heap, text.span}, reader->value};
    struct fl_span width_bytes, count_bytes, integer;
    got = fake_rdb_take(&ints.in, 4, &width_bytes);
    if (!got) got = fake_rdb_take(&ints.in, 4, &count_bytes);
    uint64_t width = got ? 0 : fake_rdb_little(width_bytes),
             count = got ? 0 : fake_rdb_little(count_bytes);
    if (!got && ((width != 2 && width != 4 && width != 8) || ints.in.rest.length != width * count))
        got = FAKE_RDB_DAMAGED;
    for (uint64_t i = 0; !got && i < count; i++) {
        char digits[FAKE_INT_TEXT_BYTES];
        got = fake_rdb_take(&ints.in, width, &integer);
        if (got) break;
        got = add_member(
            &ints,
            (struct fl_span){digits, fake_int_format(digits, fake_rdb_signed_little(integer))});
    }
    fake_rdb_release_text(&text);
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
    struct fake_rdb_text text;
    struct fake_listpack_reader pack;
    enum fake_rdb_read got = fake_rdb_take_text(&reader->in, &text);
    if (got) return got;
    got = fake_listpack_open(text.span, &pack) ? unpack(reader, &pack) : FAKE_RDB_DAMAGED;
    fake_rdb_release_text(&text);
    return got;
}

static enum fake_rdb_read read_node(struct reader *reader)
{
    uint64_t kind;
    struct fake_rdb_text text;
    enum fake_rdb_read got = fake_rdb_take_count(&reader->in, &kind);
    if (got) return got;
    if (kind == FAKE_RDB_NODE_LISTPACK) return read_listpack(reader, unpack_elements);
    if (kind != FAKE_RDB_NODE_PLAIN) return FAKE_RDB_DAMAGED;
    got = fake_rdb_take_text(&reader->in, &text);
    if (got) return got;
    got = push(reader, text.span);
    fake_rdb_release_text(&text);
    return got;
}

static enum fake_rdb_read read_nodes(struct reader *reader)
{
    uint64_t count;
    enum fake_rdb_read got = fake_rdb_take_count(&reader->in, &count);
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
        [FAKE_RDB_STREAM] = FAKE_REDIS_STREAM,
        [FAKE_RDB_STREAM_2] = FAKE_REDIS_STREAM,
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
    case FAKE_RDB_LIST_QUICKLIST: return FAKE_RDB_FOREIGN;
    case FAKE_RDB_STREAM:
    case FAKE_RDB_STREAM_2: return fake_rdb_read_stream(&reader->in, type, &reader->value->stream);
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

static bool may_not_be_empty(enum fake_redis_type type)
{
    return type != FAKE_REDIS_STRING && type != FAKE_REDIS_STREAM;
}

enum fake_rdb_read fake_rdb_read(struct fake_heap *heap, struct fl_span bytes,
                                 struct fake_redis_key *value)
{
    struct reader reader = {{heap, bytes}, value};
    uint64_t type;
    enum fake_rdb_read got = fake_rdb_take_big(&reader.in, 1, &type);
    if (!got) got = read_value(&reader, (enum fake_rdb_type)type);
    if (!got && may_not_be_empty(value->type) && fake_key_length(value) == 0)
        got = FAKE_RDB_DAMAGED;
    if (got)
        fake_key_release_value(heap, value);
    else
        choose_encoding(value);
    return got;
}
