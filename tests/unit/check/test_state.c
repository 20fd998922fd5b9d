/* Comparing final states: what is volatile is learnt, what differs is shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/check/state.h"

static void add_row(struct state *state, const char *group, const char *id, const char *name,
                    const char *updated_at)
{
    assert_int_equal(state_begin_row(state, group), FL_OK);
    assert_int_equal(state_add(state, "id", fl_span_from(id)), FL_OK);
    assert_int_equal(state_add(state, "name", fl_span_from(name)), FL_OK);
    assert_int_equal(state_add(state, "updated_at", fl_span_from(updated_at)), FL_OK);
}

static void format(const struct state *state, const struct state_volatiles *volatiles,
                   struct fl_buf *out)
{
    fl_buf_truncate(out, 0);
    assert_int_equal(state_format(state, volatiles, out), FL_OK);
}

static void facts_are_sorted_so_that_their_order_does_not_matter(void **unused)
{
    (void)unused;
    struct state one = {0}, other = {0};
    struct state_volatiles none = STATE_VOLATILES_INIT;
    struct fl_buf first = FL_BUF_INIT(4096), second = FL_BUF_INIT(4096), out = FL_BUF_INIT(4096);
    add_row(&one, "db users", "1", "Ada", "9");
    add_row(&one, "db users", "2", "Bob", "9");
    add_row(&other, "db users", "2", "Bob", "9");
    add_row(&other, "db users", "1", "Ada", "9");
    format(&one, &none, &first);
    format(&other, &none, &second);
    assert_string_equal(first.bytes, "db users id=1 name=Ada updated_at=9\n"
                                     "db users id=2 name=Bob updated_at=9\n");
    assert_true(state_same(fl_buf_span(&first), fl_buf_span(&second), &out));
    state_release(&one);
    state_release(&other);
    fl_buf_release(&first);
    fl_buf_release(&second);
    fl_buf_release(&out);
}

static void a_column_that_differs_between_two_undisturbed_runs_is_not_compared(void **unused)
{
    (void)unused;
    struct state monday = {0}, tuesday = {0};
    struct state_volatiles learnt = STATE_VOLATILES_INIT;
    struct fl_buf first = FL_BUF_INIT(4096), second = FL_BUF_INIT(4096), out = FL_BUF_INIT(4096);
    add_row(&monday, "db users", "1", "Ada", "monday");
    add_row(&tuesday, "db users", "1", "Ada", "tuesday");
    assert_int_equal(state_learn(&learnt, &monday, &tuesday), FL_OK);
    format(&monday, &learnt, &first);
    format(&tuesday, &learnt, &second);
    assert_string_equal(first.bytes, "db users id=1 name=Ada\n");
    assert_true(state_same(fl_buf_span(&first), fl_buf_span(&second), &out));
    state_release(&monday);
    state_release(&tuesday);
    state_volatiles_release(&learnt);
    fl_buf_release(&first);
    fl_buf_release(&second);
    fl_buf_release(&out);
}

static void a_column_that_a_scenario_calls_volatile_is_not_compared(void **unused)
{
    (void)unused;
    struct state state = {0};
    struct state_volatiles named = STATE_VOLATILES_INIT;
    struct fl_buf text = FL_BUF_INIT(4096);
    add_row(&state, "db users", "1", "Ada", "9");
    assert_int_equal(state_volatiles_add(&named, "db users.name"), FL_OK);
    format(&state, &named, &text);
    assert_string_equal(text.bytes, "db users id=1 updated_at=9\n");
    state_release(&state);
    state_volatiles_release(&named);
    fl_buf_release(&text);
}

static void what_differs_is_shown_from_both_sides(void **unused)
{
    (void)unused;
    struct fl_buf out = FL_BUF_INIT(4096);
    struct fl_span reference = FL_SPAN("a\nb\nc\n"), found = FL_SPAN("a\nc\nd\n");
    assert_false(state_same(reference, found, &out));
    assert_string_equal(out.bytes, "- b\n+ d");
    fl_buf_release(&out);
}

static void a_row_more_is_a_difference(void **unused)
{
    (void)unused;
    struct fl_buf out = FL_BUF_INIT(4096);
    assert_false(state_same(FL_SPAN("a\n"), FL_SPAN("a\na\n"), &out));
    assert_string_equal(out.bytes, "+ a");
    fl_buf_release(&out);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_are_sorted_so_that_their_order_does_not_matter),
        cmocka_unit_test(a_column_that_differs_between_two_undisturbed_runs_is_not_compared),
        cmocka_unit_test(a_column_that_a_scenario_calls_volatile_is_not_compared),
        cmocka_unit_test(what_differs_is_shown_from_both_sides),
        cmocka_unit_test(a_row_more_is_a_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
