#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/matrix/points.h"

static struct run_effect effects[] = {
    {.who = FL_SPAN("web"), .what = FL_SPAN("redis LPUSH"), .applied = true},
    {.who = FL_SPAN("p1/fetch"), .what = FL_SPAN("redis LMOVE"), .applied = true, .idle = true},
    {.who = FL_SPAN("p2/fetch"), .what = FL_SPAN("redis LMOVE"), .applied = true}, /* 2: b's */
    {.who = FL_SPAN("b#1"), .job = FL_SPAN("b"), .what = FL_SPAN("mail"), .ordinal = 1},
    {.who = FL_SPAN("p1/heartbeat"), .what = FL_SPAN("redis HSET"), .applied = true},
    {.who = FL_SPAN("p1/fetch"), .what = FL_SPAN("redis LMOVE"), .applied = true}, /* 5: a's */
    {.who = FL_SPAN("a#1"), .job = FL_SPAN("a"), .what = FL_SPAN("mail"), .ordinal = 1},
    {.who = FL_SPAN("b#1"), .job = FL_SPAN("b"), .what = FL_SPAN("redis LREM"), .ordinal = 2},
    {.who = FL_SPAN("a#1"), .job = FL_SPAN("a"), .what = FL_SPAN("redis EVALSHA"), .ordinal = 2},
    {.who = FL_SPAN("p2/poller"), .what = FL_SPAN("redis EVALSHA"), .applied = true}, /* 9 */
    {.who = FL_SPAN("p2/poller"), .what = FL_SPAN("redis ZRANGE"), .applied = true, .idle = true},
    {.who = FL_SPAN("p2/fetch"), .what = FL_SPAN("redis LMOVE"), .applied = true}, /* 11: a's */
    {.who = FL_SPAN("a#2"), .job = FL_SPAN("a"), .what = FL_SPAN("mail"), .ordinal = 1},
};
static const struct run_facts facts = {.effects = effects, .effect_count = FL_COUNT(effects)};

static void finds(uint32_t first, const char *job, const uint32_t *expected, uint32_t count)
{
    uint32_t points[MATRIX_POINTS_MAX];
    assert_int_equal(matrix_points(&facts, first, fl_span_from(job), points), count);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(points[i], expected[i]);
}

static void a_job_is_disturbed_at_its_own_effects_and_where_the_queue_moves_it(void **state)
{
    static const uint32_t of_a[] = {5, 6, 8, 9, 11, 12}, of_b[] = {2, 3, 7, 9};
    (void)state;
    finds(0, "a", of_a, FL_COUNT(of_a));
    finds(0, "b", of_b, FL_COUNT(of_b));
}

static void only_what_follows_a_first_fault_can_be_its_second(void **state)
{
    static const uint32_t later[] = {9, 11, 12};
    (void)state;
    finds(9, "a", later, FL_COUNT(later));
    finds(13, "a", NULL, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_is_disturbed_at_its_own_effects_and_where_the_queue_moves_it),
        cmocka_unit_test(only_what_follows_a_first_fault_can_be_its_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
