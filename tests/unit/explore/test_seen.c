/* Digests are counted once each, however many there are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness/explore/seen.h"

static void a_digest_is_new_once(void **state)
{
    (void)state;
    struct seen seen = {0};
    bool is_new = false;
    assert_int_equal(seen_add(&seen, seen_digest(FL_SPAN("redis GET")), &is_new), FL_OK);
    assert_true(is_new);
    assert_int_equal(seen_add(&seen, seen_digest(FL_SPAN("redis SET")), &is_new), FL_OK);
    assert_true(is_new);
    assert_int_equal(seen_add(&seen, seen_digest(FL_SPAN("redis GET")), &is_new), FL_OK);
    assert_false(is_new);
    assert_int_equal(seen.count, 2);
    seen_release(&seen);
}

static void growing_forgets_none(void **state)
{
    (void)state;
    struct seen seen = {0};
    bool is_new;
    for (uint64_t i = 0; i < 10000; i++)
        assert_int_equal(seen_add(&seen, seen_mix(i + 1), &is_new), FL_OK);
    for (uint64_t i = 0; i < 10000; i++) {
        assert_int_equal(seen_add(&seen, seen_mix(i + 1), &is_new), FL_OK);
        assert_false(is_new);
    }
    assert_int_equal(seen.count, 10000);
    seen_release(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_digest_is_new_once),
        cmocka_unit_test(growing_forgets_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
