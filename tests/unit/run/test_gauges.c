/* Faults, claims and healing that wait for what Redis and the database hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "playing.h"

static void a_fault_waits_until_redis_holds_something(void **state)
{
    (void)state;
    struct run_result result;
    play(HEAD "processes 1 concurrency 1\nenqueue-bulk a-{1..9} PlainWorker []\n"
              "fault kill p1 when a-* and llen(queue:default) = 4 restart after 1s\n"
              "expect a-* done\n",
         1, -1, &result);
    if (result.verdict != RUN_PASSED) fail_msg("%s", result.text.bytes);
    const char *at = strstr(result.trace.bytes, "!! kill");
    assert_non_null(at);
    unsigned taken = 0;
    const char *taking = result.trace.bytes, *sign = "RIGHT LEFT -> {";
    for (; (taking = strstr(taking, sign)) && taking < at; taking++)
        taken++;
    assert_int_equal(taken, 9 - 4);
    run_result_release(&result);
}

static void a_fault_whose_state_never_comes_is_told(void **state)
{
    (void)state;
    must_end(HEAD "enqueue a PlainWorker []\n"
                  "fault kill p1 when p1 and zcard(dead) = 1\n"
                  "expect a done\n",
             RUN_FAILED, 4, "expected  the fault to strike: kill p1\nfound     that it never did");
}

static void a_state_is_joined_with_other_conditions(void **state)
{
    (void)state;
    must_pass(HEAD "enqueue a PlainWorker []\nenqueue b PlainWorker [] when +1m\n"
                   "fault reset when \"redis SADD first *\" and sismember(second,x) = 1\n"
                   "expect runs of a = 1\nexpect runs of b = 2\nexpect * done\n");
}

static void a_sweep_strikes_at_each_effect_at_which_the_state_holds(void **state)
{
    (void)state;
    struct run_result result;
    int32_t points = 0;
    for (bool swept = false; !swept; points++) {
        play(HEAD "enqueue a PlainWorker []\n"
                  "sweep kill p1 when a step * and exists(first) = 1\nexpect a done\n",
             1, points, &result);
        swept = result.verdict == RUN_SWEPT;
        if (!swept && result.verdict != RUN_PASSED) fail_msg("%s", result.text.bytes);
        run_result_release(&result);
    }
    assert_int_equal(points - 1, 2); /* the second SADD and the acknowledgement */
}

/* Each measure, in a claim on the end: of what is there, and of what is not. */
static const char *const claims[] = {
    "scard(batch) = 64",       "scard(batch) > 63",
    "scard(batch) >= 64",      "scard(batch) < 65",
    "scard(batch) != 63",      "sismember(batch,17) = 1",
    "sismember(batch,65) = 0", "exists(batch) = 1",
    "exists(bat*) = 1",        "exists(nothing) = 0",
    "zcard(batch) = 0",        "ttl(batch) > 1000d",
    "ttl(nothing) = 0s",       "ttl(stat:processed:*) <= 1825d",
    "get(stat:processed) = 1", "get(stat:processed) < 2",
    "get(nothing) = \"\"",     "strlen(stat:processed) = 1",
    "get(stat:failed) != 1",   "hget(nothing,a) ~ \"\"",
    "llen(queue:*) = 0",       "hlen(faultline:fetchers) = 1",
    "rows(imports) = 1",       "rows(imports) state=pending = 1",
    "rows(imports) id=8 = 0",  "hget(faultline:fetchers,nobody) = \"\"",
};

static void each_measure_is_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < FL_COUNT(claims); i++) {
        char text[1024];
        snprintf(text, sizeof text,
                 HEAD "given db business_accounts id=1 name=\"Acme\" email=a@b\n"
                      "given db imports id=7 business_account_id=1 import_type=csv source=x "
                      "state=pending\nenqueue a BatchWorker []\nidle exact\nenqueue b PlainWorker "
                      "[] in 1m\nexpect %s\n",
                 claims[i]);
        must_pass(text);
    }
}

