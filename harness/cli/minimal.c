#include "harness/cli/minimal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/evidence.h"

static enum fl_error write_file(const char *path, struct fl_span text)
{
    FILE *file = fopen(path, "wb");
    if (!file) return FL_EIO;
    bool whole = fwrite(text.bytes, 1, text.length, file) == text.length;
    return fclose(file) == 0 && whole ? FL_OK : FL_EIO;
}

enum fl_error minimal_write(struct minimal *minimal, struct shrink_order *order,
                            struct shrunk *ret_shrunk)
{
    enum fl_error err = FL_OK;
    if (!minimal->pool) err = pool_new(minimal->workers, MINIMAL_HANG_US, &minimal->pool);
    if (err) return err;
    order->pool = minimal->pool;
    err = shrink(order, ret_shrunk);
    if (err || !ret_shrunk->text.length) return err;
    err = write_file(order->to, fl_buf_span(&ret_shrunk->text));
    if (err) shrunk_release(ret_shrunk);
    return err;
}

static bool may_shrink(const struct course_failure *failure)
{
    enum course_outcome outcome = failure->outcome;
    if (evidence_is_of_hang(fl_buf_span(&failure->text))) return false;
    return outcome == COURSE_FAILED || outcome == COURSE_STUCK || outcome == COURSE_CRASHED;
}

bool minimal_of_failure(struct minimal *minimal, const struct coordinator_scenario *scenario,
                        const struct course_failure *failure, struct fl_span choices,
                        const char *path, uint32_t *ret_lines)
{
    struct shrink_order order = {.path = scenario->path,
                                 .settings = scenario->settings,
                                 .setting_count = scenario->setting_count,
                                 .seed = failure->seed,
                                 .sweep = failure->sweep,
                                 .choices = choices,
                                 .to = path,
                                 .runs_max = SHRINK_RUNS_MAX,
                                 .real_us_max = minimal->real_us_max ? minimal->real_us_max
                                                                     : SHRINK_REAL_US_MAX};
    bool seeded = scenario->source == REQUEST_SEEDED;
    if (!seeded && !choices.length) return false; /* its seed alone is another run */
    if (seeded) order.choices = (struct fl_span){"", 0};
    if (!may_shrink(failure) || strcmp(path, scenario->path) == 0) return false;
    struct shrunk *shrunk = calloc(1, sizeof *shrunk);
    bool written = shrunk && minimal_write(minimal, &order, shrunk) == FL_OK;
    if (written) {
        *ret_lines = shrunk->line_count;
        written = shrunk->text.length > 0;
        shrunk_release(shrunk);
    }
    free(shrunk);
    return written;
}

void minimal_release(struct minimal *minimal)
{
    if (minimal->pool) pool_free(minimal->pool);
    minimal->pool = NULL;
}
