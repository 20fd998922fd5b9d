/* harness/run/reader.h - a connection to databases that goes from run to run.
 *
 * A fresh connection reads the schema anew, and compiles every question: far more than a judge's
 * questions cost by themselves. This one keeps both. It is lent for a disk whose database has the
 * schema of its home; whoever has it only reads. */
#ifndef HARNESS_RUN_READER_H
#define HARNESS_RUN_READER_H

#include <sqlite3.h>

#include "core/error.h"
#include "fakes/vfs/fake_disk.h"
#include "ports/clock.h"

enum { READER_STATEMENTS_MAX = 64 };

struct reader; /* opaque: layout in reader.c */

/* Stands at `home`, which it borrows, while nobody has it. FL_EEXIST: one at a time in a program.
 */
FL_CHECKED enum fl_error reader_new(struct fake_disk *home, struct reader **ret_reader);
void reader_free(struct reader *reader); /* NULL is fine */
/* NULL: not for this disk. Statements are compiled once, with reader_statement. */
sqlite3 *reader_lend(struct reader *reader, struct fake_disk *disk, struct fl_clock clock);
/* No statement may be between two steps. */
void reader_take_back(struct reader *reader);
/* One that is compiled already and not in use; NULL: none. Reset it, never finalize it. */
sqlite3_stmt *reader_statement(struct reader *reader, const char *sql);

#endif
