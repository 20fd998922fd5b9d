#include "import_seven.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

int import_seven_open(void **state)
{
    *state = malloc(sizeof(struct outside));
    assert_non_null(*state);
    outside_open(*state);
    return 0;
}

int import_seven_close(void **state)
{
    outside_close(*state);
    free(*state);
    return 0;
}

void given_import(struct outside *o, const char *type, const char *source)
{
    char sql[256];
    snprintf(sql, sizeof sql,
             "INSERT INTO imports (id, business_account_id, import_type, source)"
             " VALUES (7, 1, '%s', '%s')",
             type, source);
    outside_sql(o, sql);
}

void given_file(struct outside *o, const char *text)
{
    given_import(o, "csv", "people.csv");
    assert_int_equal(fake_files_add_bytes(o->files, "people.csv", fl_span_from(text)), FL_OK);
}

void given_feed(struct outside *o, const struct fake_http_answer *answers, size_t count)
{
    given_import(o, "csv", "http://feed.example/people.csv");
    assert_int_equal(fake_http_stub(o->web, "GET", "http://feed.example/*", answers, count), FL_OK);
}

void expect_state(struct outside *o, const char *state)
{
    char text[OUTSIDE_TEXT_BYTES];
    assert_string_equal(outside_text(o, STATE, text), state);
}

void expect_error(struct outside *o, const char *error)
{
    char text[OUTSIDE_TEXT_BYTES];
    assert_string_equal(outside_text(o, ERROR, text), error);
}

void expect_told(struct outside *o, const char *outcome)
{
    char key[64];
    outside_drain_pushes(o);
    snprintf(key, sizeof key, "import-7-%s-user", outcome);
    assert_int_equal(fake_mail_deliveries(o->office, fl_span_from(key)), 1);
    snprintf(key, sizeof key, "import-7-%s-staff", outcome);
    assert_int_equal(fake_mail_deliveries(o->office, fl_span_from(key)), 1);
    assert_int_equal(outside_number(o, "SELECT count(*) FROM outbox WHERE state = 'pending'"), 0);
}
