/* Every allocation of histories, and of the search for an order in them, fails in turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "alloc_sweep.h"
#include "core/assert.h"
#include "harness/check/operations.h"

enum { COMMANDS = 20 };

static const struct plan_expect expect = {.kind = PLAN_EXPECT_LINEARIZABLE, .text = "k"};
static const struct plan plan = {.expects = &expect, .expect_count = 1};

static void count_up(struct operations *operations)
{
    const struct fl_span args[] = {FL_SPAN("INCR"), FL_SPAN("k")};
    const struct fl_command command = {args, FL_COUNT(args)};
    for (int64_t i = 0; i < COMMANDS; i++) {
        const struct operations_caller caller = {"a", "p1", (uint64_t)i};
        const struct fl_reply reply = {.type = FL_REPLY_INTEGER, .integer = i + 1};
        operations_called(operations, &caller, &command, 10 * i);
        operations_returned(operations, &caller, &command, OPERATIONS_ANSWERED, &reply, 10 * i + 5);
    }
}

/* What could not be kept is no proof: the claim does not hold. */
static enum fl_error follow(void *context)
{
    struct operations *operations;
    char bytes[256];
    struct fl_buf found = FL_BUF_INIT(sizeof bytes);
    (void)context;
    enum fl_error err = operations_new(&plan, 0, &operations);
    if (err) return err;
    count_up(operations);
    bool holds = operations_hold(operations, LINEAR_KEY, "k", &found);
    fl_buf_release(&found);
    operations_free(operations);
    return holds ? FL_OK : FL_ENOMEM;
}

static void histories_fail_in_turn(void **state)
{
    (void)state;
    alloc_sweep(follow, NULL);
}

static enum fl_error search(void *context)
{
    const struct linear_rules rules = {LINEAR_MUTEX, 0, 0};
    const struct linear_operation operations[] = {
        {.kind = LINEAR_ACQUIRE, .called = 1, .returned = 2, .client = 1, .answer = 1, .text = "a"},
        {.kind = LINEAR_ACQUIRE, .called = 3, .returned = 4, .client = 2, .answer = 1, .text = "b"},
    };
    struct fl_buf found = FL_BUF_INIT(1024);
    enum linear_verdict verdict = LINEAR_UNDECIDED;
    (void)context;
    enum fl_error err = linear_check(&rules, operations, 2, &verdict, &found);
    if (!err) assert_int_equal(verdict, LINEAR_DISORDERED);
    fl_buf_release(&found);
    return err;
}

static void the_search_fails_in_turn(void **state)
{
    (void)state;
    alloc_sweep(search, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(histories_fail_in_turn),
        cmocka_unit_test(the_search_fails_in_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
