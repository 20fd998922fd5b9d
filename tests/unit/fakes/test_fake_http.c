#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "core/assert.h"
#include "core/buf.h"
#include "core/time_text.h"
#include "fakes/clock/fake_clock.h"
#include "fakes/http/fake_http.h"

static const char url[] = "http://feed.example/people.csv";

struct fixture {
    struct fake_clock clock;
    struct fake_http *web;
    struct fake_http_client client;
    struct fl_buf body;
    int pieces;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->body = FL_BUF_INIT(1024 * 1024);
    assert_int_equal(fake_http_new((struct fake_scope){0}, &f->web), FL_OK);
    f->client = (struct fake_http_client){.web = f->web,
                                          .name = "p1",
                                          .clock = fake_clock_port(&f->clock),
                                          .tasks = fake_clock_tasks(&f->clock)};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    fl_buf_release(&f->body);
    fake_http_free(f->web);
    free(f);
    return 0;
}

static enum fl_error collect(void *context, struct fl_span piece)
{
    struct fixture *f = context;
    f->pieces++;
    return fl_buf_append_span(&f->body, piece);
}

static enum fl_error get(struct fixture *f, int *ret_status)
{
    const struct fl_http_request request = {
        .method = "GET",
        .url = url,
        .deadline_us = fl_clock_deadline_us(f->client.clock, FL_MINUTE_US)};
    return fl_http_send(fake_http_port(&f->client), &request, collect, f, ret_status);
}

static void stub(struct fixture *f, const char *glob, const struct fake_http_answer *answers,
                 size_t count)
{
    assert_int_equal(fake_http_stub(f->web, "GET", glob, answers, count), FL_OK);
}

static void answers_come_in_order_and_the_last_one_for_ever(void **state)
{
    static const struct fake_http_answer answers[] = {
        {.kind = FAKE_HTTP_STATUS, .status = 503, .times = 2},
        {.kind = FAKE_HTTP_STATUS, .status = 404},
        {.kind = FAKE_HTTP_STATUS, .status = 200, .body = {"name\n", 5}},
    };
    static const int wanted[] = {503, 503, 404, 200, 200, 200};
    struct fixture *f = *state;
    stub(f, "http://feed.example/*", answers, FL_COUNT(answers));
    for (size_t i = 0; i < FL_COUNT(wanted); i++) {
        int status = 0;
        assert_int_equal(get(f, &status), FL_OK);
        assert_int_equal(status, wanted[i]);
    }
    assert_string_equal(f->body.bytes, "name\nname\nname\n");
}

static void an_unknown_url_cannot_be_reached_and_the_record_says_so(void **state)
{
    struct fixture *f = *state;
    int status;
    f->clock.mono_us = 42;
    assert_int_equal(get(f, &status), FL_ECONNECT);
    assert_int_equal(fake_http_count(f->web), 1);
    const struct fake_http_record *record = fake_http_record(f->web, 0);
    assert_null(record->answer);
    assert_string_equal(record->client, "p1");
    assert_string_equal(record->method, "GET");
    assert_string_equal(record->url, url);
    assert_int_equal(record->at_us, 42);
}

static void the_key_of_a_request_is_recorded(void **state)
{
    static const struct fl_span headers[] = {FL_SPAN("Accept: text/csv"),
                                             FL_SPAN("idempotency-key: k-7")};
    struct fixture *f = *state;
    struct fl_http_request request = {
        .method = "POST", .url = url, .headers = headers, .header_count = 2};
    int status;
    assert_int_equal(fl_http_send(fake_http_port(&f->client), &request, NULL, NULL, &status),
                     FL_ECONNECT);
    request.header_count = 1;
    assert_int_equal(fl_http_send(fake_http_port(&f->client), &request, NULL, NULL, &status),
                     FL_ECONNECT);
    assert_true(fl_span_is(fake_http_record(f->web, 0)->idempotency_key, "k-7"));
    assert_int_equal(fake_http_record(f->web, 1)->idempotency_key.length, 0);
}

static void the_method_matters_and_the_latest_stub_wins(void **state)
{
    static const struct fake_http_answer first = {.kind = FAKE_HTTP_STATUS, .status = 201},
                                         second = {.kind = FAKE_HTTP_STATUS, .status = 204};
    struct fixture *f = *state;
    int status;
    stub(f, url, &first, 1);
    stub(f, url, &second, 1);
    assert_int_equal(fake_http_stub(f->web, "POST", url, &first, 1), FL_OK);
    assert_int_equal(get(f, &status), FL_OK);
    assert_int_equal(status, 204);
}

