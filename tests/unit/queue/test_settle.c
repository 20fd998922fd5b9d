/* The last step of a delivery, while Redis or the ownership is gone. */
#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "queue/settle.h"

#define PRIVATE "queue:fl|host:42:me|default"
#define VOID    "no longer this process's"

struct fixture {
    struct desk desk;
    struct fl_control control;
    struct fl_handoff *handoff;
    struct fl_moves moves;
    struct fl_settler settler;
    struct fl_delivery *given_back[FL_HANDOFF_MAX];
};

static const struct fl_queue_option queues[] = {{.name = "default"}};
static const struct fl_settlement acknowledgement = {.kind = FL_SETTLE_ACKNOWLEDGE};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    desk_open(&f->desk);
    f->desk.context = f;
    const struct fl_ports *ports = &f->desk.ports;
    const struct fl_handoff_options options = {
        .tasks = ports->tasks, .clock = ports->clock, .concurrency = 1};
    assert_int_equal(fl_control_init(&f->control, ports->tasks, ports->clock), FL_OK);
    assert_int_equal(fl_handoff_new(&options, &f->handoff), FL_OK);
    f->moves = (struct fl_moves){
        .redis = ports->redis, .clock = ports->clock, .identity = "host:42:me", .queues = queues};
    f->settler = (struct fl_settler){ports, &f->moves, f->handoff, &f->control};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    free(f->given_back[0]);
    fl_handoff_free(f->handoff);
    fl_control_release(&f->control);
    desk_close(&f->desk);
    free(f);
    return 0;
}

/* A delivery in the hand of the one thread, and in the private list. */
static struct fl_delivery *in_hand(struct fixture *f, const char *job)
{
    struct fl_delivery *delivery = fl_delivery_new(0, fl_span_from(job));
    struct fl_done done;
    assert_true(fl_handoff_offer(f->handoff, &delivery, 1));
    assert_int_equal(fl_handoff_take(f->handoff, 0, &delivery, &done), FL_NEXT_DELIVERY);
    return delivery;
}

static bool log_says(const struct fixture *f, const char *text)
{
    return f->desk.log.length && strstr(f->desk.log.bytes, text);
}

static void abandon(struct desk *desk)
{
    struct fixture *f = desk->context;
    assert_int_equal(fl_handoff_abandon(f->handoff, f->given_back), 1);
    desk->before_exchange = NULL;
}

static void nothing_is_said_of_a_job_that_was_given_back(void **state)
{
    struct fixture *f = *state;
    struct fl_delivery *delivery = in_hand(f, "job");
    abandon(&f->desk);
    fl_settle(&f->settler, 0, delivery, &acknowledgement);
    assert_int_equal(f->desk.exchanges, 0);
}

static void a_job_given_back_while_redis_is_away_is_not_settled_later(void **state)
{
    struct fixture *f = *state;
    struct fl_delivery *delivery = in_hand(f, "job");
    f->desk.before_exchange = abandon;
    desk_fail(&f->desk, DESK_REFUSED, 0);
    fl_settle(&f->settler, 0, delivery, &acknowledgement);
    assert_int_equal(f->desk.exchanges, 1);
}

static void an_attempt_that_did_not_reach_redis_explains_no_lost_job(void **state)
{
    struct fixture *f = *state;
    struct fl_delivery *delivery =
        in_hand(f, "job"); /* and in no list: somebody has recovered it */
    desk_fail(&f->desk, DESK_REFUSED, 0);
    fl_settle(&f->settler, 0, delivery, &acknowledgement);
    assert_true(log_says(f, VOID));
}

/* Two deliveries whose acknowledgement was put off, and a third that is finished. */
static struct fl_done put_off_two(struct fixture *f)
{
    struct fl_delivery *deliveries[3];
    struct fl_done done;
    static const char *const jobs[] = {"first", "second", "third"};
    for (int i = 0; i < 3; i++)
        deliveries[i] = fl_delivery_new(0, fl_span_from(jobs[i]));
    assert_true(fl_handoff_offer(f->handoff, deliveries, 3));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(fl_handoff_take(f->handoff, 0, &deliveries[i], &done), FL_NEXT_DELIVERY);
        assert_int_equal(fl_handoff_put_off(f->handoff, 0), i < 2);
    }
    fl_handoff_finish(f->handoff, 0);
    assert_int_equal(fl_handoff_take(f->handoff, 0, &deliveries[0], &done), FL_NEXT_DONE);
    assert_int_equal(done.count, 2);
    return done;
}

static void acknowledgements_that_were_put_off_are_repeated_until_redis_takes_them(void **state)
{
    struct fixture *f = *state;
    struct fl_done done = put_off_two(f);
    desk_redis(&f->desk, "LPUSH " PRIVATE " first second");
    desk_fail(&f->desk, DESK_REFUSED, 0);
    fl_settle_done(&f->settler, 0, &done);
    desk_expect(&f->desk, "");
    assert_false(log_says(f, VOID));
}

static void a_lost_answer_explains_why_the_repeat_finds_nothing(void **state)
{
    struct fixture *f = *state;
    struct fl_done done = put_off_two(f);
    desk_redis(&f->desk, "LPUSH " PRIVATE " first second");
    desk_fail(&f->desk, DESK_LOST, 0);
    fl_settle_done(&f->settler, 0, &done);
    assert_int_equal(f->desk.exchanges, 2);
    assert_false(log_says(f, VOID));
}

static void one_of_many_that_was_not_there_is_told(void **state)
{
    struct fixture *f = *state;
    struct fl_done done = put_off_two(f);
    desk_redis(&f->desk, "LPUSH " PRIVATE " first");
    fl_settle_done(&f->settler, 0, &done);
    assert_true(log_says(f, VOID));
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(nothing_is_said_of_a_job_that_was_given_back),
        WITH_FIXTURE(a_job_given_back_while_redis_is_away_is_not_settled_later),
        WITH_FIXTURE(an_attempt_that_did_not_reach_redis_explains_no_lost_job),
        WITH_FIXTURE(acknowledgements_that_were_put_off_are_repeated_until_redis_takes_them),
        WITH_FIXTURE(a_lost_answer_explains_why_the_repeat_finds_nothing),
        WITH_FIXTURE(one_of_many_that_was_not_there_is_told),
    };
    return cmocka_run_group_tests_name("settle", tests, NULL, NULL);
}
