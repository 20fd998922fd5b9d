/* src/workers/message.h - mail and SMS by an outbox: a message is written in the transaction that
 * it tells of, and delivered by a job of its own.
 *
 * Its key follows from what it tells. Writing it again adds nothing; the job's jid follows from the
 * key; the mail server and the SMS API get the key and can drop a repeat. So a kill anywhere
 * repeats a step, and the receiver hears of it once. */
#ifndef WORKERS_MESSAGE_H
#define WORKERS_MESSAGE_H

#include "faultline/worker.h"
#include "workers/transaction.h"

#define MESSAGE_SMS_URL "http://sms.localhost/messages"

struct message {
    const char *key;      /* "document-7-processed" */
    const char *channel;  /* "mail" or "sms" */
    const char *audience; /* "user" or "staff": in whose queue it waits */
    struct fl_span recipient, subject, body;
};

/* Inside the transaction of what it tells. */
FL_CHECKED enum fl_error message_write(const struct transaction *transaction,
                                       const struct message *message);
/* Behind that transaction, and again by every later run: enqueues the message unless it is sent. */
enum fl_outcome message_enqueue(struct fl_job *job, const char *key);

/* Arguments: [key]. */
enum fl_outcome message_perform(struct fl_job *job);
/* The message is `failed`, with the reason: it is not sent any more. */
void message_exhausted(struct fl_job *job);

#endif
