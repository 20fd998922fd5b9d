#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/cut.h"

static void puts_texts_together(void **state)
{
    char out[16];
    (void)state;
    size_t length = fl_cut(out, sizeof out, 0, FL_SPAN("p1"));
    length = fl_cut(out, sizeof out, length, FL_SPAN("/"));
    assert_int_equal(fl_cut(out, sizeof out, length, FL_SPAN("fetch")), 8);
    assert_string_equal(out, "p1/fetch");
}

static void cuts_where_the_array_ends(void **state)
{
    char out[5] = "....";
    (void)state;
    assert_int_equal(fl_cut(out, sizeof out, 0, FL_SPAN("abcdef")), 4);
    assert_string_equal(out, "abcd");
    assert_int_equal(fl_cut(out, sizeof out, 4, FL_SPAN("g")), 4);
    assert_int_equal(fl_cut(out, sizeof out, 1, (struct fl_span){NULL, 0}), 1);
    assert_string_equal(out, "a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_texts_together),
        cmocka_unit_test(cuts_where_the_array_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
