/* What a test of a worker can see fail: each claim's own words, and mistakes of the test itself.
 *
 * What ends a program, or fails a test, happens in a second run of this one. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "faultline/testing.h"

/* --- workers --- */

struct greeting_command { /* what a test may replace */
    enum fl_outcome (*run)(struct fl_job *job, const char *to);
};

static enum fl_outcome send_greeting(struct fl_job *job, const char *to)
{
    const struct fl_mail mail = {.from = FL_SPAN("us@example.org"),
                                 .to = fl_span_from(to),
                                 .subject = FL_SPAN("Hello"),
                                 .text = FL_SPAN("Hello."),
                                 .deadline_us = FL_NEVER_US};
    if (fl_mail_send(fl_job_mailer(job), &mail))
        return fl_fail(job, FL_TRANSIENT, "MailError", "the mail was not accepted");
    return FL_DONE;
}

static const struct greeting_command standard_command = {send_greeting};

static enum fl_outcome greet(struct fl_job *job)
{
    const char *to;
    const struct greeting_command *command = fl_job_command(job, "SendGreeting", &standard_command);
    if (fl_job_text(job, 0, &to)) return fl_fail(job, FL_PERMANENT, "ArgumentError", "want a name");
    return command->run(job, to);
}

static enum fl_outcome invite(struct fl_job *job)
{
    const struct fl_push push = {.worker = "GreetingWorker",
                                 .args = FL_SPAN("[\"ada@x.example\"]")};
    if (fl_job_push(job, &push)) return fl_fail(job, FL_TRANSIENT, "PushError", "not pushed");
    return FL_DONE;
}

static enum fl_outcome wait_for_ever(struct fl_job *job)
{
    fl_task_sleep_until(fl_job_tasks(job), FL_NEVER_US);
    return FL_DONE;
}

static enum fl_outcome note(struct fl_job *job)
{
    struct fl_db db = fl_job_db(job);
    struct fl_db_conn *conn;
    if (fl_db_checkout(db, fl_clock_deadline_us(fl_job_clock(job), 1000000), &conn))
        return fl_fail(job, FL_TRANSIENT, "DatabaseError", "no connection");
    struct fl_db_value now = fl_db_int64(time(NULL)); /* the world's time, as libc tells it */
    int64_t affected;
    enum fl_error err =
        fl_db_execute(db, conn, "INSERT INTO notes (at) VALUES (?)", &now, 1, &affected);
    fl_db_checkin(db, conn);
    return err ? fl_fail(job, FL_TRANSIENT, "DatabaseError", "not noted") : FL_DONE;
}

const struct fl_worker fl_workers[] = {
    {.name = "GreetingWorker", .perform = greet, .retry = 2, .queue = "mails"},
    {.name = "InvitationWorker", .perform = invite},
    {.name = "NoteWorker", .perform = note},
    {.name = "SleepWorker", .perform = wait_for_ever},
    {0},
};

static int setup(void **state)
{
    *state = fl_test_new(fl_workers);
    return 0;
}

static int teardown(void **state)
{
    fl_test_free(*state);
    return 0;
}

/* --- claims that do not hold --- */

static void a_claim_on_rows_shows_the_row(void **state)
{
    struct fl_test *test = *state;
    int64_t id = fl_test_create(test, "business_accounts name=Acme email=a@acme.example");
    assert_null(fl_test_expect(test, "db business_accounts id=%d name=Acme", (int)id));
    assert_string_equal(
        fl_test_expect(test, "db business_accounts id=%d name=Apex", (int)id),
        "expected  db business_accounts id=1 name=Apex\n"
        "found     id=1 name=Acme email=a@acme.example staff_email=staff@localhost");
    assert_string_equal(fl_test_expect(test, "db imports count 2"),
                        "expected  db imports count 2\nfound     0 rows");
}

static void a_claim_on_effects_counts_what_came_before_it(void **state)
{
    struct fl_test *test = *state;
    assert_int_equal(fl_test_perform(test, "GreetingWorker", "[\"ada@x.example\"]"), FL_DONE);
    assert_int_equal(fl_test_perform(test, "GreetingWorker", "[\"bob@x.example\"]"), FL_DONE);
    assert_null(fl_test_expect(test, "effect \"mail ada@*\" exactly 1"));
    assert_string_equal(fl_test_expect(test, "effect \"mail *\" exactly 1"),
                        "expected  effect \"mail *\" exactly 1\nfound     2");
}

