/* The worker is thin: it takes the import over, gives the work to a command by the import's type,
 * and turns the command's report into a state, a notification and an outcome. */
#include "workers/import_processor_worker.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "core/utf8.h"
#include "workers/notification.h"
#include "workers/process_csv_import.h"

/* What perform leaves for the hook in place of its run once the import has its last state: then
 * only the telling has failed. Runs count from 1. */
enum { RUN_ENDED = -1 };

enum { HOOK_TRIES = 5 };
static const int64_t hook_pause_us = FL_SECOND_US;

static struct import_store store_of(struct fl_job *job)
{
    return (struct import_store){.db = fl_job_db(job), .clock = fl_job_clock(job)};
}

static void count_metric(struct fl_job *job, enum fl_metric_kind kind, const char *name,
                         int64_t value)
{
    struct fl_metric metric = {.kind = kind, .name = name, .value = value};
    fl_statsd_send(fl_job_statsd(job), &metric);
}

static enum fl_outcome fail_system(struct fl_job *job, const char *message)
{
    return fl_fail(job, FL_SYSTEM, "NoMemoryError", "%s", message);
}

static enum fl_outcome fail_database(struct fl_job *job, const struct import_store *store,
                                     enum fl_error err)
{
    const char *why = store->why[0] ? store->why : fl_error_text(err);
    if (err == FL_ENOMEM || err == FL_ENOSPACE) return fail_system(job, why);
    return fl_fail(job, FL_TRANSIENT, "DatabaseError", "%s", why);
}

/* --- standings: why this run may not finish --- */

static enum fl_outcome notify(struct fl_job *job, int64_t id)
{
    enum fl_error err = notification_enqueue_pending(job, id);
    if (err == FL_ENOMEM || err == FL_ENOSPACE) return fail_system(job, fl_error_text(err));
    if (err)
        return fl_fail(job, FL_TRANSIENT, "NotificationError",
                       "import %" PRId64 " has ended, but nobody could be told: %s", id,
                       fl_error_text(err));
    return FL_DONE;
}

static enum fl_outcome yield_to(struct fl_job *job, int64_t id, enum import_standing standing)
{
    switch (standing) {
    case IMPORT_GONE:
        fl_job_log(job, FL_LOG_ERROR, "Record not found: import %" PRId64, id);
        return fl_discard(job, "import %" PRId64 " not found", id);
    case IMPORT_COMPLETED:
        /* A redelivery: an earlier run may have been killed before it could tell anybody. */
        return notify(job, id);
    case IMPORT_SUPERSEDED:
        return fl_discard(job, "a later run has taken over import %" PRId64, id);
    case IMPORT_MINE: break;
    }
    fl_panic("a run that owns its import does not yield it");
}

/* --- ends --- */

static enum fl_outcome finish(struct fl_job *job, int64_t id, int64_t run,
                              enum import_outcome outcome, const char *message)
{
    struct import_store store = store_of(job);
    enum import_standing standing;
    enum fl_error err = import_finish(&store, id, run, outcome, message, &standing);
    if (err) return fail_database(job, &store, err);
    if (standing != IMPORT_MINE) return yield_to(job, id, standing);
    fl_job_set_value(job, RUN_ENDED);
    count_metric(job, FL_METRIC_COUNT,
                 outcome == IMPORT_OUTCOME_COMPLETED ? "import.success" : "import.failure", 1);
    return notify(job, id);
}

/* An exception in the seed's words: the import is failed for now, the job is retried. */
static enum fl_outcome raise_error(struct fl_job *job, const struct import_record *record,
                                   const struct import_report *report)
{
    struct import_store store = store_of(job);
    fl_job_log(job, FL_LOG_ERROR, "Import processing failed for import %" PRId64 ": %s", record->id,
               report->message);
    count_metric(job, FL_METRIC_COUNT, "import.failure", 1);
    enum fl_error err = import_mark_raised(&store, record->id, record->run, report->message);
    if (err)
        fl_job_log(job, FL_LOG_ERROR, "import %" PRId64 " could not be marked failed: %s",
                   record->id, fl_error_text(err));
    if (report->result == IMPORT_EXHAUSTED) return fail_system(job, report->message);
    return fl_fail(job, FL_TRANSIENT, report->error_class, "%s", report->message);
}

static enum fl_outcome finish_completed(struct fl_job *job, const struct import_record *record,
                                        const struct import_report *report)
{
    char message[IMPORT_MESSAGE_BYTES];
    snprintf(message, sizeof message, "%" PRId64 " rows imported, %" PRId64 " rejected",
             report->progress.imported_count, report->progress.rejected_count);
    return finish(job, record->id, record->run, IMPORT_OUTCOME_COMPLETED, message);
}

