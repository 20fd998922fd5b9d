#include <string.h>

#include "core/time_text.h"
#include "desk.h"
#include "queue/lock_reaper.h"
#include "rows.h"

#define LOCK "uniquejobs:abc:LOCKED"
#define JID  "0123456789abcdef01234567"

struct office {
    struct desk desk;
    struct fl_lock_reaper reaper;
};

static void open_office(struct office *office)
{
    *office = (struct office){0};
    desk_open(&office->desk);
    office->reaper.ports = &office->desk.ports;
    desk_redis(&office->desk, "HSET " LOCK " " JID " 1");
    desk_redis(&office->desk, "ZADD uniquejobs:digests 1 uniquejobs:abc");
}

static void close_office(struct office *office)
{
    desk_close(&office->desk);
}

static void look(struct office *office)
{
    assert_int_equal(fl_lock_reaper_look(&office->reaper), FL_OK);
    fake_clock_advance(&office->desk.clock, FL_LOCK_REAPER_PERIOD_S * FL_SECOND_US);
}

static bool stands(struct office *office, const char *key)
{
    return fake_redis_find(office->desk.engine, 0, fl_span_from(key)) != NULL;
}

static void a_lock_without_its_job_is_freed_at_the_second_look(void **state)
{
    struct office office;
    (void)state;
    open_office(&office);
    look(&office);
    assert_true(stands(&office, LOCK));
    look(&office);
    assert_false(stands(&office, LOCK));
    assert_false(stands(&office, "uniquejobs:digests"));
    assert_false(stands(&office, "faultline:lock-suspects"));
    assert_non_null(strstr(office.desk.log.bytes, "freed 1 locks whose jobs are gone"));
    close_office(&office);
}

static void a_job_that_was_missing_once_alone_keeps_its_lock(void **state)
{
    struct office office;
    (void)state;
    open_office(&office);
    for (int i = 0; i < 3; i++) {
        look(&office);
        desk_redis(&office.desk, "ZADD retry 1 {\"jid\":\"" JID "\"}");
        look(&office);
        desk_redis(&office.desk, "DEL retry");
    }
    assert_true(stands(&office, LOCK));
    close_office(&office);
}

/* Wherever a job may stand. */
static struct place_case {
    const char *name, *commands[3];
} places[] = {
    {"place: a queue", {"SADD queues low", "LPUSH queue:low {\"jid\":\"" JID "\"}"}},
    {"place: the schedule", {"ZADD schedule 9 {\"jid\":\"" JID "\"}"}},
    {"place: the retry set", {"ZADD retry 9 {\"jid\":\"" JID "\"}"}},
    {"place: a private list",
     {"HSET faultline:fetchers host:1:x [\"a\",\"low\"]",
      "LPUSH queue:fl|host:1:x|low {\"jid\":\"" JID "\"}"}},
    {"place: a private list of a second capsule",
     {"HSET faultline:fetchers host:1:x [\"a\",[\"low\",\"single\"]]",
      "LPUSH queue:fl|host:1:x|low|single {\"jid\":\"" JID "\"}"}},
    {"place: the work of a process",
     {"SADD processes host:1:x",
      "HSET host:1:x:work t {\"payload\":\"{\\\"jid\\\":\\\"" JID "\"}"}},
    {"place: that of an old one",
     {"SADD processes host:1:x",
      "HSET host:1:x:workers t {\"payload\":\"{\\\"jid\\\":\\\"" JID "\"}"}},
};

static void place_row(void **state)
{
    const struct place_case *row = *state;
    struct office office;
    open_office(&office);
    for (int i = 0; i < 3 && row->commands[i]; i++)
        desk_redis(&office.desk, row->commands[i]);
    look(&office);
    look(&office);
    look(&office);
    assert_true(stands(&office, LOCK));
    close_office(&office);
}

static void locks_that_time_ends_are_let_alone_and_then_forgotten(void **state)
{
    struct office office;
    (void)state;
    open_office(&office);
    desk_redis(&office.desk, "RENAME uniquejobs:digests uniquejobs:expiring_digests");
    desk_redis(&office.desk, "ZADD uniquejobs:expiring_digests 1795453000 uniquejobs:abc");
    look(&office);
    look(&office);
    look(&office);
    assert_true(stands(&office, LOCK));
    assert_true(stands(&office, "uniquejobs:expiring_digests"));
    look(&office); /* 1,800 s after the first look */
    assert_false(stands(&office, "uniquejobs:expiring_digests"));
    close_office(&office);
}

static void a_digest_whose_lock_has_ended_is_forgotten(void **state)
{
    struct office office;
    (void)state;
    open_office(&office);
    desk_redis(&office.desk, "DEL " LOCK);
    look(&office);
    assert_false(stands(&office, "uniquejobs:digests"));
    close_office(&office);
}

static void too_many_jobs_are_not_looked_through(void **state)
{
    struct office office;
    (void)state;
    open_office(&office);
    desk_redis(&office.desk, "SADD queues low");
    for (int i = 0; i <= FL_LOCK_REAPER_JOBS_MAX; i++)
        desk_redis(&office.desk, "LPUSH queue:low {}");
    look(&office);
    look(&office);
    assert_true(stands(&office, LOCK));
    desk_redis(&office.desk, "LPOP queue:low");
    look(&office);
    look(&office);
    assert_false(stands(&office, LOCK));
    close_office(&office);
}

static void one_process_looks_in_ten_minutes(void **state)
{
    struct office office;
    (void)state;
    open_office(&office);
    desk_redis(&office.desk, "SET uniquejobs:reaper 1 EX 5000");
    look(&office);
    look(&office);
    assert_int_equal(office.desk.exchanges, 2); /* both asked, neither looked */
    assert_true(stands(&office, LOCK));
    assert_int_equal(fl_lock_reaper_look(&office.reaper), FL_OK);
    assert_int_equal(fl_lock_reaper_look(&office.reaper), FL_OK);
    assert_int_equal(office.desk.exchanges, 3); /* nor asks it again so soon */
    close_office(&office);
}

int main(void)
{
    struct rows rows = {0};
    const struct CMUnitTest others[] = {
        cmocka_unit_test(a_lock_without_its_job_is_freed_at_the_second_look),
        cmocka_unit_test(a_job_that_was_missing_once_alone_keeps_its_lock),
        cmocka_unit_test(locks_that_time_ends_are_let_alone_and_then_forgotten),
        cmocka_unit_test(a_digest_whose_lock_has_ended_is_forgotten),
        cmocka_unit_test(too_many_jobs_are_not_looked_through),
        cmocka_unit_test(one_process_looks_in_ten_minutes),
    };
    rows_add(&rows, place_row, places, FL_COUNT(places), sizeof(places[0]));
    for (size_t i = 0; i < FL_COUNT(others); i++)
        rows.tests[rows.count++] = others[i];
    return rows_run(&rows, "lock_reaper");
}
