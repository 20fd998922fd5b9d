/* harness/pool/crash.h - a worker's last words. */
#ifndef HARNESS_POOL_CRASH_H
#define HARNESS_POOL_CRASH_H

#include "core/error.h"

/* From here on a fatal signal is noted, with whether it was a fiber's stack that overflowed, and
 * then takes its course. No core dumps are written. */
FL_CHECKED enum fl_error pool_crash_install(void);

#endif
