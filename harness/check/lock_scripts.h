/* harness/check/lock_scripts.h - what the queue's scripts do to the locks of unique jobs, by their
 * arguments: queue/script.h says which these are. Who holds such a lock is a job, by its jid. */
#ifndef HARNESS_CHECK_LOCK_SCRIPTS_H
#define HARNESS_CHECK_LOCK_SCRIPTS_H

#include <stdbool.h>

#include "harness/check/meaning.h"

/* EVAL or EVALSHA with all its arguments. False: no script that has to do with locks. */
bool lock_scripts_read(const struct fl_command *command, struct meaning *meaning);

#endif
