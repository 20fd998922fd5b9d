#include "rows.h"

#include <stdio.h>
#include <string.h>

#include "core/time_text.h"
#include "desk.h"
#include "queue/batch.h"
#include "queue/chain.h"
#include "queue/job.h"
#include "queue/moves.h"

static enum fl_outcome nothing(struct fl_job *job)
{
    (void)job;
    return FL_DONE;
}

static const struct fl_worker table[] = {
    {.name = "PieceWorker", .perform = nothing, .retry = 3, .queue = "pieces"},
    {.name = "DoneWorker", .perform = nothing, .retry = FL_RETRY_DEFAULT, .queue = "calls"},
    {.name = "LockedWorker", .perform = nothing, .lock = FL_LOCK_UNTIL_EXECUTED},
    {0},
};

/* A job that builds batches, and may itself be in one; with basic fetch, so that a step needs no
 * list that it stands in. */
struct office {
    struct desk desk;
    struct fl_registry registry;
    struct fl_job_world world;
    struct fl_payload payload;
    struct fl_job job;
    struct fl_moves moves;
    struct fl_batch *batch;
};

static const struct fl_queue_option queues[] = {{.name = "default"}};

static void open_office(struct office *office, const char *payload)
{
    static const struct fl_worker *const tables[] = {table};
    const char *name;
    *office = (struct office){0};
    desk_open(&office->desk);
    assert_int_equal(fl_registry_init(&office->registry, tables, 1, &name), FL_OK);
    office->world.ports = &office->desk.ports;
    office->world.registry = &office->registry;
    office->moves = (struct fl_moves){.redis = office->desk.ports.redis,
                                      .clock = office->desk.ports.clock,
                                      .fetch = FL_FETCH_BASIC,
                                      .wire = FL_WIRE_7,
                                      .identity = "host:1:x",
                                      .queues = queues};
    assert_int_equal(fl_payload_parse(fl_span_from(payload), &office->payload), FL_OK);
    fl_job_init(&office->job, &office->world, &office->payload, "default");
}

#define PLAIN       "{\"class\":\"W\",\"jid\":\"j\",\"args\":[]}"
#define INSIDE(bid) "{\"class\":\"W\",\"jid\":\"j\",\"args\":[],\"bid\":\"" bid "\"}"

static void close_office(struct office *office)
{
    fl_job_release(&office->job);
    fl_payload_release(&office->payload);
    fl_registry_release(&office->registry);
    desk_close(&office->desk);
}

static const struct fl_batch_callback callbacks[] = {
    {FL_BATCH_SUCCESS, "DoneWorker", FL_SPAN("{\"report\":7}"), NULL},
    {FL_BATCH_COMPLETE, "OtherWorker", FL_SPAN(""), "low"},
    {FL_BATCH_DEATH, "DoneWorker", FL_SPAN(""), NULL},
};

static struct fl_batch_options named(const char *bid)
{
    return (struct fl_batch_options){
        .bid = bid, .description = "pieces", .callbacks = callbacks, .callback_count = 3};
}

static enum fl_error add(struct fl_batch *batch, const char *jid)
{
    const struct fl_push push = {.worker = "PieceWorker", .args = FL_SPAN("[1]"), .jid = jid};
    return fl_batch_add(batch, &push);
}

static enum fl_error make(struct office *office, const struct fl_batch_options *options,
                          const char *const *jids)
{
    struct fl_batch *batch;
    enum fl_error err = fl_batch_new(&office->job, options, &batch);
    for (; !err && *jids; jids++)
        err = add(batch, *jids);
    if (!err) err = fl_batch_close(batch);
    fl_batch_free(batch);
    return err;
}

static const char *const two[] = {"a", "b", NULL}, *const one[] = {"a", NULL},
                         *const none[] = {NULL};

static void made(struct office *office, const char *bid, const char *const *jids)
{
    const struct fl_batch_options options = named(bid);
    assert_int_equal(make(office, &options, jids), FL_OK);
}

