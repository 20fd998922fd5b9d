#include <string.h>

#include "core/time_text.h"
#include "desk.h"
#include "queue/client.h"
#include "queue/periodic.h"
#include "rows.h"

/* The desk's time begins 28 s after half past four; ticks are counted from there. */
#define MINUTELY "* * * * *"
enum { TO_FIRST_TICK_S = 32 };

/* Exchanges of a process that leads: a script and its loading, the introduction, the same for the
 * tick of half past, which is refused; two renewals, and then the first tick. */
enum { AT_FIRST_TICK = 10, AFTER_FIRST_TICK = 11 };

/* One process that runs until a time, and what happens on the way. */
struct office {
    struct desk desk;
    struct fl_registry registry;
    struct fl_control control;
    struct fl_periodics periodics;
    int64_t until_us; /* wall time, before jumps; then it becomes quiet */
    void (*at_exchange)(struct office *office, int number);
    int number;
};

static enum fl_outcome nothing(struct fl_job *job)
{
    (void)job;
    return FL_DONE;
}

static const struct fl_worker workers[] = {
    {.name = "Nightly", .perform = nothing, .retry = 3, .queue = "low"},
    {.name = "Unique",
     .perform = nothing,
     .retry = 3,
     .lock = FL_LOCK_UNTIL_EXECUTED,
     .lock_ttl_s = 150},
    {0},
};
static const struct fl_worker *const tables[] = {workers};

static int64_t mono_after_us(const struct office *office, int64_t seconds)
{
    (void)office;
    return 1000000 + seconds * FL_SECOND_US;
}

static void at_exchange(struct desk *desk)
{
    struct office *office = desk->context;
    if (desk->clock.mono_us >= office->until_us) fl_control_raise(&office->control, FL_PHASE_QUIET);
    if (office->at_exchange) office->at_exchange(office, ++office->number);
}

static void open_office(struct office *office, const struct fl_periodic *options, size_t count)
{
    const char *name;
    char problem[FL_PERIODIC_PROBLEM_BYTES];
    *office = (struct office){0};
    desk_open(&office->desk);
    office->desk.context = office;
    office->desk.before_exchange = at_exchange;
    const struct fl_ports *ports = &office->desk.ports;
    assert_int_equal(fl_registry_init(&office->registry, tables, 1, &name), FL_OK);
    assert_int_equal(fl_control_init(&office->control, ports->tasks, ports->clock), FL_OK);
    assert_int_equal(fl_periodics_init(&office->periodics, options, count, problem), FL_OK);
    office->periodics.ports = ports;
    office->periodics.registry = &office->registry;
    office->periodics.control = &office->control;
    office->periodics.wire = FL_WIRE_7;
    office->periodics.leader = (struct fl_leader){.ports = ports, .identity = "me"};
}

static void close_office(struct office *office)
{
    fl_periodics_release(&office->periodics);
    fl_control_release(&office->control);
    fl_registry_release(&office->registry);
    desk_close(&office->desk);
}

/* Runs for so long, from when the desk was opened; it ends at the next exchange. */
static void run_for(struct office *office, int64_t seconds)
{
    office->until_us = mono_after_us(office, seconds);
    fl_periodics_run(&office->periodics);
}

static int64_t length_of(struct office *office, const char *list)
{
    const struct fl_span args[] = {FL_SPAN("LLEN"), fl_span_from(list)};
    struct fl_replies replies;
    office->desk.before_exchange = NULL;
    office->desk.fault = DESK_NONE;
    assert_int_equal(fl_redis_exec(office->desk.ports.redis, &(struct fl_command){args, 2}, 1,
                                   FL_NEVER_US, &replies),
                     FL_OK);
    int64_t length = replies.items[0].integer;
    fl_replies_release(&replies);
    return length;
}

static const struct fl_periodic minutely = {.cron = MINUTELY, .worker = "W"};

/* --- a tick --- */

