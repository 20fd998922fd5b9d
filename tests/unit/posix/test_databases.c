/* The same statements on SQLite and on a real PostgreSQL: the same rows and the same errors. */
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
#include "posix/postgres_db.h"
#include "posix/sqlite_db.h"
#include "posix/threads.h"
#include "postgres_server.h"

enum { EXIT_SKIPPED = 77, BULK_ROWS = 1003, MAIL_BYTES = 24 };

enum kind { SQLITE, POSTGRES, KINDS };

struct fixture {
    char path[64];
    struct fl_threads *threads;
    struct fl_sqlite_db *sqlite;
    struct fl_postgres_db *postgres;
    struct fl_db db;
    struct fl_db_conn *conn;
    struct fl_db_rows rows;
};

static struct postgres_server server;

/* --- the two databases --- */

static void open_sqlite(struct fixture *f)
{
    snprintf(f->path, sizeof f->path, "/tmp/faultline-databases-XXXXXX");
    int fd = mkstemp(f->path);
    fl_assert(fd >= 0);
    close(fd);
    struct fl_sqlite_options options = {.path = f->path, .connections_max = 3, .busy_us = 20000};
    fl_assert(fl_sqlite_db_new(&options, fl_posix_clock(), fl_threads_port(f->threads),
                               &f->sqlite) == FL_OK);
    f->db = fl_sqlite_db_port(f->sqlite);
}

static void open_postgres(struct fixture *f)
{
    struct fl_postgres_options options = {
        .url = server.url, .connections_max = 3, .busy_us = 20000};
    fl_assert(fl_postgres_db_new(&options, fl_threads_port(f->threads), &f->postgres) == FL_OK);
    f->db = fl_postgres_db_port(f->postgres);
}

static void must(struct fixture *f, const char *sql)
{
    assert_int_equal(fl_db_execute(f->db, f->conn, sql, NULL, 0, NULL), FL_OK);
}

static int set_up(void **state, enum kind kind)
{
    struct fixture *f = calloc(1, sizeof *f);
    fl_assert(f != NULL);
    *state = f;
    fl_assert(fl_threads_new(&f->threads) == FL_OK);
    if (kind == SQLITE)
        open_sqlite(f);
    else
        open_postgres(f);
    fl_assert(fl_db_checkout(f->db, FL_NEVER_US, &f->conn) == FL_OK);
    must(f, "DROP TABLE IF EXISTS people;"
            "CREATE TABLE people (id BIGINT PRIMARY KEY, name TEXT NOT NULL DEFAULT 'nobody',"
            " mail TEXT UNIQUE, age BIGINT CHECK (age < 200))");
    return 0;
}

static int set_up_sqlite(void **state)
{
    return set_up(state, SQLITE);
}

static int set_up_postgres(void **state)
{
    return set_up(state, POSTGRES);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    fl_db_rows_release(&f->rows);
    fl_db_checkin(f->db, f->conn);
    fl_sqlite_db_free(f->sqlite);
    fl_postgres_db_free(f->postgres);
    fl_threads_free(f->threads);
    if (f->path[0]) unlink(f->path);
    free(f);
    return 0;
}

/* --- asking --- */

static int64_t ask(struct fixture *f, const char *sql)
{
    fl_db_rows_release(&f->rows);
    assert_int_equal(fl_db_query(f->db, f->conn, sql, NULL, 0, &f->rows), FL_OK);
    assert_int_equal(f->rows.row_count, 1);
    assert_int_equal(f->rows.values[0].type, FL_DB_INT64);
    return f->rows.values[0].integer;
}

static enum fl_error add(struct fixture *f, int64_t id, const char *mail)
{
    const struct fl_db_value values[] = {fl_db_int64(id),
                                         mail ? fl_db_text(fl_span_from(mail))
                                              : (struct fl_db_value){.type = FL_DB_NULL}};
    return fl_db_execute(f->db, f->conn, "INSERT INTO people (id, mail) VALUES (?, ?)", values, 2,
                         NULL);
}

