/* Whole runs of small scenarios: what faults do to commands and processes, which verdicts there
 * are, and that a run is a function of its choices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/run/run.h"
#include "harness/run/watcher.h"
#include "harness/scenario/parse.h"

#define HEAD "scenario 1 \"a test\"\nmodule " MODULE_RUN "\n"

static struct run_house *house;

static int open_house(void **state)
{
    (void)state;
    return run_house_new(&house) ? -1 : 0;
}

static int close_house(void **state)
{
    (void)state;
    run_house_free(house);
    return 0;
}

static struct plan *read_plan(const char *text)
{
    struct fl_buf message = FL_BUF_INIT(64 * 1024);
    struct plan *plan = NULL;
    if (scenario_parse("test.scenario", fl_span_from(text), NULL, 0, &plan, &message))
        fail_msg("%s", message.bytes);
    fl_buf_release(&message);
    return plan;
}

static void play_plan(const struct plan *plan, uint64_t seed, int32_t sweep,
                      struct run_result *ret_result)
{
    struct sim_choices *choices;
    assert_int_equal(sim_choices_from_seed(seed, &choices), FL_OK);
    const struct run_order order = {
        .house = house, .plan = plan, .choices = choices, .sweep = sweep, .want_trace = true};
    run_play(&order, ret_result);
    sim_choices_free(choices);
}

/* Release the result. */
static void play_for_facts(const char *text, unsigned wants, struct run_result *ret_result)
{
    struct plan *plan = read_plan(text);
    struct sim_choices *choices;
    assert_int_equal(sim_choices_from_seed(1, &choices), FL_OK);
    const struct run_order order = {
        .house = house, .plan = plan, .choices = choices, .sweep = -1, .wants = wants};
    run_play(&order, ret_result);
    sim_choices_free(choices);
    scenario_plan_free(plan);
}

static void play(const char *text, uint64_t seed, int32_t sweep, struct run_result *ret_result)
{
    struct plan *plan = read_plan(text);
    play_plan(plan, seed, sweep, ret_result);
    scenario_plan_free(plan);
}

static void must_pass(const char *text)
{
    struct run_result result;
    play(text, 1, -1, &result);
    if (result.verdict != RUN_PASSED) fail_msg("%s", result.text.bytes);
    run_result_release(&result);
}

static void must_end(const char *text, enum run_verdict verdict, uint32_t line, const char *part)
{
    struct run_result result;
    play(text, 1, -1, &result);
    assert_int_equal(result.verdict, verdict);
    assert_int_equal(result.failed_line, line);
    if (!strstr(result.text.bytes, part))
        fail_msg("expected \"%s\" in:\n%s", part, result.text.bytes);
    run_result_release(&result);
}

/* --- what a fault does to a batch --- */

static void a_batch_whose_17th_reply_is_lost_is_applied_and_16_replies_come_back(void **state)
{
    (void)state;
    must_pass(HEAD "enqueue a BatchWorker []\n"
                   "fault lose-ack when a and the 17th \"redis SADD *\" after\n"
                   "expect a done\n"
                   "expect redis SCARD batch = 64\n"
                   "expect log \"batch: FL_ELOST, 16 replies, 0 errors\" exactly 1\n"
                   "expect effect \"redis SADD batch *\" exactly 64\n");
}

static void the_first_reply_of_a_batch_is_lost(void **state)
{
    (void)state;
    must_pass(HEAD "enqueue a BatchWorker []\n"
                   "fault lose-ack when a and the 1st \"redis SADD *\" after\n"
                   "expect redis SCARD batch = 64\n"
                   "expect log \"batch: FL_ELOST, 0 replies, 0 errors\" exactly 1\n");
}

static void a_command_of_a_batch_is_refused_and_the_others_are_applied(void **state)
{
    (void)state;
    must_pass(HEAD "enqueue a BatchWorker []\n"
                   "fault error oom when a and the 40th \"redis SADD *\"\n"
                   "expect redis SCARD batch = 63\n"
                   "expect redis SISMEMBER batch 40 = 0\n"
                   "expect log \"batch: FL_OK, 64 replies, 1 errors\" exactly 1\n"
                   "expect effect \"redis SADD batch *\" exactly 63\n");
}

