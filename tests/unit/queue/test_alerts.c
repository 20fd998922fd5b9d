#include "rows.h"

#include <stdio.h>
#include <string.h>

#include "core/time_text.h"
#include "desk.h"
#include "queue/alerts.h"

#define WEBHOOK "http://ops.example/hook"

struct office {
    struct desk desk;
    struct fl_alerts alerts;
    struct fl_alert_options options;
    int requests, status; /* what the webhook says; 0: it cannot be reached */
    struct fl_buf bodies, metrics;
};

static enum fl_error request(void *self, const struct fl_http_request *asked, fl_http_sink *sink,
                             void *context, int *ret_status)
{
    struct office *office = self;
    (void)sink, (void)context;
    assert_string_equal(asked->url, WEBHOOK);
    assert_string_equal(asked->method, "POST");
    assert_int_equal(asked->deadline_us, office->desk.clock.mono_us + 3 * FL_SECOND_US);
    office->requests++;
    assert_int_equal(fl_buf_append_span(&office->bodies, asked->body), FL_OK);
    assert_int_equal(fl_buf_append_char(&office->bodies, '\n'), FL_OK);
    *ret_status = office->status;
    return office->status ? FL_OK : FL_ECONNECT;
}

static void send_metric(void *self, const struct fl_metric *metric)
{
    struct office *office = self;
    assert_int_equal(fl_buf_printf(&office->metrics, "%s %s\n", metric->name, metric->tags), FL_OK);
}

static const struct fl_http_ops http_ops = {.request = request};
static const struct fl_statsd_ops statsd_ops = {.send = send_metric};

static void open_office(struct office *office)
{
    const char *problem;
    *office = (struct office){.status = 204,
                              .options = {.latency_s = 60, .webhook = WEBHOOK},
                              .bodies = FL_BUF_INIT(100000),
                              .metrics = FL_BUF_INIT(100000)};
    desk_open(&office->desk);
    office->desk.ports.http = (struct fl_http){&http_ops, office};
    office->desk.ports.statsd = (struct fl_statsd){&statsd_ops, office};
    assert_int_equal(fl_alerts_init(&office->alerts, &office->options, &problem), FL_OK);
    office->alerts.ports = &office->desk.ports;
    office->alerts.leader =
        (struct fl_leader){.ports = &office->desk.ports, .identity = "host:42:a"};
    desk_redis(&office->desk, "SADD queues low");
    desk_redis(&office->desk, "LPUSH queue:low {\"enqueued_at\":1795451328.0}"); /* 100 s ago */
}

static void close_office(struct office *office)
{
    desk_close(&office->desk);
    fl_buf_release(&office->bodies);
    fl_buf_release(&office->metrics);
}

static void look(struct office *office)
{
    assert_int_equal(fl_alerts_look(&office->alerts), FL_OK);
    fake_clock_advance(&office->desk.clock, FL_ALERT_LOOK_S * FL_SECOND_US);
}

static bool is_noted(struct office *office)
{
    return fake_redis_find(office->desk.engine, 0, FL_SPAN("faultline:alerts")) != NULL;
}

static void what_is_wrong_is_told_once_and_so_is_its_end(void **state)
{
    struct office office;
    (void)state;
    open_office(&office);
    look(&office);
    look(&office);
    assert_int_equal(office.requests, 1);
    assert_string_equal(
        office.bodies.bytes,
        "{\"alert\":\"queue_latency\",\"state\":\"raised\",\"text\":\"the next job of queue low "
        "has waited for 100 s (limit 60 s)\",\"value\":100,\"limit\":60,\"at\":1795451428,"
        "\"process\":\"host:42:a\"}\n");
    assert_true(is_noted(&office));
    desk_redis(&office.desk, "DEL queue:low");
    for (int i = 0; i < 4; i++)
        look(&office);
    assert_int_equal(office.requests, 2);
    assert_non_null(strstr(office.bodies.bytes, "\"state\":\"resolved\""));
    assert_string_equal(office.metrics.bytes,
                        "alerts.raised alert:queue_latency\nalerts.resolved alert:queue_latency\n");
    assert_non_null(strstr(office.desk.log.bytes, "alert queue_latency raised: the next job"));
    assert_non_null(strstr(office.desk.log.bytes, "alert queue_latency resolved: "));
    assert_false(is_noted(&office));
    close_office(&office);
}

static void a_paused_queue_may_wait(void **state)
{
    struct office office;
    (void)state;
    open_office(&office);
    desk_redis(&office.desk, "SADD paused low");
    look(&office);
    assert_int_equal(office.requests, 0);
    close_office(&office);
}

static void who_does_not_lead_tells_nothing(void **state)
{
    struct office office;
    (void)state;
    open_office(&office);
    desk_redis(&office.desk, "SET dear-leader another");
    look(&office);
    assert_int_equal(office.requests, 0);
    assert_null(office.desk.log.bytes);
    close_office(&office);
}

