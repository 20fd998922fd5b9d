#include "outside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/assert.h"
#include "workers/schema.h"

struct fl_job {
    struct outside *outside;
    const struct fl_worker *worker;
    const struct fl_json *args;
    int retry_count;
    int64_t value;
    char text[OUTSIDE_TEXT_BYTES]; /* of the one text argument that any handler here takes */
};

/* --- effects --- */

static bool refuses(struct outside *o)
{
    int64_t nth = ++o->effects;
    if (o->before_effect) o->before_effect(o, nth);
    return o->cut_at && (nth > o->cut_at || (nth == o->cut_at && o->cut == CUT_BEFORE));
}

static bool loses_answer(const struct outside *o)
{
    return o->cut_at && o->effects >= o->cut_at;
}

static struct fl_db real_db(struct outside *o)
{
    return fl_sqlite_db_port(o->sqlite);
}

/* The transaction of a process that is killed behind its COMMIT has been committed; anywhere else
 * it is rolled back. */
static enum fl_error begin(void *self, struct fl_db_conn *conn)
{
    if (refuses(self)) return FL_EDB;
    enum fl_error err = fl_db_begin(real_db(self), conn);
    return loses_answer(self) ? FL_ELOST : err;
}

static enum fl_error commit(void *self, struct fl_db_conn *conn)
{
    if (refuses(self)) return FL_EDB;
    enum fl_error err = fl_db_commit(real_db(self), conn);
    return loses_answer(self) ? FL_ELOST : err;
}

static enum fl_error execute(void *self, struct fl_db_conn *conn, const char *sql,
                             const struct fl_db_value *values, size_t count, int64_t *ret_affected)
{
    if (refuses(self)) return FL_EDB;
    enum fl_error err = fl_db_execute(real_db(self), conn, sql, values, count, ret_affected);
    return loses_answer(self) ? FL_ELOST : err;
}

static enum fl_error query(void *self, struct fl_db_conn *conn, const char *sql,
                           const struct fl_db_value *values, size_t count,
                           struct fl_db_rows *ret_rows)
{
    if (refuses(self)) return FL_EDB;
    enum fl_error err = fl_db_query(real_db(self), conn, sql, values, count, ret_rows);
    if (err || !loses_answer(self)) return err;
    fl_db_rows_release(ret_rows);
    return FL_ELOST;
}

static enum fl_error bulk_insert(void *self, struct fl_db_conn *conn, const struct fl_db_bulk *bulk,
                                 int64_t *ret_inserted)
{
    if (refuses(self)) return FL_EDB;
    enum fl_error err = fl_db_bulk_insert(real_db(self), conn, bulk, ret_inserted);
    return loses_answer(self) ? FL_ELOST : err;
}

static enum fl_error checkout(void *self, int64_t deadline_us, struct fl_db_conn **ret_conn)
{
    return fl_db_checkout(real_db(self), deadline_us, ret_conn);
}

static void checkin(void *self, struct fl_db_conn *conn)
{
    fl_db_checkin(real_db(self), conn);
}

static void rollback(void *self, struct fl_db_conn *conn)
{
    fl_db_rollback(real_db(self), conn);
}

static const char *last_error(void *self, struct fl_db_conn *conn)
{
    return fl_db_last_error(real_db(self), conn);
}

static const struct fl_db_ops db_ops = {
    .checkout = checkout,
    .checkin = checkin,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .execute = execute,
    .query = query,
    .bulk_insert = bulk_insert,
    .last_error = last_error,
};

static enum fl_error send_mail(void *self, const struct fl_mail *mail)
{
    struct outside *o = self;
    if (refuses(o)) return FL_ECONNECT;
    enum fl_error err = fl_mail_send(fake_mail_port(&o->mail_client), mail);
    return loses_answer(o) ? FL_ELOST : err;
}

static const struct fl_mail_ops mail_ops = {.send = send_mail};

