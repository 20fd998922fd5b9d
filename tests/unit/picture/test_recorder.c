/* What a run tells its recording: the same run as without one, every change where it belongs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/picture/events.h"
#include "harness/run/run.h"
#include "harness/scenario/parse.h"

#define HEAD "scenario 1 \"a test\"\nmodule " MODULE_DEMO "\n"

static struct run_house *house;

struct fixture {
    struct run_result result;
    struct fl_arena arena;
    struct picture_events events;
};

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

static int set_up(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    run_result_release(&f->result);
    fl_arena_release(&f->arena);
    free(f);
    return 0;
}

static void play(const char *text, unsigned wants, struct run_result *ret_result)
{
    struct fl_buf message = FL_BUF_INIT(64 * 1024);
    struct plan *plan = NULL;
    struct sim_choices *choices;
    if (scenario_parse("test.scenario", fl_span_from(text), NULL, 0, &plan, &message))
        fail_msg("%s", message.bytes);
    assert_int_equal(sim_choices_from_seed(1, &choices), FL_OK);
    const struct run_order order = {
        .house = house, .plan = plan, .choices = choices, .sweep = -1, .wants = wants};
    run_play(&order, ret_result);
    sim_choices_free(choices);
    scenario_plan_free(plan);
    fl_buf_release(&message);
}

static void record(struct fixture *f, const char *text)
{
    play(text, RUN_WANTS_RECORDING, &f->result);
    assert_true(f->result.recording.length > 0);
    assert_int_equal(picture_read(fl_buf_span(&f->result.recording), &f->arena, &f->events), FL_OK);
    assert_true(f->events.has_end);
}

static const struct picture_event *find(const struct fixture *f, const char *who, const char *what)
{
    for (uint32_t i = 0; i < f->events.count; i++)
        if (fl_span_is(f->events.events[i].who, who) && fl_span_is(f->events.events[i].what, what))
            return &f->events.events[i];
    fail_msg("no event \"%s\" of %s in:\n%s", what, who, f->result.recording.bytes);
    return NULL;
}

static bool mentions(struct fl_span text, const char *part)
{
    return text.bytes && memmem(text.bytes, text.length, part, strlen(part)) != NULL;
}

static const char killed[] = HEAD "processes 2\n"
                                  "enqueue a NoteWorker [\"n\"]\n"
                                  "enqueue b FailTwiceWorker [\"m\"]\n"
                                  "fault kill process-of a when a step * before\n"
                                  "expect a done\nexpect b done\n";

static void a_run_has_the_same_trace_with_and_without_a_recording(void **state)
{
    struct fixture *f = *state;
    struct run_result plain;
    play(killed, RUN_WANTS_NOTHING, &plain);
    record(f, killed);
    assert_int_equal(plain.trace_hash[0], f->result.trace_hash[0]);
    assert_int_equal(plain.trace_hash[1], f->result.trace_hash[1]);
    assert_int_equal(plain.recording.length, 0);
    run_result_release(&plain);
}

/* The client pushes with one batch, whose commands are executed before the first of their effects
 * is over. */
static void each_command_of_a_batch_has_its_own_change(void **state)
{
    struct fixture *f = *state;
    record(f, killed);
    assert_true(mentions(find(f, "web", "redis SADD")->changes, "queues"));
    assert_false(mentions(find(f, "web", "redis SADD")->changes, "queue:default"));
    assert_true(mentions(find(f, "web", "redis LPUSH")->changes, "queue:default"));
    assert_true(mentions(find(f, "web", "redis LPUSH")->changes, "waiting"));
}

static void rows_stand_in_their_tables_from_the_start(void **state)
{
    struct fixture *f = *state;
    record(f, HEAD
           "given db business_accounts id=1 name=Acme email=a@b.example\n"
           "given db imports id=7 business_account_id=1 import_type=csv source=x state=pending\n"
           "enqueue a NoteWorker [\"n\"]\nexpect a done\n");
    struct fl_span given = find(f, "scenario", "given")->changes;
    assert_true(mentions(given, "[2,\"business_accounts\",\"table\",0,[],[\"id=1  name=Acme"));
    assert_true(mentions(given, "[2,\"imports\",\"table\",0,[],[\"id=7"));
    assert_false(mentions(find(f, "a#1", "redis SADD")->changes, "imports"));
}

