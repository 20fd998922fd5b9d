#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "queue/handoff.h"

struct fixture {
    struct desk desk;
    struct fl_handoff *handoff;
    struct fl_room room;
    struct fl_done done;
};

static void open_with(struct fixture *f, int concurrency, bool prefetch,
                      enum fl_handoff_order order)
{
    const struct fl_handoff_options options = {.tasks = f->desk.ports.tasks,
                                               .clock = f->desk.ports.clock,
                                               .concurrency = concurrency,
                                               .prefetch = prefetch,
                                               .order = order};
    fl_handoff_free(f->handoff);
    assert_int_equal(fl_handoff_new(&options, &f->handoff), FL_OK);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    desk_open(&f->desk);
    open_with(f, 2, true, FL_HANDOFF_FIFO);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    fl_handoff_free(f->handoff);
    desk_close(&f->desk);
    free(f);
    return 0;
}

static struct fl_delivery *job(const char *name, uint32_t queue)
{
    struct fl_delivery *delivery = fl_delivery_new(queue, fl_span_from(name));
    assert_non_null(delivery);
    return delivery;
}

static void offer(struct fixture *f, const char *name, uint32_t queue)
{
    struct fl_delivery *delivery = job(name, queue);
    assert_true(fl_handoff_offer(f->handoff, &delivery, 1));
}

static struct fl_delivery *take(struct fixture *f, int thread)
{
    struct fl_delivery *delivery = NULL;
    assert_int_equal(fl_handoff_take(f->handoff, thread, &delivery, &f->done), FL_NEXT_DELIVERY);
    return delivery;
}

static void assert_takes(struct fixture *f, int thread, const char *name)
{
    assert_string_equal(take(f, thread)->bytes.bytes, name);
}

static size_t room(struct fixture *f)
{
    assert_true(fl_handoff_wait_room(f->handoff, &f->room));
    return f->room.count;
}

/* Jobs of that length, until the pace is known. */
static void run_many(struct fixture *f, int64_t each_us)
{
    for (int i = 0; i < 200; i++) {
        offer(f, "x", 0);
        take(f, 0);
        fake_clock_advance(&f->desk.clock, each_us);
        fl_handoff_finish(f->handoff, 0);
    }
}

static void at_first_only_idle_threads_are_fed(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(room(f), 2);
    offer(f, "a", 0);
    assert_int_equal(room(f), 1);
    assert_takes(f, 0, "a");
    assert_int_equal(room(f), 1);
}

static void long_jobs_are_not_fetched_ahead(void **state)
{
    struct fixture *f = *state;
    run_many(f, 500000);
    assert_int_equal(room(f), 2);
}

static void short_jobs_are_fetched_ahead_by_their_pace(void **state)
{
    struct fixture *f = *state;
    run_many(f, 1000); /* two threads begin 20 in 10 ms */
    assert_in_range(room(f), 2 + 18, 2 + 20);
    run_many(f, 0);
    assert_int_equal(room(f), 2 + FL_PREFETCH_MAX);
}

static void without_prefetch_nothing_is_fetched_ahead(void **state)
{
    struct fixture *f = *state;
    open_with(f, 2, false, FL_HANDOFF_FIFO);
    run_many(f, 0);
    assert_int_equal(room(f), 2);
}

static void in_order_of_arrival(void **state)
{
    struct fixture *f = *state;
    offer(f, "low", 1);
    offer(f, "critical", 0);
    assert_takes(f, 0, "low");
    assert_takes(f, 1, "critical");
}

static void in_strict_order_an_earlier_queue_overtakes(void **state)
{
    struct fixture *f = *state;
    open_with(f, 3, true, FL_HANDOFF_BY_QUEUE);
    offer(f, "low", 1);
    offer(f, "critical 1", 0);
    offer(f, "critical 2", 0);
    assert_takes(f, 0, "critical 1");
    assert_takes(f, 1, "critical 2");
    assert_takes(f, 2, "low");
}

static void what_waits_too_long_goes_back(void **state)
{
    struct fixture *f = *state;
    offer(f, "running", 0);
    offer(f, "first", 0);
    offer(f, "second", 0);
    take(f, 0);
    fake_clock_advance(&f->desk.clock, FL_PREFETCH_STALE_US);
    assert_int_equal(room(f), 1);
    assert_int_equal(f->room.withdrawn_count, 2);
    assert_string_equal(f->room.withdrawn[0]->bytes.bytes, "second"); /* newest first */
    assert_string_equal(f->room.withdrawn[1]->bytes.bytes, "first");
    free(f->room.withdrawn[0]);
    free(f->room.withdrawn[1]);
    fl_handoff_finish(f->handoff, 0);
}

static void the_close_gives_back_what_waits_and_ends_the_threads(void **state)
{
    struct fixture *f = *state;
    struct fl_delivery *delivery = job("late", 0);
    offer(f, "waiting", 0);
    fl_handoff_close(f->handoff);
    assert_int_equal(fl_handoff_take(f->handoff, 0, &delivery, &f->done), FL_NEXT_END);
    assert_false(fl_handoff_offer(f->handoff, &delivery, 1));
    assert_int_equal(room(f), 0);
    assert_int_equal(f->room.withdrawn_count, 1);
    free(f->room.withdrawn[0]);
    assert_false(fl_handoff_wait_room(f->handoff, &f->room));
    free(delivery);
}

