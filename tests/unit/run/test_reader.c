/* One connection for many databases: it must see each as it is, whatever it has seen before. */
#include "harness/run/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/run/database.h"

static const char *const schema[] = {"CREATE TABLE t (a INTEGER, b TEXT)"};

static int64_t no_time(void *self)
{
    (void)self;
    return 0;
}

static const struct fl_clock_ops clock_ops = {no_time, no_time};
static const struct fl_clock clock_port = {&clock_ops, NULL};

struct fixture {
    struct fake_disk *template;
    struct reader *reader;
    struct database one, other;
};

static void open_one(struct fixture *f, struct database *database)
{
    assert_int_equal(database_open(f->template, clock_port, database), FL_OK);
    database->reader = f->reader;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    assert_int_equal(database_template(schema, FL_COUNT(schema), &f->template), FL_OK);
    assert_int_equal(reader_new(f->template, &f->reader), FL_OK);
    open_one(f, &f->one);
    open_one(f, &f->other);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    database_close(&f->one);
    database_close(&f->other);
    reader_free(f->reader);
    fake_disk_free(f->template);
    free(f);
    return 0;
}

static void execute(struct database *database, const char *sql)
{
    struct fl_buf message = FL_BUF_INIT(DATABASE_MESSAGE_BYTES);
    assert_int_equal(database_execute(database, sql, &message), FL_OK);
    fl_buf_release(&message);
    database_rest(database);
}

static int64_t count(struct database *database, const char *table, const struct plan_pair *pairs,
                     uint32_t pair_count)
{
    struct fl_buf message = FL_BUF_INIT(DATABASE_MESSAGE_BYTES);
    int64_t rows = -1;
    assert_int_equal(database_count(database, table, pairs, pair_count, &rows, &message), FL_OK);
    fl_buf_release(&message);
    return rows;
}

static void both_are_read_as_they_are_by_one_connection(void **state)
{
    struct fixture *f = *state;
    execute(&f->one, "INSERT INTO t VALUES (1, 'x')"); /* one change each: the counters are equal */
    execute(&f->other, "INSERT INTO t VALUES (1, 'x'), (2, 'x')");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(count(&f->one, "t", NULL, 0), 1);
        assert_true(f->one.is_lent);
        assert_non_null(reader_statement(f->reader, "SELECT count(*) FROM `t`"));
        database_rest(&f->one);
        assert_int_equal(count(&f->other, "t", NULL, 0), 2);
        assert_true(f->other.is_lent);
        database_rest(&f->other);
    }
}

static void another_schema_is_left_to_a_connection_of_its_own(void **state)
{
    struct fixture *f = *state;
    execute(&f->one, "CREATE TABLE u (c); INSERT INTO u VALUES (1)");
    execute(&f->other, "CREATE TABLE v (c, d); INSERT INTO v VALUES (1, 1), (2, 2)");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(count(&f->one, "u", NULL, 0), 1);
        assert_false(f->one.is_lent);
        database_rest(&f->one);
        assert_int_equal(count(&f->other, "v", NULL, 0), 2);
        assert_false(f->other.is_lent);
        database_rest(&f->other);
    }
}

static void writes_do_not_go_through_the_reader(void **state)
{
    struct fixture *f = *state;
    struct fl_buf message = FL_BUF_INIT(DATABASE_MESSAGE_BYTES);
    assert_int_equal(count(&f->one, "t", NULL, 0), 0);
    assert_true(f->one.is_lent);
    assert_int_equal(database_execute(&f->one, "INSERT INTO t VALUES (1, 'x')", &message), FL_OK);
    assert_false(f->one.is_lent);
    assert_int_equal(count(&f->one, "t", NULL, 0), 1);
    assert_int_equal(count(&f->other, "t", NULL, 0), 0); /* the reader is free for it */
    assert_true(f->other.is_lent);
    fl_buf_release(&message);
}

static uint32_t statements(sqlite3 *sqlite)
{
    uint32_t found = 0;
    for (sqlite3_stmt *at = NULL; (at = sqlite3_next_stmt(sqlite, at));)
        found++;
    return found;
}

static void no_more_statements_are_kept_than_the_bound(void **state)
{
    struct fixture *f = *state;
    struct plan_pair pairs[2 * READER_STATEMENTS_MAX];
    for (uint32_t i = 0; i < FL_COUNT(pairs); i++) {
        pairs[i] = (struct plan_pair){.name = "a", .value = FL_SPAN("1"), .type = PLAN_INTEGER};
        assert_int_equal(count(&f->one, "t", pairs, i + 1), 0);
        assert_in_range(statements(f->one.own), 1, READER_STATEMENTS_MAX);
        database_rest(&f->one);
    }
}

#define WITH_READER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_READER(both_are_read_as_they_are_by_one_connection),
        WITH_READER(another_schema_is_left_to_a_connection_of_its_own),
        WITH_READER(writes_do_not_go_through_the_reader),
        WITH_READER(no_more_statements_are_kept_than_the_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
