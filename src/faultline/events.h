/* faultline/events.h - what happens to a worker process, for whoever wants to know: a module opens
 * and closes what all its handlers use. Asked for in the `configure` of its fl_setup
 * (faultline/middleware.h). */
#ifndef FAULTLINE_EVENTS_H
#define FAULTLINE_EVENTS_H

#include "core/error.h"
#include "ports/ports.h"

struct fl_config;

enum fl_event {
    FL_EVENT_STARTUP,   /* before the first job; an error keeps the process from starting */
    FL_EVENT_QUIET,     /* takes no more jobs; comes once, also before a shutdown */
    FL_EVENT_SHUTDOWN,  /* is asked to end; its jobs may still run */
    FL_EVENT_EXIT,      /* has left the process list; the last one */
    FL_EVENT_HEARTBEAT, /* stands in Redis, and did not before: at its start, after an outage */
    FL_EVENT_BEAT,      /* each heartbeat */
    FL_EVENT_LEADER,    /* has become the one process that leads */
};

struct fl_occasion {
    enum fl_event event;
    const char *identity; /* the process's: "host:pid:nonce" */
    const struct fl_ports *ports;
};

/* The process waits for it. An error is logged, and the others are told all the same. Beats and
 * leadership are told by tasks of their own, so those may come while another event is told. */
typedef enum fl_error fl_event_handler(const struct fl_occasion *occasion);

enum { FL_EVENT_HANDLERS_MAX = 64 };

/* Told in this order; of QUIET, SHUTDOWN and EXIT the last one first, as Sidekiq does. FL_EBOUND:
 * there are as many as can be. */
FL_CHECKED enum fl_error fl_config_on_event(struct fl_config *config, enum fl_event event,
                                            fl_event_handler *handler);

#endif
