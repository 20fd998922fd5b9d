#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/cli/course.h"

static struct run_item item_of(uint64_t seed, int32_t sweep, enum run_verdict verdict)
{
    return (struct run_item){.seed = seed,
                             .sweep = sweep,
                             .verdict = verdict,
                             .trace_hash = {seed + 1, 2},
                             .effects = 10};
}

/* Answers a batch: every run passes, but a sweep has `points` points and `bad_seed` fails. */
static void answer(struct course *course, const struct course_batch *batch, int32_t points,
                   uint64_t bad_seed)
{
    struct run_item items[REQUEST_RUNS_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < batch->seeds; i++)
        for (uint32_t k = 0; k < batch->points; k++) {
            int32_t sweep = batch->sweep < 0 ? -1 : batch->sweep + (int32_t)k;
            enum run_verdict verdict = batch->seed + i == bad_seed ? RUN_FAILED : RUN_PASSED;
            if (sweep >= points) verdict = RUN_SWEPT;
            items[count++] = item_of(batch->seed + i, sweep, verdict);
            if (verdict == RUN_SWEPT) break;
        }
    course_take(course, batch, items, count);
}

static void play(struct course *course, int32_t points, uint64_t bad_seed)
{
    struct course_batch batch;
    while (course_next(course, &batch))
        answer(course, &batch, points, bad_seed);
    assert_true(course_done(course));
    course_finish(course);
}

static void every_seed_is_run_once(void **state)
{
    struct course course;
    (void)state;
    course_init(&course, 3, 102, false);
    course.batch_size = 7;
    play(&course, INT32_MAX, UINT64_MAX);
    assert_int_equal(course.runs, 100);
    assert_int_equal(course.failed, 0);
    assert_int_equal(course.effects, 1000);
    assert_int_equal(course_outcome(&course), COURSE_PASSED);
    course_release(&course);
}

static void the_last_possible_seed_does_not_overflow(void **state)
{
    struct course course;
    (void)state;
    course_init(&course, UINT64_MAX - 2, UINT64_MAX, false);
    course.batch_size = 64;
    play(&course, INT32_MAX, 0);
    assert_int_equal(course.runs, 3);
    course_release(&course);
}

/* Row r of four has 3 - r places behind its own. */
static void answer_pairs(struct course *course, const struct course_batch *batch)
{
    struct run_item items[REQUEST_RUNS_MAX];
    uint32_t count = 0;
    for (uint32_t k = 0; k < batch->points; k++) {
        int32_t sweep = batch->sweep + (int32_t)k;
        int32_t row = sweep / PLAN_PAIR_COLUMNS, column = sweep % PLAN_PAIR_COLUMNS;
        enum run_verdict verdict = row < 4 && column <= 3 - row ? RUN_PASSED : RUN_SWEPT;
        items[count++] = item_of(batch->seed, sweep, verdict);
        if (verdict == RUN_SWEPT) break;
    }
    course_take(course, batch, items, count);
}

static void each_row_of_pairs_ends_by_itself_whatever_the_batches(void **state)
{
    (void)state;
    for (uint32_t size = 1; size <= 8; size++) {
        struct course course;
        struct course_batch batches[4];
        course_init(&course, 5, 6, true);
        course.pairs = true;
        course.batch_size = size;
        for (uint32_t ahead = 0; !course_done(&course); ahead = 0) {
            while (ahead < 4 && course_next(&course, &batches[ahead]))
                ahead++;
            for (uint32_t i = ahead; i > 0; i--) /* the last answer comes first */
                answer_pairs(&course, &batches[i - 1]);
        }
        course_finish(&course);
        assert_int_equal(course.runs, 2 * (4 + 3 + 2 + 1));
        assert_int_equal(course_outcome(&course), COURSE_PASSED);
        course_release(&course);
    }
}

/* Three runs; `nevers` are what each has not had. */
static void play_three(struct course *course, const char *const nevers[3])
{
    struct course_batch batch;
    for (uint64_t i = 0; i < 3; i++) {
        assert_true(course_next(course, &batch));
        struct run_item item = item_of(batch.seed, -1, RUN_PASSED);
        item.never = fl_span_from(nevers[i]);
        course_take(course, &batch, &item, 1);
    }
    course_finish(course);
}

static void what_no_run_has_had_fails(void **state)
{
    struct course course;
    (void)state;
    course_init(&course, 1, 3, false);
    play_three(&course, (const char *const[]){"4 a dead\n5 b dead\n6 c dead\n",
                                              "5 b dead\n6 c dead\n", "4 a dead\n6 c dead\n"});
    assert_int_equal(course_outcome(&course), COURSE_FAILED);
    assert_int_equal(course.failure.failed_line, 6);
    assert_string_equal(course.failure.text.bytes,
                        "expected  sometimes c dead\nfound     never, in 3 runs");
    course_release(&course);
}

