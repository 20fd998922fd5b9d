/* The checks that look at every run: each finds the handler that is wrong and tells it so that a
 * person can act on it, and leaves the one alone that is right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "playing.h"

static struct check_case {
    const char *name, *scenario;
    const char *found; /* a part of the text of a run that fails; NULL: it passes */
} cases[] = {
    /* --- accounts --- */
    {"account: a job that is run once is done, and nothing else",
     HEAD "enqueue a-{1..3} ListWorker []\n"
          "expect jobs pushed = 3\nexpect jobs done = 3\nexpect jobs lost = 0\n"
          "expect jobs duplicated = 0\nexpect jobs recovered = 0\nexpect jobs unexpected = 0\n"
          "expect jobs indeterminate = 0\nexpect jobs open = 0\nexpect jobs stale = 0\n",
     NULL},
    {"account: lost with its process",
     HEAD "processes 1 concurrency 1 fetch basic\nenqueue a-{1..2} ListWorker []\n"
          "fault kill process-of a-1 when a-1 step \"redis RPUSH\" before\n"
          "expect jobs lost = 0\n",
     "expected  jobs lost = 0\nfound     2 pushed: 1 done, 1 lost (a-1)\n"},
    {"account: recovered after a kill, and its work done once",
     HEAD "enqueue a ListWorker []\nfault kill p1 when a step \"redis RPUSH\" before\n"
          "expect jobs recovered = 1\nexpect jobs done = 1\nexpect jobs duplicated = 0\n",
     NULL},
    {"account: killed before its acknowledgement, its work is done twice",
     HEAD "enqueue a ListWorker []\nfault kill p1 when a#1 step \"redis LREM *\" before\n"
          "expect jobs duplicated = 0\n",
     "found     1 pushed: 1 done; 1 duplicated (a), 1 recovered (a)\n"},
    {"account: a retry is no recovery",
     HEAD "enqueue a GiveConnectionWorker []\nexpect jobs recovered = 0\nexpect jobs done = 1\n",
     NULL},
    {"account: a push whose answer is lost, and which is stored: the client cannot know",
     HEAD "enqueue a ListWorker []\nfault lose-ack when web step \"redis LPUSH *\" times always\n"
          "heal at +1m\nexpect jobs indeterminate = 1\nexpect jobs unpushed = 0\n",
     NULL},
    {"account: a push that is refused is known not to stand in Redis",
     HEAD "enqueue a ListWorker []\nfault error oom when web step \"redis LPUSH *\" times always\n"
          "heal at +1m\nexpect jobs indeterminate = 0\nexpect jobs unpushed = 1\n"
          "expect jobs lost = 0\n",
     NULL},
    {"account: a push that never arrives, and the client cannot know",
     HEAD "enqueue a ListWorker []\nfault stall when web step \"redis LPUSH *\" times always\n"
          "heal at +1m\nexpect a done\n",
     "a: never pushed, which its client cannot know: the answer was lost"},
    {"account: a bulk push that is refused",
     HEAD "enqueue-bulk a-{1..3} ListWorker []\n"
          "fault error oom when web step \"redis LPUSH *\" times always\nheal at +1m\n"
          "expect jobs unpushed = 3\nexpect jobs pushed = 3\nexpect jobs indeterminate = 0\n",
     NULL},
    {"account: a bulk push whose answer is lost",
     HEAD "enqueue-bulk a-{1..3} ListWorker []\n"
          "fault lose-ack when web step \"redis LPUSH *\" times always\nheal at +1m\n"
          "expect jobs indeterminate = 3\nexpect jobs unpushed = 0\nexpect jobs lost = 0\n",
     NULL},
    {"account: told beside another failure",
     HEAD "processes 1 fetch basic\nenqueue a ListWorker []\n"
          "fault kill process-of a when a step \"redis RPUSH\" before\nexpect a done\n",
     "jobs      1 pushed: 1 lost (a)\n"},
    /* --- fencing --- */
    {"stale: a former owner appends beside the new one",
     HEAD "processes 2\nenqueue a ListWorker []\n"
          "fault pause process-of a 200s when a#1 the 1st \"redis RPUSH\" after\n"
          "expect jobs stale = 0\n",
     "stale     a#1 (p2) still did redis RPUSH list after a#2 (p1) had taken over: 1 effect in "
     "all"},
    {"stale: what it does before the new owner has done anything is its own",
     HEAD "processes 2\nenqueue a ListWorker []\n"
          "fault delay 1s when a#1 the 1st \"redis RPUSH\" after\nexpect jobs stale = 0\n",
     NULL},
    {"stale: a token that nobody looks at keeps nobody out",
     HEAD "processes 2\nenqueue a UnfencedWorker []\n"
          "given db imports id=7 business_account_id=1 import_type=csv source=x\n"
          "fault pause process-of a 200s when a#1 the 1st \"db UPDATE imports\" after\n"
          "expect jobs stale = 0\n",
     "stale     a#1 (p2) still did db UPDATE imports after a#2 (p1) had taken over"},
    {"stale: a token that the database compares keeps the former owner out",
     HEAD "processes 2\nenqueue a FencedWorker []\n"
          "given db imports id=7 business_account_id=1 import_type=csv source=x\n"
          "fault pause process-of a 200s when a#1 the 1st \"db UPDATE imports\" after\n"
          "expect deliveries of a = 2\nexpect jobs stale = 0\nexpect db imports row_number=3\n",
     NULL},
    /* --- linearizability --- */
    {"locks: taken in turn",
     HEAD "processes 2\nenqueue a-{1..4} LockWorker []\n"
          "expect a-* done\nexpect linearizable lock:*\nexpect exclusive lock:*\n",
     NULL},
    {"locks: its holder is killed, and its lease ends",
     HEAD "processes 2\nenqueue a-{1..4} LockWorker []\n"
          "fault kill p1 when p1 the 1st \"redis SET lock*\" after restart after 5s\n"
          "expect a-* done\nexpect linearizable lock:*\nexpect exclusive lock:*\n",
     NULL},
    {"locks: the answer to its taking is lost",
     HEAD "processes 2\nenqueue a-{1..4} LockWorker []\n"
          "fault lose-ack when a-* and the 1st \"redis SET lock*\" after\n"
          "expect a-* done\nexpect linearizable lock:*\nexpect exclusive lock:*\n",
     NULL},
    {"locks: work that is longer than its lease has two holders",
     HEAD "processes 2\nenqueue a-{1..4} ShortLeaseWorker []\nexpect exclusive lock:*\n",
     "found     lock:1: no order of "},
    {"locks: though the lease was kept",
     HEAD "processes 2\nenqueue a-{1..4} ShortLeaseWorker []\nexpect linearizable lock:*\n", NULL},
    {"locks: deleted by who does not hold it",
     HEAD "processes 2\nenqueue a-{1..4} DeleteAnyWorker []\nexpect exclusive lock:*\n",
     "redis SET lock:1 a-"},
    {"locks: a failover gives it to two",
     HEAD "processes 2 concurrency 1\nenqueue a-{1..4} LockWorker []\n"
          "fault failover lose 1 when a-1 step \"redis SET lock*\" after\n"
          "expect linearizable lock:1\n",
     "-> OK, by a-"},
    {"locks: given back, or it ends by itself",
     HEAD "enqueue a LockWorker []\n"
          "fault kill p1 when a#1 the 1st \"redis SET lock*\" after restart after 5s\n"
          "expect a done\nexpect released lock:*\n",
     NULL},
    {"locks: left for ever", HEAD "enqueue a ForgetLockWorker []\nexpect released lock:*\n",
     "found     lock:1 holds a (done), and nothing ends it\n"},
    {"locks: jobs that exclude each other, over several keys",
     HEAD "processes 2\nenqueue a-{1..4} OneAtATimeWorker []\n"
          "fault kill p1 when a-* step \"redis RPUSH*\" after restart after 5s\n"
          "expect a-* done\nexpect linearizable uniquejobs:*\nexpect exclusive uniquejobs:*\n",
     NULL},
    {"locks: kept by a job beyond its end", HEAD "enqueue a KeepLockWorker []\nexpect a done\n",
     "found     uniquejobs:mine:LOCKED is held by a (done), and nothing ends it\n"},
    {"locks: those that end by themselves may stay",
     HEAD "enqueue a KeepLockWorker [1]\nexpect a done\n", NULL},
    {"locks: nobody's fault where two steps are needed",
     HEAD "processes 1 fetch basic\nenqueue a KeepLockWorker []\nexpect a done\n", NULL},
    {"locks: Redis forgets whose turn it is",
     HEAD "processes 2 concurrency 1\nenqueue a-{1..4} OneAtATimeWorker []\n"
          "fault evict uniquejobs:23ebdd324599e6538873429b6cb493ec:RUN:LOCKED at +30s\n"
          "expect linearizable uniquejobs:*\n",
     ":RUN:LOCKED: no order of "},
    {"locks: that of a job ends before its work",
     HEAD "processes 2\nenqueue a-{1..3} ShortTurnWorker []\nexpect exclusive uniquejobs:*\n",
     ":RUN:LOCKED: no order of "},
    {"locks: and was kept as long as it was asked for",
     HEAD "processes 2\nenqueue a-{1..3} ShortTurnWorker []\nexpect linearizable uniquejobs:*\n",
     NULL},
    {"counters: each number once",
     HEAD "processes 2\nenqueue a-{1..40} CountWorker []\n"
          "fault kill p1 when p1 the 2nd \"redis INCR *\" after restart after 1s\n"
          "expect linearizable lock:count\n",
     NULL},
    {"counters: a failover counts twice",
     HEAD "processes 2 concurrency 1\nenqueue a-{1..9} CountWorker []\n"
          "fault failover lose 1 when a-3 step \"redis INCR *\" after\n"
          "expect linearizable lock:count\n",
     "redis INCR lock:count -> "},
    {"a command that no lock has is no matter for judgement",
     HEAD "enqueue a HashWorker []\nexpect linearizable lock:*\n",
     "lock:1: no judging it with redis HSET lock:1 a b"},
    {"a key that nobody has asked for is a mistake",
     HEAD "enqueue a LockWorker []\nexpect linearizable look:*\n",
     "nobody has asked for a key look:*"},
    /* --- who asks a process to stop, and for how long he waits --- */
    {"term: it exits before its supervisor loses patience",
     HEAD "processes 1 timeout 10s\nenqueue a OneAtATimeWorker []\n"
          "fault term p1 grace 30s at +5s restart after 1m\nexpect p1 exits 0\nexpect a done\n",
     NULL},
    {"term: its supervisor kills it before its own grace is over",
     HEAD "processes 1 timeout 10s\nenqueue a OneAtATimeWorker []\n"
          "fault term p1 grace 9s at +5s restart after 1m\nexpect a done\nexpect p1 exits 0\n",
     "expected  p1 exits 0"},
    /* --- static variables --- */
    {"state: a handler that counts its jobs",
     HEAD "enqueue a RememberWorker []\nexpect stateless\n", "found     jobs_so_far (4 bytes) in "},
    {"state: told though its process has died",
     HEAD "enqueue a RememberWorker []\nfault kill p1 when a step \"redis LREM*\" before\n"
          "expect stateless\n",
     "found     jobs_so_far (4 bytes) in "},
    {"state: a handler that keeps none", HEAD "enqueue a ListWorker []\nexpect stateless\n", NULL},
    /* --- what handlers are lent --- */
    {"leak: a connection that is kept by a failure",
     HEAD "enqueue a KeepConnectionWorker []\nexpect a done\n",
     "expected  every handler to keep nothing\n"
     "found     the handler of a#1 (p1) has ended and keeps a database connection, with a "
     "transaction open\n"},
    {"leak: a connection that is returned, its transaction open",
     HEAD "enqueue a GiveConnectionWorker []\nexpect a done\n", NULL},
    {"memory: a reply that is never released",
     HEAD "enqueue a-{1..40} KeepReplyWorker []\nexpect a-* done\n",
     "runs of KeepReplyWorker in a row have each left memory in p1, the last one 1 block of "},
    {"memory: beside jobs of another class that keep nothing",
     HEAD "enqueue a-{1..40} KeepReplyWorker []\nenqueue b-{1..40} ListWorker []\nexpect * done\n",
     "runs of KeepReplyWorker in a row"},
    {"memory: too few runs to tell it from a cache",
     HEAD "enqueue a-{1..10} KeepReplyWorker []\nexpect a-* done\n", NULL},
    {"memory: what takes the place of what was freed does not grow",
     HEAD "processes 1 concurrency 1\nenqueue a-{1..60} KeepLastWorker []\nexpect a-* done\n",
     NULL},
    {"memory: a cache that is full does not grow",
     HEAD "enqueue a-{1..60} CacheWorker []\nexpect a-* done\n", NULL},
    {"memory: of many at a time",
     HEAD "processes 1 concurrency 20\nenqueue a-{1..200} ListWorker []\nexpect a-* done\n", NULL},
    {"leak: a file that is not closed",
     HEAD "given file a.txt \"x\"\nenqueue a KeepFileWorker []\nexpect a done\n",
     "the handler of a#1 (p1) has ended and keeps an open file\n"},
};

