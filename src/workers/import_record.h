/* src/workers/import_record.h - an import's row in the database, and who may change it.
 *
 * States: pending or failed -> processing -> completed or failed; completed is final. Each run
 * takes the import over by counting up `run`; every later write of a run holds only while that
 * count is its own, so a process that was taken for dead cannot undo or double what its successor
 * does. */
#ifndef WORKERS_IMPORT_RECORD_H
#define WORKERS_IMPORT_RECORD_H

#include <stdint.h>

#include "core/error.h"
#include "ports/clock.h"
#include "ports/db.h"

enum { IMPORT_MESSAGE_BYTES = 512 };

/* Where a run stands when it tries to write. */
enum import_standing {
    IMPORT_MINE,
    IMPORT_GONE,       /* the record was deleted */
    IMPORT_COMPLETED,  /* final: nothing more to do */
    IMPORT_SUPERSEDED, /* a later run owns it */
};

enum import_outcome { IMPORT_OUTCOME_COMPLETED, IMPORT_OUTCOME_FAILED };

struct import_progress { /* the checkpoint */
    int64_t byte_offset, row_number;
    int64_t imported_count, rejected_count;
};

struct import_record {
    int64_t id, business_account_id, run;
    struct fl_span import_type, source; /* in `rows` */
    struct import_progress progress;
    struct fl_db_rows rows; /* owned */
};

/* Each call below is one transaction on a connection of its own, checked out within five seconds.
 * Errors are the db port's; the driver's words go into `why`, FL_DB_ERROR_BYTES long. */
struct import_store {
    struct fl_db db;
    struct fl_clock clock;
    char why[FL_DB_ERROR_BYTES];
};

/* Takes the import over for a new run, in state processing. IMPORT_MINE: the caller releases
 * *ret_record. */
FL_CHECKED enum fl_error import_begin(struct import_store *store, int64_t id,
                                      enum import_standing *ret_standing,
                                      struct import_record *ret_record);
void import_record_release(struct import_record *record);

/* A raised error: failed for now, with its message, until the next run takes it back. */
FL_CHECKED enum fl_error import_mark_raised(struct import_store *store, int64_t id, int64_t run,
                                            const char *message);
/* The end of an import: its state and what is to be told of it, together. `run` 0 is the exhausted
 * hook of a job whose last run never began: it ends whatever is not completed. */
FL_CHECKED enum fl_error import_finish(struct import_store *store, int64_t id, int64_t run,
                                       enum import_outcome outcome, const char *message,
                                       enum import_standing *ret_standing);
/* A batch of rows and the checkpoint behind it, together; nothing of it unless IMPORT_MINE. After
 * IMPORT_GONE, here and from import_finish, the rows of earlier batches are deleted too. */
FL_CHECKED enum fl_error
import_save_batch(struct import_store *store, const struct import_record *record,
                  const struct import_progress *next, const struct fl_db_value *rows,
                  size_t row_count, const struct fl_db_value *rejected, size_t rejected_count,
                  enum import_standing *ret_standing);

const char *import_outcome_text(enum import_outcome outcome);

#endif
