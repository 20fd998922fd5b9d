/* Histories as a test of a user's would tell them: a limiter that keeps its promise and one that
 * does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "faultline/history.h"

static void one(struct fl_history *history, const char *client, enum fl_history_operation operation,
                int64_t answer, int64_t at_us)
{
    size_t call = fl_history_call(history, client, operation, 1, 0, at_us);
    fl_history_return(history, call, answer, at_us);
}

static void a_limiter_that_keeps_its_promise_is_explained(void **state)
{
    struct fl_history *history = fl_history_new(FL_OBJECT_SLOTS, 2, 0);
    (void)state;
    one(history, "a", FL_HISTORY_ACQUIRE, 1, 1);
    one(history, "b", FL_HISTORY_ACQUIRE, 1, 2);
    one(history, "c", FL_HISTORY_ACQUIRE, 0, 3);
    one(history, "a", FL_HISTORY_RELEASE, 1, 4);
    one(history, "c", FL_HISTORY_ACQUIRE, 1, 5);
    assert_null(fl_history_check(history));
    fl_history_free(history);
}

static void a_third_holder_of_two_places_is_named(void **state)
{
    struct fl_history *history = fl_history_new(FL_OBJECT_SLOTS, 2, 0);
    (void)state;
    one(history, "a", FL_HISTORY_ACQUIRE, 1, 1);
    one(history, "b", FL_HISTORY_ACQUIRE, 1, 2);
    one(history, "c", FL_HISTORY_ACQUIRE, 1, 3);
    const char *found = fl_history_check(history);
    assert_non_null(found);
    assert_non_null(strstr(found, "acquire of c, called at 3 us"));
    assert_non_null(strstr(found, "after acquire of b, called at 2 us"));
    fl_history_free(history);
}

static void a_release_that_nobody_heard_of_may_have_freed_a_place(void **state)
{
    struct fl_history *history = fl_history_new(FL_OBJECT_SLOTS, 1, 0);
    (void)state;
    one(history, "a", FL_HISTORY_ACQUIRE, 1, 1);
    fl_history_call(history, "a", FL_HISTORY_RELEASE, 1, 0, 2);
    one(history, "b", FL_HISTORY_ACQUIRE, 1, 3);
    assert_null(fl_history_check(history));
    fl_history_free(history);
}

static void each_bucket_of_time_grants_anew(void **state)
{
    struct fl_history *history = fl_history_new(FL_OBJECT_BUCKETS, 1, 10);
    (void)state;
    one(history, "a", FL_HISTORY_ACQUIRE, 1, 9);
    one(history, "b", FL_HISTORY_ACQUIRE, 1, 10);
    assert_null(fl_history_check(history));
    one(history, "c", FL_HISTORY_ACQUIRE, 1, 19);
    assert_non_null(fl_history_check(history));
    fl_history_free(history);
}

static void a_bucket_that_leaks_grants_what_has_leaked(void **state)
{
    struct fl_history *history = fl_history_new(FL_OBJECT_LEVEL, 10, 1000);
    (void)state;
    fl_history_return(history, fl_history_call(history, "a", FL_HISTORY_ACQUIRE, 10, 0, 0), 1, 1);
    fl_history_return(history, fl_history_call(history, "b", FL_HISTORY_ACQUIRE, 4, 0, 450), 1,
                      451);
    assert_null(fl_history_check(history));
    fl_history_return(history, fl_history_call(history, "c", FL_HISTORY_ACQUIRE, 4, 0, 700), 1,
                      701);
    assert_non_null(fl_history_check(history));
    fl_history_free(history);
}

static void rules_out_of_their_range_are_refused(void **state)
{
    (void)state;
    assert_null(fl_history_new(FL_OBJECT_SLOTS, 0, 0));
    assert_null(fl_history_new(FL_OBJECT_SLOTS, FL_HISTORY_LIMIT_MAX + 1, 0));
    assert_null(fl_history_new(FL_OBJECT_WINDOW, 1, 0));
    assert_null(fl_history_new(FL_OBJECT_LEVEL, 1, 0));
    assert_null(fl_history_new(FL_OBJECT_LEVEL, 2, INT64_MAX / 2));
    assert_null(fl_history_new(FL_OBJECT_KEY, 0, -1));
}

static void more_operations_than_can_be_kept_are_no_proof(void **state)
{
    struct fl_history *history = fl_history_new(FL_OBJECT_KEY, 0, 0);
    (void)state;
    for (int64_t i = 0; i < 10000; i++)
        one(history, "a", FL_HISTORY_ADD, i + 1, i);
    assert_string_equal(fl_history_check(history),
                        "the history has more operations than can be kept");
    fl_history_free(history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_limiter_that_keeps_its_promise_is_explained),
        cmocka_unit_test(a_third_holder_of_two_places_is_named),
        cmocka_unit_test(a_release_that_nobody_heard_of_may_have_freed_a_place),
        cmocka_unit_test(each_bucket_of_time_grants_anew),
        cmocka_unit_test(a_bucket_that_leaks_grants_what_has_leaked),
        cmocka_unit_test(rules_out_of_their_range_are_refused),
        cmocka_unit_test(more_operations_than_can_be_kept_are_no_proof),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
