#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/assert.h"
#include "posix/clock.h"
#include "posix/sqlite_db.h"
#include "posix/threads.h"

struct fixture {
    char folder[64], path[96];
    struct fl_threads *threads;
    struct fl_sqlite_db *sqlite;
    struct fl_db db;
    struct fl_db_conn *conn;
    struct fl_db_rows rows;
};

static void open_db(struct fixture *f, enum fl_sqlite_journal journal, int connections_max)
{
    struct fl_sqlite_options options = {
        .path = f->path,
        .journal = journal,
        .connections_max = connections_max,
        .busy_us = 5000,
    };
    assert_int_equal(
        fl_sqlite_db_new(&options, fl_posix_clock(), fl_threads_port(f->threads), &f->sqlite),
        FL_OK);
    f->db = fl_sqlite_db_port(f->sqlite);
    assert_int_equal(fl_db_checkout(f->db, FL_NEVER_US, &f->conn), FL_OK);
    assert_int_equal(fl_db_execute(f->db, f->conn,
                                   "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT,"
                                   " mail TEXT UNIQUE);\n"
                                   "CREATE INDEX names ON people (name); -- two statements\n",
                                   NULL, 0, NULL),
                     FL_OK);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    fl_assert(f != NULL);
    snprintf(f->folder, sizeof f->folder, "/tmp/faultline-sqlite-XXXXXX");
    fl_assert(mkdtemp(f->folder) != NULL);
    snprintf(f->path, sizeof f->path, "%s/test.db", f->folder);
    fl_assert(fl_threads_new(&f->threads) == FL_OK);
    *state = f;
    open_db(f, FL_SQLITE_WAL, 2);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    fl_db_rows_release(&f->rows);
    fl_db_checkin(f->db, f->conn);
    fl_sqlite_db_free(f->sqlite);
    fl_threads_free(f->threads);
    unlink(f->path);
    assert_int_equal(rmdir(f->folder), 0); /* closing the last connection left no journal */
    free(f);
    return 0;
}

static int64_t count_people(struct fixture *f)
{
    fl_db_rows_release(&f->rows);
    assert_int_equal(fl_db_query(f->db, f->conn, "SELECT count(*) FROM people", NULL, 0, &f->rows),
                     FL_OK);
    return f->rows.values[0].integer;
}

static enum fl_error add(struct fixture *f, struct fl_db_conn *conn, const char *name,
                         const char *mail)
{
    const struct fl_db_value values[] = {fl_db_text(fl_span_from(name)),
                                         mail ? fl_db_text(fl_span_from(mail))
                                              : (struct fl_db_value){.type = FL_DB_NULL}};
    return fl_db_execute(f->db, conn, "INSERT INTO people (name, mail) VALUES (?, ?)", values, 2,
                         NULL);
}

static void values_come_back_as_they_went_in(void **state)
{
    struct fixture *f = *state;
    const struct fl_db_value values[] = {
        fl_db_int64(INT64_MIN), fl_db_text(FL_SPAN("a\0b")), {.type = FL_DB_NULL}};
    assert_int_equal(
        fl_db_execute(f->db, f->conn, "INSERT INTO people VALUES (?, ?, ?)", values, 3, NULL),
        FL_OK);
    assert_int_equal(
        fl_db_query(f->db, f->conn, "SELECT id, name, mail, 1.5 FROM people", NULL, 0, &f->rows),
        FL_OK);
    assert_int_equal(f->rows.row_count, 1);
    assert_int_equal(f->rows.column_count, 4);
    assert_int_equal(f->rows.values[0].integer, INT64_MIN);
    assert_int_equal(f->rows.values[1].text.length, 3);
    assert_memory_equal(f->rows.values[1].text.bytes, "a\0b", 3);
    assert_int_equal(f->rows.values[2].type, FL_DB_NULL);
    assert_string_equal(f->rows.values[3].text.bytes, "1.5");
}

static void a_rollback_takes_everything_back(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fl_db_begin(f->db, f->conn), FL_OK);
    assert_int_equal(add(f, f->conn, "Ann", NULL), FL_OK);
    assert_int_equal(count_people(f), 1);
    fl_db_rollback(f->db, f->conn);
    assert_int_equal(count_people(f), 0);
}

