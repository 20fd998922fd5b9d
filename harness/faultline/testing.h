/* faultline/testing.h - tests of one worker: a world in a cmocka test.
 *
 *     struct fl_test *test = fl_test_begin(&(struct fl_test_options){.workers = fl_workers});
 *     fl_test_given(test, "imports", "id=7", "state=pending", NULL);
 *     assert_int_equal(fl_test_perform(test, "ImportWorker", "[7]"), FL_DONE);
 *     assert_int_equal(fl_test_count(test, "imports", "id=7", "state=completed", NULL), 1);
 *     fl_test_end(test);
 *
 * A world has a Redis, a SQLite database with the tables of the import system and those of the
 * options, HTTP, mail, files and a clock, all in memory and in virtual time. Handlers run as in
 * production, in a process of the world. Assert after they have returned, not inside: a failing
 * assertion jumps, and must not jump out of a handler. What a test asks for and cannot have (no
 * such table, no such class) ends the program with a sentence.
 *
 * Compile and link with `pkg-config --cflags --libs faultline-testing`. */
#ifndef FAULTLINE_TESTING_H
#define FAULTLINE_TESTING_H

#include <stddef.h>
#include <stdint.h>

#include "faultline/worker.h"

struct fl_test; /* opaque */

/* A command object of the test's own in the place of a handler's (fl_job_command). */
struct fl_test_command {
    const char *name;
    const void *ops; /* NULL name ends the list */
};

struct fl_test_options { /* borrowed until fl_test_end; zeroed is a world without handlers */
    const struct fl_worker *workers; /* a table linked into the test */
    const char *const *modules;      /* and paths of modules, ended by NULL */
    const struct fl_test_command *commands;
    const char *const *schema; /* statements that make further tables, ended by NULL */
    uint64_t seed;             /* of every choice; 0: 1 */
};

struct fl_test *fl_test_begin(const struct fl_test_options *options);
void fl_test_end(struct fl_test *test); /* NULL is fine */

/* --- records and the world outside: pairs are "column=value", ended by NULL
 * -------------------------- */
void fl_test_given(struct fl_test *test, const char *table, ...) __attribute__((sentinel));
int64_t fl_test_count(struct fl_test *test, const char *table, ...) __attribute__((sentinel));
/* The column of the first row that has the pairs; NULL: no such row. Lives as long as the world. */
const char *fl_test_value(struct fl_test *test, const char *table, const char *column, ...)
    __attribute__((sentinel));
/* `bytes` is borrowed until fl_test_end. */
void fl_test_given_file(struct fl_test *test, const char *name, struct fl_span bytes);
/* Answers from now on; 0: it times out. The later of two that match one URL answers. */
void fl_test_given_http(struct fl_test *test, const char *method, const char *url, int status,
                        const char *body);

/* --- directly: the handler alone, in a process of its own; what it enqueues stays enqueued
 * ----------- */
enum fl_outcome fl_test_perform(struct fl_test *test, const char *worker, const char *args);
/* Its retries-exhausted hook, after `retries` failures of which this is the last message. */
void fl_test_exhaust(struct fl_test *test, const char *worker, const char *args, int retries,
                     const char *message);
/* Of the last handler that failed; "". */
const char *fl_test_error_class(const struct fl_test *test);
const char *fl_test_error_message(const struct fl_test *test);

/* --- through the queue
 * --------------------------------------------------------------------------------- */
void fl_test_push(struct fl_test *test, const char *worker, const char *args);
/* Every enqueued job, one after another, each handler once, until no queue has any. Returns how
 * many ran. Nothing is retried. */
size_t fl_test_run_enqueued(struct fl_test *test);
/* A whole worker process, until nothing waits in queues, schedule and retry set: weeks if need be.
 */
void fl_test_drain(struct fl_test *test);
/* How many jobs of the class stand in queues. */
size_t fl_test_enqueued(struct fl_test *test, const char *worker);

/* --- what happened
 * --------------------------------------------------------------------------------------- */
/* Applied effects whose label, or "label detail", the glob matches: "mail owner@*", "db COMMIT". */
int64_t fl_test_effects(const struct fl_test *test, const char *pattern);
/* The last events, for a message. Lives until the next call. */
const char *fl_test_timeline(struct fl_test *test);

#endif
