/* tests/unit/workers/outside.h - all that a handler can touch, small: real SQLite in memory, fakes
 * of the rest, and a double of the job API that the queue provides.
 *
 * Each database call, push and mail is an effect. A cut lets the first effects through and none
 * after: to the outside that is a process killed at that point, and the handler, which only sees
 * errors, leaks nothing. */
#ifndef TESTS_UNIT_WORKERS_OUTSIDE_H
#define TESTS_UNIT_WORKERS_OUTSIDE_H

#include "fakes/clock/fake_clock.h"
#include "fakes/files/fake_files.h"
#include "fakes/http/fake_http.h"
#include "fakes/mail/fake_mail.h"
#include "faultline/worker.h"
#include "posix/sqlite_db.h"

enum { OUTSIDE_PUSHES_MAX = 64, OUTSIDE_TEXT_BYTES = 512, OUTSIDE_LOG_BYTES = 16 * 1024 };

struct outside_push {
    char worker[64], args[128], queue[64], jid[25];
};

struct outside {
    struct fake_clock clock;
    struct fl_sqlite_db *sqlite;
    struct fake_files *files;
    struct fake_http *web;
    struct fake_mail *office;
    struct fake_http_client web_client;
    struct fake_mail_client mail_client;
    struct outside_push pushes[OUTSIDE_PUSHES_MAX];
    size_t push_count;
    const void *command; /* takes the place of every command object; NULL: the standard ones */
    void (*before_effect)(struct outside *outside, int64_t nth); /* from 1; may be NULL */
    int64_t effects;                                             /* so far */
    int64_t cut_at; /* the effect that is the last or the first to fail; 0: none */
    enum { CUT_BEFORE, CUT_AFTER } cut; /* CUT_AFTER: that effect happens, its answer is lost */
    int successes, failures;            /* import.success and import.failure */
    char log[OUTSIDE_LOG_BYTES];
    /* Of the last failed delivery. */
    enum fl_failure failure;
    char error_class[64], message[OUTSIDE_TEXT_BYTES];
};

/* The import system's tables are made, and business account 1. */
void outside_open(struct outside *outside);
void outside_close(struct outside *outside);

enum outside_end { OUTSIDE_DONE, OUTSIDE_DISCARDED, OUTSIDE_RETRY, OUTSIDE_DEAD };
/* One delivery, as the queue does it: `retry_count` -1 is the first run. OUTSIDE_DEAD: the hook has
 * run. */
enum outside_end outside_deliver(struct outside *outside, const char *worker, const char *args,
                                 int retry_count);
/* The same with arguments that are parsed already: nothing but the handler and its ports allocates.
 */
enum outside_end outside_deliver_parsed(struct outside *outside, const char *worker,
                                        const struct fl_json *args, int retry_count);
/* Deliveries with rising retry_count until the job is neither retried nor cut off. */
enum outside_end outside_drain(struct outside *outside, const char *worker, const char *args);
/* Delivers what was pushed, in order, and forgets it. */
void outside_drain_pushes(struct outside *outside);

/* Past every cut. */
void outside_sql(struct outside *outside, const char *sql);
int64_t outside_number(struct outside *outside, const char *sql);
/* Overwritten by the next call. */
const char *outside_text(struct outside *outside, const char *sql, char ret[OUTSIDE_TEXT_BYTES]);

#endif
