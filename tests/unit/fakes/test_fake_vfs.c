/* The judge is SQLite itself: real transactions, real recovery, its own integrity check. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "core/assert.h"
#include "fakes/clock/fake_clock.h"
#include "fakes/vfs/fake_vfs.h"

enum { ROWS = 2000 };

struct fixture {
    struct fake_clock clock;
    struct fake_disk *disk;
    struct fake_vfs *vfs;
    sqlite3 *db;
};

static struct fake_vfs *mount(struct fixture *f, const char *name)
{
    struct fake_vfs *vfs;
    struct fake_vfs_options options = {
        .disk = f->disk, .name = name, .clock = fake_clock_port(&f->clock)};
    assert_int_equal(fake_vfs_mount(&options, &vfs), FL_OK);
    return vfs;
}

static int run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static sqlite3 *open_db(struct fake_vfs *vfs)
{
    sqlite3 *db;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    assert_int_equal(sqlite3_open_v2("app.db", &db, flags, fake_vfs_name(vfs)), SQLITE_OK);
    /* A tiny cache makes a big transaction write pages before its commit. */
    assert_int_equal(run(db, "PRAGMA cache_size = 5"), SQLITE_OK);
    return db;
}

static int64_t number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement;
    int64_t value;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
}

static int64_t sum_of(sqlite3 *db)
{
    return number(db, "SELECT sum(value) FROM t");
}

static void assert_sound(sqlite3 *db)
{
    assert_int_equal(number(db, "SELECT count(*) FROM pragma_integrity_check "
                                "WHERE integrity_check = 'ok'"),
                     1);
}

/* app.db with ROWS rows of value 0, some fifty pages. */
static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    assert_int_equal(fake_disk_new(&f->disk), FL_OK);
    f->vfs = mount(f, "p1");
    f->db = open_db(f->vfs);
    assert_int_equal(run(f->db, "CREATE TABLE t(id INTEGER PRIMARY KEY, value INT, text TEXT);"
                                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                                "WHERE i < 2000) INSERT INTO t SELECT i, 0, hex(zeroblob(40)) "
                                "FROM n;"),
                     SQLITE_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    sqlite3_close(f->db);
    fake_vfs_unmount(f->vfs);
    fake_disk_free(f->disk);
    free(f);
    return 0;
}

static const char bump[] = "BEGIN IMMEDIATE; UPDATE t SET value = value + 1; COMMIT;";

static void what_is_committed_is_read_by_another_process(void **state)
{
    struct fixture *f = *state;
    struct fake_vfs *other = mount(f, "p2");
    sqlite3 *db = open_db(other);
    assert_int_equal(run(f->db, bump), SQLITE_OK);
    assert_int_equal(sum_of(db), ROWS);
    sqlite3_close(db);
    fake_vfs_unmount(other);
}

static void two_writers_exclude_each_other_and_a_reader_sees_the_old_state(void **state)
{
    struct fixture *f = *state;
    struct fake_vfs *other = mount(f, "p2");
    sqlite3 *db = open_db(other);
    assert_int_equal(run(f->db, "PRAGMA cache_size = 2000"), SQLITE_OK); /* no early writes */
    assert_int_equal(run(f->db, "BEGIN IMMEDIATE; UPDATE t SET value = 1;"), SQLITE_OK);
    assert_int_equal(run(db, "BEGIN IMMEDIATE"), SQLITE_BUSY);
    assert_int_equal(sum_of(db), 0);
    assert_int_equal(run(f->db, "COMMIT"), SQLITE_OK);
    assert_int_equal(run(db, bump), SQLITE_OK);
    assert_int_equal(sum_of(f->db), 2 * ROWS);
    sqlite3_close(db);
    fake_vfs_unmount(other);
}

/* Keeps the memory of a forgotten connection reachable, for the leak checkers. */
static sqlite3 *volatile forgotten;

static void a_dead_process_leaves_neither_locks_nor_half_a_transaction(void **state)
{
    struct fixture *f = *state;
    struct fake_vfs *other = mount(f, "p2");
    forgotten = open_db(other);
    assert_int_equal(run(forgotten, "BEGIN IMMEDIATE; UPDATE t SET value = 1;"), SQLITE_OK);
    assert_int_equal(run(f->db, "BEGIN IMMEDIATE"), SQLITE_BUSY);
    fake_vfs_unmount(other);
    assert_int_equal(run(f->db, "BEGIN IMMEDIATE; COMMIT"), SQLITE_OK);
    assert_int_equal(sum_of(f->db), 0);
    assert_sound(f->db);
}