static void step(struct office *office, const char *bid, const char *jid, enum fl_batch_step what)
{
    struct fl_delivery *delivery = fl_delivery_new(0, FL_SPAN("job"));
    const struct fl_release release = {
        .jid = fl_span_from(jid), .bid = fl_span_from(bid), .step = what};
    enum fl_move move;
    assert_int_equal(fl_move_acknowledge(&office->moves, delivery, &release, &move, NULL), FL_OK);
    free(delivery);
}

/* "total pending failures dead", then c s d where it is complete, has succeeded, has seen death. */
static void expect_status(struct office *office, const char *bid, const char *want)
{
    struct fl_batch_status status;
    char found[80];
    assert_int_equal(fl_batch_ask(&office->job, bid, &status), FL_OK);
    snprintf(found, sizeof(found), "%d %d %d %d %s%s%s", (int)status.total, (int)status.pending,
             (int)status.failures, (int)status.dead, status.is_complete ? "c" : "",
             status.is_successful ? "s" : "", status.has_died ? "d" : "");
    assert_string_equal(found, want);
}

static void expect_count(struct office *office, const char *command, int64_t want)
{
    struct fl_span words[4];
    struct fl_replies replies;
    size_t count = 0;
    for (const char *at = command; *at; at += *at == ' ') {
        words[count] = (struct fl_span){at, strcspn(at, " ")};
        at += words[count++].length;
    }
    assert_int_equal(fl_redis_exec(office->desk.ports.redis, &(struct fl_command){words, count}, 1,
                                   FL_NEVER_US, &replies),
                     FL_OK);
    assert_int_equal(replies.items[0].integer, want);
    fl_replies_release(&replies);
}

static void all_of_a_batch_stands_in_redis_once_it_is_closed(void **state)
{
    struct office office;
    struct fl_batch *batch;
    struct fl_batch_status status;
    const struct fl_batch_options options = named("B");
    (void)state;
    open_office(&office, PLAIN);
    assert_int_equal(fl_batch_new(&office.job, &options, &batch), FL_OK);
    assert_int_equal(add(batch, "a"), FL_OK);
    assert_int_equal(fl_batch_add(batch, &(struct fl_push){.worker = "Unknown",
                                                           .args = FL_SPAN("[]"),
                                                           .at_us = DESK_START_US + 60000000}),
                     FL_OK);
    desk_expect(&office.desk, "");
    assert_int_equal(fl_batch_close(batch), FL_OK);
    fl_batch_free(batch);
    expect_count(&office, "LLEN queue:pieces", 1);
    expect_count(&office, "ZCARD schedule", 1);
    expect_count(&office, "ZCARD batches", 1);
    expect_status(&office, "B", "2 2 0 0 ");
    assert_int_equal(fl_batch_ask(&office.job, "B", &status), FL_OK);
    assert_string_equal(status.description, "pieces");
    assert_true(status.is_valid);
    assert_non_null(strstr(office.desk.sent.bytes, "\"bid\":\"B\""));
    close_office(&office);
}

static enum fl_error stop_b(struct fl_push *push, const struct fl_next_push *next)
{
    if (strcmp(push->jid, "b") == 0) return FL_ECANCELED;
    push->queue = "elsewhere";
    return fl_push_next(push, next);
}

static void what_the_middleware_stops_does_not_count(void **state)
{
    static const struct fl_middleware link = {.name = "stop", .around_push = stop_b};
    struct office office;
    struct fl_batch *batch;
    struct fl_config config;
    const struct fl_batch_options options = named("B");
    (void)state;
    open_office(&office, PLAIN);
    fl_config_init(&config);
    assert_int_equal(fl_chain_add(&config.client, &link), FL_OK);
    office.world.config = &config;
    assert_int_equal(fl_batch_new(&office.job, &options, &batch), FL_OK);
    assert_int_equal(add(batch, "a"), FL_OK);
    assert_int_equal(add(batch, "b"), FL_ECANCELED);
    assert_int_equal(fl_batch_close(batch), FL_OK);
    fl_batch_free(batch);
    expect_status(&office, "B", "1 1 0 0 ");
    expect_count(&office, "LLEN queue:elsewhere", 1);
    close_office(&office);
}