static void check_row(void **state)
{
    const struct check_case *row = *state;
    struct run_result result;
    play(row->scenario, 1, -1, &result);
    if (!row->found && result.verdict != RUN_PASSED) fail_msg("%s", result.text.bytes);
    if (row->found) assert_int_equal(result.verdict, RUN_FAILED);
    if (row->found && !strstr(result.text.bytes, row->found))
        fail_msg("expected \"%s\" in:\n%s", row->found, result.text.bytes);
    run_result_release(&result);
}

/* What a run that passes leaves in doubt; `found` NULL: nothing. */
static void in_doubt(const char *scenario, const char *found)
{
    struct run_result result;
    play(scenario, 1, -1, &result);
    if (result.verdict != RUN_PASSED) fail_msg("%s", result.text.bytes);
    assert_int_equal(result.indeterminate, found != NULL);
    if (found && !strstr(result.text.bytes, found))
        fail_msg("expected \"%s\" in:\n%s", found, result.text.bytes);
    run_result_release(&result);
}

#define UNHEARD_PUSHES                                                                             \
    HEAD "enqueue-bulk a-{1..3} ListWorker []\nenqueue b ListWorker [] when +1h\n"                 \
         "fault stall when web step \"redis LPUSH *\" times always\nheal at +30m\n"

