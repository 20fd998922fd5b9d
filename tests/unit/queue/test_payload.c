#include "rows.h"

#include "queue/payload.h"

static struct retry_case {
    const char *name;
    const char *text;
    enum fl_retry_kind want;
    int64_t want_limit;
} retries[] = {
    {"retry: missing", "{}", FL_RETRY_ABSENT, 0},
    {"retry: null", "{\"retry\":null}", FL_RETRY_ABSENT, 0},
    {"retry: false", "{\"retry\":false}", FL_RETRY_OFF, 0},
    {"retry: true", "{\"retry\":true}", FL_RETRY_ON, 0},
    {"retry: an integer", "{\"retry\":7}", FL_RETRY_COUNT, 7},
    {"retry: a negative integer", "{\"retry\":-7}", FL_RETRY_COUNT, -7},
    {"retry: a float", "{\"retry\":3.7}", FL_RETRY_ON, 0},
    {"retry: a float without a point", "{\"retry\":3e0}", FL_RETRY_ON, 0},
    {"retry: text", "{\"retry\":\"5\"}", FL_RETRY_ON, 0},
    {"retry: an array", "{\"retry\":[]}", FL_RETRY_ON, 0},
    {"retry: larger than any", "{\"retry\":9223372036854775808}", FL_RETRY_COUNT, INT64_MAX},
    {"retry: smaller than any", "{\"retry\":-9223372036854775809}", FL_RETRY_COUNT, INT64_MIN},
};

static void retry_row(void **state)
{
    const struct retry_case *row = *state;
    struct fl_payload payload;
    assert_int_equal(fl_payload_parse(fl_span_from(row->text), &payload), FL_OK);
    assert_int_equal(payload.retry_kind, row->want);
    assert_int_equal(payload.retry_limit, row->want_limit);
    fl_payload_release(&payload);
}

static struct refused_case {
    const char *name;
    const char *text;
} refused[] = {
    {"no payload: empty", ""},
    {"no payload: not JSON", "not json"},
    {"no payload: an array", "[1,2]"},
    {"no payload: text", "\"a\""},
    {"no payload: a number", "7"},
    {"no payload: null", "null"},
    {"no payload: NaN inside", "{\"class\":\"W\",\"args\":[NaN]}"},
    {"no payload: bad UTF-8", "{\"class\":\"W\xff\"}"},
    {"no payload: something behind", "{} {}"},
};

static void refused_row(void **state)
{
    const struct refused_case *row = *state;
    struct fl_payload payload;
    assert_int_equal(fl_payload_parse(fl_span_from(row->text), &payload), FL_EPARSE);
}

static void reads_what_stands_there(void **state)
{
    struct fl_payload payload;
    (void)state;
    const char *text =
        "{\"class\":\"W\\u0041\",\"jid\":\"j1\",\"queue\":\"q\",\"retry_queue\":\"r\","
        "\"retry_count\":3,\"backtrace\":true,\"dead\":false,\"args\":[1]}";
    assert_int_equal(fl_payload_parse(fl_span_from(text), &payload), FL_OK);
    assert_string_equal(payload.worker, "WA");
    assert_string_equal(payload.jid, "j1");
    assert_string_equal(payload.queue, "q");
    assert_string_equal(payload.retry_queue, "r");
    assert_int_equal(payload.retry_count, 3);
    assert_int_equal(payload.backtrace_lines, -1);
    assert_true(payload.dead_given);
    assert_false(payload.dead);
    assert_int_equal(fl_json_length(payload.args), 1);
    fl_payload_release(&payload);
}

static void what_is_missing_or_of_another_type_reads_as_absent(void **state)
{
    struct fl_payload payload;
    (void)state;
    const char *text = "{\"class\":7,\"jid\":null,\"queue\":\"\",\"retry_count\":\"3\","
                       "\"backtrace\":\"x\",\"args\":null}";
    assert_int_equal(fl_payload_parse(fl_span_from(text), &payload), FL_OK);
    assert_null(payload.worker);
    assert_string_equal(payload.jid, "");
    assert_null(payload.queue);
    assert_null(payload.retry_queue);
    assert_int_equal(payload.retry_count, -1);
    assert_int_equal(payload.backtrace_lines, 0);
    assert_false(payload.dead_given);
    assert_int_equal(fl_json_length(payload.args), 0);
    fl_payload_release(&payload);
}

static struct expiry_case {
    const char *name, *payload;
    bool want;
} expiries[] = {
    /* at 1795451428.5 s */
    {"expiry: none", "{}", false},
    {"expiry: to come", "{\"expiry\":1795451429.0}", false},
    {"expiry: past", "{\"expiry\":1795451428.25}", true},
    {"expiry: past, whole seconds", "{\"expiry\":1795451428}", true},
    {"expiry: to come, whole seconds", "{\"expiry\":1795451429}", false},
    {"expiry: past, in milliseconds", "{\"expiry\":1795451428499}", true},
    {"expiry: to come, in milliseconds", "{\"expiry\":1795451428501}", false},
    {"expiry: no number", "{\"expiry\":\"soon\"}", false},
    {"expiry: nothing", "{\"expiry\":0}", false},
    {"expiry: never", "{\"expiry\":1e400}", false},
};

static void expiry_row(void **state)
{
    const struct expiry_case *row = *state;
    struct fl_payload payload;
    assert_int_equal(fl_payload_parse(fl_span_from(row->payload), &payload), FL_OK);
    assert_int_equal(fl_payload_has_expired(&payload, 1795451428500000), row->want);
    fl_payload_release(&payload);
}

int main(void)
{
    struct rows rows = {0};
    rows_add(&rows, retry_row, retries, FL_COUNT(retries), sizeof(retries[0]));
    rows_add(&rows, refused_row, refused, FL_COUNT(refused), sizeof(refused[0]));
    const struct CMUnitTest others[] = {
        cmocka_unit_test(reads_what_stands_there),
        cmocka_unit_test(what_is_missing_or_of_another_type_reads_as_absent),
    };
    for (size_t i = 0; i < FL_COUNT(others); i++)
        rows.tests[rows.count++] = others[i];
    rows_add(&rows, expiry_row, expiries, FL_COUNT(expiries), sizeof(expiries[0]));
    return rows_run(&rows, "payload");
}
