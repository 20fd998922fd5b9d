#include "rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "queue/client.h"
#include "queue/lock.h"

struct fixture {
    struct desk desk;
    struct fl_client client;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    desk_open(&f->desk);
    f->client = (struct fl_client){f->desk.ports.clock, f->desk.ports.random, f->desk.ports.redis,
                                   FL_WIRE_7};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    desk_close(&f->desk);
    free(f);
    return 0;
}

#define HELLO_JOB                                                                                  \
    "{\"retry\":true,\"queue\":\"default\",\"args\":[7,\"\xC3\xA9\"],\"class\":\"Hello\","         \
    "\"jid\":\"000000000000000000000000\",\"created_at\":1795451428.120701,"                       \
    "\"enqueued_at\":1795451428.120701}"

static const struct fl_client_job hello = {
    .worker = "Hello", .args = {"[7,\"\xC3\xA9\"]", sizeof("[7,\"\xC3\xA9\"]") - 1}};

static void an_immediate_job_is_sadd_and_lpush_in_one_exchange(void **state)
{
    struct fixture *f = *state;
    char jid[FL_JID_BYTES];
    assert_int_equal(fl_client_push(&f->client, &hello, jid), FL_OK);
    assert_string_equal(jid, "000000000000000000000000");
    assert_int_equal(f->desk.exchanges, 1);
    assert_string_equal(f->desk.sent.bytes,
                        "SADD queues default\nLPUSH queue:default " HELLO_JOB "\n");
}

/* From when it is due, not from when it was pushed. */
static void a_job_carries_when_it_expires_and_how_long_it_is_retried(void **state)
{
    struct fixture *f = *state;
    struct fl_client_job job = {.worker = "Hello",
                                .args = FL_SPAN("[]"),
                                .jid = "abc",
                                .retry_for_s = 3600,
                                .expires_in_s = 60};
    assert_int_equal(fl_client_push(&f->client, &job, NULL), FL_OK);
    assert_non_null(strstr(f->desk.sent.bytes, "\"retry_for\":3600"));
    assert_non_null(strstr(f->desk.sent.bytes, "\"expires_in\":60,\"expiry\":1795451488.120701}"));
    job.at_us = DESK_START_US + 40000000;
    assert_int_equal(fl_client_push(&f->client, &job, NULL), FL_OK);
    assert_non_null(strstr(f->desk.sent.bytes, "\"expires_in\":60,\"expiry\":1795451528.120701}"));
}

#define LOCK "uniquejobs:4883b96a6ada71eb343561a1e6cf75dd:LOCKED"

/* The lock is taken and the job pushed in one step; whoever holds it may push again. */
static void a_job_with_a_lock_is_pushed_once(void **state)
{
    struct fixture *f = *state;
    struct fl_client_job job = {.worker = "Hello",
                                .args = FL_SPAN("[7]"),
                                .jid = "abc",
                                .lock = FL_LOCK_UNTIL_EXECUTED,
                                .lock_ttl_s = 60};
    desk_fail(&f->desk, DESK_LOST, 2); /* EVALSHA, SCRIPT LOAD, and then the push */
    assert_int_equal(fl_client_push(&f->client, &job, NULL), FL_ELOST);
    f->desk.fault = DESK_NONE;
    assert_int_equal(fl_client_push(&f->client, &job, NULL), FL_OK);
    job.jid = "def";
    assert_int_equal(fl_client_push(&f->client, &job, NULL), FL_EEXIST);
    job.at_us = DESK_START_US + 3600000000;
    assert_int_equal(fl_client_push(&f->client, &job, NULL), FL_EEXIST);
    desk_redis(&f->desk, "DEL uniquejobs:digests " LOCK);
    desk_redis(&f->desk, "DEL queues");
    desk_expect(&f->desk, "db0 list \"queue:default\" [\"{\\\"retry\\\":true,\\\"queue\\\":"
                          "\\\"default\\\",\\\"lock\\\":\\\"until_executed\\\",\\\"lock_ttl\\\":60,"
                          "\\\"lock_digest\\\":\\\"uniquejobs:4883b96a6ada71eb343561a1e6cf75dd\\\","
                          "\\\"args\\\":[7],\\\"class\\\":\\\"Hello\\\",\\\"jid\\\":\\\"abc\\\","
                          "\\\"created_at\\\":1795451428.120701,"
                          "\\\"enqueued_at\\\":1795451428.120701}\"]\n");
}

