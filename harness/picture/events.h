/* harness/picture/events.h - a recording, read back. */
#ifndef HARNESS_PICTURE_EVENTS_H
#define HARNESS_PICTURE_EVENTS_H

#include "core/arena.h"
#include "core/error.h"
#include "harness/picture/recording.h"

enum { PICTURE_EVENTS_READ_MAX = 1024 * 1024 };

struct picture_event { /* texts are empty where there is nothing to say */
    enum recording_kind kind;
    int64_t at_us;
    uint64_t ordinal;
    uint32_t delivery, line;
    bool refused, effective, idle;
    struct fl_span who, process, role, job, what, detail, outcome;
    /* Elements of arrays, as JSON; borrowed from the recording. */
    struct fl_span edits;   /* since the event before */
    struct fl_span changes; /* its own */
};

struct picture_fault {
    uint32_t line;
    bool sweep;
    struct fl_span text;
};

struct picture_claim {
    uint32_t line;
    struct fl_span text, job, effect;
};

struct picture_events {
    struct fl_span title, why;
    const struct picture_fault *faults;
    const struct picture_claim *claims;
    const struct picture_event *events;
    const struct fl_span *differences; /* from the undisturbed run: "- ..." and "+ ..." */
    uint32_t fault_count, claim_count, count, difference_count;
    bool is_compared; /* there was an undisturbed run to compare with */
    bool has_end;
    int64_t end_us;
    uint64_t left_out; /* events that the recording had no room for */
};

/* Texts live in the arena, edits in `recording`. FL_EPARSE, FL_EBOUND, FL_ENOMEM. */
FL_CHECKED enum fl_error picture_read(struct fl_span recording, struct fl_arena *arena,
                                      struct picture_events *ret_events);

#endif
