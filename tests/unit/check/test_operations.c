/* Commands on keys as histories: which of them an object explains, by the words that a person reads
 * when it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/check/operations.h"

enum { STEPS_MAX = 8, WORDS_MAX = 12, STEP_BYTES = 256, START_US = 1000000 };

/* Each step is "client@SECOND COMMAND argument... -> ANSWER": an integer, OK, nil, "text; "?" is no
 * answer, "!" a refusal. One step after the other. */
struct story {
    const char *name;
    enum linear_object object;
    const char *steps[STEPS_MAX];
    const char *found; /* a part of what is told; NULL: it holds */
};

static struct story stories[] = {
    {"a lock in turn",
     LINEAR_KEY,
     {"a@1 SET k a NX EX 30 -> OK", "b@2 SET k b NX EX 30 -> nil", "a@3 EVAL x 1 k a -> 1",
      "b@4 SET k b NX EX 30 -> OK"},
     NULL},
    {"a lease that has ended",
     LINEAR_KEY,
     {"a@1 SET k a NX PX 5000 -> OK", "b@7 SETNX k b -> 1"},
     NULL},
    {"a lease that has not",
     LINEAR_KEY,
     {"a@1 SET k a NX PX 5000 -> OK", "b@3 SETNX k b -> 1"},
     "redis SETNX k b -> 1, by b (p1) at +3.00001s\n"
     "          after redis SET k a NX PX 5000 -> OK, by a (p1) at +1.00001s"},
    {"what was refused has not happened",
     LINEAR_KEY,
     {"a@1 SET k a NX -> !", "b@2 SET k b NX -> OK"},
     NULL},
    {"what nobody heard may have happened",
     LINEAR_KEY,
     {"a@1 SET k a NX -> ?", "b@2 SET k b NX -> nil"},
     NULL},
    {"a value and its time to live",
     LINEAR_KEY,
     {"a@1 SETEX k 5 v -> OK", "a@2 GET k -> \"v", "a@3 EXPIRE k 60 -> 1", "a@30 GET k -> \"v",
      "a@99 GET k -> nil"},
     NULL},
    {"a counter", LINEAR_KEY, {"a@1 INCR k -> 1", "b@2 INCRBY k 5 -> 6", "b@3 DECR k -> 5"}, NULL},
    {"a counter that was set back",
     LINEAR_KEY,
     {"a@1 INCR k -> 1", "b@2 INCR k -> 1"},
     "redis INCR k -> 1, by b"},
    {"only asked about", LINEAR_KEY, {"a@1 SETNX k a -> 1", "a@2 TTL k -> -1"}, NULL},
    {"another kind of command",
     LINEAR_KEY,
     {"a@1 APPEND k x -> 1"},
     "k: no judging it with redis APPEND k x -> ?"},
    {"an answer that it never has",
     LINEAR_KEY,
     {"a@1 GET k -> QUEUED"},
     "k: no judging it with redis GET k -> QUEUED"},
    {"two who hold it", LINEAR_MUTEX, {"a@1 SETNX k a -> 1", "b@2 SET k b -> OK"}, "by b (p1)"},
    /* limiters: size, period, how much, permit; 0 is a grant */
    {"as many places as there are",
     LINEAR_KEY,
     {"a@1 EVALSHA s 1 lmtr:concurrent:k 1 60000000 1 p1 -> 0",
      "b@2 EVALSHA s 1 lmtr:concurrent:k 1 60000000 1 p2 -> 59000000",
      "a@3 ZREM lmtr:concurrent:k p1 -> 1",
      "b@4 EVALSHA s 1 lmtr:concurrent:k 1 60000000 1 p2 -> 0"},
     NULL},
    {"one place more",
     LINEAR_KEY,
     {"a@1 EVALSHA s 1 lmtr:concurrent:k 1 60000000 1 p1 -> 0",
      "b@2 EVALSHA s 1 lmtr:concurrent:k 1 60000000 1 p2 -> 0"},
     "redis EVALSHA s 1 lmtr:concurrent:k 1 60000000 1 p2 -> 0"},
    {"a place that nobody gave back is free in time",
     LINEAR_KEY,
     {"a@1 EVALSHA s 1 lmtr:concurrent:k 1 60000000 1 p1 -> 0",
      "b@62 EVALSHA s 1 lmtr:concurrent:k 1 60000000 1 p2 -> 0"},
     NULL},
    {"a window that is full",
     LINEAR_KEY,
     {"a@1 EVALSHA s 1 lmtr:window:k 2 10000000 1 p1 -> 0",
      "a@8 EVALSHA s 1 lmtr:window:k 2 10000000 1 p2 -> 0",
      "a@9 EVALSHA s 1 lmtr:window:k 2 10000000 1 p3 -> 2000000",
      "a@12 EVALSHA s 1 lmtr:window:k 2 10000000 1 p4 -> 0"},
     NULL},
    {"a window with one too many",
     LINEAR_KEY,
     {"a@8 EVALSHA s 1 lmtr:window:k 2 10000000 1 p1 -> 0",
      "a@9 EVALSHA s 1 lmtr:window:k 2 10000000 1 p2 -> 0",
      "a@12 EVALSHA s 1 lmtr:window:k 2 10000000 1 p3 -> 0"},
     "1 p3 -> 0"},
    {"buckets allow that",
     LINEAR_KEY,
     {"a@8 EVALSHA s 1 lmtr:bucket:k 2 10000000 1 p1 -> 0",
      "a@9 EVALSHA s 1 lmtr:bucket:k 2 10000000 1 p2 -> 0",
      "a@12 EVALSHA s 1 lmtr:bucket:k 2 10000000 1 p3 -> 0"},
     NULL},
    {"two sizes of one limiter",
     LINEAR_KEY,
     {"a@8 EVALSHA s 1 lmtr:bucket:k 2 10000000 1 p1 -> 0",
      "a@9 EVALSHA s 1 lmtr:bucket:k 3 10000000 1 p2 -> 0"},
     "no judging it with redis EVALSHA s 1 lmtr:bucket:k 3"},
    {"more at a time than can be followed",
     LINEAR_KEY,
     {"a@8 EVALSHA s 1 lmtr:bucket:k 20 10000000 2 p1 -> 0"},
     "no judging it with"},
};

