#include "rows.h"

#include <stdlib.h>

#include "desk.h"
#include "queue/strays.h"

#define PRIVATE "queue:fl|host:42:me|default"

struct fixture {
    struct desk desk;
    struct fl_handoff *handoff;
    struct fl_moves moves;
};

static const struct fl_queue_option queues[] = {{.name = "default"}, {.name = "slow"}};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    desk_open(&f->desk);
    const struct fl_handoff_options options = {
        .tasks = f->desk.ports.tasks, .clock = f->desk.ports.clock, .concurrency = 1};
    assert_int_equal(fl_handoff_new(&options, &f->handoff), FL_OK);
    f->moves = (struct fl_moves){.redis = f->desk.ports.redis,
                                 .clock = f->desk.ports.clock,
                                 .identity = "host:42:me",
                                 .queues = queues};
    f->desk.context = f;
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

static void in_hand_of(struct fixture *f, uint32_t queue, const char *job)
{
    struct fl_delivery *delivery = fl_delivery_new(queue, fl_span_from(job));
    assert_true(fl_handoff_offer(f->handoff, &delivery, 1));
}

static void in_hand(struct fixture *f, const char *job)
{
    in_hand_of(f, 0, job);
}

static void give_back(struct fixture *f)
{
    assert_int_equal(
        fl_strays_give_back(&f->moves, 0, FL_COUNT(queues), f->handoff, f->desk.ports.log), FL_OK);
}

static void what_nobody_has_in_hand_goes_back(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "LPUSH " PRIVATE " known stray");
    in_hand(f, "known");
    give_back(f);
    desk_expect(&f->desk, "db0 list \"queue:default\" [\"stray\"]\n"
                          "db0 list \"" PRIVATE "\" [\"known\"]\n");
}

static void of_two_equal_jobs_one_may_be_a_stray(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "LPUSH " PRIVATE " twin twin");
    in_hand(f, "twin");
    give_back(f);
    desk_expect(&f->desk, "db0 list \"queue:default\" [\"twin\"]\n"
                          "db0 list \"" PRIVATE "\" [\"twin\"]\n");
}

static void an_equal_job_of_another_queue_is_not_the_one_in_hand(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "LPUSH " PRIVATE " twin");
    desk_redis(&f->desk, "LPUSH queue:fl|host:42:me|slow twin");
    in_hand_of(f, 1, "twin");
    give_back(f);
    desk_expect(&f->desk, "db0 list \"queue:default\" [\"twin\"]\n"
                          "db0 list \"queue:fl|host:42:me|slow\" [\"twin\"]\n");
}

static void finish_the_job(struct desk *desk)
{
    struct fixture *f = desk->context;
    struct fl_delivery *delivery;
    struct fl_done done;
    desk->before_exchange = NULL;
    assert_int_equal(fl_handoff_take(f->handoff, 0, &delivery, &done), FL_NEXT_DELIVERY);
    fl_handoff_finish(f->handoff, 0);
}

static void a_job_that_ends_while_its_list_is_read_is_no_stray(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "LPUSH " PRIVATE " ending");
    in_hand(f, "ending");
    f->desk.before_exchange = finish_the_job; /* its acknowledgement is still under way */
    give_back(f);
    desk_expect(&f->desk, "db0 list \"" PRIVATE "\" [\"ending\"]\n");
}

static void an_error_is_told_so_that_it_is_repeated(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "LPUSH " PRIVATE " stray");
    desk_fail(&f->desk, DESK_REFUSED, 0);
    assert_int_equal(fl_strays_give_back(&f->moves, 0, 1, f->handoff, f->desk.ports.log),
                     FL_ECONNECT);
    give_back(f);
    desk_expect(&f->desk, "db0 list \"queue:default\" [\"stray\"]\n");
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(what_nobody_has_in_hand_goes_back),
        WITH_FIXTURE(of_two_equal_jobs_one_may_be_a_stray),
        WITH_FIXTURE(an_equal_job_of_another_queue_is_not_the_one_in_hand),
        WITH_FIXTURE(a_job_that_ends_while_its_list_is_read_is_no_stray),
        WITH_FIXTURE(an_error_is_told_so_that_it_is_repeated),
    };
    return cmocka_run_group_tests_name("strays", tests, NULL, NULL);
}
