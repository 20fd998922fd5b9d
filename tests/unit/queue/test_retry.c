#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "queue/retry.h"

static struct delay_case {
    const char *name;
    int64_t count, want_s;
} delays[] = {
    {"delay: the first failure waits the base", 0, 15},
    {"delay: the second waits a second more", 1, 16},
    {"delay: the fifth", 4, 271},
    {"delay: the last of 25 is almost four days", 24, 331791},
    {"delay: a count without end does not overflow", INT64_MAX, 1000000000015},
};

static void delay_row(void **state)
{
    const struct delay_case *row = *state;
    assert_int_equal(fl_retry_delay_s(row->count), row->want_s);
}

static struct jitter_case {
    const char *name;
    enum fl_wire wire;
    int64_t count;
    uint64_t want_bound;
    int64_t want_most_s;
} jitters[] = {
    {"jitter: 6 is a multiple of count+1", FL_WIRE_6, 2, 10, 27},
    {"jitter: 7 is a multiple of count+1", FL_WIRE_7, 24, 10, 225},
    {"jitter: 7 of the first failure", FL_WIRE_7, 0, 10, 9},
    {"jitter: 8 is uniform", FL_WIRE_8, 2, 30, 29},
    {"jitter: 8 of the first failure", FL_WIRE_8, 0, 10, 9},
};

static void jitter_row(void **state)
{
    const struct jitter_case *row = *state;
    const struct fl_wire_facts *facts = fl_wire_facts(row->wire);
    uint64_t bound = fl_retry_jitter_bound(facts, row->count);
    assert_int_equal(bound, row->want_bound);
    assert_int_equal(fl_retry_jitter_s(facts, row->count, 0), 0);
    assert_int_equal(fl_retry_jitter_s(facts, row->count, bound - 1), row->want_most_s);
}

enum { DEFAULT = FL_RETRY_DEFAULT, NEVER = FL_RETRY_NEVER, UNKNOWN = -100 };

static struct fate_case {
    const char *name;
    const char *payload; /* its fields besides class */
    int worker_retry;    /* UNKNOWN: no such class */
    enum fl_failure failure;
    enum fl_fate want;
    int64_t want_count;
} fates[] = {
    {"fate: true, first failure", "\"retry\":true", DEFAULT, FL_TRANSIENT, FL_FATE_RETRIED, 0},
    {"fate: true, 25th failure", "\"retry\":true,\"retry_count\":23", DEFAULT, FL_TRANSIENT,
     FL_FATE_RETRIED, 24},
    {"fate: true, 26th failure", "\"retry\":true,\"retry_count\":24", DEFAULT, FL_TRANSIENT,
     FL_FATE_BURIED, 25},
    {"fate: 5, fifth failure", "\"retry\":5,\"retry_count\":3", DEFAULT, FL_TRANSIENT,
     FL_FATE_RETRIED, 4},
    {"fate: 5, sixth failure", "\"retry\":5,\"retry_count\":4", DEFAULT, FL_TRANSIENT,
     FL_FATE_BURIED, 5},
    {"fate: 0 dies at once", "\"retry\":0", DEFAULT, FL_TRANSIENT, FL_FATE_BURIED, 0},
    {"fate: -1 dies at once", "\"retry\":-1", DEFAULT, FL_TRANSIENT, FL_FATE_BURIED, 0},
    {"fate: false drops", "\"retry\":false", DEFAULT, FL_TRANSIENT, FL_FATE_DROPPED, 0},
    {"fate: false wins over the worker's 5", "\"retry\":false", 5, FL_TRANSIENT, FL_FATE_DROPPED,
     0},
    {"fate: \"5\" is 25", "\"retry\":\"5\",\"retry_count\":4", 3, FL_TRANSIENT, FL_FATE_RETRIED, 5},
    {"fate: 3.7 is 25", "\"retry\":3.7,\"retry_count\":4", 3, FL_TRANSIENT, FL_FATE_RETRIED, 5},
    {"fate: beyond any integer is for ever", "\"retry\":99999999999999999999,\"retry_count\":99",
     DEFAULT, FL_TRANSIENT, FL_FATE_RETRIED, 100},
    {"fate: absent takes the worker's 2", "\"retry_count\":0", 2, FL_TRANSIENT, FL_FATE_RETRIED, 1},
    {"fate: absent, the worker's 2 are spent", "\"retry_count\":1", 2, FL_TRANSIENT, FL_FATE_BURIED,
     2},
    {"fate: null is absent", "\"retry\":null", NEVER, FL_TRANSIENT, FL_FATE_DROPPED, 0},
    {"fate: absent and the worker never retries", "", NEVER, FL_TRANSIENT, FL_FATE_DROPPED, 0},
    {"fate: unknown class without retry is kept", "", UNKNOWN, FL_TRANSIENT, FL_FATE_RETRIED, 0},
    {"fate: unknown class with false drops", "\"retry\":false", UNKNOWN, FL_TRANSIENT,
     FL_FATE_DROPPED, 0},
    {"fate: permanent dies at once", "\"retry\":true", DEFAULT, FL_PERMANENT, FL_FATE_BURIED, 0},
    {"fate: permanent and false drops", "\"retry\":false", DEFAULT, FL_PERMANENT, FL_FATE_DROPPED,
     0},
    {"fate: system is retried", "\"retry\":true", DEFAULT, FL_SYSTEM, FL_FATE_RETRIED, 0},
    {"fate: dead false is not buried", "\"retry\":0,\"dead\":false", DEFAULT, FL_TRANSIENT,
     FL_FATE_EXHAUSTED, 0},
    {"fate: dead null is buried", "\"retry\":0,\"dead\":null", DEFAULT, FL_TRANSIENT,
     FL_FATE_BURIED, 0},
    {"fate: a count that is no number is none", "\"retry\":true,\"retry_count\":\"7\"", DEFAULT,
     FL_TRANSIENT, FL_FATE_RETRIED, 0},
};

