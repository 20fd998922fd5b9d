/* Every allocation of what is made before anything is sent fails in turn, once and for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "alloc_sweep.h"
#include "core/assert.h"
#include "posix/clock.h"
#include "posix/log.h"
#include "posix/mail_message.h"
#include "posix/sqlite_db.h"
#include "posix/threads.h"
#include "posix/worker_shown.h"
#include "redis/client.h"

static enum fl_error make_client(void *context)
{
    struct fl_threads *threads = context;
    struct fl_redis_options options = {0};
    struct fl_redis_client *client;
    struct fl_transport transport = {0};
    enum fl_error err = fl_redis_client_new(&options, transport, fl_posix_clock(),
                                            fl_threads_port(threads), &client);
    if (!err) fl_redis_client_free(client);
    return err;
}

static enum fl_error use_connection(struct fl_db db)
{
    static const char *const columns[] = {"name"};
    const struct fl_db_value values[] = {fl_db_text(FL_SPAN("Ann")), fl_db_text(FL_SPAN("Bob"))};
    struct fl_db_bulk bulk = {
        .table = "t", .columns = columns, .column_count = 1, .values = values, .row_count = 2};
    struct fl_db_conn *conn;
    struct fl_db_rows rows = {0};
    enum fl_error err = fl_db_checkout(db, FL_NEVER_US, &conn);
    if (err) return err;
    err = fl_db_execute(db, conn, "CREATE TABLE IF NOT EXISTS t (name TEXT)", NULL, 0, NULL);
    if (!err) err = fl_db_bulk_insert(db, conn, &bulk, NULL);
    if (!err) err = fl_db_query(db, conn, "SELECT name FROM t", NULL, 0, &rows);
    fl_db_rows_release(&rows);
    fl_db_checkin(db, conn);
    return err;
}

static enum fl_error use_database(void *context)
{
    struct fl_threads *threads = context;
    struct fl_sqlite_options options = {.path = ":memory:", .vfs = "unix"};
    struct fl_sqlite_db *db;
    enum fl_error err = fl_sqlite_db_new(&options, fl_posix_clock(), fl_threads_port(threads), &db);
    if (err) return err;
    err = use_connection(fl_sqlite_db_port(db));
    fl_sqlite_db_free(db);
    return err;
}

static enum fl_error make_log(void *context)
{
    struct fl_posix_log_options options = {.fd = 2};
    struct fl_posix_log *log;
    enum fl_error err = fl_posix_log_new(&options, fl_posix_clock(), context, &log);
    if (!err) fl_posix_log_free(log);
    return err;
}

static enum fl_error write_mail(void *context)
{
    struct fl_mail mail = {.from = FL_SPAN("a@b.c"),
                           .to = FL_SPAN("d@e.f"),
                           .subject = FL_SPAN("Grüße"),
                           .idempotency_key = FL_SPAN("k")};
    struct fl_buf out = FL_BUF_INIT(FL_MAIL_BYTES_MAX);
    (void)context;
    enum fl_error err = fl_mail_message(&out, &mail, 0);
    fl_buf_release(&out);
    return err;
}

static enum fl_error show_settings(void *context)
{
    static const struct fl_worker_settings settings = {
        .origins = {[0] = {FL_FROM_FLAG, "require"}}, .modules = {"a.so"}, .module_count = 1};
    struct fl_buf shown = FL_BUF_INIT(65536), page = FL_BUF_INIT(65536);
    (void)context;
    enum fl_error err = fl_worker_settings_show(&settings, &shown);
    if (!err) err = fl_worker_settings_reference(&page);
    fl_buf_release(&shown);
    fl_buf_release(&page);
    return err;
}

struct row {
    const char *name;
    enum fl_error (*attempt)(void *context);
};

static const struct row rows[] = {
    {"a Redis client is made or nothing is left", make_client},
    {"a database is used or nothing is left", use_database},
    {"a log is made or nothing is left", make_log},
    {"a mail is written or nothing is left", write_mail},
    {"settings are shown or nothing is left", show_settings},
};

static void sweep(void **state)
{
    const struct row *row = *state;
    struct fl_threads *threads;
    assert_int_equal(fl_threads_new(&threads), FL_OK);
    alloc_sweep(row->attempt, threads);
    fl_threads_free(threads);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(rows)];
    for (size_t i = 0; i < FL_COUNT(rows); i++)
        tests[i] =
            (struct CMUnitTest){rows[i].name, sweep, NULL, NULL, (void *)(uintptr_t)&rows[i]};
    fl_assert(fl_sqlite_configure(FL_SQLITE_MULTI_THREAD) == FL_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