static enum fl_outcome process_csv(struct fl_job *job, const struct import_record *record)
{
    const struct import_command *command =
        fl_job_command(job, PROCESS_CSV_IMPORT, &process_csv_import);
    struct import_report report;
    int64_t started_us = fl_clock_mono_us(fl_job_clock(job));
    command->run(job, record, &report);
    int64_t elapsed_us = fl_clock_mono_us(fl_job_clock(job)) - started_us;
    count_metric(job, FL_METRIC_TIMING_MS, "import.processing_time", elapsed_us / 1000);
    switch (report.result) {
    case IMPORT_SUCCEEDED: return finish_completed(job, record, &report);
    case IMPORT_FAILED:
        return finish(job, record->id, record->run, IMPORT_OUTCOME_FAILED, report.message);
    case IMPORT_RAISED:
    case IMPORT_EXHAUSTED: return raise_error(job, record, &report);
    case IMPORT_LOST: return yield_to(job, record->id, report.standing);
    }
    fl_panic("the command %s reported an unknown result", PROCESS_CSV_IMPORT);
}

static enum fl_outcome process(struct fl_job *job, const struct import_record *record)
{
    if (fl_span_is(record->import_type, "csv")) return process_csv(job, record);
    char message[IMPORT_MESSAGE_BYTES];
    snprintf(message, sizeof message, "Unsupported import type: %.*s",
             FL_SPAN_ARGS(record->import_type));
    message[fl_utf8_valid_prefix(fl_span_from(message))] = '\0';
    return finish(job, record->id, record->run, IMPORT_OUTCOME_FAILED, message);
}

/* --- the job's two entry points --- */

static void log_started(struct fl_job *job, int64_t id)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, id);
    const struct fl_log_field fields[] = {
        {"event", FL_SPAN("import_processing_started"), FL_LOG_TEXT},
        {"import_id", fl_span_from(text), FL_LOG_RAW_JSON},
        {"worker", fl_span_from(fl_job_class(job)), FL_LOG_TEXT},
    };
    fl_job_log_fields(job, FL_LOG_INFO, "import processing started", fields, FL_COUNT(fields));
}

enum fl_outcome import_processor_perform(struct fl_job *job)
{
    int64_t id;
    if (fl_job_int(job, 0, &id))
        return fl_fail(job, FL_PERMANENT, "ArgumentError", "want an import's id");
    if (!fl_job_db(job).ops)
        return fl_fail(job, FL_TRANSIENT, "ConfigurationError", "want a database");
    log_started(job, id);
    struct import_store store = store_of(job);
    enum import_standing standing;
    struct import_record record = {0};
    enum fl_error err = import_begin(&store, id, &standing, &record);
    if (err) return fail_database(job, &store, err);
    if (standing != IMPORT_MINE) return yield_to(job, id, standing);
    fl_job_set_value(job, record.run);
    enum fl_outcome outcome = process(job, &record);
    import_record_release(&record);
    return outcome;
}

/* Every step may be repeated: the state is set once, the outbox keeps what it has, a job that is
 * enqueued twice mails once. */
static enum fl_error end_for_good(struct fl_job *job, struct import_store *store, int64_t id)
{
    char message[IMPORT_MESSAGE_BYTES];
    enum import_standing standing;
    enum fl_error err = FL_OK;
    snprintf(message, sizeof message, "Processing failed after %d attempts",
             fl_job_retry_count(job));
    if (fl_job_value(job) != RUN_ENDED)
        err =
            import_finish(store, id, fl_job_value(job), IMPORT_OUTCOME_FAILED, message, &standing);
    return err ? err : notification_enqueue_pending(job, id);
}

/* No later delivery repeats the hook when it has failed, so it tries again itself. */
void import_processor_exhausted(struct fl_job *job)
{
    int64_t id;
    if (fl_job_int(job, 0, &id) || !fl_job_db(job).ops) return;
    struct import_store store = store_of(job);
    enum fl_error err = end_for_good(job, &store, id);
    for (int tries = 1; err && tries < HOOK_TRIES; tries++) {
        fl_task_sleep_until(fl_job_tasks(job),
                            fl_clock_deadline_us(fl_job_clock(job), hook_pause_us));
        err = end_for_good(job, &store, id);
    }
    if (err)
        fl_job_log(job, FL_LOG_ERROR, "import %" PRId64 " could not be marked failed for good: %s",
                   id, store.why[0] ? store.why : fl_error_text(err));
}
