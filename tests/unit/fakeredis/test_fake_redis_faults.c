/* The states and accidents that fault scenarios switch on. */
#include <string.h>

#include "redis_fixture.h"

#define OOM      "-OOM command not allowed when used memory > 'maxmemory'.\r\n"
#define READONLY "-READONLY You can't write against a read only replica.\r\n"
#define LOADING  "-LOADING Redis is loading the dataset in memory\r\n"

static void refuses_what_needs_memory_when_it_is_out(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "RPUSH q a b");
    fake_redis_set_states(f->engine, FAKE_REDIS_OOM);
    assert_string_equal(say(f->a, "LPUSH q x"), OOM);
    assert_string_equal(say(f->a, "LMOVE q r LEFT LEFT"), OOM);
    assert_string_equal(say(f->a, "BRPOP q 0"), "*2\r\n$1\r\nq\r\n$1\r\nb\r\n");
    assert_string_equal(say(f->a, "LREM q 1 a"), ":1\r\n");
    assert_string_equal(say(f->a, "GET k"), "$-1\r\n");
    assert_string_equal(say(f->a, "EVAL \"return redis.call('SET','k','1')\" 0"),
                        "-OOM command not allowed when used memory > 'maxmemory'. script: "
                        "ad59c49ba65efd863e6e7af23be6f181a6ab2acc, on @user_script:1.\r\n");
    assert_string_equal(say(f->a, "EVAL \"return redis.call('LPOP','q')\" 0"), "$-1\r\n");
    assert_string_equal(say(f->a, "MULTI"), "+OK\r\n");
    assert_string_equal(say(f->a, "GET k"), OOM);
    assert_string_equal(say(f->a, "EXEC"),
                        "-EXECABORT Transaction discarded because of previous errors.\r\n");
    fake_redis_set_states(f->engine, 0);
    assert_string_equal(say(f->a, "LPUSH q x"), ":1\r\n");
}

static void refuses_an_exec_whose_commands_became_forbidden(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "MULTI");
    say(f->a, "SET k 1");
    fake_redis_set_states(f->engine, FAKE_REDIS_READONLY);
    assert_string_equal(say(f->a, "EXEC"),
                        "-EXECABORT Transaction discarded because of: READONLY You "
                        "can't write against a read only replica.\r\n");
    assert_string_equal(say(f->a, "EXEC"), "-ERR EXEC without MULTI\r\n");
}

static void lets_a_script_go_on_that_has_written_before_memory_ran_out(void **state)
{
    struct redis_fixture *f = *state;
    fake_redis_set_states(f->engine, FAKE_REDIS_OOM);
    assert_string_equal(
        say(f->a, "EVAL \"redis.call('DEL','x') return redis.call('SET','k','1')\" 0"), "+OK\r\n");
}

static void runs_out_of_memory_at_its_bound(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "CONFIG SET maxmemory 1048800");
    for (int i = 0; i < 100; i++)
        say(f->a, "RPUSH q 0123456789012345678901234567890123456789");
    assert_string_equal(say(f->a, "RPUSH q x"), OOM);
    assert_string_equal(say(f->a, "DEL q"), ":1\r\n");
    assert_string_equal(say(f->a, "RPUSH q x"), ":1\r\n");
}

static void assert_exist(struct redis_fixture *f, const char *a, const char *b, const char *c)
{
    assert_string_equal(say(f->a, "EXISTS a"), a);
    assert_string_equal(say(f->a, "EXISTS b"), b);
    assert_string_equal(say(f->a, "EXISTS c"), c);
}

/* Three keys of which two fit: a string that grew keeps room to grow. */
static void fill(struct redis_fixture *f, const char *policy)
{
    say(f->a, policy);
    say(f->a, "SETRANGE a 100000 x");
    pass_us(f, 1000);
    say(f->a, "SETRANGE b 100000 x\r\nPEXPIRE b 100000");
    pass_us(f, 1000);
    say(f->a, "SETRANGE c 100000 x\r\nPEXPIRE c 50000");
    pass_us(f, 1000);
    say(f->a, "GETRANGE a 0 0");
    say(f->a, "CONFIG SET maxmemory 1400000");
    pass_us(f, 1000);
}

static void drops_keys_as_its_policy_says(void **state)
{
    static const struct {
        const char *policy, *a, *b, *c;
    } rows[] = {
        {"CONFIG SET maxmemory-policy allkeys-lru", ":1\r\n", ":0\r\n", ":1\r\n"},
        {"CONFIG SET maxmemory-policy volatile-lru", ":1\r\n", ":0\r\n", ":1\r\n"},
        {"CONFIG SET maxmemory-policy volatile-ttl", ":1\r\n", ":1\r\n", ":0\r\n"},
        {"CONFIG SET maxmemory-policy noeviction", ":1\r\n", ":1\r\n", ":1\r\n"},
    };
    struct redis_fixture *f = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fake_redis_reset(f->engine, &f->options);
        f->a = fake_redis_open(f->engine, "a");
        fill(f, rows[i].policy);
        bool evicts = strcmp(rows[i].b, rows[i].c) != 0;
        assert_string_equal(say(f->a, "SET n 1"), evicts ? "+OK\r\n" : OOM);
        say(f->a, "CONFIG SET maxmemory 0");
        assert_exist(f, rows[i].a, rows[i].b, rows[i].c);
    }
}

