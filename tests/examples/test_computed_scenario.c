/* tests/examples/test_computed_scenario.c - a scenario that a program computes: a thousand imports,
 * every hundredth of them with a feed that times out once, played by `faultline run`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "faultline/scenario.h"

enum { IMPORTS = 1000, SLOW_EACH = 100 };

static void add_import(struct fl_scenario *scenario, int id)
{
    char name[24], args[24], url[48];
    snprintf(name, sizeof name, "imp-%d", id);
    snprintf(args, sizeof args, "[%d]", id);
    snprintf(url, sizeof url, "http://feed.example/%d.csv", id);
    const struct fl_scenario_cell cells[] = {
        {"id", FL_SCENARIO_INTEGER, NULL, id},
        {"business_account_id", FL_SCENARIO_INTEGER, NULL, 1},
        {"import_type", FL_SCENARIO_TEXT, "csv", 0},
        {"source", FL_SCENARIO_TEXT, url, 0},
    };
    fl_scenario_row(scenario, "imports", cells, sizeof cells / sizeof cells[0]);
    fl_scenario_enqueue(scenario, name, "ImportProcessorWorker", args, NULL);
    fl_scenario_expect(scenario, "runs of %s = %d", name, id % SLOW_EACH == 0 ? 2 : 1);
    fl_scenario_line(scenario, "given http GET %s -> %s200 %s", url,
                     id % SLOW_EACH == 0 ? "timeout 30s then " : "",
                     fl_scenario_quote(scenario, "name,email\nAda,ada@x.example\n"));
}

static struct fl_scenario *build(void)
{
    struct fl_scenario *scenario = fl_scenario_new("a slow feed delays its own import only");
    assert_non_null(scenario);
    fl_scenario_processes(scenario, 2,
                          "concurrency 5 queues default user_notifications staff_notifications");
    fl_scenario_line(scenario, "given db business_accounts id=1 email=owner@acme.example");
    for (int id = 1; id <= IMPORTS; id++)
        add_import(scenario, id);
    fl_scenario_expect(scenario, "imp-* done");
    fl_scenario_expect(scenario, "db imports state=completed count %d", IMPORTS);
    return scenario;
}

static void a_slow_feed_delays_its_own_import_only(void **state)
{
    const char *faultline = getenv("FAULTLINE");
    char folder[] = "/tmp/computed-XXXXXX", path[64], command[512];
    (void)state;
    if (!faultline) skip();
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/imports.scenario", folder);
    struct fl_scenario *scenario = build();
    if (!fl_scenario_write(scenario, path)) fail_msg("%s", fl_scenario_problem(scenario));
    snprintf(command, sizeof command, "'%s' run --no-verify --out '%s' '%s'", faultline, folder,
             path);
    int status = system(command);
    fl_scenario_free(scenario);
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    assert_int_equal(system(command), 0);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slow_feed_delays_its_own_import_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
