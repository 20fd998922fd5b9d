#include "rows.h"

#include <string.h>

#include "queue/fetch_order.h"

struct chance {
    uint64_t state, bound;
    int draws;
};

static uint64_t below(void *self, const char *label, uint64_t bound)
{
    struct chance *chance = self;
    (void)label;
    chance->draws++;
    chance->bound = bound;
    return chance->state++ % bound; /* every ticket in turn */
}

static const struct fl_random_ops ops = {.below = below};

static const struct fl_queue_option strict[] = {{.name = "a"}, {.name = "b"}, {.name = "c"}};
static const struct fl_queue_option weighted[] = {
    {.name = "critical", .weight = 10}, {.name = "default", .weight = 3}, {.name = "low"}};

static void strict_order_is_the_given_one_and_takes_no_chance(void **state)
{
    struct chance chance = {0};
    struct fl_random random = {&ops, &chance};
    (void)state;
    assert_true(fl_fetch_order_is_strict(strict, 3));
    assert_int_equal(fl_fetch_order_next(strict, 3, 0, random), 0);
    assert_int_equal(fl_fetch_order_next(strict, 3, 1, random), 1);
    assert_int_equal(fl_fetch_order_next(strict, 3, 3, random), 2);
    assert_int_equal(fl_fetch_order_next(strict, 3, 2, random), 0);
    assert_int_equal(chance.draws, 0);
}

static void any_weight_makes_the_order_a_draw(void **state)
{
    struct chance chance = {0};
    struct fl_random random = {&ops, &chance};
    int first[3] = {0};
    (void)state;
    assert_false(fl_fetch_order_is_strict(weighted, 3));
    for (int i = 0; i < 14; i++)
        first[fl_fetch_order_next(weighted, 3, 0, random)]++;
    assert_int_equal(chance.bound, 14);
    assert_int_equal(first[0], 10);
    assert_int_equal(first[1], 3);
    assert_int_equal(first[2], 1); /* unweighted counts as 1 */
}

static void a_drawn_queue_is_not_drawn_again(void **state)
{
    struct chance chance = {0};
    struct fl_random random = {&ops, &chance};
    int second[3] = {0};
    (void)state;
    for (int i = 0; i < 4; i++)
        second[fl_fetch_order_next(weighted, 3, 1, random)]++;
    assert_int_equal(chance.bound, 4);
    assert_int_equal(second[0], 0);
    assert_int_equal(second[1], 3);
    assert_int_equal(second[2], 1);
}

static void the_last_one_left_needs_no_draw(void **state)
{
    struct chance chance = {0};
    struct fl_random random = {&ops, &chance};
    (void)state;
    assert_int_equal(fl_fetch_order_next(weighted, 3, 3, random), 2);
    assert_int_equal(chance.draws, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strict_order_is_the_given_one_and_takes_no_chance),
        cmocka_unit_test(any_weight_makes_the_order_a_draw),
        cmocka_unit_test(a_drawn_queue_is_not_drawn_again),
        cmocka_unit_test(the_last_one_left_needs_no_draw),
    };
    return cmocka_run_group_tests_name("fetch order", tests, NULL, NULL);
}
