#include "core/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "alloc_sweep.h"
#include "core/assert.h"

static struct parse_case {
    const char *name, *text;
    const char *expected; /* NULL: well-formed */
    uint32_t line, column;
} parses[] = {
    {"parse: empty object", "{}", NULL, 0, 0},
    {"parse: blanks everywhere", " \t\r\n{ \"a\" : [ 1 , 2 ] } ", NULL, 0, 0},
    {"parse: every kind", "[null,true,false,0,-1,1.5e-3,\"\",[],{}]", NULL, 0, 0},
    {"parse: bare number", "12345678901234567890", NULL, 0, 0},
    {"parse: escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\ude00\"", NULL, 0, 0},
    {"parse: duplicate keys", "{\"a\":1,\"a\":2}", NULL, 0, 0},
    {"parse: nothing", "", "a value", 1, 1},
    {"parse: text behind", "{} x", "the end of the text", 1, 4},
    {"parse: comma at the end", "[1,]", "a value", 1, 4},
    {"parse: comma at the end of an object", "{\"a\":1,}", "a key in quotes", 1, 8},
    {"parse: no comma", "[1 2]", "',' or ']'", 1, 4},
    {"parse: wrong bracket", "[1}", "',' or ']'", 1, 3},
    {"parse: not closed", "{\"a\":1", "',' or '}'", 1, 7},
    {"parse: key without quotes", "{a:1}", "a key in quotes", 1, 2},
    {"parse: no colon", "{\"a\" 1}", "':'", 1, 6},
    {"parse: NaN", "[NaN]", "a value", 1, 2},
    {"parse: misspelt word", "[truE]", "a value", 1, 2},
    {"parse: leading zero", "[01]", "',' or ']'", 1, 3},
    {"parse: minus alone", "-", "a digit", 1, 2},
    {"parse: point alone", "1.", "a digit", 1, 3},
    {"parse: exponent alone", "1e+", "a digit", 1, 4},
    {"parse: plus", "+1", "a value", 1, 1},
    {"parse: string not closed", "\"abc", "'\"' at the end of the string", 1, 5},
    {"parse: newline in a string", "\"a\nb\"", "no raw control character in a string", 1, 3},
    {"parse: unknown escape", "\"\\x\"", "a valid escape", 1, 3},
    {"parse: short unicode escape", "\"\\u12\"", "a valid escape", 1, 6},
    {"parse: lone high surrogate", "\"\\ud800\"", "a valid escape", 1, 8},
    {"parse: lone low surrogate", "\"\\udc00\"", "a valid escape", 1, 8},
    {"parse: bad UTF-8", "\"a\xff\"", "valid UTF-8", 1, 3},
    {"parse: on the third line", "{\n\"a\":1,\n  b}", "a key in quotes", 3, 3},
};

static void parse_row(void **state)
{
    const struct parse_case *row = *state;
    struct fl_json json = {0};
    struct fl_json_error error = {0};
    enum fl_error err = fl_json_parse(fl_span_from(row->text), &json, &error);
    assert_int_equal(err, row->expected ? FL_EPARSE : FL_OK);
    if (row->expected) assert_string_equal(error.expected, row->expected);
    assert_int_equal(error.line, row->line);
    assert_int_equal(error.column, row->column);
    fl_json_release(&json);
}

static struct fl_json parsed(const char *text)
{
    struct fl_json json;
    assert_int_equal(fl_json_parse(fl_span_from(text), &json, NULL), FL_OK);
    return json;
}

static void depth_is_bounded(void **state)
{
    (void)state;
    struct fl_json json = {0};
    char text[2 * (FL_JSON_DEPTH_MAX + 1)];
    memset(text, '[', sizeof text / 2);
    memset(text + sizeof text / 2, ']', sizeof text / 2);
    assert_int_equal(fl_json_parse((struct fl_span){text, sizeof text}, &json, NULL), FL_EBOUND);
    assert_int_equal(fl_json_parse((struct fl_span){text + 1, sizeof text - 2}, &json, NULL),
                     FL_OK);
    fl_json_release(&json);
}

static struct int_case {
    const char *name, *text;
    bool want;
    int64_t value;
} ints[] = {
    {"int64: small", "42", true, 42},
    {"int64: minus zero", "-0", true, 0},
    {"int64: greatest", "9223372036854775807", true, INT64_MAX},
    {"int64: too great", "9223372036854775808", false, 7},
    {"int64: fraction", "1.0", false, 7},
    {"int64: exponent", "1e3", false, 7},
    {"int64: a string", "\"1\"", false, 7},
};