static void what_one_run_has_had_is_enough(void **state)
{
    struct course course;
    (void)state;
    course_init(&course, 1, 3, false);
    play_three(&course, (const char *const[]){"4 a dead\n", "", "4 a dead\n"});
    assert_int_equal(course_outcome(&course), COURSE_PASSED);
    course_release(&course);
}

static void a_part_of_the_runs_tells_nothing_of_never(void **state)
{
    struct course course;
    (void)state;
    course_init(&course, 1, 3, false);
    course.partial = true;
    play_three(&course, (const char *const[]){"4 a dead\n", "4 a dead\n", "4 a dead\n"});
    assert_int_equal(course_outcome(&course), COURSE_PASSED);
    course_release(&course);
}

static void what_other_runs_have_had_is_enough(void **state)
{
    struct course course;
    (void)state;
    course_init_single(&course, 1, -1);
    course_add_elsewhere(&course, 9, FL_SPAN("4 a dead\n6 c dead\n"));
    struct course_batch batch;
    struct run_item item = {.seed = 1, .sweep = -1, .never = FL_SPAN("5 b dead\n6 c dead\n")};
    assert_true(course_next(&course, &batch));
    course_take(&course, &batch, &item, 1);
    course_finish(&course);
    assert_int_equal(course.failure.failed_line, 6);
    assert_string_equal(course.failure.text.bytes,
                        "expected  sometimes c dead\nfound     never, in 10 runs");
    course_release(&course);
}

static void a_sweep_counts_up_until_it_is_swept(void **state)
{
    struct course course;
    (void)state;
    course_init(&course, 1, 2, true);
    course.batch_size = 5;
    play(&course, 18, UINT64_MAX);
    assert_int_equal(course.runs, 36);
    assert_int_equal(course_outcome(&course), COURSE_PASSED);
    course_release(&course);
}

static void points_beyond_the_end_that_were_asked_for_ahead_count_for_nothing(void **state)
{
    struct course course;
    struct course_batch batches[4];
    (void)state;
    course_init(&course, 1, 1, true);
    course.batch_size = 4;
    for (int i = 0; i < 4; i++)
        assert_true(course_next(&course, &batches[i]));
    for (int i = 3; i >= 0; i--)
        answer(&course, &batches[i], 6, UINT64_MAX);
    assert_true(course_done(&course));
    assert_int_equal(course.runs, 6);
    course_release(&course);
}

static void a_sweep_without_points_fails(void **state)
{
    struct course course;
    (void)state;
    course_init(&course, 1, 1, true);
    play(&course, 0, UINT64_MAX);
    assert_int_equal(course_outcome(&course), COURSE_FAILED);
    course_release(&course);
}

static void the_hash_depends_on_neither_order_nor_batches(void **state)
{
    struct course one, other;
    struct course_batch batches[3];
    (void)state;
    course_init(&one, 1, 9, false);
    one.batch_size = 9;
    play(&one, INT32_MAX, 0);
    course_init(&other, 1, 9, false);
    other.batch_size = 3;
    for (int i = 0; i < 3; i++)
        assert_true(course_next(&other, &batches[i]));
    for (int i = 2; i >= 0; i--)
        answer(&other, &batches[i], INT32_MAX, 0);
    assert_true(one.trace_hash[0] == other.trace_hash[0]);
    assert_true(one.trace_hash[1] == other.trace_hash[1]);
    course_release(&one);
    course_release(&other);
}

static void the_hash_of_a_single_run_is_its_own(void **state)
{
    struct course course;
    (void)state;
    course_init(&course, 41, 41, false);
    play(&course, INT32_MAX, 0);
    assert_int_equal(course.trace_hash[0], 42);
    assert_int_equal(course.trace_hash[1], 2);
    course_release(&course);
}

static void the_first_failure_is_the_one_that_is_told(void **state)
{
    struct course course;
    struct course_batch batches[2];
    (void)state;
    course_init(&course, 1, 8, false);
    course.batch_size = 4;
    assert_true(course_next(&course, &batches[0]));
    assert_true(course_next(&course, &batches[1]));
    answer(&course, &batches[1], INT32_MAX, 6);
    answer(&course, &batches[0], INT32_MAX, 2);
    assert_int_equal(course.failed, 2);
    assert_int_equal(course.failure.seed, 2);
    assert_int_equal(course_outcome(&course), COURSE_FAILED);
    course_release(&course);
}

static void the_gravest_failure_hides_the_others(void **state)
{
    struct course course;
    struct course_batch batch;
    (void)state;
    course_init(&course, 1, 3, false);
    course.batch_size = 3;
    assert_true(course_next(&course, &batch));
    struct run_item items[] = {item_of(1, -1, RUN_FAILED), item_of(2, -1, RUN_STUCK),
                               item_of(3, -1, RUN_CRASHED)};
    course_take(&course, &batch, items, 3);
    assert_int_equal(course_outcome(&course), COURSE_CRASHED);
    assert_int_equal(course.failure.seed, 3);
    assert_int_equal(course.failed, 3);
    course_release(&course);
}

