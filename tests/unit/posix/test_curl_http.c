#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "core/buf.h"
#include "posix/clock.h"
#include "posix/curl_http.h"
#include "sink_server.h"

enum { SECOND_US = 1000 * 1000, BODY_BYTES_MAX = 4096 };

struct body {
    struct fl_buf text;
    enum fl_error answer; /* what the sink says to each piece */
};

static enum fl_error take(void *context, struct fl_span piece)
{
    struct body *body = context;
    enum fl_error err = fl_buf_append_span(&body->text, piece);
    return err ? err : body->answer;
}

/* A request to a server that answers `script`; what the server received is in `server`. */
static enum fl_error request(struct sink_server *server, const struct sink_line *script,
                             struct fl_http_request *request, struct body *body, int *ret_status)
{
    char url[64];
    struct fl_curl_http http = {fl_posix_clock()};
    sink_server_start(server, script);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/feed.csv", server->port);
    request->url = url;
    if (!request->method) request->method = "GET";
    if (!request->deadline_us)
        request->deadline_us = fl_clock_deadline_us(fl_posix_clock(), 20 * SECOND_US);
    enum fl_error err = fl_http_send(fl_curl_http_port(&http), request, take, body, ret_status);
    sink_server_join(server);
    return err;
}

static void a_body_comes_in_pieces_and_the_status_with_it(void **state)
{
    (void)state;
    static const struct sink_line script[] = {
        {"\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello "}, {NULL, "world"}, {0}};
    static const struct fl_span headers[] = {FL_SPAN("X-Token: 17")};
    struct fl_http_request get = {.headers = headers, .header_count = 1};
    struct sink_server server;
    struct body body = {.text = FL_BUF_INIT(BODY_BYTES_MAX)};
    int status = 0;
    assert_int_equal(request(&server, script, &get, &body, &status), FL_OK);
    assert_int_equal(status, 200);
    assert_string_equal(body.text.bytes, "hello world");
    assert_memory_equal(server.received, "GET /feed.csv HTTP/1.1\r\n", 24);
    assert_non_null(strstr(server.received, "X-Token: 17\r\n"));
    fl_buf_release(&body.text);
}

static void the_body_of_an_error_is_dropped(void **state)
{
    (void)state;
    static const struct sink_line script[] = {
        {"\r\n\r\n", "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"}, {0}};
    struct fl_http_request get = {0};
    struct sink_server server;
    struct body body = {.text = FL_BUF_INIT(BODY_BYTES_MAX)};
    int status = 0;
    assert_int_equal(request(&server, script, &get, &body, &status), FL_OK);
    assert_int_equal(status, 503);
    assert_int_equal(body.text.length, 0);
}

static void a_post_carries_its_body(void **state)
{
    (void)state;
    static const struct sink_line script[] = {{"a=1", "HTTP/1.1 204 No Content\r\n\r\n"}, {0}};
    struct fl_http_request post = {.method = "POST", .body = FL_SPAN("a=1")};
    struct sink_server server;
    struct body body = {.text = FL_BUF_INIT(BODY_BYTES_MAX)};
    int status = 0;
    assert_int_equal(request(&server, script, &post, &body, &status), FL_OK);
    assert_int_equal(status, 204);
    assert_memory_equal(server.received, "POST ", 5);
    assert_non_null(strstr(server.received, "Content-Length: 3\r\n"));
}

static void a_body_that_breaks_off_is_lost(void **state)
{
    (void)state;
    static const struct sink_line script[] = {
        {"\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"}, {0}};
    struct fl_http_request get = {0};
    struct sink_server server;
    struct body body = {.text = FL_BUF_INIT(BODY_BYTES_MAX)};
    int status = 0;
    assert_int_equal(request(&server, script, &get, &body, &status), FL_ELOST);
    assert_string_equal(body.text.bytes, "half");
    fl_buf_release(&body.text);
}

static void a_sink_that_has_enough_ends_the_request_with_its_error(void **state)
{
    (void)state;
    static const struct sink_line script[] = {
        {"\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"}, {0}};
    struct fl_http_request get = {0};
    struct sink_server server;
    struct body body = {FL_BUF_INIT(BODY_BYTES_MAX), FL_ENOSPACE};
    int status = 0;
    assert_int_equal(request(&server, script, &get, &body, &status), FL_ENOSPACE);
    fl_buf_release(&body.text);
}

static void a_server_without_an_answer_is_lost(void **state)
{
    (void)state;
    static const struct sink_line script[] = {{"\r\n\r\n", ""}, {0}};
    struct fl_http_request get = {0};
    struct sink_server server;
    struct body body = {.text = FL_BUF_INIT(BODY_BYTES_MAX)};
    int status = 0;
    assert_int_equal(request(&server, script, &get, &body, &status), FL_ELOST);
}

static void a_silent_server_times_out(void **state)
{
    (void)state;
    static const struct sink_line script[] = {{"never", ""}, {0}};
    struct fl_http_request get = {.deadline_us = fl_clock_deadline_us(fl_posix_clock(), 50 * 1000)};
    struct sink_server server;
    struct body body = {.text = FL_BUF_INIT(BODY_BYTES_MAX)};
    int status = 0;
    assert_int_equal(request(&server, script, &get, &body, &status), FL_ETIMEDOUT);
}

static void a_port_that_refuses_is_no_connection(void **state)
{
    (void)state;
    struct fl_http_request get = {0};
    struct sink_server server;
    struct body body = {.text = FL_BUF_INIT(BODY_BYTES_MAX)};
    int status = 0;
    assert_int_equal(request(&server, NULL, &get, &body, &status), FL_ECONNECT);
}

static void a_header_cannot_smuggle_another(void **state)
{
    (void)state;
    static const struct fl_span headers[] = {FL_SPAN("X: 1\r\nY: 2")};
    struct fl_http_request get = {.headers = headers, .header_count = 1};
    struct sink_server server;
    struct body body = {.text = FL_BUF_INIT(BODY_BYTES_MAX)};
    int status = 0;
    assert_int_equal(request(&server, NULL, &get, &body, &status), FL_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_comes_in_pieces_and_the_status_with_it),
        cmocka_unit_test(the_body_of_an_error_is_dropped),
        cmocka_unit_test(a_post_carries_its_body),
        cmocka_unit_test(a_body_that_breaks_off_is_lost),
        cmocka_unit_test(a_sink_that_has_enough_ends_the_request_with_its_error),
        cmocka_unit_test(a_server_without_an_answer_is_lost),
        cmocka_unit_test(a_silent_server_times_out),
        cmocka_unit_test(a_port_that_refuses_is_no_connection),
        cmocka_unit_test(a_header_cannot_smuggle_another),
    };
    fl_assert(fl_curl_configure() == FL_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