static void a_tick_is_a_job_with_its_class_s_options(void **state)
{
    const struct fl_periodic nightly = {
        .cron = "31 16 * * *", .worker = "Nightly", .args = FL_SPAN("[7]"), .name = "a night"};
    struct office office;
    char jid[FL_JID_BYTES];
    (void)state;
    open_office(&office, &nightly, 1);
    run_for(&office, 60);
    fl_jid_derive(FL_SPAN("periodic a night 1795451460"), jid);
    struct fl_buf want = FL_BUF_INIT(4096);
    assert_int_equal(
        fl_buf_printf(&want,
                      "{\"retry\":3,\"queue\":\"low\",\"args\":[7],\"class\":\"Nightly\","
                      "\"jid\":\"%s\",\"created_at\":1795451460.0,\"enqueued_at\":1795451460.0}",
                      jid),
        FL_OK);
    assert_non_null(strstr(office.desk.sent.bytes, want.bytes));
    assert_int_equal(length_of(&office, "queue:low"), 1);
    fl_buf_release(&want);
    close_office(&office);
}

static void each_tick_comes_once(void **state)
{
    struct office office;
    (void)state;
    open_office(&office, &minutely, 1);
    run_for(&office, TO_FIRST_TICK_S + 9 * 60 + 30);
    assert_int_equal(length_of(&office, "queue:default"), 10);
    close_office(&office);
}

/* Whatever answer is lost, whatever command refused: three ticks are three jobs. */
static void run_with_fault(enum desk_fault fault, int at)
{
    struct office office;
    open_office(&office, &minutely, 1);
    desk_fail(&office.desk, fault, at - 1);
    run_for(&office, TO_FIRST_TICK_S + 2 * 60 + 30);
    assert_int_equal(length_of(&office, "queue:default"), 3);
    close_office(&office);
}

static void a_lost_or_refused_exchange_neither_drops_nor_repeats_a_tick(void **state)
{
    (void)state;
    for (int at = 1; at <= 16; at++) {
        run_with_fault(DESK_LOST, at);
        run_with_fault(DESK_REFUSED, at);
    }
}

static void a_tick_is_passed_over_while_the_last_one_holds_its_lock(void **state)
{
    const struct fl_periodic unique = {.cron = MINUTELY, .worker = "Unique"};
    struct office office;
    (void)state;
    open_office(&office, &unique, 1);
    run_for(&office, TO_FIRST_TICK_S + 2 * 60 + 30);
    assert_non_null(strstr(office.desk.log.bytes, "the last one holds its lock"));
    assert_int_equal(length_of(&office, "queue:default"), 1);
    close_office(&office);
}

static void the_lock_that_a_tick_takes_has_its_time(void **state)
{
    const struct fl_periodic unique = {.cron = MINUTELY, .worker = "Unique"};
    struct office office;
    (void)state;
    open_office(&office, &unique, 1);
    run_for(&office, TO_FIRST_TICK_S + 3 * 60 + 30); /* 150 s after the first comes the fourth */
    assert_int_equal(length_of(&office, "queue:default"), 2);
    close_office(&office);
}

static void what_another_leader_has_enqueued_is_not_enqueued_again(void **state)
{
    struct office office;
    (void)state;
    open_office(&office, &minutely, 1);
    desk_redis(&office.desk, "SET faultline:periodic:W 1795451520"); /* the second tick */
    run_for(&office, TO_FIRST_TICK_S + 2 * 60 + 30);
    assert_int_equal(length_of(&office, "queue:default"), 1);
    close_office(&office);
}

static void a_queue_that_redis_refuses_does_not_hold_up_the_others(void **state)
{
    const struct fl_periodic two[] = {{.cron = MINUTELY, .worker = "A", .queue = "bad"},
                                      {.cron = MINUTELY, .worker = "B"}};
    struct office office;
    (void)state;
    open_office(&office, two, 2);
    desk_redis(&office.desk, "SET queue:bad text");
    run_for(&office, TO_FIRST_TICK_S + 30);
    assert_int_equal(length_of(&office, "queue:default"), 1);
    close_office(&office);
}

/* --- late, and clocks that jump --- */

static void pass_on(struct office *office, int64_t seconds)
{
    fake_clock_advance(&office->desk.clock, seconds * FL_SECOND_US);
}

static void pause_for_170s(struct office *office, int number)
{
    if (number == 6) pass_on(office, 170);
}

static void pause_for_an_hour(struct office *office, int number)
{
    if (number == 6) pass_on(office, 3600);
}

