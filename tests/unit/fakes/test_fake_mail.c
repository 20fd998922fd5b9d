#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "fakes/clock/fake_clock.h"
#include "fakes/mail/fake_mail.h"

struct fixture {
    struct fake_clock clock;
    struct fake_mail *office;
    struct fake_mail_client client;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    assert_int_equal(fake_mail_new((struct fake_scope){0}, &f->office), FL_OK);
    f->client = (struct fake_mail_client){
        .office = f->office, .name = "p1", .clock = fake_clock_port(&f->clock)};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    fake_mail_free(f->office);
    free(f);
    return 0;
}

static enum fl_error send_mail(struct fixture *f, const char *to, const char *subject,
                               const char *key)
{
    const struct fl_mail mail = {.from = FL_SPAN("app@example.org"),
                                 .to = fl_span_from(to),
                                 .subject = fl_span_from(subject),
                                 .text = FL_SPAN("Two lines\nof text\n"),
                                 .idempotency_key = fl_span_from(key),
                                 .deadline_us = 1000};
    return fl_mail_send(fake_mail_port(&f->client), &mail);
}

static void keeps_every_message_with_its_sender_and_time(void **state)
{
    struct fixture *f = *state;
    f->clock.wall_us = 77;
    assert_int_equal(send_mail(f, "ada@x.example", "Welcome", "k1"), FL_OK);
    const struct fake_mail_record *record = fake_mail_record(f->office, 0);
    assert_true(fl_span_is(record->to, "ada@x.example"));
    assert_true(fl_span_is(record->from, "app@example.org"));
    assert_true(fl_span_is(record->subject, "Welcome"));
    assert_true(fl_span_is(record->text, "Two lines\nof text\n"));
    assert_string_equal(record->client, "p1");
    assert_int_equal(record->at_us, 77);
}

static void a_repeat_of_a_key_is_a_second_delivery(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(send_mail(f, "ada@x.example", "Welcome", "k1"), FL_OK);
    assert_int_equal(send_mail(f, "bob@x.example", "Welcome", "k2"), FL_OK);
    assert_int_equal(send_mail(f, "ada@x.example", "Welcome", "k1"), FL_OK);
    assert_int_equal(fake_mail_count(f->office), 3);
    assert_int_equal(fake_mail_deliveries(f->office, FL_SPAN("k1")), 2);
    assert_int_equal(fake_mail_deliveries(f->office, FL_SPAN("k2")), 1);
    assert_int_equal(fake_mail_deliveries(f->office, FL_SPAN("k3")), 0);
}

static void refuses_header_injection_and_a_missing_receiver(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(send_mail(f, "ada@x.example", "Hi\r\nBcc: all@x.example", "k"), FL_EINVAL);
    assert_int_equal(send_mail(f, "ada@x.example\nbob@x.example", "Hi", "k"), FL_EINVAL);
    assert_int_equal(send_mail(f, "", "Hi", "k"), FL_EINVAL);
    assert_int_equal(fake_mail_count(f->office), 0);
}

static void keeps_nothing_after_the_deadline(void **state)
{
    struct fixture *f = *state;
    f->clock.mono_us = 1001;
    assert_int_equal(send_mail(f, "ada@x.example", "Hi", "k"), FL_ETIMEDOUT);
    assert_int_equal(fake_mail_count(f->office), 0);
}

#define WITH_OFFICE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_OFFICE(keeps_every_message_with_its_sender_and_time),
        WITH_OFFICE(a_repeat_of_a_key_is_a_second_delivery),
        WITH_OFFICE(refuses_header_injection_and_a_missing_receiver),
        WITH_OFFICE(keeps_nothing_after_the_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
