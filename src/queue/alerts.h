/* src/queue/alerts.h - calls somebody when something is wrong (queue/alert_rules.h says when): a
 * log line, a metric, and a request to a webhook.
 *
 * Only the leader looks, every 30 s, in a task of its own, so that a webhook that hangs holds up no
 * job. What is told is noted in `faultline:alerts` once the webhook has taken it, and the next
 * leader goes on from there: an alert is told at least once, and again only when a leader dies
 * between the two. A webhook that fails is tried again at the next looks, then given up. */
#ifndef FL_QUEUE_ALERTS_H
#define FL_QUEUE_ALERTS_H

#include "queue/alert_rules.h"
#include "queue/control.h"
#include "queue/leader.h"

enum { FL_ALERT_WEBHOOK_S = 3, FL_ALERT_WEBHOOK_ATTEMPTS = 5 };

struct fl_alerts {
    const struct fl_ports *ports;
    struct fl_control *control;
    struct fl_leader leader;
    struct fl_alert_options options;
    struct fl_alert_rules rules;
    bool knows;                      /* what the leader before has told */
    int64_t next_look_us;            /* monotonic */
    char queue[FL_QUEUE_NAME_BYTES]; /* the one that is worst off, cut */
    struct fl_alert_notice {
        bool pending; /* is not noted in Redis yet */
        bool sent;    /* the webhook has taken it, or was given up */
        int attempts;
        int64_t wall_us;
        char text[FL_ALERT_TEXT_BYTES];
    } notices[FL_ALERT_COUNT];
};

/* Fills in the options' defaults. FL_EINVAL: *ret_problem says which is out of its range. The
 * caller fills in ports, control and the leader's identity. */
FL_CHECKED enum fl_error fl_alerts_init(struct fl_alerts *alerts,
                                        const struct fl_alert_options *options,
                                        const char **ret_problem);
/* One look, if it is time for it and this process leads. */
FL_CHECKED enum fl_error fl_alerts_look(struct fl_alerts *alerts);
/* The task's main; ends, and leads no more, once the process is quiet. */
void fl_alerts_run(void *alerts);

#endif