static void is_text(const struct fl_db_value *value, const char *want)
{
    assert_int_equal(value->type, FL_DB_TEXT);
    assert_int_equal(value->text.length, strlen(want));
    assert_memory_equal(value->text.bytes, want, strlen(want));
}

/* --- on both --- */

static void values_come_back_as_they_went_in(void **state)
{
    struct fixture *f = *state;
    const struct fl_db_value values[] = {fl_db_int64(INT64_MIN),
                                         fl_db_text(FL_SPAN("\\ \t\n\r'\"?$1 Grüße")),
                                         {.type = FL_DB_NULL},
                                         fl_db_int64(-1)};
    assert_int_equal(
        fl_db_execute(f->db, f->conn, "INSERT INTO people VALUES (?, ?, ?, ?)", values, 4, NULL),
        FL_OK);
    assert_int_equal(
        fl_db_query(f->db, f->conn, "SELECT id, name, mail, age FROM people", NULL, 0, &f->rows),
        FL_OK);
    assert_int_equal(f->rows.row_count, 1);
    assert_int_equal(f->rows.column_count, 4);
    assert_int_equal(f->rows.values[0].integer, INT64_MIN);
    is_text(&f->rows.values[1], "\\ \t\n\r'\"?$1 Grüße");
    assert_int_equal(f->rows.values[2].type, FL_DB_NULL);
    assert_int_equal(f->rows.values[3].integer, -1);
}

static void only_a_question_mark_of_the_statement_is_a_placeholder(void **state)
{
    struct fixture *f = *state;
    const struct fl_db_value values[] = {fl_db_int64(7)};
    assert_int_equal(fl_db_query(f->db, f->conn, "SELECT '?''?' AS \"wh?t\" /* ? */, 8 - ? -- ?",
                                 values, 1, &f->rows),
                     FL_OK);
    is_text(&f->rows.values[0], "?'?");
    assert_int_equal(f->rows.values[1].integer, 1);
}

static void values_and_placeholders_must_be_as_many(void **state)
{
    struct fixture *f = *state;
    const struct fl_db_value values[] = {fl_db_int64(7), fl_db_int64(8)};
    assert_int_equal(
        fl_db_execute(f->db, f->conn, "DELETE FROM people WHERE id = ?", values, 2, NULL), FL_EDB);
    assert_string_equal(fl_db_last_error(f->db, f->conn), "2 values for 1 placeholders");
}

static void numbers_that_are_computed_are_numbers(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(add(f, 1, NULL), FL_OK);
    assert_int_equal(add(f, 2, NULL), FL_OK);
    assert_int_equal(ask(f, "SELECT count(*) FROM people"), 2);
    assert_int_equal(ask(f, "SELECT sum(id) FROM people"), 3);
    assert_int_equal(ask(f, "SELECT max(id) FROM people"), 2);
    assert_int_equal(ask(f, "SELECT id = 1 FROM people WHERE id = 1"), 1);
    assert_int_equal(ask(f, "INSERT INTO people (id) VALUES (9) RETURNING id"), 9);
}

static void affected_rows_are_those_of_the_statement(void **state)
{
    struct fixture *f = *state;
    int64_t affected = -1;
    assert_int_equal(add(f, 1, NULL), FL_OK);
    assert_int_equal(add(f, 2, NULL), FL_OK);
    assert_int_equal(fl_db_execute(f->db, f->conn, "UPDATE people SET age = 5", NULL, 0, &affected),
                     FL_OK);
    assert_int_equal(affected, 2);
    assert_int_equal(
        fl_db_execute(f->db, f->conn, "CREATE TEMPORARY TABLE other (x TEXT)", NULL, 0, &affected),
        FL_OK);
    assert_int_equal(affected, 0);
}

static void no_rows_are_no_rows(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fl_db_query(f->db, f->conn, "SELECT id FROM people", NULL, 0, &f->rows),
                     FL_OK);
    assert_int_equal(f->rows.row_count, 0);
}

