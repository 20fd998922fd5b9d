#include "tests/unit/queue/rows.h"

#include <stdio.h>
#include <string.h>

#include "operate/act.h"
#include "tests/unit/queue/desk.h"

static const struct fl_place low = {FL_PLACE_QUEUE, "low"}, retries = {FL_PLACE_RETRIES, NULL},
                             scheduled = {FL_PLACE_SCHEDULED, NULL}, dead = {FL_PLACE_DEAD, NULL};
static const struct fl_act delete = {.kind = FL_ACT_DELETE}, enqueue = {.kind = FL_ACT_ENQUEUE},
                           kill_it = {.kind = FL_ACT_KILL};

#define JOB "{\"class\":\"W\",\"jid\":\"j\",\"queue\":\"low\",\"retry\":true,\"created_at\":1.5"

struct room {
    struct desk desk;
    struct fl_actor actor;
    struct fl_act_counts counts;
    char words[FL_SCRIPT_ERROR_BYTES];
};

static void open_room(struct room *room)
{
    *room = (struct room){0};
    desk_open(&room->desk);
    room->actor = (struct fl_actor){{room->desk.ports.redis, room->desk.ports.clock},
                                    room->desk.ports.random};
}

static enum fl_error act(struct room *room, const struct fl_place *place, const struct fl_act *what,
                         const char *bytes, const char *score)
{
    const struct fl_entry entry = {fl_span_from(bytes), fl_span_from(score)};
    return fl_act_on(&room->actor, place, what, &entry, 1, &room->counts, room->words);
}

static void expect_counts(const struct room *room, int done, int gone, int perhaps, int no_job)
{
    assert_int_equal(room->counts.done, done);
    assert_int_equal(room->counts.gone, gone);
    assert_int_equal(room->counts.perhaps, perhaps);
    assert_int_equal(room->counts.no_job, no_job);
}

static void only_the_entry_that_is_meant_is_deleted(void **state)
{
    struct room room;
    (void)state;
    open_room(&room);
    desk_redis(&room.desk, "ZADD retry 5 a 5 b 6 c");
    assert_int_equal(act(&room, &retries, &delete, "a", "5"), FL_OK);
    assert_int_equal(act(&room, &retries, &delete, "c", "5"), FL_OK); /* another time by now */
    assert_int_equal(act(&room, &retries, &delete, "x", "5"), FL_OK);
    expect_counts(&room, 1, 2, 0, 0);
    desk_expect(&room.desk, "db0 zset \"retry\" [(\"b\",5),(\"c\",6)]\n");
    desk_close(&room.desk);
}

static void one_of_two_equal_jobs_of_a_queue_is_deleted(void **state)
{
    struct room room;
    (void)state;
    open_room(&room);
    desk_redis(&room.desk, "RPUSH queue:low a b a c");
    assert_int_equal(act(&room, &low, &delete, "a", ""), FL_OK);
    expect_counts(&room, 1, 0, 0, 0);
    desk_expect(&room.desk, "db0 list \"queue:low\" [\"b\",\"a\",\"c\"]\n");
    desk_close(&room.desk);
}

static void a_retry_does_not_use_up_an_attempt(void **state)
{
    struct room room;
    (void)state;
    open_room(&room);
    desk_redis(&room.desk, "ZADD dead 5 " JOB ",\"retry_count\":24}");
    assert_int_equal(act(&room, &dead, &enqueue, JOB ",\"retry_count\":24}", "5"), FL_OK);
    expect_counts(&room, 1, 0, 0, 0);
    desk_expect(&room.desk,
                "db0 list \"queue:low\" [\"{\\\"class\\\":\\\"W\\\",\\\"jid\\\":\\\"j\\\","
                "\\\"queue\\\":\\\"low\\\",\\\"retry\\\":true,\\\"created_at\\\":1.5,"
                "\\\"retry_count\\\":23,\\\"enqueued_at\\\":1795451428.120701}\"]\n"
                "db0 set \"queues\" {\"low\"}\n");
    desk_close(&room.desk);
}

