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
#include "queue/script.h"

enum { STEPS_MAX = 8, WORDS_MAX = 20, STEP_BYTES = 256, START_US = 1000000 };

/* Each step is "client@SECOND COMMAND argument... -> ANSWER": an integer, OK, nil, "text; "?" is no
 * answer, "!" a refusal. One step after the other. An argument %lock is the digest of that script
 * of the queue, %- is empty. */
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
    {"more places than can be followed",
     LINEAR_KEY,
     {"a@8 EVALSHA s 1 lmtr:concurrent:k 20 10000000 1 p1 -> 0"},
     "no judging it with"},
    {"a bucket that grants several at a time",
     LINEAR_KEY,
     {"a@1 EVALSHA s 1 lmtr:bucket:k 20 10000000 15 p1 -> 0",
      "a@2 EVALSHA s 1 lmtr:bucket:k 20 10000000 6 p2 -> 8000000",
      "a@3 EVALSHA s 1 lmtr:bucket:k 20 10000000 5 p2 -> 0",
      "a@11 EVALSHA s 1 lmtr:bucket:k 20 10000000 6 p2 -> 0"},
     NULL},
    {"a window with several too many",
     LINEAR_KEY,
     {"a@1 EVALSHA s 1 lmtr:window:k 3 10000000 2 p1 -> 0",
      "a@2 EVALSHA s 1 lmtr:window:k 3 10000000 2 p2 -> 0"},
     "2 p2 -> 0"},
    {"a window refuses what is more than there is room for",
     LINEAR_KEY,
     {"a@1 EVALSHA s 1 lmtr:window:k 3 10000000 2 p1 -> 0",
      "a@2 EVALSHA s 1 lmtr:window:k 3 10000000 2 p2 -> 9000000",
      "a@3 EVALSHA s 1 lmtr:window:k 3 10000000 1 p2 -> 0",
      "a@12 EVALSHA s 1 lmtr:window:k 3 10000000 2 p2 -> 0"},
     NULL},
    {"a bucket that leaks",
     LINEAR_KEY,
     {"a@1 EVALSHA s 1 lmtr:leaky:k 2 10000000 1 p1 -> 0",
      "a@2 EVALSHA s 1 lmtr:leaky:k 2 10000000 1 p2 -> 0",
      "a@3 EVALSHA s 1 lmtr:leaky:k 2 10000000 1 p3 -> 3000000",
      "a@7 EVALSHA s 1 lmtr:leaky:k 2 10000000 1 p4 -> 0"},
     NULL},
    {"one more than has leaked",
     LINEAR_KEY,
     {"a@1 EVALSHA s 1 lmtr:leaky:k 2 10000000 1 p1 -> 0",
      "a@2 EVALSHA s 1 lmtr:leaky:k 2 10000000 1 p2 -> 0",
      "a@5 EVALSHA s 1 lmtr:leaky:k 2 10000000 1 p3 -> 0"},
     "1 p3 -> 0, by a"},
    {"points: what was not used is there again",
     LINEAR_KEY,
     {"a@1 EVALSHA s 1 lmtr:points:k 100 10000000 90 p1 -> 0",
      "a@2 EVALSHA s 1 lmtr:points:k 100 10000000 -80 -> 0",
      "a@3 EVALSHA s 1 lmtr:points:k 100 10000000 95 p2 -> 0"},
     NULL},
    {"points: what was used beyond the grant is missing",
     LINEAR_KEY,
     {"a@1 EVALSHA s 1 lmtr:points:k 100 10000000 10 p1 -> 0",
      "a@2 EVALSHA s 1 lmtr:points:k 100 10000000 180 -> 0",
      "a@8 EVALSHA s 1 lmtr:points:k 100 10000000 5 p2 -> 2500000",
      "a@9 EVALSHA s 1 lmtr:points:k 100 10000000 50 p3 -> 0"},
     "50 p3 -> 0"},
    /* locks of unique jobs */
    {"a lock from the push to the end",
     LINEAR_KEY,
     {"a@1 EVALSHA %push 4 d:LOCKED ds qs q j1 0 0 job q %- 0 -> 1",
      "b@2 EVALSHA %push 4 d:LOCKED ds qs q j2 0 0 job q %- 0 -> 0",
      "a@3 EVALSHA %push 4 d:LOCKED ds qs q j1 0 0 job q %- 0 -> 1",
      "a@4 EVALSHA %ack 3 list d:LOCKED ds job j1 -> 1",
      "b@5 EVALSHA %push 4 d:LOCKED ds qs q j2 0 0 job q %- 0 -> 1"},
     NULL},
    {"a lock that two have",
     LINEAR_KEY,
     {"a@1 EVALSHA %push 4 d:LOCKED ds qs q j1 0 0 job q %- 0 -> 1",
      "b@2 EVALSHA %push 4 d:LOCKED ds qs q j2 0 0 job q %- 0 -> 1"},
     "d:LOCKED: no order of 2 operations allows"},
    {"a lock that was refused though nobody has it",
     LINEAR_KEY,
     {"a@1 EVALSHA %push 4 d:LOCKED ds qs q j1 0 0 job q %- 0 -> 1",
      "a@4 EVALSHA %bury 4 list dead d:LOCKED ds job job 0 0 0 j1 -> 1",
      "b@5 EVALSHA %push 4 d:LOCKED ds qs q j2 0 0 job q %- 0 -> 0"},
     "j2 0 0 job q  0 -> 0"},
    {"a lock that is not given back by who is no owner",
     LINEAR_KEY,
     {"a@1 EVALSHA %lock 3 d:RUN:LOCKED ds list j1 0 0 job -> 1",
      "a@2 EVALSHA %ack 3 list d:RUN:LOCKED ds job j1 -> 0",
      "b@3 EVALSHA %lock 3 d:RUN:LOCKED ds list j2 0 0 job -> 0",
      "b@4 EVALSHA %lock 3 d:RUN:LOCKED ds list j2 0 0 job -> -1"},
     NULL},
    {"a lock whose time is over",
     LINEAR_KEY,
     {"a@1 EVALSHA %lock 3 d:RUN:LOCKED ds list j1 0 5000 job -> 1",
      "a@4 EVALSHA %lock 3 d:RUN:LOCKED ds list j1 0 5000 job -> 1",
      "b@8 EVALSHA %lock 3 d:RUN:LOCKED ds list j2 0 5000 job -> 0",
      "b@10 EVALSHA %lock 3 d:RUN:LOCKED ds list j2 0 5000 job -> 1"},
     NULL},
    {"a push that is repeated prolongs nothing",
     LINEAR_KEY,
     {"a@1 EVALSHA %push 4 d:LOCKED ds qs q j1 0 5000 job q %- 0 -> 1",
      "a@4 EVALSHA %push 4 d:LOCKED ds qs q j1 0 5000 job q %- 0 -> 1",
      "b@8 EVALSHA %push 4 d:LOCKED ds qs q j2 0 5000 job q %- 0 -> 0"},
     "j2 0 5000 job q  0 -> 0"},
    {"two locks in one step: one is taken, one let go",
     LINEAR_KEY,
     {"a@1 EVALSHA %push 4 d:LOCKED ds qs q j1 0 0 job q %- 0 -> 1",
      "a@2 EVALSHA %lock 4 d:RUN:LOCKED ds list d:LOCKED j1 0 0 job -> 1",
      "b@3 EVALSHA %push 4 d:LOCKED ds qs q j2 0 0 job q %- 0 -> 1",
      "b@4 EVALSHA %lock 4 d:RUN:LOCKED ds list d:LOCKED j2 0 0 job -> 0",
      "c@5 EVALSHA %push 4 d:LOCKED ds qs q j3 0 0 job q %- 0 -> 0"},
     NULL},
    {"a retry takes its lock anew, if nobody has it",
     LINEAR_KEY,
     {"a@1 EVALSHA %push 4 d:LOCKED ds qs q j1 0 0 job q %- 0 -> 1",
      "a@2 EVALSHA %unlock 3 list d:LOCKED ds job j1 -> 1",
      "a@3 EVALSHA %retry 4 list retry d:LOCKED ds job job 9 0 3 1 j1 -> 1",
      "b@4 EVALSHA %push 4 d:LOCKED ds qs q j2 0 0 job q %- 0 -> 0"},
     NULL},
    {"a retry gives its lock back",
     LINEAR_KEY,
     {"a@1 EVALSHA %lock 3 d:RUN:LOCKED ds list j1 0 0 job -> 1",
      "a@2 EVALSHA %retry 4 list retry d:RUN:LOCKED ds job job 9 %- 3 1 j1 -> 1",
      "b@3 EVALSHA %lock 3 d:RUN:LOCKED ds list j2 0 0 job -> 1"},
     NULL},
    {"a tick takes a lock",
     LINEAR_KEY,
     {"a@1 EVALSHA %fire 6 l t qs q d:LOCKED ds me 1 job q 9 j1 0 0 -> 1",
      "a@2 EVALSHA %fire 6 l t qs q d:LOCKED ds me 2 job q 9 j2 0 0 -> 2",
      "a@3 EVALSHA %fire 6 l t qs q d:LOCKED ds me 2 job q 9 j2 0 0 -> 0",
      "b@4 EVALSHA %push 4 d:LOCKED ds qs q j3 0 0 job q %- 0 -> 0"},
     NULL},
    {"a reaper may have freed it",
     LINEAR_KEY,
     {"a@1 EVALSHA %lock 3 d:RUN:LOCKED ds list j1 0 0 %- -> 1",
      "b@2 EVALSHA %reap 8 ds ex su qs fe pr sc re 0 9 9 -> 1",
      "b@3 EVALSHA %lock 3 d:RUN:LOCKED ds list j2 0 0 job -> 1"},
     NULL},
    {"and no later than it came",
     LINEAR_KEY,
     {"b@1 EVALSHA %reap 8 ds ex su qs fe pr sc re 0 9 9 -> 1",
      "a@2 EVALSHA %lock 3 d:RUN:LOCKED ds list j1 0 0 %- -> 1",
      "b@3 EVALSHA %reap 8 ds ex su qs fe pr sc re 0 9 9 -> !",
      "b@4 EVALSHA %lock 3 d:RUN:LOCKED ds list j2 0 0 job -> 1"},
     "j2 0 0 job -> 1"},
    {"a lock that more than one may hold is not judged",
     LINEAR_KEY,
     {"a@1 EVALSHA %lock 3 d:RUN:LOCKED ds list j1 0 0 job 2 -> 1"},
     "no judging it with"},
    {"a newer push in the place of an older",
     LINEAR_KEY,
     {"a@1 EVALSHA %push 4 d:LOCKED ds qs q j1 0 0 job q %- 0 1 -> 1",
      "b@2 EVALSHA %replace 7 d:LOCKED ds qs q q s r j2 0 0 job q %- 0 1 9 -> 1",
      "c@3 EVALSHA %push 4 d:LOCKED ds qs q j3 0 0 job q %- 0 1 -> 0"},
     NULL},
    {"a move with all that hangs on a job gives its lock back",
     LINEAR_KEY,
     {"a@1 EVALSHA %lock 3 d:RUN:LOCKED ds list j1 0 0 job 1 -> 1",
      "a@2 EVALSHA %together 4 list set ds d:RUN:LOCKED job %- %- %- 0 %- 3 j1 b s 3 %- 1 -> 1",
      "b@3 EVALSHA %lock 3 d:RUN:LOCKED ds list j2 0 0 job 1 -> 0"},
     "j2 0 0 job 1 -> 0"},
    {"jobs that take turns",
     LINEAR_MUTEX,
     {"a@1 EVALSHA %lock 3 d:RUN:LOCKED ds list j1 0 0 job -> 1",
      "b@2 EVALSHA %lock 3 d:RUN:LOCKED ds list j1 0 0 job -> 1",
      "b@3 EVALSHA %ack 3 list d:RUN:LOCKED ds job j1 -> 1",
      "a@4 EVALSHA %lock 3 d:RUN:LOCKED ds list j2 0 0 job -> 1"},
     NULL},
    {"a job whose lock ends before its work",
     LINEAR_MUTEX,
     {"a@1 EVALSHA %lock 3 d:RUN:LOCKED ds list j1 0 5000 job -> 1",
      "b@9 EVALSHA %lock 3 d:RUN:LOCKED ds list j2 0 5000 job -> 1"},
     "j2 0 5000 job -> 1"},
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

static struct fl_span argument_of(const char *word)
{
    static const struct {
        const char *word;
        enum fl_script script;
    } scripts[] = {{"%push", FL_SCRIPT_PUSH_LOCKED},
                   {"%lock", FL_SCRIPT_LOCK},
                   {"%unlock", FL_SCRIPT_UNLOCK},
                   {"%retry", FL_SCRIPT_RETRY_LOCKED},
                   {"%ack", FL_SCRIPT_ACKNOWLEDGE_LOCKED},
                   {"%bury", FL_SCRIPT_BURY_LOCKED},
                   {"%replace", FL_SCRIPT_PUSH_REPLACING},
                   {"%together", FL_SCRIPT_TOGETHER},
                   {"%fire", FL_SCRIPT_FIRE},
                   {"%reap", FL_SCRIPT_REAP_LOCKS}};
    if (strcmp(word, "%-") == 0) return FL_SPAN("");
    for (size_t i = 0; i < FL_COUNT(scripts); i++)
        if (strcmp(word, scripts[i].word) == 0) return fl_script_sha(scripts[i].script);
    return fl_span_from(word);
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
        args[count++] = argument_of(word);
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
