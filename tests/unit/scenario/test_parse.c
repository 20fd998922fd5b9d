/* What the lines of a scenario become in its plan. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "planned.h"

static void defaults_are_those_of_the_header(void **state)
{
    (void)state;
    struct plan *plan = plan_of("");
    assert_string_equal(plan->title, "t");
    assert_null(plan->why);
    assert_int_equal(plan->seed_first, 1);
    assert_int_equal(plan->seed_last, 1);
    assert_int_equal(plan->start_us, PLAN_START_DEFAULT_US);
    assert_int_equal(plan->horizon_us, 400 * FL_DAY_US);
    assert_true(plan->fold_idle);
    assert_int_equal(plan->heal_us, -1);
    assert_int_equal(plan->processes_count, 0);
    assert_int_equal(plan->jobs[0].in_us, -1);
    assert_int_equal(plan->jobs[0].at_us, -1);
    assert_int_equal(plan->jobs[0].when_us, 0);
    assert_int_equal(plan->jobs[0].where.line, 2);
    assert_int_equal(plan->expects[0].where.line, 4);
    assert_string_equal(plan->expects[0].source, "expect imp-7 done");
    scenario_plan_free(plan);
}

static void the_whole_is_set_by_its_lines(void **state)
{
    (void)state;
    struct plan *plan = plan_of("why  a # \"reason\", $5\nwhy and more\nseeds 3..9\n"
                                "start 2026-03-29T00:30Z\nhorizon 60d\nidle exact\nmodule a.so\n"
                                "heal at +1h\nvolatile db imports.updated_at");
    assert_string_equal(plan->why, "a # \"reason\", $5\nand more");
    assert_int_equal(plan->seed_first, 3);
    assert_int_equal(plan->seed_last, 9);
    assert_int_equal(plan->start_us, INT64_C(1774744200000000));
    assert_int_equal(plan->horizon_us, 60 * FL_DAY_US);
    assert_false(plan->fold_idle);
    assert_string_equal(plan->modules[0], "a.so");
    assert_int_equal(plan->heal_us, FL_HOUR_US);
    assert_string_equal(plan->volatiles[0], "imports.updated_at");
    scenario_plan_free(plan);
}

static void processes_take_all_their_options(void **state)
{
    (void)state;
    struct plan *plan = plan_of(
        "processes 2 concurrency 1 fetch basic queues critical,10 low "
        "timeout 8s wire 6 poll 3s pool 4 memory 64MiB max-retries 3 reliable-push 7 dead-max 9 "
        "dead-timeout 1d");
    const struct plan_processes *group = plan->processes;
    assert_int_equal(group->count, 2);
    assert_int_equal(group->options.concurrency, 1);
    assert_int_equal(group->options.fetch, FL_FETCH_BASIC);
    assert_int_equal(group->options.queue_count, 2);
    assert_string_equal(group->options.queues[0].name, "critical");
    assert_int_equal(group->options.queues[0].weight, 10);
    assert_int_equal(group->options.queues[1].weight, 0);
    assert_int_equal(group->options.timeout_us, 8 * FL_SECOND_US);
    assert_int_equal(group->options.wire, FL_WIRE_6);
    assert_int_equal(group->options.average_poll_us, 3 * FL_SECOND_US);
    assert_int_equal(group->connections, 4);
    assert_int_equal(group->memory_max, 64 * 1024 * 1024);
    assert_int_equal(group->options.max_retries, 3);
    assert_int_equal(group->options.reliable_push, 7);
    assert_int_equal(group->options.dead_max_jobs, 9);
    assert_int_equal(group->options.dead_timeout_us, FL_DAY_US);
    scenario_plan_free(plan);
}

static void a_row_knows_numbers_texts_and_null(void **state)
{
    (void)state;
    struct plan *plan =
        plan_of("given db imports id=7 code=\"7\" name=\"a b\" note=null empty=\"\"");
    const struct plan_pair *columns = plan->rows[0].columns;
    assert_int_equal(plan->rows[0].column_count, 5);
    assert_int_equal(columns[0].type, PLAN_INTEGER);
    assert_int_equal(columns[1].type, PLAN_TEXT);
    assert_true(fl_span_is(columns[2].value, "a b"));
    assert_int_equal(columns[3].type, PLAN_NULL);
    assert_int_equal(columns[4].type, PLAN_TEXT);
    assert_int_equal(columns[4].value.length, 0);
    scenario_plan_free(plan);
}

static void http_answers_come_in_order(void **state)
{
    (void)state;
    struct plan *plan =
        plan_of("given http GET http://x/* -> timeout 30s x2 then 503 then 200 \"a\\n\"");
    const struct plan_given_http *http = plan->https;
    assert_string_equal(http->method, "GET");
    assert_string_equal(http->url, "http://x/*");
    assert_int_equal(http->answer_count, 3);
    assert_int_equal(http->answers[0].status, 0);
    assert_int_equal(http->answers[0].delay_us, 30 * FL_SECOND_US);
    assert_int_equal(http->answers[0].times, 2);
    assert_int_equal(http->answers[1].status, 503);
    assert_int_equal(http->answers[1].times, 1);
    assert_true(fl_span_is(http->answers[2].body, "a\n"));
    scenario_plan_free(plan);
}

static void jobs_take_times_queue_retry_and_dead(void **state)
{
    (void)state;
    struct plan *plan =
        plan_of("enqueue a W [\"x\", {\"b\": 1}] in 5m queue low retry 3 dead false\n"
                "enqueue b W [] at -1h when +10s retry false\n"
                "enqueue c raw queue default \"not \\x00 json\"\n"
                "enqueue-bulk d-{1..3} W [{7..9}]");
    assert_int_equal(plan->job_count, 7);
    assert_true(fl_span_is(plan->jobs[1].args, "[\"x\", {\"b\": 1}]"));
    assert_int_equal(plan->jobs[1].in_us, 5 * FL_MINUTE_US);
    assert_string_equal(plan->jobs[1].queue, "low");
    assert_true(fl_span_is(plan->jobs[1].retry, "3"));
    assert_int_equal(plan->jobs[1].dead, FL_DEAD_DROP);
    assert_int_equal(plan->jobs[2].at_us, -FL_HOUR_US);
    assert_int_equal(plan->jobs[2].when_us, 10 * FL_SECOND_US);
    assert_int_equal(plan->jobs[3].kind, PLAN_PUSH_RAW);
    assert_int_equal(plan->jobs[3].args.length, 10);
    assert_string_equal(plan->jobs[6].name, "d-3");
    assert_true(fl_span_is(plan->jobs[6].args, "[9]"));
    assert_true(plan->jobs[6].bulk);
    assert_int_equal(plan->jobs[4].where.line, plan->jobs[6].where.line);
    scenario_plan_free(plan);
}

static const struct plan_fault *fault_of(const char *line, struct plan **ret_plan)
{
    *ret_plan = plan_of(line);
    assert_int_equal((*ret_plan)->fault_count, 1);
    return (*ret_plan)->faults;
}

static void a_kill_at_a_step_of_a_delivery(void **state)
{
    struct plan *plan;
    (void)state;
    const struct plan_fault *fault = fault_of("fault f1: kill process-of imp-7 when imp-7#2 the "
                                              "1st \"redis LREM *\" after restart after 5s",
                                              &plan);
    assert_string_equal(fault->name, "f1");
    assert_int_equal(fault->verb, PLAN_KILL);
    assert_int_equal(fault->target, PLAN_TARGET_PROCESS_OF);
    assert_string_equal(fault->target_name, "imp-7");
    assert_string_equal(fault->address.job, "imp-7");
    assert_int_equal(fault->address.delivery, 2);
    assert_int_equal(fault->address.nth, 1);
    assert_string_equal(fault->address.pattern, "redis LREM *");
    assert_int_equal(fault->address.moment, PLAN_AFTER);
    assert_int_equal(fault->restart_after_us, 5 * FL_SECOND_US);
    assert_int_equal(fault->times, 1);
    assert_int_equal(fault->address.at_us, -1);
    assert_false(fault->address.each_step);
    scenario_plan_free(plan);
}

static void a_sweep_over_the_steps_of_a_process(void **state)
{
    struct plan *plan;
    (void)state;
    const struct plan_fault *fault =
        fault_of("sweep kill p1 when p1/poller and step * before,after", &plan);
    assert_true(fault->sweep);
    assert_true(fault->address.each_step);
    assert_string_equal(fault->address.process, "p1");
    assert_string_equal(fault->address.role, "poller");
    assert_null(fault->address.pattern);
    assert_int_equal(fault->address.moment, PLAN_BEFORE_AND_AFTER);
    scenario_plan_free(plan);
}

static void a_process_alone_is_a_condition(void **state)
{
    struct plan *plan;
    (void)state;
    const struct plan_fault *fault =
        fault_of("fault error readonly when web and the 2nd \"redis LPUSH *\" times always", &plan);
    assert_string_equal(fault->address.process, "web");
    assert_null(fault->address.role);
    assert_null(fault->address.job);
    assert_int_equal(fault->address.nth, 2);
    assert_int_equal(fault->times, 0);
    assert_string_equal(fault->text, "READONLY You can't write against a read only replica.");
    scenario_plan_free(plan);
}

static void clocks_chances_commands_and_allocations(void **state)
{
    (void)state;
    struct plan *plan = plan_of("fault clock all -1h at +10s\n"
                                "fault f2: delay 5s p 1/50 times 3\n"
                                "fault quiet p1 2s after fault f2\n"
                                "fault lose-ack when cmd 17\n"
                                "sweep oom nth * forever in p1 restart after 5s\n"
                                "fault oom nth 3 in process-of imp-7\n"
                                "fault http 503 when imp-7\n"
                                "fault deleted imports id=7 at +1s\n"
                                "fault clock redis rate 999/1000 at +1s\n"
                                "fault delay 1ms..5s");
    const struct plan_fault *faults = plan->faults;
    assert_int_equal(faults[8].target, PLAN_TARGET_REDIS);
    assert_int_equal(faults[8].rate_of, 999);
    assert_int_equal(faults[8].rate_in, 1000);
    assert_int_equal(faults[9].amount_us, 1000);
    assert_int_equal(faults[9].amount_max_us, 5 * FL_SECOND_US);
    assert_int_equal(faults[0].target, PLAN_TARGET_ALL);
    assert_int_equal(faults[0].amount_us, -FL_HOUR_US);
    assert_int_equal(faults[0].address.at_us, 10 * FL_SECOND_US);
    assert_int_equal(faults[1].address.chance_of, 1);
    assert_int_equal(faults[1].address.chance_in, 50);
    assert_int_equal(faults[1].times, 3);
    assert_string_equal(faults[2].address.after_fault, "f2");
    assert_int_equal(faults[2].address.after_us, 2 * FL_SECOND_US);
    assert_int_equal(faults[3].address.nth, 17);
    assert_string_equal(faults[3].address.pattern, "redis *");
    assert_true(faults[4].sweep);
    assert_int_equal(faults[4].oom_nth, 0);
    assert_int_equal(faults[4].oom_mode, PLAN_FOREVER);
    assert_false(faults[4].address.each_step);
    assert_int_equal(faults[5].oom_nth, 3);
    assert_int_equal(faults[6].http_status, 503);
    assert_string_equal(faults[7].text, "imports");
    assert_int_equal(faults[7].match_count, 1);
    scenario_plan_free(plan);
}

static void claims_of_every_kind(void **state)
{
    (void)state;
    struct plan *plan = plan_of("expect runs of imp-7 = 6\n"
                                "expect deliveries of imp-* >= 2\n"
                                "expect gap of imp-7 1..2 in 15s..40s\n"
                                "expect imp-7 starts in 5m..5m30s\n"
                                "expect imp-7 ends in 1m..2m\n"
                                "expect imp-7 starts before imp-*\n"
                                "expect effect \"mail a@b*\" exactly 1 for each job\n"
                                "expect db imports id=7 error~\"time out\" count at most 3\n"
                                "expect log \"text\" at least 1\n"
                                "expect redis ZCARD dead = 0\n"
                                "expect state same-as reference\n"
                                "expect p1 exits 70\n"
                                "expect drained within 5m\n"
                                "expect memory of p1 at most 8MiB\n"
                                "expect zcard(dead) = 0\n"
                                "expect jobs lost at most 1\n"
                                "expect jobs of imp-* = 1\n"
                                "expect linearizable lock:*\n"
                                "expect exclusive lock:*\n"
                                "expect released lock:*\n"
                                "expect stateless\n"
                                "expect class at-least-once-safe");
    const struct plan_expect *e = plan->expects;
    for (int kind = PLAN_EXPECT_RUNS; kind <= PLAN_EXPECT_CLASS; kind++)
        assert_int_equal(e[kind - PLAN_EXPECT_RUNS].kind, kind);
    assert_int_equal(e[0].compare, PLAN_EXACTLY);
    assert_int_equal(e[0].number, 6);
    assert_int_equal(e[1].compare, PLAN_AT_LEAST);
    assert_int_equal(e[2].gap_to, 2);
    assert_int_equal(e[2].high_us, 40 * FL_SECOND_US);
    assert_int_equal(e[3].low_us, 5 * FL_MINUTE_US);
    assert_string_equal(e[5].other_job, "imp-*");
    assert_true(e[6].for_each_job);
    assert_string_equal(e[7].text, "imports");
    assert_int_equal(e[15].account, PLAN_ACCOUNT_LOST);
    assert_int_equal(e[15].compare, PLAN_AT_MOST);
    assert_string_equal(e[17].text, "lock:*");
    assert_string_equal(e[16].job, "imp-*");
    assert_string_equal(e[18].text, "lock:*");
    assert_int_equal(e[21].class, PLAN_CLASS_AT_LEAST_ONCE_SAFE);
    assert_int_equal(e[7].columns[1].op, PLAN_CONTAINS);
    assert_true(e[7].has_count);
    assert_int_equal(e[7].compare, PLAN_AT_MOST);
    assert_int_equal(e[9].argc, 2);
    assert_string_equal(e[9].argv[1], "dead");
    assert_string_equal(e[9].text, "0");
    assert_string_equal(e[11].text, "p1");
    assert_int_equal(e[11].number, 70);
    assert_int_equal(e[13].number, 8 * 1024 * 1024);
    scenario_plan_free(plan);
}

static void healing_may_wait_for_a_fault(void **state)
{
    (void)state;
    struct plan *plan = plan_of("fault f1: kill p1 at +1s\nheal 5s after fault f1");
    assert_int_equal(plan->heal_us, -1);
    assert_string_equal(plan->heal_after_fault, "f1");
    assert_int_equal(plan->heal_after_us, 5 * FL_SECOND_US);
    scenario_plan_free(plan);
    plan = plan_of("heal after faults");
    assert_int_equal(plan->heal_us, -1);
    assert_null(plan->heal_after_fault);
    scenario_plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_those_of_the_header),
        cmocka_unit_test(the_whole_is_set_by_its_lines),
        cmocka_unit_test(processes_take_all_their_options),
        cmocka_unit_test(a_row_knows_numbers_texts_and_null),
        cmocka_unit_test(http_answers_come_in_order),
        cmocka_unit_test(jobs_take_times_queue_retry_and_dead),
        cmocka_unit_test(a_kill_at_a_step_of_a_delivery),
        cmocka_unit_test(a_sweep_over_the_steps_of_a_process),
        cmocka_unit_test(a_process_alone_is_a_condition),
        cmocka_unit_test(clocks_chances_commands_and_allocations),
        cmocka_unit_test(claims_of_every_kind),
        cmocka_unit_test(healing_may_wait_for_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
