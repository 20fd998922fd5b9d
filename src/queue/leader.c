#include "queue/leader.h"

#include <stdio.h>

#include "core/time_text.h"
#include "queue/keys.h"
#include "queue/log_text.h"
#include "queue/script.h"

static enum fl_error ask(struct fl_leader *leader, int64_t now_us)
{
    char lease[16];
    int digits = snprintf(lease, sizeof(lease), "%d", FL_LEADER_LEASE_S);
    const struct fl_span key = FL_SPAN(FL_KEY_LEADER);
    const struct fl_span args[] = {fl_span_from(leader->identity), {lease, (size_t)digits}};
    int64_t mine;
    enum fl_error err = fl_script_call(FL_SCRIPT_LEAD, leader->ports->redis, leader->ports->clock,
                                       &key, 1, args, 2, &mine, NULL);
    if (err) return err;
    bool led = leader->held_until_us != 0;
    leader->held_until_us = mine ? now_us + FL_LEADER_LEASE_S * FL_SECOND_US : 0;
    leader->next_us = now_us + (mine ? FL_LEADER_RENEWAL_S : FL_LEADER_QUESTION_S) * FL_SECOND_US;
    if (mine && !led) {
        fl_log_printf(leader->ports->log, FL_LOG_INFO, "leads the processes%s%s",
                      leader->purpose ? ", for " : "", leader->purpose ? leader->purpose : "");
        if (leader->events) fl_events_tell(leader->events, FL_EVENT_LEADER);
    }
    if (!mine && led)
        fl_log_printf(leader->ports->log, FL_LOG_WARN, "another process leads by now");
    return FL_OK;
}

/* The lease counts from before the question: an answer may be long on its way. */
enum fl_error fl_leader_ask(struct fl_leader *leader, bool *ret_leads)
{
    int64_t now_us = fl_clock_mono_us(leader->ports->clock);
    enum fl_error err = now_us >= leader->next_us ? ask(leader, now_us) : FL_OK;
    *ret_leads = fl_clock_mono_us(leader->ports->clock) < leader->held_until_us;
    return err;
}

void fl_leader_lose(struct fl_leader *leader)
{
    leader->held_until_us = 0;
    leader->next_us = 0;
}

enum fl_error fl_leader_resign(struct fl_leader *leader)
{
    const struct fl_span key = FL_SPAN(FL_KEY_LEADER);
    const struct fl_span identity = fl_span_from(leader->identity);
    int64_t gone;
    if (!leader->held_until_us) return FL_OK;
    leader->held_until_us = 0;
    return fl_script_call(FL_SCRIPT_RESIGN, leader->ports->redis, leader->ports->clock, &key, 1,
                          &identity, 1, &gone, NULL);
}
