#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <unistd.h>

#include "harness/selftest/child.h"
#include "harness/selftest/crew.h"

enum { ITEMS = 100 };

struct tally {
    int seen[ITEMS];
    int64_t sum;
    uint32_t fatal; /* the item with which its member dies */
};

struct square {
    int64_t value;
};

static void work(void *context, int member, uint32_t item, void *ret_result)
{
    const struct tally *tally = context;
    (void)member;
    if (item == tally->fatal) _exit(3);
    ((struct square *)ret_result)->value = (int64_t)item * item;
}

static void take(void *context, uint32_t item, const void *result)
{
    struct tally *tally = context;
    tally->seen[item]++;
    tally->sum += ((const struct square *)result)->value;
}

static enum fl_error play(struct tally *tally, int members)
{
    const struct crew crew = {
        .context = tally, .work = work, .take = take, .result_bytes = sizeof(struct square)};
    return crew_run(&crew, members, ITEMS);
}

static void each_item_is_worked_on_once(void **state)
{
    struct tally tally = {.fatal = UINT32_MAX};
    (void)state;
    assert_int_equal(play(&tally, 3), FL_OK);
    for (int i = 0; i < ITEMS; i++)
        assert_int_equal(tally.seen[i], 1);
    assert_int_equal(tally.sum, 328350);
}

static void a_member_that_dies_is_an_error_and_the_others_go_on(void **state)
{
    struct tally tally = {.fatal = 0};
    (void)state;
    assert_int_equal(play(&tally, 2), FL_EIO);
    assert_int_equal(tally.seen[0], 0);
    for (int i = 1; i < ITEMS; i++)
        assert_int_equal(tally.seen[i], 1);
}

static void a_command_is_run_in_its_folder_and_heard_on_both_outputs(void **state)
{
    struct child child = {0};
    struct fl_buf output = FL_BUF_INIT(64);
    int status = 0;
    (void)state;
    child_word(&child, "sh");
    child_word(&child, "-c");
    child_word(&child, "pwd; echo no >&2; cat; exit 7");
    assert_int_equal(child_run(&child, "/", &output, &status), FL_OK);
    assert_int_equal(status, 7);
    assert_string_equal(output.bytes, "/\nno\n");
    fl_buf_release(&output);
}

static void a_signal_is_a_status(void **state)
{
    struct child child = {0};
    struct fl_buf output = FL_BUF_INIT(64);
    int status = 0;
    (void)state;
    child_word(&child, "sh");
    child_word(&child, "-c");
    child_word(&child, "kill -9 $$");
    assert_int_equal(child_run(&child, "/", &output, &status), FL_OK);
    assert_int_equal(status, 137);
    fl_buf_release(&output);
}

static void a_program_that_is_not_there_is_an_error(void **state)
{
    struct child child = {0};
    struct fl_buf output = FL_BUF_INIT(64);
    int status = 0;
    (void)state;
    child_word(&child, "/nonexistent/program");
    assert_int_equal(child_run(&child, "/", &output, &status), FL_EIO);
    fl_buf_release(&output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_item_is_worked_on_once),
        cmocka_unit_test(a_member_that_dies_is_an_error_and_the_others_go_on),
        cmocka_unit_test(a_command_is_run_in_its_folder_and_heard_on_both_outputs),
        cmocka_unit_test(a_signal_is_a_status),
        cmocka_unit_test(a_program_that_is_not_there_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
