/* When a process is said to live, to be ready, and in which words. */
#include "rows.h"

#include <string.h>

#include "core/time_text.h"
#include "queue/health.h"

#define NOW_AND_THEN .turn_age_us = 10 * FL_SECOND_US, .beat_age_us = 10 * FL_SECOND_US

static struct health_case {
    const char *name;
    struct fl_health health;
    enum { DEAD, LIVE } live;
    const char *obstacle;
} cases[] = {
    {"health: it works", {NOW_AND_THEN}, LIVE, NULL},
    {"health: before the first beat",
     {.beat_age_us = FL_NEVER_US},
     LIVE,
     "Redis has not taken a heartbeat yet"},
    {"health: the last moment of its lease",
     {.turn_age_us = 1, .beat_age_us = 30 * FL_SECOND_US - 1},
     LIVE,
     NULL},
    {"health: Redis is away",
     {.turn_age_us = 1, .beat_age_us = 30 * FL_SECOND_US},
     LIVE,
     "Redis has not taken a heartbeat for 30 s"},
    {"health: nothing moves any more",
     {.turn_age_us = 60 * FL_SECOND_US, .beat_age_us = 60 * FL_SECOND_US},
     DEAD,
     "its heartbeat is stuck"},
    {"health: quiet", {.phase = FL_PHASE_QUIET, NOW_AND_THEN}, LIVE, "quiet"},
    {"health: stopping", {.phase = FL_PHASE_STOPPING, NOW_AND_THEN}, LIVE, "stopping"},
    {"health: ended", {.phase = FL_PHASE_ENDED, NOW_AND_THEN}, LIVE, "stopping"},
};

static void health_row(void **state)
{
    const struct health_case *row = *state;
    const char *obstacle = fl_health_obstacle(&row->health);
    assert_int_equal(fl_health_is_live(&row->health), row->live == LIVE);
    assert_int_equal(obstacle == NULL, row->obstacle == NULL);
    if (obstacle) assert_string_equal(obstacle, row->obstacle);
}

static void its_status_is_one_line(void **state)
{
    struct fl_buf text = FL_BUF_INIT(256);
    struct fl_health health = {NOW_AND_THEN, .busy = 3, .concurrency = 25};
    (void)state;
    assert_int_equal(fl_health_status(&health, &text), FL_OK);
    health.phase = FL_PHASE_QUIET;
    assert_int_equal(fl_health_status(&health, &text), FL_OK);
    assert_string_equal(text.bytes, "3 of 25 busy3 of 25 busy; quiet");
    fl_buf_release(&text);
}

static void its_numbers_are_prometheus_text(void **state)
{
    struct fl_buf text = FL_BUF_INIT(8192);
    struct fl_health health = {
        .beat_age_us = 1500000, .rtt_us = 42, .rss_kib = 2, .processed = 7, .failed = 1, .busy = 3};
    (void)state;
    assert_int_equal(fl_health_metrics(&health, &text), FL_OK);
    const char *want =
        "# HELP faultline_jobs_processed_total Jobs that have ended here, failed ones too.\n"
        "# TYPE faultline_jobs_processed_total counter\n"
        "faultline_jobs_processed_total 7\n"
        "# HELP faultline_jobs_failed_total Jobs that have failed here.\n";
    assert_memory_equal(text.bytes, want, strlen(want));
    assert_non_null(strstr(text.bytes, "\nfaultline_busy_threads 3\n"));
    assert_non_null(strstr(text.bytes, "\nfaultline_ready 1\n"));
    assert_non_null(strstr(text.bytes, "\nfaultline_resident_memory_bytes 2048\n"));
    assert_non_null(strstr(text.bytes, "\nfaultline_redis_round_trip_seconds 0.000042\n"));
    assert_non_null(strstr(text.bytes, "\nfaultline_heartbeat_age_seconds 1.500000\n"));
    fl_buf_truncate(&text, 0);
    health.beat_age_us = FL_NEVER_US;
    assert_int_equal(fl_health_metrics(&health, &text), FL_OK);
    assert_null(strstr(text.bytes, "heartbeat_age"));
    fl_buf_release(&text);
}

int main(void)
{
    struct rows rows = {0};
    rows_add(&rows, health_row, cases, FL_COUNT(cases), sizeof(cases[0]));
    rows.tests[rows.count++] = (struct CMUnitTest)cmocka_unit_test(its_status_is_one_line);
    rows.tests[rows.count++] = (struct CMUnitTest)cmocka_unit_test(its_numbers_are_prometheus_text);
    return rows_run(&rows, "health");
}
