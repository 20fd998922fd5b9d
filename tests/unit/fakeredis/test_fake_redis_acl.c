/* Users: what no table of commands can compare with a real server: chance, ages, bounds. */
#include <stdio.h>

#include "fakes/redis/values/sha256.h"
#include "redis_fixture.h"

static void hashes_as_the_standard_says(void **state)
{
    (void)state;
    static const struct {
        const char *text, *hex;
    } rows[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"0123456789012345678901234567890123456789012345678901234567890123",
         "9674d9e078535b7cec43284387a6ee39956188e735a85452b0050b55341cda56"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char hex[FAKE_SHA256_HEX_BYTES];
        fake_sha256_hex(fl_span_from(rows[i].text), hex);
        assert_memory_equal(hex, rows[i].hex, FAKE_SHA256_HEX_BYTES);
    }
}

static void makes_passwords_that_a_seed_repeats(void **state)
{
    struct redis_fixture *f = *state;
    char first[80];
    strcpy(first, say(f->a, "ACL GENPASS"));
    assert_memory_equal(first, "$64\r\n", 5);
    assert_string_not_equal(say(f->a, "ACL GENPASS"), first);
    fake_redis_reset(f->engine, &f->options);
    f->a = fake_redis_open(f->engine, "a");
    f->b = f->c = NULL;
    assert_string_equal(say(f->a, "ACL GENPASS"), first);
    assert_memory_equal(say(f->a, "ACL GENPASS 5"), "$2\r\n", 4);
}

/* As 7.0.15 did; a table compares words in any order, since single commands have none there. */
static void tells_the_first_of_two_categories_that_fit_as_well(void **state)
{
    struct redis_fixture *f = *state;
    (void)say(f->a, "ACL SETUSER u +@transaction +@hyperloglog");
    assert_non_null(strstr(say(f->a, "ACL LIST"), "-@all +@hyperloglog +@transaction\r\n"));
    (void)say(f->a, "ACL SETUSER u reset +@set +@hash +@list +@geo");
    assert_non_null(strstr(say(f->a, "ACL LIST"), "-@all +@list +@hash +@geo +@set\r\n"));
}

static void counts_what_is_denied_again_within_a_minute(void **state)
{
    struct redis_fixture *f = *state;
    (void)say(f->a, "AUTH nobody x");
    pass_us(f, 59 * 1000 * 1000);
    (void)say(f->a, "AUTH nobody x");
    const char *log = say(f->b, "ACL LOG");
    assert_memory_equal(log, "*1\r\n*14\r\n$5\r\ncount\r\n:2\r\n", 24);
    assert_non_null(strstr(log, "$6\r\nreason\r\n$4\r\nauth\r\n$7\r\ncontext\r\n$8\r\ntoplevel\r\n"
                                "$6\r\nobject\r\n$4\r\nAUTH\r\n$8\r\nusername\r\n$6\r\nnobody\r\n"
                                "$11\r\nage-seconds\r\n$1\r\n0\r\n$11\r\nclient-info\r\n"));
    pass_us(f, 61 * 1000 * 1000);
    (void)say(f->a, "AUTH nobody x");
    assert_memory_equal(say(f->b, "ACL LOG"), "*2\r\n", 4);
    assert_non_null(strstr(say(f->b, "ACL LOG"), "age-seconds\r\n$2\r\n61\r\n"));
    assert_string_equal(say(f->b, "ACL LOG RESET"), "+OK\r\n");
    assert_string_equal(say(f->b, "ACL LOG"), "*0\r\n");
}

static void forgets_the_oldest_denials(void **state)
{
    struct redis_fixture *f = *state;
    char line[64];
    for (int i = 0; i < 128 + 5; i++) {
        snprintf(line, sizeof(line), "AUTH nobody%d x", i);
        (void)say(f->a, line);
    }
    const char *log = say(f->b, "ACL LOG 1000");
    assert_memory_equal(log, "*128\r\n", 6);
    assert_null(strstr(log, "nobody4\r\n"));
    assert_non_null(strstr(log, "nobody5\r\n"));
    (void)say(f->a, "CONFIG SET acllog-max-len 3");
    assert_memory_equal(say(f->b, "ACL LOG 1000"), "*3\r\n", 4);
    (void)say(f->a, "AUTH one-more x");
    assert_memory_equal(say(f->b, "ACL LOG 1000"), "*3\r\n", 4);
}

