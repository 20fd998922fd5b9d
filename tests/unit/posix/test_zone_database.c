#include "posix/zone_database.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"

static void a_zone_of_the_machine_is_found_by_its_name(void **state)
{
    char problem[FL_ZONE_PROBLEM_BYTES];
    struct fl_zone *zone;
    (void)state;
    assert_int_equal(fl_zone_load("Europe/Berlin", &zone, problem), FL_OK);
    assert_int_equal(fl_zone_offset_s(zone, 1782864000), 7200);  /* July 2026 */
    assert_int_equal(fl_zone_offset_s(zone, 1798761600), 3600);  /* January 2027 */
    assert_int_equal(fl_zone_offset_s(zone, 2413929600), 7200);  /* summer of 2046, by its rule */
    assert_int_equal(fl_zone_offset_s(zone, -1700000000), 3600); /* February 1916 */
    fl_zone_free(zone);
}

static const struct row {
    const char *name, *zone;
    enum fl_error want;
    const char *problem;
} rows[] = {
    {"no such zone", "Europe/Berln", FL_ENOTFOUND,
     "no time zone 'Europe/Berln' (in /usr/share/zoneinfo/)"},
    {"no name", "", FL_EINVAL, "no time zone '' (in /usr/share/zoneinfo/)"},
    {"a path that leads out", "../../../etc/passwd", FL_EINVAL, "no time zone '../../../etc/pas"},
    {"a path of its own", "/etc/passwd", FL_EINVAL, "no time zone '/etc/passwd'"},
    {"a folder", "Europe", FL_EINVAL, "no time zone 'Europe'"},
};

static void a_name_that_is_none_is_refused(void **state)
{
    const struct row *row = *state;
    char problem[FL_ZONE_PROBLEM_BYTES];
    struct fl_zone *zone;
    assert_int_equal(fl_zone_load(row->zone, &zone, problem), row->want);
    assert_memory_equal(problem, row->problem, strlen(row->problem));
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(rows) + 1] = {
        cmocka_unit_test(a_zone_of_the_machine_is_found_by_its_name)};
    for (size_t i = 0; i < FL_COUNT(rows); i++)
        tests[i + 1] = (struct CMUnitTest){rows[i].name, a_name_that_is_none_is_refused, NULL, NULL,
                                           (void *)(uintptr_t)&rows[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
