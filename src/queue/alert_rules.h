/* src/queue/alert_rules.h - when something is wrong enough to call somebody, and when it is over.
 *
 * An alert is raised when what was read reaches its threshold. It is over once it has stayed below
 * four fifths of it (a count of processes: on the good side) for three readings in a row, so that
 * what swings about its threshold is told once. Pure. */
#ifndef FL_QUEUE_ALERT_RULES_H
#define FL_QUEUE_ALERT_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "queue/process.h"

#define FL_ALERT_LIST(X)                                                                           \
    X(FAILURES, "failure_rate")                                                                    \
    X(LATENCY, "queue_latency")                                                                    \
    X(DEAD, "dead_growth")                                                                         \
    X(SILENT, "missing_heartbeats")                                                                \
    X(PROCESSES, "processes")

enum fl_alert {
#define FL_ALERT_ENUM(name, text) FL_ALERT_##name,
    FL_ALERT_LIST(FL_ALERT_ENUM)
#undef FL_ALERT_ENUM
        FL_ALERT_COUNT
};
const char *fl_alert_name(enum fl_alert alert);

enum { FL_ALERT_LOOK_S = 30, FL_ALERT_SAMPLES_MAX = 128, FL_ALERT_CALM_LOOKS = 3 };

/* What is read from Redis at one look. */
struct fl_alert_reading {
    int64_t at_us;                   /* monotonic */
    int64_t processed, failed, dead; /* as they stand */
    int64_t latency_us;              /* of the queue that is worst off, pauses aside */
    int64_t silent, processes;       /* without a heartbeat; with one */
};

struct fl_alert_rules {
    const struct fl_alert_options *options;
    struct fl_alert_reading samples[FL_ALERT_SAMPLES_MAX]; /* the newest last */
    int sample_count;
    struct fl_alert_rule {
        bool raised;
        int calm;             /* readings in a row on the good side */
        int64_t value, limit; /* at the last reading: per cent, seconds, jobs, processes */
    } rules[FL_ALERT_COUNT];
};

/* Whether the options ask for this alert. */
bool fl_alert_is_wanted(const struct fl_alert_options *options, enum fl_alert alert);
/* Takes one reading in, not older than the last; *ret_changed[alert] says whether it was raised, or
 * is over, by that. */
void fl_alert_rules_read(struct fl_alert_rules *rules, const struct fl_alert_reading *reading,
                         bool ret_changed[FL_ALERT_COUNT]);
/* A new leader starts with what the old one has told. */
void fl_alert_rules_reset(struct fl_alert_rules *rules, const bool raised[FL_ALERT_COUNT]);
/* "20 % of the last 300 s' jobs failed (limit 10)", for whoever reads the alert. */
enum { FL_ALERT_TEXT_BYTES = 256 };
void fl_alert_text(const struct fl_alert_rules *rules, enum fl_alert alert, const char *queue,
                   char ret_text[FL_ALERT_TEXT_BYTES]);

#endif