static void the_lock_of_a_later_job_lives_so_much_longer(void **state)
{
    struct fixture *f = *state;
    struct fl_client_job job = {.worker = "Hello",
                                .args = FL_SPAN("[7]"),
                                .jid = "abc",
                                .lock = FL_LOCK_UNTIL_EXPIRED,
                                .lock_ttl_s = 60,
                                .at_us = DESK_START_US + 40000000};
    const struct fake_redis_key *key;
    assert_int_equal(fl_client_push(&f->client, &job, NULL), FL_OK);
    key = fake_redis_find(f->desk.engine, 0, FL_SPAN(LOCK));
    assert_non_null(key);
    assert_int_equal(fake_redis_key_expires_us(key), (DESK_START_US + 100000000) / 1000 * 1000);
    assert_non_null(fake_redis_find(f->desk.engine, 0, FL_SPAN("schedule")));
    assert_null(fake_redis_find(f->desk.engine, 0, FL_SPAN("queue:default")));
}

static void a_lock_for_two_refuses_the_third(void **state)
{
    struct fixture *f = *state;
    struct fl_client_job job = {.worker = "Hello",
                                .args = FL_SPAN("[7]"),
                                .jid = "a",
                                .lock = FL_LOCK_UNTIL_EXECUTED,
                                .lock_limit = 2,
                                .lock_timeout_s = 5};
    assert_int_equal(fl_client_push(&f->client, &job, NULL), FL_OK);
    assert_non_null(strstr(f->desk.sent.bytes, "\"lock_limit\":2,\"lock_timeout\":5,"));
    job.jid = "b";
    assert_int_equal(fl_client_push(&f->client, &job, NULL), FL_OK);
    job.jid = "c";
    assert_int_equal(fl_client_push(&f->client, &job, NULL), FL_EEXIST);
    desk_redis(&f->desk, "HDEL " LOCK " a");
    assert_int_equal(fl_client_push(&f->client, &job, NULL), FL_OK);
}

static const struct fl_client_job replacing = {.worker = "Hello",
                                               .args = FL_SPAN("[7]"),
                                               .jid = "aaaa",
                                               .lock = FL_LOCK_UNTIL_EXECUTED,
                                               .on_push_conflict = FL_PUSH_REPLACES};

static const struct fake_redis_key *found(struct fixture *f, const char *key)
{
    return fake_redis_find(f->desk.engine, 0, fl_span_from(key));
}

static void a_newer_job_takes_the_place_of_the_one_that_waits(void **state)
{
    static const char *const places[] = {"queue", "schedule", "retry"};
    struct fixture *f = *state;
    struct fl_client_job job = replacing;
    for (size_t i = 0; i < FL_COUNT(places); i++) {
        desk_redis(&f->desk, "FLUSHALL");
        job.jid = "aaaa";
        job.at_us = i ? DESK_START_US + 3600000000 : 0;
        assert_int_equal(fl_client_push(&f->client, &job, NULL), FL_OK);
        if (i == 2) desk_redis(&f->desk, "RENAME schedule retry");
        job.jid = "bbbb";
        job.at_us = 0;
        assert_int_equal(fl_client_push(&f->client, &job, NULL), FL_OK);
        assert_int_equal(fl_client_push(&f->client, &job, NULL), FL_OK); /* a repeat */
        assert_null(found(f, "schedule"));
        assert_null(found(f, "retry"));
        desk_redis(&f->desk, "RPOP queue:default");
        assert_null(found(f, "queue:default"));
    }
}

