/* tests/unit/check/told_ledger.h - a ledger that listens to a real engine, and is told of the tasks
 * of a job `a` in a story's words. */
#ifndef TESTS_UNIT_CHECK_TOLD_LEDGER_H
#define TESTS_UNIT_CHECK_TOLD_LEDGER_H

#include "harness/check/ledger.h"

#define PAYLOAD_A "{\"class\":\"W\",\"args\":[],\"jid\":\"aaaaaaaaaaaaaaaaaaaaaaaa\"}"
#define JID_A     "aaaaaaaaaaaaaaaaaaaaaaaa"

struct fixture {
    struct fake_redis *engine;
    struct ledger *ledger;
    int64_t now_us;
    struct {
        char name[8];
        struct fake_redis_session *session;
    } sessions[4];
};

/* The clock stands at 1 s; job `a` has been announced. */
void open_fixture(struct fixture *f);
void close_fixture(struct fixture *f);
/* A step is "session COMMAND argument...", or a verb: @begin, @run, @done, @discarded, @failed,
 * @end or @died with a process, or "@failover lose 1". */
void play(struct fixture *f, const char *step);

#endif
