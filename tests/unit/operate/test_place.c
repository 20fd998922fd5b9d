#include "tests/unit/queue/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "operate/place.h"
#include "tests/unit/queue/desk.h"

static const struct fl_place low = {FL_PLACE_QUEUE, "low"}, retries = {FL_PLACE_RETRIES, NULL},
                             dead = {FL_PLACE_DEAD, NULL};

struct room {
    struct desk desk;
    struct fl_reader reader;
};

static void open_room(struct room *room)
{
    desk_open(&room->desk);
    room->reader = (struct fl_reader){room->desk.ports.redis, room->desk.ports.clock};
}

static void expect_page(struct room *room, const struct fl_place *place, int64_t offset,
                        int64_t limit, const char *want)
{
    struct fl_page page;
    struct fl_buf text = FL_BUF_INIT(1000);
    assert_int_equal(fl_place_page(&room->reader, place, offset, limit, &page), FL_OK);
    for (size_t i = 0; i < page.count; i++)
        assert_int_equal(fl_buf_printf(&text, "%.*s@%.*s ", FL_SPAN_ARGS(page.items[i].bytes),
                                       FL_SPAN_ARGS(page.items[i].score)),
                         FL_OK);
    assert_string_equal(text.bytes ? text.bytes : "", want);
    fl_buf_release(&text);
    fl_page_release(&page);
}

static void a_page_of_a_queue_begins_with_the_next_job(void **state)
{
    struct room room;
    int64_t size;
    (void)state;
    open_room(&room);
    desk_redis(&room.desk, "RPUSH queue:low newest b c oldest");
    expect_page(&room, &low, 0, 2, "oldest@ c@ ");
    expect_page(&room, &low, 2, 2, "b@ newest@ ");
    expect_page(&room, &low, 3, 9, "newest@ ");
    expect_page(&room, &low, 4, 9, "");
    expect_page(&room, &low, 0, 0, "");
    assert_int_equal(fl_place_size(&room.reader, &low, &size, NULL), FL_OK);
    assert_int_equal(size, 4);
    desk_close(&room.desk);
}

static void a_page_of_a_set_begins_with_what_matters(void **state)
{
    struct room room;
    int64_t size;
    (void)state;
    open_room(&room);
    desk_redis(&room.desk, "ZADD retry 3 late 1.5 soon 2 then");
    desk_redis(&room.desk, "ZADD dead 3 last 1.5 first 2 second");
    expect_page(&room, &retries, 0, 2, "soon@1.5 then@2 ");
    expect_page(&room, &retries, 2, 2, "late@3 ");
    expect_page(&room, &dead, 0, 2, "last@3 second@2 ");
    assert_int_equal(fl_place_size(&room.reader, &dead, &size, NULL), FL_OK);
    assert_int_equal(size, 3);
    desk_close(&room.desk);
}

enum { MANY = 1200 };

static void fill(struct room *room)
{
    char words[64];
    for (int i = 0; i < MANY; i++) {
        snprintf(words, sizeof(words), "LPUSH queue:low job-%d", i);
        desk_redis(&room->desk, words);
        snprintf(words, sizeof(words), "ZADD retry 5 job-%d", i);
        desk_redis(&room->desk, words);
    }
}

/* How often each of job-0, job-1... comes by; `take` is asked about each page. */
static void walk_past(struct room *room, const struct fl_place *place, int seen[MANY],
                      void (*take)(struct room *, struct fl_walk *, const struct fl_page *))
{
    struct fl_walk walk = fl_walk_begin(&room->reader, place, NULL);
    memset(seen, 0, MANY * sizeof(seen[0]));
    while (!walk.ended) {
        struct fl_page page;
        assert_int_equal(fl_walk_next(&walk, &page), FL_OK);
        for (size_t i = 0; i < page.count; i++)
            seen[atoi(page.items[i].bytes.bytes + strlen("job-"))]++;
        if (take) take(room, &walk, &page);
        fl_page_release(&page);
    }
}