static void a_process_that_comes_late_enqueues_the_last_tick_alone(void **state)
{
    const struct fl_periodic at_32 = {.cron = "32 16 * * *", .worker = "W"};
    struct office office;
    (void)state;
    open_office(&office, &at_32, 1);
    office.at_exchange = pause_for_170s;
    run_for(&office, 300);
    assert_int_equal(length_of(&office, "queue:default"), 1);
    close_office(&office);
}

static void what_is_too_old_is_not_made_up_for_and_said(void **state)
{
    const struct fl_periodic at_40 = {.cron = "40 16 * * *", .worker = "W"};
    struct office office;
    (void)state;
    open_office(&office, &at_40, 1);
    office.at_exchange = pause_for_an_hour;
    run_for(&office, 3700);
    assert_int_equal(length_of(&office, "queue:default"), 0);
    assert_non_null(strstr(office.desk.log.bytes, "periodic W: what was due more than 180 s ago"));
    close_office(&office);
}

static void set_back_an_hour(struct office *office, int number)
{
    if (number == AFTER_FIRST_TICK) office->desk.clock.wall_us -= FL_HOUR_US;
}

static void a_clock_that_is_set_back_repeats_no_tick(void **state)
{
    struct office office;
    (void)state;
    open_office(&office, &minutely, 1);
    office.at_exchange = set_back_an_hour;
    run_for(&office, TO_FIRST_TICK_S + 59 * 60);
    assert_int_equal(length_of(&office, "queue:default"), 1); /* that of 16:31 */
    close_office(&office);
}

static void an_hour_ahead_for_a_while(struct office *office, int number)
{
    if (number == 4) office->desk.clock.wall_us += FL_HOUR_US;
    if (number == 8) office->desk.clock.wall_us -= FL_HOUR_US;
}

static void a_clock_that_was_ahead_for_a_while_costs_no_tick(void **state)
{
    const struct fl_periodic at_40 = {.cron = "40 16 * * *", .worker = "W"};
    struct office office;
    (void)state;
    open_office(&office, &at_40, 1);
    office.at_exchange = an_hour_ahead_for_a_while;
    run_for(&office, 15 * 60);
    assert_int_equal(length_of(&office, "queue:default"), 1);
    close_office(&office);
}

/* --- who leads --- */

static void who_does_not_lead_enqueues_nothing(void **state)
{
    struct office office;
    (void)state;
    open_office(&office, &minutely, 1);
    desk_redis(&office.desk, "SET dear-leader another");
    run_for(&office, 5 * 60);
    assert_int_equal(length_of(&office, "queue:default"), 0);
    desk_expect(&office.desk, "db0 string \"dear-leader\" \"another\"\n");
    close_office(&office);
}

static void the_key_s_end_makes_another_leader_that_misses_no_tick(void **state)
{
    struct office office;
    (void)state;
    open_office(&office, &minutely, 1);
    desk_redis(&office.desk, "SET faultline:periodic:W 1795451400"); /* its last: 16:30 */
    desk_redis(&office.desk, "SET dear-leader another EX 20");
    run_for(&office, TO_FIRST_TICK_S + 60 + 20); /* asks at 0 and 60 s: the tick of 32 s is late */
    assert_int_equal(length_of(&office, "queue:default"), 2);
    close_office(&office);
}

static void what_is_deployed_after_its_time_waits_for_the_next(void **state)
{
    const struct fl_periodic at_30 = {.cron = "30 16 * * *", .worker = "W"};
    struct office office;
    (void)state;
    open_office(&office, &at_30, 1); /* 28 s too late */
    run_for(&office, 60);
    assert_int_equal(length_of(&office, "queue:default"), 0);
    close_office(&office);
}

static void lose_the_lead(struct office *office, int number)
{
    if (number == AT_FIRST_TICK) desk_redis(&office->desk, "SET dear-leader another");
}

static void who_has_lost_the_lead_unheard_enqueues_nothing_more(void **state)
{
    struct office office;
    (void)state;
    open_office(&office, &minutely, 1);
    office.at_exchange = lose_the_lead;
    run_for(&office, 5 * 60);
    assert_int_equal(length_of(&office, "queue:default"), 0);
    assert_non_null(strstr(office.desk.log.bytes, "leads the processes"));
    close_office(&office);
}

