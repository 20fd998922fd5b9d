/* harness/picture/recording.h - a run as lines of JSON, so that any moment of it can be rebuilt.
 *
 * The first line tells the scenario, then each event has a line, the last one tells the end. An
 * event carries what it has changed in the stores (Redis, the jobs, the database, the outside) as
 * edits of groups of lines: a key with its elements, a job with its state, a table with its rows.
 *
 *   {"t":1195,"k":"effect","w":"p1/fetch","p":"p1","r":"fetch","o":1,"l":"redis LMOVE","x":"...",
 *    "y":"...","d":[[0,"queue:default","list",0,["{...}"],[]], ...]}
 *
 * "d" brings the stores from the event before to this one. What the event itself has changed stands
 * in "c" when that is something else: a command's reply is on its way while others' effects end.
 *
 * An edit is [store, group, note, at, [lines that went], [lines that came]]; its note is null when
 * the group has gone with them.
 * Never fails: what does not fit is left out, and the end says so. */
#ifndef HARNESS_PICTURE_RECORDING_H
#define HARNESS_PICTURE_RECORDING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/span.h"

enum {
    RECORDING_BYTES_MAX = 12 * 1024 * 1024, /* later events are counted only */
    RECORDING_LINES_MAX = 2000,             /* of one store; what stands behind them is not shown */
    RECORDING_LINE_BYTES_MAX = 600,
};

enum recording_kind {
    RECORDING_EFFECT,
    RECORDING_FAULT, /* a fault strikes */
    RECORDING_LOG,
    RECORDING_MARK, /* starts and ends of processes and runs, stages */
};

enum recording_store {
    RECORDING_REDIS,
    RECORDING_JOBS,
    RECORDING_DATABASE,
    RECORDING_OUTSIDE,
    RECORDING_STORES,
};

struct recording_event { /* texts may be NULL or empty where there is nothing to say */
    enum recording_kind kind;
    int64_t at_us;
    const char *who;            /* "hello#1", "p1/fetch" */
    const char *process, *role; /* where it happens: "p1" "thread-2" */
    const char *job;
    uint32_t delivery;
    uint64_t ordinal;
    const char *what;
    struct fl_span detail, outcome;
    uint32_t line;  /* of a fault in the scenario */
    bool refused;   /* an effect that was not applied */
    bool effective; /* a fault that changed something */
    bool idle;
    struct fl_span changes; /* its own edits, as recording_edits gives them */
};

struct recording; /* opaque: layout in recording.c */

/* Appends to `out`, which stays the caller's and must outlive the recording. */
FL_CHECKED enum fl_error recording_new(struct fl_buf *out, struct recording **ret_recording);
void recording_free(struct recording *recording); /* NULL is fine */

/* A line of its own: any JSON object, as the head and the end of a recording are. */
void recording_add_line(struct recording *recording, struct fl_span json);

/* What a store holds now, told whole: groups in an order that does not change, their lines. The
 * next event carries the difference. */
void recording_begin_store(struct recording *recording, enum recording_store store);
void recording_group(struct recording *recording, struct fl_span name, struct fl_span note);
void recording_line(struct recording *recording, struct fl_span text);
void recording_end_store(struct recording *recording);

/* The edits since the last event, without brackets around them; valid until a store is told. */
struct fl_span recording_edits(const struct recording *recording);
void recording_add(struct recording *recording, const struct recording_event *event);
/* Events that found no room. */
uint64_t recording_left_out(const struct recording *recording);

#endif
