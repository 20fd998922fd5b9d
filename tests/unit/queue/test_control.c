#include "rows.h"

#include <stdlib.h>

#include "desk.h"
#include "queue/control.h"

enum { LEASE_US = 30 * 1000 * 1000 };

struct fixture {
    struct desk desk;
    struct fl_control control;
    int waits;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    desk_open(&f->desk);
    f->desk.context = f;
    assert_int_equal(fl_control_init(&f->control, f->desk.ports.tasks, f->desk.ports.clock), FL_OK);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    fl_control_release(&f->control);
    desk_close(&f->desk);
    free(f);
    return 0;
}

static void renew(struct fixture *f)
{
    fl_control_renew_lease(&f->control, f->desk.clock.mono_us + LEASE_US);
}

static void beat(struct desk *desk)
{
    struct fixture *f = desk->context;
    f->waits++;
    renew(f);
}

static void become_quiet(struct desk *desk)
{
    struct fixture *f = desk->context;
    fl_control_raise(&f->control, FL_PHASE_QUIET);
}

static void a_lease_lasts_until_its_instant(void **state)
{
    struct fixture *f = *state;
    assert_false(fl_control_has_lease(&f->control)); /* before the first beat */
    renew(f);
    fake_clock_advance(&f->desk.clock, LEASE_US - 1);
    assert_true(fl_control_has_lease(&f->control));
    assert_true(fl_control_wait_lease(&f->control));
    fake_clock_advance(&f->desk.clock, 1);
    assert_false(fl_control_has_lease(&f->control));
}

/* After a long pause: others may have taken it for dead. */
static void who_wakes_up_without_a_lease_waits_for_the_next_beat(void **state)
{
    struct fixture *f = *state;
    renew(f);
    fake_clock_advance(&f->desk.clock, LEASE_US);
    f->desk.on_endless_wait = beat;
    assert_true(fl_control_wait_lease(&f->control));
    assert_int_equal(f->waits, 1);
}

static void who_becomes_quiet_waits_for_no_lease(void **state)
{
    struct fixture *f = *state;
    f->desk.on_endless_wait = become_quiet;
    assert_false(fl_control_wait_lease(&f->control));
}

static void the_first_status_of_a_failure_stays(void **state)
{
    struct fixture *f = *state;
    fl_control_raise(&f->control, FL_PHASE_ENDED);
    fl_control_fail(&f->control, FL_EXIT_SYSTEM);
    fl_control_fail(&f->control, 1);
    assert_int_equal(fl_control_phase(&f->control), FL_PHASE_ENDED); /* never goes back */
    assert_int_equal(fl_control_status(&f->control), FL_EXIT_SYSTEM);
}

static void who_retires_stops_with_its_last_worker(void **state)
{
    struct fixture *f = *state;
    fl_control_worker_began(&f->control);
    fl_control_worker_began(&f->control);
    fl_control_retire(&f->control);
    assert_int_equal(fl_control_phase(&f->control), FL_PHASE_QUIET);
    fl_control_worker_ended(&f->control);
    assert_int_equal(fl_control_phase(&f->control), FL_PHASE_QUIET);
    fl_control_worker_ended(&f->control);
    assert_int_equal(fl_control_phase(&f->control), FL_PHASE_STOPPING);
    assert_int_equal(fl_control_status(&f->control), 0);
}

static void who_retires_once_all_have_ended_stops_at_once(void **state)
{
    struct fixture *f = *state;
    fl_control_retire(&f->control);
    assert_int_equal(fl_control_phase(&f->control), FL_PHASE_STOPPING);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(a_lease_lasts_until_its_instant),
        WITH_FIXTURE(who_wakes_up_without_a_lease_waits_for_the_next_beat),
        WITH_FIXTURE(who_becomes_quiet_waits_for_no_lease),
        WITH_FIXTURE(the_first_status_of_a_failure_stays),
        WITH_FIXTURE(who_retires_stops_with_its_last_worker),
        WITH_FIXTURE(who_retires_once_all_have_ended_stops_at_once),
    };
    return cmocka_run_group_tests_name("control", tests, NULL, NULL);
}
