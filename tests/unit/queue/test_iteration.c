#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time_text.h"
#include "desk.h"
#include "faultline/iterable.h"
#include "queue/delivery.h"
#include "queue/job.h"
#include "queue/moves.h"

#define PAYLOAD "{\"class\":\"W\",\"jid\":\"j\",\"args\":[]}"
#define LIST    "queue:fl|host:1:x|default"

/* A job in hand, and what its items do. */
struct office {
    struct desk desk;
    struct fl_job_world world;
    struct fl_payload payload;
    struct fl_moves moves;
    struct fl_delivery *delivery;
    struct fl_job job;
    int64_t items, worked, first; /* there are, were done, where it began */
    int64_t item_us;              /* how long each takes */
    int64_t executions;
    char hooks[64];
};

static const struct fl_queue_option queues[] = {{.name = "default"}};

static void open_office(struct office *office, int64_t items)
{
    *office = (struct office){.items = items, .first = -1, .item_us = FL_SECOND_US};
    desk_open(&office->desk);
    office->world.ports = &office->desk.ports;
    office->moves = (struct fl_moves){.redis = office->desk.ports.redis,
                                      .clock = office->desk.ports.clock,
                                      .wire = FL_WIRE_7,
                                      .identity = "host:1:x",
                                      .queues = queues};
    office->delivery = fl_delivery_new(0, FL_SPAN(PAYLOAD));
    assert_int_equal(fl_payload_parse(FL_SPAN(PAYLOAD), &office->payload), FL_OK);
    fl_job_init(&office->job, &office->world, &office->payload, "default");
    office->job.moves = &office->moves;
    office->job.delivery = office->delivery;
    desk_redis_value(&office->desk, "LPUSH " LIST, PAYLOAD);
}

static void close_office(struct office *office)
{
    fl_job_release(&office->job);
    fl_payload_release(&office->payload);
    free(office->delivery);
    desk_close(&office->desk);
}

static enum fl_step item(struct fl_job *job, struct fl_iteration *iteration, void *context)
{
    struct office *office = context;
    int64_t next = 0;
    (void)job;
    fl_cursor_int(iteration, &next);
    office->executions = fl_iteration_executions(iteration);
    if (office->first < 0) office->first = next;
    if (next >= office->items) return FL_STEP_END;
    fake_clock_advance(&office->desk.clock, office->item_us);
    office->worked++;
    return fl_cursor_set_int(iteration, next + 1) ? FL_STEP_STUCK : FL_STEP_MORE;
}

static void on_start(struct fl_job *job, void *context)
{
    strcat(((struct office *)context)->hooks, "start ");
    fl_fail(job, FL_TRANSIENT, "E", "a hook's own");
}

static void on_resume(struct fl_job *job, void *context)
{
    (void)job;
    strcat(((struct office *)context)->hooks, "resume ");
}

static void on_cancel(struct fl_job *job, void *context)
{
    (void)job;
    strcat(((struct office *)context)->hooks, "cancel ");
}

static void on_stop(struct fl_job *job, void *context)
{
    (void)job;
    strcat(((struct office *)context)->hooks, "stop ");
}

static void on_complete(struct fl_job *job, void *context)
{
    (void)job;
    strcat(((struct office *)context)->hooks, "complete ");
}

static const struct fl_iterable plain = {.each = item,
                                         .on_start = on_start,
                                         .on_resume = on_resume,
                                         .on_cancel = on_cancel,
                                         .on_stop = on_stop,
                                         .on_complete = on_complete};
static const struct fl_iterable in_turns = {.each = item, .longest_run_us = 3 * FL_SECOND_US};

#define REST    "db0 list \"" LIST "\" [\"" ESCAPED "\"]\n"
#define ESCAPED "{\\\"class\\\":\\\"W\\\",\\\"jid\\\":\\\"j\\\",\\\"args\\\":[]}"

static void a_short_one_leaves_nothing_in_redis(void **state)
{
    struct office office;
    (void)state;
    open_office(&office, 4);
    assert_int_equal(fl_iterate(&office.job, &plain, &office), FL_DONE);
    assert_int_equal(office.worked, 4);
    assert_string_equal(office.hooks, "start stop complete ");
    assert_true(office.job.has_iterated);
    desk_expect(&office.desk, REST);
    assert_non_null(strstr(office.desk.log.bytes, "the on_start hook failed: E: a hook's own"));
    close_office(&office);
}