static void int_row(void **state)
{
    const struct int_case *row = *state;
    struct fl_json json = parsed(row->text);
    int64_t value = 7;
    assert_int_equal(fl_json_int64(fl_json_root(&json), &value), row->want);
    assert_int_equal(value, row->value);
    fl_json_release(&json);
}

static void finds_members_elements_and_pairs(void **state)
{
    (void)state;
    struct fl_json json =
        parsed("{\"args\":[1,[2,3],{\"k\":4},5],\"a\":1,\"a\":2,\"\\u0061b\":\"x\"}");
    struct fl_json_at root = fl_json_root(&json), args = fl_json_member(root, "args");
    struct fl_span key;
    assert_int_equal(fl_json_length(root), 4);
    assert_int_equal(fl_json_length(args), 4);
    assert_true(fl_span_is(fl_json_raw(fl_json_element(args, 3)), "5"));
    assert_true(fl_span_is(fl_json_raw(fl_json_element(args, 2)), "{\"k\":4}"));
    assert_true(fl_span_is(fl_json_raw(fl_json_element(fl_json_element(args, 1), 1)), "3"));
    assert_true(fl_span_is(fl_json_raw(fl_json_member(root, "a")), "2"));
    assert_true(fl_json_is(fl_json_member(root, "ab"), "x"));
    assert_true(fl_span_is(fl_json_raw(fl_json_pair(root, 1, &key)), "1"));
    assert_true(fl_span_is(key, "a"));
    assert_false(fl_json_exists(fl_json_element(args, 4)));
    assert_false(fl_json_exists(fl_json_pair(root, 4, NULL)));
    fl_json_release(&json);
}

static void absent_nodes_read_as_nothing(void **state)
{
    (void)state;
    struct fl_json_at absent = {0};
    struct fl_buf out = FL_BUF_INIT(10);
    int64_t integer;
    double real;
    assert_false(fl_json_exists(fl_json_element(fl_json_member(absent, "x"), 3)));
    assert_int_equal(fl_json_type(absent), FL_JSON_NULL);
    assert_int_equal(fl_json_raw(absent).length, 0);
    assert_false(fl_json_int64(absent, &integer) || fl_json_double(absent, &real));
    assert_false(fl_json_is(absent, ""));
    assert_int_equal(fl_json_string(absent, &out), FL_EINVAL);
    assert_int_equal(fl_json_edit(absent, NULL, 0, &out), FL_EINVAL);
}

static void strings_are_unescaped_and_numbers_rounded(void **state)
{
    (void)state;
    struct fl_json json =
        parsed("[\"a\\u0000\\ud83d\\ude00\\n\\u00e9\\u20ac\",1795455028.1254718,1e400]");
    struct fl_buf out = FL_BUF_INIT(100);
    double value;
    assert_int_equal(fl_json_string(fl_json_element(fl_json_root(&json), 0), &out), FL_OK);
    assert_true(fl_span_equal(fl_buf_span(&out), FL_SPAN("a\0\U0001F600\n\u00e9\u20ac")));
    assert_true(fl_json_double(fl_json_element(fl_json_root(&json), 1), &value));
    assert_true(value == 1795455028.1254718);
    assert_true(fl_json_double(fl_json_element(fl_json_root(&json), 2), &value));
    assert_true(value == __builtin_inf());
    fl_buf_release(&out);
    fl_json_release(&json);
}

static const char payload[] =
    "{\"class\":\"HardWorker\",\"args\":[12345678901234567890,1.10,{\"k\" : [ ] }],"
    "\"x-tool\":{\"b\":1e2},\"na\u00efve\\u0041\":\"\u00fc\\/\",\"retry\":5,"
    "\"error_message\":\"old\",\"jid\":\"b4a577edbccf1d805744efa9\"}";

static const struct fl_json_edit retry_edits[] = {
    {"retry_count", FL_SPAN("0")}, {"error_message", FL_SPAN("\"new\"")},
    {"retry", {NULL, 0}},          {"queue", FL_SPAN("\"default\"")},
    {"failed_at", {NULL, 0}},
};

