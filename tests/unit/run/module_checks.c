/* Handlers for the tests of the checks that look at every run: for each check one that is wrong,
 * and one that is right and looks like it. */
#include <faultline/worker.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_US (5 * INT64_C(1000000))

static int64_t soon(const struct fl_job *job)
{
    return fl_clock_deadline_us(fl_job_clock(job), TIMEOUT_US);
}

/* --- Redis --- */

/* The number that Redis answers, 1 for OK and 0 for nil; -1: anything else, or no answer. */
static int64_t ask(struct fl_job *job, const struct fl_span *args, size_t count)
{
    const struct fl_command command = {args, count};
    struct fl_replies replies = {0};
    int64_t answer = -1;
    if (!fl_redis_exec(fl_job_redis(job), &command, 1, soon(job), &replies)) {
        const struct fl_reply *reply = &replies.items[0];
        if (reply->type == FL_REPLY_INTEGER) answer = reply->integer;
        if (reply->type == FL_REPLY_STATUS) answer = 1;
        if (reply->type == FL_REPLY_NIL) answer = 0;
    }
    fl_replies_release(&replies);
    return answer;
}

static int64_t redis3(struct fl_job *job, const char *name, const char *key, const char *value)
{
    const struct fl_span args[] = {fl_span_from(name), fl_span_from(key), fl_span_from(value)};
    return ask(job, args, *value ? 3 : 2);
}

static enum fl_outcome list_perform(struct fl_job *job)
{
    bool done =
        redis3(job, "RPUSH", "list", "begins") > 0 && redis3(job, "RPUSH", "list", "ends") > 0;
    return done ? FL_DONE : fl_fail(job, FL_TRANSIENT, "RedisError", "no answer");
}

/* --- the database --- */

/* The rows that it has changed; -1: it has failed. */
static int64_t update(struct fl_job *job, const char *sql, int64_t value)
{
    struct fl_db db = fl_job_db(job);
    struct fl_db_conn *conn;
    int64_t changed = -1;
    const struct fl_db_value values[] = {fl_db_int64(value), fl_db_int64(value)};
    if (fl_db_checkout(db, soon(job), &conn)) return -1;
    if (fl_db_execute(db, conn, sql, values, 2, &changed)) changed = -1;
    fl_db_checkin(db, conn);
    return changed;
}

/* Takes a token; the database refuses what comes with an older one than it has seen. */
static enum fl_outcome fenced_perform(struct fl_job *job)
{
    static const char sql[] = "UPDATE imports SET run = ?, row_number = row_number + 1"
                              " WHERE id = 7 AND run <= ?";
    int64_t token = redis3(job, "INCR", "token", "");
    if (token < 0 || update(job, sql, token) < 0 || update(job, sql, token) < 0)
        return fl_fail(job, FL_TRANSIENT, "Error", "no answer");
    return FL_DONE;
}

/* The same without looking at the token. */
static enum fl_outcome unfenced_perform(struct fl_job *job)
{
    static const char sql[] = "UPDATE imports SET run = ?, row_number = row_number + 1"
                              " WHERE id = 7 AND run <> 1000 + ?";
    int64_t token = redis3(job, "INCR", "token", "");
    if (token < 0 || update(job, sql, token) < 0 || update(job, sql, token) < 0)
        return fl_fail(job, FL_TRANSIENT, "Error", "no answer");
    return FL_DONE;
}

/* Its failure leaves a connection, with a transaction open. */
static enum fl_outcome keep_connection_perform(struct fl_job *job)
{
    struct fl_db db = fl_job_db(job);
    struct fl_db_conn *conn;
    if (fl_db_checkout(db, soon(job), &conn)) return FL_DONE;
    if (!fl_db_begin(db, conn) && fl_job_retry_count(job) < 0)
        return fl_fail(job, FL_TRANSIENT, "Error", "fails once");
    fl_db_checkin(db, conn);
    return FL_DONE;
}

/* A transaction that is left is rolled back by the pool: that is no leak. */
static enum fl_outcome give_connection_perform(struct fl_job *job)
{
    struct fl_db db = fl_job_db(job);
    struct fl_db_conn *conn;
    if (fl_db_checkout(db, soon(job), &conn)) return FL_DONE;
    bool begun = !fl_db_begin(db, conn);
    fl_db_checkin(db, conn);
    if (begun && fl_job_retry_count(job) < 0)
        return fl_fail(job, FL_TRANSIENT, "Error", "fails once");
    return FL_DONE;
}

static enum fl_outcome keep_file_perform(struct fl_job *job)
{
    struct fl_file_handle *handle;
    if (fl_file_open(fl_job_files(job), "a.txt", 0, &handle))
        return fl_fail(job, FL_PERMANENT, "IOError", "no file");
    return FL_DONE;
}

/* --- locks --- */