static void send_metric(void *self, const struct fl_metric *metric)
{
    struct outside *o = self;
    o->successes += strcmp(metric->name, "import.success") == 0;
    o->failures += strcmp(metric->name, "import.failure") == 0;
}

static const struct fl_statsd_ops statsd_ops = {.send = send_metric};

enum fl_error fl_job_push(struct fl_job *job, const struct fl_push *push)
{
    struct outside *o = job->outside;
    if (refuses(o)) return FL_ECONNECT;
    assert_true(o->push_count < OUTSIDE_PUSHES_MAX);
    struct outside_push *kept = &o->pushes[o->push_count++];
    snprintf(kept->worker, sizeof kept->worker, "%s", push->worker);
    snprintf(kept->args, sizeof kept->args, "%.*s", FL_SPAN_ARGS(push->args));
    snprintf(kept->queue, sizeof kept->queue, "%s", push->queue);
    snprintf(kept->jid, sizeof kept->jid, "%s", push->jid);
    return loses_answer(o) ? FL_ELOST : FL_OK;
}

/* --- tasks: there is one, so it owns every monitor and nobody can wake it --- */

static void sleep_until(void *self, int64_t deadline_us)
{
    struct outside *o = self;
    if (deadline_us > o->clock.mono_us)
        fake_clock_advance(&o->clock, deadline_us - o->clock.mono_us);
}

static enum fl_error monitor_new(void *self, const char *name, struct fl_monitor **ret_monitor)
{
    (void)name;
    *ret_monitor = self;
    return FL_OK;
}

static void monitor_pass(void *self, struct fl_monitor *monitor)
{
    (void)self, (void)monitor;
}

static enum fl_error monitor_wait(void *self, struct fl_monitor *monitor, int64_t deadline_us)
{
    (void)monitor;
    sleep_until(self, deadline_us);
    return FL_ETIMEDOUT;
}

static const struct fl_task_ops task_ops = {
    .sleep_until = sleep_until,
    .monitor_new = monitor_new,
    .monitor_free = monitor_pass,
    .enter = monitor_pass,
    .leave = monitor_pass,
    .wait = monitor_wait,
    .wake_all = monitor_pass,
};

/* --- the job --- */

const char *fl_job_class(const struct fl_job *job)
{
    return job->worker->name;
}

const char *fl_job_queue(const struct fl_job *job)
{
    return job->worker->queue;
}

int fl_job_retry_count(const struct fl_job *job)
{
    return job->retry_count;
}

void fl_job_set_value(struct fl_job *job, int64_t value)
{
    job->value = value;
}

int64_t fl_job_value(const struct fl_job *job)
{
    return job->value;
}

enum fl_error fl_job_int(const struct fl_job *job, uint32_t index, int64_t *ret_value)
{
    struct fl_json_at at = fl_json_element(fl_json_root(job->args), index);
    return fl_json_int64(at, ret_value) ? FL_OK : FL_EINVAL;
}

enum fl_error fl_job_text(struct fl_job *job, uint32_t index, const char **ret_text)
{
    struct fl_span raw = fl_json_raw(fl_json_element(fl_json_root(job->args), index));
    if (raw.length < 2 || raw.bytes[0] != '"') return FL_EINVAL;
    snprintf(job->text, sizeof job->text, "%.*s", (int)raw.length - 2, raw.bytes + 1);
    *ret_text = job->text;
    return FL_OK;
}

enum fl_outcome fl_job_fail_at(struct fl_job *job, enum fl_failure failure, const char *error_class,
                               const char *function, const char *file, int line, const char *format,
                               ...)
{
    struct outside *o = job->outside;
    (void)function, (void)file, (void)line;
    va_list args;
    va_start(args, format);
    o->failure = failure;
    snprintf(o->error_class, sizeof o->error_class, "%s", error_class);
    vsnprintf(o->message, sizeof o->message, format, args);
    va_end(args);
    return FL_FAILED;
}

static void add_to_log(struct outside *o, const char *text)
{
    size_t length = strlen(o->log);
    snprintf(o->log + length, sizeof o->log - length, "%s\n", text);
}

