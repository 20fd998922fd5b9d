/* An element is its code, its bytes, and the length of both, by which it is walked backwards.
 * Codes: 0vvvvvvv, 110vvvvv vvvvvvvv and f1, f2, f3, f4 for integers of 7, 13, 16, 24, 32 and 64
 * bits; 10llllll, 1110llll llllllll and f0 for strings whose length takes 6, 12 and 32 bits. */
#include "fakes/redis/rdb/listpack.h"

#include "core/assert.h"

enum { HEADER_BYTES = 6, END = 0xff, COUNT_UNKNOWN = UINT16_MAX };

static void put_little(char *out, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        out[i] = (char)(value >> 8 * i);
}

static uint64_t get_little(const char *in, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = bytes; i-- > 0;)
        value = value << 8 | (uint8_t)in[i];
    return value;
}

/* How many bytes the length behind an element takes. */
static size_t back_bytes(size_t length)
{
    static const uint32_t bounds[] = {127, 16382, 2097150, 268435454};
    size_t bytes = 1;
    while (bytes <= FL_COUNT(bounds) && length > bounds[bytes - 1])
        bytes++;
    return bytes;
}

static enum fl_error append_back(struct fl_buf *out, size_t length)
{
    char back[5];
    size_t bytes = back_bytes(length);
    for (size_t i = 0; i < bytes; i++)
        back[i] = (char)((length >> 7 * (bytes - 1 - i) & 127) | (i ? 128 : 0));
    return fl_buf_append(out, back, bytes);
}

/* ---- writing ---- */

enum fl_error fake_listpack_begin(struct fl_buf *out)
{
    static const char header[HEADER_BYTES];
    return fl_buf_append(out, header, sizeof(header));
}

enum fl_error fake_listpack_append_int(struct fl_buf *out, int64_t value)
{
    char code[9];
    size_t bytes = 0; /* behind the code */
    if (value >= 0 && value <= 127) {
        code[0] = (char)value;
    } else if (value >= -4096 && value <= 4095) {
        uint64_t bits = (uint64_t)value & 0x1fff;
        code[0] = (char)(0xc0 | bits >> 8);
        code[1] = (char)bits;
        bytes = 1;
    } else {
        static const struct {
            int64_t max;
            uint8_t code, bytes;
        } widths[] = {
            {INT16_MAX, 0xf1, 2}, {0x7fffff, 0xf2, 3}, {INT32_MAX, 0xf3, 4}, {INT64_MAX, 0xf4, 8}};
        size_t i = 0;
        while (value > widths[i].max || value < -widths[i].max - 1)
            i++;
        code[0] = (char)widths[i].code;
        bytes = widths[i].bytes;
        put_little(code + 1, (uint64_t)value, bytes);
    }
    enum fl_error err = fl_buf_append(out, code, 1 + bytes);
    return err ? err : append_back(out, 1 + bytes);
}

enum fl_error fake_listpack_append(struct fl_buf *out, struct fl_span element)
{
    int64_t value;
    if (fake_int_parse(element, &value)) return fake_listpack_append_int(out, value);
    char code[5];
    size_t bytes = 1;
    if (element.length < 64) {
        code[0] = (char)(0x80 | element.length);
    } else if (element.length < 4096) {
        code[0] = (char)(0xe0 | element.length >> 8);
        code[1] = (char)element.length;
        bytes = 2;
    } else {
        code[0] = (char)0xf0;
        put_little(code + 1, element.length, 4);
        bytes = 5;
    }
    enum fl_error err = fl_buf_append(out, code, bytes);
    if (!err) err = fl_buf_append_span(out, element);
    return err ? err : append_back(out, bytes + element.length);
}

enum fl_error fake_listpack_end(struct fl_buf *out, size_t count)
{
    enum fl_error err = fl_buf_append_char(out, (char)END);
    if (err) return err;
    put_little(out->bytes, out->length, 4);
    put_little(out->bytes + 4, count < COUNT_UNKNOWN ? count : COUNT_UNKNOWN, 2);
    return FL_OK;
}

/* ---- reading ---- */

bool fake_listpack_open(struct fl_span bytes, struct fake_listpack_reader *reader)
{
    if (bytes.length <= HEADER_BYTES || get_little(bytes.bytes, 4) != bytes.length ||
        (uint8_t)bytes.bytes[bytes.length - 1] != END)
        return false;
    reader->rest = (struct fl_span){bytes.bytes + HEADER_BYTES, bytes.length - HEADER_BYTES};
    return true;
}

/* What a code says: how many bytes it takes itself, and how many follow. */
struct shape {
    size_t code_bytes, length;
    bool is_int;
};

static bool shape_of(struct fl_span rest, struct shape *shape)
{
    uint8_t code = (uint8_t)rest.bytes[0];
    *shape = (struct shape){.code_bytes = 1, .is_int = true};
    if (code < 0x80) return true;
    if (code < 0xc0) {
        shape->is_int = false;
        shape->length = code & 63;
        return true;
    }
    if (code < 0xe0) {
        shape->length = 1;
        return true;
    }
    if (code >= 0xf1 && code <= 0xf4) {
        static const uint8_t widths[] = {2, 3, 4, 8};
        shape->length = widths[code - 0xf1];
        return true;
    }
    shape->is_int = false;
    shape->code_bytes = code == 0xf0 ? 5 : 2;
    if (code > 0xf0 || rest.length < shape->code_bytes) return false;
    shape->length = code == 0xf0 ? get_little(rest.bytes + 1, 4)
                                 : (size_t)(code & 15) << 8 | (uint8_t)rest.bytes[1];
    return true;
}

static int64_t signed_value(uint64_t bits, unsigned width)
{
    unsigned unused = 64 - width;
    return (int64_t)(bits << unused) >> unused;
}

static int64_t int_at(struct fl_span rest, const struct shape *shape)
{
    uint8_t code = (uint8_t)rest.bytes[0];
    if (code < 0x80) return code;
    if (code < 0xe0) return signed_value((uint64_t)(code & 31) << 8 | (uint8_t)rest.bytes[1], 13);
    return signed_value(get_little(rest.bytes + 1, shape->length), 8 * (unsigned)shape->length);
}

bool fake_listpack_next(struct fake_listpack_reader *reader, struct fl_span *ret_element,
                        bool *ret_damaged)
{
    struct fl_span rest = reader->rest;
    struct shape shape;
    *ret_damaged = !rest.length;
    if (!rest.length) return false;
    if ((uint8_t)rest.bytes[0] == END) {
        *ret_damaged = rest.length != 1;
        return false;
    }
    *ret_damaged = true;
    if (!shape_of(rest, &shape)) return false;
    size_t whole = shape.code_bytes + shape.length, taken = whole + back_bytes(whole);
    if (taken >= rest.length) return false; /* the end mark is behind it */
    *ret_damaged = false;
    *ret_element = (struct fl_span){rest.bytes + shape.code_bytes, shape.length};
    if (shape.is_int)
        *ret_element =
            (struct fl_span){reader->text, fake_int_format(reader->text, int_at(rest, &shape))};
    reader->rest = (struct fl_span){rest.bytes + taken, rest.length - taken};
    return true;
}
