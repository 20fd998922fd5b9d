#include "rows.h"

#include <string.h>

#include "core/time_text.h"
#include "desk.h"
#include "queue/survey.h"

static enum fl_error take(struct desk *desk, struct fl_survey *survey)
{
    return fl_survey_take(desk->ports.redis, desk->ports.clock, survey);
}

static void an_empty_redis_has_nothing(void **state)
{
    struct desk desk;
    struct fl_survey survey;
    (void)state;
    desk_open(&desk);
    assert_int_equal(take(&desk, &survey), FL_OK);
    assert_int_equal(survey.processed, 0);
    assert_int_equal(survey.enqueued, 0);
    assert_int_equal(survey.queue_count, 0);
    assert_int_equal(survey.at_us, DESK_START_US);
    fl_survey_release(&survey);
    desk_close(&desk);
}

static void totals_and_queues_are_counted(void **state)
{
    struct desk desk;
    struct fl_survey survey;
    (void)state;
    desk_open(&desk);
    desk_redis(&desk, "MSET stat:processed 120 stat:failed 7");
    desk_redis(&desk, "ZADD schedule 1 a");
    desk_redis(&desk, "ZADD retry 1 a 2 b");
    desk_redis(&desk, "ZADD dead 1 a 2 b 3 c");
    desk_redis(&desk, "SADD processes p:1:x");
    desk_redis(&desk, "SADD queues low default");
    desk_redis(&desk, "SADD paused low");
    desk_redis(&desk, "LPUSH queue:low {\"enqueued_at\":1795451418.120701} {}");
    assert_int_equal(take(&desk, &survey), FL_OK);
    assert_int_equal(survey.processed, 120);
    assert_int_equal(survey.failed, 7);
    assert_int_equal(survey.scheduled, 1);
    assert_int_equal(survey.retries, 2);
    assert_int_equal(survey.dead, 3);
    assert_int_equal(survey.processes, 1);
    assert_int_equal(survey.enqueued, 2);
    assert_int_equal(survey.queue_count, 2);
    assert_true(fl_span_is(survey.queues[0].name, "default"));
    assert_int_equal(survey.queues[0].size, 0);
    assert_int_equal(survey.queues[0].latency_us, 0);
    assert_false(survey.queues[0].paused);
    assert_true(fl_span_is(survey.queues[1].name, "low"));
    assert_int_equal(survey.queues[1].size, 2);
    assert_int_equal(survey.queues[1].latency_us, 10 * FL_SECOND_US);
    assert_true(survey.queues[1].paused);
    fl_survey_release(&survey);
    desk_close(&desk);
}

static void another_program_s_keys_are_a_refusal_in_redis_s_words(void **state)
{
    struct desk desk;
    struct fl_survey survey;
    (void)state;
    desk_open(&desk);
    desk_redis(&desk, "SET retry x");
    assert_int_equal(take(&desk, &survey), FL_EREPLY);
    assert_true(fl_span_starts(fl_survey_problem(&survey), FL_SPAN("WRONGTYPE")));
    fl_survey_release(&survey);
    desk_close(&desk);
}

static void a_lost_answer_is_the_caller_s_to_judge(void **state)
{
    struct desk desk;
    struct fl_survey survey;
    (void)state;
    desk_open(&desk);
    desk_redis(&desk, "SADD queues a");
    desk_fail(&desk, DESK_LOST, 1);
    assert_int_equal(take(&desk, &survey), FL_ELOST);
    fl_survey_release(&survey);
    desk_close(&desk);
}

/* Of every line, and of nobody. */
static struct latency_case {
    const char *name, *job;
    int64_t want_us;
} latencies[] = {
    {"latency: seconds", "{\"enqueued_at\":90.5}", 9500000},
    {"latency: milliseconds", "{\"enqueued_at\":90500}", 9500000},
    {"latency: created_at where nothing else stands", "{\"created_at\":99000}", 1000000},
    {"latency: enqueued_at counts first", "{\"created_at\":1000,\"enqueued_at\":98.0}", 2000000},
    {"latency: a client whose clock is ahead", "{\"enqueued_at\":101.0}", -1000000},
    {"latency: no time", "{\"enqueued_at\":\"x\"}", 0},
    {"latency: no object", "[1]", 0},
    {"latency: no JSON", "what?", 0},
    {"latency: nothing", "", 0},
};

static void latency_row(void **state)
{
    const struct latency_case *row = *state;
    int64_t us = 1;
    assert_int_equal(fl_job_latency(fl_span_from(row->job), 100 * FL_SECOND_US, &us), FL_OK);
    assert_int_equal(us, row->want_us);
}

static void days_are_read_from_today_back(void **state)
{
    struct desk desk;
    struct fl_day_count days[3];
    (void)state;
    desk_open(&desk);
    desk_redis(&desk, "MSET stat:processed:2026-11-23 5 stat:failed:2026-11-23 1");
    desk_redis(&desk, "MSET stat:processed:2026-11-21 9 stat:failed:2026-11-22 x");
    assert_int_equal(fl_history_read(desk.ports.redis, desk.ports.clock, 3, days), FL_OK);
    assert_int_equal(days[0].day_us % FL_DAY_US, 0);
    assert_int_equal(days[0].processed, 5);
    assert_int_equal(days[0].failed, 1);
    assert_int_equal(days[1].processed, 0);
    assert_int_equal(days[1].failed, 0);
    assert_int_equal(days[2].processed, 9);
    assert_int_equal(days[1].day_us - days[2].day_us, FL_DAY_US);
    desk_close(&desk);
}

int main(void)
{
    struct rows rows = {0};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_redis_has_nothing),
        cmocka_unit_test(totals_and_queues_are_counted),
        cmocka_unit_test(another_program_s_keys_are_a_refusal_in_redis_s_words),
        cmocka_unit_test(a_lost_answer_is_the_caller_s_to_judge),
        cmocka_unit_test(days_are_read_from_today_back),
    };
    rows_add(&rows, latency_row, latencies, FL_COUNT(latencies), sizeof(latencies[0]));
    int failed = cmocka_run_group_tests_name("survey", tests, NULL, NULL);
    return failed + rows_run(&rows, "survey rows");
}
