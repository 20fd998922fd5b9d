#include "queue/alert_rules.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "core/time_text.h"

const char *fl_alert_name(enum fl_alert alert)
{
    static const char *const names[] = {
#define FL_ALERT_NAME(name, text) [FL_ALERT_##name] = text,
        FL_ALERT_LIST(FL_ALERT_NAME)
#undef FL_ALERT_NAME
    };
    fl_assert(alert < FL_ALERT_COUNT);
    return names[alert];
}

static int64_t limit_of(const struct fl_alert_options *options, enum fl_alert alert)
{
    switch (alert) {
    case FL_ALERT_FAILURES: return options->failure_percent;
    case FL_ALERT_LATENCY: return options->latency_s;
    case FL_ALERT_DEAD: return options->dead_growth;
    case FL_ALERT_SILENT: return options->silent_processes;
    case FL_ALERT_PROCESSES: return options->processes_min;
    case FL_ALERT_COUNT: break;
    }
    fl_panic("alert %d", (int)alert);
}

bool fl_alert_is_wanted(const struct fl_alert_options *options, enum fl_alert alert)
{
    return limit_of(options, alert) > 0;
}

/* --- samples --- */

static void drop_first(struct fl_alert_rules *rules, int count)
{
    rules->sample_count -= count;
    memmove(rules->samples, rules->samples + count,
            (size_t)rules->sample_count * sizeof(rules->samples[0]));
}

/* The oldest that is kept is the last one that is not within the window. */
static void add_sample(struct fl_alert_rules *rules, const struct fl_alert_reading *reading)
{
    int64_t begin_us = reading->at_us - rules->options->window_s * FL_SECOND_US;
    if (rules->sample_count) {
        const struct fl_alert_reading *last = &rules->samples[rules->sample_count - 1];
        fl_assert(last->at_us <= reading->at_us);
        bool reset = reading->processed < last->processed || reading->failed < last->failed;
        if (reset) rules->sample_count = 0; /* somebody has set the counters back */
    }
    while (rules->sample_count > 1 && rules->samples[1].at_us <= begin_us)
        drop_first(rules, 1);
    if (rules->sample_count == FL_ALERT_SAMPLES_MAX) drop_first(rules, 1);
    rules->samples[rules->sample_count++] = *reading;
}

static int64_t failure_percent(const struct fl_alert_rules *rules)
{
    const struct fl_alert_reading *first = &rules->samples[0],
                                  *last = &rules->samples[rules->sample_count - 1];
    int64_t processed = last->processed - first->processed, failed = last->failed - first->failed;
    if (processed < rules->options->failure_jobs || processed <= 0) return 0;
    return failed >= processed ? 100 : failed * 100 / processed;
}

/* Since the fewest within the window: somebody may have cleared them in between. */
static int64_t dead_growth(const struct fl_alert_rules *rules)
{
    const struct fl_alert_reading *last = &rules->samples[rules->sample_count - 1];
    int64_t fewest = last->dead;
    for (int i = 0; i < rules->sample_count; i++)
        if (rules->samples[i].dead < fewest) fewest = rules->samples[i].dead;
    return last->dead - fewest;
}

static int64_t value_of(const struct fl_alert_rules *rules, enum fl_alert alert)
{
    const struct fl_alert_reading *last = &rules->samples[rules->sample_count - 1];
    switch (alert) {
    case FL_ALERT_FAILURES: return failure_percent(rules);
    case FL_ALERT_LATENCY: return last->latency_us / FL_SECOND_US;
    case FL_ALERT_DEAD: return dead_growth(rules);
    case FL_ALERT_SILENT: return last->silent;
    case FL_ALERT_PROCESSES: return last->processes;
    case FL_ALERT_COUNT: break;
    }
    fl_panic("alert %d", (int)alert);
}

/* --- one reading --- */

static bool is_wrong(enum fl_alert alert, const struct fl_alert_rule *rule)
{
    return alert == FL_ALERT_PROCESSES ? rule->value < rule->limit : rule->value >= rule->limit;
}

/* A leader that is new has not seen enough to say that a rate is low. */
static bool is_calm(const struct fl_alert_rules *rules, enum fl_alert alert,
                    const struct fl_alert_rule *rule)
{
    int64_t seen_us = rules->samples[rules->sample_count - 1].at_us - rules->samples[0].at_us;
    bool of_window = alert == FL_ALERT_FAILURES || alert == FL_ALERT_DEAD;
    if (of_window && seen_us < rules->options->window_s * FL_SECOND_US) return false;
    if (alert == FL_ALERT_PROCESSES) return rule->value >= rule->limit;
    return rule->value * 5 < rule->limit * 4;
}

void fl_alert_rules_read(struct fl_alert_rules *rules, const struct fl_alert_reading *reading,
                         bool ret_changed[FL_ALERT_COUNT])
{
    add_sample(rules, reading);
    for (int i = 0; i < FL_ALERT_COUNT; i++) {
        enum fl_alert alert = (enum fl_alert)i;
        struct fl_alert_rule *rule = &rules->rules[i];
        bool before = rule->raised;
        rule->limit = limit_of(rules->options, alert);
        rule->value = value_of(rules, alert);
        rule->calm = is_calm(rules, alert, rule) ? rule->calm + 1 : 0;
        if (rule->limit > 0 && is_wrong(alert, rule)) rule->raised = true;
        if (rule->calm >= FL_ALERT_CALM_LOOKS || rule->limit <= 0) rule->raised = false;
        ret_changed[i] = rule->raised != before;
    }
}

void fl_alert_rules_reset(struct fl_alert_rules *rules, const bool raised[FL_ALERT_COUNT])
{
    rules->sample_count = 0;
    for (int i = 0; i < FL_ALERT_COUNT; i++)
        rules->rules[i] = (struct fl_alert_rule){.raised = raised[i]};
}

void fl_alert_text(const struct fl_alert_rules *rules, enum fl_alert alert, const char *queue,
                   char ret_text[FL_ALERT_TEXT_BYTES])
{
    const struct fl_alert_rule *rule = &rules->rules[alert];
    int64_t window_s = rules->options->window_s;
    switch (alert) {
    case FL_ALERT_FAILURES:
        snprintf(ret_text, FL_ALERT_TEXT_BYTES,
                 "%" PRId64 " %% of the jobs of %" PRId64 " s have failed (limit %" PRId64 " %%)",
                 rule->value, window_s, rule->limit);
        return;
    case FL_ALERT_LATENCY:
        snprintf(ret_text, FL_ALERT_TEXT_BYTES,
                 "the next job of queue %.127s has waited for %" PRId64 " s (limit %" PRId64 " s)",
                 *queue ? queue : "-", rule->value, rule->limit);
        return;
    case FL_ALERT_DEAD:
        snprintf(ret_text, FL_ALERT_TEXT_BYTES,
                 "%" PRId64 " jobs have died within %" PRId64 " s (limit %" PRId64 ")", rule->value,
                 window_s, rule->limit);
        return;
    case FL_ALERT_SILENT:
        snprintf(ret_text, FL_ALERT_TEXT_BYTES,
                 "%" PRId64 " processes have gone without a farewell (limit %" PRId64 ")",
                 rule->value, rule->limit);
        return;
    case FL_ALERT_PROCESSES:
        snprintf(ret_text, FL_ALERT_TEXT_BYTES, "%" PRId64 " processes beat (wanted %" PRId64 ")",
                 rule->value, rule->limit);
        return;
    case FL_ALERT_COUNT: break;
    }
    fl_panic("alert %d", (int)alert);
}
