/* harness/testing/test.h - one world that a test plays by hand; for the files of this folder. */
#ifndef HARNESS_TESTING_TEST_H
#define HARNESS_TESTING_TEST_H

#include "harness/faultline/testing.h"
#include "harness/run/stage.h"
#include "harness/testing/history.h"
#include "queue/client.h"
#include "queue/registry.h"

enum {
    TEST_COMMANDS_MAX = 64,
    TEST_TEXT_BYTES_MAX = 16 * 1024 * 1024,
    TEST_ERROR_CLASS_BYTES = 256,
};

/* What a process of the world is to do. */
struct test_request {
    const struct plan_job *push; /* a job to enqueue; NULL: a payload to perform */
    struct fl_span payload;
    const char *queue;
    const char *jid;          /* of a job that the ledger knows; NULL: of a direct call */
    const char *exhausted_by; /* the last error's message: the hook is run; NULL: the handler */
    int retries;
    enum fl_outcome outcome;
    bool done;
};

struct test_plan {
    struct plan *plan;
    struct test_plan *next;
};

struct fl_test { /* one allocation; all that is not said to be borrowed is owned */
    const struct fl_worker *workers; /* borrowed */
    struct run_house *house;
    struct sim_choices *choices;
    struct fl_registry registry;
    struct fl_arena texts;
    struct fl_buf world;  /* the lines that are in force from the start: processes */
    struct fl_buf jobs;   /* a line for each job that has a name */
    struct fl_buf faults; /* of the next drain */
    struct test_plan *plans;
    struct run_order order;
    struct run_result result;
    struct run *run; /* NULL until it is first needed */
    struct fl_command_override overrides[TEST_COMMANDS_MAX];
    size_t override_count;
    struct history history;
    struct test_request *request; /* while it is carried out */
    /* Of the job that runs directly or inline; here, because an assertion may leave its call. */
    struct fl_buf payload;
    char jid[FL_JID_BYTES];
    char error_class[TEST_ERROR_CLASS_BYTES];
    struct fl_buf error_message;
    struct fl_buf finding;
};

/* The test itself is wrong, not what it tests: says so and ends the program with status 2. */
_Noreturn void test_mistake(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Ends the program as well. */
void test_must(enum fl_error err, const char *what);

/* The world's run, made by the first use. */
struct run *test_run(struct fl_test *test);
/* Reads one line "WORD REST" beside what is in force. The plan lives as long as the test. */
struct plan *test_read(struct fl_test *test, const char *word, const char *rest, bool with_faults);
const struct fl_worker *test_worker(const struct fl_test *test, const char *name);
const char *test_keep(struct fl_test *test, const char *text);
/* A process does it. False: it never came to its end, and error class and message say why. */
bool test_ask(struct fl_test *test, struct test_request *request);

#endif
