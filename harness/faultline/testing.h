/* faultline/testing.h - tests of one worker: a world, records, a run, and what must hold
 * afterwards.
 *
 *     struct fl_test *test = fl_test_new(fl_workers);
 *     fl_test_given(test, "db imports id=%d business_account_id=1 import_type=csv source=a.csv",
 * 7); assert_int_equal(fl_test_perform(test, "ImportProcessorWorker", "[7]"), FL_DONE);
 *     fl_test_assert(test, "db imports id=7 state=completed");
 *     fl_test_free(test);
 *
 * What is given and expected is said in the scenario language (docs/reference/scenario.md), without
 * the leading word. The world is the simulator's: database, Redis, HTTP, mail, files and time are
 * fakes, the queue is the real one. A mistake in a test's own lines ends the program with what was
 * expected. */
#ifndef FAULTLINE_TESTING_H
#define FAULTLINE_TESTING_H

#include <stddef.h>
#include <stdint.h>

#include "faultline/worker.h"

struct fl_test; /* one world; opaque */

/* `workers` is a table linked into the test, ended by a NULL name; borrowed. Never NULL. */
struct fl_test *fl_test_new(const struct fl_worker *workers);
void fl_test_free(struct fl_test *test); /* NULL is fine */

/* --- before the run
 * ------------------------------------------------------------------------------- */
/* "db TABLE COLUMN=VALUE...", "http GET URL -> 200 \"body\"", "file NAME \"text\"". */
void fl_test_given(struct fl_test *test, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A record of "TABLE COLUMN=VALUE...", for a factory; returns its id (its rowid). */
int64_t fl_test_create(struct fl_test *test, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "kill process-of JOB when JOB step \"db COMMIT\" after": for fl_test_drain. */
void fl_test_fault(struct fl_test *test, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Another table for a command object (fl_job_command); its functions run where the handler runs. */
void fl_test_replace(struct fl_test *test, const char *command, const void *ops);

/* --- the run
 * ----------------------------------------------------------------------------------------- */
/* Directly: the handler, once, without a queue. What it enqueues waits in the fake Redis. */
enum fl_outcome fl_test_perform(struct fl_test *test, const char *worker, const char *args);
/* Inline: the handler, and at once what it enqueues, and so on; ends with the first that does not
 * end FL_DONE, and returns its outcome. */
enum fl_outcome fl_test_inline(struct fl_test *test, const char *worker, const char *args);
/* Of the last perform or inline that returned FL_FAILED or FL_DISCARDED; "" otherwise. */
const char *fl_test_error_class(const struct fl_test *test);
const char *fl_test_error_message(const struct fl_test *test);
/* Puts a job into its queue under a name for fl_test_assert. */
void fl_test_enqueue(struct fl_test *test, const char *job, const char *worker, const char *args);
/* Drained: a worker process takes jobs, retries and waits, in virtual time, until none is left.
 * NULL, or what went wrong (a job stuck, a handler crashed), as a text that lives as long as the
 * world. */
const char *fl_test_drain(struct fl_test *test);

/* --- after it
 * ---------------------------------------------------------------------------------------- */
/* NULL when "db imports id=7 state=failed", "effect \"mail a@b*\" exactly 1", "JOB done", ...
 * holds; otherwise "expected ..., found ...", which lives until the next call. */
const char *fl_test_expect(struct fl_test *test, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* For a cmocka test, with <cmocka.h> included. */

#define fl_test_assert(test, ...)                                                                  \
    do {                                                                                           \
        const char *found_ = fl_test_expect((test), __VA_ARGS__);                                  \
        if (found_) fail_msg("%s", found_);                                                        \
    } while (0)

#endif
