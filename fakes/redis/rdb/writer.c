#include "fakes/redis/rdb/writer.h"

#include "fakes/redis/rdb/listpack.h"
#include "fakes/redis/values/number.h"

enum { INT_TEXT_MAX = 11 }; /* the longest that an encoded integer can be */

static enum fl_error put_big(struct fl_buf *out, uint64_t value, size_t bytes)
{
    enum fl_error err = FL_OK;
    for (size_t i = bytes; !err && i-- > 0;)
        err = fl_buf_append_char(out, (char)(value >> 8 * i));
    return err;
}

enum fl_error fake_rdb_put_little(struct fl_buf *out, uint64_t value, size_t bytes)
{
    enum fl_error err = FL_OK;
    for (size_t i = 0; !err && i < bytes; i++)
        err = fl_buf_append_char(out, (char)(value >> 8 * i));
    return err;
}

enum fl_error fake_rdb_put_length(struct fl_buf *out, uint64_t length)
{
    if (length < 1 << 6) return put_big(out, length, 1);
    if (length < 1 << 14) return put_big(out, FAKE_RDB_LENGTH_14 << 8 | length, 2);
    bool wide = length > UINT32_MAX;
    enum fl_error err = put_big(out, wide ? FAKE_RDB_LENGTH_64 : FAKE_RDB_LENGTH_32, 1);
    return err ? err : put_big(out, length, wide ? 8 : 4);
}

static enum fl_error put_int(struct fl_buf *out, int64_t value)
{
    unsigned code = FAKE_RDB_INT32;
    if (value >= INT8_MIN && value <= INT8_MAX)
        code = FAKE_RDB_INT8;
    else if (value >= INT16_MIN && value <= INT16_MAX)
        code = FAKE_RDB_INT16;
    enum fl_error err = put_big(out, FAKE_RDB_ENCODED | code, 1);
    return err ? err : fake_rdb_put_little(out, (uint64_t)value, (size_t)1 << code);
}

enum fl_error fake_rdb_put_string(struct fl_buf *out, struct fl_span text)
{
    int64_t value;
    if (text.length <= INT_TEXT_MAX && fake_int_parse(text, &value) && value >= INT32_MIN &&
        value <= INT32_MAX)
        return put_int(out, value);
    enum fl_error err = fake_rdb_put_length(out, text.length);
    return err ? err : fl_buf_append_span(out, text);
}

enum fl_error fake_rdb_put_type(struct fl_buf *out, enum fake_rdb_type type)
{
    return fl_buf_append_char(out, (char)type);
}

enum fl_error fake_rdb_put_listpack(struct fl_buf *out, struct fl_buf *pack, size_t count)
{
    enum fl_error err = fake_listpack_end(pack, count);
    if (!err) err = fake_rdb_put_length(out, pack->length);
    return err ? err : fl_buf_append_span(out, fl_buf_span(pack));
}