static void a_killed_job_keeps_its_bytes(void **state)
{
    struct room room;
    (void)state;
    open_room(&room);
    desk_redis(&room.desk, "ZADD schedule 5 anything");
    desk_redis(&room.desk, "LPUSH queue:low job");
    assert_int_equal(act(&room, &scheduled, &kill_it, "anything", "5"), FL_OK);
    assert_int_equal(act(&room, &low, &kill_it, "job", ""), FL_OK);
    assert_int_equal(act(&room, &low, &kill_it, "job", ""), FL_OK);
    expect_counts(&room, 2, 1, 0, 0);
    desk_expect(&room.desk, "db0 zset \"dead\" [(\"anything\",1795451428.1207011),"
                            "(\"job\",1795451428.1207011)]\n");
    desk_close(&room.desk);
}

static void a_job_is_moved_to_another_queue(void **state)
{
    struct room room;
    const struct fl_act move = {.kind = FL_ACT_ENQUEUE, .queue = "fast"};
    (void)state;
    open_room(&room);
    desk_redis(&room.desk, "RPUSH queue:low {\"class\":\"W\",\"queue\":\"low\",\"enqueued_at\":9}");
    assert_int_equal(
        act(&room, &low, &move, "{\"class\":\"W\",\"queue\":\"low\",\"enqueued_at\":9}", ""),
        FL_OK);
    expect_counts(&room, 1, 0, 0, 0);
    desk_expect(&room.desk, "db0 list \"queue:fast\" [\"{\\\"class\\\":\\\"W\\\",\\\"queue\\\":"
                            "\\\"fast\\\",\\\"enqueued_at\\\":9}\"]\n"
                            "db0 set \"queues\" {\"fast\"}\n");
    desk_close(&room.desk);
}

static void a_job_is_due_at_another_time(void **state)
{
    struct room room;
    const struct fl_act later = {.kind = FL_ACT_RESCHEDULE, .at_us = 7500000};
    (void)state;
    open_room(&room);
    desk_redis(&room.desk, "ZADD schedule 5 a 5 b");
    assert_int_equal(act(&room, &scheduled, &later, "a", "5"), FL_OK);
    assert_int_equal(act(&room, &scheduled, &later, "a", "5"), FL_OK);
    expect_counts(&room, 1, 1, 0, 0);
    desk_expect(&room.desk, "db0 zset \"schedule\" [(\"b\",5),(\"a\",7.5)]\n");
    desk_close(&room.desk);
}

static void what_is_no_job_is_not_enqueued(void **state)
{
    struct room room;
    (void)state;
    open_room(&room);
    desk_redis(&room.desk, "ZADD dead 5 what? 5 [1] 5 {\"jid\":\"x\"}");
    assert_int_equal(act(&room, &dead, &enqueue, "what?", "5"), FL_OK);
    assert_int_equal(act(&room, &dead, &enqueue, "[1]", "5"), FL_OK);
    assert_int_equal(act(&room, &dead, &enqueue, "{\"jid\":\"x\"}", "5"), FL_OK);
    expect_counts(&room, 0, 0, 0, 3);
    assert_int_equal(room.desk.exchanges, 0);
    desk_close(&room.desk);
}

/* The answer to the first is lost; whatever was asked stands there once, and only once. */
static void a_lost_answer_does_nothing_twice(void **state)
{
    struct room room;
    (void)state;
    open_room(&room);
    desk_redis(&room.desk, "ZADD retry 5 " JOB "}");
    assert_int_equal(act(&room, &retries, &delete, "nothing", "5"), FL_OK); /* loads no script */
    desk_redis(&room.desk, "SCRIPT FLUSH");
    desk_fail(&room.desk, DESK_LOST, 2); /* NOSCRIPT, the load, and then */
    assert_int_equal(act(&room, &retries, &enqueue, JOB "}", "5"), FL_OK);
    expect_counts(&room, 0, 1, 1, 0);
    const struct fake_redis_key *list = fake_redis_find(room.desk.engine, 0, FL_SPAN("queue:low"));
    assert_non_null(list);
    assert_null(fake_redis_find(room.desk.engine, 0, FL_SPAN("retry")));
    desk_redis(&room.desk, "LTRIM queue:low 1 -1"); /* there was one */
    assert_null(fake_redis_find(room.desk.engine, 0, FL_SPAN("queue:low")));
    desk_close(&room.desk);
}