static void an_edit_leaves_every_other_byte_alone(void **state)
{
    (void)state;
    struct fl_json json = parsed(payload);
    struct fl_buf out = FL_BUF_INIT(1000);
    assert_int_equal(fl_json_edit(fl_json_root(&json), retry_edits, FL_COUNT(retry_edits), &out),
                     FL_OK);
    assert_string_equal(
        out.bytes, "{\"class\":\"HardWorker\",\"args\":[12345678901234567890,1.10,{\"k\" : [ ] }],"
                   "\"x-tool\":{\"b\":1e2},\"na\u00efve\\u0041\":\"\u00fc\\/\","
                   "\"error_message\":\"new\",\"jid\":\"b4a577edbccf1d805744efa9\","
                   "\"retry_count\":0,\"queue\":\"default\"}");
    fl_buf_release(&out);
    fl_json_release(&json);
}

static void an_edit_drops_the_blanks_between_pairs(void **state)
{
    (void)state;
    struct fl_json json =
        parsed("{ \"a\" : 1 , \"b\":2,\"c\":[3, 4] ,\"d\":5,\"e\":6, \"f\":7,\"retry\":1,\"g\":8}");
    struct fl_buf out = FL_BUF_INIT(1000);
    const struct fl_json_edit edits[] = {{"e", FL_SPAN("60")}, {"retry", {NULL, 0}}};
    assert_int_equal(fl_json_edit(fl_json_root(&json), edits, FL_COUNT(edits), &out), FL_OK);
    assert_string_equal(out.bytes,
                        "{\"a\":1,\"b\":2,\"c\":[3, 4],\"d\":5,\"e\":60,\"f\":7,\"g\":8}");
    fl_buf_release(&out);
    fl_json_release(&json);
}

static void finds_several_members_in_one_walk(void **state)
{
    (void)state;
    struct fl_json json = parsed(
        "{\"a\":1,\"jid\":2,\"\":3,\"j\\u0069d\":4,\"queue\":{\"retry\":5},\"class\":6,\"a\":7}");
    const struct fl_span keys[] = {FL_SPAN("a"),     FL_SPAN("jid"), FL_SPAN("retry"),
                                   FL_SPAN("class"), FL_SPAN(""),    FL_SPAN("queue")};
    struct fl_json_at found[FL_COUNT(keys)];
    fl_json_members(fl_json_root(&json), keys, FL_COUNT(keys), found);
    for (size_t i = 0; i < FL_COUNT(keys); i++) {
        struct fl_json_at want = fl_json_member(fl_json_root(&json), keys[i].bytes);
        assert_int_equal(fl_json_exists(found[i]), fl_json_exists(want));
        assert_int_equal(found[i].index, want.index);
    }
    fl_json_members(found[0], keys, FL_COUNT(keys), found); /* a number */
    assert_false(fl_json_exists(found[1]));
    fl_json_release(&json);
}

static void an_edit_that_does_not_fit_changes_nothing(void **state)
{
    (void)state;
    struct fl_json json = parsed("{\"a\":1}");
    struct fl_buf out = FL_BUF_INIT(7);
    const struct fl_json_edit edit = {"b", FL_SPAN("2")};
    assert_int_equal(fl_json_edit(fl_json_root(&json), &edit, 1, &out), FL_EBOUND);
    assert_int_equal(out.length, 0);
    assert_int_equal(fl_json_edit(fl_json_root(&json), NULL, 0, &out), FL_OK);
    assert_string_equal(out.bytes, "{\"a\":1}");
    fl_buf_release(&out);
    fl_json_release(&json);
}

/* An array of 100,000 arrays, walked by index, would be quadratic: members of a wide object must
 * not be. The test's time is its assertion. */
static void editing_a_wide_object_takes_linear_time(void **state)
{
    (void)state;
    struct fl_buf text = FL_BUF_INIT(10 * 1000 * 1000), out = FL_BUF_INIT(10 * 1000 * 1000);
    assert_int_equal(fl_buf_append_char(&text, '{'), FL_OK);
    for (int i = 0; i < 200000; i++)
        assert_int_equal(fl_buf_printf(&text, "%s\"k%d\":[[]]", i ? "," : "", i), FL_OK);
    assert_int_equal(fl_buf_append_char(&text, '}'), FL_OK);
    struct fl_json json;
    assert_int_equal(fl_json_parse(fl_buf_span(&text), &json, NULL), FL_OK);
    assert_int_equal(fl_json_edit(fl_json_root(&json), retry_edits, FL_COUNT(retry_edits), &out),
                     FL_OK);
    fl_json_release(&json);
    fl_buf_release(&text);
    fl_buf_release(&out);
}

