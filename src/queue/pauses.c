#include "queue/pauses.h"

#include "queue/log_text.h"

static void mark(const struct fl_settings *settings, struct fl_span name, fl_queue_set *paused)
{
    for (size_t i = 0; i < settings->queue_count; i++)
        if (fl_span_is(name, settings->queues[i].name)) *paused |= UINT64_C(1) << i;
}

static void log_change(const struct fl_settings *settings, struct fl_log log, fl_queue_set before,
                       fl_queue_set now)
{
    for (size_t i = 0; i < settings->queue_count; i++) {
        if (!((before ^ now) >> i & 1) || settings->sharers[i]) continue;
        fl_log_printf(log, FL_LOG_INFO, "queue %s is %s", settings->queues[i].name,
                      now >> i & 1 ? "paused" : "resumed");
    }
}

void fl_pauses_take(const struct fl_settings *settings, const struct fl_reply *members,
                    struct fl_log log, struct fl_control *control)
{
    if (members->type == FL_REPLY_ERROR)
        fl_log_printf(log, FL_LOG_WARN, "paused queues: %.*s", FL_SPAN_ARGS(members->text));
    if (members->type != FL_REPLY_ARRAY) return;
    fl_queue_set before = fl_control_paused(control), now = 0;
    for (size_t i = 0; i < members->count; i++)
        mark(settings, members->elements[i].text, &now);
    log_change(settings, log, before, now);
    fl_control_pause(control, now);
}
