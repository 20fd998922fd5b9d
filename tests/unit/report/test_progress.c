#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/report/progress.h"

#define SECOND_US INT64_C(1000000)

static struct progress_case {
    const char *name;
    struct report_progress progress;
    int width;
    const char *want;
} rows[] = {
    {"progress: too early for an estimate",
     {"a", 0, 3, 10, 100, SECOND_US},
     80,
     "0/3  10 runs, 10/s  a"},
    {"progress: by runs where they are known",
     {"a", 1, 3, 1000, 3000, 4 * SECOND_US},
     80,
     "1/3  1,000 runs, 250/s, about 8 s left  a"},
    {"progress: by scenarios with a sweep among them",
     {"a", 1, 4, 1000, 0, 10 * SECOND_US},
     80,
     "1/4  1,000 runs, 100/s, about 30 s left  a"},
    {"progress: no scenario is done yet",
     {"a", 0, 4, 1000, 0, 10 * SECOND_US},
     80,
     "0/4  1,000 runs, 100/s  a"},
    {"progress: minutes",
     {"a", 1, 2, 1, 0, 121 * SECOND_US},
     80,
     "1/2  1 run, 0/s, about 3 min left  a"},
    {"progress: cut before the terminal's edge",
     {"abcdef", 0, 1, 1, 0, SECOND_US},
     19,
     "0/1  1 run, 1/s  a"},
    {"progress: never inside a character",
     {"\xC3\xA9\xC3\xA9", 0, 1, 1, 0, SECOND_US},
     19,
     "0/1  1 run, 1/s  \xC3\xA9"},
    {"progress: no room at all", {"a", 0, 1, 1, 0, SECOND_US}, 0, ""},
};

static void progress_row(void **state)
{
    const struct progress_case *row = *state;
    char text[REPORT_PROGRESS_BYTES];
    report_progress_text(&row->progress, row->width, text);
    assert_string_equal(text, row->want);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(rows)];
    for (size_t i = 0; i < FL_COUNT(rows); i++)
        tests[i] = (struct CMUnitTest){rows[i].name, progress_row, NULL, NULL, &rows[i]};
    return _cmocka_run_group_tests("report progress", tests, FL_COUNT(rows), NULL, NULL);
}