static void a_constraint_is_told_from_a_wrong_statement(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(add(f, 1, "a@x.example"), FL_OK);
    assert_int_equal(add(f, 1, NULL), FL_ECONSTRAINT);
    assert_int_equal(add(f, 2, "a@x.example"), FL_ECONSTRAINT);
    assert_true(fl_db_last_error(f->db, f->conn)[0] != '\0');
    assert_int_equal(fl_db_execute(f->db, f->conn, "INSERT INTO people (id, name) VALUES (3, NULL)",
                                   NULL, 0, NULL),
                     FL_ECONSTRAINT);
    assert_int_equal(fl_db_execute(f->db, f->conn, "INSERT INTO people (id, age) VALUES (3, 200)",
                                   NULL, 0, NULL),
                     FL_ECONSTRAINT);
    assert_int_equal(fl_db_execute(f->db, f->conn, "INSERT INTO nobody VALUES (1)", NULL, 0, NULL),
                     FL_EDB);
    assert_int_equal(ask(f, "SELECT count(*) FROM people"), 1);
}

static void a_rollback_takes_everything_back(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fl_db_begin(f->db, f->conn), FL_OK);
    assert_int_equal(add(f, 1, NULL), FL_OK);
    fl_db_rollback(f->db, f->conn);
    assert_int_equal(ask(f, "SELECT count(*) FROM people"), 0);
}

static void a_commit_keeps_everything(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fl_db_begin(f->db, f->conn), FL_OK);
    assert_int_equal(add(f, 1, NULL), FL_OK);
    assert_int_equal(fl_db_commit(f->db, f->conn), FL_OK);
    fl_db_rollback(f->db, f->conn);
    assert_int_equal(ask(f, "SELECT count(*) FROM people"), 1);
}

static void a_checkin_rolls_back_what_is_open(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fl_db_begin(f->db, f->conn), FL_OK);
    assert_int_equal(add(f, 1, NULL), FL_OK);
    fl_db_checkin(f->db, f->conn);
    assert_int_equal(fl_db_checkout(f->db, FL_NEVER_US, &f->conn), FL_OK);
    assert_int_equal(ask(f, "SELECT count(*) FROM people"), 0);
}

static void the_pool_is_bounded(void **state)
{
    struct fixture *f = *state;
    struct fl_db_conn *second, *third, *fourth;
    assert_int_equal(fl_db_checkout(f->db, FL_NEVER_US, &second), FL_OK);
    assert_int_equal(fl_db_checkout(f->db, FL_NEVER_US, &third), FL_OK);
    assert_int_equal(fl_db_checkout(f->db, fl_clock_deadline_us(fl_posix_clock(), 1000), &fourth),
                     FL_ETIMEDOUT);
    fl_db_checkin(f->db, third);
    assert_int_equal(fl_db_checkout(f->db, FL_NEVER_US, &fourth), FL_OK);
    assert_ptr_equal(fourth, third); /* the warm one */
    fl_db_checkin(f->db, fourth);
    fl_db_checkin(f->db, second);
}

/* --- many rows --- */

static const char *const columns[] = {"id", "mail", "age"}, *const key[] = {"mail"},
                         *const updates[] = {"age"};
static char mails[BULK_ROWS][MAIL_BYTES];
static struct fl_db_value values[BULK_ROWS * 3];

static struct fl_db_bulk make_bulk(int64_t first_id, int64_t age)
{
    for (int i = 0; i < BULK_ROWS; i++) {
        snprintf(mails[i], MAIL_BYTES, "m%d\\\t\n@x.example", i);
        values[3 * i] = fl_db_int64(first_id + i);
        values[3 * i + 1] = fl_db_text(fl_span_from(mails[i]));
        values[3 * i + 2] = i % 2 ? fl_db_int64(age) : (struct fl_db_value){.type = FL_DB_NULL};
    }
    return (struct fl_db_bulk){.table = "people",
                               .columns = columns,
                               .column_count = 3,
                               .values = values,
                               .row_count = BULK_ROWS};
}

