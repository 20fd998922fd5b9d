/* A process is killed while it holds heap memory and an open transaction of SQLite, again and
 * again; nothing of it is left, and a leak checker agrees. */
#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "tests/unit/world/one_process.h"

/* 25 s under Valgrind. */
enum { KILLS = 10 * 1000, KILLS_IN_A_WORLD = 100, BLOCKS = 20 };

struct victim {
    struct sim_world *world;
    char *blocks[BLOCKS];
    bool is_holding;
};

static void holds_memory_and_a_transaction(void *argument)
{
    struct victim *victim = argument;
    sqlite3 *db;
    sqlite3_stmt *statement;
    for (size_t i = 0; i < BLOCKS; i++) {
        victim->blocks[i] = malloc(100 * i);
    }
    if (sqlite3_open(":memory:", &db) ||
        sqlite3_exec(db, "CREATE TABLE t(a); BEGIN; INSERT INTO t VALUES(zeroblob(20000))", NULL,
                     NULL, NULL) ||
        sqlite3_prepare_v2(db, "SELECT a FROM t", -1, &statement, NULL) ||
        sqlite3_step(statement) != SQLITE_ROW)
        return;
    victim->blocks[0] = realloc(victim->blocks[0], 5000);
    victim->is_holding = true;
    sim_sleep_until(victim->world, FL_NEVER_US, "death");
}

static void kill_one(struct sim_world *world)
{
    struct victim victim = {.world = world};
    const struct sim_process_options options = {
        .name = "p1", .main = holds_memory_and_a_transaction, .argument = &victim};
    struct sim_process *process;
    assert_int_equal(sim_process_start(world, &options, &process), FL_OK);
    while (sim_world_step(world, FL_NEVER_US) == SIM_STEP_RAN) {
    }
    assert_true(victim.is_holding);
    assert_true(sim_memory_bytes(sim_process_memory(process)) > 20000);
    sim_process_kill(process, SIM_END_KILLED);
    assert_null(sim_process_memory(process));
}

/* What SQLite itself keeps from one connection to the next must belong to the harness. */
static int warm_up(void **state)
{
    (void)state;
    sqlite3 *db;
    sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (sqlite3_initialize() || sqlite3_open(":memory:", &db)) return -1;
    return sqlite3_close(db);
}

static int cool_down(void **state)
{
    (void)state;
    return sqlite3_shutdown();
}

static void ten_thousand_kills_leave_nothing(void **state)
{
    (void)state;
    struct sim_stacks *stacks;
    assert_int_equal(sim_stacks_new(SIM_FIBER_STACK_BYTES, &stacks), FL_OK);
    for (int done = 0; done < KILLS; done += KILLS_IN_A_WORLD) {
        struct sim_choices *choices;
        struct sim_world *world;
        assert_int_equal(sim_choices_simplest(&choices), FL_OK);
        const struct sim_world_options options = {.choices = choices, .stacks = stacks};
        assert_int_equal(sim_world_new(&options, &world), FL_OK);
        for (int i = 0; i < KILLS_IN_A_WORLD; i++) {
            kill_one(world);
        }
        sim_world_free(world);
        sim_choices_free(choices);
    }
    assert_in_range(sim_stacks_high_water_bytes(stacks), 1024, SIM_FIBER_STACK_BYTES - 1);
    sim_stacks_free(stacks);
}

static void uses_what_libc_keeps(void *argument)
{
    struct victim *victim = argument;
    const time_t now = 1234567890;
    const struct tm *local = localtime(&now);
    printf("# %d:%02d %s %s\n", local->tm_hour, local->tm_min, strerror(1234), strsignal(1234));
    fflush(stdout);
    char *text;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    iconv_t conversion = iconv_open("UTF-8", "ISO-8859-15");
    victim->is_holding = local->tm_year == 109 && fputs("text", stream) >= 0 &&
                         conversion != (iconv_t)-1 && iconv_close(conversion) == 0 &&
                         fclose(stream) == 0;
    free(text);
    sim_sleep_until(victim->world, FL_NEVER_US, "death");
}

static void what_libc_keeps_does_not_die_with_the_process_that_used_it(void **state)
{
    (void)state;
    struct sim_choices *choices;
    struct sim_world *world;
    assert_int_equal(sim_choices_simplest(&choices), FL_OK);
    const struct sim_world_options options = {.choices = choices};
    assert_int_equal(sim_world_new(&options, &world), FL_OK);
    for (int i = 0; i < 3; i++) {
        struct victim victim = {.world = world};
        const struct sim_process_options process_options = {
            .name = "p1", .main = uses_what_libc_keeps, .argument = &victim};
        struct sim_process *process;
        assert_int_equal(sim_process_start(world, &process_options, &process), FL_OK);
        while (sim_world_step(world, FL_NEVER_US) == SIM_STEP_RAN) {
        }
        assert_true(victim.is_holding);
        assert_int_equal(sim_memory_bytes(sim_process_memory(process)), 0);
        sim_process_kill(process, SIM_END_KILLED);
    }
    sim_world_free(world);
    sim_choices_free(choices);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ten_thousand_kills_leave_nothing, warm_up, cool_down),
        cmocka_unit_test(what_libc_keeps_does_not_die_with_the_process_that_used_it),
    };
    return cmocka_run_group_tests_name("kills", tests, NULL, NULL);
}