static void of_a_large_table_the_first_rows_are_recorded(void **state)
{
    struct fixture *f = *state;
    struct fl_buf text = FL_BUF_INIT(1024 * 1024);
    assert_int_equal(fl_buf_append_text(&text, HEAD), FL_OK);
    for (int i = 1; i <= RECORDING_LINES_MAX + 100; i++)
        assert_int_equal(
            fl_buf_printf(&text, "given db business_accounts id=%d name=n email=a@b.example\n", i),
            FL_OK);
    assert_int_equal(fl_buf_append_text(&text, "enqueue a NoteWorker [\"n\"]\nexpect a done\n"),
                     FL_OK);
    record(f, text.bytes);
    struct fl_span given = find(f, "scenario", "given")->changes;
    assert_true(mentions(given, "id=1999 "));
    assert_false(mentions(given, "id=2001 "));
    assert_true(mentions(given, "(what follows is not recorded)"));
    fl_buf_release(&text);
}

static void a_strike_is_told_with_its_line_and_place(void **state)
{
    struct fixture *f = *state;
    record(f, killed);
    const struct picture_event *strike = find(f, "a#1", "kill process-of a");
    assert_int_equal(strike->kind, RECORDING_FAULT);
    assert_int_equal(strike->line, 6);
    assert_true(strike->effective);
    assert_true(fl_span_is(strike->job, "a"));
    assert_true(fl_span_starts(strike->role, FL_SPAN("thread")));
}

static void a_fault_that_finds_nothing_to_change_is_without_effect(void **state)
{
    struct fixture *f = *state;
    record(f, HEAD "enqueue a NoteWorker [\"n\"] in 5s\n"
                   "fault evict no-such-key at +1s\nexpect a done\n");
    for (uint32_t i = 0; i < f->events.count; i++)
        if (f->events.events[i].kind == RECORDING_FAULT) {
            assert_false(f->events.events[i].effective);
            return;
        }
    fail_msg("no strike in:\n%s", f->result.recording.bytes);
}

static void names_are_the_scenarios_and_not_the_runs(void **state)
{
    struct fixture *f = *state;
    record(f, killed);
    struct fl_span text = fl_buf_span(&f->result.recording);
    assert_true(mentions(text, "queue:fl|p1|default"));
    assert_false(mentions(text, "p1:100:"));
}

static void a_run_that_cannot_be_built_has_no_moments(void **state)
{
    struct fixture *f = *state;
    play(HEAD "given db no_such_table id=1\nenqueue a NoteWorker [\"n\"]\nexpect a done\n",
         RUN_WANTS_RECORDING, &f->result);
    assert_int_equal(f->result.verdict, RUN_BAD_INPUT);
    assert_int_equal(picture_read(fl_buf_span(&f->result.recording), &f->arena, &f->events), FL_OK);
    assert_int_equal(f->events.count, 0);
}

static void the_difference_from_the_undisturbed_run_is_told(void **state)
{
    struct fixture *f = *state;
    record(f, HEAD "processes 1 fetch basic\n"
                   "enqueue a NoteWorker [\"n\"]\n"
                   "fault kill process-of a when a step * before\nexpect a done\n");
    assert_true(f->events.is_compared);
    assert_true(f->events.difference_count > 0);
    assert_int_equal(f->events.differences[0].bytes[0], '-');
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_run_has_the_same_trace_with_and_without_a_recording),
        CASE(each_command_of_a_batch_has_its_own_change),
        CASE(rows_stand_in_their_tables_from_the_start),
        CASE(of_a_large_table_the_first_rows_are_recorded),
        CASE(a_strike_is_told_with_its_line_and_place),
        CASE(a_fault_that_finds_nothing_to_change_is_without_effect),
        CASE(names_are_the_scenarios_and_not_the_runs),
        CASE(a_run_that_cannot_be_built_has_no_moments),
        CASE(the_difference_from_the_undisturbed_run_is_told),
    };
    return cmocka_run_group_tests(tests, open_house, close_house);
}
