/* fakes/redis/serve/serve_clock.h - what time the served fake believes it is.
 *
 * Either it runs with the machine's wall clock, at any distance from it, or it stands still until
 * somebody moves it. It never goes back by itself. A running one is read once for everything that
 * one client has sent, not for each command: refresh() is that reading. */
#ifndef FAKE_REDIS_SERVE_CLOCK_H
#define FAKE_REDIS_SERVE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "ports/clock.h"

struct fake_serve_clock {
    bool runs;
    int64_t now_us;   /* wall time, as of the last refresh */
    int64_t ahead_us; /* of the machine's clock, while it runs */
};

struct fake_serve_clock fake_serve_clock_real(void);
struct fake_serve_clock fake_serve_clock_virtual(int64_t now_us);
void fake_serve_clock_refresh(struct fake_serve_clock *clock);
/* Stands still from now on; or runs on from where it stands. */
void fake_serve_clock_stop(struct fake_serve_clock *clock);
void fake_serve_clock_run(struct fake_serve_clock *clock);
/* Forward by so much, which is not negative; false: past the end of time. */
bool fake_serve_clock_move(struct fake_serve_clock *clock, int64_t delta_us);
struct fl_clock fake_serve_clock_port(struct fake_serve_clock *clock);

#endif
