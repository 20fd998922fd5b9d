#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "core/buf.h"
#include "posix/clock.h"
#include "posix/curl_http.h"
#include "posix/curl_mail.h"
#include "posix/mail_message.h"
#include "sink_server.h"

static const struct fl_mail mail = {
    .from = {"Faultline <jobs@example.org>", 28},
    .to = {"ann@example.net", 15},
    .subject = {"Import 7", 8},
    .text = {"Hello\n.hidden\r\nbye", 18},
    .idempotency_key = {"import-7/completed", 18},
    .deadline_us = FL_NEVER_US,
};

static enum fl_error deliver(struct sink_server *server, const struct sink_line *script,
                             struct fl_mail message)
{
    char url[64];
    sink_server_start(server, script);
    snprintf(url, sizeof url, "smtp://127.0.0.1:%d", server->port);
    struct fl_curl_mail port = {fl_posix_clock(), url};
    enum fl_error err = fl_mail_send(fl_curl_mail_port(&port), &message);
    sink_server_join(server);
    return err;
}

enum step { GREETING, HELLO, SENDER, RECIPIENT, DATA, TEXT, BYE, STEPS };

static const struct sink_line polite[STEPS] = {
    [GREETING] = {NULL, "220 sink\r\n"},
    [HELLO] = {"\r\n", "250 sink\r\n"},
    [SENDER] = {"\r\n", "250 sender\r\n"},
    [RECIPIENT] = {"<ann@example.net>\r\n", "250 recipient\r\n"},
    [DATA] = {"DATA\r\n", "354 go\r\n"},
    [TEXT] = {"\r\n.\r\n", "250 accepted\r\n"},
    [BYE] = {"QUIT\r\n", "221 bye\r\n"},
};

/* Polite up to this step, where its answer is `answer`; "": it hangs up. */
static enum fl_error deliver_until(enum step step, const char *answer)
{
    struct sink_line script[STEPS + 1] = {{0}};
    struct sink_server server;
    memcpy(script, polite, (step + 1) * sizeof polite[0]);
    script[step].say = answer;
    return deliver(&server, script, mail);
}

static void a_mail_arrives_as_it_was_written(void **state)
{
    (void)state;
    struct sink_line script[STEPS + 1] = {{0}};
    struct sink_server server;
    memcpy(script, polite, sizeof polite);
    assert_int_equal(deliver(&server, script, mail), FL_OK);
    assert_non_null(strstr(server.received, "MAIL FROM:<jobs@example.org>"));
    assert_non_null(strstr(server.received, "\r\nFrom: Faultline <jobs@example.org>\r\n"
                                            "To: ann@example.net\r\nSubject: Import 7\r\n"
                                            "Message-ID: <import-7=2Fcompleted@example.org>\r\n"));
    assert_non_null(strstr(server.received, "\r\n\r\nHello\r\n..hidden\r\nbye\r\n.\r\n"));
}

static void a_refused_recipient_is_the_servers_answer(void **state)
{
    (void)state;
    assert_int_equal(deliver_until(RECIPIENT, "550 nobody\r\n"), FL_EREPLY);
}

static void a_mail_refused_after_its_text_is_the_servers_answer(void **state)
{
    (void)state;
    assert_int_equal(deliver_until(TEXT, "554 spam\r\n"), FL_EREPLY);
}

static void a_server_that_hangs_up_after_the_text_may_have_taken_it(void **state)
{
    (void)state;
    assert_int_equal(deliver_until(TEXT, ""), FL_ELOST);
}

static void a_server_that_hangs_up_before_the_text_has_not(void **state)
{
    (void)state;
    struct sink_server server;
    assert_int_equal(deliver_until(SENDER, ""), FL_ECONNECT);
    assert_int_equal(deliver(&server, NULL, mail), FL_ECONNECT);
}

static void a_silent_server_after_the_text_times_out(void **state)
{
    (void)state;
    struct sink_line script[STEPS + 1] = {{0}};
    struct sink_server server;
    struct fl_mail urgent = mail;
    memcpy(script, polite, (DATA + 1) * sizeof polite[0]);
    script[TEXT] = (struct sink_line){"never", ""};
    urgent.deadline_us = fl_clock_deadline_us(fl_posix_clock(), 200 * 1000);
    assert_int_equal(deliver(&server, script, urgent), FL_ETIMEDOUT);
}

static void a_line_break_in_a_header_is_refused(void **state)
{
    (void)state;
    struct fl_buf out = FL_BUF_INIT(FL_MAIL_BYTES_MAX);
    struct fl_mail wrong = mail;
    wrong.subject = FL_SPAN("a\r\nBcc: all@example.org");
    assert_int_equal(fl_mail_message(&out, &wrong, 0), FL_EINVAL);
    wrong = mail;
    wrong.to = FL_SPAN("ann@example.net\nBcc: x@y");
    assert_int_equal(fl_mail_message(&out, &wrong, 0), FL_EINVAL);
    wrong.to = FL_SPAN("nobody");
    assert_int_equal(fl_mail_message(&out, &wrong, 0), FL_EINVAL);
    fl_buf_release(&out);
}

static void a_subject_beyond_ascii_is_encoded_without_cutting_a_character(void **state)
{
    (void)state;
    struct fl_buf out = FL_BUF_INIT(FL_MAIL_BYTES_MAX);
    struct fl_mail greek = mail;
    greek.subject = FL_SPAN("Grüße für 12345 Leute");
    assert_int_equal(fl_mail_message(&out, &greek, INT64_C(1795455028125471)), FL_OK);
    assert_memory_equal(out.bytes, "Date: Mon, 23 Nov 2026 17:30:28 +0000\r\n", 39);
    assert_non_null(strstr(out.bytes, "\r\nSubject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe=20f=C3=BCr=2012?=\r\n"
                                      " =?UTF-8?Q?345=20Leute?=\r\n"));
    fl_buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_arrives_as_it_was_written),
        cmocka_unit_test(a_refused_recipient_is_the_servers_answer),
        cmocka_unit_test(a_mail_refused_after_its_text_is_the_servers_answer),
        cmocka_unit_test(a_server_that_hangs_up_after_the_text_may_have_taken_it),
        cmocka_unit_test(a_server_that_hangs_up_before_the_text_has_not),
        cmocka_unit_test(a_silent_server_after_the_text_times_out),
        cmocka_unit_test(a_line_break_in_a_header_is_refused),
        cmocka_unit_test(a_subject_beyond_ascii_is_encoded_without_cutting_a_character),
    };
    fl_assert(fl_curl_configure() == FL_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
