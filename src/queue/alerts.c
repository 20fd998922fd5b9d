#include "queue/alerts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "core/json.h"
#include "core/time_text.h"
#include "queue/commands.h"
#include "queue/fleet.h"
#include "queue/keys.h"
#include "queue/log_text.h"
#include "queue/survey.h"

enum {
    WINDOW_S = 300,
    WINDOW_MAX_S = 3600,
    FAILURE_JOBS = 20,
    FAILED_WAIT_US = 5 * 1000 * 1000,
    BODY_BYTES_MAX = 4096,
    URL_BYTES_MAX = 2048,
};

/* --- the options --- */

static bool is_url(const char *text)
{
    return (strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0) &&
           strlen(text) < URL_BYTES_MAX;
}

enum fl_error fl_alerts_init(struct fl_alerts *alerts, const struct fl_alert_options *options,
                             const char **ret_problem)
{
    *alerts = (struct fl_alerts){.options = *options};
    alerts->rules.options = &alerts->options;
    if (!alerts->options.window_s) alerts->options.window_s = WINDOW_S;
    if (!alerts->options.failure_jobs) alerts->options.failure_jobs = FAILURE_JOBS;
    *ret_problem = "alerts: window must be from 30 s to an hour";
    if (alerts->options.window_s < FL_ALERT_LOOK_S || alerts->options.window_s > WINDOW_MAX_S)
        return FL_EINVAL;
    *ret_problem = "alerts: failure_rate must be from 0 to 100 per cent";
    if (options->failure_percent < 0 || options->failure_percent > 100) return FL_EINVAL;
    *ret_problem = "alerts: a limit must not be below 0";
    if (options->latency_s < 0 || options->dead_growth < 0 || options->silent_processes < 0 ||
        options->processes_min < 0 || options->failure_jobs < 0)
        return FL_EINVAL;
    *ret_problem = "alerts: webhook must be a URL, http://... or https://...";
    return !options->webhook || is_url(options->webhook) ? FL_OK : FL_EINVAL;
}

/* --- what is read --- */

static void read_queues(struct fl_alerts *alerts, const struct fl_survey *survey,
                        struct fl_alert_reading *reading)
{
    *alerts->queue = '\0';
    for (size_t i = 0; i < survey->queue_count; i++) {
        const struct fl_queue_view *queue = &survey->queues[i];
        if (queue->paused || queue->latency_us <= reading->latency_us) continue;
        reading->latency_us = queue->latency_us;
        snprintf(alerts->queue, sizeof(alerts->queue), "%.*s", FL_SPAN_ARGS(queue->name));
    }
}

static enum fl_error read_all(struct fl_alerts *alerts, struct fl_alert_reading *ret_reading)
{
    struct fl_redis redis = alerts->ports->redis;
    struct fl_clock clock = alerts->ports->clock;
    struct fl_survey survey;
    struct fl_fleet fleet = {0};
    enum fl_error err = fl_survey_take(redis, clock, &survey);
    if (!err) err = fl_fleet_read(redis, clock, &fleet);
    if (!err) {
        *ret_reading = (struct fl_alert_reading){.at_us = fl_clock_mono_us(clock),
                                                 .processed = survey.processed,
                                                 .failed = survey.failed,
                                                 .dead = survey.dead};
        read_queues(alerts, &survey, ret_reading);
        for (size_t i = 0; i < fleet.count; i++)
            ret_reading->silent += fleet.items[i].silent;
        ret_reading->processes = (int64_t)fleet.count - ret_reading->silent;
    }
    fl_fleet_release(&fleet);
    fl_survey_release(&survey);
    return err;
}

/* --- what the leader before has told --- */