/* SET lock:1 <jid> NX EX 30; false: another has it, or nobody answered. */
static bool take(struct fl_job *job, const char *seconds)
{
    const struct fl_span args[] = {FL_SPAN("SET"), FL_SPAN("lock:1"), fl_span_from(fl_job_jid(job)),
                                   FL_SPAN("NX"),  FL_SPAN("EX"),     fl_span_from(seconds)};
    return ask(job, args, 6) == 1;
}

/* Deletes the lock if it is still its own. */
static void give(struct fl_job *job)
{
    const struct fl_span args[] = {
        FL_SPAN("EVAL"),
        FL_SPAN("if redis.call('GET',KEYS[1])==ARGV[1] then return redis.call('DEL',KEYS[1]) end "
                "return 0"),
        FL_SPAN("1"), FL_SPAN("lock:1"), fl_span_from(fl_job_jid(job))};
    (void)ask(job, args, 5); /* without an answer it ends by itself */
}

static void work(struct fl_job *job, int64_t seconds)
{
    fl_task_sleep_until(fl_job_tasks(job),
                        fl_clock_deadline_us(fl_job_clock(job), seconds * 1000000));
}

static enum fl_outcome wait_for_lock(struct fl_job *job)
{
    return fl_fail(job, FL_TRANSIENT, "LockedError", "another has the lock");
}

static enum fl_outcome lock_perform(struct fl_job *job)
{
    if (!take(job, "30")) return wait_for_lock(job);
    work(job, 10);
    give(job);
    return FL_DONE;
}

/* Takes a lock that ends with nobody, and forgets it. */
static enum fl_outcome forget_lock_perform(struct fl_job *job)
{
    return redis3(job, "SETNX", "lock:1", fl_job_jid(job)) >= 0 ? FL_DONE : wait_for_lock(job);
}

/* Works for longer than its lease. */
static enum fl_outcome short_lease_perform(struct fl_job *job)
{
    if (!take(job, "5")) return wait_for_lock(job);
    work(job, 60);
    give(job);
    return FL_DONE;
}

/* Its class lets one run at a time. */
static enum fl_outcome a_minute_perform(struct fl_job *job)
{
    work(job, 60);
    return list_perform(job);
}

/* Deletes whatever there is, in all cases. */
static enum fl_outcome delete_any_perform(struct fl_job *job)
{
    bool taken = take(job, "300");
    if (taken) work(job, 40);
    redis3(job, "DEL", "lock:1", "");
    return taken ? FL_DONE : wait_for_lock(job);
}

static enum fl_outcome count_perform(struct fl_job *job)
{
    return redis3(job, "INCR", "lock:count", "") > 0 ? FL_DONE : wait_for_lock(job);
}

static enum fl_outcome put_field(struct fl_job *job, const char *key, const char *field)
{
    const struct fl_span args[] = {FL_SPAN("HSET"), fl_span_from(key), fl_span_from(field),
                                   FL_SPAN("b")};
    return ask(job, args, 4) < 0 ? wait_for_lock(job) : FL_DONE;
}

static enum fl_outcome hash_perform(struct fl_job *job)
{
    return put_field(job, "lock:1", "a");
}

/* A lock of unique jobs that nobody will give back; with an argument it ends by itself. */
static enum fl_outcome keep_lock_perform(struct fl_job *job)
{
    int64_t seconds;
    enum fl_outcome outcome = put_field(job, "uniquejobs:mine:LOCKED", fl_job_jid(job));
    if (!fl_job_int(job, 0, &seconds)) redis3(job, "EXPIRE", "uniquejobs:mine:LOCKED", "600");
    return outcome;
}

/* --- waits --- */

/* Asks again and again for a lock that ends with nobody. */
static enum fl_outcome spin_perform(struct fl_job *job)
{
    const struct fl_span args[] = {FL_SPAN("SET"), FL_SPAN("lock:1"), fl_span_from(fl_job_jid(job)),
                                   FL_SPAN("NX")};
    while (ask(job, args, 4) != 1)
        work(job, 60);
    work(job, 60);
    redis3(job, "DEL", "lock:1", "");
    return FL_DONE;
}

/* Takes every connection of the pool, one after another, and then one more, for as long as need be.
 */
static enum fl_outcome take_all_perform(struct fl_job *job)
{
    struct fl_db_conn *conn;
    while (!fl_db_checkout(fl_job_db(job), FL_NEVER_US, &conn))
        redis3(job, "INCR", "taken", "");
    return FL_DONE;
}

/* Holds a transaction open, for as long as need be. */
static enum fl_outcome hold_transaction_perform(struct fl_job *job)
{
    struct fl_db_conn *conn;
    if (fl_db_checkout(fl_job_db(job), soon(job), &conn)) return FL_DONE;
    if (!fl_db_begin(fl_job_db(job), conn)) work(job, 1000 * 24 * 3600);
    fl_db_checkin(fl_job_db(job), conn);
    return FL_DONE;
}