static void a_checkin_rolls_back_what_is_open(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fl_db_begin(f->db, f->conn), FL_OK);
    assert_int_equal(add(f, f->conn, "Ann", NULL), FL_OK);
    fl_db_checkin(f->db, f->conn);
    assert_int_equal(fl_db_checkout(f->db, FL_NEVER_US, &f->conn), FL_OK);
    assert_int_equal(count_people(f), 0);
}

static void a_clash_is_a_constraint_error_in_sqlites_words(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(add(f, f->conn, "Ann", "ann@example.org"), FL_OK);
    assert_int_equal(add(f, f->conn, "Bob", "ann@example.org"), FL_ECONSTRAINT);
    assert_string_equal(fl_db_last_error(f->db, f->conn), "UNIQUE constraint failed: people.mail");
    assert_int_equal(add(f, f->conn, "Bob", "bob@example.org"), FL_OK); /* the statement is free */
}

static void wrong_sql_is_a_database_error(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fl_db_execute(f->db, f->conn, "INSERT INTO nobody VALUES (1)", NULL, 0, NULL),
                     FL_EDB);
    assert_string_equal(fl_db_last_error(f->db, f->conn), "no such table: nobody");
    assert_int_equal(
        fl_db_execute(f->db, f->conn, "DELETE FROM people WHERE id = ?", NULL, 0, NULL), FL_EDB);
    assert_string_equal(fl_db_last_error(f->db, f->conn), "0 values for 1 placeholders");
}

static void affected_rows_are_those_of_the_statement(void **state)
{
    struct fixture *f = *state;
    int64_t affected = -1;
    assert_int_equal(add(f, f->conn, "Ann", NULL), FL_OK);
    assert_int_equal(add(f, f->conn, "Bob", NULL), FL_OK);
    assert_int_equal(
        fl_db_execute(f->db, f->conn, "UPDATE people SET name = 'Eve'", NULL, 0, &affected), FL_OK);
    assert_int_equal(affected, 2);
    assert_int_equal(fl_db_execute(f->db, f->conn, "CREATE TABLE other (x)", NULL, 0, &affected),
                     FL_OK);
    assert_int_equal(affected, 0);
}

static void many_rows_come_back_in_order(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fl_db_query(f->db, f->conn,
                                 "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n"
                                 " WHERE i < ?) SELECT i, 'row ' || i FROM n",
                                 (const struct fl_db_value[]){fl_db_int64(4999)}, 1, &f->rows),
                     FL_OK);
    assert_int_equal(f->rows.row_count, 5000);
    for (int64_t i = 0; i < 5000; i++)
        assert_int_equal(f->rows.values[2 * i].integer, i);
    assert_string_equal(f->rows.values[9999].text.bytes, "row 4999");
}

enum { BULK_ROWS = 1003 };

static void bulk_insert_skips_what_is_there(void **state)
{
    struct fixture *f = *state;
    static struct fl_db_value values[BULK_ROWS * 2];
    static char mails[BULK_ROWS][24];
    static const char *const columns[] = {"name", "mail"}, *const key[] = {"mail"};
    for (int i = 0; i < BULK_ROWS; i++) {
        snprintf(mails[i], sizeof mails[i], "m%d@example.org", i);
        values[2 * i] = fl_db_text(FL_SPAN("Ann"));
        values[2 * i + 1] = fl_db_text(fl_span_from(mails[i]));
    }
    struct fl_db_bulk bulk = {.table = "people",
                              .columns = columns,
                              .column_count = 2,
                              .values = values,
                              .row_count = BULK_ROWS};
    int64_t inserted = -1;
    assert_int_equal(add(f, f->conn, "first", "m500@example.org"), FL_OK);
    assert_int_equal(fl_db_begin(f->db, f->conn), FL_OK);
    assert_int_equal(fl_db_bulk_insert(f->db, f->conn, &bulk, &inserted), FL_ECONSTRAINT);
    fl_db_rollback(f->db, f->conn);
    assert_int_equal(count_people(f), 1);
    bulk.key = key;
    bulk.key_count = 1;
    assert_int_equal(fl_db_bulk_insert(f->db, f->conn, &bulk, &inserted), FL_OK);
    assert_int_equal(inserted, BULK_ROWS - 1);
    assert_int_equal(count_people(f), BULK_ROWS);
}