enum survivors { ALL_SURVIVE, NONE_SURVIVES, SOME_SURVIVE };

static bool keep_some(void *context, const char *file_name, size_t chunk)
{
    uint32_t *random = context;
    (void)file_name, (void)chunk;
    *random = *random * 1664525 + 1013904223;
    return *random >> 31;
}

static void lose_power(struct fake_disk *disk, enum survivors survivors, uint32_t seed)
{
    if (survivors == NONE_SURVIVES) fake_disk_lose_unsynced(disk, NULL, NULL);
    if (survivors == SOME_SURVIVE) fake_disk_lose_unsynced(disk, keep_some, &seed);
}

struct crash_case {
    const char *name, *journal;
    enum survivors survivors;
};

/* Runs `bump` in a copy of the world and dies at the nth change. False: it was not reached. */
static bool crash_and_recover(const struct fixture *f, const struct crash_case *row, uint32_t nth)
{
    struct fixture crash = {.clock = f->clock};
    bool failed;
    int code;
    int64_t sum;
    assert_int_equal(fake_disk_copy(f->disk, &crash.disk), FL_OK);
    crash.vfs = mount(&crash, "crash");
    crash.db = open_db(crash.vfs);
    assert_int_equal(run(crash.db, row->journal), SQLITE_OK);
    fake_vfs_fail(crash.vfs, nth, FAKE_VFS_IOERR, FAKE_VFS_FOR_EVER);
    code = run(crash.db, bump);
    failed = fake_vfs_failed(crash.vfs);
    sqlite3_close(crash.db); /* all input and output fails by now: this frees memory, no more */
    fake_vfs_unmount(crash.vfs);
    lose_power(crash.disk, row->survivors, nth);

    crash.vfs = mount(&crash, "again");
    crash.db = open_db(crash.vfs);
    sum = sum_of(crash.db);
    assert_true(sum == 0 || sum == ROWS);
    if (code == SQLITE_OK) assert_int_equal(sum, ROWS);
    assert_sound(crash.db);
    sqlite3_close(crash.db);
    fake_vfs_unmount(crash.vfs);
    fake_disk_free(crash.disk);
    return failed;
}

static struct crash_case crashes[] = {
    {"crash at each change: DELETE, killed", "PRAGMA journal_mode = DELETE", ALL_SURVIVE},
    {"crash at each change: TRUNCATE, killed", "PRAGMA journal_mode = TRUNCATE", ALL_SURVIVE},
    {"crash at each change: DELETE, nothing unsynced survives", "PRAGMA journal_mode = DELETE",
     NONE_SURVIVES},
    {"crash at each change: DELETE, some unsynced survives", "PRAGMA journal_mode = DELETE",
     SOME_SURVIVE},
    {"crash at each change: PERSIST, some unsynced survives", "PRAGMA journal_mode = PERSIST",
     SOME_SURVIVE},
};

static void crash_row(void **state)
{
    const struct crash_case *row = *state;
    void *fixture;
    uint32_t nth = 1;
    set_up(&fixture);
    while (crash_and_recover(fixture, row, nth))
        nth++;
    assert_true(nth > 50); /* the transaction has far more changes than a handful */
    tear_down(&fixture);
}

static void a_transaction_without_a_journal_is_torn_by_a_crash(void **state)
{
    struct fixture *f = *state;
    int64_t sum;
    assert_int_equal(run(f->db, "PRAGMA journal_mode = OFF"), SQLITE_OK);
    fake_vfs_fail(f->vfs, 10, FAKE_VFS_IOERR, FAKE_VFS_FOR_EVER);
    assert_int_not_equal(run(f->db, bump), SQLITE_OK);
    sqlite3_close(f->db);
    fake_vfs_fail(f->vfs, 0, FAKE_VFS_IOERR, FAKE_VFS_ONCE);
    f->db = open_db(f->vfs);
    sum = sum_of(f->db);
    assert_true(sum > 0 && sum < ROWS);
}