static void a_claim_on_a_job_says_where_it_stands(void **state)
{
    struct fl_test *test = *state;
    fl_test_enqueue(test, "hello", "GreetingWorker", "[\"ada@x.example\"]");
    assert_string_equal(fl_test_expect(test, "hello done"),
                        "expected  hello done\n"
                        "found     hello: waiting, in queue:mails (0 deliveries, 0 runs)");
    assert_null(fl_test_drain(test));
    assert_null(fl_test_expect(test, "hello done"));
    assert_string_equal(fl_test_expect(test, "runs of hello = 2"),
                        "expected  runs of hello = 2\nfound     1 runs of hello");
}

/* --- runs --- */

static void what_a_direct_call_enqueues_waits(void **state)
{
    struct fl_test *test = *state;
    assert_int_equal(fl_test_perform(test, "InvitationWorker", "[]"), FL_DONE);
    assert_null(fl_test_expect(test, "GreetingWorker-* waiting"));
    assert_null(fl_test_expect(test, "effect \"mail *\" exactly 0"));
    assert_null(fl_test_drain(test));
    assert_null(fl_test_expect(test, "GreetingWorker-* done"));
    assert_null(fl_test_expect(test, "effect \"mail *\" exactly 1"));
}

static void inline_ends_with_the_first_failure(void **state)
{
    struct fl_test *test = *state;
    fl_test_enqueue(test, "nobody", "GreetingWorker", "[]");
    fl_test_enqueue(test, "ada", "GreetingWorker", "[\"ada@x.example\"]");
    assert_int_equal(fl_test_inline(test, "InvitationWorker", "[]"), FL_FAILED);
    assert_string_equal(fl_test_error_class(test), "ArgumentError");
    assert_string_equal(fl_test_error_message(test), "want a name");
    assert_null(fl_test_expect(test, "ada waiting"));
    assert_int_equal(fl_test_inline(test, "InvitationWorker", "[]"), FL_DONE);
    assert_string_equal(fl_test_error_message(test), "");
    assert_null(fl_test_expect(test, "ada done"));
    assert_null(fl_test_expect(test, "effect \"mail *\" exactly 3"));
}

static void a_handler_that_never_ends_is_stuck(void **state)
{
    struct fl_test *test = *state;
    assert_int_equal(fl_test_perform(test, "SleepWorker", "[]"), FL_FAILED);
    assert_string_equal(fl_test_error_class(test), "Stuck");
    assert_int_equal(fl_test_perform(test, "GreetingWorker", "[\"ada@x.example\"]"), FL_DONE);
}

static void tables_of_a_test_are_handlers_tables(void **state)
{
    struct fl_test *test = *state;
    fl_test_sql(test, "CREATE TABLE notes (id INTEGER PRIMARY KEY, at INTEGER NOT NULL)");
    assert_int_equal(fl_test_perform(test, "NoteWorker", "[]"), FL_DONE);
    assert_null(fl_test_expect(test, "db notes at=1767225600")); /* the first second of 2026 */
}

static void a_fault_strikes_in_the_next_drain_alone(void **state)
{
    struct fl_test *test = *state;
    fl_test_enqueue(test, "first", "GreetingWorker", "[\"ada@x.example\"]");
    fl_test_fault(test, "mail refuse when first step \"mail\"");
    assert_null(fl_test_drain(test));
    assert_null(fl_test_expect(test, "runs of first = 2"));
    fl_test_enqueue(test, "second", "GreetingWorker", "[\"ada@x.example\"]");
    assert_null(fl_test_drain(test));
    assert_null(fl_test_expect(test, "runs of second = 1"));
}

static void a_fault_waits_for_what_redis_holds(void **state)
{
    struct fl_test *test = *state;
    fl_test_enqueue(test, "hello", "GreetingWorker", "[\"ada@x.example\"]");
    fl_test_fault(test, "mail refuse when exists(queue:default) = 0");
    assert_null(fl_test_drain(test));
    assert_null(fl_test_expect(test, "runs of hello = 2"));
    assert_null(fl_test_expect(test, "zcard(retry) = 0"));
}

