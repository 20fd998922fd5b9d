/* What clients of another version see. The lines of 7.0 are compared with a real server elsewhere.
 */
#include <math.h>

#include "fakes/redis/engine/versions.h"
#include "fakes/redis/values/number.h"
#include "redis_fixture.h"

static struct version_case {
    const char *name, *version;
    const char *lines[3];
    const char *want; /* what the last line answers */
} cases[] = {
    {"6.2 knows no LMPOP",
     "6.2.14",
     {"LMPOP 1 l LEFT"},
     "-ERR unknown command `LMPOP`, with args beginning with: `1`, `l`, `LEFT`, \r\n"},
    {"7.0 knows LMPOP", "7.0.15", {"LMPOP 1 l LEFT"}, "*-1\r\n"},
    {"6.2 names subcommands otherwise",
     "6.2.14",
     {"CLIENT FOO"},
     "-ERR Unknown subcommand or wrong number of arguments for 'FOO'. Try CLIENT HELP.\r\n"},
    {"6.2 counts no subcommand's arguments",
     "6.2.14",
     {"CLIENT SETNAME"},
     "-ERR Unknown subcommand or wrong number of arguments for 'SETNAME'. Try CLIENT HELP.\r\n"},
    {"6.2 knows no EXPIRE NX",
     "6.2.14",
     {"SET k v", "EXPIRE k 10 NX"},
     "-ERR wrong number of arguments for 'expire' command\r\n"},
    {"6.2 knows no SET NX GET", "6.2.14", {"SET k v NX GET"}, "-ERR syntax error\r\n"},
    {"6.2 puts script errors first",
     "6.2.14",
     {"EVAL \"error('boom')\" 0"},
     "-ERR Error running script (call to f_82903a0434f1503e152f89c03c9acd881a0e8150): "
     "@user_script:1: user_script:1: boom\r\n"},
    {"7.0 knows no CLIENT SETINFO",
     NULL,
     {"CLIENT SETINFO LIB-NAME x"},
     "-ERR unknown subcommand 'SETINFO'. Try CLIENT HELP.\r\n"},
    {"7.2 knows CLIENT SETINFO", "7.2.4", {"CLIENT SETINFO LIB-NAME x"}, "+OK\r\n"},
    {"7.2 refuses blanks in a library's name",
     "7.2.4",
     {"CLIENT SETINFO LIB-NAME \"a b\""},
     "-ERR lib-name cannot contain spaces, newlines or special characters.\r\n"},
    {"7.2 knows two attributes of a library",
     "7.2.4",
     {"CLIENT SETINFO FOO x"},
     "-ERR Unrecognized option 'FOO'\r\n"},
    {"7.2 knows CLIENT NO-TOUCH", "7.2", {"CLIENT NO-TOUCH on"}, "+OK\r\n"},
    {"7.2 prints short scores", "7.2.4", {"ZADD z 0.1 m", "ZSCORE z m"}, "$3\r\n0.1\r\n"},
    {"scripts of 7.2 see short scores",
     "7.2.4",
     {"ZADD z 0.1 m", "EVAL \"return redis.call('ZSCORE','z','m')\" 0"},
     "$3\r\n0.1\r\n"},
    {"7.0 prints 17 digits",
     "7.0",
     {"ZADD z 0.1 m", "ZSCORE z m"},
     "$19\r\n0.10000000000000001\r\n"},
    {"7.4 calls a long timeout out of range",
     "7.4.1",
     {"BLPOP q 1e30"},
     "-ERR timeout is out of range\r\n"},
};

static void version_row(void **state)
{
    const struct version_case *row = *state;
    struct fake_clock clock = {.wall_us = START_US};
    const struct fake_redis_options options = {.clock = fake_clock_port(&clock),
                                               .version = row->version};
    struct fake_redis *engine = fake_redis_new(&options);
    struct fake_redis_session *session = fake_redis_open(engine, "a");
    const char *answer = "";
    for (size_t i = 0; i < 3 && row->lines[i]; i++)
        answer = say(session, row->lines[i]);
    assert_string_equal(answer, row->want);
    fake_redis_free(engine);
}

static void understands_any_text_as_a_version(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum fake_version want;
    } rows[] = {
        {"5.0.1", FAKE_VERSION_6_2},   {"6.2", FAKE_VERSION_6_2}, {"7.0.15", FAKE_VERSION_7_0},
        {"7.1.240", FAKE_VERSION_7_0}, {"7.2", FAKE_VERSION_7_2}, {"7.4.0", FAKE_VERSION_7_4},
        {"8.0", FAKE_VERSION_7_4},     {"x", FAKE_VERSION_7_0},   {"", FAKE_VERSION_7_0}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(fake_version_parse(rows[i].text), rows[i].want);
}

static struct double_case {
    const char *name;
    double value;
    const char *want;
} doubles[] = {
    {"shortest: a tenth", 0.1, "0.1"},
    {"shortest: a sum that is no tenth", 0.1 + 0.2, "0.30000000000000004"},
    {"shortest: a time with microseconds", 1700000000.123456, "1700000000.123456"},
    {"shortest: an integer", 1700000000, "1700000000"},
    {"shortest: negative", -2.5, "-2.5"},
    {"shortest: zero", 0.0, "0"},
    {"shortest: negative zero", -0.0, "-0"},
    {"shortest: beyond exact integers", 1e20, "1e+20"},
    {"shortest: many digits and few zeros", 12345678901234567000.0, "12345678901234567000"},
    {"shortest: small without an exponent", 0.00015, "0.00015"},
    {"shortest: small with one", 1e-9, "1e-9"},
    {"shortest: the smallest", 5e-324, "5e-324"},
    {"shortest: the greatest", 1.7976931348623157e308, "1.7976931348623157e+308"},
    {"shortest: infinity", -INFINITY, "-inf"},
};

static void double_row(void **state)
{
    const struct double_case *row = *state;
    char text[FAKE_DOUBLE_TEXT_BYTES];
    size_t length = fake_double_shortest(text, row->value);
    assert_int_equal(length, strlen(row->want));
    assert_memory_equal(text, row->want, length);
}

int main(void)
{
    enum {
        CASES = sizeof(cases) / sizeof(cases[0]),
        DOUBLES = sizeof(doubles) / sizeof(doubles[0])
    };
    struct CMUnitTest tests[CASES + DOUBLES + 1] = {
        cmocka_unit_test(understands_any_text_as_a_version)};
    size_t count = 1;
    for (size_t i = 0; i < CASES; i++)
        tests[count++] = (struct CMUnitTest){cases[i].name, version_row, NULL, NULL, &cases[i]};
    for (size_t i = 0; i < DOUBLES; i++)
        tests[count++] = (struct CMUnitTest){doubles[i].name, double_row, NULL, NULL, &doubles[i]};
    return _cmocka_run_group_tests("fake_redis_versions", tests, count, NULL, NULL);
}
