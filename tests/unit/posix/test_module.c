#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "posix/module.h"

static void a_modules_table_is_found(void **state)
{
    (void)state;
    struct fl_module module;
    char problem[FL_MODULE_PROBLEM_BYTES] = "";
    assert_int_equal(fl_module_load(PLAIN_MODULE, &module, problem), FL_OK);
    assert_string_equal(module.workers[0].name, "PlainWorker");
    assert_int_equal(module.workers[0].perform(NULL), FL_DONE);
}

struct row {
    const char *path, *problem; /* the path comes before it */
};

static const struct row rows[] = {
    {"/nowhere/none.so", ": no such file"},
    {"/tmp", ": want a shared object (a handler module)"},
    {EMPTY_MODULE, ": it has no table fl_workers; is it a handler module?"},
    {FUTURE_MODULE, ": it was built for version 5 of faultline/worker.h, this is 4"},
    {"/proc/self/status", ": invalid ELF header"},
};

static void what_is_no_module_is_explained(void **state)
{
    const struct row *row = *state;
    struct fl_module module;
    char problem[FL_MODULE_PROBLEM_BYTES] = "";
    assert_int_equal(fl_module_load(row->path, &module, problem), FL_EINVAL);
    assert_memory_equal(problem, row->path, strlen(row->path));
    assert_string_equal(problem + strlen(row->path), row->problem);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(rows) + 1];
    for (size_t i = 0; i < FL_COUNT(rows); i++)
        tests[i] = (struct CMUnitTest){rows[i].path, what_is_no_module_is_explained, NULL, NULL,
                                       (void *)(uintptr_t)&rows[i]};
    tests[FL_COUNT(rows)] = (struct CMUnitTest)cmocka_unit_test(a_modules_table_is_found);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
