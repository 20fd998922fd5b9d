/* faultline/limiter.h - limits that all processes on one Redis share: so many at once, so many in a
 * time.
 *
 * A handler asks before it does what is limited, and ends its run when it may not:
 *
 *     static const struct fl_limiter limiter = {
 *         .kind = FL_LIMIT_WINDOW, .name = "geocoder", .size = 50, .period_us = 1000000};
 *     struct fl_permit permit;
 *     enum fl_error err = fl_limit_take(job, &limiter, 1, &permit);
 *     if (err == FL_EBUSY) return fl_over_limit(job, &limiter);
 *
 * Time is the Redis server's, so that clocks that differ do not matter. After any other error than
 * FL_EBUSY the permit may have been counted: a limit is never exceeded, but may be used up early.
 */
#ifndef FAULTLINE_LIMITER_H
#define FAULTLINE_LIMITER_H

#include <stdint.h>

#include "faultline/worker.h"

enum fl_limit {
    FL_LIMIT_CONCURRENT, /* `size` permits at once; one that is `period_us` old counts no more */
    FL_LIMIT_BUCKET,     /* `size` in each period, which begin where the clock says: each minute */
    FL_LIMIT_WINDOW,     /* `size` in any time of this length */
    FL_LIMIT_LEAKY,      /* `size` drops fill it; it is empty again after the period */
    FL_LIMIT_POINTS,     /* as leaky; what is taken is an estimate, and settled later */
};

enum { FL_LIMITER_NAME_BYTES = 128 };
#define FL_LIMIT_SIZE_MAX   INT64_C(1000000)
#define FL_LIMIT_PERIOD_MAX (366 * 86400 * INT64_C(1000000))

struct fl_limiter {
    enum fl_limit kind;
    const char *name; /* letters, digits, - and _; all who share it say the same of it */
    int64_t size;
    int64_t period_us;
    int64_t wait_us; /* how long fl_limit_take may wait for its turn; 0: not at all */
};

struct fl_permit {
    const struct fl_limiter *limiter; /* NULL: none is held */
    char token[25];
    int64_t used;
};

/* Takes `used` of it (1 of a concurrent one). FL_EBUSY: over the limit. FL_EINVAL: the limiter
 * makes no sense, or `used` is not from 1 to its size. Else what fl_redis_exec returns. */
FL_CHECKED enum fl_error fl_limit_take(struct fl_job *job, const struct fl_limiter *limiter,
                                       int64_t used, struct fl_permit *ret_permit);
/* What was limited is over: a concurrent permit is given back, points are corrected to what was
 * really used; nothing for the others. When it fails the permit ends with its period. */
FL_CHECKED enum fl_error fl_limit_settle(struct fl_job *job, struct fl_permit *permit,
                                         int64_t really_used);

/* `return fl_over_limit(...)`: the job is run again later, after about 5 minutes more each time, 20
 * times; then it fails as a transient failure does. */
#define fl_over_limit(job, limiter)                                                                \
    fl_fail((job), FL_OVER_LIMIT, "Sidekiq::Limiter::OverLimit", "%s", (limiter)->name)

#endif
