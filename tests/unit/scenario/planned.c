#include "planned.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct plan *plan_of(const char *lines)
{
    struct fl_buf text = FL_BUF_INIT(64 * 1024), message = FL_BUF_INIT(4096);
    struct plan *plan = NULL;
    assert_int_equal(fl_buf_printf(&text,
                                   "scenario 1 \"t\"\nenqueue imp-7 W [7]\n%s\n"
                                   "expect imp-7 done\n",
                                   lines),
                     FL_OK);
    enum fl_error err = scenario_parse("dir/s", fl_buf_span(&text), NULL, 0, &plan, &message);
    if (err) fail_msg("%s", message.bytes);
    fl_buf_release(&text);
    fl_buf_release(&message);
    return plan;
}
