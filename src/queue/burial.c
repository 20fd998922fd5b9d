#include "queue/burial.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/time_text.h"

enum { SCORE_BYTES = 48 };

enum fl_error fl_burial_init(struct fl_burial *burial, int64_t now_us, int64_t dead_max_jobs,
                             int64_t dead_timeout_us)
{
    *burial =
        (struct fl_burial){.now = FL_BUF_INIT(SCORE_BYTES), .oldest = FL_BUF_INIT(SCORE_BYTES)};
    enum fl_error err = fl_seconds_format(&burial->now, now_us);
    if (!err) err = fl_seconds_format(&burial->oldest, now_us - dead_timeout_us);
    if (err) {
        fl_burial_release(burial);
        return err;
    }
    snprintf(burial->rank, sizeof(burial->rank), "-%" PRId64, dead_max_jobs);
    burial->words[0] = fl_buf_span(&burial->now);
    burial->words[1] = fl_buf_span(&burial->oldest);
    burial->words[2] = fl_span_from(burial->rank);
    return FL_OK;
}

void fl_burial_release(struct fl_burial *burial)
{
    fl_buf_release(&burial->now);
    fl_buf_release(&burial->oldest);
}