static void forget_everything(struct office *office, int number)
{
    if (number == AFTER_FIRST_TICK) desk_redis(&office->desk, "FLUSHALL");
}

static void a_redis_that_has_forgotten_everything_gets_the_next_ticks(void **state)
{
    struct office office;
    (void)state;
    open_office(&office, &minutely, 1);
    office.at_exchange = forget_everything;
    run_for(&office, TO_FIRST_TICK_S + 4 * 60 + 30);
    assert_int_equal(length_of(&office, "queue:default"), 4);
    close_office(&office);
}

static void who_becomes_quiet_leads_no_more(void **state)
{
    struct office office;
    (void)state;
    open_office(&office, &minutely, 1);
    run_for(&office, 10);
    assert_null(fake_redis_find(office.desk.engine, 0, FL_SPAN("dear-leader")));
    close_office(&office);
}

/* --- options --- */

static struct refused_case {
    const char *name;
    struct fl_periodic options[2];
    const char *problem;
} refused[] = {
    {"refused: no class", {{.cron = MINUTELY}}, "periodic job 1 (): class must be a text"},
    {"refused: a cron line",
     {{.cron = "61 * * * *", .worker = "W"}},
     "periodic job 1 (W): minute wants 0-59"},
    {"refused: args that are no array",
     {{.cron = MINUTELY, .worker = "W", .args = FL_SPAN("{}")}},
     "args must be a JSON array"},
    {"refused: args that are no JSON",
     {{.cron = MINUTELY, .worker = "W", .args = FL_SPAN("[1")}},
     "args must be a JSON array"},
    {"refused: a queue without a name",
     {{.cron = MINUTELY, .worker = "W", .queue = ""}},
     "a queue's name must have"},
    {"refused: the same name twice",
     {{.cron = MINUTELY, .worker = "W"}, {.cron = "0 * * * *", .worker = "W"}},
     "periodic job 2 (W): the name stands there twice"},
};

static void refused_row(void **state)
{
    const struct refused_case *row = *state;
    struct fl_periodics periodics;
    char problem[FL_PERIODIC_PROBLEM_BYTES];
    size_t count = row->options[1].cron ? 2 : 1;
    assert_int_equal(fl_periodics_init(&periodics, row->options, count, problem), FL_EINVAL);
    assert_non_null(strstr(problem, row->problem));
    fl_periodics_release(&periodics);
}

int main(void)
{
    struct rows rows = {0};
    const struct CMUnitTest others[] = {
        cmocka_unit_test(a_tick_is_a_job_with_its_class_s_options),
        cmocka_unit_test(each_tick_comes_once),
        cmocka_unit_test(a_lost_or_refused_exchange_neither_drops_nor_repeats_a_tick),
        cmocka_unit_test(a_tick_is_passed_over_while_the_last_one_holds_its_lock),
        cmocka_unit_test(the_lock_that_a_tick_takes_has_its_time),
        cmocka_unit_test(what_another_leader_has_enqueued_is_not_enqueued_again),
        cmocka_unit_test(a_queue_that_redis_refuses_does_not_hold_up_the_others),
        cmocka_unit_test(a_process_that_comes_late_enqueues_the_last_tick_alone),
        cmocka_unit_test(what_is_too_old_is_not_made_up_for_and_said),
        cmocka_unit_test(a_clock_that_is_set_back_repeats_no_tick),
        cmocka_unit_test(a_clock_that_was_ahead_for_a_while_costs_no_tick),
        cmocka_unit_test(who_does_not_lead_enqueues_nothing),
        cmocka_unit_test(the_key_s_end_makes_another_leader_that_misses_no_tick),
        cmocka_unit_test(what_is_deployed_after_its_time_waits_for_the_next),
        cmocka_unit_test(who_has_lost_the_lead_unheard_enqueues_nothing_more),
        cmocka_unit_test(a_redis_that_has_forgotten_everything_gets_the_next_ticks),
        cmocka_unit_test(who_becomes_quiet_leads_no_more),
    };
    rows_add(&rows, refused_row, refused, FL_COUNT(refused), sizeof(refused[0]));
    for (size_t i = 0; i < FL_COUNT(others); i++)
        rows.tests[rows.count++] = others[i];
    return rows_run(&rows, "periodic");
}
