#include "rows.h"

#include <string.h>

#include "core/time_text.h"
#include "desk.h"
#include "faultline/limiter.h"
#include "queue/job.h"
#include "queue/over_limit.h"

/* A job of which nothing but its ports matters. */
struct office {
    struct desk desk;
    struct fl_job_world world;
    struct fl_payload payload;
    struct fl_job job;
};

static void open_office(struct office *office)
{
    *office = (struct office){0};
    desk_open(&office->desk);
    office->world.ports = &office->desk.ports;
    assert_int_equal(
        fl_payload_parse(FL_SPAN("{\"class\":\"W\",\"jid\":\"j\",\"args\":[]}"), &office->payload),
        FL_OK);
    fl_job_init(&office->job, &office->world, &office->payload, "default");
}

static void close_office(struct office *office)
{
    fl_job_release(&office->job);
    fl_payload_release(&office->payload);
    desk_close(&office->desk);
}

static enum fl_error take(struct office *office, const struct fl_limiter *limiter, int64_t used)
{
    struct fl_permit permit;
    return fl_limit_take(&office->job, limiter, used, &permit);
}

static void pass(struct office *office, int64_t us)
{
    fake_clock_advance(&office->desk.clock, us);
}

static void expect_taken(struct office *office, const struct fl_limiter *limiter, int times)
{
    for (int i = 0; i < times; i++)
        assert_int_equal(take(office, limiter, 1), FL_OK);
    assert_int_equal(take(office, limiter, 1), FL_EBUSY);
}

static void no_more_at_once_than_there_are_permits(void **state)
{
    static const struct fl_limiter limiter = {
        .kind = FL_LIMIT_CONCURRENT, .name = "erp", .size = 2, .period_us = 30 * FL_SECOND_US};
    struct office office;
    struct fl_permit first, second;
    (void)state;
    open_office(&office);
    assert_int_equal(fl_limit_take(&office.job, &limiter, 1, &first), FL_OK);
    assert_int_equal(fl_limit_take(&office.job, &limiter, 1, &second), FL_OK);
    assert_int_equal(take(&office, &limiter, 1), FL_EBUSY);
    assert_int_equal(fl_limit_settle(&office.job, &first, 0), FL_OK);
    assert_int_equal(fl_limit_settle(&office.job, &first, 0), FL_OK); /* it holds nothing now */
    expect_taken(&office, &limiter, 1);
    close_office(&office);
}

static void a_permit_of_one_that_is_gone_ends_with_its_time(void **state)
{
    static const struct fl_limiter limiter = {
        .kind = FL_LIMIT_CONCURRENT, .name = "erp", .size = 2, .period_us = 30 * FL_SECOND_US};
    struct office office;
    (void)state;
    open_office(&office);
    assert_int_equal(take(&office, &limiter, 1), FL_OK);
    pass(&office, 10 * FL_SECOND_US);
    assert_int_equal(take(&office, &limiter, 1), FL_OK);
    pass(&office, 20 * FL_SECOND_US - 1000);
    assert_int_equal(take(&office, &limiter, 1), FL_EBUSY);
    pass(&office, 1000);
    expect_taken(&office, &limiter, 1);
    close_office(&office);
}

/* The desk's time is 28.1 s past the minute. */
static void a_bucket_is_full_until_the_clock_says(void **state)
{
    static const struct fl_limiter limiter = {
        .kind = FL_LIMIT_BUCKET, .name = "sms", .size = 3, .period_us = FL_MINUTE_US};
    struct office office;
    (void)state;
    open_office(&office);
    expect_taken(&office, &limiter, 3);
    pass(&office, 31 * FL_SECOND_US);
    assert_int_equal(take(&office, &limiter, 1), FL_EBUSY);
    pass(&office, FL_SECOND_US);
    assert_int_equal(take(&office, &limiter, 2), FL_OK);
    assert_int_equal(take(&office, &limiter, 2), FL_EBUSY);
    expect_taken(&office, &limiter, 1);
    close_office(&office);
}

