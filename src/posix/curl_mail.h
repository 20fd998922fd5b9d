/* src/posix/curl_mail.h - the mail port: SMTP through libcurl (see fl_curl_configure). */
#ifndef FL_POSIX_CURL_MAIL_H
#define FL_POSIX_CURL_MAIL_H

#include "ports/clock.h"
#include "ports/mail.h"

struct fl_curl_mail {
    struct fl_clock clock;
    const char *url; /* borrowed: smtp://[user:password@]host:port, or smtps:// */
};

/* Borrows `mail`. */
struct fl_mailer fl_curl_mail_port(struct fl_curl_mail *mail);

#endif