static struct fl_reply reply_of(const char *text)
{
    char *end;
    long long number = strtoll(text, &end, 10);
    if (!*end) return (struct fl_reply){.type = FL_REPLY_INTEGER, .integer = number};
    if (strcmp(text, "nil") == 0) return (struct fl_reply){.type = FL_REPLY_NIL};
    if (*text == '"')
        return (struct fl_reply){.type = FL_REPLY_STRING, .text = fl_span_from(text + 1)};
    return (struct fl_reply){.type = FL_REPLY_STATUS, .text = fl_span_from(text)};
}

static void play(struct operations *operations, const char *step, uint64_t ordinal)
{
    char copy[STEP_BYTES];
    struct fl_span args[WORDS_MAX];
    size_t count = 0;
    snprintf(copy, sizeof copy, "%s", step);
    char *answer = strstr(copy, " -> ") + 4;
    answer[-4] = '\0';
    char *client = strtok(copy, "@"), *second = strtok(NULL, " "), *word;
    while ((word = strtok(NULL, " ")))
        args[count++] = fl_span_from(word);
    const struct fl_command command = {args, count};
    const struct operations_caller caller = {*client == 'a' ? "a" : "b", "p1", ordinal};
    int64_t at_us = START_US + strtoll(second, NULL, 10) * 1000000;
    struct fl_reply reply = reply_of(answer);
    enum operations_end end = OPERATIONS_ANSWERED;
    if (*answer == '?') end = OPERATIONS_UNHEARD;
    if (*answer == '!') end = OPERATIONS_REFUSED;
    operations_called(operations, &caller, &command, at_us);
    operations_returned(operations, &caller, &command, end,
                        end == OPERATIONS_ANSWERED ? &reply : NULL, at_us + 10);
}