static void what_only_speaks_of_the_replaced_job_stays(void **state)
{
    struct fixture *f = *state;
    struct fl_client_job job = replacing;
    desk_redis_value(&f->desk, "LPUSH queue:default",
                     "{\"jid\":\"x\",\"args\":[{\"jid\":\"aaaa\"}]}");
    desk_redis_value(&f->desk, "LPUSH queue:default", "aaaa is no job");
    assert_int_equal(fl_client_push(&f->client, &job, NULL), FL_OK);
    job.jid = "bbbb";
    assert_int_equal(fl_client_push(&f->client, &job, NULL), FL_OK);
    desk_redis(&f->desk, "RPOP queue:default 2");
    assert_non_null(found(f, "queue:default"));
    desk_redis(&f->desk, "RPOP queue:default");
    assert_null(found(f, "queue:default"));
}

static void among_too_many_nothing_is_replaced(void **state)
{
    struct fixture *f = *state;
    struct fl_client_job job = replacing;
    assert_int_equal(fl_client_push(&f->client, &job, NULL), FL_OK);
    for (int i = 0; i < FL_LOCK_LOOK_MAX; i++)
        desk_redis(&f->desk, "RPUSH queue:default x");
    job.jid = "bbbb";
    assert_int_equal(fl_client_push(&f->client, &job, NULL), FL_EEXIST);
    desk_redis(&f->desk, "RPOP queue:default");
    assert_int_equal(fl_client_push(&f->client, &job, NULL), FL_OK);
}

static void of_many_those_that_are_refused_are_passed_over(void **state)
{
    struct fixture *f = *state;
    const struct fl_client_job job = {.worker = "Hello", .lock = FL_LOCK_UNTIL_EXECUTING};
    const struct fl_span args[] = {FL_SPAN("[1]"), FL_SPAN("[2]"), FL_SPAN("[ 1 ]")};
    size_t pushed;
    assert_int_equal(fl_client_push_bulk(&f->client, &job, args, 3, &pushed), FL_OK);
    assert_int_equal(pushed, 3);
    desk_redis(&f->desk, "LINDEX queue:default 1");
    desk_redis(&f->desk, "LPOP queue:default 2");
    assert_null(fake_redis_find(f->desk.engine, 0, FL_SPAN("queue:default")));
}

static void a_later_job_is_zadd_without_enqueued_at(void **state)
{
    struct fixture *f = *state;
    struct fl_client_job job = hello;
    job.queue = "slow";
    job.jid = "abc";
    job.at_us = DESK_START_US + 3600000000;
    assert_int_equal(fl_client_push(&f->client, &job, NULL), FL_OK);
    assert_string_equal(
        f->desk.sent.bytes,
        "ZADD schedule 1795455028.120701 {\"retry\":true,\"queue\":\"slow\",\"args\":"
        "[7,\"\xC3\xA9\"],\"class\":\"Hello\",\"jid\":\"abc\",\"created_at\":1795451428.120701}\n");
}

static void a_time_that_is_past_is_now(void **state)
{
    struct fixture *f = *state;
    struct fl_client_job job = hello;
    job.at_us = DESK_START_US;
    assert_int_equal(fl_client_push(&f->client, &job, NULL), FL_OK);
    assert_string_equal(f->desk.sent.bytes,
                        "SADD queues default\nLPUSH queue:default " HELLO_JOB "\n");
}

static void options_stand_before_the_job(void **state)
{
    struct fixture *f = *state;
    const struct fl_worker worker = {
        .name = "Hello", .retry = 5, .queue = "q", .backtrace_lines = 3, .dead = FL_DEAD_DROP};
    char retry[FL_RETRY_TEXT_BYTES];
    struct fl_client_job job = fl_client_job_of(&worker, "Hello", FL_SPAN("[]"), retry);
    f->client.wire = FL_WIRE_8;
    assert_int_equal(fl_client_push(&f->client, &job, NULL), FL_OK);
    assert_string_equal(
        f->desk.sent.bytes,
        "SADD queues q\nLPUSH queue:q {\"retry\":5,\"queue\":\"q\",\"backtrace\":3,\"dead\":false,"
        "\"args\":[],\"class\":\"Hello\",\"jid\":\"000000000000000000000000\","
        "\"created_at\":1795451428120,\"enqueued_at\":1795451428120}\n");
}