static void a_job_takes_what_its_push_says(void **state)
{
    struct office office;
    struct fl_batch *batch;
    const struct fl_batch_options options = named("B");
    const struct fl_push push = {.worker = "PieceWorker",
                                 .args = FL_SPAN("[]"),
                                 .retry = FL_SPAN("7"),
                                 .tags = FL_SPAN("[\"nightly\"]")};
    (void)state;
    open_office(&office, PLAIN);
    assert_int_equal(fl_batch_new(&office.job, &options, &batch), FL_OK);
    assert_int_equal(fl_batch_add(batch, &push), FL_OK);
    assert_int_equal(fl_batch_close(batch), FL_OK);
    fl_batch_free(batch);
    assert_non_null(strstr(office.desk.sent.bytes, "\"retry\":7,"));
    assert_non_null(strstr(office.desk.sent.bytes, "\"tags\":[\"nightly\"]"));
    close_office(&office);
}

static void a_name_of_its_own_makes_it_once(void **state)
{
    struct office office;
    (void)state;
    open_office(&office, PLAIN);
    made(&office, "B", two);
    made(&office, "B", two);
    expect_count(&office, "LLEN queue:pieces", 2);
    expect_status(&office, "B", "2 2 0 0 ");
    close_office(&office);
}

static void a_fresh_name_has_14_characters(void **state)
{
    struct office office;
    struct fl_batch *batch;
    const struct fl_batch_options options = {0};
    char bid[15];
    (void)state;
    open_office(&office, PLAIN);
    assert_int_equal(fl_batch_new(&office.job, &options, &batch), FL_OK);
    assert_int_equal(strlen(fl_batch_bid(batch)), 14);
    fl_batch_free(batch);
    fl_bid_of_jid("00108310518720928b30d38f", bid);
    assert_string_equal(bid, "ABCDEFGHIJKLMA"); /* the bytes of RFC 4648's table, cut to ten */
    fl_bid_derive(FL_SPAN("report 7"), bid);
    assert_true(fl_bid_is_valid(bid));
    close_office(&office);
}

static void the_last_success_enqueues_what_waits_for_it(void **state)
{
    struct office office;
    struct fl_json json;
    (void)state;
    open_office(&office, PLAIN);
    made(&office, "B", two);
    step(&office, "B", "a", FL_BATCH_STEP_SUCCEEDED);
    step(&office, "B", "a", FL_BATCH_STEP_SUCCEEDED); /* it ran twice */
    step(&office, "B", "x", FL_BATCH_STEP_SUCCEEDED); /* nobody's */
    expect_status(&office, "B", "2 1 0 0 ");
    expect_count(&office, "LLEN queue:calls", 0);
    step(&office, "B", "b", FL_BATCH_STEP_SUCCEEDED);
    step(&office, "B", "b", FL_BATCH_STEP_SUCCEEDED);
    expect_status(&office, "B", "2 0 0 0 cs");
    expect_count(&office, "LLEN queue:calls", 1);
    expect_count(&office, "LLEN queue:low", 1);
    const struct fl_span rpop[] = {FL_SPAN("RPOP"), FL_SPAN("queue:calls")};
    struct fl_replies replies;
    assert_int_equal(fl_redis_exec(office.desk.ports.redis, &(struct fl_command){rpop, 2}, 1,
                                   FL_NEVER_US, &replies),
                     FL_OK);
    assert_int_equal(fl_json_parse(replies.items[0].text, &json, NULL), FL_OK);
    struct fl_json_at root = fl_json_root(&json);
    assert_true(fl_span_is(fl_json_raw(fl_json_member(root, "args")),
                           "[\"B\",\"success\",{\"report\":7}]"));
    assert_true(fl_span_is(fl_json_raw(fl_json_member(root, "enqueued_at")), "1795451428.120701"));
    fl_json_release(&json);
    fl_replies_release(&replies);
    close_office(&office);
}

