/* scenarios/workers/welcome.c - the handler of the tutorial, as it stands at its end. */
#include <faultline/worker.h>

enum { MAIL_TIMEOUT_US = 10 * 1000 * 1000 };

static enum fl_outcome welcome(struct fl_job *job)
{
    const char *address;
    enum fl_error err = fl_job_text(job, 0, &address);
    if (err == FL_ENOMEM) return fl_fail(job, FL_SYSTEM, "NoMemoryError", "no memory");
    if (err) return fl_fail(job, FL_PERMANENT, "ArgumentError", "want an address");
    const struct fl_mail mail = {
        .from = FL_SPAN("app@example.org"),
        .to = fl_span_from(address),
        .subject = FL_SPAN("Welcome"),
        .text = FL_SPAN("Hello!\n"),
        .idempotency_key = fl_span_from(fl_job_jid(job)),
        .deadline_us = fl_clock_deadline_us(fl_job_clock(job), MAIL_TIMEOUT_US),
    };
    err = fl_mail_send(fl_job_mailer(job), &mail);
    if (err) return fl_fail(job, FL_TRANSIENT, "MailError", "%s", fl_error_text(err));
    return FL_DONE;
}

const struct fl_worker fl_workers[] = {
    {.name = "WelcomeWorker", .perform = welcome, .retry = 5},
    {0},
};
