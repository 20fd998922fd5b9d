#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "queue/tally.h"

static enum fl_outcome perform(struct fl_job *job)
{
    (void)job;
    return FL_DONE;
}

static const struct fl_worker mail = {.name = "MailWorker", .perform = perform},
                              csv = {.name = "Csv::Worker", .perform = perform};

static struct bucket_case {
    const char *name;
    int64_t ms;
    unsigned want;
} buckets[] = {
    {"bucket: nothing", 0, 0},
    {"bucket: right below a bound", 19, 0},
    {"bucket: a bound belongs to the next", 20, 1},
    {"bucket: half a second", 500, 9},
    {"bucket: right below the last bound", 334999, 24},
    {"bucket: the last has no end", 335000, 25},
    {"bucket: a day", 86400000, 25},
};

static void bucket_row(void **state)
{
    const struct bucket_case *row = *state;
    assert_int_equal(fl_tally_bucket(row->ms), row->want);
}

struct fixture {
    struct desk desk;
    struct fl_tally tally;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    desk_open(&f->desk);
    assert_int_equal(fl_tally_init(&f->tally, f->desk.ports.tasks), FL_OK);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    fl_tally_release(&f->tally);
    desk_close(&f->desk);
    free(f);
    return 0;
}

static enum fl_error flush(struct fixture *f, enum fl_wire wire)
{
    return fl_tally_flush(&f->tally, fl_wire_facts(wire), f->desk.ports.redis, f->desk.ports.clock);
}

static void note_some(struct fixture *f)
{
    fl_tally_note(&f->tally, &mail, 5000, FL_TALLY_DONE);
    fl_tally_note(&f->tally, &mail, 25999, FL_TALLY_DONE);
    fl_tally_note(&f->tally, &mail, 90000, FL_TALLY_FAILED);
    fl_tally_note(&f->tally, &csv, 7000000, FL_TALLY_FAILED);
    fl_tally_note(&f->tally, NULL, 1, FL_TALLY_DONE);
}

/* 2026-11-23T16:30:28Z, six and a half hours earlier: 10:00. */
static void set_time_with_a_short_minute(struct fixture *f)
{
    f->desk.clock.wall_us -= INT64_C(6) * 3600000000 + INT64_C(26) * 60000000;
}

static void line_7_pads_hours_of_histograms_and_no_minutes(void **state)
{
    struct fixture *f = *state;
    set_time_with_a_short_minute(f); /* 10:04 */
    note_some(f);
    assert_int_equal(flush(f, FL_WIRE_7), FL_OK);
    assert_string_equal(
        f->desk.sent.bytes,
        "BITFIELD MailWorker-23-10:4 OVERFLOW SAT INCRBY u16 #0 1 INCRBY u16 #1 1\n"
        "EXPIRE MailWorker-23-10:4 28800\n"
        "HINCRBY j|20261123|10:4 MailWorker|ms 30\nHINCRBY j|20261123|10:4 MailWorker|p 3\n"
        "HINCRBY j|20261123|10:4 MailWorker|f 1\n"
        "HINCRBY j|20261123|10:4 Csv::Worker|p 1\nHINCRBY j|20261123|10:4 Csv::Worker|f 1\n"
        "EXPIRE j|20261123|10:4 28800\n");
}

static void line_8_has_a_rollup_of_ten_minutes(void **state)
{
    struct fixture *f = *state;
    f->desk.clock.wall_us -= INT64_C(9) * 3600000000 + INT64_C(26) * 60000000; /* 7:04 */
    fl_tally_note(&f->tally, &mail, 21000, FL_TALLY_DONE);
    assert_int_equal(flush(f, FL_WIRE_8), FL_OK);
    assert_string_equal(f->desk.sent.bytes,
                        "BITFIELD h|MailWorker-23-7:4 OVERFLOW SAT INCRBY u16 #1 1\n"
                        "EXPIRE h|MailWorker-23-7:4 28800\n"
                        "HINCRBY j|261123|7:0 MailWorker|ms 21\n"
                        "HINCRBY j|261123|7:0 MailWorker|p 1\nEXPIRE j|261123|7:0 259200\n"
                        "HINCRBY j|261123|7:04 MailWorker|ms 21\n"
                        "HINCRBY j|261123|7:04 MailWorker|p 1\nEXPIRE j|261123|7:04 28800\n");
}

static void line_6_writes_nothing(void **state)
{
    struct fixture *f = *state;
    note_some(f);
    assert_int_equal(flush(f, FL_WIRE_6), FL_OK);
    assert_int_equal(f->desk.exchanges, 0);
    assert_int_equal(flush(f, FL_WIRE_7), FL_OK); /* nor later */
    assert_int_equal(f->desk.exchanges, 0);
}

static void what_is_written_is_forgotten(void **state)
{
    struct fixture *f = *state;
    note_some(f);
    assert_int_equal(flush(f, FL_WIRE_7), FL_OK);
    int exchanges = f->desk.exchanges;
    assert_int_equal(flush(f, FL_WIRE_7), FL_OK);
    assert_int_equal(f->desk.exchanges, exchanges);
}

static void what_may_have_been_written_is_not_written_again(void **state)
{
    struct fixture *f = *state;
    note_some(f);
    desk_fail(&f->desk, DESK_LOST, 0);
    assert_int_equal(flush(f, FL_WIRE_7), FL_ELOST);
    int exchanges = f->desk.exchanges;
    assert_int_equal(flush(f, FL_WIRE_7), FL_OK);
    assert_int_equal(f->desk.exchanges, exchanges);
}

static void counters_of_histograms_stop_at_their_end(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 70000; i++)
        fl_tally_note(&f->tally, &mail, 0, FL_TALLY_DONE);
    assert_int_equal(flush(f, FL_WIRE_7), FL_OK);
    assert_non_null(strstr(f->desk.sent.bytes, "INCRBY u16 #0 65535\n"));
    assert_non_null(strstr(f->desk.sent.bytes, "MailWorker|p 70000\n"));
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    struct rows rows = {0};
    rows_add(&rows, bucket_row, buckets, FL_COUNT(buckets), sizeof(buckets[0]));
    const struct CMUnitTest others[] = {
        WITH_FIXTURE(line_7_pads_hours_of_histograms_and_no_minutes),
        WITH_FIXTURE(line_8_has_a_rollup_of_ten_minutes),
        WITH_FIXTURE(line_6_writes_nothing),
        WITH_FIXTURE(what_is_written_is_forgotten),
        WITH_FIXTURE(what_may_have_been_written_is_not_written_again),
        WITH_FIXTURE(counters_of_histograms_stop_at_their_end),
    };
    for (size_t i = 0; i < FL_COUNT(others); i++)
        rows.tests[rows.count++] = others[i];
    return rows_run(&rows, "tally");
}
