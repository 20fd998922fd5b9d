/* src/posix/curl_mail.c - what a failure means depends on how far the message got: before its last
 * byte was handed over, the server cannot have accepted it. */
#include "posix/curl_mail.h"

#include <curl/curl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "posix/mail_message.h"

struct delivery {
    CURL *curl;
    struct curl_slist *recipients;
    struct fl_buf message, from, to;
    size_t sent;
    bool all_sent; /* curl has asked for more and was told that there is none */
};

static size_t give_piece(char *bytes, size_t one, size_t capacity, void *context)
{
    struct delivery *delivery = context;
    size_t left = delivery->message.length - delivery->sent;
    size_t room = one * capacity;
    size_t length = left < room ? left : room;
    memcpy(bytes, delivery->message.bytes + delivery->sent, length);
    delivery->sent += length;
    if (length == 0) delivery->all_sent = true;
    return length;
}

static enum fl_error error_of(CURLcode code, const struct delivery *delivery)
{
    if (code == CURLE_OK) return FL_OK;
    if (code == CURLE_OUT_OF_MEMORY) return FL_ENOMEM;
    long answer = 0;
    curl_easy_getinfo(delivery->curl, CURLINFO_RESPONSE_CODE, &answer);
    if (code == CURLE_URL_MALFORMAT) return FL_EINVAL;
    if (answer >= 400) return FL_EREPLY;
    if (!delivery->all_sent) return FL_ECONNECT;
    return code == CURLE_OPERATION_TIMEDOUT ? FL_ETIMEDOUT : FL_ELOST;
}

/* "<address>" as MAIL FROM and RCPT TO want it. */
static enum fl_error put_path(struct fl_buf *out, struct fl_span mailbox)
{
    enum fl_error err = fl_buf_append_char(out, '<');
    if (!err) err = fl_buf_append_span(out, fl_mail_address(mailbox));
    return err ? err : fl_buf_append_char(out, '>');
}

static enum fl_error prepare(struct delivery *delivery, const struct fl_mail *mail, int64_t wall_us)
{
    enum fl_error err = fl_mail_message(&delivery->message, mail, wall_us);
    if (!err) err = put_path(&delivery->from, mail->from);
    if (!err) err = put_path(&delivery->to, mail->to);
    if (err) return err;
    delivery->recipients = curl_slist_append(NULL, delivery->to.bytes);
    return delivery->recipients ? FL_OK : FL_ENOMEM;
}

static CURLcode configure(struct delivery *delivery, const char *url, long timeout_ms)
{
    CURL *curl = delivery->curl;
    CURLcode code = curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    if (!code) code = curl_easy_setopt(curl, CURLOPT_URL, url);
    if (!code) code = curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_TRY);
    if (!code) code = curl_easy_setopt(curl, CURLOPT_MAIL_FROM, delivery->from.bytes);
    if (!code) code = curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, delivery->recipients);
    if (!code) code = curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    if (!code) code = curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_piece);
    if (!code) code = curl_easy_setopt(curl, CURLOPT_READDATA, delivery);
    if (!code) code = curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    if (!code) code = curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
    return code;
}

/* curl says QUIT when the handle is freed, and would wait two minutes for the answer: nothing is
 * left to be heard, and after a failure nothing to be said either. */
static void stop_listening(CURL *curl, int how)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    if (!curl_easy_getinfo(curl, CURLINFO_ACTIVESOCKET, &fd) && fd != CURL_SOCKET_BAD)
        shutdown(fd, how);
}

static enum fl_error deliver(struct delivery *delivery, const struct fl_curl_mail *port,
                             const struct fl_mail *mail, long timeout_ms)
{
    enum fl_error err = prepare(delivery, mail, fl_clock_wall_us(port->clock));
    if (err) return err;
    CURLcode code = configure(delivery, port->url, timeout_ms);
    if (!code) code = curl_easy_perform(delivery->curl);
    stop_listening(delivery->curl, code ? SHUT_RDWR : SHUT_RD);
    return error_of(code, delivery);
}

static enum fl_error send_mail(void *self, const struct fl_mail *mail)
{
    const struct fl_curl_mail *port = self;
    int64_t left_us = mail->deadline_us - fl_clock_mono_us(port->clock);
    if (left_us <= 0) return FL_ECONNECT; /* too late to begin */
    int64_t left_ms = mail->deadline_us == FL_NEVER_US ? 0 : (left_us + 999) / 1000;
    struct delivery delivery = {
        .curl = curl_easy_init(),
        .message = FL_BUF_INIT(FL_MAIL_BYTES_MAX),
        .from = FL_BUF_INIT(FL_MAIL_BYTES_MAX),
        .to = FL_BUF_INIT(FL_MAIL_BYTES_MAX),
    };
    if (!delivery.curl) return FL_ENOMEM;
    enum fl_error err = deliver(&delivery, port, mail, left_ms > INT_MAX ? INT_MAX : (long)left_ms);
    curl_easy_cleanup(delivery.curl);
    curl_slist_free_all(delivery.recipients);
    fl_buf_release(&delivery.message);
    fl_buf_release(&delivery.from);
    fl_buf_release(&delivery.to);
    return err;
}

static const struct fl_mail_ops ops = {.send = send_mail};

struct fl_mailer fl_curl_mail_port(struct fl_curl_mail *mail)
{
    return (struct fl_mailer){&ops, mail};
}