static void a_worker_that_never_retries_says_so(void **state)
{
    (void)state;
    const struct fl_worker worker = {.name = "W", .retry = FL_RETRY_NEVER};
    const struct fl_worker other = {.name = "W", .retry = FL_RETRY_DEFAULT};
    char retry[FL_RETRY_TEXT_BYTES];
    struct fl_client_job job = fl_client_job_of(&worker, "W", FL_SPAN("[]"), retry);
    assert_true(fl_span_is(job.retry, "false"));
    job = fl_client_job_of(&other, "W", FL_SPAN("[]"), retry);
    assert_int_equal(job.retry.length, 0);
    job = fl_client_job_of(NULL, "W", FL_SPAN("[]"), retry);
    assert_null(job.queue);
}

static void bulk_is_one_variadic_push_in_order(void **state)
{
    struct fixture *f = *state;
    const struct fl_span args[] = {FL_SPAN("[1]"), FL_SPAN("[2]"), FL_SPAN("[3]")};
    size_t pushed = 0;
    assert_int_equal(fl_client_push_bulk(&f->client, &hello, args, 3, &pushed), FL_OK);
    assert_int_equal(pushed, 3);
    assert_int_equal(f->desk.exchanges, 1);
    const struct fake_redis_key *queue =
        fake_redis_find(f->desk.engine, 0, FL_SPAN("queue:default"));
    struct fl_span last;
    assert_int_equal(fake_redis_length(queue), 3);
    assert_true(fake_redis_list_at(queue, 2, &last)); /* the tail is taken first */
    assert_non_null(memmem(last.bytes, last.length, "\"args\":[1]", 10));
    assert_non_null(memmem(last.bytes, last.length, "\"jid\":\"0000", 11));
    assert_true(fake_redis_list_at(queue, 0, &last));
    assert_non_null(memmem(last.bytes, last.length, "\"jid\":\"0202", 11));
}

static void tags_and_the_queue_of_retries_are_written(void **state)
{
    struct fixture *f = *state;
    struct fl_client_job job = hello;
    job.retry_queue = "slow";
    job.tags = FL_SPAN("[\"eu\",\"v2\"]");
    assert_int_equal(fl_client_push(&f->client, &job, NULL), FL_OK);
    assert_non_null(strstr(f->desk.sent.bytes, "\"queue\":\"default\",\"retry_queue\":\"slow\","
                                               "\"tags\":[\"eu\",\"v2\"],\"args\""));
}

static struct slice_case {
    const char *name;
    enum fl_wire wire;
    size_t slice;
    bool later;
    int want; /* exchanges for 1001 jobs */
} slices[] = {
    {"slice: a thousand", FL_WIRE_7, 0, false, 2},
    {"slice: as many as wanted", FL_WIRE_7, 200, false, 6},
    {"slice: no more than a thousand", FL_WIRE_7, 5000, false, 2},
    {"slice: a thousand for later, too", FL_WIRE_7, 0, true, 2},
    {"slice: a hundred for later with wire 8", FL_WIRE_8, 0, true, 11},
    {"slice: a thousand for now with wire 8", FL_WIRE_8, 0, false, 2},
};

static void slice_row(void **state)
{
    const struct slice_case *row = *state;
    void *made;
    setup(&made);
    struct fixture *f = made;
    struct fl_span args[1001];
    struct fl_client_job job = hello;
    size_t pushed;
    for (size_t i = 0; i < FL_COUNT(args); i++)
        args[i] = FL_SPAN("[]");
    f->client.wire = row->wire;
    job.slice = row->slice;
    if (row->later) job.at_us = DESK_START_US + 60000000;
    assert_int_equal(fl_client_push_bulk(&f->client, &job, args, FL_COUNT(args), &pushed), FL_OK);
    assert_int_equal(pushed, FL_COUNT(args));
    assert_int_equal(f->desk.exchanges, row->want);
    teardown(&made);
}

