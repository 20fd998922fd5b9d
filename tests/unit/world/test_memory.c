/* Owners of memory: counted, limited, refused, and gone with all they had. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <malloc.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/memory/memory.h"
#include "harness/memory/spare.h"

#ifdef SIM_HAVE_VALGRIND
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

enum { SIZES = 3000 };

static int setup(void **state)
{
    *state = sim_memory_new(0);
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    sim_memory_switch(NULL);
    sim_memory_free(*state);
    return 0;
}

/* The compiler must not pair it with its free. */
static void *allocate(size_t bytes)
{
    void *volatile block = malloc(bytes);
    return block;
}

static void blocks_count_for_the_owner_of_their_time(void **state)
{
    struct sim_memory *memory = *state;
    void *before = allocate(10);
    assert_null(sim_memory_switch(memory));
    void *mine = allocate(100);
    mine = realloc(mine, 1000);
    before = realloc(before, 5000);
    assert_ptr_equal(sim_memory_switch(NULL), memory);
    void *after = allocate(10);
    assert_int_equal(sim_memory_bytes(memory), 1000);
    assert_int_equal(sim_memory_allocations(memory), 3);
    assert_true(sim_memory_owns(memory, mine));
    assert_false(sim_memory_owns(memory, before));
    void *volatile resized = realloc(mine, 2000);
    assert_int_equal(sim_memory_bytes(memory), 2000);
    free(resized);
    free(before);
    free(after);
    assert_int_equal(sim_memory_bytes(memory), 0);
}

static void every_size_and_alignment_keeps_its_bytes(void **state)
{
    char *blocks[SIZES];
    sim_memory_switch(*state);
    for (size_t i = 0; i < SIZES; i++) {
        size_t alignment = (size_t)16 << i % 9;
        blocks[i] = i % 3 ? memalign(alignment, i) : malloc(i);
        assert_int_equal((uintptr_t)blocks[i] % (i % 3 ? alignment : 16), 0);
        assert_int_equal(malloc_usable_size(blocks[i]), i);
        memset(blocks[i], (int)(i & 0x7f), i);
    }
    for (size_t i = 0; i < SIZES; i += 2) {
        blocks[i] = realloc(blocks[i], 2 * i + 1);
    }
    for (size_t i = 0; i < SIZES; i++) {
        if (i > 0) assert_int_equal(blocks[i][i - 1], i & 0x7f);
        free(blocks[i]);
    }
    sim_memory_switch(NULL);
    assert_int_equal(sim_memory_bytes(*state), 0);
}

static void the_libc_family_goes_through_the_owner(void **state)
{
    struct sim_memory *memory = *state;
    void *aligned = NULL;
    sim_memory_switch(memory);
    char *volatile texts[] = {strdup("four"), strndup("four and more", 4)};
    int err = posix_memalign(&aligned, 64, 100);
    void *volatile zeroed = calloc(10, 10);
    void *volatile paged = valloc(1);
    void *volatile array = reallocarray(NULL, 10, 10);
    sim_memory_switch(NULL);
    assert_int_equal(err, 0);
    assert_string_equal(texts[1], "four");
    assert_int_equal(((char *)zeroed)[99], 0);
    assert_int_equal((uintptr_t)aligned % 64, 0);
    assert_int_equal((uintptr_t)paged % 4096, 0);
    assert_non_null(array);
    assert_int_equal(sim_memory_bytes(memory), 5 + 5 + 100 + 100 + 1 + 100);
    assert_int_equal(sim_memory_allocations(memory), 6);
}

/* A freed one may be given out again; nothing of what stood in it is seen. */
static void zeroed_bytes_are_zero_whatever_stood_there(void **state)
{
    char *blocks[200];
    sim_memory_switch(*state);
    for (size_t bytes = 1; bytes < 20000; bytes += bytes / 2 + 1) {
        for (size_t i = 0; i < 200; i++)
            memset(blocks[i] = allocate(bytes), 0xff, bytes);
        for (size_t i = 0; i < 200; i++)
            free(blocks[i]);
        for (size_t i = 0; i < 200; i++) {
            blocks[i] = calloc(1, bytes);
            for (size_t k = 0; k < bytes; k++)
                assert_int_equal(blocks[i][k], 0);
        }
        for (size_t i = 0; i < 200; i++)
            free(blocks[i]);
    }
    sim_memory_switch(NULL);
    assert_int_equal(sim_memory_bytes(*state), 0);
}

