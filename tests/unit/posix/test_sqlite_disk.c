/* The database port on a disk that fails: what it says of a commit is what the disk then holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/assert.h"
#include "fakes/clock/fake_clock.h"
#include "fakes/vfs/fake_vfs.h"
#include "posix/clock.h"
#include "posix/sqlite_db.h"
#include "posix/threads.h"

struct fixture {
    struct fake_clock clock; /* the disk's */
    struct fake_disk *disk;
    struct fake_vfs *vfs;
    struct fl_threads *threads;
    struct fl_sqlite_db *sqlite;
    struct fl_db db;
    struct fl_db_conn *conn;
};

static void open_db(struct fixture *f, const char *mount)
{
    struct fake_vfs_options vfs = {
        .disk = f->disk, .name = mount, .clock = fake_clock_port(&f->clock)};
    assert_int_equal(fake_vfs_mount(&vfs, &f->vfs), FL_OK);
    struct fl_sqlite_options options = {
        .path = "app.db", .vfs = mount, .journal = FL_SQLITE_DELETE, .busy_us = 1000};
    assert_int_equal(
        fl_sqlite_db_new(&options, fl_posix_clock(), fl_threads_port(f->threads), &f->sqlite),
        FL_OK);
    f->db = fl_sqlite_db_port(f->sqlite);
    assert_int_equal(fl_db_checkout(f->db, FL_NEVER_US, &f->conn), FL_OK);
}

static void close_db(struct fixture *f)
{
    fl_db_checkin(f->db, f->conn);
    fl_sqlite_db_free(f->sqlite);
    fake_vfs_unmount(f->vfs);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    fl_assert(f != NULL);
    fl_assert(fl_threads_new(&f->threads) == FL_OK);
    fl_assert(fake_disk_new(&f->disk) == FL_OK);
    open_db(f, "first");
    fl_assert(fl_db_execute(f->db, f->conn, "CREATE TABLE t (n INTEGER)", NULL, 0, NULL) == FL_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    close_db(f);
    fake_disk_free(f->disk);
    fl_threads_free(f->threads);
    free(f);
    return 0;
}

static int64_t count_rows(struct fixture *f)
{
    struct fl_db_rows rows = {0};
    assert_int_equal(fl_db_query(f->db, f->conn, "SELECT count(*) FROM t", NULL, 0, &rows), FL_OK);
    int64_t count = rows.values[0].integer;
    fl_db_rows_release(&rows);
    return count;
}

static enum fl_error insert_and_commit(struct fixture *f)
{
    assert_int_equal(fl_db_begin(f->db, f->conn), FL_OK);
    assert_int_equal(fl_db_execute(f->db, f->conn, "INSERT INTO t VALUES (1)", NULL, 0, NULL),
                     FL_OK);
    return fl_db_commit(f->db, f->conn);
}

static void a_commit_that_broke_is_perhaps_and_its_connection_is_not_used_again(void **state)
{
    struct fixture *f = *state;
    static const char mine[] = "CREATE TEMP TABLE mine (n)"; /* as long as the connection */
    assert_int_equal(fl_db_execute(f->db, f->conn, mine, NULL, 0, NULL), FL_OK);
    assert_int_equal(fl_db_begin(f->db, f->conn), FL_OK);
    assert_int_equal(fl_db_execute(f->db, f->conn, "INSERT INTO t VALUES (1)", NULL, 0, NULL),
                     FL_OK);
    fake_vfs_fail(f->vfs, 1, FAKE_VFS_IOERR, FAKE_VFS_FOR_EVER);
    assert_int_equal(fl_db_commit(f->db, f->conn), FL_ELOST);
    fl_db_checkin(f->db, f->conn);
    fake_vfs_fail(f->vfs, 0, FAKE_VFS_IOERR, FAKE_VFS_ONCE);
    assert_int_equal(fl_db_checkout(f->db, FL_NEVER_US, &f->conn), FL_OK);
    assert_int_equal(fl_db_execute(f->db, f->conn, mine, NULL, 0, NULL), FL_OK);
    assert_int_equal(count_rows(f), 0);
    assert_int_equal(insert_and_commit(f), FL_OK);
    assert_int_equal(count_rows(f), 1);
}

static void a_commit_without_space_was_not_made(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fl_db_begin(f->db, f->conn), FL_OK);
    assert_int_equal(fl_db_execute(f->db, f->conn, "INSERT INTO t VALUES (1)", NULL, 0, NULL),
                     FL_OK);
    fake_vfs_fail(f->vfs, 1, FAKE_VFS_FULL, FAKE_VFS_ONCE);
    assert_int_equal(fl_db_commit(f->db, f->conn), FL_ENOSPACE);
    fl_db_rollback(f->db, f->conn);
    assert_int_equal(count_rows(f), 0);
    assert_int_equal(insert_and_commit(f), FL_OK);
    assert_int_equal(count_rows(f), 1);
}

/* The power fails at the nth change of the disk from here; what follows is a new process. */
static bool lose_power_at(struct fixture *f, uint64_t nth, enum fl_error *ret_commit)
{
    fake_vfs_fail(f->vfs, nth, FAKE_VFS_IOERR, FAKE_VFS_FOR_EVER);
    enum fl_error err = fl_db_begin(f->db, f->conn);
    if (!err) err = fl_db_execute(f->db, f->conn, "INSERT INTO t VALUES (1)", NULL, 0, NULL);
    *ret_commit = err ? err : fl_db_commit(f->db, f->conn);
    bool failed = fake_vfs_failed(f->vfs);
    close_db(f);
    fake_disk_lose_unsynced(f->disk, NULL, NULL);
    open_db(f, "again");
    return failed;
}

static void a_commit_is_all_or_nothing_wherever_the_power_fails(void **state)
{
    struct fixture *f = *state;
    enum fl_error err = FL_EIO;
    for (uint64_t nth = 1; err != FL_OK; nth++) {
        int64_t before = count_rows(f);
        bool failed = lose_power_at(f, nth, &err);
        int64_t after = count_rows(f);
        assert_true(failed == (err != FL_OK));
        if (err == FL_OK)
            assert_int_equal(after, before + 1);
        else if (err == FL_ELOST)
            assert_in_range(after, before, before + 1);
        else
            assert_int_equal(after, before);
        assert_in_range(nth, 1, 100);
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_commit_that_broke_is_perhaps_and_its_connection_is_not_used_again),
        TEST(a_commit_without_space_was_not_made),
        TEST(a_commit_is_all_or_nothing_wherever_the_power_fails),
    };
    fl_assert(fl_sqlite_configure(FL_SQLITE_SINGLE_THREAD) == FL_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
