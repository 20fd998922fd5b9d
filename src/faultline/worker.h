/* faultline/worker.h - everything that a job handler includes.
 *
 * A module is a shared object with a table `fl_workers` of job classes. A handler is ordinary
 * blocking C: it reads its arguments, calls ports (database, HTTP, mail, ...) and returns what
 * became of the job. The same file is loaded by faultline-worker in production and by the harness
 * in simulation. */
#ifndef FAULTLINE_WORKER_H
#define FAULTLINE_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/json.h"
#include "core/span.h"
#include "ports/clock.h"
#include "ports/db.h"
#include "ports/file.h"
#include "ports/http.h"
#include "ports/log.h"
#include "ports/mail.h"
#include "ports/redis.h"
#include "ports/statsd.h"
#include "ports/task.h"

struct fl_job; /* one delivery of a job; lives until the handler has returned */

/* What became of a delivery. Only the functions below make FL_FAILED and FL_DISCARDED. */
enum fl_outcome { FL_DONE, FL_DISCARDED, FL_FAILED };

/* How a failure is treated:
 *
 * FL_TRANSIENT    retried with Sidekiq's backoff until its retries are spent
 * FL_PERMANENT    not retried: exhausted hook, death handlers, dead set (unless dead is off)
 * FL_SYSTEM       no memory, no space: stored like a transient failure; the process then goes quiet
 *                 and exits with status 70, for its supervisor to start a fresh one
 * FL_OVER_LIMIT   run again later without counting as a failure (faultline/limiter.h), 20 times;
 *                 then as FL_TRANSIENT
 * FL_INTERRUPTED  run again at once without counting as a failure (faultline/iterable.h) */
enum fl_failure { FL_TRANSIENT, FL_PERMANENT, FL_SYSTEM, FL_OVER_LIMIT, FL_INTERRUPTED };

typedef enum fl_outcome fl_perform(struct fl_job *job);
/* Runs once when the last retry is spent (or a permanent failure came), before the job is buried.
 * It may use every port. Its own failure is logged; the job is buried all the same. A process
 * killed inside it leaves the job unacknowledged, so it can run again: write it idempotently. */
typedef void fl_exhausted(struct fl_job *job);

/* How many seconds a job waits for its next run that has failed with `retry_count` retries behind
 * it (0 at the first failure); a few seconds of chance are added, as always. 0: as Sidekiq would.
 * The error is told by fl_job_error_class and fl_job_error_message. Its own failure is logged, and
 * then the usual wait holds. */
typedef int64_t fl_retry_in(struct fl_job *job, int64_t retry_count);
enum { FL_RETRY_IN_DISCARD = -1, FL_RETRY_IN_KILL = -2 }; /* gone; or as if retries were spent */

enum fl_retry_setting { FL_RETRY_DEFAULT = -2, FL_RETRY_NEVER = -1 };
enum fl_dead_setting { FL_DEAD_DEFAULT, FL_DEAD_KEEP, FL_DEAD_DROP };

/* Jobs with the same class, queue and arguments exclude each other: while one holds the lock,
 * another is not pushed (FL_EEXIST), or does not begin to run. */
enum fl_lock {
    FL_LOCK_NONE,
    FL_LOCK_UNTIL_EXECUTING, /* from the push until it runs; again while it waits for a retry */
    FL_LOCK_UNTIL_EXECUTED,  /* from the push until it is done, dead or dropped */
    FL_LOCK_UNTIL_EXPIRED,   /* from the push on, for lock_ttl_s */
    FL_LOCK_WHILE_EXECUTING, /* while it runs */
    FL_LOCK_UNTIL_AND_WHILE_EXECUTING, /* one waits, one runs */
};
/* What becomes of a job that may not begin because the same one runs. */
enum fl_conflict {
    FL_CONFLICT_RESCHEDULE, /* it is tried again 5 s later */
    FL_CONFLICT_DROP,       /* it is gone, with a log line */
    FL_CONFLICT_RAISE,      /* it has failed, and is retried as any failure */
    FL_CONFLICT_REJECT,     /* it goes to the dead set */
};
/* What becomes of a push while others hold the lock. */
enum fl_push_conflict {
    FL_PUSH_REFUSED,  /* FL_EEXIST */
    FL_PUSH_REPLACES, /* the oldest that holds it and waits is gone, and this one comes */
};
enum { FL_LOCK_TTL_S_MAX = 10 * 366 * 24 * 3600, FL_LOCK_TIMEOUT_S_MAX = 3600 };

