/* harness/testing/test.c - a world made by hand: what is given, and what is said in a test's lines.
 *
 * A test's line is read as a scenario of its own, so every mistake is found by the parser that
 * scenarios have, and nothing here knows the language. */
#include "harness/testing/test.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/assert.h"
#include "harness/scenario/nearest.h"
#include "harness/scenario/parse.h"

enum { EXIT_MISTAKE = 2, SEED = 1 };

#define TABLE_NAME "linked"
#define PATH       "fl_test"

/* --- mistakes --- */

void test_mistake(const char *format, ...)
{
    va_list args;
    fflush(NULL);
    fputs("fl_test: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    _exit(EXIT_MISTAKE); /* a test's own handlers at exit have nothing to say to this */
}

void test_must(enum fl_error err, const char *what)
{
    if (err) test_mistake("%s: %s", what, fl_error_text(err));
}

/* --- making --- */

static void link_table(struct fl_test *test)
{
    test_must(house_adopt(test->house, TABLE_NAME, test->workers), "the table of workers");
    const struct fl_worker *const tables[] = {test->house->modules[0].table};
    const char *without = NULL;
    enum fl_error err = fl_registry_init(&test->registry, tables, 1, &without);
    if (err == FL_EINVAL) test_mistake("the worker %s has no perform function", without);
    test_must(err, "the table of workers");
}

struct fl_test *fl_test_new(const struct fl_worker *workers)
{
    struct fl_test *test = calloc(1, sizeof *test);
    if (!test) test_must(FL_ENOMEM, "a test");
    test->workers = workers;
    test->texts = FL_ARENA_INIT(TEST_TEXT_BYTES_MAX);
    test->world = test->jobs = test->faults = FL_BUF_INIT(TEST_TEXT_BYTES_MAX);
    test->error_message = test->finding = FL_BUF_INIT(TEST_TEXT_BYTES_MAX);
    test->payload = FL_BUF_INIT(2 * FL_PAYLOAD_BYTES_MAX);
    test->history = HISTORY_INIT;
    test_must(run_house_new(&test->house), "a world");
    test_must(sim_choices_from_seed(SEED, &test->choices), "a world");
    link_table(test);
    return test;
}

void fl_test_free(struct fl_test *test)
{
    if (!test) return;
    if (test->run) {
        run_close(test->run);
        run_result_release(&test->result);
    }
    while (test->plans) {
        struct test_plan *plan = test->plans;
        test->plans = plan->next;
        scenario_plan_free(plan->plan);
        free(plan);
    }
    history_release(&test->history);
    fl_registry_release(&test->registry);
    sim_choices_free(test->choices);
    run_house_free(test->house);
    fl_arena_release(&test->texts);
    struct fl_buf *const bufs[] = {&test->world,         &test->jobs,    &test->faults,
                                   &test->error_message, &test->payload, &test->finding};
    for (size_t i = 0; i < FL_COUNT(bufs); i++)
        fl_buf_release(bufs[i]);
    free(test);
}

const char *test_keep(struct fl_test *test, const char *text)
{
    const char *kept = fl_arena_copy(&test->texts, fl_span_from(text));
    if (!kept) test_must(FL_ENOMEM, "a text of the test");
    return kept;
}

const struct fl_worker *test_worker(const struct fl_test *test, const char *name)
{
    struct nearest nearest = nearest_to(fl_span_from(name));
    for (const struct fl_worker *at = test->workers; at->name; at++) {
        if (strcmp(at->name, name) == 0) return at;
        nearest_offer(&nearest, at->name);
    }
    test_mistake("expected a worker of the table, found \"%s\"%s%s%s", name,
                 nearest.best ? "; did you mean " : "", nearest.best ? nearest.best : "",
                 nearest.best ? "?" : "");
}

/* --- lines --- */

/* Of "fl_test:4:8: expected ..." the rest: the numbers count lines that the test does not have. */
static const char *complaint(const char *message)
{
    const char *at = strstr(message, ": ");
    return at && strncmp(message, PATH ":", sizeof PATH) == 0 ? at + 2 : message;
}

static struct plan *parse(struct fl_test *test, const struct fl_buf *text, const char *line)
{
    struct fl_buf message = FL_BUF_INIT(TEST_TEXT_BYTES_MAX);
    struct test_plan *kept = calloc(1, sizeof *kept);
    if (!kept) test_must(FL_ENOMEM, line);
    enum fl_error err = scenario_parse(PATH, fl_buf_span(text), NULL, 0, &kept->plan, &message);
    if (err && message.length) {
        message.bytes[strcspn(message.bytes, "\n")] = '\0';
        test_mistake("%s\n         %s", line, complaint(message.bytes));
    }
    test_must(err, line);
    fl_buf_release(&message);
    kept->next = test->plans;
    test->plans = kept;
    return kept->plan;
}

struct plan *test_read(struct fl_test *test, const char *word, const char *rest, bool with_faults)
{
    struct fl_buf text = FL_BUF_INIT(TEST_TEXT_BYTES_MAX);
    if (strchr(rest, '\n')) test_mistake("%s %s\n         expected one line", word, rest);
    enum fl_error err = fl_buf_append_text(&text, "scenario 1 \"a test\"\nmodule " TABLE_NAME "\n");
    if (!err) err = fl_buf_append_span(&text, fl_buf_span(&test->world));
    if (!err) err = fl_buf_append_span(&text, fl_buf_span(&test->jobs));
    if (!err && with_faults) err = fl_buf_append_span(&text, fl_buf_span(&test->faults));
    /* A scenario expects something; so much holds always. */
    if (!err && strcmp(word, "expect") != 0)
        err = fl_buf_append_text(&text, "expect redis PING = PONG\n");
    size_t before = text.length;
    if (!err) err = fl_buf_printf(&text, "%s %s\n", word, rest);
    test_must(err, "a line of the test");
    text.bytes[text.length - 1] = '\0';
    const char *line = test_keep(test, text.bytes + before);
    text.bytes[text.length - 1] = '\n';
    struct plan *plan = parse(test, &text, line);
    fl_buf_release(&text);
    return plan;
}

/* --- the world --- */

static void witness_applied(void *self, const struct effect_context *context,
                            const struct effect_label *label, struct fl_span detail)
{
    history_effect(&((struct fl_test *)self)->history, context, label, detail);
}

static void witness_logged(void *self, struct fl_span line)
{
    history_log(&((struct fl_test *)self)->history, line);
}

/* Every queue of the table, in its order; then the default one. */
static void add_queues(struct fl_test *test, struct fl_buf *rest)
{
    enum fl_error err = fl_buf_append_text(rest, " queues");
    for (const struct fl_worker *at = test->workers; at->name && !err; at++) {
        const char *queue = at->queue ? at->queue : "default";
        bool again = false;
        for (const struct fl_worker *k = test->workers; k != at && !again; k++)
            again = strcmp(k->queue ? k->queue : "default", queue) == 0;
        if (!again) err = fl_buf_printf(rest, " %s", queue);
    }
    if (!err && !strstr(rest->bytes, " default")) err = fl_buf_append_text(rest, " default");
    test_must(err, "the queues of the table");
}

struct run *test_run(struct fl_test *test)
{
    static const struct run_witness witness = {witness_applied, witness_logged};
    struct fl_buf processes = FL_BUF_INIT(TEST_TEXT_BYTES_MAX);
    if (test->run) return test->run;
    test_must(fl_buf_append_text(&processes, "processes 1"), "the process of the test");
    add_queues(test, &processes);
    test_must(fl_buf_printf(&test->world, "%s\n", processes.bytes), "the process of the test");
    test->order = (struct run_order){.house = test->house,
                                     .plan = test_read(test, "why", "a test", false),
                                     .choices = test->choices,
                                     .sweep = -1};
    fl_buf_release(&processes);
    run_begin_result(&test->result);
    test->run = run_open(&test->order, test->house, &test->result);
    if (!test->run) test_must(FL_ENOMEM, "a world");
    test->run->witness = &witness;
    test->run->witness_self = test;
    run_build(test->run, RUN_BUILT_BY_HAND);
    if (test->result.verdict != RUN_PASSED) test_mistake("%s", test->result.text.bytes);
    test->run->ledger->keep_payloads = true;
    return test->run;
}

/* --- before the run --- */

static const char *print(struct fl_test *test, const char *format, va_list args)
{
    struct fl_buf text = FL_BUF_INIT(TEST_TEXT_BYTES_MAX);
    test_must(fl_buf_vprintf(&text, format, args), "a line of the test");
    const char *kept = test_keep(test, text.length ? text.bytes : "");
    fl_buf_release(&text);
    return kept;
}

static int64_t insert(struct fl_test *test, const struct plan *plan, const char *line)
{
    struct database *database = &test_run(test)->database;
    int64_t id = 0;
    for (uint32_t i = 0; i < plan->row_count; i++) {
        struct fl_buf message = FL_BUF_INIT(TEST_TEXT_BYTES_MAX);
        enum fl_error err = database_insert(database, &plan->rows[i], &message);
        if (err)
            test_mistake("given %s\n         expected a row that table %s takes, found %s", line,
                         plan->rows[i].table, message.length ? message.bytes : fl_error_text(err));
        fl_buf_release(&message);
        id = sqlite3_last_insert_rowid(database->own);
    }
    database_rest(database);
    return id;
}

static int64_t give(struct fl_test *test, const char *line)
{
    struct run *run = test_run(test);
    struct plan *plan = test_read(test, "given", line, false);
    if (run_give(run, plan)) test_mistake("given %s\n         %s", line, test->result.text.bytes);
    return insert(test, plan, line);
}

void fl_test_sql(struct fl_test *test, const char *statements)
{
    struct database *database = &test_run(test)->database;
    struct fl_buf message = FL_BUF_INIT(TEST_TEXT_BYTES_MAX);
    enum fl_error err = database_execute(database, statements, &message);
    if (err)
        test_mistake("%s\n         %s", statements,
                     message.length ? message.bytes : fl_error_text(err));
    database_rest(database);
    fl_buf_release(&message);
}

void fl_test_given(struct fl_test *test, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    give(test, print(test, format, args));
    va_end(args);
}

int64_t fl_test_create(struct fl_test *test, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *row = print(test, format, args);
    va_end(args);
    struct fl_buf line = FL_BUF_INIT(TEST_TEXT_BYTES_MAX);
    test_must(fl_buf_printf(&line, "db %s", row), "a record");
    int64_t id = give(test, line.bytes);
    fl_buf_release(&line);
    return id;
}

void fl_test_fault(struct fl_test *test, const char *format, ...)
{
    va_list args;
    test_run(test);
    va_start(args, format);
    const char *line = print(test, format, args);
    va_end(args);
    test_read(test, "fault", line, true);
    test_must(fl_buf_printf(&test->faults, "fault %s\n", line), line);
}

void fl_test_replace(struct fl_test *test, const char *command, const void *ops)
{
    for (size_t i = 0; i < test->override_count; i++)
        if (strcmp(test->overrides[i].name, command) == 0) {
            test->overrides[i].ops = ops;
            return;
        }
    if (test->override_count == TEST_COMMANDS_MAX)
        test_mistake("expected at most %d replaced commands, found one more: %s", TEST_COMMANDS_MAX,
                     command);
    test->overrides[test->override_count++] =
        (struct fl_command_override){test_keep(test, command), ops};
}