static void a_failure_completes_and_only_success_succeeds(void **state)
{
    struct office office;
    struct fl_batch_status status;
    (void)state;
    open_office(&office, PLAIN);
    made(&office, "B", two);
    step(&office, "B", "a", FL_BATCH_STEP_FAILED);
    expect_status(&office, "B", "2 2 1 0 ");
    assert_int_equal(fl_batch_ask(&office.job, "B", &status), FL_OK);
    assert_int_equal(status.failed_count, 1);
    assert_string_equal(status.failed[0], "a");
    step(&office, "B", "b", FL_BATCH_STEP_SUCCEEDED);
    expect_status(&office, "B", "2 1 1 0 c");
    step(&office, "B", "a", FL_BATCH_STEP_FAILED);
    expect_count(&office, "LLEN queue:low", 1);
    step(&office, "B", "a", FL_BATCH_STEP_SUCCEEDED);
    expect_status(&office, "B", "2 0 0 0 cs");
    expect_count(&office, "LLEN queue:low", 1);
    expect_count(&office, "LLEN queue:calls", 1);
    close_office(&office);
}

static void the_first_death_is_told_and_may_be_made_good(void **state)
{
    struct office office;
    (void)state;
    open_office(&office, PLAIN);
    made(&office, "B", two);
    step(&office, "B", "a", FL_BATCH_STEP_DIED);
    step(&office, "B", "b", FL_BATCH_STEP_DIED);
    expect_status(&office, "B", "2 2 2 2 cd");
    expect_count(&office, "LLEN queue:calls", 1);
    expect_count(&office, "ZCARD batch-died", 1);
    step(&office, "B", "a", FL_BATCH_STEP_SUCCEEDED); /* an operator has run them again */
    step(&office, "B", "b", FL_BATCH_STEP_SUCCEEDED);
    expect_status(&office, "B", "2 0 0 0 csd");
    expect_count(&office, "LLEN queue:calls", 2);
    close_office(&office);
}

static void an_empty_one_succeeds_at_once(void **state)
{
    struct office office;
    (void)state;
    open_office(&office, PLAIN);
    made(&office, "B", none);
    expect_status(&office, "B", "0 0 0 0 cs");
    expect_count(&office, "LLEN queue:calls", 1);
    close_office(&office);
}

static void a_batch_inside_ends_first_with_its_callbacks(void **state)
{
    struct office office;
    struct fl_batch_options options = named("IN");
    (void)state;
    open_office(&office, INSIDE("OUT"));
    desk_redis(&office.desk, "SET x y");
    struct office starter;
    open_office(&starter, PLAIN);
    const char *const jids[] = {"j", NULL};
    starter.job.world = &office.world; /* the same Redis */
    made(&starter, "OUT", jids);
    options.nested = true;
    assert_int_equal(make(&office, &options, one), FL_OK);
    step(&office, "OUT", "j", FL_BATCH_STEP_SUCCEEDED);
    expect_status(&office, "OUT", "1 0 0 0 ");
    step(&office, "IN", "a", FL_BATCH_STEP_SUCCEEDED);
    expect_status(&office, "IN", "1 0 0 0 cs");
    expect_status(&office, "OUT", "3 2 0 0 "); /* its callbacks */
    expect_count(&office, "LLEN queue:calls", 1);
    close_office(&starter);
    close_office(&office);
}

static void only_who_is_open_in_a_batch_adds_to_it(void **state)
{
    struct office office, starter;
    struct fl_batch *batch;
    const char *const jids[] = {"j", NULL};
    (void)state;
    open_office(&office, INSIDE("B"));
    open_office(&starter, PLAIN);
    starter.job.world = &office.world;
    assert_int_equal(fl_batch_reopen(&starter.job, NULL, &batch), FL_EINVAL);
    assert_int_equal(fl_batch_reopen(&office.job, "page 1", &batch), FL_OK);
    assert_int_equal(add(batch, "a"), FL_OK);
    assert_int_equal(fl_batch_close(batch), FL_ENOTFOUND);
    made(&starter, "B", jids);
    assert_int_equal(fl_batch_close(batch), FL_OK);
    assert_int_equal(fl_batch_close(batch), FL_OK); /* under its key, once */
    expect_status(&office, "B", "2 2 0 0 ");
    fl_batch_free(batch);
    step(&office, "B", "j", FL_BATCH_STEP_SUCCEEDED);
    assert_int_equal(fl_batch_reopen(&office.job, NULL, &batch), FL_OK);
    assert_int_equal(add(batch, "b"), FL_OK);
    assert_int_equal(fl_batch_close(batch), FL_ENOTFOUND);
    fl_batch_free(batch);
    close_office(&starter);
    close_office(&office);
}

