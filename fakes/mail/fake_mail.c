#include "fakes/mail/fake_mail.h"

#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/assert.h"

struct fake_mail {
    struct fake_scope scope;
    struct fake_mail_record *records;
    size_t count, capacity;
    struct fl_arena texts; /* what the records point to */
};

enum fl_error fake_mail_new(struct fake_scope scope, struct fake_mail **ret_office)
{
    struct fake_mail *office = calloc(1, sizeof *office);
    if (!office) return FL_ENOMEM;
    office->scope = scope;
    *ret_office = office;
    return FL_OK;
}

void fake_mail_free(struct fake_mail *office)
{
    if (!office) return;
    fl_arena_release(&office->texts);
    free(office->records);
    free(office);
}

static bool has_line_break(struct fl_span span)
{
    return span.length &&
           (memchr(span.bytes, '\n', span.length) || memchr(span.bytes, '\r', span.length));
}

static enum fl_error copy(struct fake_mail *office, struct fl_span span, struct fl_span *ret_copy)
{
    char *bytes = fl_arena_copy(&office->texts, span);
    if (!bytes) return FL_ENOMEM;
    *ret_copy = (struct fl_span){bytes, span.length};
    return FL_OK;
}

static enum fl_error reserve(struct fake_mail *office)
{
    size_t capacity = office->capacity ? 2 * office->capacity : 16;
    struct fake_mail_record *records;
    if (office->count < office->capacity) return FL_OK;
    if (office->count >= FAKE_MAIL_MESSAGES_MAX) return FL_EBOUND;
    records = realloc(office->records, capacity * sizeof *records);
    if (!records) return FL_ENOMEM;
    office->records = records;
    office->capacity = capacity;
    return FL_OK;
}

static enum fl_error keep(const struct fake_mail_client *client, const struct fl_mail *mail)
{
    struct fake_mail *office = client->office;
    struct fake_mail_record kept = {.client = client->name,
                                    .at_us = fl_clock_wall_us(client->clock)};
    enum fl_error err = reserve(office);
    if (!err) err = copy(office, mail->from, &kept.from);
    if (!err) err = copy(office, mail->to, &kept.to);
    if (!err) err = copy(office, mail->subject, &kept.subject);
    if (!err) err = copy(office, mail->text, &kept.text);
    if (!err) err = copy(office, mail->idempotency_key, &kept.idempotency_key);
    if (!err) office->records[office->count++] = kept;
    return err;
}

static enum fl_error on_send(void *self, const struct fl_mail *mail)
{
    const struct fake_mail_client *client = self;
    enum fl_error err;
    void *entered;
    if (mail->to.length == 0) return FL_EINVAL;
    if (has_line_break(mail->from) || has_line_break(mail->to) || has_line_break(mail->subject))
        return FL_EINVAL;
    if (mail->deadline_us < fl_clock_mono_us(client->clock)) return FL_ETIMEDOUT;
    entered = fake_scope_enter(client->office->scope);
    err = keep(client, mail);
    fake_scope_leave(client->office->scope, entered);
    return err;
}

static const struct fl_mail_ops ops = {.send = on_send};

struct fl_mailer fake_mail_port(struct fake_mail_client *client)
{
    return (struct fl_mailer){&ops, client};
}

size_t fake_mail_count(const struct fake_mail *office)
{
    return office->count;
}

const struct fake_mail_record *fake_mail_record(const struct fake_mail *office, size_t index)
{
    fl_assert(index < office->count);
    return &office->records[index];
}

size_t fake_mail_deliveries(const struct fake_mail *office, struct fl_span idempotency_key)
{
    size_t deliveries = 0;
    for (size_t i = 0; i < office->count; i++)
        deliveries += fl_span_equal(office->records[i].idempotency_key, idempotency_key);
    return deliveries;
}