static void a_server_that_cannot_be_reached_is_an_error(void **state)
{
    struct room room;
    (void)state;
    open_room(&room);
    desk_redis(&room.desk, "ZADD retry 5 a");
    desk_fail(&room.desk, DESK_REFUSED, 0);
    assert_int_equal(act(&room, &retries, &delete, "a", "5"), FL_ECONNECT);
    expect_counts(&room, 0, 0, 0, 0);
    desk_close(&room.desk);
}

static void a_queue_of_another_type_keeps_the_job_where_it_is(void **state)
{
    struct room room;
    (void)state;
    open_room(&room);
    desk_redis(&room.desk, "SET queue:low x");
    desk_redis(&room.desk, "ZADD retry 5 " JOB "}");
    assert_int_equal(act(&room, &retries, &enqueue, JOB "}", "5"), FL_EREPLY);
    assert_non_null(strstr(room.words, "WRONGTYPE"));
    assert_non_null(fake_redis_find(room.desk.engine, 0, FL_SPAN("retry")));
    desk_close(&room.desk);
}

enum { MANY = 100 };

struct crowd {
    char jobs[MANY][64], scores[MANY][8];
    struct fl_entry entries[MANY];
};

static void gather(struct crowd *crowd, struct desk *desk)
{
    for (int i = 0; i < MANY; i++) {
        char words[32];
        snprintf(crowd->jobs[i], sizeof(crowd->jobs[i]),
                 "{\"class\":\"W\",\"queue\":\"q%d\",\"jid\":\"%d\"}", i % 3, i);
        snprintf(crowd->scores[i], sizeof(crowd->scores[i]), "%d", i);
        snprintf(words, sizeof(words), "ZADD retry %s", crowd->scores[i]);
        desk_redis_value(desk, words, crowd->jobs[i]);
        crowd->entries[i] =
            (struct fl_entry){fl_span_from(crowd->jobs[i]), fl_span_from(crowd->scores[i])};
    }
}

static void many_are_moved_in_few_exchanges(void **state)
{
    struct room room;
    static struct crowd crowd;
    (void)state;
    open_room(&room);
    gather(&crowd, &room.desk);
    assert_int_equal(
        fl_act_on(&room.actor, &retries, &enqueue, crowd.entries, MANY, &room.counts, NULL), FL_OK);
    expect_counts(&room, MANY, 0, 0, 0);
    assert_in_range(room.desk.exchanges, 5, 7);
    assert_null(fake_redis_find(room.desk.engine, 0, FL_SPAN("retry")));
    desk_redis(&room.desk, "LTRIM queue:q0 34 -1"); /* 34, 33 and 33 */
    desk_redis(&room.desk, "LTRIM queue:q1 33 -1");
    desk_redis(&room.desk, "LTRIM queue:q2 33 -1");
    desk_expect(&room.desk, "db0 set \"queues\" {\"q0\",\"q1\",\"q2\"}\n");
    desk_close(&room.desk);
}

static void clearing_a_queue_forgets_its_name(void **state)
{
    struct room room;
    int64_t removed;
    (void)state;
    open_room(&room);
    desk_redis(&room.desk, "SADD queues low other");
    desk_redis(&room.desk, "LPUSH queue:low a b");
    desk_redis(&room.desk, "ZADD dead 1 a 2 b 3 c");
    assert_int_equal(fl_place_clear(&room.actor.reader, &low, &removed, NULL), FL_OK);
    assert_int_equal(removed, 2);
    assert_int_equal(fl_place_clear(&room.actor.reader, &dead, &removed, NULL), FL_OK);
    assert_int_equal(removed, 3);
    desk_expect(&room.desk, "db0 set \"queues\" {\"other\"}\n");
    desk_close(&room.desk);
}

