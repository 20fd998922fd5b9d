#include "queue/lock.h"

#include <string.h>

#include "rows.h"

#define DIGEST "uniquejobs:95e9bbd93afe57b274947cc16369f573"

static struct digest_case {
    const char *name, *args, *queue, *want;
} digests[] = {
    /* md5 of {"class":"W","lock_args":[1,"two",{"a":null}],"queue":"default"} */
    {"digest: of class, arguments and queue", "[1,\"two\",{\"a\":null}]", "default", DIGEST},
    {"digest: blanks do not matter", "[ 1, \"two\" ,\n{\"a\" : null} ]", "default", DIGEST},
    {"digest: nor how a text is written", "[1,\"t\\u0077o\",{\"a\":null}]", "default", DIGEST},
    {"digest: no arguments, another queue", "[]", "low",
     "uniquejobs:a5994572c4d0c8338d8f5d87712cfc20"},
};

static void digest_row(void **state)
{
    const struct digest_case *row = *state;
    char digest[FL_LOCK_DIGEST_BYTES];
    struct fl_json json;
    assert_int_equal(fl_json_parse(fl_span_from(row->args), &json, NULL), FL_OK);
    assert_int_equal(fl_lock_digest("W", row->queue, fl_json_root(&json), digest), FL_OK);
    assert_string_equal(digest, row->want);
    fl_json_release(&json);
}

#define JOB(more) "{\"class\":\"W\",\"jid\":\"j\",\"args\":[1,\"two\",{\"a\":null}]" more "}"

static const struct fl_worker unlocked = {.name = "W"};
static const struct fl_worker locked = {.name = "W",
                                        .lock = FL_LOCK_WHILE_EXECUTING,
                                        .lock_ttl_s = 9,
                                        .on_conflict = FL_CONFLICT_RAISE};

static struct payload_case {
    const char *name, *payload;
    const struct fl_worker *worker;
    enum fl_lock want;
    enum fl_conflict want_conflict;
    int64_t want_ttl_ms;
    const char *want_waiting;
} payloads[] = {
    {"lock: none", JOB(""), &unlocked, FL_LOCK_NONE, 0, 0, ""},
    {"lock: none of an unknown class", JOB(""), NULL, FL_LOCK_NONE, 0, 0, ""},
    {"lock: the class's own", JOB(""), &locked, FL_LOCK_WHILE_EXECUTING, FL_CONFLICT_RAISE, 9000,
     DIGEST ":LOCKED"},
    {"lock: the payload's wins", JOB(",\"lock\":\"until_executed\",\"lock_ttl\":60"), &locked,
     FL_LOCK_UNTIL_EXECUTED, FL_CONFLICT_RAISE, 60000, DIGEST ":LOCKED"},
    {"lock: of an unknown class", JOB(",\"lock\":\"until_and_while_executing\""), NULL,
     FL_LOCK_UNTIL_AND_WHILE_EXECUTING, FL_CONFLICT_RESCHEDULE, 0, DIGEST ":LOCKED"},
    {"lock: an alias", JOB(",\"lock\":\"until_completed\""), NULL, FL_LOCK_UNTIL_EXECUTED,
     FL_CONFLICT_RESCHEDULE, 0, DIGEST ":LOCKED"},
    {"lock: an alias with a strategy", JOB(",\"lock\":\"while_executing_reject\""), NULL,
     FL_LOCK_WHILE_EXECUTING, FL_CONFLICT_REJECT, 0, DIGEST ":LOCKED"},
    {"lock: the payload says no", JOB(",\"lock\":null"), &locked, FL_LOCK_NONE, 0, 0, ""},
    {"lock: a word nobody knows", JOB(",\"lock\":\"for_ever\""), &locked, FL_LOCK_NONE, 0, 0, ""},
    {"lock: a strategy", JOB(",\"lock\":\"while_executing\",\"on_conflict\":\"reject\""), NULL,
     FL_LOCK_WHILE_EXECUTING, FL_CONFLICT_REJECT, 0, DIGEST ":LOCKED"},
    {"lock: the server's strategy",
     JOB(",\"lock\":\"while_executing\",\"on_conflict\":{\"client\":\"log\",\"server\":\"raise\"}"),
     NULL, FL_LOCK_WHILE_EXECUTING, FL_CONFLICT_RAISE, 0, DIGEST ":LOCKED"},
    {"lock: the digest of the push stays",
     JOB(",\"lock\":\"until_executed\",\"queue\":\"retries\","
         "\"lock_digest\":\"uniquejobs:abc\""),
     NULL, FL_LOCK_UNTIL_EXECUTED, FL_CONFLICT_RESCHEDULE, 0, "uniquejobs:abc:LOCKED"},
    {"lock: a digest that is no text", JOB(",\"lock\":\"until_executed\",\"lock_digest\":7"), NULL,
     FL_LOCK_UNTIL_EXECUTED, FL_CONFLICT_RESCHEDULE, 0, DIGEST ":LOCKED"},
    {"lock: without a jid nobody can hold it",
     "{\"class\":\"W\",\"args\":[],\"lock\":\"until_executed\"}", NULL, FL_LOCK_NONE, 0, 0, ""},
    {"lock: a time to live without end", JOB(",\"lock_ttl\":9223372036854775807"), &locked,
     FL_LOCK_WHILE_EXECUTING, FL_CONFLICT_RAISE, FL_LOCK_TTL_S_MAX *INT64_C(1000),
     DIGEST ":LOCKED"},
};

