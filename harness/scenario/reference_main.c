/* Prints docs/reference/scenario.md. */
#include <stdio.h>

#include "harness/scenario/reference.h"

enum { PAGE_BYTES_MAX = 1024 * 1024 };

int main(void)
{
    struct fl_buf page = FL_BUF_INIT(PAGE_BYTES_MAX);
    enum fl_error err = scenario_reference(&page);
    if (!err) fwrite(page.bytes, 1, page.length, stdout);
    if (err) fprintf(stderr, "faultline-reference: %s\n", fl_error_text(err));
    fl_buf_release(&page);
    return err ? 5 : 0;
}
