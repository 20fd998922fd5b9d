/* SQLite knows a schema by its cookie alone, and pages by a counter of changes: both repeat from
 * run to run with other contents. So the pages are forgotten whenever the disk changes, and a
 * database whose header tells of another schema than the home's is left to others. */
#include "harness/run/reader.h"

#include <stdlib.h>
#include <string.h>

#include "fakes/vfs/fake_vfs.h"
#include "harness/run/database.h"

enum { HEADER_BYTES = 100 }; /* of an SQLite file */

struct reader {
    struct fake_disk *home;
    struct fl_clock clock; /* at home */
    struct fake_vfs *mount;
    sqlite3 *sqlite; /* NULL: closed for good, since it would not come home */
    char header[HEADER_BYTES];
};

static int64_t no_time(void *self)
{
    (void)self;
    return 0;
}

/* Without what any write changes: the counter of changes with its copy, and the numbers of pages.
 */
static bool read_header(struct fake_disk *disk, char header[HEADER_BYTES])
{
    struct fake_file *file;
    if (fake_disk_open(disk, DATABASE_PATH, FAKE_DISK_EXISTING, &file)) return false;
    size_t length = fake_file_read(file, 0, header, HEADER_BYTES);
    fake_file_close(file);
    memset(header + 24, 0, 16);
    memset(header + 92, 0, 8);
    return length == HEADER_BYTES;
}

static void close_for_good(struct reader *reader)
{
    if (!reader->sqlite) return;
    for (sqlite3_stmt *at = NULL; (at = sqlite3_next_stmt(reader->sqlite, NULL));)
        sqlite3_finalize(at);
    sqlite3_close(reader->sqlite);
    reader->sqlite = NULL;
}

enum fl_error reader_new(struct fake_disk *home, struct reader **ret_reader)
{
    static const struct fl_clock_ops clock = {no_time, no_time};
    struct reader *reader = calloc(1, sizeof *reader);
    if (!reader) return FL_ENOMEM;
    reader->home = home;
    reader->clock = (struct fl_clock){&clock, NULL};
    struct fake_vfs_options options = {.disk = home, .name = "reader", .clock = reader->clock};
    enum fl_error err = fake_vfs_mount(&options, &reader->mount);
    int flags = SQLITE_OPEN_READWRITE;
    if (!err && sqlite3_open_v2(DATABASE_PATH, &reader->sqlite, flags, "reader")) err = FL_EDB;
    if (!err && !read_header(home, reader->header)) err = FL_EDB;
    if (err)
        reader_free(reader);
    else
        *ret_reader = reader;
    return err;
}

void reader_free(struct reader *reader)
{
    if (!reader) return;
    close_for_good(reader);
    fake_vfs_unmount(reader->mount);
    free(reader);
}

static void limit_statements(struct reader *reader)
{
    uint32_t count = 0;
    for (sqlite3_stmt *at = NULL; (at = sqlite3_next_stmt(reader->sqlite, at));)
        count++;
    if (count < READER_STATEMENTS_MAX) return;
    for (sqlite3_stmt *at = NULL; (at = sqlite3_next_stmt(reader->sqlite, NULL));)
        sqlite3_finalize(at);
}

static bool forget_pages(struct reader *reader)
{
    return sqlite3_file_control(reader->sqlite, "main", SQLITE_FCNTL_RESET_CACHE, NULL) ==
           SQLITE_OK;
}

sqlite3 *reader_lend(struct reader *reader, struct fake_disk *disk, struct fl_clock clock)
{
    char header[HEADER_BYTES];
    if (!reader->sqlite || !read_header(disk, header)) return NULL;
    if (memcmp(header, reader->header, HEADER_BYTES) != 0) return NULL;
    limit_statements(reader);
    if (!forget_pages(reader) || fake_vfs_turn(reader->mount, disk, clock)) return NULL;
    return reader->sqlite;
}

void reader_take_back(struct reader *reader)
{
    if (forget_pages(reader) && !fake_vfs_turn(reader->mount, reader->home, reader->clock)) return;
    close_for_good(reader);
}

sqlite3_stmt *reader_statement(struct reader *reader, const char *sql)
{
    for (sqlite3_stmt *at = NULL; (at = sqlite3_next_stmt(reader->sqlite, at));)
        if (!sqlite3_stmt_busy(at) && strcmp(sqlite3_sql(at), sql) == 0) return at;
    return NULL;
}
