/* harness/run/recorder.h - what a run keeps for its recording; for recorder.c and holdings.c. */
#ifndef HARNESS_RUN_RECORDER_H
#define HARNESS_RUN_RECORDER_H

#include "harness/picture/recording.h"
#include "harness/run/stage.h"

enum { RECORDER_PENDING_MAX = 1024, RECORDER_COMMAND_BYTES = 24 };

/* What a command has changed, until its effect is over: its reply is on the way meanwhile, and
 * others' effects end before it. */
struct recorder_pending {
    const struct sim_fiber *fiber; /* who sent it; NULL: a pop that somebody else has served */
    const char *process;
    bool by_script;
    char command[RECORDER_COMMAND_BYTES];
    struct fl_buf edits;
};

struct recorder {
    struct recording *recording;
    uint64_t redis, jobs; /* the versions that it knows */
    struct recorder_pending pending[RECORDER_PENDING_MAX];
    uint32_t pending_count;
};

enum recorder_look { LOOK_AT_QUEUE = 1, LOOK_AT_DATABASE = 2, LOOK_AT_OUTSIDE = 4 };

/* Tells the stores (bits of enum recorder_look): what has changed goes with the next event. */
void recorder_look(struct run *run, unsigned at);
/* By the scenario's names, into a buffer that is used for one text after another; empty where there
 * is no memory: a recording tells less then. */
struct fl_span recorder_named(struct run *run, struct fl_span text, struct fl_buf *buffer);

#endif