static void a_second_writer_waits_its_bound_and_is_then_told_busy(void **state)
{
    struct fixture *f = *state;
    struct fl_db_conn *second;
    assert_int_equal(fl_db_checkout(f->db, FL_NEVER_US, &second), FL_OK);
    assert_int_equal(fl_db_begin(f->db, f->conn), FL_OK);
    assert_int_equal(fl_db_begin(f->db, second), FL_EBUSY);
    assert_int_equal(fl_db_commit(f->db, f->conn), FL_OK);
    assert_int_equal(fl_db_begin(f->db, second), FL_OK);
    fl_db_checkin(f->db, second);
}

static void the_pool_is_bounded(void **state)
{
    struct fixture *f = *state;
    struct fl_db_conn *second, *third;
    assert_int_equal(fl_db_checkout(f->db, FL_NEVER_US, &second), FL_OK);
    assert_int_equal(fl_db_checkout(f->db, fl_clock_deadline_us(fl_posix_clock(), 1000), &third),
                     FL_ETIMEDOUT);
    fl_db_checkin(f->db, second);
    assert_int_equal(fl_db_checkout(f->db, FL_NEVER_US, &third), FL_OK);
    assert_ptr_equal(third, second); /* the warm one */
    fl_db_checkin(f->db, third);
}

static void more_statements_than_are_kept_all_work(void **state)
{
    struct fixture *f = *state;
    for (int round = 0; round < 2; round++)
        for (int64_t i = 0; i < 40; i++) {
            char sql[32];
            snprintf(sql, sizeof sql, "SELECT %d", (int)i);
            fl_db_rows_release(&f->rows);
            assert_int_equal(fl_db_query(f->db, f->conn, sql, NULL, 0, &f->rows), FL_OK);
            assert_int_equal(f->rows.values[0].integer, i);
        }
}

static void a_full_database_is_no_space(void **state)
{
    struct fixture *f = *state;
    static char big[64 * 1024];
    memset(big, 'x', sizeof big - 1);
    assert_int_equal(fl_db_execute(f->db, f->conn, "PRAGMA max_page_count = 8", NULL, 0, NULL),
                     FL_OK);
    assert_int_equal(add(f, f->conn, big, NULL), FL_ENOSPACE);
    assert_int_equal(count_people(f), 0);
}

static void a_file_that_is_no_database_cannot_be_checked_out(void **state)
{
    struct fixture *f = *state;
    char path[112];
    snprintf(path, sizeof path, "%s/none/x.db", f->folder);
    struct fl_sqlite_options options = {.path = path};
    struct fl_sqlite_db *sqlite;
    struct fl_db_conn *conn;
    assert_int_equal(
        fl_sqlite_db_new(&options, fl_posix_clock(), fl_threads_port(f->threads), &sqlite), FL_OK);
    assert_int_equal(fl_db_checkout(fl_sqlite_db_port(sqlite), FL_NEVER_US, &conn), FL_EIO);
    assert_int_equal(fl_db_checkout(fl_sqlite_db_port(sqlite), FL_NEVER_US, &conn), FL_EIO);
    fl_sqlite_db_free(sqlite);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(values_come_back_as_they_went_in),
        TEST(a_rollback_takes_everything_back),
        TEST(a_checkin_rolls_back_what_is_open),
        TEST(a_clash_is_a_constraint_error_in_sqlites_words),
        TEST(wrong_sql_is_a_database_error),
        TEST(affected_rows_are_those_of_the_statement),
        TEST(many_rows_come_back_in_order),
        TEST(bulk_insert_skips_what_is_there),
        TEST(a_second_writer_waits_its_bound_and_is_then_told_busy),
        TEST(the_pool_is_bounded),
        TEST(more_statements_than_are_kept_all_work),
        TEST(a_full_database_is_no_space),
        TEST(a_file_that_is_no_database_cannot_be_checked_out),
    };
    fl_assert(fl_sqlite_configure(FL_SQLITE_MULTI_THREAD) == FL_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