static void a_kill_in_the_middle_of_a_batch_leaves_what_had_been_sent(void **state)
{
    (void)state;
    must_pass(HEAD "processes 1 fetch basic\n"
                   "enqueue a BatchWorker []\n"
                   "fault kill process-of a when a and the 33rd \"redis SADD *\" before\n"
                   "expect a lost\n"
                   "expect redis SCARD batch = 32\n");
}

/* --- processes --- */

static void
a_pause_beyond_the_heartbeat_gives_two_owners_and_the_stale_move_removes_nothing(void **state)
{
    (void)state;
    struct run_result result;
    play(HEAD "processes 2\n"
              "enqueue a PlainWorker []\n"
              "fault pause process-of a 200s when a#1 step \"redis SADD first *\" after\n"
              "expect a done\n"
              "expect deliveries of a = 2\n"
              "expect runs of a = 2\n"
              "expect log \"outcome is void\" exactly 1\n",
         1, -1, &result);
    if (result.verdict != RUN_PASSED) fail_msg("%s", result.text.bytes);
    /* The stale owner's own acknowledgement: it found nothing to remove. */
    const char *stale = strstr(result.trace.bytes, "a#1.3");
    assert_non_null(stale);
    const char *end = strchr(stale, '\n');
    assert_memory_equal(end - 5, " -> 0", 5);
    run_result_release(&result);
}

static void a_killed_process_comes_back_when_the_run_is_healed(void **state)
{
    (void)state;
    must_pass(HEAD "enqueue a PlainWorker []\n"
                   "fault kill p1 when a step \"redis SADD second *\" before\n"
                   "expect a done\nexpect deliveries of a = 2\n");
}

/* --- addresses --- */

static void list_points(const char *worker, struct fl_buf *out)
{
    char text[1024];
    snprintf(text, sizeof text,
             HEAD "enqueue a %s []\nsweep kill p1 when a step * before,after\nexpect a done\n",
             worker);
    struct plan *plan = read_plan(text);
    for (int32_t point = 0;; point++) {
        struct run_result result;
        play_plan(plan, 1, point, &result);
        enum run_verdict verdict = result.verdict;
        if (verdict == RUN_PASSED)
            assert_int_equal(fl_buf_printf(out, "%s\n", result.swept_at.bytes), FL_OK);
        run_result_release(&result);
        if (verdict == RUN_SWEPT) break;
        assert_int_equal(verdict, RUN_PASSED);
    }
    scenario_plan_free(plan);
}

static void a_log_line_added_to_a_handler_moves_no_address(void **state)
{
    (void)state;
    struct fl_buf plain = FL_BUF_INIT(64 * 1024), chatty = FL_BUF_INIT(64 * 1024);
    list_points("PlainWorker", &plain);
    list_points("ChattyWorker", &chatty);
    assert_string_equal(plain.bytes, chatty.bytes);
    assert_non_null(strstr(plain.bytes, "kill p1 before a#1.1 redis SADD\n"));
    assert_non_null(strstr(plain.bytes, "kill p1 after a#1.3 redis LREM\n"));
    fl_buf_release(&plain);
    fl_buf_release(&chatty);
}

/* --- a run is a function of its choices --- */

#define BUSY                                                                                       \
    HEAD "processes 2\nenqueue a-{1..10} PlainWorker []\n"                                         \
         "fault kill p1 when a-3 step \"redis SADD second *\" before\nexpect * done\n"

static void one_seed_gives_one_trace(void **state)
{
    (void)state;
    struct run_result first, second;
    play(BUSY, 7, -1, &first);
    play(BUSY, 7, -1, &second);
    assert_int_equal(first.verdict, RUN_PASSED);
    assert_string_equal(first.trace.bytes, second.trace.bytes);
    assert_memory_equal(first.trace_hash, second.trace_hash, sizeof first.trace_hash);
    run_result_release(&first);
    run_result_release(&second);
}

