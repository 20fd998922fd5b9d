/* Histories of commands, played on a real engine: what the ledger says of each job, and which wrong
 * histories it finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "told_ledger.h"

enum { STEPS_MAX = 24 };

#define PAYLOAD_A2                                                                                 \
    "{\"class\":\"W\",\"args\":[],\"jid\":\"aaaaaaaaaaaaaaaaaaaaaaaa\",\"retry_count\":0}"
#define NESTED                                                                                     \
    "{\"class\":\"W\",\"args\":[{\"jid\":\"bbbbbbbbbbbbbbbbbbbbbbbb\"}],"                          \
    "\"jid\":\"aaaaaaaaaaaaaaaaaaaaaaaa\"}"

#define PAYLOAD_A_COUNT(count)                                                                     \
    "{\"class\":\"W\",\"args\":[],\"jid\":\"aaaaaaaaaaaaaaaaaaaaaaaa\",\"retry_count\":" count "}"
/* Two steps each, in one transaction. The clock stands at 1 s. */
#define RETRIED_AT(second, from, to)                                                               \
    "p1 MULTI", "p1 LREM queue:fl|p1|default 1 " from, "p1 ZADD retry " second " " to, "p1 EXEC"
#define PROMOTED(payload)                                                                          \
    "p1 MULTI", "p1 ZREM retry " payload, "p1 LPUSH queue:default " payload, "p1 EXEC"

/* Each step is "session COMMAND argument...", or a verb that begins with @. */
struct history {
    const char *name;
    const char *steps[STEPS_MAX];
    const char *state; /* of job a; NULL: not looked at */
    uint32_t deliveries;
    const char *violation; /* a part of it; NULL: none */
};

