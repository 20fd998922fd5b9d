/* faultline/testing.h - tests of one worker: a world, records, a run, and what must hold
 * afterwards.
 *
 *     struct fl_test *test = fl_test_new(fl_workers);
 *     fl_test_given(test, "db imports id=7 business_account_id=1 import_type=csv source=a.csv");
 *     fl_test_given(test, "file a.csv \"name\\nAda\\n\"");
 *     assert_int_equal(fl_test_perform(test, "ImportProcessorWorker", "[7]"), FL_DONE);
 *     fl_test_assert(test, "db imports id=7 state=completed");
 *     fl_test_free(test);
 *
 * What is given and expected is said in the scenario language (docs/reference/scenario.md), without
 * the leading word. The world is the simulator's: database, Redis, HTTP, mail, files and time are
 * fakes, the queue is the real one. A mistake in a test's own lines, or no memory for a world, ends
 * the program with status 2 and a sentence.
 *
 * Compile and link with `pkg-config --cflags --libs faultline-testing cmocka`. The library brings
 * its own malloc and its own names for libc's clocks, sleeps and random sources: a handler that
 * calls time() sees virtual time, and a process that is killed leaves no leak. Outside of handlers
 * they pass to libc. AddressSanitizer and Valgrind work (Valgrind with
 * --soname-synonyms=somalloc=nouserintercepts). An assertion of cmocka may fail anywhere, inside of
 * a handler or of a command object too: its process ends, and the test has failed, as it has when
 * a handler crashes. Static variables of handlers are the program's, one for all processes and
 * worlds. */
#ifndef FAULTLINE_TESTING_H
#define FAULTLINE_TESTING_H

#include <stddef.h>
#include <stdint.h>

#include "faultline/worker.h"

struct fl_test; /* one world; opaque */

/* `workers` is a table linked into the test, ended by a NULL name; borrowed. Never NULL. */
struct fl_test *fl_test_new(const struct fl_worker *workers);
void fl_test_free(struct fl_test *test); /* NULL is fine */

/* --- before the run --- */
/* "CREATE TABLE ...": the world's database has the tables of the import system, and these. */
void fl_test_sql(struct fl_test *test, const char *statements);
/* "db TABLE COLUMN=VALUE...", "http GET URL -> 200 \"body\"", "file NAME \"text\"". */
void fl_test_given(struct fl_test *test, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A record of "TABLE COLUMN=VALUE...", for a factory; returns its id (its rowid). */
int64_t fl_test_create(struct fl_test *test, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "kill process-of JOB when JOB step \"db COMMIT\" after": strikes in the next drain. A job that it
 * names has been enqueued before. */
void fl_test_fault(struct fl_test *test, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Another table for a command object (fl_job_command), from now on; its functions run where the
 * handler runs. */
void fl_test_replace(struct fl_test *test, const char *command, const void *ops);

/* --- the run --- */
/* Directly: the handler, once, without a queue. What it enqueues waits in the fake Redis. A handler
 * that never ends has FL_FAILED with the error class "Stuck". */
enum fl_outcome fl_test_perform(struct fl_test *test, const char *worker, const char *args);
/* Inline: the handler, and then one after another what waits in queues, until none does; ends with
 * the first that does not end FL_DONE, and returns its outcome. Nothing is retried, and what is
 * scheduled for later stays so. */
enum fl_outcome fl_test_inline(struct fl_test *test, const char *worker, const char *args);
/* Its retries-exhausted hook, after so many retries of which the last failed with this message. */
void fl_test_exhaust(struct fl_test *test, const char *worker, const char *args, int retries,
                     const char *message);
/* Of the last handler that ran directly or inline; "" when it failed or discarded nothing. */
const char *fl_test_error_class(const struct fl_test *test);
const char *fl_test_error_message(const struct fl_test *test);
/* Puts a job into its queue, under a name for fl_test_fault and fl_test_assert. */
void fl_test_enqueue(struct fl_test *test, const char *job, const char *worker, const char *args);
/* Drained: a worker process takes jobs, retries and waits, in virtual time, until none is left: for
 * weeks if need be. NULL, or what went wrong (a job stuck, a fault that never struck) with the last
 * events, as a text that lives as long as the world. */
const char *fl_test_drain(struct fl_test *test);

/* --- after it --- */
/* NULL when "db imports id=7 state=failed", "effect \"mail a@b*\" exactly 1", "JOB done", ...
 * holds; otherwise "expected ...", "found ...", a line each, which live until the next call. A job
 * that a handler has enqueued is called JOB.CLASS after its parent, or CLASS-1, CLASS-2, ... */
const char *fl_test_expect(struct fl_test *test, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* For a cmocka test, with <cmocka.h> included. */

#define fl_test_assert(test, ...)                                                                  \
    do {                                                                                           \
        const char *found_ = fl_test_expect((test), __VA_ARGS__);                                  \
        if (found_) fail_msg("%s", found_);                                                        \
    } while (0)

#define fl_test_assert_drained(test)                                                               \
    do {                                                                                           \
        const char *found_ = fl_test_drain(test);                                                  \
        if (found_) fail_msg("%s", found_);                                                        \
    } while (0)

#endif