static void another_seed_gives_another_trace(void **state)
{
    (void)state;
    struct run_result first, second;
    play(BUSY, 7, -1, &first);
    play(BUSY, 8, -1, &second);
    assert_memory_not_equal(first.trace_hash, second.trace_hash, sizeof first.trace_hash);
    run_result_release(&first);
    run_result_release(&second);
}

static void its_recorded_choices_give_the_same_trace(void **state)
{
    (void)state;
    struct plan *plan = read_plan(BUSY);
    struct sim_choices *seeded, *recorded;
    struct fl_buf text = FL_BUF_INIT(16 * 1024 * 1024);
    struct run_result first, second;
    uint32_t line;
    assert_int_equal(sim_choices_from_seed(3, &seeded), FL_OK);
    struct run_order order = {.house = house, .plan = plan, .choices = seeded, .sweep = -1};
    run_play(&order, &first);
    assert_int_equal(sim_choices_format(seeded, &text), FL_OK);
    assert_int_equal(sim_choices_from_text(fl_buf_span(&text), &recorded, &line), FL_OK);
    order.choices = recorded;
    run_play(&order, &second);
    assert_memory_equal(first.trace_hash, second.trace_hash, sizeof first.trace_hash);
    assert_int_equal(sim_choices_misses(recorded), 0);
    run_result_release(&first);
    run_result_release(&second);
    fl_buf_release(&text);
    sim_choices_free(seeded);
    sim_choices_free(recorded);
    scenario_plan_free(plan);
}

static void folding_idle_time_changes_no_outcome(void **state)
{
    (void)state;
    static const char *const idles[] = {"", "idle exact\n"};
    for (size_t i = 0; i < FL_COUNT(idles); i++) {
        char text[1024];
        snprintf(text, sizeof text,
                 HEAD "%senqueue a PlainWorker [] in 20m\nexpect a starts in 20m..20m20s\n"
                      "expect a done\n",
                 idles[i]);
        must_pass(text);
    }
}

static void a_wait_that_is_played_exactly_is_not_taken_for_a_standstill(void **state)
{
    (void)state;
    must_pass(HEAD "idle exact\nenqueue a PlainWorker [] in 3h\n"
                   "expect a starts in 3h..3h20s\nexpect a done\n");
}

/* --- a watcher --- */

struct seen {
    struct fl_buf sent, answered;
    unsigned hung_up, expired, ailed, forgotten, replaced, ended;
    size_t keys_left;
};

static void see_sent(void *self, uint64_t connection, struct fl_span bytes)
{
    (void)connection;
    assert_int_equal(fl_buf_append_span(&((struct seen *)self)->sent, bytes), FL_OK);
}

static void see_answered(void *self, uint64_t connection, struct fl_span bytes)
{
    (void)connection;
    assert_int_equal(fl_buf_append_span(&((struct seen *)self)->answered, bytes), FL_OK);
}

static void see_hung_up(void *self, uint64_t connection)
{
    (void)connection;
    ((struct seen *)self)->hung_up++;
}

static void see_expired(void *self, unsigned db, struct fl_span key)
{
    struct seen *seen = self;
    seen->expired += db == 0 && fl_span_is(key, "process_cleanup");
}

static void see_ailed(void *self, unsigned states, size_t memory_max_bytes)
{
    (void)memory_max_bytes;
    ((struct seen *)self)->ailed |= states;
}

static void see_forgotten(void *self)
{
    ((struct seen *)self)->forgotten++;
}

static void see_replaced(void *self, struct fake_redis *engine)
{
    size_t count;
    ((struct seen *)self)->replaced++;
    assert_null(fake_redis_keys(engine, 0, &count)); /* all were deleted */
}

