/* fakes/clock/fake_clock.h - a clock that stands still until it is moved, and the sleep of one
 * task, which moves it.
 *
 * For tests of one module without a world: there are no other tasks (spawning is FL_EBOUND). */
#ifndef FAKES_CLOCK_FAKE_CLOCK_H
#define FAKES_CLOCK_FAKE_CLOCK_H

#include <stdint.h>

#include "ports/clock.h"
#include "ports/task.h"

struct fake_clock { /* the caller's; zeroed is ready */
    int64_t wall_us, mono_us;
};

struct fl_clock fake_clock_port(struct fake_clock *clock);
struct fl_tasks fake_clock_tasks(struct fake_clock *clock);
void fake_clock_advance(struct fake_clock *clock, int64_t delta_us); /* both times */

#endif
