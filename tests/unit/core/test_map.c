#include "core/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "alloc_sweep.h"

enum { KEYS = 1000 };

static struct fl_span key_of(int i, char bytes[16])
{
    return (struct fl_span){bytes, (size_t)snprintf(bytes, 16, "key-%d", i)};
}

static void iterates_in_the_order_of_insertion(void **state)
{
    (void)state;
    struct fl_map map = FL_MAP_INIT(KEYS);
    static int values[KEYS]; /* only their addresses matter */
    char bytes[16];
    for (int i = 0; i < KEYS; i++)
        assert_int_equal(fl_map_put(&map, key_of(i * 7919 % KEYS, bytes), &values[i], NULL), FL_OK);
    uint32_t cursor = 0;
    for (int i = 0; i < KEYS; i++) {
        const struct fl_map_entry *entry = fl_map_next(&map, &cursor);
        assert_ptr_equal(entry->value, &values[i]);
        assert_true(fl_span_equal(entry->key, key_of(i * 7919 % KEYS, bytes)));
        assert_ptr_equal(fl_map_get(&map, entry->key), &values[i]);
    }
    assert_null(fl_map_next(&map, &cursor));
    fl_map_release(&map);
}

static void an_equal_key_keeps_its_place_and_gives_back_its_old_value(void **state)
{
    (void)state;
    struct fl_map map = FL_MAP_INIT(4);
    int a, b, c;
    void *old = &c;
    assert_int_equal(fl_map_put(&map, FL_SPAN("x"), &a, &old), FL_OK);
    assert_null(old);
    assert_int_equal(fl_map_put(&map, FL_SPAN("y"), &b, NULL), FL_OK);
    assert_int_equal(fl_map_put(&map, FL_SPAN("x"), &c, &old), FL_OK);
    assert_ptr_equal(old, &a);
    uint32_t cursor = 0;
    assert_ptr_equal(fl_map_next(&map, &cursor)->value, &c);
    assert_int_equal(map.count, 2);
    fl_map_release(&map);
}

static void removal_leaves_the_others_in_order_and_room_is_found_again(void **state)
{
    (void)state;
    struct fl_map map = FL_MAP_INIT(8);
    int value;
    char bytes[16];
    for (int i = 0; i < 10 * KEYS; i++) { /* a queue of at most eight: holes are used again */
        if (i >= 8) assert_ptr_equal(fl_map_remove(&map, key_of(i - 8, bytes)), &value);
        assert_int_equal(fl_map_put(&map, key_of(i, bytes), &value, NULL), FL_OK);
    }
    uint32_t cursor = 0;
    for (int i = 10 * KEYS - 8; i < 10 * KEYS; i++)
        assert_true(fl_span_equal(fl_map_next(&map, &cursor)->key, key_of(i, bytes)));
    assert_null(fl_map_remove(&map, key_of(0, bytes)));
    assert_true(map.entry_capacity <= 32);
    fl_map_release(&map);
}

static void refuses_past_its_bound(void **state)
{
    (void)state;
    struct fl_map map = FL_MAP_INIT(1);
    int value;
    assert_int_equal(fl_map_put(&map, FL_SPAN(""), &value, NULL), FL_OK); /* a key like any other */
    assert_ptr_equal(fl_map_get(&map, FL_SPAN("")), &value);
    assert_int_equal(fl_map_put(&map, FL_SPAN("b"), &value, NULL), FL_EBOUND);
    assert_int_equal(fl_map_put(&map, FL_SPAN(""), &value, NULL), FL_OK);
    fl_map_release(&map);
}

static enum fl_error fill(void *context)
{
    struct fl_map map = FL_MAP_INIT(KEYS);
    enum fl_error err = FL_OK;
    char bytes[16];
    for (int i = 0; i < 40 && !err; i++)
        err = fl_map_put(&map, key_of(i, bytes), context, NULL);
    fl_map_release(&map);
    return err;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    alloc_sweep(fill, &(int){0});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iterates_in_the_order_of_insertion),
        cmocka_unit_test(an_equal_key_keeps_its_place_and_gives_back_its_old_value),
        cmocka_unit_test(removal_leaves_the_others_in_order_and_room_is_found_again),
        cmocka_unit_test(refuses_past_its_bound),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
