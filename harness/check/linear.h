/* harness/check/linear.h - is there an order of concurrent operations that one copy of the object
 * could have had?
 *
 * Each operation happens at one moment between its call and its return. One that was never answered
 * may have happened at any moment after its call, or never. Where times are not known to the
 * microsecond, an object that ends things by time is judged in favour of the accused. */
#ifndef HARNESS_CHECK_LINEAR_H
#define HARNESS_CHECK_LINEAR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/span.h"

enum {
    LINEAR_OPERATIONS_MAX = 8 * 1024,
    LINEAR_VISITS_MAX = 128 * 1024, /* of states, in one search */
    LINEAR_SLOTS_MAX = 16,          /* of a limiter by places, or by a sliding window */
    LINEAR_WORDS = 3 * LINEAR_SLOTS_MAX + 1,
    LINEAR_KEY_WORDS = 4, /* of them that a key, a level and a mutex use */
    LINEAR_MUTEX_WORDS = 1,
};

#define LINEAR_NOTHING INT64_MIN       /* a value that is not there */
#define LINEAR_UNTOLD  (INT64_MIN + 1) /* an answer that does not say what was found */
/* Of limit times span_us of LINEAR_LEVEL. */
#define LINEAR_LEVEL_MAX  (INT64_MAX / 8)
#define LINEAR_UNANSWERED UINT64_MAX

enum linear_object {
    LINEAR_KEY,     /* a value with a time to live, as a string in Redis: lock, counter, register */
    LINEAR_MUTEX,   /* never two clients who believe that they hold it, whatever its time to live */
    LINEAR_SLOTS,   /* at most `limit` holders at a time; a place is free again after `span_us` */
    LINEAR_WINDOW,  /* at most `limit` grants in any `span_us` */
    LINEAR_BUCKETS, /* at most `limit` grants in each `span_us` of the clock */
    LINEAR_LEVEL,   /* a bucket that holds `limit` and leaks all of it, evenly, in `span_us` */
};

struct linear_rules {
    enum linear_object object;
    int64_t limit, span_us; /* of the last four; span_us of LINEAR_SLOTS 0: for ever */
};

enum linear_kind {
    LINEAR_ACQUIRE,     /* set unless it is there; a place, a grant: answered 1 or 0 */
    LINEAR_RELEASE,     /* deleted whatever it holds: 1 or 0 */
    LINEAR_RELEASE_OWN, /* deleted if it holds `value`: 1 or 0 */
    LINEAR_EXTEND,      /* a new time to live: 1 or 0 */
    LINEAR_READ,        /* answered with the value */
    LINEAR_WRITE,
    LINEAR_ADD,    /* answered with the sum; to a level, or from it: an answer tells nothing */
    LINEAR_GONE,   /* the client has ended: it believes nothing any more */
    LINEAR_CLAIM,  /* set unless another value is there; its own stays as it is: 1 or 0 */
    LINEAR_RENEW,  /* the same, and its own gets a new time to live */
    LINEAR_RETAKE, /* set unless any is there, and nobody is told */
    LINEAR_CLEAR,  /* deleted whatever it holds, by a third party: its holder is gone for good */
};

struct linear_operation {
    enum linear_kind kind;
    uint64_t called, returned;      /* in the order of all events; LINEAR_UNANSWERED */
    int64_t called_us, returned_us; /* by the object's clock */
    int64_t by_us;                  /* unanswered, it has not happened later; 0: nobody knows */
    uint64_t client;                /* not 0 */
    int64_t value;                  /* what is set, compared, added */
    int64_t amount;                 /* what is taken from a limit; 0: one */
    int64_t ttl_us;                 /* of what is set; 0: for ever */
    int64_t answer;
    const char *text; /* for a person: "redis SET lock:7 b#1 NX PX 30000 -> OK by b#1 (p2)" */
};

enum linear_verdict {
    LINEAR_ORDERED,
    LINEAR_DISORDERED,
    LINEAR_UNDECIDED, /* more states than LINEAR_VISITS_MAX */
};

/* Of a text as a value: the number that it spells, or else a digest. */
int64_t linear_value(struct fl_span text);

/* `operations` in the order of their calls. Unless it is ordered, `found` tells which operation no
 * order allows, as far as any order goes. FL_ENOMEM; FL_EBOUND: too many operations. */
FL_CHECKED enum fl_error linear_check(const struct linear_rules *rules,
                                      const struct linear_operation *operations, uint32_t count,
                                      enum linear_verdict *ret_verdict, struct fl_buf *found);

/* For linear_objects.c and its caller, and linear_level.c. */
struct linear_state { /* zeroed is the beginning */
    int64_t words[LINEAR_WORDS];
    int64_t now_us;    /* no operation happens before */
    const char *cause; /* the text of the operation that changed it last; NULL: none has */
};
/* The operation happens next, as early as it can; false: it cannot, and the state is lost. */
bool linear_step(const struct linear_rules *rules, const struct linear_operation *operation,
                 struct linear_state *state);

#endif
