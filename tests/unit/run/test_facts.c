/* What a run tells beside its verdict, when it is asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "playing.h"

static const struct run_effect *effect_of(const struct run_facts *facts, const char *who,
                                          const char *what, uint32_t occurrence)
{
    for (uint32_t i = 0; i < facts->effect_count; i++) {
        const struct run_effect *effect = &facts->effects[i];
        if (fl_span_is(effect->who, who) && fl_span_is(effect->what, what) &&
            effect->occurrence == occurrence)
            return effect;
    }
    return NULL;
}

static void the_facts_of_a_run_list_what_it_has_done(void **state)
{
    (void)state;
    struct run_result result;
    play_for_facts(HEAD "enqueue a PlainWorker []\nexpect a done\n", RUN_WANTS_ALL, &result);
    const struct run_facts *facts = &result.facts;
    assert_int_equal(result.verdict, RUN_PASSED);
    assert_true(facts->drained && !facts->struck);
    const struct run_effect *second = effect_of(facts, "a#1", "redis SADD", 2);
    assert_non_null(second);
    assert_true(second->applied && !second->idle);
    assert_true(fl_span_starts(second->detail, FL_SPAN("second")));
    assert_null(effect_of(facts, "a#1", "redis SADD", 3));
    assert_int_equal(facts->job_count, 1);
    assert_true(fl_span_is(facts->jobs[0].name, "a") && fl_span_is(facts->jobs[0].state, "done"));
    assert_non_null(strstr(result.state.bytes, "redis second"));
    run_result_release(&result);
}

static uint64_t end_of(const char *text)
{
    struct run_result result;
    play_for_end(text, 0, &result);
    assert_false(result.facts.same);
    assert_true(result.facts.effect_count > 0 && result.state.length > 0);
    uint64_t digest = result.facts.end;
    run_result_release(&result);
    return digest;
}

static void an_end_that_is_known_is_told_as_the_same_and_no_more(void **state)
{
    static const char undisturbed[] = HEAD "enqueue a PlainWorker []\nexpect a done\n",
                      killed[] = HEAD "enqueue a PlainWorker []\nexpect a done\n"
                                      "fault kill p1 when a#1 the 2nd \"redis SADD\" before\n",
                      other[] = HEAD "enqueue b PlainWorker []\nexpect b done\n";
    struct run_result result;
    uint64_t digest = end_of(undisturbed);
    (void)state;
    play_for_end(killed, digest, &result);
    assert_true(result.facts.same && result.facts.struck);
    assert_int_equal(result.facts.strikes, 1);
    assert_int_equal(result.facts.effect_count + result.facts.job_count, 0);
    assert_int_equal(result.state.length, 0);
    run_result_release(&result);
    assert_true(end_of(other) != digest);
}

static void a_run_that_fails_never_ended_the_same(void **state)
{
    static const char fails[] = HEAD "enqueue a PlainWorker []\nexpect a dead\n";
    struct run_result result;
    (void)state;
    play_for_end(fails, end_of(HEAD "enqueue a PlainWorker []\nexpect a done\n"), &result);
    assert_int_equal(result.verdict, RUN_FAILED);
    assert_false(result.facts.same);
    run_result_release(&result);
}

static void allocations_are_counted_effect_by_effect(void **state)
{
    (void)state;
    struct run_result result;
    uint64_t before = 0, after = 0;
    play_for_facts(HEAD "enqueue a PlainWorker []\nexpect a done\n", RUN_WANTS_ALLOCATIONS,
                   &result);
    for (const char *line = result.allocations.bytes; *line; line = strchr(line, '\n') + 1) {
        unsigned long long made;
        char effect[64];
        assert_int_equal(sscanf(line, "%*s %llu %63[^\n]", &made, effect), 2);
        if (strncmp(line, "p1 ", 3) != 0) continue;
        if (strcmp(effect, "a#1.1 redis SADD") == 0) before = made;
        if (strcmp(effect, "a#1.2 redis SADD") == 0) after = made;
    }
    assert_true(before > 0 && after > before);
    run_result_release(&result);
}

static void deeds_are_the_effects_without_housekeeping(void **state)
{
    (void)state;
    struct run_result result;
    play_for_facts(HEAD "enqueue a PlainWorker [] in 5m\nexpect a done\n", RUN_WANTS_DEEDS,
                   &result);
    const struct run_facts *facts = &result.facts;
    assert_non_null(effect_of(facts, "a#1", "redis SADD", 2));
    assert_non_null(effect_of(facts, "web", "redis ZADD", 1));
    for (uint32_t i = 0; i < facts->effect_count; i++) {
        assert_false(facts->effects[i].idle && !facts->effects[i].job.length);
        assert_false(fl_span_is(facts->effects[i].who, "p1/heartbeat"));
    }
    run_result_release(&result);
}

/* Counts up to the first allocation that the handler itself asks for. */
static void an_allocation_that_fails_is_told_with_its_call_path(void **state)
{
    static const char text[] = HEAD "enqueue a PlainWorker []\n"
                                    "fault oom nth %d once in p1\nexpect a done\n";
    bool found = false;
    (void)state;
    for (int nth = 1; nth < 500 && !found; nth++) {
        struct run_result result;
        char scenario[sizeof text + 32];
        snprintf(scenario, sizeof scenario, text, nth);
        play_for_facts(scenario, RUN_WANTS_STATE, &result);
        struct fl_span path = result.facts.failed_at;
        assert_true(path.length > 0 && result.facts.struck);
        assert_null(memmem(path.bytes, path.length, "malloc", strlen("malloc")));
        found = fl_span_starts(path, FL_SPAN("handler: ")) &&
                memmem(path.bytes, path.length, "plain_perform", strlen("plain_perform"));
        run_result_release(&result);
    }
    assert_true(found);
}

