/* harness/run/holdings.c - what Redis, the jobs, the database and the outside hold, told to a
 * recording.
 *
 * It looks and changes nothing. The database is read from a copy of its disk, so that no lock of
 * the run is met and no journal of it rolled back. */
#include "harness/run/recorder.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_BYTES_MAX = 64 * 1024, TABLE_BYTES_MAX = 160 };

/* --- texts --- */

struct fl_span recorder_named(struct run *run, struct fl_span text, struct fl_buf *buffer)
{
    fl_buf_truncate(buffer, 0);
    if (!text.length || trace_rename(run_naming(run), text, buffer) || !buffer->bytes)
        return (struct fl_span){"", 0};
    return fl_buf_span(buffer);
}

static struct fl_span formatted(struct fl_buf *line, enum fl_error err)
{
    return err || !line->bytes ? (struct fl_span){"", 0} : fl_buf_span(line);
}

/* --- stores --- */

static bool is_by_time(struct fl_span key)
{
    return fl_span_is(key, "schedule") || fl_span_is(key, "retry") || fl_span_is(key, "dead");
}

/* "+00:00:15.5 {payload}", "field: value": one element a line. */
static struct fl_span element_line(struct run *run, const struct fake_redis_key *key,
                                   const struct fake_redis_element *element, struct fl_buf *line)
{
    fl_buf_truncate(line, 0);
    enum fl_error err = FL_OK;
    if (fake_redis_key_type(key) == FAKE_REDIS_ZSET) {
        int64_t due_us = fl_seconds_us(element->score) - run->start_wall_us;
        if (is_by_time(fake_redis_key_name(key)) && due_us >= 0)
            err = trace_time(line, due_us);
        else
            err = fl_buf_printf(line, "%.17g", element->score);
        if (!err) err = fl_buf_append_text(line, "  ");
    }
    if (!err) err = trace_rename(run_naming(run), element->member, line);
    if (!err && element->value.bytes) err = fl_buf_append_text(line, ": ");
    if (!err && element->value.bytes) err = trace_rename(run_naming(run), element->value, line);
    return formatted(line, err);
}

static void tell_key(struct run *run, const struct fake_redis_key *key, struct fl_buf *name,
                     struct fl_buf *line)
{
    static const char *const types[] = {"string", "list", "set", "zset", "hash", "stream"};
    struct fake_redis_cursor cursor = {0};
    struct fake_redis_element element;
    int64_t expires_us = fake_redis_key_expires_us(key);
    struct fl_span group = recorder_named(run, fake_redis_key_name(key), name);
    fl_buf_truncate(line, 0);
    enum fl_error err = fl_buf_append_text(line, types[fake_redis_key_type(key)]);
    bool dies = expires_us != FL_NEVER_US && expires_us > run->start_wall_us;
    if (!err && dies) err = fl_buf_append_text(line, ", until ");
    if (!err && dies) err = trace_time(line, wall_clock_when_us(&run->server.clock, expires_us));
    recording_group(run->recorder->recording, group, formatted(line, err));
    if (fake_redis_key_type(key) == FAKE_REDIS_STREAM) return; /* no queue is one */
    while (fake_redis_next(key, &cursor, &element))
        recording_line(run->recorder->recording, element_line(run, key, &element, line));
}

static void tell_redis(struct run *run, struct fl_buf *name, struct fl_buf *line)
{
    size_t count;
    uint64_t version = fake_redis_version_counter(run->house->engine) + 1;
    if (run->recorder->redis == version) return;
    run->recorder->redis = version;
    const struct fake_redis_key *const *keys = fake_redis_keys(run->house->engine, 0, &count);
    recording_begin_store(run->recorder->recording, RECORDING_REDIS);
    for (size_t i = 0; i < count; i++)
        tell_key(run, keys[i], name, line);
    recording_end_store(run->recorder->recording);
}

static struct fl_span job_line(struct run *run, const struct ledger_job *job, struct fl_buf *state,
                               struct fl_buf *line)
{
    fl_buf_truncate(state, 0);
    fl_buf_truncate(line, 0);
    ledger_describe(job, state);
    enum fl_error err = trace_rename(run_naming(run), fl_buf_span(state), line);
    if (!err && job->delivery_count)
        err = fl_buf_printf(line, " \xC2\xB7 %u deliver%s, %u run%s", job->delivery_count,
                            job->delivery_count == 1 ? "y" : "ies", job->runs,
                            job->runs == 1 ? "" : "s");
    return formatted(line, err);
}

/* Beginning and end of a run move no job, but count. */
static uint64_t jobs_version(const struct ledger *ledger)
{
    uint64_t version = ledger->changes + 1;
    for (uint32_t i = 0; i < ledger->count && i < RECORDING_LINES_MAX; i++)
        version += (uint64_t)ledger->all[i]->runs + ledger->all[i]->delivery_count + 1;
    return version;
}