static void hangs_up_on_a_user_who_is_deleted(void **state)
{
    struct redis_fixture *f = *state;
    (void)say(f->a, "ACL SETUSER u on nopass +@all ~*");
    (void)say(f->b, "AUTH u x");
    assert_string_equal(say(f->b, "ACL WHOAMI"), "$1\r\nu\r\n");
    assert_string_equal(say(f->a, "ACL DELUSER u"), ":1\r\n");
    assert_true(fake_redis_closed(f->b));
    assert_false(fake_redis_closed(f->c));
}

static void keeps_those_who_are_in_when_a_password_comes(void **state)
{
    struct redis_fixture *f = *state;
    (void)say(f->a, "CONFIG SET requirepass pw");
    assert_string_equal(say(f->b, "PING"), "+PONG\r\n");
    struct fake_redis_session *late = fake_redis_open(f->engine, "late");
    assert_string_equal(say(late, "PING"), "-NOAUTH Authentication required.\r\n");
    assert_string_equal(say(late, "AUTH pw"), "+OK\r\n");
    assert_string_equal(say(late, "PING"), "+PONG\r\n");
    assert_string_equal(say(f->b, "RESET"), "+RESET\r\n");
    assert_string_equal(say(f->b, "PING"), "-NOAUTH Authentication required.\r\n");
    (void)say(f->a, "CONFIG SET requirepass \"\"");
    assert_string_equal(say(f->b, "PING"), "+PONG\r\n");
}

/* Each row is sent whole by somebody who has not authenticated. */
static struct guest_case {
    const char *name, *bytes, *want;
} guests[] = {
    {"guest: eleven arguments", "*11\r\n",
     "-ERR Protocol error: unauthenticated multibulk length\r\n"},
    {"guest: ten arguments", "*10\r\n", ""},
    {"guest: a long argument", "*1\r\n$16385\r\n",
     "-ERR Protocol error: unauthenticated bulk length\r\n"},
    {"guest: a longest argument", "*1\r\n$16384\r\n", ""},
};

static void guest_row(void **state)
{
    const struct guest_case *row = *state;
    struct fake_clock clock = {.wall_us = START_US};
    const struct fake_redis_options options = {.clock = fake_clock_port(&clock)};
    struct fake_redis *engine = fake_redis_new(&options);
    (void)say(fake_redis_open(engine, "a"), "CONFIG SET requirepass pw");
    struct fake_redis_session *guest = fake_redis_open(engine, "b");
    fake_redis_feed(guest, row->bytes, strlen(row->bytes));
    assert_string_equal(heard(guest), row->want);
    assert_int_equal(fake_redis_closed(guest), *row->want != '\0');
    fake_redis_free(engine);
}

int main(void)
{
    enum { FIXED = 7, GUESTS = sizeof(guests) / sizeof(guests[0]) };
#define ACL_TEST(test)                                                                             \
    cmocka_unit_test_setup_teardown(test, redis_fixture_setup, redis_fixture_teardown)
    struct CMUnitTest tests[FIXED + GUESTS] = {
        cmocka_unit_test(hashes_as_the_standard_says),
        ACL_TEST(makes_passwords_that_a_seed_repeats),
        ACL_TEST(tells_the_first_of_two_categories_that_fit_as_well),
        ACL_TEST(counts_what_is_denied_again_within_a_minute),
        ACL_TEST(forgets_the_oldest_denials),
        ACL_TEST(hangs_up_on_a_user_who_is_deleted),
        ACL_TEST(keeps_those_who_are_in_when_a_password_comes),
    };
#undef ACL_TEST
    size_t count = FIXED;
    for (size_t i = 0; i < GUESTS; i++)
        tests[count++] = (struct CMUnitTest){guests[i].name, guest_row, NULL, NULL, &guests[i]};
    return _cmocka_run_group_tests("fake_redis_acl", tests, count, NULL, NULL);
}
