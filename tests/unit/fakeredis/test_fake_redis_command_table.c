/* The table of commands and the tables beside it agree with each other. What they say is compared
 * with a real server elsewhere. */
#include "fakes/redis/table/command_facts.h"
#include "fakes/redis/table/command_keys.h"
#include "redis_fixture.h"

static void rows_are_in_the_order_of_names(void **state)
{
    (void)state;
    for (size_t i = 1; i < fake_command_count(); i++)
        assert_true(strcmp(fake_command_at(i - 1)->name, fake_command_at(i)->name) < 0);
}

static void every_row_has_facts_of_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < fake_command_count(); i++)
        assert_string_equal(fake_command_at(i)->name, fake_command_facts(fake_command_at(i))->name);
}

static void what_is_called_movable_is_what_needs_its_arguments(void **state)
{
    (void)state;
    for (size_t i = 0; i < fake_command_count(); i++) {
        const struct fake_command *command = fake_command_at(i);
        const char *keys = fake_command_facts(command)->keys;
        if (!(command->flags & FAKE_CMD_MOVABLE_KEYS) || !*keys) continue;
        assert_true(strpbrk(keys, "#:?"));
    }
}

/* The old way to tell keys and the new one, where both can. */
static void first_keys_are_the_same_by_position_and_by_spec(void **state)
{
    (void)state;
    const struct fl_span args[] = {FL_SPAN("1"), FL_SPAN("1"), FL_SPAN("1"), FL_SPAN("1"),
                                   FL_SPAN("1"), FL_SPAN("1"), FL_SPAN("1"), FL_SPAN("1")};
    for (size_t i = 0; i < fake_command_count(); i++) {
        const struct fake_command *command = fake_command_at(i);
        size_t count = command->arity < 0 ? (size_t)-command->arity : (size_t)command->arity;
        struct fake_keys keys;
        enum fake_keys_found found = fake_command_keys(command, args, count, &keys);
        if (!command->first_key || found == FAKE_KEYS_NONE) continue;
        struct fake_key_cursor cursor = {0};
        unsigned use;
        if (found == FAKE_KEYS_FOUND)
            assert_int_equal(fake_keys_next(&keys, &cursor, &use), command->first_key);
    }
}

static void tells_the_keys_of_arguments_by_number(void **state)
{
    (void)state;
    const struct fl_span args[] = {FL_SPAN("ZUNIONSTORE"), FL_SPAN("d"), FL_SPAN("2"),
                                   FL_SPAN("a"),           FL_SPAN("b"), FL_SPAN("WEIGHTS"),
                                   FL_SPAN("1"),           FL_SPAN("2")};
    struct fl_span key;
    assert_true(fake_redis_key_of(args, 8, 0, &key) && fl_span_is(key, "d"));
    assert_true(fake_redis_key_of(args, 8, 2, &key) && fl_span_is(key, "b"));
    assert_false(fake_redis_key_of(args, 8, 3, &key));
    assert_false(fake_redis_key_of(args, 2, 0, &key));
    assert_false(fake_redis_key_of(args, 0, 0, &key));
}

static void numbers_of_keys_do_not_overflow(void **state)
{
    (void)state;
    struct fl_span key;
    const char *const counts[] = {"9223372036854775807",
                                  "-9223372036854775808",
                                  "4294967297",
                                  "18446744073709551616",
                                  "0",
                                  "",
                                  "1x"};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        const struct fl_span args[] = {FL_SPAN("EVAL"), FL_SPAN("s"), fl_span_from(counts[i]),
                                       FL_SPAN("k")};
        assert_false(fake_redis_key_of(args, 4, 0, &key));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_in_the_order_of_names),
        cmocka_unit_test(every_row_has_facts_of_its_own),
        cmocka_unit_test(what_is_called_movable_is_what_needs_its_arguments),
        cmocka_unit_test(first_keys_are_the_same_by_position_and_by_spec),
        cmocka_unit_test(tells_the_keys_of_arguments_by_number),
        cmocka_unit_test(numbers_of_keys_do_not_overflow),
    };
    return cmocka_run_group_tests_name("fake_redis_command_table", tests, NULL, NULL);
}
