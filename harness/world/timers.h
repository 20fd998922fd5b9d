/* harness/world/timers.h - what happens when: a heap ordered by (time, sequence). */
#ifndef HARNESS_WORLD_TIMERS_H
#define HARNESS_WORLD_TIMERS_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

struct sim_timer; /* embedded in what waits */
typedef void sim_timer_fire(struct sim_timer *timer);

struct sim_timer {
    int64_t at_us;
    uint64_t sequence;
    size_t place; /* in the heap, from 1; 0: not set */
    sim_timer_fire *fire;
};

struct sim_timers { /* zeroed is empty */
    struct sim_timer **heap;
    size_t count, capacity;
    uint64_t sequence;
};

/* Room for so many timers at once: setting one cannot fail after that. */
FL_CHECKED enum fl_error sim_timers_reserve(struct sim_timers *timers, size_t capacity);
void sim_timers_set(struct sim_timers *timers, struct sim_timer *timer, int64_t at_us);
void sim_timers_clear(struct sim_timers *timers, struct sim_timer *timer); /* not set: fine */
struct sim_timer *sim_timers_first(const struct sim_timers *timers);       /* NULL: none */
void sim_timers_release(struct sim_timers *timers);

#endif