static void a_long_one_is_saved_every_five_seconds(void **state)
{
    struct office office;
    (void)state;
    open_office(&office, 7);
    assert_int_equal(fl_iterate(&office.job, &plain, &office), FL_DONE);
    assert_non_null(strstr(office.desk.sent.bytes, " 1 5 5.0 2592000\n"));
    assert_null(strstr(office.desk.sent.bytes, " 1 6 "));
    close_office(&office);
}

static void it_goes_on_from_what_sidekiq_has_left(void **state)
{
    struct office office;
    (void)state;
    open_office(&office, 7);
    desk_redis(&office.desk, "HSET it-j ex 2 c 3 rt 12.5");
    assert_int_equal(fl_iterate(&office.job, &in_turns, &office), FL_FAILED);
    assert_int_equal(office.job.failure.kind, FL_INTERRUPTED);
    assert_int_equal(office.first, 3);
    assert_int_equal(office.executions, 3);
    assert_false(office.job.has_iterated);
    desk_expect(&office.desk,
                "db0 hash \"it-j\" ttl days {\"c\":\"6\",\"ex\":\"3\",\"rt\":\"15.5\"}\n" REST);
    fl_failure_clear(&office.job.failure);
    assert_int_equal(fl_iterate(&office.job, &plain, &office), FL_DONE);
    assert_string_equal(office.hooks, "resume stop complete ");
    close_office(&office);
}

static void who_has_lost_the_job_saves_nothing(void **state)
{
    struct office office;
    (void)state;
    open_office(&office, 20);
    desk_redis(&office.desk, "DEL " LIST);
    assert_int_equal(fl_iterate(&office.job, &plain, &office), FL_FAILED);
    assert_int_equal(office.job.failure.kind, FL_INTERRUPTED);
    assert_int_equal(office.worked, 5);
    desk_expect(&office.desk, "");
    close_office(&office);
}

static enum fl_step third_fails(struct fl_job *job, struct fl_iteration *iteration, void *context)
{
    struct office *office = context;
    if (office->worked < 2) return item(job, iteration, context);
    fl_fail(job, FL_TRANSIENT, "E", "the third");
    return FL_STEP_FAILED;
}

static void a_failure_keeps_the_cursor(void **state)
{
    static const struct fl_iterable fails = {.each = third_fails};
    struct office office;
    (void)state;
    open_office(&office, 7);
    assert_int_equal(fl_iterate(&office.job, &fails, &office), FL_FAILED);
    assert_int_equal(office.job.failure.kind, FL_TRANSIENT);
    assert_non_null(strstr(office.desk.sent.bytes, " 1 2 2.0 2592000\n"));
    close_office(&office);
}

static void a_redis_that_is_away_does_not_stop_it(void **state)
{
    struct office office;
    (void)state;
    open_office(&office, 7);
    desk_fail(&office.desk, DESK_REFUSED, 1);
    assert_int_equal(fl_iterate(&office.job, &plain, &office), FL_DONE);
    assert_int_equal(office.worked, 7);
    assert_non_null(strstr(office.desk.log.bytes, "the cursor could not be saved"));
    close_office(&office);
}

static void without_its_cursor_it_does_not_begin(void **state)
{
    struct office office;
    (void)state;
    open_office(&office, 7);
    desk_fail(&office.desk, DESK_REFUSED, 0);
    assert_int_equal(fl_iterate(&office.job, &plain, &office), FL_FAILED);
    assert_int_equal(office.job.failure.kind, FL_TRANSIENT);
    office.desk.fault = DESK_NONE;
    fl_failure_clear(&office.job.failure);
    desk_redis(&office.desk, "HSET it-j ex 1 c [1");
    assert_int_equal(fl_iterate(&office.job, &plain, &office), FL_FAILED);
    assert_int_equal(office.job.failure.kind, FL_TRANSIENT);
    assert_int_equal(office.worked, 0);
    close_office(&office);
}

static void a_cancelled_one_is_complete(void **state)
{
    struct office office;
    (void)state;
    open_office(&office, 7);
    assert_int_equal(fl_iteration_cancel(&office.job, "j"), FL_OK);
    assert_int_equal(fl_iteration_cancel(&office.job, ""), FL_EINVAL);
    assert_int_equal(fl_iterate(&office.job, &plain, &office), FL_DONE);
    assert_int_equal(office.worked, 0);
    assert_string_equal(office.hooks, "start cancel stop complete ");
    close_office(&office);
}

