/* src/queue/events.h - tells those who have asked for it what happens to the process. */
#ifndef FL_QUEUE_EVENTS_H
#define FL_QUEUE_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "faultline/events.h"

struct fl_event_wish {
    enum fl_event event;
    fl_event_handler *handler;
};

struct fl_event_wishes {
    struct fl_event_wish items[FL_EVENT_HANDLERS_MAX];
    size_t count;
};

struct fl_events {
    const struct fl_ports *ports;
    const char *identity;
    const struct fl_event_wishes *wishes;
};

/* What a handler returns but FL_OK is logged; the first such, once all were told. */
enum fl_error fl_events_tell(const struct fl_events *events, enum fl_event event);
bool fl_events_wanted(const struct fl_events *events, enum fl_event event);

#endif
