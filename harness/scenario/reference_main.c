/* Prints docs/reference/scenario.md; with `vim` or `textmate`, what those editors colour by. */
#include <stdio.h>
#include <string.h>

#include "harness/scenario/reference.h"
#include "harness/scenario/syntax.h"

enum { PAGE_BYTES_MAX = 1024 * 1024 };

static const struct {
    const char *name;
    enum fl_error (*print)(struct fl_buf *out);
} pages[] = {{"page", scenario_reference},
             {"vim", scenario_syntax_vim},
             {"textmate", scenario_syntax_textmate}};

int main(int argc, char **argv)
{
    const char *wanted = argc > 1 ? argv[1] : "page";
    struct fl_buf page = FL_BUF_INIT(PAGE_BYTES_MAX);
    size_t i = 0;
    while (i < sizeof pages / sizeof pages[0] && strcmp(pages[i].name, wanted) != 0)
        i++;
    if (i == sizeof pages / sizeof pages[0]) {
        fprintf(stderr, "faultline-reference: expected page, vim or textmate, found \"%s\"\n",
                wanted);
        return 2;
    }
    enum fl_error err = pages[i].print(&page);
    if (!err) fwrite(page.bytes, 1, page.length, stdout);
    if (err) fprintf(stderr, "faultline-reference: %s\n", fl_error_text(err));
    fl_buf_release(&page);
    return err ? 5 : 0;
}
