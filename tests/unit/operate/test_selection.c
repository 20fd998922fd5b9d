#include "tests/unit/queue/rows.h"

#include <stdio.h>
#include <string.h>

#include "harness/operate/entry_view.h"
#include "harness/operate/selection.h"
#include "tests/unit/queue/desk.h"

static const struct fl_place low = {FL_PLACE_QUEUE, "low"}, retries = {FL_PLACE_RETRIES, NULL},
                             dead = {FL_PLACE_DEAD, NULL};
static const struct fl_criteria everything = {0}, mails = {.worker = "Mail"};

struct room {
    struct desk desk;
    struct fl_reader reader;
    char words[OPERATE_PROBLEM_BYTES];
};

static void open_room(struct room *room)
{
    char command[64], job[64];
    desk_open(&room->desk);
    room->reader = (struct fl_reader){room->desk.ports.redis, room->desk.ports.clock};
    for (int i = 0; i < 300; i++) {
        snprintf(job, sizeof(job), "{\"class\":\"%s\",\"jid\":\"%d\"}", i % 3 ? "Other" : "Mail",
                 i);
        snprintf(command, sizeof(command), "ZADD retry %d", 1000 - i);
        desk_redis_value(&room->desk, command, job);
        snprintf(command, sizeof(command), "ZADD dead %d", i);
        desk_redis_value(&room->desk, command, job);
        desk_redis_value(&room->desk, "LPUSH queue:low", job);
    }
}

static void expect_found(struct room *room, const struct fl_place *place,
                         const struct fl_criteria *criteria, int64_t total, const char *want)
{
    struct operate_found found;
    struct fl_buf jids = FL_BUF_INIT(10000);
    assert_int_equal(operate_found_init(&found, place, 3), FL_OK);
    assert_int_equal(
        operate_visit_all(&room->reader, place, criteria, operate_found_visit, &found, room->words),
        FL_OK);
    for (size_t i = 0; i < found.count; i++) {
        struct fl_entry entry = operate_found_at(&found, i);
        struct fl_payload payload;
        assert_int_equal(fl_payload_parse(entry.bytes, &payload), FL_OK);
        assert_int_equal(fl_buf_printf(&jids, "%s@%.*s ", payload.jid, FL_SPAN_ARGS(entry.score)),
                         FL_OK);
        fl_payload_release(&payload);
    }
    assert_int_equal(found.total, total);
    assert_string_equal(jids.bytes ? jids.bytes : "", want);
    fl_buf_release(&jids);
    operate_found_release(&found);
}

static void the_first_in_each_place_s_order_are_found(void **state)
{
    struct room room;
    (void)state;
    open_room(&room);
    expect_found(&room, &retries, &mails, 100, "297@703 294@706 291@709 ");
    expect_found(&room, &dead, &mails, 100, "297@297 294@294 291@291 ");
    expect_found(&room, &low, &mails, 100, "0@ 3@ 6@ ");
    expect_found(&room, &retries, &everything, 300, "299@701 298@702 297@703 ");
    const struct fl_criteria none = {.text = "nowhere"};
    expect_found(&room, &low, &none, 0, "");
    desk_close(&room.desk);
}

static void a_lost_answer_is_asked_for_again(void **state)
{
    struct room room;
    (void)state;
    open_room(&room);
    desk_fail(&room.desk, DESK_LOST, 0);
    expect_found(&room, &low, &everything, 300, "0@ 1@ 2@ ");
    desk_close(&room.desk);
}

static void the_server_s_words_are_kept(void **state)
{
    struct room room;
    struct operate_found found;
    (void)state;
    open_room(&room);
    desk_redis(&room.desk, "SET retry x");
    assert_int_equal(operate_found_init(&found, &retries, 0), FL_OK);
    assert_int_equal(operate_visit_all(&room.reader, &retries, &everything, operate_found_visit,
                                       &found, room.words),
                     FL_EREPLY);
    assert_non_null(strstr(room.words, "WRONGTYPE"));
    operate_found_release(&found);
    desk_close(&room.desk);
}

/* One entry as a line of JSON. */
static struct json_case {
    const char *name, *bytes, *score, *want;
} lines[] = {
    {"json: a job", "{\"jid\":\"j\",\"class\":\"W\",\"queue\":\"q\"}", "1.5",
     "{\"jid\":\"j\",\"class\":\"W\",\"queue\":\"q\",\"score\":\"1.5\","
     "\"at\":\"1970-01-01T00:00:01.500Z\",\"job\":{\"jid\":\"j\",\"class\":\"W\",\"queue\":\"q\"}}"
     "\n"},
    {"json: a job without anything", "{}", "",
     "{\"jid\":null,\"class\":null,\"queue\":null,\"job\":{}}\n"},
    {"json: no job", "\"x\xff", "inf", "{\"score\":\"inf\",\"text\":\"\\\"x\xef\xbf\xbd\"}\n"},
};

static void json_row(void **state)
{
    const struct json_case *row = *state;
    struct fl_buf out = FL_BUF_INIT(10000);
    const struct fl_entry entry = {fl_span_from(row->bytes), fl_span_from(row->score)};
    assert_int_equal(operate_entry_json(&out, &entry), FL_OK);
    assert_string_equal(out.bytes, row->want);
    fl_buf_release(&out);
}

int main(void)
{
    struct rows rows = {0};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_in_each_place_s_order_are_found),
        cmocka_unit_test(a_lost_answer_is_asked_for_again),
        cmocka_unit_test(the_server_s_words_are_kept),
    };
    rows_add(&rows, json_row, lines, FL_COUNT(lines), sizeof(lines[0]));
    int failed = cmocka_run_group_tests_name("selection", tests, NULL, NULL);
    return failed + rows_run(&rows, "selection rows");
}
