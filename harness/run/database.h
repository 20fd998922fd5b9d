/* harness/run/database.h - the database of a run: a disk in memory, copied from a template with its
 * tables made, and the harness's own connection to it. */
#ifndef HARNESS_RUN_DATABASE_H
#define HARNESS_RUN_DATABASE_H

#include <sqlite3.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "fakes/vfs/fake_vfs.h"
#include "harness/scenario/plan.h"

enum { DATABASE_ROWS_SHOWN = 3, DATABASE_MESSAGE_BYTES = 256 };

#define DATABASE_PATH "faultline.db"

struct reader;

struct database {
    struct fake_disk *disk; /* owned */
    struct fl_clock clock;
    struct fake_vfs *mount; /* of the harness's own connection; NULL while it has none */
    sqlite3 *own;
    struct reader *reader; /* borrowed; NULL: none */
    bool is_lent;          /* `own` is the reader's */
};

/* A disk whose database has these tables. Configures SQLite, once in a program. */
FL_CHECKED enum fl_error database_template(const char *const *schema, size_t statements,
                                           struct fake_disk **ret_disk);
/* A copy of `disk`. The clock is SQLite's. */
FL_CHECKED enum fl_error database_open(const struct fake_disk *disk, struct fl_clock clock,
                                       struct database *ret_database);
/* The harness's own connection goes; made again by the next use. */
void database_rest(struct database *database);
/* Every mount of its processes must be gone. A zeroed one is fine. */
void database_close(struct database *database);
/* What SQLite's calls take as memory is the harness's while the fake works. */
struct fake_scope database_scope(void);

/* Any statement. FL_EINVAL with *message, FL_EBUSY. */
FL_CHECKED enum fl_error database_execute(struct database *database, const char *sql,
                                          struct fl_buf *message);
/* FL_EINVAL: *message says what the database objects to ("no such table: users"). */
FL_CHECKED enum fl_error database_insert(struct database *database,
                                         const struct plan_given_row *row, struct fl_buf *message);
/* FL_EBUSY: somebody holds the write lock; try again. */
FL_CHECKED enum fl_error database_delete(struct database *database, const char *table,
                                         const struct plan_pair *match, uint32_t count,
                                         struct fl_buf *message);
/* How many rows satisfy all pairs. */
FL_CHECKED enum fl_error database_count(struct database *database, const char *table,
                                        const struct plan_pair *pairs, uint32_t count,
                                        int64_t *ret_rows, struct fl_buf *message);
/* The rows that satisfy the pairs, a line each, at most DATABASE_ROWS_SHOWN; for a person. */
FL_CHECKED enum fl_error database_show(struct database *database, const char *table,
                                       const struct plan_pair *pairs, uint32_t count,
                                       struct fl_buf *out);
/* Each cell of each table, tables by name, rows by all their columns: calls back once a row begins
 * (column NULL) and once a cell. */
typedef enum fl_error database_cell(void *context, const char *table, const char *column,
                                    struct fl_span value);
FL_CHECKED enum fl_error database_walk(struct database *database, database_cell *visit,
                                       void *context);

#endif