static void tell_jobs(struct run *run, struct fl_buf *state, struct fl_buf *line)
{
    const struct ledger *ledger = run->ledger;
    uint64_t version = jobs_version(ledger);
    if (run->recorder->jobs == version) return;
    run->recorder->jobs = version;
    recording_begin_store(run->recorder->recording, RECORDING_JOBS);
    for (uint32_t i = 0; i < ledger->count && i < RECORDING_LINES_MAX; i++) {
        recording_group(run->recorder->recording, fl_span_from(ledger->all[i]->name),
                        FL_SPAN("job"));
        recording_line(run->recorder->recording, job_line(run, ledger->all[i], state, line));
    }
    recording_end_store(run->recorder->recording);
}

struct rows { /* of a walk over the database: a row is a line once the next one begins */
    struct run *run;
    struct fl_buf *line;
    char table[TABLE_BYTES_MAX]; /* a copy: the walk's own text may be anywhere */
    bool has_row;
    uint32_t count;
};

static void end_row(struct rows *rows)
{
    if (rows->has_row) recording_line(rows->run->recorder->recording, formatted(rows->line, FL_OK));
    rows->has_row = false;
}

static enum fl_error add_cell(void *context, const char *table, const char *column,
                              struct fl_span value)
{
    struct rows *rows = context;
    if (!column) {
        end_row(rows);
        if (rows->count++ == RECORDING_LINES_MAX) return FL_EBOUND; /* more are not recorded */
        if (strcmp(rows->table, table) != 0)
            recording_group(rows->run->recorder->recording, fl_span_from(table), FL_SPAN("table"));
        snprintf(rows->table, sizeof rows->table, "%s", table);
        rows->has_row = true;
        fl_buf_truncate(rows->line, 0);
        return FL_OK;
    }
    enum fl_error err = fl_buf_printf(rows->line, "%s%s=", rows->line->length ? "  " : "", column);
    if (!err) err = trace_rename(run_naming(rows->run), value, rows->line);
    return err == FL_EBOUND ? FL_OK : err; /* a long row is cut anyway */
}

static void tell_database(struct run *run, struct fl_buf *line)
{
    struct database copy;
    struct rows rows = {.run = run, .line = line};
    database_rest(&run->database); /* one connection of the harness at a time */
    if (database_open(run->database.disk, run->database.clock, &copy)) return;
    recording_begin_store(run->recorder->recording, RECORDING_DATABASE);
    enum fl_error err = database_walk(&copy, add_cell, &rows);
    end_row(&rows);
    if (!err || err == FL_EBOUND) recording_end_store(run->recorder->recording);
    database_close(&copy);
}

static void tell_outside(struct run *run, struct fl_buf *name, struct fl_buf *line)
{
    recording_begin_store(run->recorder->recording, RECORDING_OUTSIDE);
    size_t mails = fake_mail_count(run->office), requests = fake_http_count(run->web);
    if (mails) recording_group(run->recorder->recording, FL_SPAN("mails"), FL_SPAN("received"));
    for (size_t i = 0; i < mails; i++) {
        const struct fake_mail_record *mail = fake_mail_record(run->office, i);
        fl_buf_truncate(line, 0);
        struct fl_span key = recorder_named(run, mail->idempotency_key, name);
        enum fl_error err = fl_buf_printf(line, "to %.*s  %.*s", FL_SPAN_ARGS(mail->to),
                                          FL_SPAN_ARGS(mail->subject));
        if (!err && key.length) err = fl_buf_printf(line, "  key %.*s", FL_SPAN_ARGS(key));
        recording_line(run->recorder->recording, formatted(line, err));
    }
    if (requests)
        recording_group(run->recorder->recording, FL_SPAN("requests"), FL_SPAN("received"));
    for (size_t i = 0; i < requests; i++) {
        const struct fake_http_record *request = fake_http_record(run->web, i);
        fl_buf_truncate(line, 0);
        enum fl_error err = fl_buf_printf(line, "%s %s", request->method, request->url);
        recording_line(run->recorder->recording, formatted(line, err));
    }
    recording_end_store(run->recorder->recording);
}

void recorder_look(struct run *run, unsigned at)
{
    struct fl_buf name = FL_BUF_INIT(TEXT_BYTES_MAX), line = FL_BUF_INIT(TEXT_BYTES_MAX);
    if (at & LOOK_AT_QUEUE) tell_redis(run, &name, &line);
    if (at & LOOK_AT_QUEUE) tell_jobs(run, &name, &line);
    if (at & LOOK_AT_DATABASE) tell_database(run, &line);
    if (at & LOOK_AT_OUTSIDE) tell_outside(run, &name, &line);
    fl_buf_release(&name);
    fl_buf_release(&line);
}