static void many_rows_go_in_whole(void **state)
{
    struct fixture *f = *state;
    struct fl_db_bulk bulk = make_bulk(0, 5);
    int64_t written = -1;
    assert_int_equal(fl_db_begin(f->db, f->conn), FL_OK);
    assert_int_equal(fl_db_bulk_insert(f->db, f->conn, &bulk, &written), FL_OK);
    assert_int_equal(written, BULK_ROWS);
    assert_int_equal(fl_db_commit(f->db, f->conn), FL_OK);
    assert_int_equal(ask(f, "SELECT count(*) FROM people WHERE name = 'nobody'"), BULK_ROWS);
    assert_int_equal(ask(f, "SELECT sum(age) FROM people"), 5 * (BULK_ROWS / 2));
    fl_db_rows_release(&f->rows);
    assert_int_equal(
        fl_db_query(f->db, f->conn, "SELECT mail FROM people WHERE id = 1002", NULL, 0, &f->rows),
        FL_OK);
    is_text(&f->rows.values[0], "m1002\\\t\n@x.example");
}

static void a_clash_among_many_leaves_none(void **state)
{
    struct fixture *f = *state;
    struct fl_db_bulk bulk = make_bulk(0, 5);
    assert_int_equal(add(f, 5000, "m500\\\t\n@x.example"), FL_OK);
    assert_int_equal(fl_db_begin(f->db, f->conn), FL_OK);
    assert_int_equal(fl_db_bulk_insert(f->db, f->conn, &bulk, NULL), FL_ECONSTRAINT);
    fl_db_rollback(f->db, f->conn);
    assert_int_equal(ask(f, "SELECT count(*) FROM people"), 1);
}

static void bulk_insert_skips_what_is_there(void **state)
{
    struct fixture *f = *state;
    struct fl_db_bulk bulk = make_bulk(0, 5);
    int64_t written = -1;
    bulk.key = key;
    bulk.key_count = 1;
    assert_int_equal(add(f, 5000, "m500\\\t\n@x.example"), FL_OK);
    for (int i = 0; i < 2; i++) { /* a second one, in the same transaction, finds all there */
        if (!i) assert_int_equal(fl_db_begin(f->db, f->conn), FL_OK);
        assert_int_equal(fl_db_bulk_insert(f->db, f->conn, &bulk, &written), FL_OK);
        assert_int_equal(written, i ? 0 : BULK_ROWS - 1);
    }
    assert_int_equal(fl_db_commit(f->db, f->conn), FL_OK);
    assert_int_equal(ask(f, "SELECT count(*) FROM people"), BULK_ROWS);
}

static void bulk_insert_updates_what_is_there(void **state)
{
    struct fixture *f = *state;
    int64_t written = -1;
    struct fl_db_bulk bulk = make_bulk(0, 5);
    assert_int_equal(fl_db_bulk_insert(f->db, f->conn, &bulk, NULL), FL_OK);
    bulk = make_bulk(5000, 6);
    bulk.key = key;
    bulk.key_count = 1;
    bulk.update = updates;
    bulk.update_count = 1;
    assert_int_equal(fl_db_bulk_insert(f->db, f->conn, &bulk, &written), FL_OK);
    assert_int_equal(written, BULK_ROWS);
    assert_int_equal(ask(f, "SELECT max(id) FROM people"), BULK_ROWS - 1);
    assert_int_equal(ask(f, "SELECT sum(age) FROM people"), 6 * (BULK_ROWS / 2));
}

static void few_rows_go_in_as_many_do(void **state)
{
    struct fixture *f = *state;
    int64_t written = -1;
    struct fl_db_bulk bulk = make_bulk(0, 5);
    bulk.row_count = 3;
    bulk.key = key;
    bulk.key_count = 1;
    assert_int_equal(add(f, 5000, "m1\\\t\n@x.example"), FL_OK);
    assert_int_equal(fl_db_bulk_insert(f->db, f->conn, &bulk, &written), FL_OK);
    assert_int_equal(written, 2);
    bulk.row_count = 0;
    assert_int_equal(fl_db_bulk_insert(f->db, f->conn, &bulk, &written), FL_OK);
    assert_int_equal(written, 0);
}

