/* What a stranger writes: one handler and its test, against the installed library alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <faultline/testing.h>

static enum fl_outcome greet(struct fl_job *job)
{
    const char *to;
    if (fl_job_text(job, 0, &to)) return fl_fail(job, FL_PERMANENT, "ArgumentError", "want a name");
    const struct fl_mail mail = {.from = FL_SPAN("us@example.org"),
                                 .to = fl_span_from(to),
                                 .subject = FL_SPAN("Hello"),
                                 .text = FL_SPAN("Hello."),
                                 .idempotency_key = fl_span_from(fl_job_jid(job)),
                                 .deadline_us = FL_NEVER_US};
    if (fl_mail_send(fl_job_mailer(job), &mail))
        return fl_fail(job, FL_TRANSIENT, "MailError", "the mail was not accepted");
    return FL_DONE;
}

const struct fl_worker fl_workers[] = {{.name = "GreetingWorker", .perform = greet, .retry = 3},
                                       {0}};

static void mails_a_greeting(void **state)
{
    (void)state;
    struct fl_test *test = fl_test_new(fl_workers);
    fl_test_enqueue(test, "hello", "GreetingWorker", "[\"ada@example.org\"]");
    assert_null(fl_test_drain(test));
    fl_test_assert(test, "hello done");
    fl_test_assert(test, "effect \"mail ada@example.org Hello\" exactly 1");
    fl_test_free(test);
}

static void refuses_a_job_without_a_name(void **state)
{
    (void)state;
    struct fl_test *test = fl_test_new(fl_workers);
    assert_int_equal(fl_test_perform(test, "GreetingWorker", "[]"), FL_FAILED);
    assert_string_equal(fl_test_error_class(test), "ArgumentError");
    fl_test_free(test);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(mails_a_greeting),
        cmocka_unit_test(refuses_a_job_without_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
