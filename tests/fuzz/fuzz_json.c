/* JSON: any text is a document or a refusal with its place; a string that is read and written again
 * reads the same; an edited object is an object with that edit. */
#include <stdint.h>

#include "core/assert.h"
#include "core/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { TEXT_BYTES_MAX = 1024 * 1024 };

static void check_string(struct fl_json_at at)
{
    struct fl_buf plain = FL_BUF_INIT(TEXT_BYTES_MAX), written = FL_BUF_INIT(TEXT_BYTES_MAX),
                  again = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct fl_json json;
    fl_assert(fl_json_string(at, &plain) == FL_OK);
    fl_assert(fl_json_write_string(&written, fl_buf_span(&plain)) == FL_OK);
    fl_assert(fl_json_parse(fl_buf_span(&written), &json, NULL) == FL_OK);
    fl_assert(fl_json_string(fl_json_root(&json), &again) == FL_OK);
    fl_assert(fl_span_equal(fl_buf_span(&plain), fl_buf_span(&again)));
    fl_json_release(&json);
    fl_buf_release(&plain);
    fl_buf_release(&written);
    fl_buf_release(&again);
}

static void check_edit(struct fl_json_at object)
{
    const struct fl_json_edit edits[] = {{"retry_count", FL_SPAN("7")}, {"jid", {NULL, 0}}};
    struct fl_buf out = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct fl_json json;
    int64_t value;
    fl_assert(fl_json_edit(object, edits, FL_COUNT(edits), &out) == FL_OK);
    fl_assert(fl_json_parse(fl_buf_span(&out), &json, NULL) == FL_OK);
    fl_assert(fl_json_int64(fl_json_member(fl_json_root(&json), "retry_count"), &value));
    fl_assert(value == 7);
    fl_assert(!fl_json_exists(fl_json_member(fl_json_root(&json), "jid")));
    fl_json_release(&json);
    fl_buf_release(&out);
}

/* Depth is bounded by the parser. */
static void check(struct fl_json_at at)
{
    struct fl_span key;
    double number;
    if (fl_json_type(at) == FL_JSON_STRING) check_string(at);
    if (fl_json_type(at) == FL_JSON_NUMBER) fl_assert(fl_json_double(at, &number));
    if (fl_json_type(at) == FL_JSON_OBJECT) {
        check_edit(at);
        for (uint32_t i = 0; i < fl_json_length(at); i++)
            check(fl_json_pair(at, i, &key));
    }
    if (fl_json_type(at) == FL_JSON_ARRAY)
        for (uint32_t i = 0; i < fl_json_length(at); i++)
            check(fl_json_element(at, i));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct fl_json json;
    struct fl_json_error error = {0};
    enum fl_error err = fl_json_parse((struct fl_span){(const char *)bytes, length}, &json, &error);
    if (err == FL_OK) {
        check(fl_json_root(&json));
        fl_json_release(&json);
    }
    if (err == FL_EPARSE) fl_assert(error.line >= 1 && error.column >= 1 && error.expected);
    return 0;
}