static enum fl_outcome perform(struct fl_job *job)
{
    (void)job;
    return FL_DONE;
}

static struct fl_payload parsed(const char *text)
{
    struct fl_payload payload;
    assert_int_equal(fl_payload_parse(fl_span_from(text), &payload), FL_OK);
    return payload;
}

static void fate_row(void **state)
{
    const struct fate_case *row = *state;
    char text[256];
    snprintf(text, sizeof(text), "{\"class\":\"W\"%s%s}", *row->payload ? "," : "", row->payload);
    struct fl_payload payload = parsed(text);
    const struct fl_worker worker = {
        .name = "W", .perform = perform, .retry = row->worker_retry, .dead = FL_DEAD_DEFAULT};
    struct fl_verdict verdict;
    fl_retry_decide(&payload, row->worker_retry == UNKNOWN ? NULL : &worker, row->failure, 25,
                    fl_wire_facts(FL_WIRE_7), &verdict);
    assert_int_equal(verdict.fate, row->want);
    assert_int_equal(verdict.retry_count, row->want_count);
    fl_payload_release(&payload);
}

static void the_workers_dead_option_holds_when_the_payload_is_silent(void **state)
{
    (void)state;
    const struct fl_worker worker = {
        .name = "W", .perform = perform, .retry = 0, .dead = FL_DEAD_DROP};
    struct fl_verdict verdict;
    struct fl_payload silent = parsed("{\"class\":\"W\"}");
    fl_retry_decide(&silent, &worker, FL_TRANSIENT, 25, fl_wire_facts(FL_WIRE_7), &verdict);
    assert_int_equal(verdict.fate, FL_FATE_EXHAUSTED);
    fl_payload_release(&silent);
    struct fl_payload kept = parsed("{\"class\":\"W\",\"dead\":true}");
    fl_retry_decide(&kept, &worker, FL_TRANSIENT, 25, fl_wire_facts(FL_WIRE_7), &verdict);
    assert_int_equal(verdict.fate, FL_FATE_BURIED);
    fl_payload_release(&kept);
}

/* --- the payload, byte by byte --- */

__attribute__((format(printf, 3, 4))) static void fail_at(struct fl_failure_record *record,
                                                          int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fl_failure_set(record, FL_TRANSIENT, "RuntimeError", "perform", "/a/b/c.c", line, format, args);
    va_end(args);
}

static void fail_with(struct fl_failure_record *record, const char *message)
{
    fail_at(record, 7, "%s", message);
}

