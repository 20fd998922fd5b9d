/* src/queue/locking.h - takes the lock that a job needs to run, and lets go of the one that it held
 * while it waited. */
#ifndef FL_QUEUE_LOCKING_H
#define FL_QUEUE_LOCKING_H

#include "queue/lock.h"
#include "queue/settle.h"

enum { FL_LOCK_PAUSE_US = 250 * 1000 }; /* between two askings for a lock that others have */

enum fl_lock_begin {
    FL_LOCK_MAY_RUN,
    FL_LOCK_MUST_WAIT, /* another job runs that excludes it; it holds what it held before */
    FL_LOCK_STOPPING,  /* it still waited when its process was asked to stop */
    FL_LOCK_VOID,      /* the job is not this process's any more, or memory is out for good */
};

/* Keeps asking while Redis does not answer, as a settlement does. A repeat is safe: who holds a
 * lock gets it again. With reliable fetch a job that has been taken over takes and gives back
 * nothing: it may have ended elsewhere, and nobody would give its lock back. */
enum fl_lock_begin fl_locking_begin(const struct fl_settler *settler, int thread,
                                    const struct fl_delivery *delivery,
                                    const struct fl_job_lock *lock, const char *jid);

#endif