static void drops_by_chance_the_same_for_the_same_seed(void **state)
{
    struct redis_fixture *f = *state;
    char first[64] = "";
    for (int i = 0; i < 2; i++) {
        fake_redis_reset(f->engine, &f->options);
        f->a = fake_redis_open(f->engine, "a");
        fill(f, "CONFIG SET maxmemory-policy allkeys-random");
        assert_string_equal(say(f->a, "SET n 1"), "+OK\r\n");
        say(f->a, "CONFIG SET maxmemory 0");
        const char *left = say(f->a, "EXISTS a\r\nEXISTS b\r\nEXISTS c");
        if (i) assert_string_equal(left, first);
        strcpy(first, left);
    }
}

static void answers_readonly_also_inside_scripts(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "SET k v");
    fake_redis_set_states(f->engine, FAKE_REDIS_READONLY);
    assert_string_equal(say(f->a, "SET k 1"), READONLY);
    assert_string_equal(say(f->a, "BRPOP q 0"), READONLY);
    assert_string_equal(say(f->a, "EXPIRE k 1"), READONLY);
    assert_string_equal(say(f->a, "GET k"), "$1\r\nv\r\n");
    assert_string_equal(say(f->a, "EVAL \"return redis.call('SET','k','1')\" 0"),
                        "-READONLY You can't write against a read only replica. script: "
                        "ad59c49ba65efd863e6e7af23be6f181a6ab2acc, on @user_script:1.\r\n");
    assert_string_equal(say(f->a, "EVAL \"return redis.call('GET','k')\" 0"), "$1\r\nv\r\n");
}

static void hangs_up_on_blocked_clients_when_it_turns_readonly(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "BRPOP q 0\r\nPING");
    fake_redis_set_states(f->engine, FAKE_REDIS_READONLY);
    assert_string_equal(heard(f->a),
                        "-UNBLOCKED force unblock from blocking operation, instance state "
                        "changed (master -> replica?)\r\n");
    assert_true(fake_redis_closed(f->a));
}

static void answers_little_while_it_loads(void **state)
{
    struct redis_fixture *f = *state;
    fake_redis_set_states(f->engine, FAKE_REDIS_LOADING);
    assert_string_equal(say(f->a, "GET k"), LOADING);
    assert_string_equal(say(f->a, "PING"), LOADING);
    assert_string_equal(say(f->a, "EVAL \"return 1\" 0"), LOADING);
    assert_string_equal(say(f->a, "SELECT 0"), "+OK\r\n");
    assert_string_equal(say(f->a, "WATCH k"), "+OK\r\n");
    assert_string_equal(say(f->a, "EVALSHA abc 0"), LOADING);
    say(f->a, "MULTI");
    assert_string_equal(say(f->a, "EXEC"), "*0\r\n");
    say(f->a, "MULTI");
    assert_string_equal(say(f->a, "GET k"), LOADING);
    assert_string_equal(say(f->a, "EXEC"),
                        "-EXECABORT Transaction discarded because of previous errors.\r\n");
    assert_non_null(strstr(say(f->a, "INFO persistence"), "loading:1\r\n"));
}

#define BUSY                                                                                       \
    "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.\r\n"

static void is_busy_until_the_script_is_killed(void **state)
{
    struct redis_fixture *f = *state;
    say(f->b, "MULTI");
    say(f->b, "GET k");
    fake_redis_set_states(f->engine, FAKE_REDIS_BUSY);
    assert_string_equal(say(f->a, "PING"), BUSY);
    assert_string_equal(say(f->a, "WATCH k"), "+OK\r\n");
    assert_string_equal(say(f->b, "EXEC"), "-EXECABORT Transaction discarded because of: BUSY "
                                           "Redis is busy running a script. You can only call "
                                           "SCRIPT KILL or SHUTDOWN NOSAVE.\r\n");
    assert_string_equal(say(f->a, "SCRIPT KILL"), "+OK\r\n");
    assert_string_equal(say(f->a, "PING"), "+PONG\r\n");
    assert_string_equal(say(f->a, "SCRIPT KILL"),
                        "-NOTBUSY No scripts in execution right now.\r\n");
}

static void ends_no_wait_before_the_script_has_ended(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "BRPOP q 1");
    fake_redis_set_states(f->engine, FAKE_REDIS_BUSY);
    assert_int_equal(fake_redis_next_deadline_us(f->engine), FL_NEVER_US);
    pass_us(f, 2000000);
    assert_string_equal(heard(f->a), "");
    assert_string_equal(say(f->b, "SCRIPT KILL"), "+OK\r\n");
    assert_string_equal(heard(f->a), "*-1\r\n");
}

