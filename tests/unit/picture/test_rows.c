/* Which events are shown, and which are folded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/picture/rows.h"

enum { EVENTS_MAX = 20 * 1000 };

struct fixture {
    struct picture_event items[EVENTS_MAX];
    struct picture_events events;
    struct fl_arena arena;
    struct picture_rows rows;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f) return -1;
    f->events.events = f->items;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    fl_arena_release(&f->arena);
    free(f);
    return 0;
}

static struct picture_event *add(struct fixture *f, int64_t at_us, const char *what)
{
    struct picture_event *event = &f->items[f->events.count++];
    *event = (struct picture_event){
        .kind = RECORDING_EFFECT, .at_us = at_us, .what = fl_span_from(what)};
    return event;
}

static void fold(struct fixture *f, uint32_t outlined)
{
    assert_int_equal(picture_fold(&f->events, outlined, &f->arena, &f->rows), FL_OK);
    uint32_t next = 0; /* every event is in one row */
    for (uint32_t i = 0; i < f->rows.count; i++) {
        assert_int_equal(f->rows.rows[i].first, next);
        next = f->rows.rows[i].end;
    }
    assert_int_equal(next, f->events.count);
}

static void must_be(const struct fixture *f, const enum picture_row_kind *kinds, uint32_t count)
{
    assert_int_equal(f->rows.count, count);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(f->rows.rows[i].kind, kinds[i]);
}

static void idle_time_is_one_row_that_tells_how_long_and_what(void **state)
{
    struct fixture *f = *state;
    add(f, 0, "redis LPUSH");
    for (int i = 1; i <= 30; i++)
        add(f, i * INT64_C(1000000), "redis PING")->idle = true;
    add(f, 40 * INT64_C(1000000), "redis LMOVE");
    fold(f, 31);
    must_be(f, (enum picture_row_kind[]){PICTURE_ROW_EVENT, PICTURE_ROW_GAP, PICTURE_ROW_EVENT}, 3);
    assert_int_equal(f->rows.rows[1].hidden, 30);
    assert_int_equal(f->rows.rows[1].to_us - f->rows.rows[1].from_us, 40 * 1000 * 1000);
    assert_int_equal(f->rows.outlined, 2);
}

static void housekeeping_that_takes_no_time_is_no_row(void **state)
{
    struct fixture *f = *state;
    add(f, 0, "redis LPUSH");
    add(f, 10, "redis PING")->idle = true;
    add(f, 20, "redis LMOVE");
    fold(f, 2);
    must_be(f, (enum picture_row_kind[]){PICTURE_ROW_EVENT, PICTURE_ROW_EVENT}, 2);
    assert_int_equal(f->rows.rows[1].hidden, 1);
}

/* An attempt: begins, mails, ends. */
static void add_attempt(struct fixture *f, int64_t at_us, const char *outcome)
{
    add(f, at_us, "run begins")->kind = RECORDING_MARK;
    add(f, at_us + 1, "mail");
    struct picture_event *end = add(f, at_us + 2, "run ends");
    end->kind = RECORDING_MARK;
    end->outcome = fl_span_from(outcome);
}

static void attempts_that_are_all_identical_are_shown_the_first_and_the_last_time(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 21; i++)
        add_attempt(f, 10 * i, "failed");
    fold(f, f->events.count);
    assert_int_equal(f->rows.count, 7);
    assert_int_equal(f->rows.rows[3].kind, PICTURE_ROW_REPEATS);
    assert_int_equal(f->rows.rows[3].times, 21);
    assert_int_equal(f->rows.rows[3].hidden, 19 * 3);
}

static void an_attempt_that_ends_otherwise_is_not_folded(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 6; i++)
        add_attempt(f, 10 * i, i == 2 ? "done" : "failed");
    fold(f, f->events.count);
    for (uint32_t i = 0; i < f->rows.count; i++)
        assert_int_equal(f->rows.rows[i].kind, PICTURE_ROW_EVENT);
}

static void what_went_wrong_is_never_folded(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 21; i++)
        add_attempt(f, 10 * i, "failed");
    fold(f, 31);
    assert_true(f->rows.outlined < f->rows.count);
}

static void of_too_many_rows_the_middle_is_left_out_and_said(void **state)
{
    struct fixture *f = *state;
    static char names[EVENTS_MAX][16];
    for (int i = 0; i < 9000; i++) { /* no two alike */
        snprintf(names[i], sizeof names[i], "redis %d", i);
        add(f, i, names[i]);
    }
    uint32_t outlined[] = {5, 4000, 8999};
    for (size_t i = 0; i < sizeof outlined / sizeof outlined[0]; i++) {
        uint32_t left_out = 0;
        fold(f, outlined[i]);
        assert_in_range(f->rows.count, PICTURE_ROWS_MAX - 2, PICTURE_ROWS_MAX);
        assert_true(f->rows.outlined < f->rows.count);
        for (uint32_t k = 0; k < f->rows.count; k++)
            if (f->rows.rows[k].kind == PICTURE_ROW_LEFT_OUT) left_out += f->rows.rows[k].hidden;
        assert_int_equal(left_out, 9000 - PICTURE_ROWS_MAX + 2);
    }
}

static void it_went_wrong_at_the_last_strike_else_at_what_the_claim_is_about(void **state)
{
    struct fixture *f = *state;
    struct picture_claim claim = {.line = 7, .job = FL_SPAN("hello")};
    f->events.claims = &claim;
    f->events.claim_count = 1;
    add(f, 0, "mail")->job = FL_SPAN("hello");
    add(f, 1, "mail")->job = FL_SPAN("other");
    assert_int_equal(picture_outlined(&f->events, 7), 0);
    f->items[1].process = FL_SPAN("p1");
    add(f, 1, "judged")->kind = RECORDING_MARK;
    assert_int_equal(picture_outlined(&f->events, 0), 1);
    struct picture_event *kill = add(f, 2, "kill");
    kill->kind = RECORDING_FAULT;
    assert_int_equal(picture_outlined(&f->events, 7), 0);
    kill->effective = true;
    add(f, 3, "mail");
    assert_int_equal(picture_outlined(&f->events, 7), 3);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(idle_time_is_one_row_that_tells_how_long_and_what),
        CASE(housekeeping_that_takes_no_time_is_no_row),
        CASE(attempts_that_are_all_identical_are_shown_the_first_and_the_last_time),
        CASE(an_attempt_that_ends_otherwise_is_not_folded),
        CASE(what_went_wrong_is_never_folded),
        CASE(of_too_many_rows_the_middle_is_left_out_and_said),
        CASE(it_went_wrong_at_the_last_strike_else_at_what_the_claim_is_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
