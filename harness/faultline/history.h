/* faultline/history.h - a history of concurrent operations, and whether some order of them explains
 * every answer.
 *
 *     struct fl_history *history = fl_history_new(FL_OBJECT_SLOTS, 2, 0);
 *     size_t call = fl_history_call(history, "worker 1", FL_HISTORY_ACQUIRE, 0, 0, now_us());
 *     fl_history_return(history, call, limiter_take(limiter) ? 1 : 0, now_us());
 *     ...
 *     assert_null(fl_history_check(history));
 *     fl_history_free(history);
 *
 * Calls and returns are told in the order in which they happen; a call that is never returned may
 * have happened or not. Times are of one clock, which matters to objects that end things by time.
 * For a lock, counter or register in Redis a line `expect linearizable KEY` of a scenario does all
 * of this by itself. */
#ifndef FAULTLINE_HISTORY_H
#define FAULTLINE_HISTORY_H

#include <stddef.h>
#include <stdint.h>

enum fl_object {
    FL_OBJECT_KEY,     /* a value that may have a time to live: lock, lease, counter, register */
    FL_OBJECT_MUTEX,   /* never two clients who believe that they hold it */
    FL_OBJECT_SLOTS,   /* at most `limit` holders at a time; after `span_us` (0: never) a place is
                          free again */
    FL_OBJECT_WINDOW,  /* at most `limit` grants within any `span_us` */
    FL_OBJECT_BUCKETS, /* at most `limit` grants in each `span_us` of the clock */
    FL_OBJECT_LEVEL,   /* a bucket that holds `limit` and leaks all of it, evenly, in `span_us`:
                          ACQUIRE takes `value` (0: 1), ADD corrects it by `value` */
};

enum fl_history_operation {
    FL_HISTORY_ACQUIRE,     /* a place or grant; sets `value` unless something is there: 1 or 0 */
    FL_HISTORY_RELEASE,     /* deletes whatever is there: 1 or 0 */
    FL_HISTORY_RELEASE_OWN, /* deletes `value` if that is there: 1 or 0 */
    FL_HISTORY_EXTEND,      /* gives what is there a new time to live: 1 or 0 */
    FL_HISTORY_READ,        /* answers the value, FL_HISTORY_NOTHING when there is none */
    FL_HISTORY_WRITE,       /* sets `value`; its answer does not matter */
    FL_HISTORY_ADD,         /* adds `value`, answers the sum */
    FL_HISTORY_GONE,        /* the client has ended: it believes nothing any more */
};

#define FL_HISTORY_NOTHING INT64_MIN
enum { FL_HISTORY_LIMIT_MAX = 16 };

struct fl_history; /* opaque */

/* `limit` (1 to FL_HISTORY_LIMIT_MAX) and `span_us` are of the last four objects, 0 otherwise.
 * NULL: no memory, or a limit or span that is out of its range. */
struct fl_history *fl_history_new(enum fl_object object, int64_t limit, int64_t span_us);
void fl_history_free(struct fl_history *history); /* NULL is fine */

/* `ttl_us` 0: for ever. The number of the call, for its return. */
size_t fl_history_call(struct fl_history *history, const char *client,
                       enum fl_history_operation operation, int64_t value, int64_t ttl_us,
                       int64_t at_us);
void fl_history_return(struct fl_history *history, size_t call, int64_t answer, int64_t at_us);

/* NULL: some order explains it. Otherwise which operation none allows, or why that is not known;
 * lives until the next check. */
const char *fl_history_check(struct fl_history *history);

#endif