enum fl_outcome fl_discard(struct fl_job *job, const char *format, ...)
{
    char text[OUTSIDE_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    add_to_log(job->outside, text);
    return FL_DISCARDED;
}

void fl_job_log(const struct fl_job *job, enum fl_log_level level, const char *format, ...)
{
    char text[OUTSIDE_TEXT_BYTES];
    (void)level;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    add_to_log(job->outside, text);
}

void fl_job_log_fields(const struct fl_job *job, enum fl_log_level level, const char *message,
                       const struct fl_log_field *fields, size_t count)
{
    char text[OUTSIDE_TEXT_BYTES];
    (void)level;
    add_to_log(job->outside, message);
    for (size_t i = 0; i < count; i++) {
        snprintf(text, sizeof text, "%s=%.*s", fields[i].name, FL_SPAN_ARGS(fields[i].value));
        add_to_log(job->outside, text);
    }
}

/* What handlers other than the import's ask for. */
const char *fl_job_error_message(const struct fl_job *job)
{
    (void)job;
    return "";
}

const char *fl_job_jid(const struct fl_job *job)
{
    (void)job;
    return "";
}

bool fl_job_stopping(const struct fl_job *job)
{
    (void)job;
    return false;
}

struct fl_json_at fl_job_args(const struct fl_job *job)
{
    (void)job;
    return (struct fl_json_at){0};
}

struct fl_clock fl_job_clock(const struct fl_job *job)
{
    return fake_clock_port(&job->outside->clock);
}

struct fl_tasks fl_job_tasks(const struct fl_job *job)
{
    return (struct fl_tasks){&task_ops, job->outside};
}

struct fl_db fl_job_db(const struct fl_job *job)
{
    return (struct fl_db){&db_ops, job->outside};
}

struct fl_http fl_job_http(const struct fl_job *job)
{
    return fake_http_port(&job->outside->web_client);
}

struct fl_mailer fl_job_mailer(const struct fl_job *job)
{
    return (struct fl_mailer){&mail_ops, job->outside};
}

struct fl_statsd fl_job_statsd(const struct fl_job *job)
{
    return (struct fl_statsd){&statsd_ops, job->outside};
}

struct fl_files fl_job_files(const struct fl_job *job)
{
    return fake_files_port(job->outside->files);
}

const void *fl_job_command(const struct fl_job *job, const char *name, const void *standard)
{
    (void)name;
    return job->outside->command ? job->outside->command : standard;
}

/* Any function of the key alone will do. */
void fl_jid_derive(struct fl_span key, char ret_jid[25])
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < key.length; i++)
        hash = (hash ^ (unsigned char)key.bytes[i]) * UINT64_C(0x100000001b3);
    snprintf(ret_jid, 25, "%024llx", (unsigned long long)hash);
}

/* --- deliveries --- */

static const struct fl_worker *worker_named(const char *name)
{
    const struct fl_worker *worker = fl_workers;
    while (worker->name && strcmp(worker->name, name) != 0)
        worker++;
    assert_non_null(worker->name);
    return worker;
}

enum outside_end outside_deliver_parsed(struct outside *outside, const char *worker,
                                        const struct fl_json *args, int retry_count)
{
    struct fl_job job = {.outside = outside,
                         .worker = worker_named(worker),
                         .args = args,
                         .retry_count = retry_count};
    int retries = job.worker->retry == FL_RETRY_DEFAULT ? 25 : job.worker->retry;
    enum fl_outcome outcome = job.worker->perform(&job);
    if (outcome == FL_DONE) return OUTSIDE_DONE;
    if (outcome == FL_DISCARDED) return OUTSIDE_DISCARDED;
    job.retry_count++;
    if (outside->failure != FL_PERMANENT && job.retry_count < retries) return OUTSIDE_RETRY;
    if (job.worker->exhausted) job.worker->exhausted(&job);
    return OUTSIDE_DEAD;
}

