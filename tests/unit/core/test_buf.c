#include "core/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_sweep.h"

static void holds_what_was_appended_with_a_nul_behind(void **state)
{
    (void)state;
    struct fl_buf buf = FL_BUF_INIT(1000);
    assert_int_equal(fl_buf_append_text(&buf, "one"), FL_OK);
    assert_int_equal(fl_buf_append_char(&buf, ' '), FL_OK);
    assert_int_equal(fl_buf_printf(&buf, "%d", 23), FL_OK);
    assert_string_equal(buf.bytes, "one 23");
    fl_buf_consume(&buf, 4);
    assert_string_equal(buf.bytes, "23");
    fl_buf_truncate(&buf, 1);
    assert_string_equal(buf.bytes, "2");
    fl_buf_release(&buf);
    assert_null(buf.bytes);
    assert_int_equal(buf.length_max, 1000);
}

static void an_empty_append_makes_an_empty_string(void **state)
{
    (void)state;
    struct fl_buf buf = FL_BUF_INIT(0);
    assert_int_equal(fl_buf_append(&buf, NULL, 0), FL_OK);
    assert_string_equal(buf.bytes, "");
    fl_buf_release(&buf);
}

static void refuses_the_byte_past_its_bound_and_keeps_the_rest(void **state)
{
    (void)state;
    struct fl_buf buf = FL_BUF_INIT(100);
    char text[101];
    memset(text, 'x', sizeof text);
    assert_int_equal(fl_buf_append(&buf, text, 101), FL_EBOUND);
    assert_int_equal(fl_buf_append(&buf, text, 100), FL_OK);
    assert_int_equal(fl_buf_append_char(&buf, 'y'), FL_EBOUND);
    assert_int_equal(fl_buf_printf(&buf, "%d", 1), FL_EBOUND);
    assert_int_equal(fl_buf_append(&buf, text, SIZE_MAX), FL_EBOUND);
    assert_int_equal(buf.length, 100);
    assert_int_equal(buf.bytes[100], '\0');
    fl_buf_release(&buf);
}

static void print_that_does_not_fit_leaves_what_was_there(void **state)
{
    (void)state;
    struct fl_buf buf = FL_BUF_INIT(100);
    char text[101] = {0};
    memset(text, 'x', 100);
    assert_int_equal(fl_buf_printf(&buf, "%s", text), FL_OK);
    fl_buf_truncate(&buf, 1);
    assert_int_equal(fl_buf_printf(&buf, "%s", text), FL_EBOUND);
    assert_string_equal(buf.bytes, "x");
    text[99] = '\0';
    assert_int_equal(fl_buf_printf(&buf, "%s", text), FL_OK);
    assert_int_equal(strlen(buf.bytes), 100);
    fl_buf_release(&buf);
}

static enum fl_error append_a_lot(void *context)
{
    (void)context;
    struct fl_buf buf = FL_BUF_INIT(SIZE_MAX - 1);
    enum fl_error err = FL_OK;
    for (int i = 0; i < 1000 && !err; i++)
        err = fl_buf_printf(&buf, "line %d\n", i);
    fl_buf_release(&buf);
    return err;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    alloc_sweep(append_a_lot, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_what_was_appended_with_a_nul_behind),
        cmocka_unit_test(an_empty_append_makes_an_empty_string),
        cmocka_unit_test(refuses_the_byte_past_its_bound_and_keeps_the_rest),
        cmocka_unit_test(print_that_does_not_fit_leaves_what_was_there),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