struct fl_worker {
    const char *name; /* the job class, "ImportProcessorWorker" */
    fl_perform *perform;
    fl_exhausted *exhausted; /* may be NULL */
    /* N retries after the first run (0: none, buried at the first failure). FL_RETRY_DEFAULT is
     * Sidekiq's `true`: 25. FL_RETRY_NEVER is `false`: a failure drops the job. */
    int retry;
    int retry_for_s;       /* nor retried once it has failed for so long; 0: without end */
    fl_retry_in *retry_in; /* may be NULL */
    int expires_in_s;  /* not run any more so long after it was due; 0: always. It counts as done */
    const char *queue; /* NULL: "default" */
    int backtrace_lines;       /* 0: none kept; -1: all */
    enum fl_dead_setting dead; /* FL_DEAD_DROP is Sidekiq's `dead: false` */
    enum fl_lock lock;
    int lock_ttl_s; /* a lock is gone then in any case; 0: never. UNTIL_EXPIRED must have it */
    enum fl_conflict on_conflict;
    enum fl_push_conflict on_push_conflict;
    int lock_limit; /* so many may hold it; 0: one */
    bool encrypt;   /* the last argument; such a class has no lock (docs/how-to/encryption.md) */
    int lock_timeout_s; /* a job waits so long, on its thread, to begin to run; 0: not at all */
};

/* The module's table, ended by a row whose name is NULL. */
extern const struct fl_worker fl_workers[];

/* The loader refuses a module that was built against another version of this header. */
enum { FL_WORKER_ABI = 4 };
__attribute__((weak, visibility("default"))) extern const int fl_worker_abi;
__attribute__((weak, visibility("default"))) const int fl_worker_abi = FL_WORKER_ABI;

/* --- the job --- */
const char *fl_job_jid(const struct fl_job *job);
const char *fl_job_class(const struct fl_job *job);
const char *fl_job_queue(const struct fl_job *job);
/* The payload's retry_count: -1 before the first failure. In the exhausted hook it is the count as
 * Sidekiq hands it over: `retry: 5` fails for the sixth time with retry_count 5. */
int fl_job_retry_count(const struct fl_job *job);
/* The last error, in the hooks; "" otherwise. */
const char *fl_job_error_class(const struct fl_job *job);
const char *fl_job_error_message(const struct fl_job *job);
/* The array of arguments, as long as the job lives. */
struct fl_json_at fl_job_args(const struct fl_job *job);
/* FL_EINVAL: there is no such argument, or it has another type. FL_ENOMEM (text only) is no verdict
 * on the argument: fail with FL_SYSTEM, not FL_PERMANENT. The text is valid UTF-8, NUL-terminated,
 * and lives as long as the job. */
FL_CHECKED enum fl_error fl_job_int(const struct fl_job *job, uint32_t index, int64_t *ret_value);
FL_CHECKED enum fl_error fl_job_text(struct fl_job *job, uint32_t index, const char **ret_text);
/* A number that perform leaves for the hooks of the same delivery; 0 at first. */
void fl_job_set_value(struct fl_job *job, int64_t value);
int64_t fl_job_value(const struct fl_job *job);
/* True once the process has been asked to stop: a long handler may save its work and fail
 * transiently. */
bool fl_job_stopping(const struct fl_job *job);

/* --- ends of a run: `return fl_fail(...)` --- */
/* Records class, message and the failure site (function, file, line: the job's backtrace grows by
 * one). */
