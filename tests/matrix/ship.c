/* A handler and what may become of it: each version is a module of its own.
 *
 * 1  mails the address behind the order's number, once, and notes that it has;
 * 2  also takes the pair as one text, "7 ada@x.example", and otherwise does what 1 does;
 * 3  notes it under another key and mails with another idempotency key: it does not see what 1 had
 *    done;
 * 4  takes address and number the other way round. */
#include <faultline/worker.h>

#include <stdio.h>
#include <string.h>

enum { TIMEOUT_US = 10 * 1000 * 1000, TEXT_BYTES = 256 };

struct order {
    char number[TEXT_BYTES], address[TEXT_BYTES];
};

static enum fl_error ask(struct fl_job *job, const struct fl_span *args, size_t count,
                         int64_t *ret_answer)
{
    const struct fl_command command = {args, count};
    struct fl_replies replies = {0};
    int64_t deadline_us = fl_clock_deadline_us(fl_job_clock(job), TIMEOUT_US);
    enum fl_error err = fl_redis_exec(fl_job_redis(job), &command, 1, deadline_us, &replies);
    if (!err && replies.items[0].type == FL_REPLY_ERROR) err = FL_EREPLY;
    if (!err && ret_answer) *ret_answer = replies.items[0].integer;
    fl_replies_release(&replies);
    return err;
}

static bool read_order(struct fl_job *job, struct order *order)
{
    const char *first, *second;
    if (fl_job_text(job, 0, &first)) return false;
    if (fl_job_text(job, 1, &second))
        return VERSION == 2 && sscanf(first, "%255s %255s", order->number, order->address) == 2;
    snprintf(order->number, TEXT_BYTES, "%s", VERSION == 4 ? second : first);
    snprintf(order->address, TEXT_BYTES, "%s", VERSION == 4 ? first : second);
    return true;
}

static enum fl_error mail(struct fl_job *job, const struct order *order, const char *key)
{
    const struct fl_mail mail = {
        .from = FL_SPAN("shop@example.org"),
        .to = fl_span_from(order->address),
        .subject = FL_SPAN("On its way"),
        .text = FL_SPAN("Your order has left.\n"),
        .idempotency_key = fl_span_from(key),
        .deadline_us = fl_clock_deadline_us(fl_job_clock(job), TIMEOUT_US),
    };
    return fl_mail_send(fl_job_mailer(job), &mail);
}

static enum fl_outcome ship(struct fl_job *job)
{
    struct order order;
    char key[2 * TEXT_BYTES];
    int64_t told = 0;
    if (!read_order(job, &order)) return fl_fail(job, FL_PERMANENT, "ArgumentError", "no order");
    snprintf(key, sizeof key, "%s:%s", VERSION == 3 ? "mailed" : "shipped", order.number);
    const struct fl_span look[] = {FL_SPAN("EXISTS"), fl_span_from(key)};
    const struct fl_span note[] = {FL_SPAN("SET"), fl_span_from(key), FL_SPAN("yes")};
    const struct fl_span count[] = {FL_SPAN("SADD"), FL_SPAN("orders"), fl_span_from(order.number)};
    enum fl_error err = ask(job, look, 2, &told);
    if (!err && !told) err = mail(job, &order, key);
    if (!err && !told) err = ask(job, note, 3, NULL);
    if (!err) err = ask(job, count, 3, NULL);
    return err ? fl_fail(job, FL_TRANSIENT, "RuntimeError", "%s", fl_error_text(err)) : FL_DONE;
}

const struct fl_worker fl_workers[] = {
    {.name = "ShipWorker", .perform = ship, .retry = 5},
    {0},
};
