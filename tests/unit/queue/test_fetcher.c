/* What a fetcher does with jobs that come when nobody expects them: none stays in its private list.
 *
 * A recovery by another process would hide all of these faults a minute later. */
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "queue/fetcher.h"

#define PRIVATE "queue:fl|host:42:me|default"

struct fixture {
    struct desk desk;
    struct fl_settings settings;
    struct fl_control control;
    struct fl_handoff *handoff;
    struct fl_moves moves;
    struct fl_fetcher fetcher;
    int lost_at, refused_at, closed_at, readonly_at; /* exchanges by number; 0: none */
    int64_t pause_us;                                /* the first exchange takes so long */
};

static void at_exchange(struct desk *desk)
{
    struct fixture *f = desk->context;
    int number = desk->exchanges;
    if (number == f->lost_at || number == f->refused_at) {
        desk->fault = number == f->lost_at ? DESK_LOST : DESK_REFUSED;
        desk->fault_at = number;
    }
    if (number == f->closed_at) fl_handoff_close(f->handoff);
    if (number == 1) fake_clock_advance(&desk->clock, f->pause_us);
    fake_redis_set_states(desk->engine, number == f->readonly_at ? FAKE_REDIS_READONLY : 0);
}

static void open_fixture(struct fixture *f, int threads)
{
    const struct fl_process_options options = {.concurrency = threads};
    const char *problem;
    desk_open(&f->desk);
    f->desk.context = f;
    f->desk.before_exchange = at_exchange;
    const struct fl_ports *ports = &f->desk.ports;
    const struct fl_handoff_options handoff = {
        .tasks = ports->tasks, .clock = ports->clock, .concurrency = threads};
    assert_int_equal(fl_settings_init(&f->settings, &options, &problem), FL_OK);
    assert_int_equal(fl_control_init(&f->control, ports->tasks, ports->clock), FL_OK);
    assert_int_equal(fl_handoff_new(&handoff, &f->handoff), FL_OK);
    f->moves = (struct fl_moves){.redis = ports->redis,
                                 .clock = ports->clock,
                                 .identity = "host:42:me",
                                 .queues = f->settings.queues};
    f->fetcher = (struct fl_fetcher){.settings = &f->settings,
                                     .capsule = f->settings.capsules,
                                     .settler = {ports, &f->moves, f->handoff, &f->control}};
    fl_control_renew_lease(&f->control, FL_NEVER_US);
    fl_control_worker_began(&f->control);
}

static int one_thread(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    open_fixture(*state, 1);
    return 0;
}

static int two_threads(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    open_fixture(*state, 2);
    return 0;
}

static int three_threads(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    open_fixture(*state, 3);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    fl_handoff_free(f->handoff);
    fl_control_release(&f->control);
    desk_close(&f->desk);
    free(f);
    return 0;
}

static void a_job_whose_fetch_was_not_answered_goes_back_before_the_next_fetch(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "LPUSH queue:default job");
    f->lost_at = 1;
    f->closed_at = 2;
    fl_fetcher_run(&f->fetcher);
    desk_expect(&f->desk, "db0 list \"queue:default\" [\"job\"]\n");
}

static void a_comparison_that_failed_is_made_again(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "LPUSH queue:default job later");
    f->lost_at = 1;
    f->refused_at = 2; /* LRANGE */
    f->closed_at = 4;  /* LMOVE of `later`, LRANGE */
    fl_fetcher_run(&f->fetcher);
    desk_expect(&f->desk, "db0 list \"queue:default\" [\"job\",\"later\"]\n");
}

static void what_waited_too_long_goes_back_although_the_first_try_fails(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "LPUSH queue:default job");
    f->refused_at = 2; /* the move back */
    f->closed_at = 3;
    fl_fetcher_run(&f->fetcher);
    desk_expect(&f->desk, "db0 list \"queue:default\" [\"job\"]\n");
}

static void strays_are_looked_for_once_a_minute(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "LPUSH queue:default job");
    desk_redis(&f->desk, "LPUSH " PRIVATE " stray");
    f->pause_us = INT64_C(61) * 1000000;
    f->closed_at = 2;
    fl_fetcher_run(&f->fetcher);
    desk_expect(&f->desk, "db0 list \"queue:default\" [\"stray\",\"job\"]\n");
}

static void jobs_that_come_after_the_end_go_back_in_their_order(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "LPUSH queue:default first second third");
    f->closed_at = 2; /* the first one waits, the others have just come */
    fl_fetcher_run(&f->fetcher);
    desk_expect(&f->desk, "db0 list \"queue:default\" [\"third\",\"second\",\"first\"]\n");
}

static void who_is_quiet_while_it_waits_for_its_lease_gives_back_what_waits(void **state)
{
    struct fixture *f = *state;
    struct fl_delivery *waiting = fl_delivery_new(0, FL_SPAN("waiting"));
    desk_redis(&f->desk, "LPUSH " PRIVATE " waiting");
    assert_true(fl_handoff_offer(f->handoff, &waiting, 1));
    fl_control_raise(&f->control, FL_PHASE_QUIET);
    fl_fetcher_run(&f->fetcher);
    desk_expect(&f->desk, "db0 list \"queue:default\" [\"waiting\"]\n");
}