static void a_window_looks_back_from_any_time(void **state)
{
    static const struct fl_limiter limiter = {
        .kind = FL_LIMIT_WINDOW, .name = "geo", .size = 3, .period_us = FL_MINUTE_US};
    struct office office;
    (void)state;
    open_office(&office);
    assert_int_equal(take(&office, &limiter, 2), FL_OK);
    pass(&office, 40 * FL_SECOND_US);
    expect_taken(&office, &limiter, 1);
    pass(&office, 20 * FL_SECOND_US - 1000);
    assert_int_equal(take(&office, &limiter, 1), FL_EBUSY);
    pass(&office, 1000);
    expect_taken(&office, &limiter, 2);
    pass(&office, 40 * FL_SECOND_US);
    expect_taken(&office, &limiter, 1);
    close_office(&office);
}

static void a_leak_makes_room_drop_by_drop(void **state)
{
    static const struct fl_limiter limiter = {
        .kind = FL_LIMIT_LEAKY, .name = "crm", .size = 6, .period_us = FL_MINUTE_US};
    struct office office;
    (void)state;
    open_office(&office);
    expect_taken(&office, &limiter, 6);
    pass(&office, 9 * FL_SECOND_US);
    assert_int_equal(take(&office, &limiter, 1), FL_EBUSY);
    pass(&office, FL_SECOND_US);
    expect_taken(&office, &limiter, 1);
    pass(&office, 10 * FL_MINUTE_US); /* it never holds more than its size */
    expect_taken(&office, &limiter, 6);
    close_office(&office);
}

static void points_are_settled_by_what_was_really_used(void **state)
{
    static const struct fl_limiter limiter = {
        .kind = FL_LIMIT_POINTS, .name = "graphql", .size = 1000, .period_us = FL_HOUR_US};
    struct office office;
    struct fl_permit permit;
    (void)state;
    open_office(&office);
    assert_int_equal(fl_limit_take(&office.job, &limiter, 600, &permit), FL_OK);
    assert_int_equal(take(&office, &limiter, 600), FL_EBUSY);
    assert_int_equal(fl_limit_settle(&office.job, &permit, 100), FL_OK);
    assert_int_equal(fl_limit_take(&office.job, &limiter, 900, &permit), FL_OK);
    assert_int_equal(fl_limit_settle(&office.job, &permit, 1900), FL_OK); /* dearer than thought */
    assert_int_equal(take(&office, &limiter, 1), FL_EBUSY);
    pass(&office, FL_HOUR_US + FL_MINUTE_US);                /* twice its size takes two hours */
    assert_int_equal(take(&office, &limiter, 17), FL_EBUSY); /* 2000 - 1016.7 are still there */
    assert_int_equal(take(&office, &limiter, 16), FL_OK);
    close_office(&office);
}

static void who_may_wait_gets_its_turn(void **state)
{
    static const struct fl_limiter limiter = {.kind = FL_LIMIT_LEAKY,
                                              .name = "crm",
                                              .size = 6,
                                              .period_us = FL_MINUTE_US,
                                              .wait_us = 11 * FL_SECOND_US};
    struct office office;
    (void)state;
    open_office(&office);
    int64_t start_us = office.desk.clock.mono_us;
    for (int i = 0; i < 7; i++)
        assert_int_equal(take(&office, &limiter, 1), FL_OK);
    assert_in_range(office.desk.clock.mono_us - start_us, 10 * FL_SECOND_US,
                    10 * FL_SECOND_US + 300000);
    assert_int_equal(take(&office, &limiter, 2), FL_EBUSY); /* 20 s, and it may wait 11 */
    assert_in_range(office.desk.clock.mono_us - start_us, 21 * FL_SECOND_US,
                    21 * FL_SECOND_US + 300000);
    close_office(&office);
}

static void an_answer_that_is_lost_is_told(void **state)
{
    static const struct fl_limiter limiter = {
        .kind = FL_LIMIT_WINDOW, .name = "geo", .size = 3, .period_us = FL_MINUTE_US};
    struct office office;
    (void)state;
    open_office(&office);
    assert_int_equal(take(&office, &limiter, 1), FL_OK);
    desk_fail(&office.desk, DESK_LOST, 0);
    assert_int_equal(take(&office, &limiter, 1), FL_ELOST);
    office.desk.fault = DESK_NONE;
    expect_taken(&office, &limiter, 1); /* it was counted */
    close_office(&office);
}

