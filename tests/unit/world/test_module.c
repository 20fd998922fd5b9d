/* One module, a set of static variables for each simulated process, fresh ones in each run; and
 * what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/module/image.h"
#include "tests/unit/world/module_calls.h"
#include "tests/unit/world/one_process.h"

enum { MESSAGE_BYTES = 4096, FRESH = 410201, SECOND = 420402 };

static fl_perform *counts(void)
{
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES);
    struct sim_module *module;
    assert_int_equal(sim_module_open(MODULE_COUNTER, &module, &message), FL_OK);
    return sim_module_workers(module)[0].perform;
}

struct run {
    fl_perform *perform;
    int64_t first, second;
    struct fl_buf changes;
    struct sim_process *process;
};

static void performs_twice(void *argument)
{
    struct run *run = argument;
    struct call_result result = {0};
    (void)run->perform((struct fl_job *)(void *)&result);
    run->first = result.number;
    (void)run->perform((struct fl_job *)(void *)&result);
    run->second = result.number;
    if (!run->process) return;
    struct sim_memory *process = sim_memory_switch(NULL);
    enum fl_error err = sim_image_changes(sim_process_image(run->process), &run->changes);
    fl_assert(!err);
    sim_memory_switch(process);
}

/* Both processes sleep in the middle of each job, so their fibers alternate. */
static void two_processes_have_separate_statics_and_the_next_run_has_fresh_ones(void **state)
{
    (void)state;
    for (int repetition = 0; repetition < 3; repetition++) {
        struct run runs[2] = {{.perform = counts()}, {.perform = counts()}};
        struct one_process one;
        one_process_start(&one, performs_twice, &runs[0]);
        const struct sim_process_options options = {
            .name = "p2", .main = performs_twice, .argument = &runs[1]};
        struct sim_process *other;
        assert_int_equal(sim_process_start(one.world, &options, &other), FL_OK);
        one_process_play(&one);
        one_process_end(&one);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(runs[i].first, FRESH);
            assert_int_equal(runs[i].second, SECOND);
        }
    }
}

static void a_restarted_process_has_fresh_statics(void **state)
{
    (void)state;
    struct run run = {.perform = counts()};
    struct one_process one;
    one_process_start(&one, performs_twice, &run);
    while (run.first == 0) {
        assert_int_equal(sim_world_step(one.world, FL_NEVER_US), SIM_STEP_RAN);
    }
    sim_process_kill(one.process, SIM_END_KILLED);
    run = (struct run){.perform = counts()};
    const struct sim_process_options options = {
        .name = "p1", .main = performs_twice, .argument = &run};
    assert_int_equal(sim_process_start(one.world, &options, &one.process), FL_OK);
    one_process_play(&one);
    one_process_end(&one);
    assert_int_equal(run.first, FRESH);
}

static void the_variables_that_hold_state_are_named(void **state)
{
    (void)state;
    struct run run = {.perform = counts(), .changes = FL_BUF_INIT(MESSAGE_BYTES)};
    struct one_process one;
    one_process_start(&one, performs_twice, &run);
    run.process = one.process;
    one_process_play(&one);
    one_process_end(&one);
    assert_non_null(strstr(run.changes.bytes, "counter (4 bytes) in " MODULE_COUNTER "\n"));
    assert_non_null(strstr(run.changes.bytes, "exported_counter (4 bytes)"));
    assert_non_null(strstr(run.changes.bytes, "table (4000 bytes)"));
    assert_null(strstr(run.changes.bytes, "names"));
    fl_buf_release(&run.changes);
}

static void a_module_is_opened_once(void **state)
{
    (void)state;
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES);
    struct sim_module *first, *second;
    assert_int_equal(sim_module_open(MODULE_COUNTER, &first, &message), FL_OK);
    assert_int_equal(sim_module_open(MODULE_COUNTER, &second, &message), FL_OK);
    assert_ptr_equal(first, second);
}

static struct refusal {
    const char *name, *path;
    enum fl_error err;
    const char *word;
} refusals[] = {
    {"refuses thread-local storage", MODULE_TLS, FL_EINVAL, "thread-local"},
    {"refuses a constructor that keeps memory", MODULE_CONSTRUCTOR, FL_EINVAL, "constructor"},
    {"refuses a module without a table", MODULE_EMPTY, FL_EINVAL, "expected a table fl_workers"},
    {"refuses a file that is no module", __FILE__, FL_EINVAL, "cannot be loaded"},
    {"refuses a path without a file", "/nowhere.so", FL_ENOTFOUND, "/nowhere.so: no such module"},
};

static void refusal_row(void **state)
{
    const struct refusal *row = *state;
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES);
    struct sim_module *module;
    assert_int_equal(sim_module_open(row->path, &module, &message), row->err);
    assert_non_null(strstr(message.bytes, row->word));
    assert_null(strchr(message.bytes, '\n'));
    fl_buf_release(&message);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(refusals) + 4] = {
        cmocka_unit_test(two_processes_have_separate_statics_and_the_next_run_has_fresh_ones),
        cmocka_unit_test(a_restarted_process_has_fresh_statics),
        cmocka_unit_test(the_variables_that_hold_state_are_named),
        cmocka_unit_test(a_module_is_opened_once),
    };
    for (size_t i = 0; i < FL_COUNT(refusals); i++) {
        tests[4 + i] = (struct CMUnitTest){refusals[i].name, refusal_row, NULL, NULL, &refusals[i]};
    }
    return cmocka_run_group_tests_name("module", tests, NULL, NULL);
}
