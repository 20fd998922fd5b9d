/* Every allocation of every form of report fails in turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_sweep.h"
#include "core/assert.h"
#include "stories.h"

static enum fl_error tell(void *context)
{
    const struct report_format *const *format = context;
    struct report_document document;
    story_tell(&story_usual, *format, &document);
    enum fl_error err = document.err;
    report_document_release(&document);
    return err;
}

static struct form_case {
    const char *name;
    const struct report_format *format;
} forms[] = {{"junit", &report_junit},
             {"tap", &report_tap},
             {"jsonl", &report_jsonl},
             {"github", &report_github},
             {"markdown", &report_markdown}};

static void form_row(void **state)
{
    struct form_case *row = *state;
    alloc_sweep(tell, &row->format);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(forms)];
    for (size_t i = 0; i < FL_COUNT(forms); i++)
        tests[i] = (struct CMUnitTest){forms[i].name, form_row, NULL, NULL, &forms[i]};
    return _cmocka_run_group_tests("report memory", tests, FL_COUNT(forms), NULL, NULL);
}