static void a_fault_that_never_strikes_fails_the_drain(void **state)
{
    struct fl_test *test = *state;
    fl_test_enqueue(test, "hello", "GreetingWorker", "[\"ada@x.example\"]");
    fl_test_fault(test, "kill process-of hello when hello step \"db COMMIT\" after");
    const char *problem = fl_test_drain(test);
    assert_non_null(problem);
    assert_non_null(strstr(problem, "expected  the fault to strike: kill process-of hello\n"
                                    "found     that it never did"));
}

static void a_drain_that_cannot_end_names_the_job_and_what_it_waits_for(void **state)
{
    struct fl_test *test = *state;
    fl_test_enqueue(test, "slow", "SleepWorker", "[]");
    const char *problem = fl_test_drain(test);
    assert_non_null(problem);
    if (!strstr(problem, "slow: waiting") || !strstr(problem, "waits for"))
        fail_msg("it says %s", problem);
}

static enum fl_outcome refuse(struct fl_job *job, const char *to)
{
    return fl_fail(job, FL_PERMANENT, "MockError", "not to %s", to);
}

static void a_replaced_command_serves_direct_calls_and_drains(void **state)
{
    static const struct greeting_command mock = {refuse};
    struct fl_test *test = *state;
    fl_test_replace(test, "SendGreeting", &mock);
    assert_int_equal(fl_test_perform(test, "GreetingWorker", "[\"ada\"]"), FL_FAILED);
    assert_string_equal(fl_test_error_message(test), "not to ada");
    fl_test_enqueue(test, "hello", "GreetingWorker", "[\"ada\"]");
    assert_null(fl_test_drain(test));
    assert_null(fl_test_expect(test, "hello dead"));
    fl_test_replace(test, "SendGreeting", &standard_command);
    assert_int_equal(fl_test_perform(test, "GreetingWorker", "[\"ada\"]"), FL_DONE);
}

static void two_worlds_live_side_by_side(void **state)
{
    struct fl_test *test = *state, *other = fl_test_new(fl_workers);
    assert_int_equal(fl_test_perform(test, "GreetingWorker", "[\"ada@x.example\"]"), FL_DONE);
    assert_null(fl_test_expect(other, "effect \"mail *\" exactly 0"));
    assert_int_equal(fl_test_perform(other, "GreetingWorker", "[\"bob@x.example\"]"), FL_DONE);
    assert_null(fl_test_expect(test, "effect \"mail bob@*\" exactly 0"));
    fl_test_free(other);
}

/* --- in a second run of this program --- */

static enum fl_outcome fail_the_test(struct fl_job *job, const char *to)
{
    (void)job;
    assert_string_equal(to, "bob");
    return FL_DONE;
}

static const struct greeting_command failing_command = {fail_the_test};

static enum fl_outcome crash(struct fl_job *job, const char *to)
{
    (void)job, (void)to;
    raise(SIGSEGV);
    return FL_DONE;
}

static void crashes_in_a_drain(void **state)
{
    static const struct greeting_command crashing_command = {crash};
    fl_test_replace(*state, "SendGreeting", &crashing_command);
    fl_test_enqueue(*state, "hello", "GreetingWorker", "[\"ada\"]");
    fl_test_drain(*state);
}

static void fails_in_a_direct_call(void **state)
{
    fl_test_replace(*state, "SendGreeting", &failing_command);
    fl_test_perform(*state, "GreetingWorker", "[\"ada\"]");
}

static void fails_in_a_drain(void **state)
{
    fl_test_replace(*state, "SendGreeting", &failing_command);
    fl_test_enqueue(*state, "hello", "GreetingWorker", "[\"ada\"]");
    fl_test_drain(*state);
}

