/* Values become bytes. Lists are cut into nodes from the left, as if they had been pushed so; the
 * real server's nodes tell of their list's past. */
#include <math.h>
#include <stdlib.h>

#include "core/assert.h"
#include "fakes/redis/rdb/listpack.h"
#include "fakes/redis/rdb/stream.h"
#include "fakes/redis/rdb/value.h"
#include "fakes/redis/rdb/writer.h"
#include "fakes/redis/values/number.h"

/* ---- lists ---- */

/* Of the elements from `first` on, how many go into one node. */
static uint32_t node_length(const struct fake_deque *list, uint32_t first)
{
    enum { ELEMENT_OVERHEAD_MAX = 10 };
    size_t bytes = 0;
    uint32_t count = 0;
    while (first + count < list->count) {
        bytes += (*fake_deque_at(list, first + count))->length + ELEMENT_OVERHEAD_MAX;
        if (count && bytes > FAKE_RDB_NODE_BYTES_MAX) break;
        count++;
    }
    return count;
}

static enum fl_error write_node(struct fl_buf *out, const struct fake_deque *list, uint32_t first,
                                uint32_t count)
{
    struct fl_buf pack = FL_BUF_INIT(out->length_max);
    enum fl_error err = fake_rdb_put_length(out, FAKE_RDB_NODE_LISTPACK);
    if (!err) err = fake_listpack_begin(&pack);
    for (uint32_t i = first; !err && i < first + count; i++)
        err = fake_listpack_append(&pack, fake_str_span(*fake_deque_at(list, i)));
    if (!err) err = fake_rdb_put_listpack(out, &pack, count);
    fl_buf_release(&pack);
    return err;
}

static enum fl_error write_list(struct fl_buf *out, const struct fake_deque *list)
{
    uint32_t nodes = 0, count;
    for (uint32_t first = 0; first < list->count; first += node_length(list, first))
        nodes++;
    enum fl_error err = fake_rdb_put_type(out, FAKE_RDB_LIST_NODES);
    if (!err) err = fake_rdb_put_length(out, nodes);
    for (uint32_t first = 0; !err && first < list->count; first += count) {
        count = node_length(list, first);
        err = write_node(out, list, first, count);
    }
    return err;
}

/* ---- sets ---- */

static int by_value(const void *a, const void *b)
{
    const int64_t *left = a, *right = b;
    return *left < *right ? -1 : *left > *right;
}

static enum fl_error write_integers(struct fl_buf *out, int64_t *integers, uint32_t count)
{
    qsort(integers, count, sizeof(*integers), by_value);
    int64_t least = integers[0], greatest = integers[count - 1];
    size_t width = 8;
    if (least >= INT16_MIN && greatest <= INT16_MAX)
        width = 2;
    else if (least >= INT32_MIN && greatest <= INT32_MAX)
        width = 4;
    enum fl_error err = fake_rdb_put_type(out, FAKE_RDB_SET_INTSET);
    if (!err) err = fake_rdb_put_length(out, 8 + count * width);
    if (!err) err = fake_rdb_put_little(out, width, 4);
    if (!err) err = fake_rdb_put_little(out, count, 4);
    for (uint32_t i = 0; !err && i < count; i++)
        err = fake_rdb_put_little(out, (uint64_t)integers[i], width);
    return err;
}

static enum fl_error write_intset(struct fl_buf *out, const struct fake_dict *set)
{
    int64_t *integers = malloc(set->count * sizeof(*integers));
    uint32_t at = 0, count = 0;
    if (!integers) return FL_ENOMEM;
    for (const struct fake_entry *entry; (entry = fake_dict_next(set, &at));) {
        bool is_int = fake_int_parse(fake_entry_key(entry), &integers[count++]);
        fl_assert(is_int);
    }
    enum fl_error err = write_integers(out, integers, count);
    free(integers);
    return err;
}