/* What is written when an entry is put into a queue. */
static struct payload_case {
    const char *name;
    enum fl_place_kind from;
    const char *queue, *job, *want;
} payloads[] = {
    {"payload: what a client fills in", FL_PLACE_SCHEDULED, NULL, "{\"class\":\"W\"}",
     "{\"class\":\"W\",\"retry\":true,\"queue\":\"default\",\"jid\":\"fresh\",\"created_at\":2.5,"
     "\"enqueued_at\":2.5}"},
    {"payload: milliseconds where the job has them", FL_PLACE_DEAD, NULL,
     JOB "0,\"created_at\":1500}", JOB "0,\"created_at\":1500,\"enqueued_at\":2500}"},
    {"payload: another queue", FL_PLACE_DEAD, "fast",
     "{\"class\":\"W\",\"queue\":\"low\","
     "\"retry\":3,\"jid\":\"j\",\"created_at\":1.0}",
     "{\"class\":\"W\",\"queue\":\"fast\",\"retry\":3,\"jid\":\"j\",\"created_at\":1.0,"
     "\"enqueued_at\":2.5}"},
    {"payload: a scheduled job has not failed", FL_PLACE_SCHEDULED, NULL, JOB ",\"retry_count\":3}",
     JOB ",\"retry_count\":3,\"enqueued_at\":2.5}"},
    {"payload: a first failure", FL_PLACE_RETRIES, NULL, JOB ",\"retry_count\":0}",
     JOB ",\"retry_count\":-1,\"enqueued_at\":2.5}"},
    {"payload: an odd count", FL_PLACE_RETRIES, NULL, JOB ",\"retry_count\":\"x\"}",
     JOB ",\"retry_count\":\"x\",\"enqueued_at\":2.5}"},
    {"payload: integers beyond doubles", FL_PLACE_RETRIES, NULL,
     JOB ",\"args\":[12345678901234567890123]}",
     JOB ",\"args\":[12345678901234567890123],\"enqueued_at\":2.5}"},
    {"payload: from a queue only its name changes", FL_PLACE_QUEUE, "fast",
     "{\"class\":\"W\",\"enqueued_at\":1.0}",
     "{\"class\":\"W\",\"enqueued_at\":1.0,\"queue\":\"fast\"}"},
};

static void payload_row(void **state)
{
    const struct payload_case *row = *state;
    struct fl_payload payload;
    struct fl_buf out = FL_BUF_INIT(10000);
    assert_int_equal(fl_payload_parse(fl_span_from(row->job), &payload), FL_OK);
    assert_int_equal(fl_enqueued_payload(&payload, row->from, row->queue, 2500000, "fresh", &out),
                     FL_OK);
    assert_string_equal(out.bytes, row->want);
    fl_buf_release(&out);
    fl_payload_release(&payload);
}

int main(void)
{
    struct rows rows = {0};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_entry_that_is_meant_is_deleted),
        cmocka_unit_test(one_of_two_equal_jobs_of_a_queue_is_deleted),
        cmocka_unit_test(a_retry_does_not_use_up_an_attempt),
        cmocka_unit_test(a_killed_job_keeps_its_bytes),
        cmocka_unit_test(a_job_is_moved_to_another_queue),
        cmocka_unit_test(a_job_is_due_at_another_time),
        cmocka_unit_test(what_is_no_job_is_not_enqueued),
        cmocka_unit_test(a_lost_answer_does_nothing_twice),
        cmocka_unit_test(a_server_that_cannot_be_reached_is_an_error),
        cmocka_unit_test(a_queue_of_another_type_keeps_the_job_where_it_is),
        cmocka_unit_test(many_are_moved_in_few_exchanges),
        cmocka_unit_test(clearing_a_queue_forgets_its_name),
    };
    rows_add(&rows, payload_row, payloads, FL_COUNT(payloads), sizeof(payloads[0]));
    int failed = cmocka_run_group_tests_name("act", tests, NULL, NULL);
    return failed + rows_run(&rows, "act rows");
}
