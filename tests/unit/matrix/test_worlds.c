#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/matrix/worlds.h"

/* --- numbers --- */

enum { BEFORE = 1, AFTER, OTHER };
static struct run_moment moments[] = {
    [BEFORE -
     1] = {.alive = 10, .dead = 20, .aside = 40, .aside_dead = 50, .memory = 30, .changes = 1},
    [AFTER - 1] = {.alive = 11, .dead = 21, .memory = 31, .changes = 2},
    [OTHER - 1] = {.alive = 11, .dead = 21, .memory = 32, .changes = 2},
};
static const struct run_facts facts = {.moments = moments, .moment_count = 3};
static const struct run_effect
    set = {.job = FL_SPAN("a"), .what = FL_SPAN("redis SET"), .before = BEFORE, .after = AFTER},
    get = {.job = FL_SPAN("a"), .what = FL_SPAN("redis GET"), .before = BEFORE, .after = AFTER},
    next = {.job = FL_SPAN("a"), .what = FL_SPAN("redis GET"), .before = AFTER, .after = OTHER},
    unknown = {.job = FL_SPAN("a"), .what = FL_SPAN("redis SET")};

static uint64_t number(enum matrix_mode mode, const struct run_effect *effect)
{
    return matrix_world_of(mode, &facts, effect).number;
}

static void behind_an_effect_is_before_the_next_for_who_dies_there(void **state)
{
    (void)state;
    assert_true(number(MATRIX_KILL_AFTER, &set) == number(MATRIX_KILL_BEFORE, &next));
    assert_true(number(MATRIX_KILL_BEFORE, &set) == number(MATRIX_KILL_BEFORE, &get));
    assert_true(number(MATRIX_KILL_BEFORE, &set) != number(MATRIX_KILL_AFTER, &set));
    assert_true(number(MATRIX_NEW_AFTER, &set) == number(MATRIX_NEW_BEFORE, &next));
    assert_true(number(MATRIX_NEW_AFTER, &set) != number(MATRIX_KILL_AFTER, &set));
}

static void who_lives_is_told_apart_by_the_effect_and_the_fault(void **state)
{
    (void)state;
    assert_true(number(MATRIX_STALL, &set) != number(MATRIX_STALL, &get));
    assert_true(number(MATRIX_STALL, &set) != number(MATRIX_TERM, &set));
    assert_true(number(MATRIX_STALL, &set) != number(MATRIX_STALL, &next));
    assert_true(number(MATRIX_REPLY_LOST, &set) == number(MATRIX_REPLY_LOST, &set));
}

static void the_next_allocation_is_told_by_the_memory(void **state)
{
    (void)state;
    struct run_effect other = get;
    other.after = OTHER;
    assert_true(number(MATRIX_MALLOC, &get) != number(MATRIX_MALLOC, &other));
    assert_true(number(MATRIX_KILL_AFTER, &get) == number(MATRIX_KILL_AFTER, &other));
}

static void what_began_before_the_first_fault_is_not_known(void **state)
{
    (void)state;
    struct run_facts struck = facts;
    struck.struck = true;
    struck.struck_moment = BEFORE;
    assert_int_equal(matrix_world_of(MATRIX_STALL, &struck, &set).number, 0);
    assert_true(matrix_world_of(MATRIX_MALLOC, &struck, &set).number != 0);
    assert_int_equal(number(MATRIX_STALL, &unknown), 0);
    assert_int_equal(number(MATRIX_KILL_AFTER, &unknown), 0);
}

static void who_is_paused_is_left_aside_where_that_is_known(void **state)
{
    (void)state;
    uint64_t stalled = matrix_world_aside(MATRIX_STALL, &facts, &set).number,
             killed = matrix_world_aside(MATRIX_KILL_BEFORE, &facts, &set).number;
    assert_true(stalled && killed && stalled != killed);
    assert_true(stalled != number(MATRIX_STALL, &set) &&
                killed != number(MATRIX_KILL_BEFORE, &set));
    assert_int_equal(matrix_world_aside(MATRIX_KILL_AFTER, &facts, &set).number, 0);
}

static void a_wake_is_a_world_without_who_woke(void **state)
{
    (void)state;
    struct run_facts woken = facts;
    assert_int_equal(matrix_world_at_wake(&woken).number, 0);
    woken.woke = BEFORE;
    assert_int_equal(matrix_world_at_wake(&woken).number, 40);
    assert_int_equal(matrix_world_at_wake(&woken).changes, 1);
}

/* --- keys --- */

static struct keys_row {
    const char *name;
    struct run_key_change known[3], asked[3];
    uint64_t overwritten;
    bool alike;
} rows[] = {
    {"keys: the same", {{1, 5}}, {{1, 5}}, 0, true},
    {"keys: others", {{1, 5}}, {{1, 6}}, 0, false},
    {"keys: others, and written over", {{1, 5}}, {{1, 6}}, 1, true},
    {"keys: one more is there", {{1, 5}}, {{1, 5}, {2, 6}}, 0, false},
    {"keys: one more, and written over", {{1, 5}}, {{1, 5}, {2, 6}}, 2, true},
    {"keys: one less is there", {{1, 5}, {2, 6}}, {{1, 5}}, 0, false},
    {"keys: one less, and written over", {{1, 5}, {2, 6}}, {{1, 5}}, 2, true},
    {"keys: another is written over", {{1, 5}}, {{1, 6}}, 2, false},
    {"keys: come and gone", {{1, 5}, {1, 0}}, {{2, 6}, {2, 0}}, 0, true},
    {"keys: the last change counts", {{1, 5}, {1, 6}}, {{1, 6}}, 0, true},
    {"keys: the last change counts, not the first", {{1, 5}, {1, 6}}, {{1, 5}}, 0, false},
};

static struct matrix_world world_with(const struct run_facts *changed)
{
    return (struct matrix_world){
        .number = 1, .facts = changed, .changes = changed->key_change_count};
}

static uint32_t count_changes(const struct run_key_change *changes)
{
    uint32_t count = 0;
    while (count < 3 && changes[count].key)
        count++;
    return count;
}

static void keys_row(void **state)
{
    struct keys_row *row = *state;
    const struct run_facts known = {.key_changes = row->known,
                                    .key_change_count = count_changes(row->known)},
                           asked = {.key_changes = row->asked,
                                    .key_change_count = count_changes(row->asked)};
    const struct matrix_world one = world_with(&known), other = world_with(&asked);
    assert_int_equal(matrix_worlds_alike(&one, &row->overwritten, 1, &other), row->alike);
}

int main(void)
{
    static const struct CMUnitTest plain[] = {
        cmocka_unit_test(behind_an_effect_is_before_the_next_for_who_dies_there),
        cmocka_unit_test(who_lives_is_told_apart_by_the_effect_and_the_fault),
        cmocka_unit_test(the_next_allocation_is_told_by_the_memory),
        cmocka_unit_test(what_began_before_the_first_fault_is_not_known),
        cmocka_unit_test(who_is_paused_is_left_aside_where_that_is_known),
        cmocka_unit_test(a_wake_is_a_world_without_who_woke),
    };
    struct CMUnitTest tests[FL_COUNT(plain) + FL_COUNT(rows)];
    for (size_t i = 0; i < FL_COUNT(plain); i++)
        tests[i] = plain[i];
    for (size_t i = 0; i < FL_COUNT(rows); i++)
        tests[FL_COUNT(plain) + i] =
            (struct CMUnitTest){rows[i].name, keys_row, NULL, NULL, &rows[i]};
    return _cmocka_run_group_tests("worlds", tests, FL_COUNT(tests), NULL, NULL);
}