static void writes_what_ruby_generates(void **state)
{
    (void)state;
    struct fl_buf out = FL_BUF_INIT(1000);
    struct fl_json_writer w = fl_json_begin_object(&out);
    fl_json_put_string(&w, "text", FL_SPAN("\x1f\x7f\b\f\n\r\t/\"\\\u2028\u00e9\0"));
    fl_json_put_string(&w, "bad", FL_SPAN("a\xff"));
    fl_json_put_int64(&w, "int", INT64_MIN);
    fl_json_put_bool(&w, "yes", true);
    fl_json_key(&w, "list");
    struct fl_json_writer list = fl_json_begin_array(&out);
    fl_json_put_int64(&list, NULL, 1);
    fl_json_put_raw(&list, NULL, FL_SPAN("null"));
    assert_int_equal(fl_json_end(&list), FL_OK);
    assert_int_equal(fl_json_end(&w), FL_OK);
    assert_string_equal(out.bytes,
                        "{\"text\":\"\\u001f\x7f\\b\\f\\n\\r\\t/\\\"\\\\\u2028\u00e9\\u0000\","
                        "\"bad\":\"a\uFFFD\",\"int\":-9223372036854775808,\"yes\":true,"
                        "\"list\":[1,null]}");
    assert_int_equal(fl_json_write_string(&out, FL_SPAN("a\xff")), FL_EINVAL);
    fl_buf_release(&out);
}

static enum fl_error parse_and_edit(void *context)
{
    (void)context;
    struct fl_json json = {0};
    struct fl_buf out = FL_BUF_INIT(1000);
    enum fl_error err = fl_json_parse(fl_span_from(payload), &json, NULL);
    if (!err) err = fl_json_write_scrubbed(&out, FL_SPAN("\xff"));
    if (!err) err = fl_json_edit(fl_json_root(&json), retry_edits, FL_COUNT(retry_edits), &out);
    fl_buf_release(&out);
    fl_json_release(&json);
    return err;
}

static void a_compact_text_has_neither_blanks_nor_needless_escapes(void **state)
{
    struct fl_span text = FL_SPAN(" [ 1.50 , {\"a\\u0062\" : [ ] , \"\\u00e9\" : null } , "
                                  "\"\\/ \\\" \\u0001\", true ] ");
    struct fl_json json;
    struct fl_buf out = FL_BUF_INIT(1000), small = FL_BUF_INIT(10);
    (void)state;
    assert_int_equal(fl_json_parse(text, &json, NULL), FL_OK);
    assert_int_equal(fl_json_write_compact(&out, fl_json_root(&json)), FL_OK);
    assert_string_equal(out.bytes, "[1.50,{\"ab\":[],\"\xC3\xA9\":null},\"/ \\\" \\u0001\",true]");
    assert_int_equal(fl_json_write_compact(&small, fl_json_root(&json)), FL_EBOUND);
    assert_int_equal(small.length, 0);
    assert_int_equal(fl_json_write_compact(&out, (struct fl_json_at){0}), FL_EINVAL);
    fl_buf_release(&out);
    fl_buf_release(&small);
    fl_json_release(&json);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    alloc_sweep(parse_and_edit, NULL);
}

int main(void)
{
    const struct CMUnitTest single[] = {
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(finds_members_elements_and_pairs),
        cmocka_unit_test(absent_nodes_read_as_nothing),
        cmocka_unit_test(strings_are_unescaped_and_numbers_rounded),
        cmocka_unit_test(an_edit_leaves_every_other_byte_alone),
        cmocka_unit_test(an_edit_drops_the_blanks_between_pairs),
        cmocka_unit_test(finds_several_members_in_one_walk),
        cmocka_unit_test(an_edit_that_does_not_fit_changes_nothing),
        cmocka_unit_test(editing_a_wide_object_takes_linear_time),
        cmocka_unit_test(writes_what_ruby_generates),
        cmocka_unit_test(a_compact_text_has_neither_blanks_nor_needless_escapes),
        cmocka_unit_test(every_allocation_may_fail),
    };
    struct CMUnitTest tests[FL_COUNT(parses) + FL_COUNT(ints) + FL_COUNT(single)];
    size_t n = 0;
    for (size_t i = 0; i < FL_COUNT(parses); i++)
        tests[n++] = (struct CMUnitTest){parses[i].name, parse_row, NULL, NULL, &parses[i]};
    for (size_t i = 0; i < FL_COUNT(ints); i++)
        tests[n++] = (struct CMUnitTest){ints[i].name, int_row, NULL, NULL, &ints[i]};
    for (size_t i = 0; i < FL_COUNT(single); i++)
        tests[n++] = single[i];
    return _cmocka_run_group_tests("json", tests, n, NULL, NULL);
}