/* --- PostgreSQL's own --- */

static struct fl_db_conn *second_of(struct fixture *f)
{
    struct fl_db_conn *second;
    assert_int_equal(fl_db_checkout(f->db, FL_NEVER_US, &second), FL_OK);
    return second;
}

static enum fl_error run(struct fixture *f, struct fl_db_conn *conn, const char *sql)
{
    return fl_db_execute(f->db, conn, sql, NULL, 0, NULL);
}

static void a_row_that_is_locked_for_too_long_is_busy(void **state)
{
    struct fixture *f = *state;
    struct fl_db_conn *second = second_of(f);
    assert_int_equal(add(f, 1, NULL), FL_OK);
    assert_int_equal(fl_db_begin(f->db, f->conn), FL_OK);
    must(f, "UPDATE people SET age = 1");
    assert_int_equal(run(f, second, "UPDATE people SET age = 2"), FL_EBUSY);
    assert_string_equal(fl_db_last_error(f->db, second), "canceling statement due to lock timeout");
    fl_db_checkin(f->db, second);
}

static void transactions_that_cannot_be_put_in_order_are_busy(void **state)
{
    struct fixture *f = *state;
    struct fl_db_conn *second = second_of(f);
    assert_int_equal(add(f, 1, NULL), FL_OK);
    assert_int_equal(run(f, second, "BEGIN ISOLATION LEVEL REPEATABLE READ"), FL_OK);
    assert_int_equal(run(f, second, "SELECT * FROM people"), FL_OK);
    must(f, "UPDATE people SET age = 1");
    assert_int_equal(run(f, second, "UPDATE people SET age = 2"), FL_EBUSY);
    fl_db_checkin(f->db, second);
    assert_int_equal(ask(f, "SELECT age FROM people"), 1);
}

struct rival {
    struct fixture *f;
    struct fl_db_conn *conn;
    enum fl_error err;
};

static void take_second_row(void *argument)
{
    struct rival *rival = argument;
    rival->err = run(rival->f, rival->conn, "UPDATE people SET age = 2 WHERE id = 1");
}

static void one_of_two_in_a_deadlock_is_busy(void **state)
{
    struct fixture *f = *state;
    struct fl_db_conn *second = second_of(f);
    struct rival rival = {.f = f, .conn = second};
    struct fl_tasks tasks = fl_threads_port(f->threads);
    struct fl_task *task;
    must(f, "SET lock_timeout = 0; SET deadlock_timeout = 10; INSERT INTO people (id) VALUES (1);"
            "INSERT INTO people (id) VALUES (2)");
    assert_int_equal(run(f, second,
                         "SET lock_timeout = 0; SET deadlock_timeout = 10; BEGIN;"
                         "UPDATE people SET age = 2 WHERE id = 2"),
                     FL_OK);
    must(f, "BEGIN; UPDATE people SET age = 1 WHERE id = 1");
    assert_int_equal(fl_task_spawn(tasks, "rival", take_second_row, &rival, &task), FL_OK);
    enum fl_error err = run(f, f->conn, "UPDATE people SET age = 1 WHERE id = 2");
    if (err) fl_db_rollback(f->db, f->conn);
    assert_int_equal(fl_task_join(tasks, task, FL_NEVER_US), FL_OK);
    assert_true((err == FL_EBUSY) != (rival.err == FL_EBUSY));
    assert_true(err == FL_OK || rival.err == FL_OK);
    fl_db_checkin(f->db, second);
}

static void what_a_column_cannot_hold_is_no_valid_value(void **state)
{
    struct fixture *f = *state;
    const struct fl_db_value nul[] = {fl_db_text(FL_SPAN("a\0b"))};
    const struct fl_db_value bad[] = {fl_db_text(FL_SPAN("\xFF"))};
    assert_int_equal(fl_db_execute(f->db, f->conn, "UPDATE people SET name = ?", nul, 1, NULL),
                     FL_EINVAL);
    assert_int_equal(fl_db_execute(f->db, f->conn, "UPDATE people SET name = ?", bad, 1, NULL),
                     FL_EINVAL);
    struct fl_db_bulk bulk = make_bulk(0, 5);
    values[3 * 500 + 1] = nul[0];
    assert_int_equal(fl_db_bulk_insert(f->db, f->conn, &bulk, NULL), FL_EINVAL);
    assert_string_equal(fl_db_last_error(f->db, f->conn), "a text of PostgreSQL cannot hold a NUL");
    assert_int_equal(ask(f, "SELECT count(*) FROM people"), 0); /* and the connection goes on */
}