static void what_redis_is_given_is_there_before_the_start(void **state)
{
    (void)state;
    must_pass(HEAD "given redis SET \"a key\" \"a value\"\ngiven redis HSET h f \"\" g 2\n"
                   "enqueue a PlainWorker []\n"
                   "fault kill p1 when hget(h,g) = 2 and a step *\n"
                   "expect get(\"a key\") = \"a value\"\nexpect hlen(h) = 2\n"
                   "expect always exists(h) = 1\nexpect a done\n"
                   "expect state same-as reference\n");
    must_pass(HEAD "given redis LPUSH queue:default \"{\\\"class\\\":\\\"PlainWorker\\\","
                   "\\\"args\\\":[],\\\"jid\\\":\\\"0123456789abcdef01234567\\\","
                   "\\\"queue\\\":\\\"default\\\"}\"\n"
                   "enqueue a PlainWorker [] when +1m\nexpect * done\nexpect jobs of * = 2\n");
    must_end(HEAD "given redis SET a\nenqueue a PlainWorker []\nexpect a done\n", RUN_BAD_INPUT, 3,
             "ERR wrong number of arguments for 'set' command");
}

static void a_claim_on_the_end_tells_what_was_found(void **state)
{
    (void)state;
    must_end(HEAD "enqueue a BatchWorker []\nexpect scard(batch) = 63\n", RUN_FAILED, 4,
             "expected  scard(batch) = 63\nfound     64");
    must_end(HEAD "enqueue a BatchWorker []\nexpect ttl(batch) < 1h\n", RUN_FAILED, 4,
             "found     for ever");
    must_end(HEAD "enqueue a BatchWorker []\nexpect get(batch) = \"a b\"\n", RUN_FAILED, 4,
             "found     \"\"");
}

static void a_claim_on_every_moment_names_the_effect_that_broke_it(void **state)
{
    (void)state;
    must_pass(HEAD "enqueue a-{1..3} PlainWorker []\nexpect always llen(queue:default) <= 3\n");
    must_end(HEAD "enqueue a PlainWorker []\nexpect always exists(second) = 0\n", RUN_FAILED, 4,
             "expected  always exists(second) = 0\nfound     1 after a#1.2 redis SADD");
}

static void a_claim_that_holds_at_the_end_alone_is_broken_before(void **state)
{
    (void)state;
    must_end(HEAD "enqueue a PlainWorker []\nexpect always llen(queue:default) = 0\n", RUN_FAILED,
             4, "found     1 after web.1 redis SADD"); /* one batch, one moment */
}

static void a_table_that_does_not_exist_cannot_be_counted(void **state)
{
    (void)state;
    must_end(HEAD "enqueue a PlainWorker []\nfault kill p1 when a and rows(importz) = 0\n"
                  "expect a done\n",
             RUN_BAD_INPUT, 4, "no such table: importz");
}

static void a_run_heals_when_a_state_has_come(void **state)
{
    (void)state;
    must_pass(HEAD "processes 1\nprocesses 1 queues other\n"
                   "enqueue a PlainWorker []\nenqueue b PlainWorker [] queue other when +10m\n"
                   "fault kill p1 when a step *\n"
                   "heal when sismember(second,x) = 1\n"
                   "expect * done\nexpect a starts in 0s..1m\nexpect b starts in 10m..11m\n"
                   "expect drained within 11m\n");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_waits_until_redis_holds_something),
        cmocka_unit_test(a_fault_whose_state_never_comes_is_told),
        cmocka_unit_test(a_state_is_joined_with_other_conditions),
        cmocka_unit_test(a_sweep_strikes_at_each_effect_at_which_the_state_holds),
        cmocka_unit_test(each_measure_is_taken),
        cmocka_unit_test(what_redis_is_given_is_there_before_the_start),
        cmocka_unit_test(a_claim_on_the_end_tells_what_was_found),
        cmocka_unit_test(a_claim_on_every_moment_names_the_effect_that_broke_it),
        cmocka_unit_test(a_claim_that_holds_at_the_end_alone_is_broken_before),
        cmocka_unit_test(a_table_that_does_not_exist_cannot_be_counted),
        cmocka_unit_test(a_run_heals_when_a_state_has_come),
    };
    return cmocka_run_group_tests(tests, playing_open_house, playing_close_house);
}