static void allocations_may_be_counted_within_a_function(void **state)
{
    struct run_result result;
    (void)state;
    play_for_facts(HEAD "enqueue a PlainWorker []\n"
                        "fault oom nth 1 once in p1 within plain_perform\nexpect a done\n",
                   RUN_WANTS_STATE, &result);
    struct fl_span path = result.facts.failed_at;
    assert_int_equal(result.verdict, RUN_PASSED);
    assert_true(result.facts.struck);
    assert_non_null(memmem(path.bytes, path.length, "plain_perform", strlen("plain_perform")));
    run_result_release(&result);
    play_for_facts(HEAD "enqueue a PlainWorker []\n"
                        "fault oom nth 1 once in p1 within nobody\nexpect a done\n",
                   RUN_WANTS_STATE, &result);
    assert_int_equal(result.verdict, RUN_FAILED);
    assert_non_null(strstr(result.text.bytes, "that it never did"));
    run_result_release(&result);
}

static void the_facts_of_a_killed_run_tell_where_it_was_struck(void **state)
{
    static const char text[] = HEAD "enqueue a PlainWorker []\n"
                                    "fault kill process-of a when a the %s \"redis SADD\" %s\n"
                                    "expect a done\n";
    (void)state;
    static const char *const rows[][2] = {{"1st", "after"}, {"2nd", "before"}, {"2nd", "after"}};
    for (size_t i = 0; i < FL_COUNT(rows); i++) {
        struct run_result result;
        char scenario[sizeof text + 32];
        snprintf(scenario, sizeof scenario, text, rows[i][0], rows[i][1]);
        play_for_facts(scenario, RUN_WANTS_ALL, &result);
        assert_true(result.facts.struck && result.facts.drained);
        assert_true(result.facts.struck_after < result.facts.effect_count);
        assert_int_equal(result.facts.struck_at_count, 1);
        const struct run_strike *at = &result.facts.struck_at[0];
        assert_true(fl_span_is(at->job, "a") && at->delivery == 1);
        assert_true(fl_span_is(at->what, "redis SADD"));
        assert_int_equal(at->occurrence, rows[i][0][0] - '0');
        assert_int_equal(at->after, strcmp(rows[i][1], "after") == 0);
        run_result_release(&result);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_facts_of_a_run_list_what_it_has_done),
        cmocka_unit_test(an_end_that_is_known_is_told_as_the_same_and_no_more),
        cmocka_unit_test(a_run_that_fails_never_ended_the_same),
        cmocka_unit_test(allocations_are_counted_effect_by_effect),
        cmocka_unit_test(deeds_are_the_effects_without_housekeeping),
        cmocka_unit_test(an_allocation_that_fails_is_told_with_its_call_path),
        cmocka_unit_test(allocations_may_be_counted_within_a_function),
        cmocka_unit_test(the_facts_of_a_killed_run_tell_where_it_was_struck),
    };
    return cmocka_run_group_tests(tests, playing_open_house, playing_close_house);
}
