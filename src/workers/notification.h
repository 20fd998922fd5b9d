/* src/workers/notification.h - telling user and staff how an import ended, once each.
 *
 * The outbox rows were written with the import's last state. From each that is not sent yet a job
 * is enqueued, with a jid that follows from import, outcome and audience; the job mails under an
 * idempotency key that follows from the same, and marks the row as sent. A kill anywhere in between
 * repeats a step, and the key lets the mail server drop the repeat. */
#ifndef WORKERS_NOTIFICATION_H
#define WORKERS_NOTIFICATION_H

#include "faultline/worker.h"
#include "workers/import_record.h"

/* Enqueues what the outbox holds unsent for this import. FL_EDB and its kin, or what the push
 * returned. */
FL_CHECKED enum fl_error notification_enqueue_pending(struct fl_job *job, int64_t import_id);

/* Arguments: [import id, outcome]. */
enum fl_outcome notification_perform_user(struct fl_job *job);
enum fl_outcome notification_perform_staff(struct fl_job *job);

#endif