static void bulk_is_cut_into_slices(void **state)
{
    struct fixture *f = *state;
    struct fl_span args[2 * FL_PUSH_SLICE + 1];
    size_t pushed = 0;
    for (size_t i = 0; i < FL_COUNT(args); i++)
        args[i] = FL_SPAN("[]");
    desk_fail(&f->desk, DESK_REFUSED, 2);
    assert_int_equal(fl_client_push_bulk(&f->client, &hello, args, FL_COUNT(args), &pushed),
                     FL_ECONNECT);
    assert_int_equal(pushed, 2 * FL_PUSH_SLICE);
    assert_int_equal(fl_client_push_bulk(&f->client, &hello, args, 0, &pushed), FL_OK);
    assert_int_equal(pushed, 0);
}

static void a_failover_is_met_once_more(void **state)
{
    struct fixture *f = *state;
    fake_redis_set_states(f->desk.engine, FAKE_REDIS_READONLY);
    assert_int_equal(fl_client_push(&f->client, &hello, NULL), FL_EREPLY);
    assert_int_equal(f->desk.exchanges, 2);
}

static void heal_after_the_first(struct desk *desk)
{
    if (desk->exchanges > 1) fake_redis_set_states(desk->engine, 0);
}

static void a_failover_that_is_over_loses_and_doubles_nothing(void **state)
{
    struct fixture *f = *state;
    fake_redis_set_states(f->desk.engine, FAKE_REDIS_READONLY);
    f->desk.before_exchange = heal_after_the_first;
    assert_int_equal(fl_client_push(&f->client, &hello, NULL), FL_OK);
    f->desk.before_exchange = NULL;
    const struct fake_redis_key *queue =
        fake_redis_find(f->desk.engine, 0, FL_SPAN("queue:default"));
    assert_int_equal(fake_redis_length(queue), 1);
}

static void a_redis_without_memory_is_no_failover(void **state)
{
    struct fixture *f = *state;
    fake_redis_set_states(f->desk.engine, FAKE_REDIS_OOM);
    assert_int_equal(fl_client_push(&f->client, &hello, NULL), FL_EREPLY);
    assert_int_equal(f->desk.exchanges, 1);
}

static void a_lost_answer_is_told_and_not_repeated(void **state)
{
    struct fixture *f = *state;
    desk_fail(&f->desk, DESK_LOST, 0);
    assert_int_equal(fl_client_push(&f->client, &hello, NULL), FL_ELOST);
    assert_int_equal(f->desk.exchanges, 1);
}

static struct bad_case {
    const char *name;
    struct fl_client_job job;
} bads[] = {
    {"refused: no class", {.worker = NULL, .args = {"[]", 2}}},
    {"refused: an empty class", {.worker = "", .args = {"[]", 2}}},
    {"refused: a class of bad bytes", {.worker = "\xff", .args = {"[]", 2}}},
    {"refused: no arguments", {.worker = "W"}},
    {"refused: arguments that are no array", {.worker = "W", .args = {"{}", 2}}},
    {"refused: arguments that are no JSON", {.worker = "W", .args = {"[", 1}}},
    {"refused: a number that no float holds", {.worker = "W", .args = {"[1e999]", 7}}},
    {"refused: tags that are no array", {.worker = "W", .args = {"[]", 2}, .tags = {"{}", 2}}},
    {"refused: a tag that is no text", {.worker = "W", .args = {"[]", 2}, .tags = {"[1]", 3}}},
    {"refused: an empty queue of retries", {.worker = "W", .args = {"[]", 2}, .retry_queue = ""}},
    {"refused: an empty queue", {.worker = "W", .args = {"[]", 2}, .queue = ""}},
    {"refused: an empty jid", {.worker = "W", .args = {"[]", 2}, .jid = ""}},
    {"refused: retry that is no JSON", {.worker = "W", .args = {"[]", 2}, .retry = {"x", 1}}},
    {"refused: retry that is an object", {.worker = "W", .args = {"[]", 2}, .retry = {"{}", 2}}},
};