static void cancel_at_the_first_saving(struct desk *desk)
{
    if (desk->exchanges == 2) desk_redis(desk, "HSETNX it-j cancelled 1");
}

static void it_looks_whether_it_is_cancelled_when_it_saves(void **state)
{
    struct office office;
    (void)state;
    open_office(&office, 20);
    office.desk.before_exchange = cancel_at_the_first_saving;
    assert_int_equal(fl_iterate(&office.job, &plain, &office), FL_DONE);
    assert_int_equal(office.worked, 5);
    close_office(&office);
}

static struct cursor_case {
    const char *name, *json;
    enum fl_error want;
} cursors[] = {
    {"cursor: a text", "\"2026-11-27\"", FL_OK}, {"cursor: a list", "[\"a\",7]", FL_OK},
    {"cursor: nothing yet", "null", FL_OK},      {"cursor: no JSON", "[1", FL_EINVAL},
    {"cursor: no text at all", "", FL_EINVAL},
};

static enum fl_step try_cursor(struct fl_job *job, struct fl_iteration *iteration, void *context)
{
    const struct cursor_case *row = context;
    struct fl_buf long_one = FL_BUF_INIT(2 * FL_CURSOR_BYTES_MAX);
    (void)job;
    assert_false(fl_json_exists(fl_cursor(iteration)));
    assert_int_equal(fl_cursor_set(iteration, fl_span_from(row->json)), row->want);
    if (!row->want) assert_true(fl_span_is(fl_json_raw(fl_cursor(iteration)), row->json));
    assert_int_equal(fl_buf_printf(&long_one, "\"%*s\"", FL_CURSOR_BYTES_MAX, "x"), FL_OK);
    assert_int_equal(fl_cursor_set(iteration, fl_buf_span(&long_one)), FL_EBOUND);
    fl_buf_release(&long_one);
    return FL_STEP_END;
}

static void cursor_row(void **state)
{
    static const struct fl_iterable tries = {.each = try_cursor};
    struct office office;
    open_office(&office, 1);
    assert_int_equal(fl_iterate(&office.job, &tries, *state), FL_DONE);
    close_office(&office);
}

static void an_interrupted_job_is_the_last_to_be_taken(void **state)
{
    struct office office;
    enum fl_move move;
    const struct fl_release none = {.jid = FL_SPAN("j")};
    (void)state;
    open_office(&office, 1);
    desk_redis(&office.desk, "LPUSH queue:default first");
    assert_int_equal(
        fl_move_to_queue(&office.moves, office.delivery, FL_SPAN("new"), &none, &move, NULL),
        FL_OK);
    assert_int_equal(move, FL_MOVE_DONE);
    assert_int_equal(
        fl_move_to_queue(&office.moves, office.delivery, FL_SPAN("new"), &none, &move, NULL),
        FL_OK);
    assert_int_equal(move, FL_MOVE_NOT_OWNER);
    desk_expect(&office.desk, "db0 list \"queue:default\" [\"new\",\"first\"]\n");
    office.moves.fetch = FL_FETCH_BASIC;
    assert_int_equal(
        fl_move_to_queue(&office.moves, office.delivery, FL_SPAN("x"), &none, &move, NULL), FL_OK);
    desk_expect(&office.desk, "db0 list \"queue:default\" [\"x\",\"new\",\"first\"]\n");
    close_office(&office);
}

int main(void)
{
    struct rows rows = {0};
    const struct CMUnitTest others[] = {
        cmocka_unit_test(a_short_one_leaves_nothing_in_redis),
        cmocka_unit_test(a_long_one_is_saved_every_five_seconds),
        cmocka_unit_test(it_goes_on_from_what_sidekiq_has_left),
        cmocka_unit_test(who_has_lost_the_job_saves_nothing),
        cmocka_unit_test(a_failure_keeps_the_cursor),
        cmocka_unit_test(a_redis_that_is_away_does_not_stop_it),
        cmocka_unit_test(without_its_cursor_it_does_not_begin),
        cmocka_unit_test(a_cancelled_one_is_complete),
        cmocka_unit_test(it_looks_whether_it_is_cancelled_when_it_saves),
        cmocka_unit_test(an_interrupted_job_is_the_last_to_be_taken),
    };
    rows_add(&rows, cursor_row, cursors, FL_COUNT(cursors), sizeof(cursors[0]));
    for (size_t i = 0; i < FL_COUNT(others); i++)
        rows.tests[rows.count++] = others[i];
    return rows_run(&rows, "iteration");
}
