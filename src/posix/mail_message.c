#include "posix/mail_message.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

enum { DATE_BYTES = 64 };

struct fl_span fl_mail_address(struct fl_span mailbox)
{
    const char *open = memchr(mailbox.bytes, '<', mailbox.length);
    if (!open) return mailbox;
    size_t before = (size_t)(open + 1 - mailbox.bytes);
    const char *close = memchr(open, '>', mailbox.length - before + 1);
    if (!close) return mailbox;
    return (struct fl_span){open + 1, (size_t)(close - open - 1)};
}

static bool is_header(struct fl_span text)
{
    for (size_t i = 0; i < text.length; i++)
        if (iscntrl((unsigned char)text.bytes[i])) return false;
    return true;
}

static bool is_address(struct fl_span mailbox)
{
    if (mailbox.length == 0 || !is_header(mailbox)) return false;
    struct fl_span address = fl_mail_address(mailbox);
    return memchr(address.bytes, '@', address.length) != NULL &&
           memchr(address.bytes, ' ', address.length) == NULL;
}

static bool is_ascii(struct fl_span text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.bytes[i] >= 0x80) return false;
    return true;
}

/* RFC 2047's Q encoding. Its words may not be longer than 75 characters, and a character must not
 * be cut: 15 input bytes make at most 45, and words begin at the start of a UTF-8 sequence. */
static enum fl_error put_encoded(struct fl_buf *out, struct fl_span text)
{
    enum { WORD_BYTES = 15 };
    size_t in_word = 0;
    enum fl_error err = fl_buf_append_text(out, "=?UTF-8?Q?");
    for (size_t i = 0; !err && i < text.length; i++) {
        unsigned char c = (unsigned char)text.bytes[i];
        bool starts_character = (c & 0xc0) != 0x80;
        if (in_word >= WORD_BYTES && starts_character) {
            err = fl_buf_append_text(out, "?=\r\n =?UTF-8?Q?");
            in_word = 0;
        }
        if (!err)
            err = isalnum(c) ? fl_buf_append_char(out, (char)c) : fl_buf_printf(out, "=%02X", c);
        in_word++;
    }
    return err ? err : fl_buf_append_text(out, "?=\r\n");
}

static enum fl_error put_header(struct fl_buf *out, const char *name, struct fl_span value)
{
    enum fl_error err = fl_buf_printf(out, "%s: ", name);
    if (!err) err = fl_buf_append_span(out, value);
    return err ? err : fl_buf_append_text(out, "\r\n");
}

static enum fl_error put_subject(struct fl_buf *out, struct fl_span subject)
{
    if (is_ascii(subject)) return put_header(out, "Subject", subject);
    enum fl_error err = fl_buf_append_text(out, "Subject: ");
    return err ? err : put_encoded(out, subject);
}

/* <key@domain of the sender>; what an id may not hold is written as =XX, so that two keys never
 * become one. */
static enum fl_error put_message_id(struct fl_buf *out, const struct fl_mail *mail)
{
    struct fl_span key = mail->idempotency_key;
    if (key.length == 0) return FL_OK;
    enum fl_error err = fl_buf_append_text(out, "Message-ID: <");
    for (size_t i = 0; !err && i < key.length; i++) {
        unsigned char c = (unsigned char)key.bytes[i];
        err = isalnum(c) || c == '-' || c == '_' ? fl_buf_append_char(out, (char)c)
                                                 : fl_buf_printf(out, "=%02X", c);
    }
    struct fl_span from = fl_mail_address(mail->from);
    const char *at = memchr(from.bytes, '@', from.length);
    struct fl_span domain = {at, (size_t)(from.bytes + from.length - at)};
    if (!err) err = fl_buf_append_span(out, domain);
    return err ? err : fl_buf_append_text(out, ">\r\n");
}

/* strftime's names are English: programs of Faultline never call setlocale. */
static enum fl_error put_date(struct fl_buf *out, int64_t wall_us)
{
    time_t seconds = (time_t)(wall_us / 1000000);
    struct tm parts;
    char text[DATE_BYTES];
    gmtime_r(&seconds, &parts);
    strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S +0000", &parts);
    return put_header(out, "Date", fl_span_from(text));
}

/* Bare CR and LF are line breaks too: SMTP knows none but CRLF. */
static enum fl_error put_text(struct fl_buf *out, struct fl_span text)
{
    enum fl_error err = FL_OK;
    for (size_t i = 0; !err && i < text.length; i++) {
        char c = text.bytes[i];
        if (c == '\r' && i + 1 < text.length && text.bytes[i + 1] == '\n') continue;
        err = c == '\r' || c == '\n' ? fl_buf_append_text(out, "\r\n") : fl_buf_append_char(out, c);
    }
    return err ? err : fl_buf_append_text(out, "\r\n");
}

enum fl_error fl_mail_message(struct fl_buf *out, const struct fl_mail *mail, int64_t wall_us)
{
    if (!is_address(mail->from) || !is_address(mail->to) || !is_header(mail->subject))
        return FL_EINVAL;
    enum fl_error err = put_date(out, wall_us);
    if (!err) err = put_header(out, "From", mail->from);
    if (!err) err = put_header(out, "To", mail->to);
    if (!err) err = put_subject(out, mail->subject);
    if (!err) err = put_message_id(out, mail);
    if (!err)
        err = fl_buf_append_text(out, "MIME-Version: 1.0\r\n"
                                      "Content-Type: text/plain; charset=utf-8\r\n"
                                      "Content-Transfer-Encoding: 8bit\r\n\r\n");
    return err ? err : put_text(out, mail->text);
}