static enum fl_error learn(struct fl_alerts *alerts)
{
    const struct fl_span args[] = {FL_SPAN("HKEYS"), FL_SPAN(FL_KEY_ALERTS)};
    struct fl_replies replies;
    bool raised[FL_ALERT_COUNT] = {false};
    enum fl_error err = fl_command_exec(&(struct fl_command){args, FL_COUNT(args)},
                                        alerts->ports->redis, alerts->ports->clock, &replies);
    for (size_t i = 0; !err && i < replies.items[0].count; i++)
        for (int alert = 0; alert < FL_ALERT_COUNT; alert++)
            if (fl_span_is(replies.items[0].elements[i].text, fl_alert_name((enum fl_alert)alert)))
                raised[alert] = true;
    fl_replies_release(&replies);
    if (err) return err;
    fl_alert_rules_reset(&alerts->rules, raised);
    memset(alerts->notices, 0, sizeof(alerts->notices));
    alerts->next_look_us = 0;
    alerts->knows = true;
    return FL_OK;
}

static enum fl_error note(struct fl_alerts *alerts, enum fl_alert alert)
{
    bool raised = alerts->rules.rules[alert].raised;
    char seconds[24];
    snprintf(seconds, sizeof(seconds), "%" PRId64, alerts->notices[alert].wall_us / FL_SECOND_US);
    const struct fl_span args[] = {raised ? FL_SPAN("HSET") : FL_SPAN("HDEL"),
                                   FL_SPAN(FL_KEY_ALERTS), fl_span_from(fl_alert_name(alert)),
                                   fl_span_from(seconds)};
    struct fl_replies replies;
    enum fl_error err = fl_command_exec(&(struct fl_command){args, raised ? 4 : 3},
                                        alerts->ports->redis, alerts->ports->clock, &replies);
    fl_replies_release(&replies);
    if (!err) alerts->notices[alert].pending = false;
    return err;
}

/* --- telling --- */

static const char *state_of(const struct fl_alerts *alerts, enum fl_alert alert)
{
    return alerts->rules.rules[alert].raised ? "raised" : "resolved";
}

/* The log line and the metric. What is over by now need not be told as raised any more. */
static void tell(struct fl_alerts *alerts, enum fl_alert alert)
{
    struct fl_alert_notice *notice = &alerts->notices[alert];
    bool raised = alerts->rules.rules[alert].raised;
    char tags[64];
    *notice = (struct fl_alert_notice){.pending = true,
                                       .wall_us = fl_clock_wall_us(alerts->ports->clock)};
    fl_alert_text(&alerts->rules, alert, alerts->queue, notice->text);
    fl_log_printf(alerts->ports->log, raised ? FL_LOG_ERROR : FL_LOG_INFO, "alert %s %s: %s",
                  fl_alert_name(alert), state_of(alerts, alert), notice->text);
    snprintf(tags, sizeof(tags), "alert:%s", fl_alert_name(alert));
    fl_statsd_send(alerts->ports->statsd,
                   &(struct fl_metric){.kind = FL_METRIC_COUNT,
                                       .name = raised ? "alerts.raised" : "alerts.resolved",
                                       .value = 1,
                                       .tags = tags});
}

static enum fl_error write_body(const struct fl_alerts *alerts, enum fl_alert alert,
                                struct fl_buf *out)
{
    const struct fl_alert_notice *notice = &alerts->notices[alert];
    const struct fl_alert_rule *rule = &alerts->rules.rules[alert];
    struct fl_json_writer body = fl_json_begin_object(out);
    fl_json_put_string(&body, "alert", fl_span_from(fl_alert_name(alert)));
    fl_json_put_string(&body, "state", fl_span_from(state_of(alerts, alert)));
    fl_json_put_string(&body, "text", fl_span_from(notice->text));
    fl_json_put_int64(&body, "value", rule->value);
    fl_json_put_int64(&body, "limit", rule->limit);
    fl_json_put_int64(&body, "at", notice->wall_us / FL_SECOND_US);
    fl_json_put_string(&body, "process", fl_span_from(alerts->leader.identity));
    return fl_json_end(&body);
}

static enum fl_error post(const struct fl_alerts *alerts, struct fl_span body)
{
    const struct fl_span headers[] = {FL_SPAN("Content-Type: application/json")};
    const struct fl_http_request request = {
        .method = "POST",
        .url = alerts->options.webhook,
        .headers = headers,
        .header_count = FL_COUNT(headers),
        .body = body,
        .deadline_us =
            fl_clock_deadline_us(alerts->ports->clock, FL_ALERT_WEBHOOK_S * FL_SECOND_US)};
    int status = 0;
    enum fl_error err = fl_http_send(alerts->ports->http, &request, NULL, NULL, &status);
    if (!err && (status < 200 || status > 299)) err = FL_EREPLY;
    return err;
}