static void see_ended(void *self, struct fake_redis *engine)
{
    struct seen *seen = self;
    seen->ended++;
    fake_redis_keys(engine, 0, &seen->keys_left);
}

static void
a_watcher_is_told_what_the_server_hears_says_and_suffers_and_changes_nothing(void **state)
{
    (void)state;
    struct seen seen = {.sent = FL_BUF_INIT(1024 * 1024), .answered = FL_BUF_INIT(1024 * 1024)};
    const struct run_watcher watcher = {
        .self = &seen,
        .sent = see_sent,
        .answered = see_answered,
        .hung_up = see_hung_up,
        .expired = see_expired,
        .ailed = see_ailed,
        .scripts_forgotten = see_forgotten,
        .keys_replaced = see_replaced,
        .ended = see_ended,
    };
    struct plan *plan = read_plan(HEAD "processes 2\nenqueue a PlainWorker []\n"
                                       "enqueue b PlainWorker [] when +5m\n"
                                       "fault flushall at +1s\n"
                                       "fault pause p1 200s at +15s\n"
                                       "fault redis oom for 1s at +20s\n"
                                       "fault script-flush at +22s\n"
                                       "expect a done\n");
    struct run_result alone, watched;
    struct sim_choices *choices;
    play_plan(plan, 1, -1, &alone);
    assert_int_equal(sim_choices_from_seed(1, &choices), FL_OK);
    const struct run_order order = {
        .house = house, .plan = plan, .choices = choices, .sweep = -1, .watcher = &watcher};
    run_play(&order, &watched);
    assert_int_equal(watched.verdict, alone.verdict);
    assert_memory_equal(watched.trace_hash, alone.trace_hash, sizeof alone.trace_hash);
    assert_non_null(strstr(seen.sent.bytes, "SADD\r\n$5\r\nfirst\r\n$1\r\nx\r\n"));
    assert_non_null(strstr(seen.sent.bytes, "BLMOVE"));
    assert_non_null(strstr(seen.answered.bytes, "PlainWorker"));
    assert_non_null(strstr(seen.answered.bytes, "*-1\r\n"));
    assert_true(seen.hung_up > 2);
    assert_true(seen.expired > 0);
    assert_int_equal(seen.ailed, FAKE_REDIS_OOM);
    assert_int_equal(seen.forgotten, 1);
    assert_int_equal(seen.replaced, 1);
    assert_int_equal(seen.ended, 1);
    assert_true(seen.keys_left > 0);
    fl_buf_release(&seen.sent);
    fl_buf_release(&seen.answered);
    run_result_release(&alone);
    run_result_release(&watched);
    sim_choices_free(choices);
    scenario_plan_free(plan);
}

/* --- verdicts --- */

static void an_expectation_that_does_not_hold_is_told_with_what_was_found(void **state)
{
    (void)state;
    must_end(HEAD "enqueue a PlainWorker []\nexpect a done\nexpect runs of a = 2\n", RUN_FAILED, 5,
             "expected  runs of a = 2\nfound     1 runs of a");
}

static void the_faults_that_struck_are_told(void **state)
{
    (void)state;
    must_end(HEAD "enqueue a PlainWorker []\n"
                  "fault kill p1 when a step \"redis SADD second *\" before\n"
                  "fault clock p1 +1h at +2m\nexpect a dead\n",
             RUN_FAILED, 6,
             "struck    kill p1 before a#1.2 redis SADD\n          clock p1 by time\n");
}

static void a_fault_that_never_strikes_is_a_failure(void **state)
{
    (void)state;
    must_end(HEAD
             "enqueue a PlainWorker []\nfault kill p1 when a step \"db COMMIT\"\nexpect a done\n",
             RUN_FAILED, 4, "never did");
}

static void a_job_that_nobody_takes_is_named_with_what_it_waits_for(void **state)
{
    (void)state;
    must_end(HEAD "enqueue a PlainWorker [] queue other\nexpect a done\n", RUN_STUCK, 0,
             "a: waiting, in queue:other; unmoved for 30m; no process serves other");
}