static void a_tiny_job_is_put_off_while_others_wait(void **state)
{
    struct fixture *f = *state;
    struct fl_delivery *delivery;
    offer(f, "tiny", 0);
    offer(f, "next", 0);
    take(f, 0);
    assert_true(fl_handoff_put_off(f->handoff, 0));
    assert_takes(f, 0, "next");
    assert_false(fl_handoff_put_off(f->handoff, 0)); /* nothing waits */
    fl_handoff_finish(f->handoff, 0);
    assert_int_equal(fl_handoff_take(f->handoff, 0, &delivery, &f->done), FL_NEXT_DONE);
    assert_int_equal(f->done.count, 1);
    assert_string_equal(f->done.items[0]->bytes.bytes, "tiny");
    fl_handoff_acknowledged(f->handoff, 0);
}

static void a_job_that_took_its_time_is_not_put_off(void **state)
{
    struct fixture *f = *state;
    offer(f, "long", 0);
    offer(f, "next", 0);
    take(f, 0);
    fake_clock_advance(&f->desk.clock, FL_TINY_JOB_US + 1);
    assert_false(fl_handoff_put_off(f->handoff, 0));
    fl_handoff_finish(f->handoff, 0);
}

static void what_was_put_off_does_not_stay_so(void **state)
{
    struct fixture *f = *state;
    offer(f, "tiny", 0);
    offer(f, "long", 0);
    take(f, 0);
    assert_true(fl_handoff_put_off(f->handoff, 0));
    take(f, 0);
    fake_clock_advance(&f->desk.clock, FL_DONE_STALE_US);
    room(f);
    assert_int_equal(f->room.done.count, 1);
    fl_handoff_acknowledged(f->handoff, FL_HANDOFF_FETCHER);
    fl_handoff_finish(f->handoff, 0);
}

static void what_is_abandoned_is_void_for_its_thread(void **state)
{
    struct fixture *f = *state;
    struct fl_delivery *unfinished[FL_HANDOFF_MAX];
    offer(f, "running", 0);
    offer(f, "waiting", 0);
    take(f, 1);
    assert_true(fl_handoff_owns(f->handoff, 1));
    assert_int_equal(fl_handoff_abandon(f->handoff, unfinished), 2);
    assert_string_equal(unfinished[0]->bytes.bytes, "waiting");
    assert_string_equal(unfinished[1]->bytes.bytes, "running");
    assert_false(fl_handoff_owns(f->handoff, 1));
    assert_false(fl_handoff_put_off(f->handoff, 1));
    fl_handoff_finish(f->handoff, 1);
    assert_string_equal(unfinished[1]->bytes.bytes, "running"); /* still there */
    free(unfinished[0]);
    free(unfinished[1]);
}

static void busy_tells_what_each_thread_does(void **state)
{
    struct fixture *f = *state;
    struct fl_busy busy[2];
    struct fl_arena texts = {0};
    offer(f, "a", 1);
    take(f, 1);
    assert_int_equal(fl_handoff_busy_count(f->handoff), 1);
    assert_int_equal(fl_handoff_busy(f->handoff, &texts, busy), 1);
    assert_int_equal(busy[0].thread, 1);
    assert_int_equal(busy[0].queue, 1);
    assert_int_equal(busy[0].run_at_us, DESK_START_US);
    assert_true(fl_span_is(busy[0].bytes, "a"));
    fl_arena_release(&texts);
    fl_handoff_finish(f->handoff, 1);
}

static void everything_in_hand_has_its_fingerprint(void **state)
{
    struct fixture *f = *state;
    struct fl_fingerprint *prints = calloc(FL_FINGERPRINTS_MAX, sizeof(*prints));
    struct fl_delivery *delivery;
    offer(f, "done", 0);
    offer(f, "running", 0);
    offer(f, "waiting", 0);
    take(f, 0);
    assert_true(fl_handoff_put_off(f->handoff, 0));
    take(f, 0);
    assert_int_equal(fl_handoff_fingerprints(f->handoff, prints), 3);
    assert_takes(f, 1, "waiting");
    fl_handoff_finish(f->handoff, 1);
    assert_int_equal(fl_handoff_take(f->handoff, 1, &delivery, &f->done), FL_NEXT_DONE);
    assert_int_equal(fl_handoff_fingerprints(f->handoff, prints), 2); /* until acknowledged */
    fl_handoff_acknowledged(f->handoff, 1);
    assert_int_equal(fl_handoff_fingerprints(f->handoff, prints), 1);
    fl_handoff_finish(f->handoff, 0);
    free(prints);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(at_first_only_idle_threads_are_fed),
        WITH_FIXTURE(long_jobs_are_not_fetched_ahead),
        WITH_FIXTURE(short_jobs_are_fetched_ahead_by_their_pace),
        WITH_FIXTURE(without_prefetch_nothing_is_fetched_ahead),
        WITH_FIXTURE(in_order_of_arrival),
        WITH_FIXTURE(in_strict_order_an_earlier_queue_overtakes),
        WITH_FIXTURE(what_waits_too_long_goes_back),
        WITH_FIXTURE(the_close_gives_back_what_waits_and_ends_the_threads),
        WITH_FIXTURE(a_tiny_job_is_put_off_while_others_wait),
        WITH_FIXTURE(a_job_that_took_its_time_is_not_put_off),
        WITH_FIXTURE(what_was_put_off_does_not_stay_so),
        WITH_FIXTURE(what_is_abandoned_is_void_for_its_thread),
        WITH_FIXTURE(busy_tells_what_each_thread_does),
        WITH_FIXTURE(everything_in_hand_has_its_fingerprint),
    };
    return cmocka_run_group_tests_name("handoff", tests, NULL, NULL);
}
