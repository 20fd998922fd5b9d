/* fakes/mail/fake_mail.h - a post office that accepts every well-formed message and keeps it.
 *
 * Each accepted message is a delivery, repeats of one idempotency key included: whether a message
 * went out exactly once is judged by fake_mail_deliveries. One office serves all processes. */
#ifndef FAKES_MAIL_FAKE_MAIL_H
#define FAKES_MAIL_FAKE_MAIL_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/span.h"
#include "fakes/scope/fake_scope.h"
#include "ports/clock.h"
#include "ports/mail.h"

enum { FAKE_MAIL_MESSAGES_MAX = 1024 * 1024 };

struct fake_mail; /* opaque: layout in fake_mail.c */

FL_CHECKED enum fl_error fake_mail_new(struct fake_scope scope, struct fake_mail **ret_office);
void fake_mail_free(struct fake_mail *office); /* NULL is fine */

/* One process's way to the office; storage of the caller, who fills it in. */
struct fake_mail_client {
    struct fake_mail *office;
    const char *name; /* in records; borrowed as long as the office lives */
    struct fl_clock clock;
};
/* FL_OK: kept. FL_EINVAL: a line break in from, to or subject, or no receiver. FL_ETIMEDOUT: the
 * deadline has passed. FL_EBOUND, FL_ENOMEM: not kept. */
struct fl_mailer fake_mail_port(struct fake_mail_client *client);

struct fake_mail_record {
    const char *client;
    struct fl_span from, to, subject, text, idempotency_key;
    int64_t at_us; /* wall time of the client */
};
size_t fake_mail_count(const struct fake_mail *office);
/* In order of acceptance; borrowed until the next message. */
const struct fake_mail_record *fake_mail_record(const struct fake_mail *office, size_t index);
/* How often a message with this key was accepted. */
size_t fake_mail_deliveries(const struct fake_mail *office, struct fl_span idempotency_key);

#endif