/* Once it has been taken, or tried often enough, nothing is left to send. */
static enum fl_error send(struct fl_alerts *alerts, enum fl_alert alert)
{
    struct fl_alert_notice *notice = &alerts->notices[alert];
    struct fl_buf body = FL_BUF_INIT(BODY_BYTES_MAX);
    if (!alerts->options.webhook || !alerts->ports->http.ops) notice->sent = true;
    if (notice->sent) return FL_OK;
    enum fl_error err = write_body(alerts, alert, &body);
    if (!err) err = post(alerts, fl_buf_span(&body));
    fl_buf_release(&body);
    if (err == FL_ENOMEM) return err;
    notice->attempts++;
    notice->sent = !err || notice->attempts == FL_ALERT_WEBHOOK_ATTEMPTS;
    if (err)
        fl_log_printf(alerts->ports->log, FL_LOG_WARN, "alert %s: the webhook failed: %s%s",
                      fl_alert_name(alert), fl_error_text(err),
                      notice->sent ? "; given up" : "; tried again at the next look");
    return FL_OK;
}

static enum fl_error deliver(struct fl_alerts *alerts)
{
    enum fl_error first = FL_OK;
    for (int i = 0; i < FL_ALERT_COUNT; i++) {
        enum fl_alert alert = (enum fl_alert)i;
        if (!alerts->notices[i].pending) continue;
        enum fl_error err = send(alerts, alert);
        if (!err && alerts->notices[i].sent) err = note(alerts, alert);
        if (err && !first) first = err;
    }
    return first;
}

/* --- the looks --- */

static enum fl_error look(struct fl_alerts *alerts)
{
    struct fl_alert_reading reading;
    bool changed[FL_ALERT_COUNT];
    enum fl_error err = read_all(alerts, &reading);
    if (err) return err;
    fl_alert_rules_read(&alerts->rules, &reading, changed);
    for (int i = 0; i < FL_ALERT_COUNT; i++)
        if (changed[i]) tell(alerts, (enum fl_alert)i);
    alerts->next_look_us =
        fl_clock_deadline_us(alerts->ports->clock, FL_ALERT_LOOK_S * FL_SECOND_US);
    return deliver(alerts);
}

enum fl_error fl_alerts_look(struct fl_alerts *alerts)
{
    bool leads;
    enum fl_error err = fl_leader_ask(&alerts->leader, &leads);
    if (err) return err;
    if (!leads) {
        alerts->knows = false;
        return FL_OK;
    }
    if (!alerts->knows) err = learn(alerts);
    if (err || fl_clock_mono_us(alerts->ports->clock) < alerts->next_look_us) return err;
    return look(alerts);
}

/* Monotonic: when the leader is to be asked, or to look again. */
static int64_t next_us(const struct fl_alerts *alerts)
{
    bool sooner = alerts->knows && alerts->next_look_us < alerts->leader.next_us;
    return sooner ? alerts->next_look_us : alerts->leader.next_us;
}

void fl_alerts_run(void *context)
{
    struct fl_alerts *alerts = context;
    struct fl_clock clock = alerts->ports->clock;
    int64_t until_us = fl_clock_mono_us(clock);
    while (fl_control_sleep(alerts->control, until_us, FL_PHASE_QUIET) < FL_PHASE_QUIET) {
        enum fl_error err = fl_alerts_look(alerts);
        until_us = err ? fl_clock_deadline_us(clock, FAILED_WAIT_US) : next_us(alerts);
        if (err) fl_log_printf(alerts->ports->log, FL_LOG_ERROR, "alerts: %s", fl_error_text(err));
    }
    enum fl_error err = fl_leader_resign(&alerts->leader);
    if (err)
        fl_log_printf(alerts->ports->log, FL_LOG_WARN, "still said to lead: %s",
                      fl_error_text(err));
}