static void a_timeout_takes_its_time_but_no_more_than_the_deadline(void **state)
{
    static const struct fake_http_answer answers[] = {
        {.kind = FAKE_HTTP_TIMEOUT, .delay_us = 30 * FL_SECOND_US},
        {.kind = FAKE_HTTP_TIMEOUT, .delay_us = FL_HOUR_US},
        {.kind = FAKE_HTTP_TIMEOUT},
        {.kind = FAKE_HTTP_STATUS, .status = 200, .delay_us = FL_HOUR_US},
    };
    static const int64_t waits_us[] = {30 * FL_SECOND_US, FL_MINUTE_US, FL_MINUTE_US, FL_MINUTE_US};
    struct fixture *f = *state;
    stub(f, url, answers, FL_COUNT(answers));
    for (size_t i = 0; i < FL_COUNT(answers); i++) {
        int64_t from_us = f->clock.mono_us;
        int status = -1;
        assert_int_equal(get(f, &status), FL_ETIMEDOUT);
        assert_int_equal(status, -1);
        assert_int_equal(f->clock.mono_us - from_us, waits_us[i]);
    }
}

static void a_slow_answer_within_the_deadline_arrives(void **state)
{
    static const struct fake_http_answer slow = {
        .kind = FAKE_HTTP_STATUS, .status = 200, .delay_us = 5 * FL_SECOND_US};
    struct fixture *f = *state;
    int status;
    stub(f, url, &slow, 1);
    assert_int_equal(get(f, &status), FL_OK);
    assert_int_equal(f->clock.mono_us, 5 * FL_SECOND_US);
}

static void each_way_to_fail_has_its_own_error(void **state)
{
    static const struct fake_http_answer answers[] = {
        {.kind = FAKE_HTTP_GARBAGE},
        {.kind = FAKE_HTTP_REFUSED},
        {.kind = FAKE_HTTP_CUT, .status = 200, .body = {"0123456789", 10}},
    };
    struct fixture *f = *state;
    int status;
    stub(f, url, answers, FL_COUNT(answers));
    assert_int_equal(get(f, &status), FL_EPROTOCOL);
    assert_int_equal(get(f, &status), FL_ECONNECT);
    assert_int_equal(get(f, &status), FL_ELOST);
    assert_string_equal(f->body.bytes, "01234");
}

static void a_long_body_comes_in_pieces_and_an_error_page_does_not_come(void **state)
{
    static const char page[2 * FAKE_HTTP_PIECE_BYTES + 1];
    static const struct fake_http_answer answers[] = {
        {.kind = FAKE_HTTP_STATUS, .status = 500, .body = {page, sizeof page}},
        {.kind = FAKE_HTTP_STATUS, .status = 200, .body = {page, sizeof page}},
    };
    struct fixture *f = *state;
    int status;
    stub(f, url, answers, FL_COUNT(answers));
    assert_int_equal(get(f, &status), FL_OK);
    assert_int_equal(f->pieces, 0);
    assert_int_equal(get(f, &status), FL_OK);
    assert_int_equal(f->pieces, 3);
    assert_int_equal(f->body.length, sizeof page);
}

static enum fl_error refuse(void *context, struct fl_span piece)
{
    (void)context, (void)piece;
    return FL_ENOSPACE;
}

static void the_sinks_error_ends_the_request(void **state)
{
    static const struct fake_http_answer answer = {
        .kind = FAKE_HTTP_STATUS, .status = 200, .body = {"x", 1}};
    struct fixture *f = *state;
    struct fl_http_request request = {.method = "GET", .url = url, .deadline_us = FL_MINUTE_US};
    int status;
    stub(f, url, &answer, 1);
    assert_int_equal(fl_http_send(fake_http_port(&f->client), &request, refuse, NULL, &status),
                     FL_ENOSPACE);
}

#define WITH_WEB(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WEB(answers_come_in_order_and_the_last_one_for_ever),
        WITH_WEB(an_unknown_url_cannot_be_reached_and_the_record_says_so),
        WITH_WEB(the_key_of_a_request_is_recorded),
        WITH_WEB(the_method_matters_and_the_latest_stub_wins),
        WITH_WEB(a_timeout_takes_its_time_but_no_more_than_the_deadline),
        WITH_WEB(a_slow_answer_within_the_deadline_arrives),
        WITH_WEB(each_way_to_fail_has_its_own_error),
        WITH_WEB(a_long_body_comes_in_pieces_and_an_error_page_does_not_come),
        WITH_WEB(the_sinks_error_ends_the_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