static void the_next_leader_goes_on_from_what_was_told(void **state)
{
    struct office office;
    (void)state;
    open_office(&office);
    desk_redis(&office.desk, "HSET faultline:alerts queue_latency 1");
    look(&office);
    look(&office);
    assert_int_equal(office.requests, 0);
    desk_redis(&office.desk, "DEL queue:low");
    for (int i = 0; i < 3; i++)
        look(&office);
    assert_int_equal(office.requests, 1);
    assert_false(is_noted(&office));
    close_office(&office);
}

static void a_webhook_that_fails_is_tried_again_and_noted_when_it_has_taken_it(void **state)
{
    struct office office;
    (void)state;
    open_office(&office);
    office.status = 503;
    look(&office);
    office.status = 0;
    look(&office);
    assert_false(is_noted(&office));
    office.status = 200;
    look(&office);
    look(&office);
    assert_int_equal(office.requests, 3);
    assert_true(is_noted(&office));
    assert_string_equal(office.metrics.bytes, "alerts.raised alert:queue_latency\n");
    assert_non_null(strstr(office.desk.log.bytes, "the webhook failed: could not be reached"));
    close_office(&office);
}

static void a_webhook_that_fails_for_ever_is_given_up(void **state)
{
    struct office office;
    (void)state;
    open_office(&office);
    office.status = 0;
    for (int i = 0; i < 10; i++)
        look(&office);
    assert_int_equal(office.requests, FL_ALERT_WEBHOOK_ATTEMPTS);
    assert_true(is_noted(&office));
    assert_non_null(strstr(office.desk.log.bytes, "; given up"));
    close_office(&office);
}

static void without_a_webhook_the_log_line_is_all(void **state)
{
    struct office office;
    (void)state;
    open_office(&office);
    office.alerts.options.webhook = NULL;
    look(&office);
    assert_int_equal(office.requests, 0);
    assert_true(is_noted(&office));
    close_office(&office);
}

static void a_note_whose_answer_is_lost_is_made_again(void **state)
{
    struct office office;
    (void)state;
    open_office(&office);
    look(&office);
    desk_redis(&office.desk, "DEL queue:low faultline:alerts");
    desk_redis(&office.desk, "HSET faultline:alerts queue_latency 1");
    look(&office);
    look(&office);
    desk_fail(&office.desk, DESK_LOST, 4); /* who leads, totals, queues, processes, and then */
    assert_int_equal(fl_alerts_look(&office.alerts), FL_ELOST);
    desk_redis(&office.desk, "HSET faultline:alerts queue_latency 1"); /* it had not arrived */
    fake_clock_advance(&office.desk.clock, FL_ALERT_LOOK_S * FL_SECOND_US);
    look(&office);
    assert_int_equal(office.requests, 2);
    assert_false(is_noted(&office));
    close_office(&office);
}

static void a_server_that_is_away_is_the_task_s_to_log(void **state)
{
    struct office office;
    (void)state;
    open_office(&office);
    desk_fail(&office.desk, DESK_REFUSED, 3);
    assert_int_equal(fl_alerts_look(&office.alerts), FL_ECONNECT);
    assert_int_equal(fl_alerts_look(&office.alerts), FL_OK);
    assert_int_equal(office.requests, 1);
    close_office(&office);
}

static struct option_case {
    const char *name;
    struct fl_alert_options options;
    const char *want; /* NULL: they are fine */
} options[] = {
    {"options: none", {0}, NULL},
    {"options: a rate above all", {.failure_percent = 101}, "alerts: failure_rate"},
    {"options: a window of seconds", {.window_s = 29}, "alerts: window"},
    {"options: a window of hours", {.window_s = 3601}, "alerts: window"},
    {"options: below nothing", {.dead_growth = -1}, "alerts: a limit"},
    {"options: no URL", {.webhook = "ops.example"}, "alerts: webhook"},
    {"options: a URL", {.webhook = "https://ops.example"}, NULL},
};

static void option_row(void **state)
{
    const struct option_case *row = *state;
    struct fl_alerts alerts;
    const char *problem = NULL;
    enum fl_error err = fl_alerts_init(&alerts, &row->options, &problem);
    assert_int_equal(err, row->want ? FL_EINVAL : FL_OK);
    if (row->want) assert_memory_equal(problem, row->want, strlen(row->want));
    if (!row->want) assert_int_equal(alerts.options.window_s, 300);
}

int main(void)
{
    struct rows rows = {0};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_told_once_and_so_is_its_end),
        cmocka_unit_test(a_paused_queue_may_wait),
        cmocka_unit_test(who_does_not_lead_tells_nothing),
        cmocka_unit_test(the_next_leader_goes_on_from_what_was_told),
        cmocka_unit_test(a_webhook_that_fails_is_tried_again_and_noted_when_it_has_taken_it),
        cmocka_unit_test(a_webhook_that_fails_for_ever_is_given_up),
        cmocka_unit_test(without_a_webhook_the_log_line_is_all),
        cmocka_unit_test(a_note_whose_answer_is_lost_is_made_again),
        cmocka_unit_test(a_server_that_is_away_is_the_task_s_to_log),
    };
    rows_add(&rows, option_row, options, FL_COUNT(options), sizeof(options[0]));
    int failed = cmocka_run_group_tests_name("alerts", tests, NULL, NULL);
    return failed + rows_run(&rows, "alert options");
}
