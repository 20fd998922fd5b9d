/* `alerts [failure-rate 20%] [latency 60s] ...`: when the leader of the processes calls somebody.
 */
#include <limits.h>

#include "core/time_text.h"
#include "harness/scenario/reading.h"

static bool read_limit(struct reading *r, const char *what, int64_t high, int *ret_limit)
{
    int64_t number;
    if (!reading_number(r, what, 1, high, &number)) return false;
    *ret_limit = (int)number;
    return true;
}

static bool read_seconds(struct reading *r, const char *what, int *ret_seconds)
{
    const struct token *token = line_peek(&r->line);
    int64_t us;
    if (!reading_duration(r, what, &us)) return false;
    if (us % FL_SECOND_US || us / FL_SECOND_US > INT_MAX || us < FL_SECOND_US)
        return reading_problem(r, token, what);
    *ret_seconds = (int)(us / FL_SECOND_US);
    return true;
}

bool read_alerts(struct reading *r)
{
    struct fl_alert_options *alerts = &r->plan->alerts;
    uint32_t seen = 0;
    int option;
    r->plan->has_alerts = true;
    while (line_peek(&r->line)->kind != TOKEN_END) {
        if (!reading_option(r, &words_alerts, &seen, &option)) return false;
        bool read = false;
        switch ((enum word_alerts)option) {
        case WORD_ALERTS_FAILURE_RATE:
            read = read_limit(r, "a per cent, from 1 to 100", 100, &alerts->failure_percent);
            break;
        case WORD_ALERTS_FAILURE_JOBS:
            read = read_limit(r, "a number of jobs", INT_MAX, &alerts->failure_jobs);
            break;
        case WORD_ALERTS_LATENCY:
            read = read_seconds(r, "a duration of whole seconds, like 60s", &alerts->latency_s);
            break;
        case WORD_ALERTS_DEAD:
            read = read_limit(r, "a number of jobs", INT_MAX, &alerts->dead_growth);
            break;
        case WORD_ALERTS_SILENT:
            read = read_limit(r, "a number of processes", INT_MAX, &alerts->silent_processes);
            break;
        case WORD_ALERTS_PROCESSES:
            read = read_limit(r, "a number of processes", INT_MAX, &alerts->processes_min);
            break;
        case WORD_ALERTS_WINDOW:
            read = read_seconds(r, "a duration from 30s to 1h", &alerts->window_s);
            break;
        case WORD_ALERTS_WEBHOOK: read = reading_text(r, "a URL", &alerts->webhook); break;
        }
        if (!read) return false;
    }
    return true;
}
