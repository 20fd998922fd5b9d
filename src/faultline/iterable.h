/* faultline/iterable.h - long jobs that go item by item, and go on where they were interrupted.
 *
 *     static enum fl_step page(struct fl_job *job, struct fl_iteration *iteration, void *context)
 *     {
 *         int64_t next = 0;
 *         fl_cursor_int(iteration, &next);
 *         ... works on what stands at `next`, or returns FL_STEP_END behind the last ...
 *         return fl_cursor_set_int(iteration, next + 1) ? FL_STEP_STUCK : FL_STEP_MORE;
 *     }
 *     static const struct fl_iterable pages = {.each = page};
 *
 *     static enum fl_outcome export_perform(struct fl_job *job)
 *     {
 *         return fl_iterate(job, &pages, NULL);
 *     }
 *
 * The cursor is any JSON. It is kept in Redis, as Sidekiq 7.3 keeps it: every 5 seconds, when the
 * run fails, and when the process is asked to stop; the job then goes back to its queue at once,
 * and goes on from there, here or elsewhere. Whoever is killed repeats up to 5 seconds of items:
 * each item has to bear being worked on twice. */
#ifndef FAULTLINE_ITERABLE_H
#define FAULTLINE_ITERABLE_H

#include "faultline/worker.h"

enum {
    FL_CURSOR_BYTES_MAX = 64 * 1024,
    FL_ITERATION_SAVED_S = 5,         /* the longest time between two savings */
    FL_ITERATION_KEPT_S = 30 * 86400, /* after the last of them */
};

struct fl_iteration; /* one run */

enum fl_step {
    FL_STEP_MORE,   /* an item is done, the cursor stands behind it */
    FL_STEP_END,    /* there was none */
    FL_STEP_FAILED, /* after fl_fail; the cursor stands before the item still */
    FL_STEP_STUCK,  /* there is no memory, or no place, for the cursor: a failure of the system */
};

typedef enum fl_step fl_each(struct fl_job *job, struct fl_iteration *iteration, void *context);
typedef void fl_iteration_hook(struct fl_job *job, void *context);

struct fl_iterable {
    fl_each *each;
    /* May be NULL. What they report as failed is logged, and nothing else. */
    fl_iteration_hook *on_start;    /* before the first item of all */
    fl_iteration_hook *on_resume;   /* instead, in a later run */
    fl_iteration_hook *on_cancel;   /* it was cancelled; it stops and is complete */
    fl_iteration_hook *on_stop;     /* the run ends without a failure: interrupted or complete */
    fl_iteration_hook *on_complete; /* after the last item */
    int64_t longest_run_us;         /* it interrupts itself then, for others' sake; 0: never */
};

/* `return fl_iterate(...)`. `context` goes to all functions. Interrupted it is FL_FAILED with
 * FL_INTERRUPTED: neither a failure nor a retry is counted, and a batch does not hear of it. */
enum fl_outcome fl_iterate(struct fl_job *job, const struct fl_iterable *iterable, void *context);

/* Absent before the first one is set. Valid until the next one is. */
struct fl_json_at fl_cursor(const struct fl_iteration *iteration);
/* False: it is absent, or no integer; *ret_value is untouched. */
bool fl_cursor_int(const struct fl_iteration *iteration, int64_t *ret_value);
/* FL_ENOMEM: it is as before. */
FL_CHECKED enum fl_error fl_cursor_set_int(struct fl_iteration *iteration, int64_t value);
/* Copies JSON. FL_EINVAL: it is none, FL_EBOUND: too long, FL_ENOMEM; it is as before then. */
FL_CHECKED enum fl_error fl_cursor_set(struct fl_iteration *iteration, struct fl_span json);
/* Which run of the job this is, from 1. */
int64_t fl_iteration_executions(const struct fl_iteration *iteration);

/* The job of this jid ends, as complete, when it looks next: within 5 s while it runs. FL_EINVAL:
 * no jid. Else what fl_redis_exec returns. */
FL_CHECKED enum fl_error fl_iteration_cancel(struct fl_job *job, const char *jid);

#endif
