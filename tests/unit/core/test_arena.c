#include "core/arena.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_sweep.h"

static void blocks_are_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    struct fl_arena arena = FL_ARENA_INIT(0);
    char *blocks[500];
    for (size_t i = 0; i < 500; i++) {
        size_t bytes = i * 7 % 3000;
        blocks[i] = fl_arena_alloc(&arena, bytes);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % alignof(max_align_t), 0);
        for (size_t j = 0; j < bytes; j++)
            assert_int_equal(blocks[i][j], 0);
        memset(blocks[i], (int)i & 0xff, bytes);
    }
    for (size_t i = 0; i < 500; i++)
        for (size_t j = 0; j < i * 7 % 3000; j++)
            assert_int_equal((unsigned char)blocks[i][j], i & 0xff);
    fl_arena_release(&arena);
}

static void refuses_past_its_bound_and_is_usable_after_release(void **state)
{
    (void)state;
    struct fl_arena arena = FL_ARENA_INIT(100);
    assert_non_null(fl_arena_alloc(&arena, 60));
    assert_null(fl_arena_alloc(&arena, 41));
    assert_null(fl_arena_alloc(&arena, SIZE_MAX));
    assert_null(fl_arena_alloc_array(&arena, SIZE_MAX / 2, 4));
    assert_non_null(fl_arena_alloc(&arena, 40));
    fl_arena_release(&arena);
    assert_string_equal(fl_arena_copy(&arena, FL_SPAN("text")), "text");
    assert_string_equal(fl_arena_copy(&arena, (struct fl_span){NULL, 0}), "");
    fl_arena_release(&arena);
}

static enum fl_error fill(void *context)
{
    (void)context;
    struct fl_arena arena = FL_ARENA_INIT(0);
    enum fl_error err = FL_OK;
    for (int i = 0; i < 300 && !err; i++)
        err = fl_arena_alloc(&arena, (size_t)i * 10) ? FL_OK : FL_ENOMEM;
    fl_arena_release(&arena);
    return err;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    alloc_sweep(fill, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_zeroed_aligned_and_apart),
        cmocka_unit_test(refuses_past_its_bound_and_is_usable_after_release),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
