/* src/queue/locked_push.h - pushes a job and takes its lock, in one step: a crash cannot leave the
 * lock without the job, which is what reapers of such locks are for elsewhere. */
#ifndef FL_QUEUE_LOCKED_PUSH_H
#define FL_QUEUE_LOCKED_PUSH_H

#include "core/error.h"
#include "queue/client.h"
#include "queue/lock.h"

/* A job whose lock is taken at the push; errors and FL_EEXIST as of fl_client_push. */
FL_CHECKED enum fl_error fl_locked_push(const struct fl_client *client,
                                        const struct fl_client_job *job, const char *jid);

/* The key of the lock that it would take. FL_EINVAL, FL_ENOMEM, FL_EBOUND. */
FL_CHECKED enum fl_error fl_locked_push_key(const struct fl_client_job *job,
                                            char ret_key[FL_LOCK_KEY_BYTES]);

#endif
