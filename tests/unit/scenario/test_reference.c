#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/scenario/reference.h"

enum { PAGE_BYTES_MAX = 1024 * 1024 };

/* When it is not: `build/harness/scenario/faultline-reference >docs/reference/scenario.md` */
static void the_page_in_docs_is_what_the_tables_print(void **state)
{
    static char page[PAGE_BYTES_MAX];
    struct fl_buf want = FL_BUF_INIT(PAGE_BYTES_MAX);
    const char *root = getenv("SOURCE_ROOT");
    (void)state;
    if (root) assert_int_equal(chdir(root), 0);
    FILE *file = fopen("docs/reference/scenario.md", "rb");
    assert_non_null(file);
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    fclose(file);
    assert_int_equal(scenario_reference(&want), FL_OK);
    assert_string_equal(page, want.bytes);
    fl_buf_release(&want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_in_docs_is_what_the_tables_print),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
