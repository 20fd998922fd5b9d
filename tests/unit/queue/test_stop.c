/* The end of a process: what stands where once it has left, before anybody could recover it. */
#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "queue/stop.h"

#define ID      "host:42:abc"
#define PRIVATE "queue:fl|" ID "|default"
#define ENTRY   "db0 hash \"faultline:fetchers\" {\"" ID "\":\"[\\\"default\\\"]\"}\n"

struct fixture {
    struct desk desk;
    struct fl_settings settings;
    struct fl_control control;
    struct fl_stats stats;
    struct fl_handoff *handoff;
    struct fl_capsules capsules;
    struct fl_heartbeat heartbeat;
    struct fl_moves moves;
    struct fl_stop stop;
    struct fl_delivery *running, *waiting;
};

static void open_fixture(struct fixture *f, enum fl_fetch fetch)
{
    const struct fl_process_options options = {.concurrency = 1, .fetch = fetch};
    const char *problem;
    desk_open(&f->desk);
    const struct fl_ports *ports = &f->desk.ports;
    const struct fl_handoff_options handoff = {
        .tasks = ports->tasks, .clock = ports->clock, .concurrency = 1};
    assert_int_equal(fl_settings_init(&f->settings, &options, &problem), FL_OK);
    assert_int_equal(fl_control_init(&f->control, ports->tasks, ports->clock), FL_OK);
    assert_int_equal(fl_stats_init(&f->stats, ports->tasks), FL_OK);
    assert_int_equal(fl_handoff_new(&handoff, &f->handoff), FL_OK);
    f->capsules = (struct fl_capsules){.settings = &f->settings, .handoffs = {f->handoff}};
    f->heartbeat = (struct fl_heartbeat){.ports = ports,
                                         .settings = &f->settings,
                                         .identity = ID,
                                         .capsules = &f->capsules,
                                         .control = &f->control,
                                         .stats = &f->stats};
    assert_int_equal(fl_heartbeat_init(&f->heartbeat, DESK_START_US), FL_OK);
    f->moves = (struct fl_moves){.redis = ports->redis,
                                 .clock = ports->clock,
                                 .fetch = fetch,
                                 .identity = ID,
                                 .queues = f->settings.queues};
    f->stop =
        (struct fl_stop){ports, &f->settings, &f->moves, &f->capsules, &f->control, &f->heartbeat};
}

static int reliable(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    open_fixture(*state, FL_FETCH_RELIABLE);
    return 0;
}

static int basic(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    open_fixture(*state, FL_FETCH_BASIC);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    free(f->running); /* given back: nobody's any more */
    free(f->waiting);
    fl_heartbeat_release(&f->heartbeat);
    fl_handoff_free(f->handoff);
    fl_stats_release(&f->stats);
    fl_control_release(&f->control);
    desk_close(&f->desk);
    free(f);
    return 0;
}

/* One job runs, one waits; counted in the order in which they were taken. */
static void work(struct fixture *f)
{
    struct fl_done done;
    f->running = fl_delivery_new(0, FL_SPAN("running"));
    f->waiting = fl_delivery_new(0, FL_SPAN("waiting"));
    assert_true(fl_handoff_offer(f->handoff, &f->running, 1));
    assert_true(fl_handoff_offer(f->handoff, &f->waiting, 1));
    assert_int_equal(fl_handoff_take(f->handoff, 0, &f->running, &done), FL_NEXT_DELIVERY);
}

static void what_is_unfinished_goes_back_and_is_void_for_its_thread(void **state)
{
    struct fixture *f = *state;
    work(f);
    assert_int_equal(fl_heartbeat_beat(&f->heartbeat), FL_OK);
    desk_redis(&f->desk, "LPUSH " PRIVATE " running waiting");
    fl_stop_leave(&f->stop, FL_STOP_ABANDONED);
    assert_false(fl_handoff_owns(f->handoff, 0));
    desk_redis(&f->desk, "DEL " ID " stat:processed stat:failed");
    desk_redis(&f->desk, "DEL stat:processed:2026-11-23 stat:failed:2026-11-23");
    desk_expect(&f->desk, ENTRY /* a fetch may yet be answered with a job */
                "db0 list \"queue:default\" [\"waiting\",\"running\"]\n");
}

static void who_ends_in_time_is_forgotten(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fl_heartbeat_beat(&f->heartbeat), FL_OK);
    fl_stop_leave(&f->stop, FL_STOP_CLEAN);
    desk_redis(&f->desk, "DEL " ID);
    desk_expect(&f->desk, "");
}

static void with_basic_fetch_the_bytes_in_hand_are_pushed(void **state)
{
    struct fixture *f = *state;
    work(f);
    fl_stop_leave(&f->stop, FL_STOP_ABANDONED);
    desk_redis(&f->desk, "DEL stat:processed stat:failed");
    desk_redis(&f->desk, "DEL stat:processed:2026-11-23 stat:failed:2026-11-23");
    desk_expect(&f->desk, "db0 list \"queue:default\" [\"waiting\",\"running\"]\n");
}

#define WITH(setup, test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(reliable, what_is_unfinished_goes_back_and_is_void_for_its_thread),
        WITH(reliable, who_ends_in_time_is_forgotten),
        WITH(basic, with_basic_fetch_the_bytes_in_hand_are_pushed),
    };
    return cmocka_run_group_tests_name("stop", tests, NULL, NULL);
}