static struct text_case {
    const char *name;
    enum fl_wire wire;
    const char *message;
    const char *before, *after;
} texts[] = {
    {"payload: the first failure adds five keys behind all others", FL_WIRE_7, "boom",
     "{\"retry\":true,\"queue\":\"default\",\"args\":[12345678901234567890,1.10,\"\\u00e9/\"],"
     "\"class\":\"W\",\"jid\":\"j\",\"x\":{\"y\":[]}}",
     "{\"retry\":true,\"queue\":\"default\",\"args\":[12345678901234567890,1.10,\"\\u00e9/\"],"
     "\"class\":\"W\",\"jid\":\"j\",\"x\":{\"y\":[]},\"error_message\":\"boom\","
     "\"error_class\":\"RuntimeError\",\"failed_at\":1795451428.120701,\"retry_count\":0}"},
    {"payload: a later failure changes values where they stand", FL_WIRE_7, "again",
     "{\"retry\":true,\"class\":\"W\",\"error_message\":\"boom\",\"error_class\":\"E\","
     "\"failed_at\":1.5,\"retry_count\":0,\"queue\":\"default\"}",
     "{\"retry\":true,\"class\":\"W\",\"error_message\":\"again\",\"error_class\":\"RuntimeError\","
     "\"failed_at\":1.5,\"retry_count\":1,\"queue\":\"default\",\"retried_at\":1795451428.120701}"},
    {"payload: by hand a job keeps its first failure and costs no attempt", FL_WIRE_7, "again",
     "{\"retry\":true,\"class\":\"W\",\"failed_at\":1.5,\"retry_count\":-1,\"queue\":\"default\"}",
     "{\"retry\":true,\"class\":\"W\",\"failed_at\":1.5,\"retry_count\":0,\"queue\":\"default\","
     "\"error_message\":\"again\",\"error_class\":\"RuntimeError\","
     "\"retried_at\":1795451428.120701}"},
    {"payload: 8 writes milliseconds and keeps the other unit", FL_WIRE_8, "again",
     "{\"retry\":1,\"class\":\"W\",\"failed_at\":1.5,\"retry_count\":0,\"queue\":\"q\"}",
     "{\"retry\":1,\"class\":\"W\",\"failed_at\":1.5,\"retry_count\":1,\"queue\":\"default\","
     "\"error_message\":\"again\",\"error_class\":\"RuntimeError\",\"retried_at\":1795451428120}"},
    {"payload: retry_queue takes the place of the queue", FL_WIRE_7, "b",
     "{\"retry\":1,\"class\":\"W\",\"retry_queue\":\"slow\",\"queue\":\"default\"}",
     "{\"retry\":1,\"class\":\"W\",\"retry_queue\":\"slow\",\"queue\":\"slow\","
     "\"error_message\":\"b\",\"error_class\":\"RuntimeError\",\"failed_at\":1795451428.120701,"
     "\"retry_count\":0}"},
    {"payload: the worker's retry is written down when there was none", FL_WIRE_7, "b",
     "{\"class\":\"W\",\"queue\":\"default\"}",
     "{\"class\":\"W\",\"queue\":\"default\",\"retry\":5,\"error_message\":\"b\","
     "\"error_class\":\"RuntimeError\",\"failed_at\":1795451428.120701,\"retry_count\":0}"},
    {"payload: bad bytes of a message are mended", FL_WIRE_7, "a\xff\"\n",
     "{\"retry\":1,\"class\":\"W\",\"queue\":\"default\"}",
     "{\"retry\":1,\"class\":\"W\",\"queue\":\"default\",\"error_message\":"
     "\"a\xEF\xBF\xBD\\\"\\n\","
     "\"error_class\":\"RuntimeError\",\"failed_at\":1795451428.120701,\"retry_count\":0}"},
    {"payload: the backtrace is packed when it is asked for", FL_WIRE_7, "b",
     "{\"retry\":1,\"backtrace\":1,\"class\":\"W\",\"queue\":\"default\"}",
     "{\"retry\":1,\"backtrace\":1,\"class\":\"W\",\"queue\":\"default\",\"error_message\":\"b\","
     "\"error_class\":\"RuntimeError\",\"failed_at\":1795451428.120701,\"retry_count\":0,"
     "\"error_backtrace\":\"eJyLVkrST9ZLtjK3ysxTSChILUrLL8pVV4oFAFuaB6Y=\"}"},
};

