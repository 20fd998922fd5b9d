/* src/ports/mail.h - hands one message to a mail server. */
#ifndef FL_PORTS_MAIL_H
#define FL_PORTS_MAIL_H

#include "core/error.h"
#include "core/span.h"

#include <stdint.h>

struct fl_mail {
    struct fl_span from, to, subject; /* UTF-8 without line breaks */
    struct fl_span text;              /* UTF-8 */
    /* Becomes the Message-ID: a receiver that keeps ids drops a repeat of it. Empty: none. */
    struct fl_span idempotency_key;
    int64_t deadline_us; /* monotonic */
};

struct fl_mail_ops {
    /* FL_OK: the server has accepted it. FL_ECONNECT: it has not. FL_ELOST, FL_ETIMEDOUT: perhaps.
     * FL_EREPLY: the server refused it. FL_EINVAL: it is not of this form; nothing was sent. */
    enum fl_error (*send)(void *self, const struct fl_mail *mail);
};

struct fl_mailer {
    const struct fl_mail_ops *ops; /* NULL: the program sends no mail */
    void *self;
};

FL_CHECKED static inline enum fl_error fl_mail_send(struct fl_mailer mailer,
                                                    const struct fl_mail *mail)
{
    return mailer.ops->send(mailer.self, mail);
}

#endif