static void a_full_disk_fails_the_transaction_and_the_next_one_succeeds(void **state)
{
    struct fixture *f = *state;
    fake_vfs_fail(f->vfs, 3, FAKE_VFS_FULL, FAKE_VFS_ONCE);
    assert_int_equal(run(f->db, bump), SQLITE_FULL);
    assert_true(fake_vfs_failed(f->vfs));
    if (!sqlite3_get_autocommit(f->db)) assert_int_equal(run(f->db, "ROLLBACK"), SQLITE_OK);
    assert_int_equal(sum_of(f->db), 0);
    assert_int_equal(run(f->db, bump), SQLITE_OK);
    assert_int_equal(sum_of(f->db), ROWS);
}

static void time_is_the_mounts_clock(void **state)
{
    struct fixture *f = *state;
    f->clock.wall_us = INT64_C(1774744200) * 1000000;
    assert_int_equal(number(f->db, "SELECT strftime('%s', 'now')"), 1774744200);
}

static void a_sort_larger_than_the_cache_uses_a_file_without_a_name(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(run(f->db, "PRAGMA temp_store = FILE"), SQLITE_OK);
    assert_int_equal(number(f->db, "SELECT count(*) FROM (SELECT a.text FROM t a, (SELECT 1 FROM t "
                                   "LIMIT 20) ORDER BY a.text || a.id DESC LIMIT 1000000)"),
                     20 * ROWS);
}

static void a_mount_has_a_name_of_its_own(void **state)
{
    struct fixture *f = *state;
    struct fake_vfs *vfs;
    struct fake_vfs_options options = {.disk = f->disk, .name = "p1"};
    assert_int_equal(fake_vfs_mount(&options, &vfs), FL_EEXIST);
    options.name = "";
    assert_int_equal(fake_vfs_mount(&options, &vfs), FL_EINVAL);
}

#define WITH_DB(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static void a_mount_turns_to_another_disk_unless_a_lock_is_held(void **state)
{
    struct fixture *f = *state;
    struct fl_clock clock = fake_clock_port(&f->clock);
    struct fake_disk *copy, *empty;
    assert_int_equal(fake_disk_copy(f->disk, &copy), FL_OK);
    assert_int_equal(fake_disk_new(&empty), FL_OK);
    assert_int_equal(run(f->db, "UPDATE t SET value = 1 WHERE id = 1"), SQLITE_OK);
    assert_int_equal(run(f->db, "BEGIN IMMEDIATE"), SQLITE_OK);
    assert_int_equal(fake_vfs_turn(f->vfs, copy, clock), FL_EBUSY);
    assert_int_equal(run(f->db, "COMMIT"), SQLITE_OK);
    assert_int_equal(fake_vfs_turn(f->vfs, empty, clock), FL_ENOTFOUND);
    assert_int_equal(sum_of(f->db), 1);
    assert_int_equal(fake_vfs_turn(f->vfs, copy, clock), FL_OK);
    sqlite3_file_control(f->db, "main", SQLITE_FCNTL_RESET_CACHE, NULL);
    assert_int_equal(sum_of(f->db), 0);
    assert_int_equal(fake_vfs_turn(f->vfs, f->disk, clock), FL_OK);
    sqlite3_file_control(f->db, "main", SQLITE_FCNTL_RESET_CACHE, NULL);
    assert_int_equal(sum_of(f->db), 1);
    fake_disk_free(copy);
    fake_disk_free(empty);
}

int main(void)
{
    struct CMUnitTest rows[FL_COUNT(crashes)];
    const struct CMUnitTest tests[] = {
        WITH_DB(what_is_committed_is_read_by_another_process),
        WITH_DB(two_writers_exclude_each_other_and_a_reader_sees_the_old_state),
        WITH_DB(a_dead_process_leaves_neither_locks_nor_half_a_transaction),
        WITH_DB(a_transaction_without_a_journal_is_torn_by_a_crash),
        WITH_DB(a_full_disk_fails_the_transaction_and_the_next_one_succeeds),
        WITH_DB(time_is_the_mounts_clock),
        WITH_DB(a_sort_larger_than_the_cache_uses_a_file_without_a_name),
        WITH_DB(a_mount_has_a_name_of_its_own),
        WITH_DB(a_mount_turns_to_another_disk_unless_a_lock_is_held),
    };
    for (size_t i = 0; i < FL_COUNT(crashes); i++)
        rows[i] = (struct CMUnitTest){crashes[i].name, crash_row, NULL, NULL, &crashes[i]};
    return cmocka_run_group_tests(tests, NULL, NULL) +
           cmocka_run_group_tests_name("crashes", rows, NULL, NULL);
}