static void a_table_that_does_not_exist_is_bad_input(void **state)
{
    (void)state;
    must_end(HEAD "given db users id=1\nenqueue a PlainWorker []\nexpect a done\n", RUN_BAD_INPUT,
             3, "no such table: users");
}

static void a_module_that_does_not_exist_is_bad_input(void **state)
{
    (void)state;
    must_end("scenario 1 \"a test\"\nmodule no/such.so\nenqueue a PlainWorker []\nexpect a done\n",
             RUN_BAD_INPUT, 2, "no/such.so");
}

static void a_class_that_no_module_has_is_bad_input(void **state)
{
    (void)state;
    must_end(HEAD "enqueue a PlianWorker []\nexpect a done\n", RUN_BAD_INPUT, 3,
             "did you mean PlainWorker?");
}

static void a_sweep_ends_past_its_last_point(void **state)
{
    (void)state;
    struct run_result result;
    play(HEAD "enqueue a PlainWorker []\nsweep kill p1 when a step *\nexpect a done\n", 1, 1000,
         &result);
    assert_int_equal(result.verdict, RUN_SWEPT);
    run_result_release(&result);
}

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

static void the_facts_of_a_killed_run_tell_what_was_done_before(void **state)
{
    static const char text[] = HEAD "enqueue a PlainWorker []\n"
                                    "fault kill process-of a when a the %s \"redis SADD\" %s\n"
                                    "expect a done\n";
    (void)state;
    static const char *const rows[][2] = {{"1st", "after"}, {"2nd", "before"}, {"2nd", "after"}};
    uint64_t digests[3];
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
        digests[i] = result.facts.done_before;
        run_result_release(&result);
    }
    assert_true(digests[0] == digests[1]);
    assert_true(digests[1] != digests[2]);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_whose_17th_reply_is_lost_is_applied_and_16_replies_come_back),
        cmocka_unit_test(the_first_reply_of_a_batch_is_lost),
        cmocka_unit_test(a_command_of_a_batch_is_refused_and_the_others_are_applied),
        cmocka_unit_test(a_kill_in_the_middle_of_a_batch_leaves_what_had_been_sent),
        cmocka_unit_test(
            a_pause_beyond_the_heartbeat_gives_two_owners_and_the_stale_move_removes_nothing),
        cmocka_unit_test(a_killed_process_comes_back_when_the_run_is_healed),
        cmocka_unit_test(a_log_line_added_to_a_handler_moves_no_address),
        cmocka_unit_test(one_seed_gives_one_trace),
        cmocka_unit_test(another_seed_gives_another_trace),
        cmocka_unit_test(its_recorded_choices_give_the_same_trace),
        cmocka_unit_test(folding_idle_time_changes_no_outcome),
        cmocka_unit_test(a_wait_that_is_played_exactly_is_not_taken_for_a_standstill),
        cmocka_unit_test(an_expectation_that_does_not_hold_is_told_with_what_was_found),
        cmocka_unit_test(the_faults_that_struck_are_told),
        cmocka_unit_test(a_fault_that_never_strikes_is_a_failure),
        cmocka_unit_test(a_job_that_nobody_takes_is_named_with_what_it_waits_for),
        cmocka_unit_test(a_table_that_does_not_exist_is_bad_input),
        cmocka_unit_test(a_module_that_does_not_exist_is_bad_input),
        cmocka_unit_test(a_class_that_no_module_has_is_bad_input),
        cmocka_unit_test(a_sweep_ends_past_its_last_point),
        cmocka_unit_test(the_facts_of_a_run_list_what_it_has_done),
        cmocka_unit_test(deeds_are_the_effects_without_housekeeping),
        cmocka_unit_test(an_allocation_that_fails_is_told_with_its_call_path),
        cmocka_unit_test(the_facts_of_a_killed_run_tell_what_was_done_before),
        cmocka_unit_test(
            a_watcher_is_told_what_the_server_hears_says_and_suffers_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, open_house, close_house);
}
