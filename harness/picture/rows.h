/* harness/picture/rows.h - which events a picture shows, and what stands for those that it folds.
 *
 * Decides only. Housekeeping that changed nothing is left out; where time passes, a row says how
 * much and what was left out in it; steps that repeat themselves are shown the first and the last
 * time; and of more rows than PICTURE_ROWS_MAX the middle is left out. */
#ifndef HARNESS_PICTURE_ROWS_H
#define HARNESS_PICTURE_ROWS_H

#include "harness/picture/events.h"

enum {
    PICTURE_ROWS_MAX = 1500,
    PICTURE_PERIOD_MAX = 96, /* events of one repeated attempt */
    PICTURE_REPEATS_MIN = 4, /* so often alike are folded */
};

/* Between two events that much of nothing is worth a row. */
#define PICTURE_GAP_US INT64_C(500000)

enum picture_row_kind {
    PICTURE_ROW_EVENT,
    PICTURE_ROW_GAP,      /* time passes */
    PICTURE_ROW_REPEATS,  /* `times` the same as before */
    PICTURE_ROW_LEFT_OUT, /* for want of room */
};

struct picture_row {
    enum picture_row_kind kind;
    uint32_t first, end; /* its events: one; of others all that they stand for */
    int64_t from_us, to_us;
    uint32_t times;  /* REPEATS */
    uint32_t hidden; /* events that it stands for */
};

struct picture_rows {
    const struct picture_row *rows; /* every event is in exactly one, in order */
    uint32_t count;
    uint32_t outlined; /* the row of the event with which it went wrong; `count`: none */
};

/* Rows live in the arena. `outlined`: an index into the events, or their count. */
FL_CHECKED enum fl_error picture_fold(const struct picture_events *events, uint32_t outlined,
                                      struct fl_arena *arena, struct picture_rows *ret_rows);

/* The event with which the failing claim went wrong: the last fault that had an effect; else the
 * last event that the claim is about; else the last of all. `failed_line`: the claim's, 0: none. */
uint32_t picture_outlined(const struct picture_events *events, uint32_t failed_line);

#endif