static void pushes_that_nobody_hears_of_again_leave_a_run_in_doubt(void **state)
{
    (void)state;
    in_doubt(UNHEARD_PUSHES "expect b done\n",
             "found     a-1 and 2 more: the answer to its push was lost, and nothing later tells");
}

static void what_is_claimed_of_such_pushes_is_no_doubt(void **state)
{
    (void)state;
    in_doubt(UNHEARD_PUSHES "expect jobs unpushed = 3\n", NULL);
    in_doubt(UNHEARD_PUSHES "expect jobs indeterminate = 3\n", NULL);
}

static void what_was_stored_is_decided_by_what_came_of_it(void **state)
{
    (void)state;
    in_doubt(HEAD "enqueue a ListWorker []\n"
                  "fault lose-ack when web step \"redis LPUSH *\" times always\nheal at +1m\n"
                  "expect jobs lost = 0\n",
             NULL);
}

static void what_was_refused_is_in_no_doubt(void **state)
{
    (void)state;
    in_doubt(HEAD "enqueue a ListWorker []\n"
                  "fault error oom when web step \"redis LPUSH *\" times always\nheal at +1m\n"
                  "expect jobs lost = 0\n",
             NULL);
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(pushes_that_nobody_hears_of_again_leave_a_run_in_doubt),
        cmocka_unit_test(what_is_claimed_of_such_pushes_is_no_doubt),
        cmocka_unit_test(what_was_stored_is_decided_by_what_came_of_it),
        cmocka_unit_test(what_was_refused_is_in_no_doubt),
    };
    struct CMUnitTest tests[FL_COUNT(cases) + FL_COUNT(others)];
    memcpy(tests + FL_COUNT(cases), others, sizeof others);
    for (size_t i = 0; i < FL_COUNT(cases); i++)
        tests[i] = (struct CMUnitTest){cases[i].name, check_row, NULL, NULL, &cases[i]};
    return _cmocka_run_group_tests("checks", tests, FL_COUNT(tests), playing_open_house,
                                   playing_close_house);
}