static void expect_sent(const struct fixture *f, const char *first)
{
    assert_true(f->desk.sent.length >= strlen(first));
    assert_memory_equal(f->desk.sent.bytes, first, strlen(first));
}

static void a_pass_asks_for_more_when_the_last_one_got_all_it_asked_for(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "LPUSH queue:default first second third");
    f->closed_at = 2;
    fl_fetcher_run(&f->fetcher);
    const char *lmove = "LMOVE queue:default " PRIVATE " RIGHT LEFT\n";
    char three[512];
    snprintf(three, sizeof(three), "%s%s%s", lmove, lmove, lmove);
    expect_sent(f, three);
}

/* The thread is busy with a long job. */
static void acknowledgements_that_wait_too_long_are_sent(void **state)
{
    struct fixture *f = *state;
    struct fl_delivery *both[] = {fl_delivery_new(0, FL_SPAN("tiny")),
                                  fl_delivery_new(0, FL_SPAN("long"))};
    struct fl_done done;
    desk_redis(&f->desk, "LPUSH " PRIVATE " tiny long");
    assert_true(fl_handoff_offer(f->handoff, both, 2));
    assert_int_equal(fl_handoff_take(f->handoff, 0, &both[0], &done), FL_NEXT_DELIVERY);
    assert_true(fl_handoff_put_off(f->handoff, 0));
    assert_int_equal(fl_handoff_take(f->handoff, 0, &both[1], &done), FL_NEXT_DELIVERY);
    f->closed_at = 1;
    fl_fetcher_run(&f->fetcher);
    desk_expect(&f->desk, "db0 list \"" PRIVATE "\" [\"long\"]\n");
    fl_handoff_finish(f->handoff, 0);
}

static void be_idle_with_three_queues(struct fixture *f)
{
    static const struct fl_queue_option queues[] = {{"high", 0}, {"default", 0}, {"low", 0}};
    const struct fl_process_options options = {
        .concurrency = 1, .queues = queues, .queue_count = FL_COUNT(queues)};
    const char *problem;
    assert_int_equal(fl_settings_init(&f->settings, &options, &problem), FL_OK);
    f->moves.queues = f->settings.queues;
    f->fetcher.is_idle = true;
}

static void while_nothing_comes_all_queues_are_asked_about_at_once(void **state)
{
    struct fixture *f = *state;
    be_idle_with_three_queues(f);
    f->closed_at = 2;
    fl_fetcher_run(&f->fetcher);
    expect_sent(f, "EXISTS queue:high queue:default queue:low\nBLMOVE queue:high ");
}

static void a_job_in_any_of_them_ends_the_idleness(void **state)
{
    struct fixture *f = *state;
    be_idle_with_three_queues(f);
    desk_redis(&f->desk, "LPUSH queue:low job");
    f->closed_at = 4;
    fl_fetcher_run(&f->fetcher);
    assert_false(f->fetcher.is_idle);
    expect_sent(f, "EXISTS queue:high queue:default queue:low\nLMOVE queue:high ");
    desk_expect(&f->desk, "db0 list \"queue:low\" [\"job\"]\n");
}

static void a_paused_queue_is_not_asked_about(void **state)
{
    struct fixture *f = *state;
    be_idle_with_three_queues(f);
    fl_control_pause(&f->control, 2);
    f->closed_at = 2;
    fl_fetcher_run(&f->fetcher);
    expect_sent(f, "EXISTS queue:high queue:low\nBLMOVE queue:high ");
}

static void a_failover_is_no_outage_when_the_next_fetch_is_answered(void **state)
{
    struct fixture *f = *state;
    int64_t start_us = f->desk.clock.mono_us;
    desk_redis(&f->desk, "LPUSH queue:default job");
    f->readonly_at = 1;
    f->closed_at = 3; /* LRANGE, LMOVE */
    fl_fetcher_run(&f->fetcher);
    assert_int_equal(f->desk.clock.mono_us, start_us);
    assert_int_equal(f->desk.log.length, 0);
}

#define WITH(setup, test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(one_thread, a_job_whose_fetch_was_not_answered_goes_back_before_the_next_fetch),
        WITH(two_threads, a_comparison_that_failed_is_made_again),
        WITH(one_thread, what_waited_too_long_goes_back_although_the_first_try_fails),
        WITH(two_threads, strays_are_looked_for_once_a_minute),
        WITH(three_threads, jobs_that_come_after_the_end_go_back_in_their_order),
        WITH(two_threads, who_is_quiet_while_it_waits_for_its_lease_gives_back_what_waits),
        WITH(three_threads, a_pass_asks_for_more_when_the_last_one_got_all_it_asked_for),
        WITH(one_thread, acknowledgements_that_wait_too_long_are_sent),
        WITH(one_thread, while_nothing_comes_all_queues_are_asked_about_at_once),
        WITH(one_thread, a_job_in_any_of_them_ends_the_idleness),
        WITH(one_thread, a_paused_queue_is_not_asked_about),
        WITH(one_thread, a_failover_is_no_outage_when_the_next_fetch_is_answered),
    };
    return cmocka_run_group_tests_name("fetcher", tests, NULL, NULL);
}
