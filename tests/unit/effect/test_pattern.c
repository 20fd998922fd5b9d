/* Which patterns mean which effects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/effect/label.h"
#include "harness/effect/pattern.h"

static struct pattern_case {
    const char *name, *glob, *label, *detail;
    bool want;
} patterns[] = {
    {"no pattern: every effect", NULL, "redis LREM", "a", true},
    {"a star: every effect", "*", "mail", "", true},
    {"the label itself", "db COMMIT", "db COMMIT", "", true},
    {"the label itself, whatever the detail", "db COMMIT", "db COMMIT", "now", true},
    {"another label", "db COMMIT", "db BEGIN", "", false},
    {"a label that only begins so", "db COMMIT", "db COMMITTED", "", false},
    {"a glob on the label", "redis *", "redis SADD", "x", true},
    {"a glob on label and detail", "redis LPUSH queue:*", "redis LPUSH", "queue:default {}", true},
    {"a glob on label and detail that do not match", "redis LPUSH queue:*", "redis LPUSH", "list x",
     false},
    {"a glob in the middle of the label", "redis *LMOVE *", "redis BLMOVE", "queue:a queue:b",
     true},
    {"the same for another command", "redis *LMOVE *", "redis BRPOP", "queue:a", false},
    {"a detail that begins so", "mail owner@acme.example*", "mail", "owner@acme.example Hello",
     true},
    {"another receiver", "mail owner@acme.example*", "mail", "staff@acme.example Hello", false},
    {"a detail wants one", "mail *", "mail", "x@y", true},
    {"an empty detail", "redis PING *", "redis PING", "", true},
    {"a whole literal with a detail", "redis SADD notes a", "redis SADD", "notes a", true},
    {"a script by its name", "redis EVALSHA *", "redis EVALSHA bury", "retry dead", true},
    {"brackets", "db [BC]*", "db COMMIT", "", true},
};

static void pattern_row(void **state)
{
    static struct effect_pattern pattern;
    const struct pattern_case *row = *state;
    struct effect_identities identities;
    effect_identities_init(&identities);
    const struct effect_label *label = effect_label(&identities, fl_span_from(row->label));
    effect_pattern_init(&pattern, row->glob);
    for (int twice = 0; twice < 2; twice++) /* the second answer is remembered */
        assert_int_equal(effect_pattern_matches(&pattern, label, fl_span_from(row->detail)),
                         row->want);
    effect_identities_release(&identities);
}

static struct sql_case {
    const char *name, *sql, *want;
} statements[] = {
    {"sql: select", "SELECT a, b FROM imports WHERE id = ?", "db SELECT imports"},
    {"sql: insert", "INSERT INTO import_rows (a) VALUES (?)", "db INSERT import_rows"},
    {"sql: insert or ignore", "INSERT OR IGNORE INTO outbox VALUES (1)", "db INSERT outbox"},
    {"sql: update", "UPDATE imports SET state = ?", "db UPDATE imports"},
    {"sql: update or rollback", "update or rollback imports set a = 1", "db update imports"},
    {"sql: delete", "DELETE FROM \"imports\" WHERE 1", "db DELETE imports"},
    {"sql: no table", "PRAGMA user_version", "db PRAGMA"},
    {"sql: nothing", "", "db "},
};

static void sql_row(void **state)
{
    const struct sql_case *row = *state;
    struct effect_name name;
    effect_name_sql(&name, row->sql);
    char text[EFFECT_LABEL_BYTES + 1] = "";
    memcpy(text, name.label, name.label_length);
    assert_string_equal(text, row->want);
}

static void a_redis_command_is_named_and_its_arguments_are_the_detail(void **state)
{
    (void)state;
    const struct fl_span args[] = {FL_SPAN("LREM"), FL_SPAN("queue:a"), FL_SPAN("1"), FL_SPAN("x")};
    struct effect_name name;
    effect_name_redis(&name, &(struct fl_command){args, 4}, NULL);
    assert_true(fl_span_is(effect_name_label(&name), "redis LREM"));
    assert_true(fl_span_is(effect_name_detail(&name), "queue:a 1 x"));
}

static void a_script_is_named_by_its_first_line(void **state)
{
    (void)state;
    const struct fl_span args[] = {FL_SPAN("EVALSHA"), FL_SPAN("0123"), FL_SPAN("1"),
                                   FL_SPAN("retry")};
    struct effect_name name;
    effect_name_redis(&name, &(struct fl_command){args, 4}, "bury");
    assert_true(fl_span_is(effect_name_label(&name), "redis EVALSHA bury"));
    assert_true(fl_span_is(effect_name_detail(&name), "retry"));
    assert_true(fl_span_is(effect_script_name(FL_SPAN("-- name: bury\nreturn 1")), "bury"));
    assert_int_equal(effect_script_name(FL_SPAN("return 1")).length, 0);
}

static void a_name_that_is_too_long_is_cut(void **state)
{
    (void)state;
    static char argument[4096];
    memset(argument, 'x', sizeof argument);
    const struct fl_span args[] = {{argument, sizeof argument}, {argument, sizeof argument}};
    struct effect_name name;
    effect_name_redis(&name, &(struct fl_command){args, 2}, NULL);
    assert_int_equal(name.label_length, EFFECT_LABEL_BYTES);
    assert_int_equal(name.detail_length, EFFECT_DETAIL_BYTES);
}

static void occurrences_are_counted_by_context_and_label(void **state)
{
    (void)state;
    struct effect_identities identities;
    effect_identities_init(&identities);
    const struct effect_label *sadd = effect_label(&identities, FL_SPAN("redis SADD"));
    const struct effect_label *commit = effect_label(&identities, FL_SPAN("db COMMIT"));
    struct effect_context *fetch = effect_context(&identities, "p1", "fetch", NULL, 0);
    struct effect_context *job = effect_context(&identities, "p1", "thread-1", "imp-1", 2);
    assert_string_equal(fetch->name, "p1/fetch");
    assert_string_equal(job->name, "imp-1#2");
    assert_string_equal(effect_context(&identities, "web", "main", NULL, 0)->name, "web");
    assert_ptr_equal(effect_context(&identities, "p2", "thread-9", "imp-1", 2), job);
    assert_int_equal(effect_context_count(&identities, job, sadd), 1);
    assert_int_equal(effect_context_count(&identities, job, commit), 1);
    assert_int_equal(effect_context_count(&identities, job, sadd), 2);
    assert_int_equal(effect_context_count(&identities, fetch, sadd), 1);
    assert_int_equal(job->ordinal, 3);
    effect_identities_release(&identities);
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(a_redis_command_is_named_and_its_arguments_are_the_detail),
        cmocka_unit_test(a_script_is_named_by_its_first_line),
        cmocka_unit_test(a_name_that_is_too_long_is_cut),
        cmocka_unit_test(occurrences_are_counted_by_context_and_label),
    };
    struct CMUnitTest tests[FL_COUNT(patterns) + FL_COUNT(statements) + FL_COUNT(others)];
    size_t count = 0;
    for (size_t i = 0; i < FL_COUNT(patterns); i++)
        tests[count++] =
            (struct CMUnitTest){patterns[i].name, pattern_row, NULL, NULL, &patterns[i]};
    for (size_t i = 0; i < FL_COUNT(statements); i++)
        tests[count++] =
            (struct CMUnitTest){statements[i].name, sql_row, NULL, NULL, &statements[i]};
    for (size_t i = 0; i < FL_COUNT(others); i++)
        tests[count++] = others[i];
    return _cmocka_run_group_tests("effect names", tests, count, NULL, NULL);
}
