#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fakes/vfs/fake_locks.h"

struct fixture {
    struct fake_locks locks;
    enum fake_lock a, b; /* the levels of two holders, told apart by these addresses */
};

static enum fl_error raise_lock(struct fixture *f, enum fake_lock *level, enum fake_lock want)
{
    return fake_locks_raise(&f->locks, level, level, want);
}

static void readers_read_beside_a_reserved_writer(void **state)
{
    struct fixture f = {0};
    (void)state;
    assert_int_equal(raise_lock(&f, &f.a, FAKE_LOCK_SHARED), FL_OK);
    assert_int_equal(raise_lock(&f, &f.a, FAKE_LOCK_RESERVED), FL_OK);
    assert_int_equal(raise_lock(&f, &f.b, FAKE_LOCK_SHARED), FL_OK);
    assert_true(fake_locks_reserved(&f.locks));
}

static void only_one_holder_is_reserved(void **state)
{
    struct fixture f = {0};
    (void)state;
    assert_int_equal(raise_lock(&f, &f.a, FAKE_LOCK_SHARED), FL_OK);
    assert_int_equal(raise_lock(&f, &f.b, FAKE_LOCK_SHARED), FL_OK);
    assert_int_equal(raise_lock(&f, &f.a, FAKE_LOCK_RESERVED), FL_OK);
    assert_int_equal(raise_lock(&f, &f.b, FAKE_LOCK_RESERVED), FL_EBUSY);
    assert_int_equal(f.b, FAKE_LOCK_SHARED);
}

static void an_exclusive_wish_beside_a_reader_pends_and_keeps_new_readers_out(void **state)
{
    struct fixture f = {0};
    (void)state;
    assert_int_equal(raise_lock(&f, &f.b, FAKE_LOCK_SHARED), FL_OK);
    assert_int_equal(raise_lock(&f, &f.a, FAKE_LOCK_SHARED), FL_OK);
    assert_int_equal(raise_lock(&f, &f.a, FAKE_LOCK_RESERVED), FL_OK);
    assert_int_equal(raise_lock(&f, &f.a, FAKE_LOCK_EXCLUSIVE), FL_EBUSY);
    assert_int_equal(f.a, FAKE_LOCK_PENDING);
    fake_locks_lower(&f.locks, &f.b, &f.b, FAKE_LOCK_NONE);
    assert_int_equal(raise_lock(&f, &f.b, FAKE_LOCK_SHARED), FL_EBUSY);
    assert_int_equal(raise_lock(&f, &f.a, FAKE_LOCK_EXCLUSIVE), FL_OK);
    assert_int_equal(f.a, FAKE_LOCK_EXCLUSIVE);
}

static void lowering_lets_others_in_again(void **state)
{
    struct fixture f = {0};
    (void)state;
    assert_int_equal(raise_lock(&f, &f.a, FAKE_LOCK_SHARED), FL_OK);
    assert_int_equal(raise_lock(&f, &f.a, FAKE_LOCK_EXCLUSIVE), FL_OK);
    assert_int_equal(raise_lock(&f, &f.b, FAKE_LOCK_SHARED), FL_EBUSY);
    fake_locks_lower(&f.locks, &f.a, &f.a, FAKE_LOCK_SHARED);
    assert_int_equal(raise_lock(&f, &f.b, FAKE_LOCK_SHARED), FL_OK);
    assert_int_equal(raise_lock(&f, &f.b, FAKE_LOCK_RESERVED), FL_OK);
    fake_locks_lower(&f.locks, &f.b, &f.b, FAKE_LOCK_NONE);
    fake_locks_lower(&f.locks, &f.a, &f.a, FAKE_LOCK_NONE);
    fake_locks_lower(&f.locks, &f.a, &f.a, FAKE_LOCK_NONE); /* twice is fine */
    assert_int_equal(f.locks.holders, 0);
    assert_false(fake_locks_reserved(&f.locks));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_read_beside_a_reserved_writer),
        cmocka_unit_test(only_one_holder_is_reserved),
        cmocka_unit_test(an_exclusive_wish_beside_a_reader_pends_and_keeps_new_readers_out),
        cmocka_unit_test(lowering_lets_others_in_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
