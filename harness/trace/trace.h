/* harness/trace/trace.h - what happened in a run: every event is hashed, the last ones stay
 * readable.
 *
 * The hash covers time, who, what, request and reply: two runs with one hash did the same. The text
 * calls jobs and processes by the scenario's names, so that it reads the same for every seed. */
#ifndef HARNESS_TRACE_TRACE_H
#define HARNESS_TRACE_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/span.h"

enum {
    TRACE_EVENTS_KEPT = 256,
    TRACE_EXCERPT_BYTES = 200, /* of a detail or an outcome */
    TRACE_TEXT_BYTES_MAX = 256 * 1024 * 1024,
};

enum trace_kind {
    TRACE_EFFECT,
    TRACE_FAULT, /* a fault strikes */
    TRACE_LOG,   /* a line that the program logged */
    TRACE_MARK,  /* starts and ends of processes and runs, stages */
};

struct trace_event {
    enum trace_kind kind;
    int64_t at_us;           /* since the start of the run */
    const char *who;         /* "imp-1#2", "p1/fetch"; lives as long as the trace */
    uint64_t ordinal;        /* of the effect in its context; 0: none */
    const char *what;        /* "redis LREM"; lives as long as the trace */
    struct fl_span detail;   /* excerpted */
    struct fl_span outcome;  /* excerpted */
    uint64_t request, reply; /* digests */
    bool idle;               /* housekeeping that changed nothing: left out of the timeline */
};

/* Gives the scenario's name for what stands at the start of `text`: returns how many bytes it
 * replaces, 0 for none. Asked at the start of each word. */
struct trace_naming {
    size_t (*rename)(void *self, struct fl_span text, const char **ret_name);
    void *self;
};

enum trace_keep { TRACE_KEEP_LAST, TRACE_KEEP_ALL };

struct trace; /* opaque: layout in trace.c */

FL_CHECKED enum fl_error trace_new(struct trace_naming naming, enum trace_keep keep,
                                   struct trace **ret_trace);
void trace_free(struct trace *trace); /* NULL is fine */
void trace_add(struct trace *trace, const struct trace_event *event);
/* Told of every event as it is added; one at a time. */
void trace_listen(struct trace *trace, void (*heard)(void *self, const struct trace_event *event),
                  void *self);
void trace_hash(const struct trace *trace, uint64_t ret_hash[2]);
uint64_t trace_events(const struct trace *trace);
/* The last `count` events that are not idle, one a line, oldest first. */
FL_CHECKED enum fl_error trace_timeline(const struct trace *trace, size_t count,
                                        struct fl_buf *out);
/* With TRACE_KEEP_ALL: everything, idle events too. FL_EBOUND: it was longer than the bound. */
FL_CHECKED enum fl_error trace_text(const struct trace *trace, struct fl_buf *out);

/* Any bytes with jobs and processes renamed. */
FL_CHECKED enum fl_error trace_rename(struct trace_naming naming, struct fl_span text,
                                      struct fl_buf *out);
/* "+1m30.5s" in microseconds' precision: the time column. */
FL_CHECKED enum fl_error trace_time(struct fl_buf *out, int64_t at_us);

#endif
