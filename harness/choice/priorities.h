/* harness/choice/priorities.h - which ready task runs next when tasks have priorities: PCT, after
 * Burckhardt and others, "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs".
 *
 * Every task has a random priority and the highest one runs. At depth - 1 random choices, the
 * change points, the task that would run falls below all others. A bug that needs `depth` ordering
 * constraints among n tasks in `horizon` choices is met with a probability of at least
 * 1 / (n * horizon^(depth - 1)) in each run. */
#ifndef HARNESS_CHOICE_PRIORITIES_H
#define HARNESS_CHOICE_PRIORITIES_H

#include <stddef.h>
#include <stdint.h>

enum { SIM_PRIORITIES_DEPTH_MAX = 16, SIM_PRIORITIES_NAME_BYTES = 128 };

struct sim_fallen { /* a task below all that fell earlier */
    char name[SIM_PRIORITIES_NAME_BYTES];
};

struct sim_priorities {
    uint64_t seed;
    uint32_t change_count, fallen_count;
    uint64_t changes[SIM_PRIORITIES_DEPTH_MAX]; /* numbers of choices; equal ones are one */
    struct sim_fallen fallen[SIM_PRIORITIES_DEPTH_MAX];
};

/* `depth` is 1 to SIM_PRIORITIES_DEPTH_MAX; horizon 0: no change points. */
void sim_priorities_init(struct sim_priorities *priorities, uint64_t seed, uint32_t depth,
                         uint64_t horizon);
/* An index into names (count >= 1) for the choice of that number. Among equal names the first. */
size_t sim_priorities_pick(struct sim_priorities *priorities, uint64_t number,
                           const char *const *names, size_t count);

#endif
