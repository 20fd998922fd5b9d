#include "rows.h"

#include <string.h>

#include "queue/args_check.h"

static struct args_case {
    const char *name, *args;
    const char *want; /* NULL: they are fine */
} rows_of_args[] = {
    {"args: nothing", "[]", NULL},
    {"args: everything plain", "[null,true,1,-2.5e3,\"\\u00e9\",[1],{\"a\":{\"b\":[]}}]", NULL},
    {"args: integers of any length", "[123456789012345678901234567890]", NULL},
    {"args: no array", "{\"a\":1}", "args: want an array"},
    {"args: a bare value", "7", "args: want an array"},
    {"args: nothing at all", "", "args: want a value, line 1, column 1"},
    {"args: NaN", "[1,NaN]", "args[1]: want a value, line 1, column 4"},
    {"args: Infinity, deep inside", "[1,{\"price\":[2,Infinity]}]",
     "args[1].price[1]: want a value, line 1, column 16"},
    {"args: a float that is none in Ruby", "[{\"a\":1,\"b\":1e400}]",
     "args[0].b: a number beyond what a float holds"},
    {"args: a bare word as key", "[{a:1}]", "args[0]: want"},
    {"args: half a surrogate", "[\"x\",\"\\ud800\"]", "args[1]: want"},
    {"args: brackets inside texts do not count", "[\"[{\\\"\",\"]\",NaN]", "args[2]: want a value"},
    {"args: on a later line", "[1,\n 2,\n x]", "args[2]: want a value, line 3, column 2"},
    {"args: after what is complete", "[{\"a\":[1,2]},x]", "args[1]: want a value"},
};

static void args_row(void **state)
{
    const struct args_case *row = *state;
    char problem[FL_ARGS_PROBLEM_BYTES] = "";
    enum fl_error err = fl_args_check(fl_span_from(row->args), problem);
    assert_int_equal(err, row->want ? FL_EINVAL : FL_OK);
    if (row->want && strncmp(problem, row->want, strlen(row->want)) != 0)
        assert_string_equal(problem, row->want);
}

static void bytes_that_are_no_text_are_told_with_their_place(void **state)
{
    (void)state;
    char problem[FL_ARGS_PROBLEM_BYTES];
    assert_int_equal(fl_args_check(FL_SPAN("[1,\"ab\xff\"]"), problem), FL_EINVAL);
    assert_non_null(strstr(problem, "args[1]: want valid UTF-8"));
}

static void a_number_of_too_many_digits_is_beyond_a_float(void **state)
{
    (void)state;
    char args[420] = "[", problem[FL_ARGS_PROBLEM_BYTES];
    memset(args + 1, '9', 400);
    memcpy(args + 401, "]", 2);
    assert_int_equal(fl_args_check(fl_span_from(args), problem), FL_OK); /* an integer */
    memcpy(args + 401, ".0]", 4);
    assert_int_equal(fl_args_check(fl_span_from(args), problem), FL_EINVAL);
}

int main(void)
{
    struct rows rows = {0};
    rows_add(&rows, args_row, rows_of_args, FL_COUNT(rows_of_args), sizeof(rows_of_args[0]));
    rows.tests[rows.count++] =
        (struct CMUnitTest)cmocka_unit_test(bytes_that_are_no_text_are_told_with_their_place);
    rows.tests[rows.count++] =
        (struct CMUnitTest)cmocka_unit_test(a_number_of_too_many_digits_is_beyond_a_float);
    return rows_run(&rows, "args_check");
}