static void bad_row(void **state)
{
    const struct bad_case *row = *state;
    struct fixture *f;
    void *made;
    setup(&made);
    f = made;
    assert_int_equal(fl_client_push(&f->client, &row->job, NULL), FL_EINVAL);
    assert_int_equal(f->desk.exchanges, 0);
    teardown(&made);
}

static struct at_case {
    const char *name;
    double seconds;
    int64_t want_us;
} ats[] = {
    {"at: 0 is now", 0, 0},
    {"at: negative is now", -5, 0},
    {"at: below 1e9 is an interval", 300, DESK_START_US + 300000000},
    {"at: the longest interval", 999999999, DESK_START_US + 999999999000000},
    {"at: 1e9 is an instant, and past", 1000000000, 0},
    {"at: an instant to come", 1795455028.5, 1795455028500000},
    {"at: not a number is now", NAN, 0},
    {"at: beyond any calendar is now", 1e300, 0},
};

static void at_row(void **state)
{
    const struct at_case *row = *state;
    assert_int_equal(fl_client_at_us(row->seconds, DESK_START_US), row->want_us);
}

static void derived_jids_depend_on_nothing_but_the_key(void **state)
{
    char a[25], again[25], b[25];
    (void)state;
    fl_jid_derive(FL_SPAN("import-7/completed"), a);
    fl_jid_derive(FL_SPAN("import-7/completed"), again);
    fl_jid_derive(FL_SPAN("import-7/completee"), b);
    assert_string_equal(a, again);
    assert_string_not_equal(a, b);
    assert_string_equal(a, "e43664cd6fc3b95d6d856616");
    assert_int_equal(strspn(a, "0123456789abcdef"), 24);
}

int main(void)
{
    struct rows rows = {0};
    rows_add(&rows, bad_row, bads, FL_COUNT(bads), sizeof(bads[0]));
    rows_add(&rows, at_row, ats, FL_COUNT(ats), sizeof(ats[0]));
    rows_add(&rows, slice_row, slices, FL_COUNT(slices), sizeof(slices[0]));
    const struct CMUnitTest others[] = {
        cmocka_unit_test_setup_teardown(an_immediate_job_is_sadd_and_lpush_in_one_exchange, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_later_job_is_zadd_without_enqueued_at, setup, teardown),
        cmocka_unit_test_setup_teardown(a_job_with_a_lock_is_pushed_once, setup, teardown),
        cmocka_unit_test_setup_teardown(a_lock_for_two_refuses_the_third, setup, teardown),
        cmocka_unit_test_setup_teardown(a_newer_job_takes_the_place_of_the_one_that_waits, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_only_speaks_of_the_replaced_job_stays, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(among_too_many_nothing_is_replaced, setup, teardown),
        cmocka_unit_test_setup_teardown(a_job_carries_when_it_expires_and_how_long_it_is_retried,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(the_lock_of_a_later_job_lives_so_much_longer, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(of_many_those_that_are_refused_are_passed_over, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_time_that_is_past_is_now, setup, teardown),
        cmocka_unit_test_setup_teardown(options_stand_before_the_job, setup, teardown),
        cmocka_unit_test(a_worker_that_never_retries_says_so),
        cmocka_unit_test_setup_teardown(bulk_is_one_variadic_push_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(tags_and_the_queue_of_retries_are_written, setup, teardown),
        cmocka_unit_test_setup_teardown(bulk_is_cut_into_slices, setup, teardown),
        cmocka_unit_test_setup_teardown(a_failover_is_met_once_more, setup, teardown),
        cmocka_unit_test_setup_teardown(a_failover_that_is_over_loses_and_doubles_nothing, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_redis_without_memory_is_no_failover, setup, teardown),
        cmocka_unit_test_setup_teardown(a_lost_answer_is_told_and_not_repeated, setup, teardown),
        cmocka_unit_test(derived_jids_depend_on_nothing_but_the_key),
    };
    for (size_t i = 0; i < FL_COUNT(others); i++)
        rows.tests[rows.count++] = others[i];
    return rows_run(&rows, "client");
}