static void take_every_second(struct room *room, struct fl_walk *walk, const struct fl_page *page)
{
    char words[64];
    const char *command = walk->place->kind == FL_PLACE_QUEUE ? "LREM queue:low 1" : "ZREM retry";
    for (size_t i = 0; i < page->count; i += 2) {
        snprintf(words, sizeof(words), "%s %.*s", command, FL_SPAN_ARGS(page->items[i].bytes));
        desk_redis(&room->desk, words);
        fl_walk_took(walk, 1);
    }
}

static void a_walk_sees_every_entry(void **state)
{
    struct room room;
    static int seen[MANY];
    const struct fl_place *places[] = {&low, &retries};
    (void)state;
    open_room(&room);
    fill(&room);
    for (size_t place = 0; place < FL_COUNT(places); place++) {
        walk_past(&room, places[place], seen, NULL);
        for (int i = 0; i < MANY; i++)
            assert_int_equal(seen[i], 1);
    }
    desk_close(&room.desk);
}

/* Half of them were missed once, in a well-known library. */
static void a_walk_sees_every_entry_while_its_reader_takes_them(void **state)
{
    struct room room;
    static int seen[MANY];
    const struct fl_place *places[] = {&low, &retries};
    (void)state;
    open_room(&room);
    fill(&room);
    for (size_t place = 0; place < FL_COUNT(places); place++) {
        walk_past(&room, places[place], seen, take_every_second);
        for (int i = 0; i < MANY; i++)
            assert_true(seen[i] >= 1);
    }
    desk_close(&room.desk);
}

static void with_a_pattern_the_server_chooses(void **state)
{
    struct room room;
    struct fl_walk walk;
    size_t found = 0;
    (void)state;
    open_room(&room);
    fill(&room);
    walk = fl_walk_begin(&room.reader, &retries, "*-11??*");
    while (!walk.ended) {
        struct fl_page page;
        assert_int_equal(fl_walk_next(&walk, &page), FL_OK);
        found += page.count;
        fl_page_release(&page);
    }
    assert_int_equal(found, 100);
    desk_close(&room.desk);
}

static void a_walk_goes_on_after_a_lost_answer(void **state)
{
    struct room room;
    struct fl_page page;
    (void)state;
    open_room(&room);
    desk_redis(&room.desk, "ZADD retry 5 job");
    struct fl_walk walk = fl_walk_begin(&room.reader, &retries, NULL);
    desk_fail(&room.desk, DESK_LOST, 0);
    assert_int_equal(fl_walk_next(&walk, &page), FL_ELOST);
    fl_page_release(&page);
    assert_false(walk.ended);
    assert_int_equal(fl_walk_next(&walk, &page), FL_OK);
    assert_int_equal(page.count, 1);
    fl_page_release(&page);
    assert_true(walk.ended);
    assert_int_equal(fl_walk_next(&walk, &page), FL_OK);
    assert_int_equal(page.count, 0);
    fl_page_release(&page);
    desk_close(&room.desk);
}

static struct score_case {
    const char *name, *score;
    bool is_time;
    int64_t want_us;
} scores[] = {
    {"score: seconds", "1795451428.1207011", true, 1795451428120701},
    {"score: whole seconds are no milliseconds", "1795451428", true, 1795451428000000},
    {"score: none", "", false, 0},
    {"score: for ever", "inf", false, 0},
};

static void score_row(void **state)
{
    const struct score_case *row = *state;
    const struct fl_entry entry = {.score = fl_span_from(row->score)};
    int64_t us = 0;
    assert_int_equal(fl_entry_score_us(&entry, &us), row->is_time);
    assert_int_equal(us, row->want_us);
}

int main(void)
{
    struct rows rows = {0};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_of_a_queue_begins_with_the_next_job),
        cmocka_unit_test(a_page_of_a_set_begins_with_what_matters),
        cmocka_unit_test(a_walk_sees_every_entry),
        cmocka_unit_test(a_walk_sees_every_entry_while_its_reader_takes_them),
        cmocka_unit_test(with_a_pattern_the_server_chooses),
        cmocka_unit_test(a_walk_goes_on_after_a_lost_answer),
    };
    rows_add(&rows, score_row, scores, FL_COUNT(scores), sizeof(scores[0]));
    int failed = cmocka_run_group_tests_name("place", tests, NULL, NULL);
    return failed + rows_run(&rows, "place rows");
}