static int fail_and_go_on(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(fails_in_a_direct_call, setup, teardown),
        cmocka_unit_test_setup_teardown(fails_in_a_drain, setup, teardown),
        cmocka_unit_test_setup_teardown(crashes_in_a_drain, setup, teardown),
        cmocka_unit_test_setup_teardown(what_a_direct_call_enqueues_waits, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

static int make_mistake(const char *name)
{
    struct fl_test *test = fl_test_new(fl_workers);
    if (strcmp(name, "table") == 0) fl_test_given(test, "db importz id=7");
    if (strcmp(name, "word") == 0) fl_test_given(test, "dbb imports id=7");
    if (strcmp(name, "worker") == 0) fl_test_perform(test, "GretingWorker", "[]");
    if (strcmp(name, "args") == 0) fl_test_perform(test, "GreetingWorker", "7");
    if (strcmp(name, "claim") == 0) fl_test_expect(test, "hello dun");
    if (strcmp(name, "state") == 0) fl_test_expect(test, "state same-as reference");
    if (strcmp(name, "always") == 0) fl_test_expect(test, "always zcard(dead) = 0");
    return 0;
}

static const char *program; /* this one; under Valgrind /proc/self/exe is another */

/* The status of `test_testing WORD`, and all that it has printed. */
static int run_again(const char *word, char *output, size_t bytes)
{
    int ends[2], status;
    size_t length = 0;
    ssize_t got;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        setenv("ASAN_OPTIONS", "detect_leaks=0", 1); /* what a failed test leaves is nobody's */
        execl(program, program, word, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    while ((got = read(ends[0], output + length, bytes - 1 - length)) > 0)
        length += (size_t)got;
    output[length] = '\0';
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void what_fails_inside_of_a_handler_fails_its_test_alone(void **state)
{
    char output[8192];
    (void)state;
    assert_int_equal(run_again("fail", output, sizeof output), 3);
    assert_non_null(strstr(output, "\"ada\" != \"bob\""));
    assert_non_null(strstr(output, "[  FAILED  ] fails_in_a_direct_call"));
    assert_non_null(strstr(output, "[  FAILED  ] fails_in_a_drain"));
    assert_non_null(strstr(output, "Test failed with exception: Segmentation fault"));
    assert_non_null(strstr(output, "[       OK ] what_a_direct_call_enqueues_waits"));
}

static struct mistake_row {
    const char *name, *says;
} mistakes[] = {
    {"table", "fl_test: given db importz id=7\n"
              "         expected a row that table importz takes, found no such table: importz\n"},
    {"word", "found \"dbb\"; did you mean \"db\"?"},
    {"worker", "fl_test: expected a worker of the table, found \"GretingWorker\"; did you mean "
               "GreetingWorker?\n"},
    {"args", "fl_test: expected the arguments as a JSON array, found 7\n"},
    {"claim", "expected a state of the job, starts, ends or exits, found \"dun\""},
    {"always", "a test asks once it has happened"},
    {"state", "a test has no undisturbed run to compare with"},
};

static void a_mistake_ends_the_program(void **state)
{
    const struct mistake_row *row = *state;
    char output[8192];
    assert_int_equal(run_again(row->name, output, sizeof output), 2);
    if (!strstr(output, row->says)) fail_msg("%s says: %s", row->name, output);
}

#define UNIT(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static int test_all(void)
{
    struct CMUnitTest rows[sizeof mistakes / sizeof mistakes[0]];
    const struct CMUnitTest tests[] = {
        UNIT(a_claim_on_rows_shows_the_row),
        UNIT(a_claim_on_effects_counts_what_came_before_it),
        UNIT(a_claim_on_a_job_says_where_it_stands),
        UNIT(what_a_direct_call_enqueues_waits),
        UNIT(inline_ends_with_the_first_failure),
        UNIT(a_handler_that_never_ends_is_stuck),
        UNIT(tables_of_a_test_are_handlers_tables),
        UNIT(a_fault_strikes_in_the_next_drain_alone),
        UNIT(a_fault_waits_for_what_redis_holds),
        UNIT(a_fault_that_never_strikes_fails_the_drain),
        UNIT(a_drain_that_cannot_end_names_the_job_and_what_it_waits_for),
        UNIT(a_replaced_command_serves_direct_calls_and_drains),
        UNIT(two_worlds_live_side_by_side),
        cmocka_unit_test(what_fails_inside_of_a_handler_fails_its_test_alone),
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++)
        rows[i] = (struct CMUnitTest){mistakes[i].name, a_mistake_ends_the_program, NULL, NULL,
                                      &mistakes[i]};
    return cmocka_run_group_tests(tests, NULL, NULL) + cmocka_run_group_tests(rows, NULL, NULL);
}

int main(int argc, char **argv)
{
    program = argv[0];
    if (argc == 1) return test_all();
    return strcmp(argv[1], "fail") == 0 ? fail_and_go_on() : make_mistake(argv[1]);
}
