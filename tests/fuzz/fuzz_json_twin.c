/* JSON against jansson: the same texts are accepted, and the same values are found in them.
 *
 * They differ on purpose in one thing: jansson holds numbers as C types and refuses what does not
 * fit, where a payload's number is kept as it stands. */
#include <jansson.h>
#include <stdint.h>

#include "core/assert.h"
#include "core/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { TEXT_BYTES_MAX = 1024 * 1024 };

static void check_string(struct fl_json_at at, const json_t *twin)
{
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES_MAX);
    fl_assert(fl_json_string(at, &text) == FL_OK);
    fl_assert(fl_span_equal(fl_buf_span(&text),
                            (struct fl_span){json_string_value(twin), json_string_length(twin)}));
    fl_buf_release(&text);
}

static void check_number(struct fl_json_at at, const json_t *twin)
{
    int64_t integer;
    double real;
    fl_assert(fl_json_double(at, &real) && real == json_number_value(twin));
    if (json_is_integer(twin))
        fl_assert(fl_json_int64(at, &integer) && integer == json_integer_value(twin));
}

static void check(struct fl_json_at at, const json_t *twin);

/* A key may contain escapes and stand twice: jansson keeps the last value, in the place of the
 * first. */
static void check_object(struct fl_json_at at, const json_t *twin)
{
    struct fl_span key;
    fl_assert(fl_json_length(at) >= json_object_size(twin));
    for (uint32_t i = 0; i < fl_json_length(at); i++) {
        struct fl_json_at value = fl_json_pair(at, i, &key);
        struct fl_buf name = FL_BUF_INIT(TEXT_BYTES_MAX);
        fl_assert(fl_json_string((struct fl_json_at){value.json, value.index - 1}, &name) == FL_OK);
        struct fl_json_at last = fl_json_member(at, name.bytes);
        fl_assert(fl_json_exists(last));
        check(last, json_object_get(twin, name.bytes));
        fl_buf_release(&name);
    }
}

static void check(struct fl_json_at at, const json_t *twin)
{
    fl_assert(twin);
    switch (fl_json_type(at)) {
    case FL_JSON_NULL: fl_assert(json_is_null(twin)); break;
    case FL_JSON_FALSE: fl_assert(json_is_false(twin)); break;
    case FL_JSON_TRUE: fl_assert(json_is_true(twin)); break;
    case FL_JSON_NUMBER: check_number(at, twin); break;
    case FL_JSON_STRING: check_string(at, twin); break;
    case FL_JSON_ARRAY:
        fl_assert(fl_json_length(at) == json_array_size(twin));
        for (uint32_t i = 0; i < fl_json_length(at); i++)
            check(fl_json_element(at, i), json_array_get(twin, i));
        break;
    case FL_JSON_OBJECT: check_object(at, twin); break;
    }
}

/* A NUL in a key is what jansson cannot hold at all. */
static bool is_beyond_jansson(const json_error_t *error)
{
    enum json_error_code code = json_error_code(error);
    return code == json_error_numeric_overflow || code == json_error_null_byte_in_key ||
           code == json_error_stack_overflow || code == json_error_out_of_memory;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct fl_json json;
    json_error_t error;
    if (length && memchr(bytes, 0, length)) return 0; /* jansson overlooks it between values */
    json_t *twin =
        json_loadb((const char *)bytes, length, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    enum fl_error err = fl_json_parse((struct fl_span){(const char *)bytes, length}, &json, NULL);
    if (twin && err != FL_EBOUND && err != FL_ENOMEM) {
        fl_assert(err == FL_OK);
        check(fl_json_root(&json), twin);
    }
    if (!twin && !is_beyond_jansson(&error)) fl_assert(err != FL_OK);
    if (err == FL_OK) fl_json_release(&json);
    json_decref(twin);
    return 0;
}
