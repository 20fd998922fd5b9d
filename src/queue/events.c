#include "queue/events.h"

#include "queue/log_text.h"

static const char *name_of(enum fl_event event)
{
    switch (event) {
    case FL_EVENT_STARTUP: return "startup";
    case FL_EVENT_QUIET: return "quiet";
    case FL_EVENT_SHUTDOWN: return "shutdown";
    case FL_EVENT_EXIT: return "exit";
    case FL_EVENT_HEARTBEAT: return "heartbeat";
    case FL_EVENT_BEAT: return "beat";
    case FL_EVENT_LEADER: break;
    }
    return "leader";
}

static bool is_backwards(enum fl_event event)
{
    return event == FL_EVENT_QUIET || event == FL_EVENT_SHUTDOWN || event == FL_EVENT_EXIT;
}

static enum fl_error tell_one(const struct fl_events *events, const struct fl_event_wish *wish)
{
    const struct fl_occasion occasion = {wish->event, events->identity, events->ports};
    enum fl_error err = wish->handler(&occasion);
    if (err)
        fl_log_printf(events->ports->log, FL_LOG_ERROR, "at %s: %s", name_of(wish->event),
                      fl_error_text(err));
    return err;
}

enum fl_error fl_events_tell(const struct fl_events *events, enum fl_event event)
{
    size_t count = events->wishes->count;
    enum fl_error first = FL_OK;
    for (size_t i = 0; i < count; i++) {
        const struct fl_event_wish *wish =
            &events->wishes->items[is_backwards(event) ? count - 1 - i : i];
        enum fl_error err = wish->event == event ? tell_one(events, wish) : FL_OK;
        if (!first) first = err;
    }
    return first;
}

bool fl_events_wanted(const struct fl_events *events, enum fl_event event)
{
    for (size_t i = 0; i < events->wishes->count; i++)
        if (events->wishes->items[i].event == event) return true;
    return false;
}
