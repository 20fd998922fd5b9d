/* src/workers/process_csv_import.h - the command that imports one CSV, from where the last run
 * stopped.
 *
 * A command object behind a table of operations, so that a test can put another in its place:
 * fl_job_command(job, PROCESS_CSV_IMPORT, &process_csv_import). */
#ifndef WORKERS_PROCESS_CSV_IMPORT_H
#define WORKERS_PROCESS_CSV_IMPORT_H

#include "faultline/worker.h"
#include "workers/import_record.h"

#define PROCESS_CSV_IMPORT "ProcessCsvImport"

enum { IMPORT_BATCH_ROWS = 1000, IMPORT_BATCH_BYTES_MAX = 8 * 1024 * 1024 };

enum import_result {
    IMPORT_SUCCEEDED, /* every row is in import_rows or import_rejected_rows; the state is not yet
                         set */
    IMPORT_FAILED,    /* the file cannot be imported, now or later; message says why */
    IMPORT_RAISED, /* an error that another run may not meet; error_class and message say which */
    IMPORT_EXHAUSTED, /* memory or space ran out */
    IMPORT_LOST,      /* no longer this run's to finish: see standing */
};

struct import_report {
    enum import_result result;
    enum import_standing standing;
    const char *error_class; /* a constant */
    char message[IMPORT_MESSAGE_BYTES];
    struct import_progress progress;
};

struct import_command {
    /* Borrows all. `record` has just been begun; *ret_report is filled in every case. */
    void (*run)(struct fl_job *job, const struct import_record *record,
                struct import_report *ret_report);
};

extern const struct import_command process_csv_import;

#endif