static struct number_case {
    const char *name, *payload;
    int64_t want_limit, want_timeout_us;
} numbers[] = {
    {"numbers: the class's own", JOB(""), 3, 7000000},
    {"numbers: the payload's win", JOB(",\"lock_limit\":2,\"lock_timeout\":1"), 2, 1000000},
    {"numbers: none for nobody, and no waiting", JOB(",\"lock_limit\":0,\"lock_timeout\":-1"), 1,
     0},
    {"numbers: too many, and for too long",
     JOB(",\"lock_limit\":9223372036854775807,\"lock_timeout\":9223372036854775807"),
     FL_LOCK_LIMIT_MAX, FL_LOCK_TIMEOUT_S_MAX *INT64_C(1000000)},
    {"numbers: words are none", JOB(",\"lock_limit\":\"2\",\"lock_timeout\":null"), 3, 7000000},
};

static void number_row(void **state)
{
    static const struct fl_worker worker = {
        .name = "W", .lock = FL_LOCK_WHILE_EXECUTING, .lock_limit = 3, .lock_timeout_s = 7};
    const struct number_case *row = *state;
    struct fl_payload payload;
    struct fl_job_lock lock;
    assert_int_equal(fl_payload_parse(fl_span_from(row->payload), &payload), FL_OK);
    assert_int_equal(fl_lock_of(&payload, &worker, "default", &lock), FL_OK);
    assert_int_equal(lock.limit, row->want_limit);
    assert_int_equal(lock.timeout_us, row->want_timeout_us);
    fl_payload_release(&payload);
}

static void payload_row(void **state)
{
    const struct payload_case *row = *state;
    struct fl_payload payload;
    struct fl_job_lock lock;
    assert_int_equal(fl_payload_parse(fl_span_from(row->payload), &payload), FL_OK);
    assert_int_equal(fl_lock_of(&payload, row->worker, "default", &lock), FL_OK);
    assert_int_equal(lock.kind, row->want);
    assert_int_equal(lock.on_conflict, row->want_conflict);
    assert_int_equal(lock.ttl_ms, row->want_ttl_ms);
    assert_string_equal(lock.waiting, row->want_waiting);
    fl_payload_release(&payload);
}

static struct release_case {
    const char *name;
    enum fl_lock lock;
    enum fl_lock_end end;
    const char *want; /* W: that of those that wait, R: of those that run, +: taken anew */
} releases[] = {
    {"release: nothing", FL_LOCK_NONE, FL_LOCK_END_DONE, ""},
    {"release: until executing, done", FL_LOCK_UNTIL_EXECUTING, FL_LOCK_END_DONE, "W"},
    {"release: until executing, for a retry", FL_LOCK_UNTIL_EXECUTING, FL_LOCK_END_RETRY, "W+"},
    {"release: until executed, done", FL_LOCK_UNTIL_EXECUTED, FL_LOCK_END_DONE, "W"},
    {"release: until executed, kept for a retry", FL_LOCK_UNTIL_EXECUTED, FL_LOCK_END_RETRY, ""},
    {"release: until expired, never", FL_LOCK_UNTIL_EXPIRED, FL_LOCK_END_DONE, ""},
    {"release: while executing, done", FL_LOCK_WHILE_EXECUTING, FL_LOCK_END_DONE, "R"},
    {"release: while executing, for a retry", FL_LOCK_WHILE_EXECUTING, FL_LOCK_END_RETRY, "R"},
    {"release: both, done", FL_LOCK_UNTIL_AND_WHILE_EXECUTING, FL_LOCK_END_DONE, "RW"},
    {"release: both, for a retry", FL_LOCK_UNTIL_AND_WHILE_EXECUTING, FL_LOCK_END_RETRY, "R"},
};

static void release_row(void **state)
{
    const struct release_case *row = *state;
    struct fl_job_lock lock = {.kind = row->lock, .waiting = "W", .running = "R", .ttl_ms = 5};
    struct fl_release release = fl_lock_release(&lock, "j", row->end);
    char found[8] = "";
    for (size_t i = 0; i < release.count; i++)
        strncat(found, release.keys[i].bytes, 1);
    if (release.again) strcat(found, "+");
    assert_string_equal(found, row->want);
    assert_true(fl_span_is(release.jid, "j"));
    assert_int_equal(release.ttl_ms, 5);
}

int main(void)
{
    struct rows rows = {0};
    rows_add(&rows, digest_row, digests, FL_COUNT(digests), sizeof(digests[0]));
    rows_add(&rows, payload_row, payloads, FL_COUNT(payloads), sizeof(payloads[0]));
    rows_add(&rows, number_row, numbers, FL_COUNT(numbers), sizeof(numbers[0]));
    rows_add(&rows, release_row, releases, FL_COUNT(releases), sizeof(releases[0]));
    return rows_run(&rows, "lock");
}