static void a_batch_that_died_is_tried_run_by_run(void **state)
{
    struct course course;
    struct course_batch batch;
    (void)state;
    course_init(&course, 1, 4, false);
    course.batch_size = 4;
    assert_true(course_next(&course, &batch));
    course_take_death(&course, &batch, COURSE_CRASHED, 1, "it died");
    for (uint64_t seed = 1; seed <= 4; seed++) {
        assert_true(course_next(&course, &batch));
        assert_int_equal(batch.seed, seed);
        assert_int_equal(batch.seeds, 1);
        if (seed == 3)
            course_take_death(&course, &batch, COURSE_CRASHED, 1, "it died");
        else
            answer(&course, &batch, INT32_MAX, 0);
    }
    assert_true(course_done(&course));
    assert_int_equal(course.runs, 4);
    assert_int_equal(course.failed, 1);
    assert_int_equal(course.failure.seed, 3);
    assert_string_equal(course.failure.text.bytes, "it died");
    course_release(&course);
}

static void a_run_that_hangs_ends_it_at_once(void **state)
{
    struct course course;
    struct course_batch batch;
    (void)state;
    course_init(&course, 1, 1, false);
    assert_true(course_next(&course, &batch));
    course_take_death(&course, &batch, COURSE_CRASHED, COURSE_HANG_DEATHS, "it hung");
    assert_true(course_done(&course));
    assert_false(course_stopped(&course)); /* that was all */
    course_release(&course);
    course_init(&course, 1, 2, false);
    assert_true(course_next(&course, &batch));
    course_take_death(&course, &batch, COURSE_CRASHED, COURSE_HANG_DEATHS, "it hung");
    assert_false(course_next(&course, &batch));
    assert_true(course_stopped(&course));
    course_release(&course);
}

static void after_three_deaths_the_rest_is_not_run(void **state)
{
    struct course course;
    struct course_batch batch;
    int batches = 0;
    (void)state;
    course_init(&course, 1, 100, false);
    while (course_next(&course, &batch)) {
        course_take_death(&course, &batch, COURSE_CRASHED, 1, "it died");
        batches++;
    }
    assert_int_equal(batches, COURSE_DEATHS_MAX);
    assert_true(course_done(&course));
    assert_true(course_stopped(&course));
    course_release(&course);
}

static void runs_in_doubt_are_no_failures_and_hide_none(void **state)
{
    (void)state;
    for (int fails = 0; fails <= 1; fails++) {
        struct course course;
        struct course_batch batches[3];
        course_init(&course, 1, 3, false);
        for (int i = 0; i < 3; i++)
            assert_true(course_next(&course, &batches[i]));
        for (int i = 2; i >= 0; i--) { /* the last answer comes first */
            bool bad = fails && i == 2;
            struct run_item item = item_of(batches[i].seed, -1, bad ? RUN_FAILED : RUN_PASSED);
            item.indeterminate = !bad && i > 0;
            item.text = bad ? FL_SPAN("bad") : FL_SPAN("in doubt");
            course_take(&course, &batches[i], &item, 1);
        }
        course_finish(&course);
        assert_int_equal(course_outcome(&course), fails ? COURSE_FAILED : COURSE_INDETERMINATE);
        assert_int_equal(course.failed, fails);
        assert_int_equal(course.indeterminate, 2 - fails);
        assert_string_equal(course.failure.text.bytes, fails ? "bad" : "in doubt");
        assert_int_equal(course.failure.seed, fails ? 3 : 2);
        course_release(&course);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_seed_is_run_once),
        cmocka_unit_test(each_row_of_pairs_ends_by_itself_whatever_the_batches),
        cmocka_unit_test(the_last_possible_seed_does_not_overflow),
        cmocka_unit_test(what_no_run_has_had_fails),
        cmocka_unit_test(what_one_run_has_had_is_enough),
        cmocka_unit_test(a_part_of_the_runs_tells_nothing_of_never),
        cmocka_unit_test(what_other_runs_have_had_is_enough),
        cmocka_unit_test(a_sweep_counts_up_until_it_is_swept),
        cmocka_unit_test(points_beyond_the_end_that_were_asked_for_ahead_count_for_nothing),
        cmocka_unit_test(a_sweep_without_points_fails),
        cmocka_unit_test(the_hash_depends_on_neither_order_nor_batches),
        cmocka_unit_test(the_hash_of_a_single_run_is_its_own),
        cmocka_unit_test(the_first_failure_is_the_one_that_is_told),
        cmocka_unit_test(the_gravest_failure_hides_the_others),
        cmocka_unit_test(runs_in_doubt_are_no_failures_and_hide_none),
        cmocka_unit_test(a_batch_that_died_is_tried_run_by_run),
        cmocka_unit_test(a_run_that_hangs_ends_it_at_once),
        cmocka_unit_test(after_three_deaths_the_rest_is_not_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
