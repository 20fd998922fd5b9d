/* What is new is kept, and varied by whole lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "harness/explore/guided.h"

static bool is_new(struct guided *guided, const char *previous, const char *kind, bool struck)
{
    bool new = false;
    assert_int_equal(guided_note(guided, fl_span_from(previous), fl_span_from(kind), struck, &new),
                     FL_OK);
    return new;
}

static void a_pair_is_new_once_without_a_fault_and_once_after_one(void **state)
{
    (void)state;
    struct guided guided = {0};
    assert_true(is_new(&guided, "redis GET", "redis SET", false));
    assert_false(is_new(&guided, "redis GET", "redis SET", false));
    assert_true(is_new(&guided, "redis SET", "redis GET", false));
    assert_true(is_new(&guided, "redis GET", "redis SET", true));
    assert_false(is_new(&guided, "redis GET", "redis SET", true));
    guided_release(&guided);
}

static void a_variation_is_a_beginning_in_whole_lines(void **state)
{
    (void)state;
    static const char kept[] = "one 1\ntwo 2\nthree 3\n";
    struct guided guided = {0};
    size_t shortest = sizeof kept, longest = 0;
    assert_int_equal(guided_vary(&guided, 1).length, 0);
    assert_int_equal(guided_keep(&guided, fl_span_from(kept)), FL_OK);
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct fl_span varied = guided_vary(&guided, seed);
        assert_memory_equal(varied.bytes, kept, varied.length);
        assert_true(varied.length == 0 || varied.bytes[varied.length - 1] == '\n');
        assert_true(varied.length < strlen(kept)); /* something is always drawn anew */
        if (varied.length < shortest) shortest = varied.length;
        if (varied.length > longest) longest = varied.length;
    }
    assert_int_equal(shortest, 0);
    assert_int_equal(longest, strlen("one 1\ntwo 2\n"));
    guided_release(&guided);
}

static void the_oldest_gives_way(void **state)
{
    (void)state;
    struct guided guided = {0};
    for (int i = 0; i < 2 * GUIDED_KEPT_MAX; i++)
        assert_int_equal(guided_keep(&guided, i < GUIDED_KEPT_MAX ? FL_SPAN("old\nold\n")
                                                                  : FL_SPAN("new\nnew\n")),
                         FL_OK);
    for (uint64_t seed = 0; seed < 100; seed++) {
        struct fl_span varied = guided_vary(&guided, seed);
        assert_true(varied.length == 0 || varied.bytes[0] == 'n');
    }
    guided_release(&guided);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pair_is_new_once_without_a_fault_and_once_after_one),
        cmocka_unit_test(a_variation_is_a_beginning_in_whole_lines),
        cmocka_unit_test(the_oldest_gives_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