static void does_not_kill_a_script_that_has_written(void **state)
{
    struct redis_fixture *f = *state;
    fake_redis_set_states(f->engine, FAKE_REDIS_BUSY | FAKE_REDIS_UNKILLABLE);
    assert_string_equal(
        say(f->a, "SCRIPT KILL"),
        "-UNKILLABLE Sorry the script already executed write commands against the dataset. You can "
        "either wait the script termination or kill the server in a hard way using the SHUTDOWN "
        "NOSAVE command.\r\n");
    assert_string_equal(say(f->a, "PING"), BUSY);
}

static void hangs_up_when_it_loses_its_master_but_once(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "BRPOP q 0");
    fake_redis_set_states(f->engine, FAKE_REDIS_MASTERDOWN);
    assert_true(fake_redis_closed(f->a));
    fake_redis_set_states(f->engine, 0);
    say(f->b, "BRPOP q 0");
    fake_redis_set_states(f->engine, FAKE_REDIS_MISCONF | FAKE_REDIS_BUSY);
    assert_true(fake_redis_blocked(f->b));
}

static void forgets_scripts_when_flushed(void **state)
{
    struct redis_fixture *f = *state;
    const char *evalsha = "EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0";
    assert_string_equal(say(f->a, "EVAL \"return 1\" 0"), ":1\r\n");
    assert_string_equal(say(f->a, evalsha), ":1\r\n");
    fake_redis_script_flush(f->engine);
    assert_string_equal(say(f->a, evalsha), "-NOSCRIPT No matching script. Please use EVAL.\r\n");
    assert_string_equal(say(f->a, "EVAL \"return 1\" 0"), ":1\r\n");
    assert_string_equal(say(f->a, evalsha), ":1\r\n");
}

static void evicts_and_watchers_notice(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "SET k v");
    say(f->a, "WATCH k");
    assert_true(fake_redis_evict(f->engine, 0, FL_SPAN("k")));
    assert_false(fake_redis_evict(f->engine, 0, FL_SPAN("k")));
    say(f->a, "MULTI");
    assert_string_equal(say(f->a, "EXEC"), "*-1\r\n");
}

static void shifts_the_life_of_a_key(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "SET k v PX 5000");
    say(f->a, "SET forever v");
    assert_true(fake_redis_shift_ttl(f->engine, 0, FL_SPAN("k"), -3000 * 1000));
    assert_string_equal(say(f->a, "PTTL k"), ":2000\r\n");
    assert_false(fake_redis_shift_ttl(f->engine, 0, FL_SPAN("forever"), -1));
    assert_false(fake_redis_shift_ttl(f->engine, 0, FL_SPAN("none"), -1));
    assert_true(fake_redis_shift_ttl(f->engine, 0, FL_SPAN("k"), -3000 * 1000));
    assert_string_equal(say(f->a, "EXISTS k"), ":0\r\n");
}

static void stops_a_script_without_end_even_inside_pcall(void **state)
{
    struct redis_fixture *f = *state;
    f->options.script_steps_max = 100 * 1000;
    fake_redis_reset(f->engine, &f->options);
    f->a = fake_redis_open(f->engine, "a");
    assert_non_null(
        strstr(say(f->a, "EVAL \"while true do pcall(function() while true do end end) end\" 0"),
               "more steps than this server allows"));
    assert_string_equal(say(f->a, "EVAL \"return 2\" 0"), ":2\r\n");
}

static void refuses_a_script_that_eats_all_memory(void **state)
{
    struct redis_fixture *f = *state;
    assert_non_null(
        strstr(say(f->a, "EVAL \"local s='x' while true do s=s..s end\" 0"), "not enough memory"));
    assert_string_equal(say(f->a, "EVAL \"return 2\" 0"), ":2\r\n");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, redis_fixture_setup, redis_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(refuses_what_needs_memory_when_it_is_out),
        TEST(refuses_an_exec_whose_commands_became_forbidden),
        TEST(lets_a_script_go_on_that_has_written_before_memory_ran_out),
        TEST(runs_out_of_memory_at_its_bound),
        TEST(drops_keys_as_its_policy_says),
        TEST(drops_by_chance_the_same_for_the_same_seed),
        TEST(answers_readonly_also_inside_scripts),
        TEST(hangs_up_on_blocked_clients_when_it_turns_readonly),
        TEST(answers_little_while_it_loads),
        TEST(is_busy_until_the_script_is_killed),
        TEST(ends_no_wait_before_the_script_has_ended),
        TEST(does_not_kill_a_script_that_has_written),
        TEST(hangs_up_when_it_loses_its_master_but_once),
        TEST(forgets_scripts_when_flushed),
        TEST(evicts_and_watchers_notice),
        TEST(shifts_the_life_of_a_key),
        TEST(stops_a_script_without_end_even_inside_pcall),
        TEST(refuses_a_script_that_eats_all_memory),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
