/* What is drawn for a run varies its plan, and nothing that its claims rest on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/run/swarm.h"
#include "harness/scenario/parse.h"

struct fixture {
    struct plan *plan;
    struct sim_choices *choices;
    struct fl_arena arena;
    struct swarm swarm;
};

/* Draws for the scenario by that record. */
static void draw(struct fixture *f, const char *lines, const char *record)
{
    struct fl_buf text = FL_BUF_INIT(64 * 1024), message = FL_BUF_INIT(64 * 1024);
    uint32_t line = 0;
    *f = (struct fixture){0};
    assert_int_equal(
        fl_buf_printf(&text, "scenario 1 \"a swarm\"\nenqueue a NoteWorker []\n%s", lines), FL_OK);
    assert_int_equal(scenario_parse("s", fl_buf_span(&text), NULL, 0, &f->plan, &message), FL_OK);
    assert_int_equal(sim_choices_from_text(fl_span_from(record), &f->choices, &line), FL_OK);
    assert_int_equal(swarm_draw(f->plan, f->choices, &f->arena, &f->swarm), FL_OK);
    fl_buf_release(&text);
    fl_buf_release(&message);
}

static void release(struct fixture *f)
{
    fl_buf_release(&f->swarm.text);
    fl_arena_release(&f->arena);
    sim_choices_free(f->choices);
    scenario_plan_free(f->plan);
}

static const char told[] = "expect a done\n";

static void where_nothing_is_chosen_the_plan_is_as_it_was(void **state)
{
    (void)state;
    struct fixture f;
    draw(&f, told, "swarm\n");
    assert_int_equal(f.swarm.text.length, 0);
    assert_int_equal(f.swarm.plan.processes[0].count, 1);
    assert_int_equal(f.swarm.plan.processes[0].options.concurrency, 0);
    assert_int_equal(f.swarm.plan.start_us, f.plan->start_us);
    assert_int_equal(f.swarm.latency_times, 1);
    release(&f);
}

static void each_option_is_told(void **state)
{
    (void)state;
    struct fixture f;
    draw(&f,
         "processes 2\nprocesses 1 queues a,3 b,1\nfault lose-ack when \"redis *\" p 1/9 times "
         "always\n"
         "fault kill p1 when p1 p 1/9 times always\nexpect a done\n",
         "swarm\nrandom \"swarm\" \"processes\" 0 2\nrandom \"swarm\" \"threads\" 0 3\n"
         "random \"swarm\" \"poll\" 0 1\nrandom \"swarm\" \"weights\" 0 1\n"
         "random \"swarm\" \"latency\" 0 2\nrandom \"swarm\" \"start\" 0 3\n"
         "random \"swarm\" \"lose-ack\" 0 1\n");
    assert_string_equal(f.swarm.text.bytes,
                        "2 processes more, threads 10, poll 1s, weights moved on by 1, "
                        "calls 100 times as long, start 2028-02-28T23:59Z, no lose-ack");
    assert_int_equal(f.swarm.plan.processes[0].count, 2);
    assert_int_equal(f.swarm.plan.processes[1].count, 3);
    assert_int_equal(f.swarm.plan.processes[0].options.concurrency, 10);
    assert_int_equal(f.swarm.plan.processes[1].options.queues[0].weight, 1);
    assert_int_equal(f.swarm.plan.processes[1].options.queues[1].weight, 3);
    assert_int_equal(f.swarm.latency_times, 100);
    assert_int_equal(f.swarm.plan.fault_count, 1);
    assert_int_equal(f.swarm.plan.faults[0].verb, PLAN_KILL);
    assert_int_equal(f.plan->processes[1].count, 1); /* the plan itself stays */
    assert_int_equal(f.plan->fault_count, 2);
    release(&f);
}

static void what_claims_rest_on_stays(void **state)
{
    (void)state;
    struct fixture f;
    draw(&f,
         "processes 1 queues a b\nstart 2026-05-05T00:00Z\nfault kill p1 when p1\n"
         "fault again: lose-ack when \"redis *\" p 1/9 times 3\nheal 5s after fault again\n"
         "expect a starts in 1s..9s\n",
         "swarm\nrandom \"swarm\" \"poll\" 0 1\nrandom \"swarm\" \"weights\" 0 1\n"
         "random \"swarm\" \"start\" 0 3\nrandom \"swarm\" \"lose-ack\" 0 1\n"
         "random \"swarm\" \"kill\" 0 1\n");
    assert_int_equal(f.swarm.text.length, 0);
    assert_int_equal(f.swarm.plan.fault_count, 2);
    assert_int_equal(f.swarm.plan.start_us, f.plan->start_us);
    assert_int_equal(f.swarm.plan.processes[0].options.average_poll_us, 0);
    release(&f);
}

static void every_kind_of_claim_on_times_keeps_the_polls(void **state)
{
    static const char *const claims[] = {"expect gap of a 1..2 in 1s..9s\n",
                                         "expect a starts in 1s..9s\n",
                                         "expect drained within 5m\n"};
    (void)state;
    for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
        struct fixture f;
        draw(&f, claims[i], "swarm\nrandom \"swarm\" \"poll\" 0 1\n");
        assert_int_equal(f.swarm.plan.processes[0].options.average_poll_us, 0);
        release(&f);
    }
}

static void a_fault_of_several_parts_stays_whole(void **state)
{
    (void)state;
    struct fixture f;
    draw(&f,
         "fault lose-ack with reset when \"redis *\" p 1/9 times always\n"
         "fault reset when \"redis *\" p 1/9 times always\nexpect a done\n",
         "swarm\nrandom \"swarm\" \"lose-ack\" 0 1\nrandom \"swarm\" \"reset\" 0 1\n");
    assert_string_equal(f.swarm.text.bytes, "no reset");
    assert_int_equal(f.swarm.plan.fault_count, 2);
    assert_true(f.swarm.plan.faults[1].follows);
    release(&f);
}

static void there_are_never_more_processes_than_there_may_be(void **state)
{
    (void)state;
    struct fixture f;
    draw(&f, "processes 31\nexpect a done\n", "swarm\nrandom \"swarm\" \"processes\" 0 2\n");
    assert_int_equal(f.swarm.plan.processes[0].count, 31);
    release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_nothing_is_chosen_the_plan_is_as_it_was),
        cmocka_unit_test(each_option_is_told),
        cmocka_unit_test(what_claims_rest_on_stays),
        cmocka_unit_test(every_kind_of_claim_on_times_keeps_the_polls),
        cmocka_unit_test(a_fault_of_several_parts_stays_whole),
        cmocka_unit_test(there_are_never_more_processes_than_there_may_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