#define fl_fail(job, failure, error_class, ...)                                                    \
    fl_job_fail_at((job), (failure), (error_class), __func__, __FILE__, __LINE__, __VA_ARGS__)
enum fl_outcome fl_job_fail_at(struct fl_job *job, enum fl_failure failure, const char *error_class,
                               const char *function, const char *file, int line, const char *format,
                               ...) __attribute__((format(printf, 7, 8)));
/* Acknowledged, logged with the reason, never retried: the record is gone, nothing is left to do.
 */
enum fl_outcome fl_discard(struct fl_job *job, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* --- the ports, by value; `ops` is NULL where the program has none --- */
struct fl_clock fl_job_clock(const struct fl_job *job);
struct fl_tasks fl_job_tasks(const struct fl_job *job);
/* What the handler has not returned when it ends goes back to the pool, and is told as an error. */
struct fl_db fl_job_db(const struct fl_job *job);
struct fl_http fl_job_http(const struct fl_job *job);
struct fl_mailer fl_job_mailer(const struct fl_job *job);
struct fl_statsd fl_job_statsd(const struct fl_job *job);
struct fl_files fl_job_files(const struct fl_job *job);
struct fl_redis fl_job_redis(const struct fl_job *job);
/* One line at `level`, with class, jid and queue added. */
void fl_job_log(const struct fl_job *job, enum fl_log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void fl_job_log_fields(const struct fl_job *job, enum fl_log_level level, const char *message,
                       const struct fl_log_field *fields, size_t count);

/* --- enqueueing from a handler --- */
struct fl_push {
    const char *worker;
    struct fl_span args; /* a JSON array as text */
    const char *queue; /* NULL: the worker's, when its class is in the same table; else "default" */
    const char *jid;   /* NULL: a fresh one. 24 lower-case hex digits: a repeat can then be told */
    int64_t at_us;     /* wall time; 0: now */
    /* Zeroed, or empty: as the worker's row says. */
    struct fl_span retry;    /* raw JSON: true, false or a number */
    const char *retry_queue; /* where its retries wait; NULL: its own queue */
    struct fl_span tags;     /* a JSON array of texts: shown, and logged with each line */
    int backtrace_lines;     /* -1: all */
    enum fl_dead_setting dead;
    int retry_for_s;
    int expires_in_s;
};
/* With `reliable_push` FL_OK also says that it waits in this process for Redis to come back.
 * FL_EINVAL: a name, an option or `args` is not well-formed, which a log line says with the place;
 * nothing was sent. FL_EEXIST: the same job holds the lock of its class already; nothing was
 * pushed. FL_ECANCELED: a middleware has stopped it. FL_ELOST, FL_ETIMEDOUT, FL_EPROTOCOL: it may
 * stand in Redis. Any other error: it does not. */
FL_CHECKED enum fl_error fl_job_push(struct fl_job *job, const struct fl_push *push);
/* `count` jobs that differ in their arguments only; push->args and push->jid are ignored. One
 * command for `slice` of them (0: 1,000, which is also the most), so the first is run first; one by
 * one where there is client middleware, or a lock. What middleware stops, or a lock refuses, is
 * passed over. Errors as above, at the first slice that fails; *ret_pushed (may be NULL) counts the
 * jobs of the slices before it. */
FL_CHECKED enum fl_error fl_job_push_bulk(struct fl_job *job, const struct fl_push *push,
                                          const struct fl_span *args, size_t count, size_t slice,
                                          size_t *ret_pushed);
/* 24 hex digits that depend on nothing but `key`: the same outcome enqueues the same job. */
void fl_jid_derive(struct fl_span key, char ret_jid[25]);

/* --- seams for tests --- */
/* A command object's operations, by name: `standard`, unless the test's world has put another table
 * in its place. The cast is the caller's: both tables have the type that the name stands for. */
const void *fl_job_command(const struct fl_job *job, const char *name, const void *standard);

#endif