static void a_lost_answer_may_be_asked_for_again(void **state)
{
    struct office office;
    struct fl_batch *batch;
    const struct fl_batch_options options = {0};
    (void)state;
    open_office(&office, PLAIN);
    assert_int_equal(fl_batch_new(&office.job, &options, &batch), FL_OK);
    assert_int_equal(add(batch, NULL), FL_OK);
    assert_int_equal(fl_batch_close(batch), FL_OK); /* the script is known now */
    fl_batch_free(batch);
    assert_int_equal(fl_batch_new(&office.job, &options, &batch), FL_OK);
    assert_int_equal(add(batch, NULL), FL_OK);
    desk_fail(&office.desk, DESK_LOST, 0);
    assert_int_equal(fl_batch_close(batch), FL_ELOST);
    office.desk.fault = DESK_NONE;
    assert_int_equal(fl_batch_close(batch), FL_OK);
    fl_batch_free(batch);
    expect_count(&office, "LLEN queue:pieces", 2);
    close_office(&office);
}

static void what_is_invalid_is_so_for_all_inside(void **state)
{
    struct office office;
    bool valid = false;
    (void)state;
    open_office(&office, INSIDE("IN"));
    desk_redis(&office.desk, "HSET b-OUT linger 60");
    desk_redis(&office.desk, "HSET b-IN linger 60 parent_bid OUT");
    assert_int_equal(fl_batch_is_valid(&office.job, &valid), FL_OK);
    assert_true(valid);
    assert_int_equal(fl_batch_invalidate(&office.job, "OUT"), FL_OK);
    assert_int_equal(fl_batch_is_valid(&office.job, &valid), FL_OK);
    assert_false(valid);
    assert_int_equal(fl_batch_invalidate(&office.job, "GONE"), FL_ENOTFOUND);
    close_office(&office);
}

static void it_is_forgotten_some_time_after_its_success(void **state)
{
    struct office office;
    struct fl_batch_status status;
    struct fl_batch_options options = named("B");
    (void)state;
    open_office(&office, PLAIN);
    options.linger_s = 60;
    assert_int_equal(make(&office, &options, one), FL_OK);
    step(&office, "B", "a", FL_BATCH_STEP_SUCCEEDED);
    fake_clock_advance(&office.desk.clock, 59 * FL_SECOND_US);
    assert_int_equal(fl_batch_ask(&office.job, "B", &status), FL_OK);
    fake_clock_advance(&office.desk.clock, FL_SECOND_US + 1000);
    assert_int_equal(fl_batch_ask(&office.job, "B", &status), FL_ENOTFOUND);
    close_office(&office);
}

static void one_that_never_ends_is_forgotten_whole(void **state)
{
    struct office office;
    struct fl_batch_options options = named("B");
    (void)state;
    open_office(&office, PLAIN);
    options.expires_in_s = 3600;
    assert_int_equal(make(&office, &options, two), FL_OK);
    fake_clock_advance(&office.desk.clock, 1800 * FL_SECOND_US);
    step(&office, "B", "a", FL_BATCH_STEP_DIED);
    fake_clock_advance(&office.desk.clock, 1801 * FL_SECOND_US);
    expect_count(&office, "EXISTS b-B b-B-jids b-B-failed", 0);
    expect_count(&office, "EXISTS b-B-died b-B-on-success b-B-on-death", 0);
    step(&office, "B", "b", FL_BATCH_STEP_SUCCEEDED); /* it comes back too late */
    expect_count(&office, "EXISTS b-B b-B-jids b-B-failed", 0);
    close_office(&office);
}

static void somebody_else_s_batch_stays_as_it_is(void **state)
{
    struct office office;
    (void)state;
    open_office(&office, PLAIN);
    desk_redis(&office.desk, "HSET b-B pending 1 total 1");
    desk_redis(&office.desk, "SADD b-B-jids a");
    step(&office, "B", "a", FL_BATCH_STEP_SUCCEEDED);
    expect_count(&office, "SCARD b-B-jids", 1);
    expect_count(&office, "HLEN b-B", 2);
    close_office(&office);
}

