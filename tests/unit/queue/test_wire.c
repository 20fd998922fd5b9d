#include "rows.h"

#include <string.h>

#include "queue/wire.h"

static struct time_case {
    const char *name;
    enum fl_wire wire;
    int64_t wall_us;
    const char *want;
} times[] = {
    {"6 writes float seconds", FL_WIRE_6, 1795451428120701, "1795451428.120701"},
    {"7 writes float seconds", FL_WIRE_7, 1795451428000000, "1795451428.0"},
    {"8 writes milliseconds", FL_WIRE_8, 1795451428120701, "1795451428120"},
};

static void writes_time(void **state)
{
    const struct time_case *row = *state;
    struct fl_buf out = FL_BUF_INIT(64);
    assert_int_equal(fl_wire_write_time(fl_wire_facts(row->wire), &out, row->wall_us), FL_OK);
    assert_string_equal(out.bytes, row->want);
    fl_buf_release(&out);
}

static struct read_case {
    const char *name;
    const char *json;
    bool want_ok;
    int64_t want_us;
} reads[] = {
    {"a fraction is seconds", "1795451428.120701", true, 1795451428120701},
    {"an integer is milliseconds", "1795451428120", true, 1795451428120000},
    {"text is no time", "\"1795451428\"", false, 0},
    {"null is no time", "null", false, 0},
    {"beyond what fits is no time", "9223372036854775807", false, 0},
    {"infinity is no time", "1e400", false, 0},
};

static void reads_time(void **state)
{
    const struct read_case *row = *state;
    struct fl_json json;
    int64_t wall_us = -1;
    assert_int_equal(fl_json_parse(fl_span_from(row->json), &json, NULL), FL_OK);
    assert_int_equal(fl_wire_read_time(fl_json_root(&json), &wall_us), row->want_ok);
    assert_int_equal(wall_us, row->want_ok ? row->want_us : -1);
    fl_json_release(&json);
}

static struct fact_case {
    const char *name;
    enum fl_wire wire;
    const char *suffix;
    int64_t beat_us;
} facts[] = {
    {"6 beats each 5 s under :workers", FL_WIRE_6, ":workers", 5000000},
    {"7 beats each 10 s under :work", FL_WIRE_7, ":work", 10000000},
    {"8 beats each 10 s under :work", FL_WIRE_8, ":work", 10000000},
};

static void has_facts(void **state)
{
    const struct fact_case *row = *state;
    assert_string_equal(fl_wire_facts(row->wire)->work_suffix, row->suffix);
    assert_int_equal(fl_wire_facts(row->wire)->beat_us, row->beat_us);
}

static void each_line_has_its_own_facts(void **state)
{
    (void)state;
    const struct fl_wire_facts *six = fl_wire_facts(FL_WIRE_6), *seven = fl_wire_facts(FL_WIRE_7),
                               *eight = fl_wire_facts(FL_WIRE_8);
    assert_null(six->version);
    assert_string_equal(seven->version, "7.3.10");
    assert_string_equal(eight->version, "8.1.7");
    assert_string_equal(six->presence_command, "HMSET");
    assert_string_equal(seven->presence_command, "HSET");
    assert_true(six->stats_every_beat && !seven->stats_every_beat && !eight->stats_every_beat);
    assert_true(six->base64_lines && !seven->base64_lines && !eight->base64_lines);
    assert_true(!six->jitter_uniform && !seven->jitter_uniform && eight->jitter_uniform);
    assert_true(!six->retry_for_alone && !seven->retry_for_alone && eight->retry_for_alone);
    assert_true(!six->discard_is_death && !seven->discard_is_death && eight->discard_is_death);
    assert_true(!seven->concurrency_is_field && eight->concurrency_is_field);
    assert_int_equal(six->metrics, FL_METRICS_NONE);
    assert_int_equal(seven->metrics, FL_METRICS_OF_7);
    assert_int_equal(eight->metrics, FL_METRICS_OF_8);
    assert_int_equal(seven->poll_spread, 1);
    assert_int_equal(eight->poll_spread, 2);
    assert_int_equal(seven->scheduled_slice, 1000);
    assert_int_equal(eight->scheduled_slice, 100);
}

int main(void)
{
    struct rows rows = {0};
    rows_add(&rows, writes_time, times, FL_COUNT(times), sizeof(times[0]));
    rows_add(&rows, reads_time, reads, FL_COUNT(reads), sizeof(reads[0]));
    rows_add(&rows, has_facts, facts, FL_COUNT(facts), sizeof(facts[0]));
    rows.tests[rows.count++] = (struct CMUnitTest)cmocka_unit_test(each_line_has_its_own_facts);
    return rows_run(&rows, "wire");
}