enum outside_end outside_deliver(struct outside *outside, const char *worker, const char *args,
                                 int retry_count)
{
    struct fl_json json;
    assert_int_equal(fl_json_parse(fl_span_from(args), &json, NULL), FL_OK);
    enum outside_end end = outside_deliver_parsed(outside, worker, &json, retry_count);
    fl_json_release(&json);
    return end;
}

enum outside_end outside_drain(struct outside *outside, const char *worker, const char *args)
{
    int retry_count = -1;
    for (;;) {
        enum outside_end end = outside_deliver(outside, worker, args, retry_count);
        if (loses_answer(outside))
            outside->cut_at = 0; /* the next process gets the same payload */
        else if (end == OUTSIDE_RETRY)
            retry_count++;
        else
            return end;
    }
}

void outside_drain_pushes(struct outside *outside)
{
    for (size_t i = 0; i < outside->push_count; i++)
        assert_int_equal(outside_drain(outside, outside->pushes[i].worker, outside->pushes[i].args),
                         OUTSIDE_DONE);
    outside->push_count = 0;
}

/* --- the database, past every cut --- */

static void ask(struct outside *o, const char *sql, struct fl_db_rows *ret_rows)
{
    struct fl_db_conn *conn;
    assert_int_equal(fl_db_checkout(real_db(o), FL_NEVER_US, &conn), FL_OK);
    if (ret_rows)
        assert_int_equal(fl_db_query(real_db(o), conn, sql, NULL, 0, ret_rows), FL_OK);
    else
        assert_int_equal(fl_db_execute(real_db(o), conn, sql, NULL, 0, NULL), FL_OK);
    fl_db_checkin(real_db(o), conn);
}

void outside_sql(struct outside *outside, const char *sql)
{
    ask(outside, sql, NULL);
}

int64_t outside_number(struct outside *outside, const char *sql)
{
    struct fl_db_rows rows;
    ask(outside, sql, &rows);
    assert_int_equal(rows.row_count, 1);
    int64_t number = rows.values[0].integer;
    fl_db_rows_release(&rows);
    return number;
}

const char *outside_text(struct outside *outside, const char *sql, char ret[OUTSIDE_TEXT_BYTES])
{
    struct fl_db_rows rows;
    ask(outside, sql, &rows);
    assert_int_equal(rows.row_count, 1);
    snprintf(ret, OUTSIDE_TEXT_BYTES, "%.*s", FL_SPAN_ARGS(rows.values[0].text));
    fl_db_rows_release(&rows);
    return ret;
}

void outside_open(struct outside *outside)
{
    *outside = (struct outside){.clock = {.wall_us = INT64_C(1795455028000000)}};
    struct fl_clock clock = fake_clock_port(&outside->clock);
    struct fl_tasks tasks = {&task_ops, outside};
    const struct fl_sqlite_options options = {
        .path = ":memory:", .journal = FL_SQLITE_MEMORY, .connections_max = 1};
    assert_int_equal(fl_sqlite_db_new(&options, clock, tasks, &outside->sqlite), FL_OK);
    assert_int_equal(fake_files_new(&outside->files), FL_OK);
    assert_int_equal(fake_http_new((struct fake_scope){0}, &outside->web), FL_OK);
    assert_int_equal(fake_mail_new((struct fake_scope){0}, &outside->office), FL_OK);
    outside->web_client = (struct fake_http_client){outside->web, "test", clock, tasks};
    outside->mail_client = (struct fake_mail_client){outside->office, "test", clock};
    for (size_t i = 0; i < FL_COUNT(worker_tables); i++)
        outside_sql(outside, worker_tables[i]);
    outside_sql(outside, "INSERT INTO business_accounts VALUES"
                         " (1, 'Acme', 'owner@acme.example', 'staff@acme.example')");
}

void outside_close(struct outside *outside)
{
    fl_sqlite_db_free(outside->sqlite);
    fake_files_free(outside->files);
    fake_http_free(outside->web);
    fake_mail_free(outside->office);
}
