/* harness/testing/history.h - all effects and log lines of a world so far, for questions that are
 * asked afterwards. */
#ifndef HARNESS_TESTING_HISTORY_H
#define HARNESS_TESTING_HISTORY_H

#include "core/arena.h"
#include "harness/check/tally.h"

enum { HISTORY_BYTES_MAX = 256 * 1024 * 1024 };

struct history_event;

struct history {
    struct fl_arena arena;
    struct history_event *first, *last;
    bool overflowed; /* an event is missing: no count can be trusted */
};

#define HISTORY_INIT ((struct history){.arena = FL_ARENA_INIT(HISTORY_BYTES_MAX)})

void history_release(struct history *history);
/* Context and label are borrowed as long as the history. */
void history_effect(struct history *history, const struct effect_context *context,
                    const struct effect_label *label, struct fl_span detail);
void history_log(struct history *history, struct fl_span line);
/* As if the tally had been there from the start. */
void history_tell(const struct history *history, struct tally *tally);

#endif
