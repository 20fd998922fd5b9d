/* tests/conformance/story.h - all that the server of a run was told, what it answered and what
 * befell it, in order. */
#ifndef CONFORMANCE_STORY_H
#define CONFORMANCE_STORY_H

#include "core/buf.h"
#include "harness/run/watcher.h"

enum story_kind {
    STORY_SENT,     /* whole commands */
    STORY_ANSWERED, /* the beginning of a reply, its end, several */
    STORY_HUNG_UP,
    STORY_BEFELL, /* commands of nobody that do to a server what happened to this one */
    STORY_AILED,  /* `states` and `limited` from now on */
};

struct story_event {
    enum story_kind kind;
    bool limited;        /* its memory */
    unsigned states;     /* enum fake_redis_states */
    uint64_t connection; /* of what was sent, answered, hung up */
    struct fl_span bytes;
};

struct story {
    struct fl_buf bytes; /* the events */
    unsigned states;
    bool limited;
    bool broken; /* something could not be told: no memory, or a type that nobody can copy */
};

struct story story_new(void);
void story_release(struct story *story);
void story_clear(struct story *story);
/* Ends with questions about every key that is left, on a connection of their own. */
struct run_watcher story_watcher(struct story *story);
/* The event at *at, which moves on; false: it was the last. */
bool story_next(const struct story *story, size_t *at, struct story_event *ret_event);

#endif