static struct refused_case {
    const char *name;
    struct fl_limiter limiter;
    int64_t used;
} refused[] = {
    {"refused: no name", {FL_LIMIT_WINDOW, NULL, 1, 1, 0}, 1},
    {"refused: an empty name", {FL_LIMIT_WINDOW, "", 1, 1, 0}, 1},
    {"refused: a name with a colon", {FL_LIMIT_WINDOW, "a:b", 1, 1, 0}, 1},
    {"refused: nothing at all", {FL_LIMIT_WINDOW, "a", 0, 1, 0}, 1},
    {"refused: no time", {FL_LIMIT_WINDOW, "a", 1, 0, 0}, 1},
    {"refused: more than there is", {FL_LIMIT_POINTS, "a", 5, 1, 0}, 6},
    {"refused: to take nothing", {FL_LIMIT_POINTS, "a", 5, 1, 0}, 0},
    {"refused: two at once", {FL_LIMIT_CONCURRENT, "a", 5, 1, 0}, 2},
    {"refused: too many", {FL_LIMIT_POINTS, "a", FL_LIMIT_SIZE_MAX + 1, 1, 0}, 1},
    {"refused: more than a year", {FL_LIMIT_POINTS, "a", 1, FL_LIMIT_PERIOD_MAX + 1, 0}, 1},
};

static void refused_row(void **state)
{
    const struct refused_case *row = *state;
    struct office office;
    open_office(&office);
    assert_int_equal(take(&office, &row->limiter, row->used), FL_EINVAL);
    assert_int_equal(office.desk.exchanges, 0);
    close_office(&office);
}

static void the_count_and_the_wait_grow_each_time(void **state)
{
    struct fl_payload payload;
    struct fl_buf out = FL_BUF_INIT(1000);
    (void)state;
    assert_int_equal(fl_payload_parse(FL_SPAN("{\"class\":\"W\",\"overrated\":4}"), &payload),
                     FL_OK);
    assert_int_equal(fl_over_limit_count(&payload), 4);
    assert_int_equal(fl_over_limit_payload(&payload, 5, &out), FL_OK);
    assert_string_equal(out.bytes, "{\"class\":\"W\",\"overrated\":5}");
    assert_int_equal(fl_over_limit_delay_s(1, 0), 301);
    assert_int_equal(fl_over_limit_delay_s(20, FL_OVER_LIMIT_DRAWS - 1), 6300);
    fl_payload_release(&payload);
    assert_int_equal(fl_payload_parse(FL_SPAN("{\"overrated\":\"x\"}"), &payload), FL_OK);
    assert_int_equal(fl_over_limit_count(&payload), 0);
    fl_payload_release(&payload);
    fl_buf_release(&out);
}

int main(void)
{
    struct rows rows = {0};
    const struct CMUnitTest others[] = {
        cmocka_unit_test(no_more_at_once_than_there_are_permits),
        cmocka_unit_test(a_permit_of_one_that_is_gone_ends_with_its_time),
        cmocka_unit_test(a_bucket_is_full_until_the_clock_says),
        cmocka_unit_test(a_window_looks_back_from_any_time),
        cmocka_unit_test(a_leak_makes_room_drop_by_drop),
        cmocka_unit_test(points_are_settled_by_what_was_really_used),
        cmocka_unit_test(who_may_wait_gets_its_turn),
        cmocka_unit_test(an_answer_that_is_lost_is_told),
        cmocka_unit_test(the_count_and_the_wait_grow_each_time),
    };
    rows_add(&rows, refused_row, refused, FL_COUNT(refused), sizeof(refused[0]));
    for (size_t i = 0; i < FL_COUNT(others); i++)
        rows.tests[rows.count++] = others[i];
    return rows_run(&rows, "limiter");
}
