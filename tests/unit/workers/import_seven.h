/* tests/unit/workers/import_seven.h - import 7 of account 1, as tests give it, and what they expect
 * of it. */
#ifndef TESTS_UNIT_WORKERS_IMPORT_SEVEN_H
#define TESTS_UNIT_WORKERS_IMPORT_SEVEN_H

#include "outside.h"

#define WORKER "ImportProcessorWorker"
#define ROWS   "SELECT count(*) FROM import_rows WHERE import_id = 7"
#define STATE  "SELECT state FROM imports WHERE id = 7"
#define ERROR  "SELECT error FROM imports WHERE id = 7"

/* Setup and teardown: *state is a struct outside. */
int import_seven_open(void **state);
int import_seven_close(void **state);
#define WITH_OUTSIDE(test)                                                                         \
    cmocka_unit_test_setup_teardown(test, import_seven_open, import_seven_close)

void given_import(struct outside *o, const char *type, const char *source);
void given_file(struct outside *o, const char *text);
void given_feed(struct outside *o, const struct fake_http_answer *answers, size_t count);

void expect_state(struct outside *o, const char *state);
void expect_error(struct outside *o, const char *error);
/* User and staff have each got one mail of this outcome under its key, and nothing is left to tell.
 */
void expect_told(struct outside *o, const char *outcome);

#endif
