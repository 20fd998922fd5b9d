/* src/posix/clock.h - the clocks of the machine. */
#ifndef FL_POSIX_CLOCK_H
#define FL_POSIX_CLOCK_H

#include <time.h>

#include "ports/clock.h"

struct fl_clock fl_posix_clock(void);
/* A monotonic instant as the system calls want it; not for FL_NEVER_US. */
struct timespec fl_posix_timespec(int64_t us);

#endif