static void a_commit_of_what_has_failed_fails(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fl_db_begin(f->db, f->conn), FL_OK);
    assert_int_equal(add(f, 1, NULL), FL_OK);
    assert_int_equal(add(f, 1, NULL), FL_ECONSTRAINT);
    assert_int_equal(fl_db_commit(f->db, f->conn), FL_EDB);
    fl_db_rollback(f->db, f->conn);
    assert_int_equal(ask(f, "SELECT count(*) FROM people"), 0);
}

/* Ended by another connection, as an operator or a restart does it. */
static void end_connection(struct fixture *f, struct fl_db_conn *conn)
{
    struct fl_db_rows rows;
    assert_int_equal(fl_db_query(f->db, conn, "SELECT pg_backend_pid()", NULL, 0, &rows), FL_OK);
    const struct fl_db_value pid[] = {rows.values[0]};
    assert_int_equal(fl_db_execute(f->db, f->conn, "SELECT pg_terminate_backend(?::integer, 10000)",
                                   pid, 1, NULL),
                     FL_OK);
    fl_db_rows_release(&rows);
}

static void a_connection_lost_outside_a_transaction_leaves_it_open_what_happened(void **state)
{
    struct fixture *f = *state;
    struct fl_db_conn *second = second_of(f);
    end_connection(f, second);
    assert_int_equal(run(f, second, "INSERT INTO people (id) VALUES (1)"), FL_ELOST);
    fl_db_checkin(f->db, second);
    second = second_of(f); /* a new one */
    assert_int_equal(run(f, second, "INSERT INTO people (id) VALUES (1)"), FL_OK);
    fl_db_checkin(f->db, second);
}

static void a_connection_lost_in_a_transaction_has_changed_nothing(void **state)
{
    struct fixture *f = *state;
    struct fl_db_conn *second = second_of(f);
    assert_int_equal(fl_db_begin(f->db, second), FL_OK);
    assert_int_equal(run(f, second, "INSERT INTO people (id) VALUES (1)"), FL_OK);
    end_connection(f, second);
    assert_int_equal(run(f, second, "INSERT INTO people (id) VALUES (2)"), FL_EIO);
    fl_db_checkin(f->db, second);
    assert_int_equal(ask(f, "SELECT count(*) FROM people"), 0);
}

static void a_connection_lost_at_a_commit_says_so(void **state)
{
    struct fixture *f = *state;
    struct fl_db_conn *second = second_of(f);
    assert_int_equal(fl_db_begin(f->db, second), FL_OK);
    end_connection(f, second);
    assert_int_equal(fl_db_commit(f->db, second), FL_ELOST);
    fl_db_checkin(f->db, second);
}

static void what_was_lost_while_nobody_used_it_is_replaced(void **state)
{
    struct fixture *f = *state;
    struct fl_db_conn *second = second_of(f);
    fl_db_checkin(f->db, second);
    fl_db_checkin(f->db, f->conn);
    postgres_server_restart(&server);
    assert_int_equal(fl_db_checkout(f->db, FL_NEVER_US, &f->conn), FL_OK);
    assert_int_equal(ask(f, "SELECT count(*) FROM people"), 0);
}