static enum fl_outcome begin_forever_perform(struct fl_job *job)
{
    struct fl_db_conn *conn;
    if (fl_db_checkout(fl_job_db(job), soon(job), &conn)) return FL_DONE;
    while (fl_db_begin(fl_job_db(job), conn) == FL_EBUSY)
        ;
    fl_db_checkin(fl_job_db(job), conn);
    return FL_DONE;
}

/* --- guards against repeats --- */

/* SET KEY 1 NX EX SECONDS. */
static bool is_first(struct fl_job *job, const char *key, const char *seconds)
{
    const struct fl_span args[] = {FL_SPAN("SET"), fl_span_from(key), FL_SPAN("1"),
                                   FL_SPAN("NX"),  FL_SPAN("EX"),     fl_span_from(seconds)};
    return ask(job, args, 6) == 1;
}

/* Keeps repeats away for a day; its retries take three weeks. */
static enum fl_outcome day_guard_perform(struct fl_job *job)
{
    if (!is_first(job, "seen:1", "86400")) return FL_DONE;
    return list_perform(job);
}

/* For a month. */
static enum fl_outcome month_guard_perform(struct fl_job *job)
{
    if (!is_first(job, "seen:1", "2592000")) return FL_DONE;
    return list_perform(job);
}

/* What it does a second time changes nothing. */
static enum fl_outcome needless_guard_perform(struct fl_job *job)
{
    if (!is_first(job, "seen:1", "86400")) return FL_DONE;
    redis3(job, "SADD", "set", "member");
    return FL_DONE;
}

/* Nobody looks at the key. */
static enum fl_outcome no_guard_perform(struct fl_job *job)
{
    (void)is_first(job, "seen:1", "86400");
    return list_perform(job);
}

/* --- memory --- */

/* The reply is not released. */
static enum fl_outcome keep_reply_perform(struct fl_job *job)
{
    const struct fl_span args[] = {FL_SPAN("GET"), FL_SPAN("nothing")};
    const struct fl_command command = {args, 2};
    struct fl_replies replies = {0};
    enum fl_error err = fl_redis_exec(fl_job_redis(job), &command, 1, soon(job), &replies);
    return err ? fl_fail(job, FL_TRANSIENT, "RedisError", "no answer") : FL_DONE;
}

static char *last_text;

/* Keeps the last text in place of the one before it. */
static enum fl_outcome keep_last_perform(struct fl_job *job)
{
    free(last_text);
    last_text = strdup(fl_job_jid(job));
    return FL_DONE;
}

/* A cache that is full after a few jobs. */
static char *texts[4];

static enum fl_outcome cache_perform(struct fl_job *job)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i]) continue;
        texts[i] = strdup(fl_job_jid(job));
        break;
    }
    return list_perform(job);
}

/* --- state of its own --- */

static int jobs_so_far;

static enum fl_outcome remember_perform(struct fl_job *job)
{
    (void)job;
    jobs_so_far++;
    return FL_DONE;
}

const struct fl_worker fl_workers[] = {
    {.name = "SpinWorker", .perform = spin_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "TakeAllWorker", .perform = take_all_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "HoldTransactionWorker",
     .perform = hold_transaction_perform,
     .retry = FL_RETRY_DEFAULT},
    {.name = "BeginForeverWorker", .perform = begin_forever_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "DayGuardWorker", .perform = day_guard_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "MonthGuardWorker", .perform = month_guard_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "NeedlessGuardWorker", .perform = needless_guard_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "NoGuardWorker", .perform = no_guard_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "KeepReplyWorker", .perform = keep_reply_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "KeepLastWorker", .perform = keep_last_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "CacheWorker", .perform = cache_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "RememberWorker", .perform = remember_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "LockWorker", .perform = lock_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "ForgetLockWorker", .perform = forget_lock_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "ShortLeaseWorker", .perform = short_lease_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "OneAtATimeWorker",
     .perform = a_minute_perform,
     .retry = FL_RETRY_DEFAULT,
     .lock = FL_LOCK_WHILE_EXECUTING},
    {.name = "ShortTurnWorker",
     .perform = a_minute_perform,
     .retry = FL_RETRY_DEFAULT,
     .lock = FL_LOCK_WHILE_EXECUTING,
     .lock_ttl_s = 20},
    {.name = "DeleteAnyWorker", .perform = delete_any_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "CountWorker", .perform = count_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "HashWorker", .perform = hash_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "KeepLockWorker", .perform = keep_lock_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "ListWorker", .perform = list_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "FencedWorker", .perform = fenced_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "UnfencedWorker", .perform = unfenced_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "KeepConnectionWorker", .perform = keep_connection_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "GiveConnectionWorker", .perform = give_connection_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "KeepFileWorker", .perform = keep_file_perform, .retry = FL_RETRY_DEFAULT},
    {0},
};
