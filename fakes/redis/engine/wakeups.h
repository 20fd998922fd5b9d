/* fakes/redis/engine/wakeups.h - sessions that a command of somebody else has woken: they are
 * looked at before the harness gets control again. */
#ifndef FAKE_REDIS_WAKEUPS_H
#define FAKE_REDIS_WAKEUPS_H

#include <stdbool.h>

struct fake_redis;
struct fake_redis_session;

enum fake_wakeup {
    FAKE_WAKEUP_UNBLOCKED, /* its wait is over: what it sent meanwhile runs, in this order */
    FAKE_WAKEUP_TOLD,      /* it has output that it did not cause, or was hung up */
};
enum { FAKE_WAKEUPS = 2 };

struct fake_wakeup_queue {
    struct fake_redis_session *first, *last;
};
struct fake_wakeup_place {
    bool is_taken;
    struct fake_redis_session *next;
};

void fake_wakeup(struct fake_redis_session *session, enum fake_wakeup why);
/* It is not to be looked at any more. */
void fake_wakeup_forget(struct fake_redis_session *session);
/* Executes the input of those who were unblocked, and tells the harness about each. */
void fake_wakeups_run(struct fake_redis *engine);

#endif