static void text_row(void **state)
{
    const struct text_case *row = *state;
    const struct fl_worker worker = {.name = "W", .perform = perform, .retry = 5};
    struct fl_payload payload = parsed(row->before);
    struct fl_failure_record record = {0};
    struct fl_buf out = FL_BUF_INIT(4096);
    struct fl_verdict verdict;
    fail_with(&record, row->message);
    fl_retry_decide(&payload, &worker, FL_TRANSIENT, 25, fl_wire_facts(FL_WIRE_7), &verdict);
    assert_int_equal(fl_retry_payload(&payload, &verdict, &record, "default",
                                      fl_wire_facts(row->wire), 1795451428120701, &out),
                     FL_OK);
    assert_string_equal(out.bytes, row->after);
    fl_buf_release(&out);
    fl_failure_clear(&record);
    fl_payload_release(&payload);
}

static struct cut_case {
    const char *name;
    size_t length, want;
} cuts[] = {
    {"message: 10,000 characters stay", 10000, 10000},
    {"message: what is beyond is cut", 20000, 10000},
};

static void cut_row(void **state)
{
    const struct cut_case *row = *state;
    struct fl_failure_record record = {0};
    char *text = malloc(row->length + 1);
    memset(text, 'x', row->length);
    text[row->length] = '\0';
    fail_with(&record, text);
    assert_int_equal(strlen(fl_failure_message(&record)), row->want);
    fl_failure_clear(&record);
    free(text);
}

static void the_sites_of_a_chain_stand_innermost_first(void **state)
{
    (void)state;
    struct fl_failure_record record = {0};
    fail_with(&record, "inner");
    fail_with(&record, "outer");
    assert_int_equal(record.site_count, 2);
    assert_string_equal(record.sites.bytes, "b/c.c:7:in `perform'");
    assert_string_equal(fl_failure_message(&record), "outer");
    for (int i = 0; i < FL_SITES_MAX + 5; i++)
        fail_with(&record, "deeper");
    assert_int_equal(record.site_count, FL_SITES_MAX);
    fl_failure_clear(&record);
}

static void line_6_breaks_its_base64(void **state)
{
    (void)state;
    struct fl_failure_record record = {0};
    struct fl_buf plain = FL_BUF_INIT(4096), broken = FL_BUF_INIT(4096);
    for (int i = 0; i < 30; i++)
        fail_at(&record, i * i * 7919, "x");
    assert_int_equal(fl_backtrace_pack(&record, -1, false, &plain), FL_OK);
    assert_int_equal(fl_backtrace_pack(&record, -1, true, &broken), FL_OK);
    assert_null(strchr(plain.bytes, '\n'));
    assert_true(plain.length > 120);
    assert_int_equal(strchr(broken.bytes, '\n') - broken.bytes, 60);
    assert_int_equal(broken.bytes[broken.length - 1], '\n');
    assert_int_equal(broken.length, plain.length + (plain.length + 59) / 60);
    fl_buf_release(&plain);
    fl_buf_release(&broken);
    fl_failure_clear(&record);
}

#define FAILED_AT 1795451428

static struct late_case {
    const char *name, *payload;
    int retry_for_s; /* the class's own */
    int64_t now_s;
    bool want;
} lates[] = {
    {"late: nobody says so", "{\"failed_at\":1795451428.5}", 0, FAILED_AT + 9999999, false},
    {"late: within its time", "{\"failed_at\":1795451428.0}", 60, FAILED_AT + 60, false},
    {"late: past it", "{\"failed_at\":1795451428.0}", 60, FAILED_AT + 61, true},
    {"late: in milliseconds", "{\"failed_at\":1795451428000}", 60, FAILED_AT + 61, true},
    {"late: the payload's wins", "{\"failed_at\":1795451428.0,\"retry_for\":3600}", 60,
     FAILED_AT + 61, false},
    {"late: the payload's alone", "{\"failed_at\":1795451428.0,\"retry_for\":10}", 0,
     FAILED_AT + 11, true},
    {"late: an instant is no time", "{\"failed_at\":1795451428.0,\"retry_for\":1795451429}", 0,
     FAILED_AT *INT64_C(3), false},
    {"late: has not failed before", "{\"retry_for\":10}", 60, FAILED_AT + 9999, false},
};