static void a_crash_takes_what_was_not_committed(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(add(f, 1, NULL), FL_OK);
    assert_int_equal(fl_db_begin(f->db, f->conn), FL_OK);
    assert_int_equal(add(f, 2, NULL), FL_OK);
    postgres_server_kill(&server);
    assert_int_equal(fl_db_commit(f->db, f->conn), FL_ELOST);
    fl_db_checkin(f->db, f->conn);
    char problem[FL_DB_ERROR_BYTES];
    assert_int_equal(fl_db_checkout(f->db, FL_NEVER_US, &f->conn), FL_ECONNECT);
    fl_postgres_problem(f->postgres, problem);
    assert_non_null(strstr(problem, server.folder));
    postgres_server_run(&server);
    assert_int_equal(fl_db_checkout(f->db, FL_NEVER_US, &f->conn), FL_OK);
    assert_int_equal(ask(f, "SELECT max(id) FROM people"), 1);
}

static void a_password_is_not_shown(void **state)
{
    struct fixture *f = *state;
    struct fl_postgres_options options = {.url = "postgres://app:secret@db.example:5433/shop"};
    struct fl_postgres_db *db;
    char where[FL_POSTGRES_WHERE_BYTES];
    assert_int_equal(fl_postgres_db_new(&options, fl_threads_port(f->threads), &db), FL_OK);
    fl_postgres_where(db, where);
    fl_postgres_db_free(db);
    assert_string_equal(where, "postgres://db.example:5433/shop");
    options.url = "postgres://[";
    assert_int_equal(fl_postgres_db_new(&options, fl_threads_port(f->threads), &db), FL_EINVAL);
}

#define ON_SQLITE(function)                                                                        \
    {                                                                                              \
#function " (SQLite)", function, set_up_sqlite, tear_down, NULL                            \
    }
#define ON_POSTGRES(function)                                                                      \
    {                                                                                              \
#function " (PostgreSQL)", function, set_up_postgres, tear_down, NULL                      \
    }
#define ON_BOTH(function) ON_SQLITE(function), ON_POSTGRES(function)

static const struct CMUnitTest tests[] = {
    ON_BOTH(values_come_back_as_they_went_in),
    ON_BOTH(only_a_question_mark_of_the_statement_is_a_placeholder),
    ON_BOTH(values_and_placeholders_must_be_as_many),
    ON_BOTH(numbers_that_are_computed_are_numbers),
    ON_BOTH(affected_rows_are_those_of_the_statement),
    ON_BOTH(no_rows_are_no_rows),
    ON_BOTH(a_constraint_is_told_from_a_wrong_statement),
    ON_BOTH(a_rollback_takes_everything_back),
    ON_BOTH(a_commit_keeps_everything),
    ON_BOTH(a_checkin_rolls_back_what_is_open),
    ON_BOTH(the_pool_is_bounded),
    ON_BOTH(many_rows_go_in_whole),
    ON_BOTH(a_clash_among_many_leaves_none),
    ON_BOTH(bulk_insert_skips_what_is_there),
    ON_BOTH(bulk_insert_updates_what_is_there),
    ON_BOTH(few_rows_go_in_as_many_do),
    ON_POSTGRES(a_row_that_is_locked_for_too_long_is_busy),
    ON_POSTGRES(transactions_that_cannot_be_put_in_order_are_busy),
    ON_POSTGRES(one_of_two_in_a_deadlock_is_busy),
    ON_POSTGRES(what_a_column_cannot_hold_is_no_valid_value),
    ON_POSTGRES(a_commit_of_what_has_failed_fails),
    ON_POSTGRES(a_connection_lost_outside_a_transaction_leaves_it_open_what_happened),
    ON_POSTGRES(a_connection_lost_in_a_transaction_has_changed_nothing),
    ON_POSTGRES(a_connection_lost_at_a_commit_says_so),
    ON_POSTGRES(what_was_lost_while_nobody_used_it_is_replaced),
    ON_POSTGRES(a_crash_takes_what_was_not_committed),
    ON_POSTGRES(a_password_is_not_shown),
};

int main(void)
{
    fl_assert(fl_sqlite_configure(FL_SQLITE_MULTI_THREAD) == FL_OK);
    if (!postgres_server_start(&server)) {
        printf("skipped: this machine has no PostgreSQL server (apt-get install postgresql)\n");
        return EXIT_SKIPPED;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    postgres_server_stop(&server);
    return failed;
}