static struct history histories[] = {
    {"pushed: it waits", {"web LPUSH queue:default " PAYLOAD_A}, "waiting", 0, NULL},
    {"its push is lost by a failover: lost",
     {"web LPUSH queue:default " PAYLOAD_A, "@failover lose 1"},
     "lost",
     0,
     NULL},
    {"its fetch is lost by a failover: it waits again",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@failover lose 1"},
     "waiting",
     1,
     NULL},
    {"its acknowledgement is lost by a failover: to be done again",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@begin p1", "@run p1", "@done p1", "p1 LREM queue:fl|p1|default 1 " PAYLOAD_A, "@end p1",
      "@failover lose 1"},
     "waiting",
     1,
     NULL},
    {"a push for later: scheduled", {"web ZADD schedule 5 " PAYLOAD_A}, "scheduled", 0, NULL},
    {"worked on and acknowledged: done",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@begin p1", "@run p1", "@done p1", "p1 LREM queue:fl|p1|default 1 " PAYLOAD_A, "@end p1"},
     "done",
     1,
     NULL},
    {"discarded by its handler",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@begin p1", "@run p1", "@discarded p1", "p1 LREM queue:fl|p1|default 1 " PAYLOAD_A,
      "@end p1"},
     "discarded",
     1,
     NULL},
    {"a blocked fetcher is served by the push",
     {"p1 BLMOVE queue:default queue:fl|p1|default RIGHT LEFT 0",
      "web LPUSH queue:default " PAYLOAD_A},
     "waiting",
     1,
     NULL},
    {"taken out of the retry set and put nowhere",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@begin p1", "@run p1", "@failed p1", "p1 MULTI", "p1 LREM queue:fl|p1|default 1 " PAYLOAD_A,
      "p1 ZADD retry 16 " PAYLOAD_A2, "p1 EXEC", "@end p1", "p2 ZREM retry " PAYLOAD_A2},
     "lost",
     1,
     "stands nowhere"},
    {"buried: dead",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "p1 MULTI", "p1 LREM queue:fl|p1|default 1 " PAYLOAD_A, "p1 ZADD dead 9 " PAYLOAD_A2,
      "p1 EXEC"},
     "dead",
     1,
     NULL},
    {"buried and trimmed: still dead",
     {"web ZADD dead 9 " PAYLOAD_A, "web ZREMRANGEBYRANK dead 0 -1"},
     "dead",
     0,
     NULL},
    {"a jid inside the arguments is not the job's",
     {"web LPUSH queue:default " NESTED},
     "waiting",
     0,
     NULL},
    {"failed for good without a dead entry: dropped",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@begin p1", "@run p1", "@failed p1", "p1 LREM queue:fl|p1|default 1 " PAYLOAD_A, "@end p1"},
     "dropped",
     1,
     NULL},
    {"basic fetch: in a hand, then done",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 BRPOP queue:default 1", "@begin p1", "@run p1",
      "@done p1", "@end p1"},
     "done",
     1,
     NULL},
    {"basic fetch: lost with its process",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 BRPOP queue:default 1", "@begin p1", "@run p1",
      "@died p1"},
     "lost",
     1,
     NULL},
    {"basic fetch: the retry is stored in time",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 BRPOP queue:default 1", "@begin p1", "@run p1",
      "@failed p1", "p1 ZADD retry 16 " PAYLOAD_A2, "@end p1", "@died p1"},
     "retrying",
     1,
     NULL},
    {"a removal that removed nothing changes nothing",
     {"web LPUSH queue:default " PAYLOAD_A, "p2 LREM queue:fl|p2|default 1 " PAYLOAD_A},
     "waiting",
     0,
     NULL},
    {"two retries by the formula",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@begin p1", "@run p1", "@failed p1", RETRIED_AT("16", PAYLOAD_A, PAYLOAD_A2),
      PROMOTED(PAYLOAD_A2), "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT", "@begin p1",
      "@run p1", "@failed p1", RETRIED_AT("35", PAYLOAD_A2, PAYLOAD_A_COUNT("1"))},
     "retrying",
     2,
     NULL},
    {"over a limit it is stored for later, and has not failed",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@begin p1", "@run p1", "@failed p1", RETRIED_AT("16", PAYLOAD_A, PAYLOAD_A2),
      PROMOTED(PAYLOAD_A2), "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT", "@begin p1",
      "@run p1", "@failed p1", RETRIED_AT("400", PAYLOAD_A2, PAYLOAD_A_COUNT("0,\"overrated\":1"))},
     "retrying",
     2,
     NULL},
    {"a count that is the payload's own is not judged",
     {"web LPUSH queue:default " PAYLOAD_A_COUNT("9999"),
      "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT", "@begin p1", "@run p1", "@failed p1",
      RETRIED_AT("16", PAYLOAD_A_COUNT("9999"), PAYLOAD_A_COUNT("10000"))},
     "retrying",
     1,
     NULL},
    /* wrong histories */
    {"acknowledged before its work began",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "p1 LREM queue:fl|p1|default 1 " PAYLOAD_A, "@begin p1", "@run p1", "@done p1", "@end p1"},
     NULL,
     1,
     "before its work began"},
    {"acknowledged before its work had ended",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@begin p1", "@run p1", "p1 LREM queue:fl|p1|default 1 " PAYLOAD_A, "@done p1", "@end p1"},
     NULL,
     1,
     "before its work had ended"},
    {"popped from a queue and dropped",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 RPOP queue:default"},
     "lost",
     0,
     "stands nowhere"},
    {"a promotion that is not atomic",
     {"web ZADD schedule 5 " PAYLOAD_A, "p1 ZREM schedule " PAYLOAD_A},
     "lost",
     0,
     "p1 took it away"},
    {"replaced by another push: its lock goes in the same step",
     {"web HSET uniquejobs:x:LOCKED aaaaaaaaaaaaaaaaaaaaaaaa 1",
      "web LPUSH queue:default " PAYLOAD_A, "web MULTI", "web LREM queue:default 1 " PAYLOAD_A,
      "web HDEL uniquejobs:x:LOCKED aaaaaaaaaaaaaaaaaaaaaaaa", "web EXEC"},
     "dropped",
     0,
     NULL},
    {"taken away, and its lock later",
     {"web HSET uniquejobs:x:LOCKED aaaaaaaaaaaaaaaaaaaaaaaa 1",
      "web LPUSH queue:default " PAYLOAD_A, "web LREM queue:default 1 " PAYLOAD_A,
      "web HDEL uniquejobs:x:LOCKED aaaaaaaaaaaaaaaaaaaaaaaa"},
     "lost",
     0,
     "web took it away"},
    {"promoted twice",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LPUSH queue:default " PAYLOAD_A},
     "waiting",
     0,
     "two places, queue:default and queue:default"},
    {"stored for a retry and not removed",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "p1 ZADD retry 16 " PAYLOAD_A2},
     NULL,
     1,
     "two places"},
    {"stored for a retry too early",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@begin p1", "@run p1", "@failed p1", RETRIED_AT("15", PAYLOAD_A, PAYLOAD_A2)},
     "retrying",
     1,
     "a retry in 14 s after failure 1, and the formula allows 15 s to 24 s"},
    {"stored for a retry too late",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@begin p1", "@run p1", "@failed p1", RETRIED_AT("26", PAYLOAD_A, PAYLOAD_A2)},
     "retrying",
     1,
     "a retry in 25 s"},
    {"a retry's count jumps",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@begin p1", "@run p1", "@failed p1", RETRIED_AT("16", PAYLOAD_A, PAYLOAD_A2),
      PROMOTED(PAYLOAD_A2), "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT", "@begin p1",
      "@run p1", "@failed p1", RETRIED_AT("50", PAYLOAD_A2, PAYLOAD_A_COUNT("2"))},
     "retrying",
     2,
     "with retry_count 2 after 0"},
    {"a retry's count stands still",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@begin p1", "@run p1", "@failed p1", RETRIED_AT("16", PAYLOAD_A, PAYLOAD_A2),
      PROMOTED(PAYLOAD_A2), "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT", "@begin p1",
      "@run p1", "@failed p1", RETRIED_AT("16", PAYLOAD_A2, PAYLOAD_A2)},
     "retrying",
     2,
     "with retry_count 0 after 0"},
    {"the whole queue is deleted",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 DEL queue:default"},
     "lost",
     0,
     "stands nowhere"},
    {"everything is flushed",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 FLUSHALL"},
     "lost",
     0,
     "stands nowhere"},
};

static void history_row(void **state)
{
    const struct history *row = *state;
    struct fixture f;
    open_fixture(&f);
    for (size_t i = 0; i < STEPS_MAX && row->steps[i]; i++)
        play(&f, row->steps[i]);
    const struct ledger_job *job = ledger_find(f.ledger, FL_SPAN(JID_A));
    if (row->state) assert_string_equal(ledger_state_text(job->state), row->state);
    assert_int_equal(job->delivery_count, row->deliveries);
    assert_int_equal(f.ledger->pending, job->accepted && !job->ended);
    if (!row->violation) assert_string_equal(f.ledger->violation, "");
    if (row->violation && !strstr(f.ledger->violation, row->violation))
        fail_msg("expected \"%s\" in \"%s\"", row->violation, f.ledger->violation);
    close_fixture(&f);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(histories)];
    for (size_t i = 0; i < FL_COUNT(histories); i++)
        tests[i] = (struct CMUnitTest){histories[i].name, history_row, NULL, NULL, &histories[i]};
    return _cmocka_run_group_tests("ledger", tests, FL_COUNT(histories), NULL, NULL);
}