static void late_row(void **state)
{
    const struct late_case *row = *state;
    const struct fl_worker worker = {.name = "W", .retry_for_s = row->retry_for_s};
    struct fl_payload payload;
    assert_int_equal(fl_payload_parse(fl_span_from(row->payload), &payload), FL_OK);
    assert_int_equal(fl_retry_is_too_late(&payload, &worker, row->now_s * 1000000), row->want);
    fl_payload_release(&payload);
}

static struct alone_case {
    const char *name, *payload;
    enum fl_wire wire;
    enum fl_failure failure;
    enum fl_fate want;
} alones[] = {
    {"retry_for: line 7 counts retries, too", "{\"retry\":0,\"retry_for\":60}", FL_WIRE_7,
     FL_TRANSIENT, FL_FATE_BURIED},
    {"retry_for: line 8 counts none", "{\"retry\":0,\"retry_for\":60}", FL_WIRE_8, FL_TRANSIENT,
     FL_FATE_RETRIED},
    {"retry_for: line 8 counts where there is none", "{\"retry\":0}", FL_WIRE_8, FL_TRANSIENT,
     FL_FATE_BURIED},
    {"retry_for: an instant is none", "{\"retry\":0,\"retry_for\":1795451429}", FL_WIRE_8,
     FL_TRANSIENT, FL_FATE_BURIED},
    {"retry_for: a permanent failure has no time", "{\"retry\":0,\"retry_for\":60}", FL_WIRE_8,
     FL_PERMANENT, FL_FATE_BURIED},
    {"retry_for: nothing for who is not to be retried", "{\"retry\":false,\"retry_for\":60}",
     FL_WIRE_8, FL_TRANSIENT, FL_FATE_DROPPED},
};

static void alone_row(void **state)
{
    const struct alone_case *row = *state;
    struct fl_verdict verdict;
    struct fl_payload payload = parsed(row->payload);
    fl_retry_decide(&payload, NULL, row->failure, 25, fl_wire_facts(row->wire), &verdict);
    assert_int_equal(verdict.fate, row->want);
    fl_payload_release(&payload);
}

static void who_is_given_up_is_kept_unless_dead_is_false(void **state)
{
    struct fl_payload payload;
    struct fl_verdict verdict = {.fate = FL_FATE_RETRIED};
    (void)state;
    assert_int_equal(fl_payload_parse(FL_SPAN("{}"), &payload), FL_OK);
    fl_retry_give_up(&payload, NULL, &verdict);
    assert_int_equal(verdict.fate, FL_FATE_BURIED);
    fl_payload_release(&payload);
    assert_int_equal(fl_payload_parse(FL_SPAN("{\"dead\":false}"), &payload), FL_OK);
    fl_retry_give_up(&payload, NULL, &verdict);
    assert_int_equal(verdict.fate, FL_FATE_EXHAUSTED);
    fl_payload_release(&payload);
}

int main(void)
{
    struct rows rows = {0};
    rows_add(&rows, delay_row, delays, FL_COUNT(delays), sizeof(delays[0]));
    rows_add(&rows, jitter_row, jitters, FL_COUNT(jitters), sizeof(jitters[0]));
    rows_add(&rows, fate_row, fates, FL_COUNT(fates), sizeof(fates[0]));
    rows_add(&rows, text_row, texts, FL_COUNT(texts), sizeof(texts[0]));
    rows_add(&rows, cut_row, cuts, FL_COUNT(cuts), sizeof(cuts[0]));
    const struct CMUnitTest others[] = {
        cmocka_unit_test(the_workers_dead_option_holds_when_the_payload_is_silent),
        cmocka_unit_test(the_sites_of_a_chain_stand_innermost_first),
        cmocka_unit_test(line_6_breaks_its_base64),
    };
    for (size_t i = 0; i < FL_COUNT(others); i++)
        rows.tests[rows.count++] = others[i];
    rows_add(&rows, late_row, lates, FL_COUNT(lates), sizeof(lates[0]));
    rows_add(&rows, alone_row, alones, FL_COUNT(alones), sizeof(alones[0]));
    rows.tests[rows.count++] =
        (struct CMUnitTest)cmocka_unit_test(who_is_given_up_is_kept_unless_dead_is_false);
    return rows_run(&rows, "retry");
}