static struct operations *open(const struct plan *plan)
{
    struct operations *operations;
    assert_int_equal(operations_new(plan, START_US, &operations), FL_OK);
    return operations;
}

static void story_row(void **state)
{
    const struct story *row = *state;
    const struct plan_expect expect = {.kind = PLAN_EXPECT_LINEARIZABLE, .text = "*"};
    const struct plan plan = {.expects = &expect, .expect_count = 1};
    struct operations *operations = open(&plan);
    struct fl_buf found = FL_BUF_INIT(4096);
    for (size_t i = 0; i < STEPS_MAX && row->steps[i]; i++)
        play(operations, row->steps[i], i);
    bool holds = operations_hold(operations, row->object, "*", &found);
    if (!row->found && !holds) fail_msg("%s", found.bytes);
    assert_int_equal(holds, !row->found);
    if (row->found && !strstr(found.bytes, row->found))
        fail_msg("expected \"%s\" in \"%s\"", row->found, found.bytes);
    fl_buf_release(&found);
    operations_free(operations);
}

static void a_dead_process_holds_nothing(void **state)
{
    const struct plan_expect expect = {.kind = PLAN_EXPECT_EXCLUSIVE, .text = "k"};
    const struct plan plan = {.expects = &expect, .expect_count = 1};
    struct operations *operations = open(&plan);
    struct fl_buf found = FL_BUF_INIT(4096);
    (void)state;
    play(operations, "a@1 SET k a NX EX 5 -> OK", 0);
    operations_died(operations, "p1", START_US + 2000000);
    play(operations, "b@9 SET k b NX EX 5 -> OK", 0);
    operations_gone(operations, "b", START_US + 10000000);
    play(operations, "a@20 SET k a NX EX 5 -> OK", 1);
    assert_true(operations_hold(operations, LINEAR_MUTEX, "k", &found));
    play(operations, "b@30 SET k b NX EX 5 -> OK", 1);
    assert_false(operations_hold(operations, LINEAR_MUTEX, "k", &found));
    fl_buf_release(&found);
    operations_free(operations);
}

static void without_a_claim_nothing_is_followed(void **state)
{
    const struct plan plan = {0};
    struct operations *operations;
    (void)state;
    assert_int_equal(operations_new(&plan, 0, &operations), FL_OK);
    assert_null(operations);
    operations_free(operations);
}

static void where_the_clock_of_redis_moves_nothing_is_judged(void **state)
{
    const struct plan_expect expect = {.kind = PLAN_EXPECT_LINEARIZABLE, .text = "k"};
    const struct plan_fault fault = {.verb = PLAN_CLOCK, .target = PLAN_TARGET_REDIS};
    const struct plan plan = {
        .expects = &expect, .expect_count = 1, .faults = &fault, .fault_count = 1};
    struct operations *operations = open(&plan);
    struct fl_buf found = FL_BUF_INIT(4096);
    (void)state;
    play(operations, "a@1 SETNX k a -> 1", 0);
    assert_false(operations_hold(operations, LINEAR_KEY, "k", &found));
    assert_string_equal(found.bytes, "k: no judging it where the clock of Redis moves");
    fl_buf_release(&found);
    operations_free(operations);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(stories) + 3];
    size_t count = 0;
    for (; count < FL_COUNT(stories); count++)
        tests[count] =
            (struct CMUnitTest){stories[count].name, story_row, NULL, NULL, &stories[count]};
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_dead_process_holds_nothing);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(without_a_claim_nothing_is_followed);
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test(where_the_clock_of_redis_moves_nothing_is_judged);
    return _cmocka_run_group_tests("operations", tests, count, NULL, NULL);
}
