/* src/ports/random.h - chance, as labelled choices.
 *
 * The label says what is being chosen ("retry jitter", "jid"): a simulation records each choice
 * under it and can replay it; production ignores it. Labels are string literals. */
#ifndef FL_PORTS_RANDOM_H
#define FL_PORTS_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include "core/assert.h"

struct fl_random_ops {
    /* Uniform in [0, bound), bound > 0. */
    uint64_t (*below)(void *self, const char *label, uint64_t bound);
    void (*bytes)(void *self, const char *label, void *out, size_t length);
};

struct fl_random {
    const struct fl_random_ops *ops;
    void *self;
};

static inline uint64_t fl_random_below(struct fl_random random, const char *label, uint64_t bound)
{
    fl_assert(bound > 0);
    return random.ops->below(random.self, label, bound);
}

static inline void fl_random_bytes(struct fl_random random, const char *label, void *out,
                                   size_t length)
{
    random.ops->bytes(random.self, label, out, length);
}

#endif
