/* src/workers/import_batch.h - gathers rows until there are a thousand, then saves them with the
 * checkpoint. */
#ifndef WORKERS_IMPORT_BATCH_H
#define WORKERS_IMPORT_BATCH_H

#include "core/arena.h"
#include "core/buf.h"
#include "workers/csv.h"
#include "workers/import_record.h"
#include "workers/process_csv_import.h"

enum { IMPORT_ROW_COLUMNS = 3, IMPORT_REJECTED_COLUMNS = 4 };

struct import_batch {
    struct import_store *store;         /* borrowed */
    const struct import_record *record; /* borrowed */
    struct import_progress next;        /* the checkpoint when what is gathered is saved */
    enum import_standing standing;      /* of the last save */
    const struct fl_span *names;        /* the header, borrowed */
    uint32_t name_count;
    struct fl_arena texts; /* of the gathered rows */
    struct fl_buf object;  /* one row's JSON, on its way to `texts` */
    size_t row_count, rejected_count;
    struct fl_db_value *rows, *rejected; /* row-major, for a full batch each; made with the first */
};

/* Starts from the record's checkpoint. */
void import_batch_init(struct import_batch *batch, struct import_store *store,
                       const struct import_record *record);
void import_batch_release(struct import_batch *batch);
/* Takes the row, imported or rejected, and saves when the batch is full. FL_ECANCELED: the save
 * found that the import is not this run's any more (batch->standing). Other errors: the database's,
 * or FL_ENOMEM. */
FL_CHECKED enum fl_error import_batch_add(struct import_batch *batch, const struct csv_row *row);
/* Saves what is gathered, if anything is. */
FL_CHECKED enum fl_error import_batch_flush(struct import_batch *batch);

#endif
