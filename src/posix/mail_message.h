/* src/posix/mail_message.h - a mail as the text of RFC 5322. */
#ifndef FL_POSIX_MAIL_MESSAGE_H
#define FL_POSIX_MAIL_MESSAGE_H

#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "ports/mail.h"

enum { FL_MAIL_BYTES_MAX = 8 * 1024 * 1024 };

/* The address itself: what stands between < and >, else all of it. */
struct fl_span fl_mail_address(struct fl_span mailbox);
/* Lines end in CRLF; the subject is encoded when it is not plain ASCII. FL_EINVAL: a line break or
 * NUL in a header, or an address without @; FL_ENOMEM, FL_EBOUND. */
FL_CHECKED enum fl_error fl_mail_message(struct fl_buf *out, const struct fl_mail *mail,
                                         int64_t wall_us);

#endif