static void batches_in_batches_have_an_end(void **state)
{
    struct office office;
    struct fl_batch_options options = named("IN");
    (void)state;
    open_office(&office, INSIDE("OUT"));
    desk_redis(&office.desk, "HSET b-OUT linger 60 depth 16");
    desk_redis(&office.desk, "SADD b-OUT-jids j");
    options.nested = true;
    assert_int_equal(make(&office, &options, one), FL_EBOUND);
    desk_redis(&office.desk, "HSET b-OUT depth 15");
    assert_int_equal(make(&office, &options, one), FL_OK);
    close_office(&office);
}

static void no_more_jobs_than_the_bound_come_in_one_step(void **state)
{
    struct office office;
    struct fl_batch *batch;
    const struct fl_batch_options options = {0};
    (void)state;
    open_office(&office, PLAIN);
    assert_int_equal(fl_batch_new(&office.job, &options, &batch), FL_OK);
    for (int i = 0; i < FL_BATCH_JOBS_MAX; i++)
        assert_int_equal(add(batch, NULL), FL_OK);
    assert_int_equal(add(batch, NULL), FL_EBOUND);
    assert_int_equal(
        fl_batch_add(batch, &(struct fl_push){.worker = "LockedWorker", .args = FL_SPAN("[]")}),
        FL_EINVAL);
    fl_batch_free(batch);
    close_office(&office);
}

static const struct fl_batch_callback no_event = {.event = (enum fl_batch_event)9, .worker = "W"};

static struct refused_case {
    const char *name;
    struct fl_batch_options options;
} refused[] = {
    {"refused: a name with a colon", {.bid = "a:b"}},
    {"refused: an empty name", {.bid = ""}},
    {"refused: inside, for a job in no batch", {.nested = true}},
    {"refused: it lingers for too short a time", {.linger_s = 29}},
    {"refused: a time before now", {.expires_in_s = -1}},
    {"refused: no text", {.description = "\xff"}},
    {"refused: too many callbacks", {.callbacks = callbacks, .callback_count = 17}},
    {"refused: no event", {.callbacks = &no_event, .callback_count = 1}},
};

static void refused_row(void **state)
{
    const struct refused_case *row = *state;
    struct office office;
    struct fl_batch *batch;
    open_office(&office, PLAIN);
    assert_int_equal(fl_batch_new(&office.job, &row->options, &batch), FL_EINVAL);
    assert_null(batch);
    close_office(&office);
}

int main(void)
{
    struct rows rows = {0};
    const struct CMUnitTest others[] = {
        cmocka_unit_test(all_of_a_batch_stands_in_redis_once_it_is_closed),
        cmocka_unit_test(what_the_middleware_stops_does_not_count),
        cmocka_unit_test(a_job_takes_what_its_push_says),
        cmocka_unit_test(a_name_of_its_own_makes_it_once),
        cmocka_unit_test(a_fresh_name_has_14_characters),
        cmocka_unit_test(the_last_success_enqueues_what_waits_for_it),
        cmocka_unit_test(a_failure_completes_and_only_success_succeeds),
        cmocka_unit_test(the_first_death_is_told_and_may_be_made_good),
        cmocka_unit_test(an_empty_one_succeeds_at_once),
        cmocka_unit_test(a_batch_inside_ends_first_with_its_callbacks),
        cmocka_unit_test(only_who_is_open_in_a_batch_adds_to_it),
        cmocka_unit_test(a_lost_answer_may_be_asked_for_again),
        cmocka_unit_test(what_is_invalid_is_so_for_all_inside),
        cmocka_unit_test(it_is_forgotten_some_time_after_its_success),
        cmocka_unit_test(one_that_never_ends_is_forgotten_whole),
        cmocka_unit_test(somebody_else_s_batch_stays_as_it_is),
        cmocka_unit_test(batches_in_batches_have_an_end),
        cmocka_unit_test(no_more_jobs_than_the_bound_come_in_one_step),
    };
    rows_add(&rows, refused_row, refused, FL_COUNT(refused), sizeof(refused[0]));
    for (size_t i = 0; i < FL_COUNT(others); i++)
        rows.tests[rows.count++] = others[i];
    return rows_run(&rows, "batch");
}