/* A set, or a hash with its values. */
static enum fl_error write_dict(struct fl_buf *out, const struct fake_dict *dict,
                                enum fake_rdb_type type)
{
    uint32_t at = 0;
    enum fl_error err = fake_rdb_put_type(out, type);
    if (!err) err = fake_rdb_put_length(out, dict->count);
    for (const struct fake_entry *entry; !err && (entry = fake_dict_next(dict, &at));) {
        err = fake_rdb_put_string(out, fake_entry_key(entry));
        if (!err && type == FAKE_RDB_HASH)
            err = fake_rdb_put_string(out, fake_str_span(entry->value));
    }
    return err;
}

/* ---- hashes and sorted sets ---- */

static enum fl_error pack_hash(struct fl_buf *pack, const struct fake_dict *hash)
{
    uint32_t at = 0;
    enum fl_error err = fake_listpack_begin(pack);
    for (const struct fake_entry *entry; !err && (entry = fake_dict_next(hash, &at));) {
        err = fake_listpack_append(pack, fake_entry_key(entry));
        if (!err) err = fake_listpack_append(pack, fake_str_span(entry->value));
    }
    return err;
}

/* Scores that are integers of up to 62 bits are held as such. */
static enum fl_error pack_score(struct fl_buf *pack, double score)
{
    char text[FAKE_DOUBLE_TEXT_BYTES];
    if (fabs(score) <= 0x1p62 && (double)(int64_t)score == score)
        return fake_listpack_append_int(pack, (int64_t)score);
    return fake_listpack_append(pack, (struct fl_span){text, fake_double_format(text, score)});
}

static enum fl_error pack_zset(struct fl_buf *pack, const struct fake_zset *zset)
{
    enum fl_error err = fake_listpack_begin(pack);
    struct fake_zcursor at = {0};
    for (const struct fake_entry *member; !err && (member = fake_zset_next(zset, &at));) {
        err = fake_listpack_append(pack, fake_entry_key(member));
        if (!err) err = pack_score(pack, member->score);
    }
    return err;
}

static enum fl_error write_pairs(struct fl_buf *out, const struct fake_redis_key *key)
{
    struct fl_buf pack = FL_BUF_INIT(out->length_max);
    bool zset = key->type == FAKE_REDIS_ZSET;
    enum fl_error err =
        fake_rdb_put_type(out, zset ? FAKE_RDB_ZSET_LISTPACK : FAKE_RDB_HASH_LISTPACK);
    if (!err) err = zset ? pack_zset(&pack, &key->zset) : pack_hash(&pack, &key->dict);
    if (!err) err = fake_rdb_put_listpack(out, &pack, 2 * fake_key_length(key));
    fl_buf_release(&pack);
    return err;
}

/* From the greatest down. */
static enum fl_error write_skiplist(struct fl_buf *out, const struct fake_zset *zset)
{
    enum fl_error err = fake_rdb_put_type(out, FAKE_RDB_ZSET);
    if (!err) err = fake_rdb_put_length(out, fake_zset_count(zset));
    struct fake_zcursor at = fake_zset_end(zset);
    for (const struct fake_entry *member; !err && (member = fake_zset_previous(zset, &at));) {
        uint64_t bits;
        memcpy(&bits, &member->score, sizeof(bits));
        err = fake_rdb_put_string(out, fake_entry_key(member));
        if (!err) err = fake_rdb_put_little(out, bits, sizeof(bits));
    }
    return err;
}

enum fl_error fake_rdb_write(const struct fake_redis_key *key, struct fl_buf *out)
{
    switch (key->type) {
    case FAKE_REDIS_STRING: {
        enum fl_error err = fake_rdb_put_type(out, FAKE_RDB_STRING);
        return err ? err : fake_rdb_put_string(out, fake_str_span(key->string));
    }
    case FAKE_REDIS_LIST: return write_list(out, &key->list);
    case FAKE_REDIS_SET:
        return key->large ? write_dict(out, &key->dict, FAKE_RDB_SET)
                          : write_intset(out, &key->dict);
    case FAKE_REDIS_HASH:
        return key->large ? write_dict(out, &key->dict, FAKE_RDB_HASH) : write_pairs(out, key);
    case FAKE_REDIS_ZSET:
        return key->large ? write_skiplist(out, &key->zset) : write_pairs(out, key);
    case FAKE_REDIS_STREAM: return fake_rdb_write_stream(key->stream, out);
    }
    fl_panic("a value of no type");
}