static void no_more_is_kept_than_the_bound(void **state)
{
    enum { COUNT = 4 * SIM_SPARE_BYTES_MAX / SIM_SPARE_ROOM_MAX };
    (void)state;
    char *rooms[COUNT];
    size_t kept = 0;
    while (sim_spare_take(SIM_SPARE_ROOM_MAX)) /* what earlier tests have left */
        kept++;
    assert_in_range(kept, 0, SIM_SPARE_BYTES_MAX / SIM_SPARE_ROOM_MAX);
    kept = 0;
    for (size_t i = 0; i < COUNT; i++) {
        rooms[i] = allocate(SIM_SPARE_ROOM_MAX);
        if (sim_spare_give(rooms[i], SIM_SPARE_ROOM_MAX)) kept++;
    }
    assert_in_range(kept, 1, SIM_SPARE_BYTES_MAX / SIM_SPARE_ROOM_MAX);
    for (size_t i = 0; i < kept; i++)
        assert_non_null(sim_spare_take(SIM_SPARE_ROOM_MAX));
    assert_null(sim_spare_take(SIM_SPARE_ROOM_MAX));
    for (size_t i = 0; i < COUNT; i++)
        free(rooms[i]);
}

static void the_nth_allocation_fails_once(void **state)
{
    struct sim_memory *memory = *state;
    sim_memory_switch(memory);
    sim_memory_fail(memory, 2, false);
    assert_non_null(allocate(1));
    assert_false(sim_memory_has_failed(memory));
    errno = 0;
    assert_null(allocate(1));
    assert_int_equal(errno, ENOMEM);
    assert_true(sim_memory_has_failed(memory));
    assert_non_null(allocate(1));
    sim_memory_switch(NULL);
}

static void the_nth_allocation_and_all_after_it_fail_until_stopped(void **state)
{
    struct sim_memory *memory = *state;
    sim_memory_switch(memory);
    char *volatile block = allocate(10);
    memset(block, 'x', 10);
    sim_memory_fail(memory, 1, true);
    assert_null(allocate(1));
    char *volatile copy = strdup("text");
    assert_null(copy);
    void *volatile resized = realloc(block, 10000);
    sim_memory_fail(memory, 0, false);
    assert_non_null(allocate(1));
    sim_memory_switch(NULL);
    assert_null(resized);
    assert_int_equal(block[9], 'x'); /* a failed realloc leaves it as it was */
}

static void past_the_limit_an_owner_is_marked_and_far_past_it_refused(void **state)
{
    (void)state;
    struct sim_memory *memory = sim_memory_new(1000);
    sim_memory_switch(memory);
    assert_non_null(allocate(900));
    assert_false(sim_memory_over_limit(memory));
    assert_non_null(allocate(200));
    assert_true(sim_memory_over_limit(memory));
    assert_null(allocate(10000));
    sim_memory_switch(NULL);
    sim_memory_free(memory);
}

static void sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    volatile size_t huge = SIZE_MAX / 2;
    void *volatile block = calloc(huge, 4);
    assert_null(block);
    block = reallocarray(NULL, huge, 4);
    assert_null(block);
    block = malloc(huge * 2);
    assert_null(block);
    block = pvalloc(SIZE_MAX - 1);
    assert_null(block);
}

static void fresh_bytes_are_poisoned(void **state)
{
    (void)state;
    if (RUNNING_ON_VALGRIND) skip(); /* it has its own way to see their use */
    sim_memory_poison(0x5c);
    unsigned char *block = allocate(200);
    size_t poisoned = 0;
    for (size_t i = 0; i < 200; i++) {
        poisoned += block[i] == 0x5c;
    }
    free(block);
    assert_int_equal(poisoned, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(blocks_count_for_the_owner_of_their_time, setup, teardown),
        cmocka_unit_test_setup_teardown(every_size_and_alignment_keeps_its_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(the_libc_family_goes_through_the_owner, setup, teardown),
        cmocka_unit_test_setup_teardown(zeroed_bytes_are_zero_whatever_stood_there, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(no_more_is_kept_than_the_bound, setup, teardown),
        cmocka_unit_test_setup_teardown(the_nth_allocation_fails_once, setup, teardown),
        cmocka_unit_test_setup_teardown(the_nth_allocation_and_all_after_it_fail_until_stopped,
                                        setup, teardown),
        cmocka_unit_test(past_the_limit_an_owner_is_marked_and_far_past_it_refused),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(fresh_bytes_are_poisoned),
    };
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
